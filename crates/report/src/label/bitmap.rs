//! A label as dots, drawn in bands so that a large one takes little memory. Invariant: QR modules
//! are whole numbers of dots, all of one size, because a module cut in half reads badly; letters
//! are drawn with grey edges and then split at half; where a band ends changes no dot.

use std::ops::Range;

use super::ink::Outline;
use super::{Drawing, Resolution, Segment, Shape};
use crate::qr::{Modules, QUIET_MODULES};

/// Ink from which on a dot prints black, of 255.
const HALF: u8 = 128;
/// Rows of one band.
const BAND_ROWS: usize = 64;
/// Ink of a black dot.
const BLACK: u8 = 255;

/// Black and white dots for a label printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    /// Dots along a row.
    pub width_dots: usize,
    /// Rows.
    pub height_dots: usize,
    /// Bytes along a row.
    pub bytes_per_row: usize,
    /// Rows of bytes, most significant bit left, 1 is black, unused bits 0.
    pub bits: Vec<u8>,
}

impl Bitmap {
    /// True if the dot prints black; dots outside are white.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        let byte = self.bits.get(y * self.bytes_per_row + x / 8).copied().unwrap_or_default();
        x < self.width_dots && byte & (0x80 >> (x % 8)) != 0
    }
}

/// The dots of a label, band by band: each item is some whole rows, as in [`Bitmap::bits`].
pub struct Bits<'a> {
    bands: Bands<'a>,
}

impl<'a> Bits<'a> {
    pub(super) fn new(drawing: &'a Drawing, resolution: Resolution) -> Self {
        Self { bands: Bands::new(drawing, resolution) }
    }

    /// Dots along a row.
    pub fn width_dots(&self) -> usize {
        self.bands.width
    }

    /// Rows in all.
    pub fn height_dots(&self) -> usize {
        self.bands.height
    }

    /// Bytes along a row.
    pub fn bytes_per_row(&self) -> usize {
        self.bands.width.div_ceil(8)
    }
}

impl Iterator for Bits<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let width = self.bands.width;
        let ink = self.bands.next()?;
        let mut bits = Vec::with_capacity(width.div_ceil(8) * BAND_ROWS);
        for row in ink.chunks(width) {
            for eight in row.chunks(8) {
                let black = |(position, ink): (usize, &u8)| {
                    if *ink >= HALF { 0x80_u8 >> position } else { 0 }
                };
                bits.push(eight.iter().enumerate().map(black).fold(0, |byte, bit| byte | bit));
            }
        }
        Some(bits)
    }
}

/// The label in black and white.
pub(super) fn bitmap(drawing: &Drawing, resolution: Resolution) -> Bitmap {
    let bands = Bits::new(drawing, resolution);
    let (width_dots, height_dots) = (bands.width_dots(), bands.height_dots());
    let bytes_per_row = bands.bytes_per_row();
    let bits = bands.flatten().collect();
    Bitmap { width_dots, height_dots, bytes_per_row, bits }
}

/// The label as ink, band by band: 0 white, 255 black.
pub(super) struct Bands<'a> {
    drawing: &'a Drawing,
    scale: f64,
    /// Top and bottom of each shape in dots.
    reach: Vec<(f64, f64)>,
    pub(super) width: usize,
    pub(super) height: usize,
    row: usize,
}

impl<'a> Bands<'a> {
    pub(super) fn new(drawing: &'a Drawing, resolution: Resolution) -> Self {
        let scale = resolution.dots_per_mm();
        let dots = |mm: f64| (mm * scale).round() as usize;
        let reach = drawing.shapes.iter().map(|shape| reach(shape, scale)).collect();
        let (width, height) = (dots(drawing.width_mm), dots(drawing.height_mm));
        Self { drawing, scale, reach, width, height, row: 0 }
    }
}

impl Iterator for Bands<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let rows = BAND_ROWS.min(self.height - self.row);
        if rows == 0 || self.width == 0 {
            return None;
        }
        let ink = vec![0; self.width * rows];
        let mut band = Band { ink, width: self.width, rows: self.row..self.row + rows };
        let (top, bottom) = (count(self.row), count(self.row + rows));
        for (shape, reach) in self.drawing.shapes.iter().zip(&self.reach) {
            if reach.0 < bottom && reach.1 > top {
                band.draw(shape, self.scale);
            }
        }
        self.row += rows;
        Some(band.ink)
    }
}

/// Some rows of the label.
struct Band {
    /// 0 white, 255 black.
    ink: Vec<u8>,
    width: usize,
    /// Numbers of its rows.
    rows: Range<usize>,
}

impl Band {
    fn draw(&mut self, shape: &Shape, scale: f64) {
        match shape {
            Shape::Outline(segments) => self.outline(&Outline::new(segments, scale)),
            Shape::Tint(segments, _) => self.blank(&Outline::new(segments, scale)),
            Shape::Rect { x, y, width, height } => {
                self.fill((x * scale, y * scale), (width * scale, height * scale), BLACK);
            }
            Shape::Blank { x, y, width, height } => {
                self.fill((x * scale, y * scale), (width * scale, height * scale), 0);
            }
            Shape::Qr { x, y, size, modules } => {
                self.qr((x * scale, y * scale, size * scale), modules);
            }
        }
    }

    /// What is black already stays it.
    fn outline(&mut self, outline: &Outline) {
        self.cover(outline, |ink, share| {
            *ink += (f64::from(BLACK - *ink) * share).round() as u8;
        });
    }

    /// Takes the ink away inside an outline.
    fn blank(&mut self, outline: &Outline) {
        self.cover(outline, |ink, share| {
            *ink = (*ink).min(BLACK - (f64::from(BLACK) * share).round() as u8);
        });
    }

    /// Each dot of the band that an outline touches, with the share that it covers.
    fn cover(&mut self, outline: &Outline, mut dot: impl FnMut(&mut u8, f64)) {
        let columns = outline.columns(self.width);
        if columns.is_empty() {
            return;
        }
        let cover = outline.cover(self.rows.clone(), columns.clone());
        let rows = self.ink.chunks_mut(self.width).zip(cover.chunks(columns.len()));
        for (row, cover) in rows {
            for (ink, share) in row[columns.clone()].iter_mut().zip(cover) {
                dot(ink, *share);
            }
        }
    }

    /// The code centred in its square, each module the same whole number of dots.
    fn qr(&mut self, (x, y, size): (f64, f64, f64), modules: &Modules) {
        let side = count(modules.side_with_quiet());
        let module = (size / side).floor().max(1.0);
        let inset = ((size - module * side) / 2.0).floor() + count(QUIET_MODULES) * module;
        let (left, top) = (x.round() + inset, y.round() + inset);
        for (column, row, length) in modules.runs() {
            let at = (left + count(column) * module, top + count(row) * module);
            self.fill(at, (count(length) * module, module), BLACK);
        }
    }

    /// A rectangle on whole dots, at least one dot thick.
    fn fill(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), black: u8) {
        let whole = |dots: f64| dots.round().max(0.0) as usize;
        let (left, width) = (whole(x), whole(width.max(1.0)));
        let (top, bottom) = (whole(y), whole(y) + whole(height.max(1.0)));
        let right = (left + width).min(self.width);
        for (row, ink) in self.rows.clone().zip(self.ink.chunks_mut(self.width)) {
            if (top..bottom).contains(&row) && left < right {
                ink[left..right].fill(black);
            }
        }
    }
}

/// Where a shape begins and ends, in dots from the top, with a dot to spare.
fn reach(shape: &Shape, scale: f64) -> (f64, f64) {
    let (top, bottom) = match shape {
        Shape::Outline(segments) | Shape::Tint(segments, _) => {
            let ends = segments.iter().flat_map(|segment| match *segment {
                Segment::Move(_, y) | Segment::Line(_, y) => [y, y],
                Segment::Quad(_, b, _, y) => [b.min(y), b.max(y)],
                Segment::Cubic(_, b, _, d, _, y) => [b.min(d).min(y), b.max(d).max(y)],
                Segment::Close => [f64::NAN, f64::NAN],
            });
            // Minimum and maximum pass over what is no number.
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)))
        }
        Shape::Rect { y, height, .. } | Shape::Blank { y, height, .. } => (*y, y + height),
        Shape::Qr { y, size, .. } => (*y, y + size),
    };
    (top * scale - 1.0, bottom * scale + 2.0)
}

/// A number of dots or modules; labels are small.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}
