//! Writes a chart of readings as SVG elements. Invariant: every mark lies inside the axes.

use super::{Chart, Course, Options, Point, Reading, Series};
use crate::figure::Surface;
use crate::figure::axis::{Ticks, time_ticks};
use crate::figure::palette::{Colour, FLOW, GAP, GRID, MUTED, PAPER, PROCESS, RETURN, STOCK, TEXT};
use crate::figure::svg::{self, Head, TextStyle, count, escape, num};
use crate::figure::text;

const SIZE: f64 = 12.0;
const LEGEND_LINE: f64 = 20.0;
const MIN_WIDTH: f64 = 300.0;
const MAX_WIDTH: f64 = 4000.0;
/// Colours and dashes of the lines, in order.
const STYLES: [(Colour, &str); 4] = [
    (FLOW, ""),
    (STOCK, " stroke-dasharray=\"7 3\""),
    (RETURN, " stroke-dasharray=\"2 3\""),
    (PROCESS, " stroke-dasharray=\"9 3 2 3\""),
];
/// More points than this per series are drawn without dots.
const MAX_DOTS: usize = 120;

pub(super) fn draw(chart: &Chart, options: &Options) -> String {
    let width = if options.width.is_finite() {
        options.width.clamp(MIN_WIDTH, MAX_WIDTH)
    } else {
        MAX_WIDTH
    };
    let readings = chart.series.iter().flat_map(|series| &series.points);
    let shown: Vec<&Point> = readings.filter(|point| point.reading.height().is_some()).collect();
    let pen = Pen { chart, options };
    let plot = Plot::of(chart, &shown, width, &pen);
    let mut out = svg::open(
        &Head {
            id: &chart.id,
            class: "tl-series",
            title: &chart.title,
            description: if shown.is_empty() { options.words.empty } else { &chart.description },
            width,
            height: plot.bottom + 30.0,
            has_links: false,
        },
        (options.surface == Surface::Standalone).then(|| pen.paint(PAPER)).as_deref(),
    );
    if shown.is_empty() {
        let middle = (plot.top + plot.bottom) / 2.0;
        out.push_str(&pen.text(width / 2.0, middle, options.words.empty, "middle", MUTED));
    } else {
        out.push_str(&pen.legend(&plot));
        out.push_str(&pen.axes(&plot));
        out.push_str(&pen.limits(&plot));
        for (series, style) in chart.series.iter().zip(STYLES) {
            out.push_str(&pen.course(series, style, &plot));
            out.push_str(&pen.marks(series, style.0, &plot));
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Where amounts and times lie.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    low: f64,
    high: f64,
    from: i64,
    to: i64,
    ticks: Ticks,
    entries: Vec<Entry>,
}

/// A word of the legend.
struct Entry {
    look: Look,
    word: String,
    x: f64,
    line: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Line(usize),
    NotDetected,
    AboveLimit,
}

impl Plot {
    fn of(chart: &Chart, shown: &[&Point], width: f64, pen: &Pen<'_>) -> Self {
        let limits = chart.limits.iter().map(|limit| limit.value);
        let values: Vec<f64> =
            shown.iter().filter_map(|point| point.reading.height()).chain(limits).collect();
        let low = values.iter().copied().fold(0.0, f64::min);
        let top_value = values.iter().copied().fold(0.0, f64::max);
        let high = if top_value > low { low + (top_value - low) * 1.08 } else { low + 1.0 };
        let ticks = Ticks::between(low, high, 5);
        let widest = ticks.values.iter().map(|value| text::width(&ticks.text(*value), SIZE));
        let left = 8.0 + widest.fold(0.0, f64::max) + 8.0;
        let entries = pen.entries(shown, width);
        let lines = entries.last().map_or(0, |entry| entry.line + 1);
        let top = 10.0 + count(lines) * LEGEND_LINE + 22.0;
        let from = shown.iter().map(|point| point.at).min().unwrap_or_default();
        let to = shown.iter().map(|point| point.at).max().unwrap_or_default();
        // A single moment gets a day around it.
        let pad = if from == to { 43_200_000_000 } else { 0 };
        Self {
            left,
            right: width - 14.0,
            top,
            bottom: top + (width * 0.34).clamp(170.0, 300.0),
            low,
            high,
            from: from.saturating_sub(pad),
            to: to.saturating_add(pad),
            ticks,
            entries,
        }
    }

    fn x(&self, at: i64) -> f64 {
        let span = (self.to - self.from) as f64;
        let share = if span > 0.0 { (at - self.from) as f64 / span } else { 0.5 };
        self.left + 8.0 + share * (self.right - self.left - 16.0)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }
}

struct Pen<'a> {
    chart: &'a Chart,
    options: &'a Options,
}

impl Pen<'_> {
    fn paint(&self, colour: Colour) -> String {
        colour.on(self.options.surface)
    }

    fn text(&self, x: f64, y: f64, content: &str, anchor: &str, colour: Colour) -> String {
        let (fill, halo) = (self.paint(colour), self.paint(PAPER));
        let style = TextStyle { size: SIZE, anchor, fill: &fill, bold: false, halo: &halo };
        svg::text(x, y, content, &style)
    }

    fn is_above(&self, reading: Reading) -> bool {
        let value = if let Reading::Value(value) = reading { value } else { return false };
        self.chart.limits.iter().any(|limit| value > limit.value)
    }

    fn entries(&self, shown: &[&Point], width: f64) -> Vec<Entry> {
        let mut looks: Vec<(Look, String)> = self
            .chart
            .series
            .iter()
            .enumerate()
            .map(|(index, series)| (Look::Line(index), series.name.clone()))
            .collect();
        if shown.iter().any(|point| matches!(point.reading, Reading::NotDetected { .. })) {
            looks.push((Look::NotDetected, self.options.words.not_detected.to_owned()));
        }
        if shown.iter().any(|point| self.is_above(point.reading)) {
            looks.push((Look::AboveLimit, self.options.words.above_limit.to_owned()));
        }
        let (mut x, mut line) = (10.0, 0);
        let mut entries = Vec::with_capacity(looks.len());
        for (look, word) in looks {
            let word = text::fit(&word, SIZE, width - 60.0);
            let long = 30.0 + text::width(&word, SIZE) + 16.0;
            if x > 10.0 && x + long > width {
                x = 10.0;
                line += 1;
            }
            entries.push(Entry { look, word, x, line });
            x += long;
        }
        entries
    }

    fn legend(&self, plot: &Plot) -> String {
        let mut out = String::new();
        for entry in &plot.entries {
            let y = 16.0 + count(entry.line) * LEGEND_LINE;
            out.push_str(&match entry.look {
                Look::Line(index) => {
                    let (colour, dash) = STYLES[index % STYLES.len()];
                    format!(
                        "<path d=\"M{} {y}h22\" stroke=\"{}\" stroke-width=\"2\"{dash}/>\n",
                        num(entry.x),
                        self.paint(colour)
                    )
                }
                Look::NotDetected => self.triangle(entry.x + 11.0, y, FLOW, ""),
                Look::AboveLimit => self.diamond(entry.x + 11.0, y, ""),
            });
            out.push_str(&self.text(entry.x + 28.0, y + 4.0, &entry.word, "start", MUTED));
        }
        out
    }

    fn axes(&self, plot: &Plot) -> String {
        let grid = self.paint(GRID);
        let mut out = self.text(8.0, plot.top - 10.0, &self.chart.unit, "start", MUTED);
        for value in &plot.ticks.values {
            let y = plot.y(*value);
            out.push_str(&format!(
                "<path d=\"M{} {}H{}\" stroke=\"{grid}\"/>\n",
                num(plot.left),
                num(y),
                num(plot.right)
            ));
            out.push_str(&self.text(
                plot.left - 6.0,
                y + 4.0,
                &plot.ticks.text(*value),
                "end",
                MUTED,
            ));
        }
        let room = text::width("2026-12", SIZE) + 14.0;
        let wanted = ((plot.right - plot.left) / room).floor().max(2.0) as usize;
        let mut free = f64::NEG_INFINITY;
        for (at, word) in time_ticks(plot.from, plot.to, self.options.offset, wanted.min(8)) {
            let x = plot.x(at);
            out.push_str(&format!(
                "<path d=\"M{} {}v5\" stroke=\"{grid}\"/>\n",
                num(x),
                num(plot.bottom)
            ));
            let half = text::width(&word, SIZE) / 2.0;
            let middle = x.clamp(half + 2.0, plot.right + 12.0 - half);
            if middle - half > free {
                out.push_str(&self.text(middle, plot.bottom + 19.0, &word, "middle", MUTED));
                free = middle + half + 6.0;
            }
        }
        out
    }

    fn limits(&self, plot: &Plot) -> String {
        let mut out = String::new();
        for limit in &self.chart.limits {
            let y = plot.y(limit.value);
            out.push_str(&format!(
                "<path class=\"limit\" d=\"M{} {}H{}\" stroke=\"{}\" stroke-width=\"1.5\" \
                 stroke-dasharray=\"8 4\"/>\n",
                num(plot.left),
                num(y),
                num(plot.right),
                self.paint(GAP)
            ));
            let word = text::fit(&limit.label, SIZE, plot.right - plot.left);
            out.push_str(&self.text(plot.right, y - 5.0, &word, "end", GAP));
        }
        out
    }

    /// The line through the values; broken where a reading is missing.
    fn course(&self, series: &Series, (colour, dash): (Colour, &str), plot: &Plot) -> String {
        let mut path = String::new();
        let mut drawing = false;
        for point in in_time(series) {
            let Some(value) = point.reading.height() else {
                drawing = false;
                continue;
            };
            let (x, y) = (num(plot.x(point.at)), num(plot.y(value)));
            path.push_str(&match (drawing, series.course) {
                (false, _) => format!("M{x} {y}"),
                (true, Course::Line) => format!("L{x} {y}"),
                (true, Course::Step) => format!("H{x}V{y}"),
            });
            drawing = true;
        }
        format!(
            "<path class=\"course\" d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" \
             stroke-linejoin=\"round\"{dash}/>\n",
            self.paint(colour)
        )
    }

    fn marks(&self, series: &Series, colour: Colour, plot: &Plot) -> String {
        let mut out = String::new();
        let dots = series.points.len() <= MAX_DOTS;
        for point in in_time(series) {
            let Some(value) = point.reading.height() else { continue };
            let (x, y) = (plot.x(point.at), plot.y(value));
            let above = self.is_above(point.reading);
            out.push_str(&match point.reading {
                Reading::NotDetected { .. } => self.triangle(x, y, colour, &point.text),
                _ if above => self.diamond(x, y, &point.text),
                _ if dots => format!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{}\"><title>{}</title></circle>\n",
                    num(x),
                    num(y),
                    self.paint(colour),
                    escape(&point.text)
                ),
                _ => String::new(),
            });
        }
        out
    }

    fn triangle(&self, x: f64, y: f64, colour: Colour, title: &str) -> String {
        format!(
            "<path class=\"not-detected\" d=\"M{} {}h10l-5 8.5z\" fill=\"{}\" stroke=\"{}\" \
             stroke-width=\"1.5\"><title>{}</title></path>\n",
            num(x - 5.0),
            num(y - 4.0),
            self.paint(PAPER),
            self.paint(colour),
            escape(title)
        )
    }

    fn diamond(&self, x: f64, y: f64, title: &str) -> String {
        format!(
            "<path class=\"above-limit\" d=\"M{} {}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\" fill=\"{}\" \
             stroke=\"{}\"><title>{}</title></path>\n",
            num(x),
            num(y - 5.5),
            self.paint(GAP),
            self.paint(TEXT),
            escape(title)
        )
    }
}

fn in_time(series: &Series) -> Vec<&Point> {
    let mut points: Vec<&Point> = series.points.iter().collect();
    points.sort_by_key(|point| point.at);
    points
}
