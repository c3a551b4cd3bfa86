//! How much of each dot an outline covers, some rows at a time. Invariant: a row's ink follows from
//! the outline alone, so it is the same whatever rows are asked for with it; areas are exact for
//! straight lines, and curves are cut into lines that stay within `FLATNESS_DOTS` of them. Contours
//! that overlap in one direction are filled once; only where the edges of two meet within a dot do
//! both count.

use std::ops::Range;

use super::Segment;

/// Farthest that a line may be from the curve that it stands for.
const FLATNESS_DOTS: f64 = 0.05;
/// Most lines for one curve.
const LINES_MAX: f64 = 64.0;

type Point = (f64, f64);

/// An outline as straight lines, in dots from the label's corner.
pub(super) struct Outline {
    lines: Vec<(Point, Point)>,
    left: f64,
    right: f64,
}

impl Outline {
    /// The outline of segments in millimetres; contours are closed.
    pub(super) fn new(segments: &[Segment], scale: f64) -> Self {
        let mut pen = Pen::default();
        for segment in segments {
            match *segment {
                Segment::Move(x, y) => pen.begin((x * scale, y * scale)),
                Segment::Line(x, y) => pen.line((x * scale, y * scale)),
                Segment::Quad(a, b, x, y) => {
                    let (control, end) = ((a * scale, b * scale), (x * scale, y * scale));
                    pen.quad(control, end);
                }
                Segment::Cubic(a, b, c, d, x, y) => {
                    let controls = ((a * scale, b * scale), (c * scale, d * scale));
                    pen.cubic(controls.0, controls.1, (x * scale, y * scale));
                }
                Segment::Close => pen.close(),
            }
        }
        pen.close();
        let across = pen.lines.iter().flat_map(|(from, to)| [from.0, to.0]);
        let (left, right) =
            across.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        Self { lines: pen.lines, left, right }
    }

    /// Dots from the left that the outline may touch, of so many.
    pub(super) fn columns(&self, width: usize) -> Range<usize> {
        let whole = |dots: f64| dots.max(0.0) as usize;
        let end = whole(self.right.ceil()).min(width);
        whole(self.left.floor()).min(end)..end
    }

    /// Ink of each dot from 0 to 1: rows one after the other, each with these columns.
    pub(super) fn cover(&self, rows: Range<usize>, columns: Range<usize>) -> Vec<f64> {
        // One more cell than dots: what lies to the right of the last one ends there.
        let stride = columns.len() + 1;
        let mut cells = vec![0.0; rows.len() * stride];
        for line in &self.lines {
            let (first, last) = (line.0.1.min(line.1.1), line.0.1.max(line.1.1));
            let begin = rows.start.max(first.max(0.0) as usize);
            let end = rows.end.min(last.max(0.0).ceil() as usize);
            for row in begin..end {
                let at = (row - rows.start) * stride;
                cross(*line, row, &columns, &mut cells[at..at + stride]);
            }
        }
        let covered = |row: &[f64]| {
            let sums = row.iter().scan(0.0, |sum, cell| {
                *sum += cell;
                Some(f64::min(sum.abs(), 1.0))
            });
            sums.take(columns.len()).collect::<Vec<f64>>()
        };
        cells.chunks(stride).flat_map(covered).collect()
    }
}

/// Adds what a line changes from dot to dot in one row: to its right the ink differs by how far the
/// line goes down in the row.
fn cross((from, to): (Point, Point), row: usize, columns: &Range<usize>, cells: &mut [f64]) {
    let (sign, upper, lower) = if from.1 < to.1 { (1.0, from, to) } else { (-1.0, to, from) };
    let (top, bottom) = (upper.1.max(dots(row)), lower.1.min(dots(row + 1)));
    if top >= bottom {
        return;
    }
    let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
    let (low, high) = (dots(columns.start), dots(columns.end));
    let at = |y: f64| (upper.0 + (y - upper.1) * slope).clamp(low, high) - low;
    let (left, right) = (at(top).min(at(bottom)), at(top).max(at(bottom)));
    let depth = sign * (bottom - top);
    let last = cells.len() - 1;
    let (first, end) = (left.floor() as usize, (right.ceil() as usize).min(last));
    if end <= first + 1 {
        // Within one dot: the part of it that is to the line's right.
        let inside = depth * ((left + right) / 2.0 - dots(first));
        cells[first] += depth - inside;
        cells[(first + 1).min(last)] += inside;
        return;
    }
    // Over several dots: the ink of each is the area to the line's right.
    let mut before = 0.0;
    for (cell, ink) in cells.iter_mut().enumerate().take(end).skip(first) {
        let (a, b) = (left.max(dots(cell)), right.min(dots(cell + 1)));
        let share = |x: f64| (x - left) / (right - left);
        let area =
            depth * ((share(a) + share(b)) / 2.0 * (b - a) + share(b) * (dots(cell + 1) - b));
        *ink += area - before;
        before = area;
    }
    cells[end] += depth - before;
}

/// Draws lines from where it stands.
#[derive(Default)]
struct Pen {
    lines: Vec<(Point, Point)>,
    start: Point,
    at: Point,
}

impl Pen {
    fn begin(&mut self, point: Point) {
        self.close();
        (self.start, self.at) = (point, point);
    }

    fn line(&mut self, to: Point) {
        self.lines.push((self.at, to));
        self.at = to;
    }

    fn close(&mut self) {
        if self.at != self.start {
            self.line(self.start);
        }
    }

    fn quad(&mut self, control: Point, to: Point) {
        let from = self.at;
        let lines = lines_for(bend(from, control, to) / 4.0);
        for step in 1..=lines {
            let t = f64::from(step) / f64::from(lines);
            self.line(between(between(from, control, t), between(control, to, t), t));
        }
    }

    fn cubic(&mut self, first: Point, second: Point, to: Point) {
        let from = self.at;
        let most = bend(from, first, second).max(bend(first, second, to));
        let lines = lines_for(most * 0.75);
        for step in 1..=lines {
            let t = f64::from(step) / f64::from(lines);
            let middle = between(first, second, t);
            let (a, b) = (between(from, first, t), between(second, to, t));
            self.line(between(between(a, middle, t), between(middle, b, t), t));
        }
    }
}

/// How far the middle point is from the line between the others, doubled.
fn bend(a: Point, b: Point, c: Point) -> f64 {
    (a.0 - 2.0 * b.0 + c.0).hypot(a.1 - 2.0 * b.1 + c.1)
}

/// Lines for a curve that one line would miss by so many dots: the miss falls with their square.
fn lines_for(miss: f64) -> u32 {
    (miss / FLATNESS_DOTS).sqrt().ceil().clamp(1.0, LINES_MAX) as u32
}

fn between(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// A number of dots; labels are small.
fn dots(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests;
