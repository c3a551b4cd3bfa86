//! A label as dots. Invariant: QR modules are whole numbers of dots, all of one size, because a
//! module cut in half reads badly; letters are drawn with grey edges and then split at half.

use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

use super::{Drawing, HEIGHT_MM, Resolution, Segment, Shape, WIDTH_MM};
use crate::qr::{Modules, QUIET_MODULES};

/// Grey values below this print black.
const HALF: u8 = 128;

/// Grey dots, row by row, 0 black, 255 white.
pub(super) struct Grey {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dots: Vec<u8>,
}

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

/// The label in black and white.
pub(super) fn bitmap(drawing: &Drawing, resolution: Resolution) -> Bitmap {
    let grey = grey(drawing, resolution);
    let bytes_per_row = grey.width.div_ceil(8);
    let mut bits = Vec::with_capacity(bytes_per_row * grey.height);
    for row in grey.dots.chunks(grey.width) {
        for eight in row.chunks(8) {
            let mut byte = 0;
            for (position, dot) in eight.iter().enumerate() {
                if *dot < HALF {
                    byte |= 0x80_u8 >> position;
                }
            }
            bits.push(byte);
        }
    }
    Bitmap { width_dots: grey.width, height_dots: grey.height, bytes_per_row, bits }
}

/// The label in grey.
pub(super) fn grey(drawing: &Drawing, resolution: Resolution) -> Grey {
    let scale = resolution.dots_per_mm();
    let (width, height) = (dots(WIDTH_MM * scale), dots(HEIGHT_MM * scale));
    let mut pixmap = Pixmap::new(width, height).expect("a label has a size");
    pixmap.fill(tiny_skia::Color::WHITE);
    let mut ink = Paint::default();
    ink.set_color_rgba8(0, 0, 0, 255);
    for shape in &drawing.shapes {
        match shape {
            Shape::Outline(segments) => {
                if let Some(path) = path(segments, scale) {
                    let rule = FillRule::Winding;
                    pixmap.fill_path(&path, &ink, rule, Transform::identity(), None);
                }
            }
            Shape::Rect { x, y, width, height } => {
                fill(&mut pixmap, &ink, x * scale, y * scale, width * scale, height * scale);
            }
            Shape::Qr { x, y, size, modules } => {
                qr(&mut pixmap, &ink, (x * scale, y * scale, size * scale), modules);
            }
        }
    }
    let dots = pixmap.pixels().iter().map(|pixel| pixel.red()).collect();
    Grey { width: pixmap.width() as usize, height: pixmap.height() as usize, dots }
}

/// The code centred in its square, each module the same whole number of dots.
fn qr(pixmap: &mut Pixmap, ink: &Paint<'_>, (x, y, size): (f64, f64, f64), modules: &Modules) {
    let count = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
    let side = count(modules.side_with_quiet());
    let module = (size / side).floor().max(1.0);
    let inset = ((size - module * side) / 2.0).floor() + count(QUIET_MODULES) * module;
    let (left, top) = (x.round() + inset, y.round() + inset);
    for (column, row, length) in modules.runs() {
        let (at_x, at_y) = (left + count(column) * module, top + count(row) * module);
        fill(pixmap, ink, at_x, at_y, count(length) * module, module);
    }
}

/// A rectangle on whole dots, at least one dot thick.
fn fill(pixmap: &mut Pixmap, ink: &Paint<'_>, x: f64, y: f64, width: f64, height: f64) {
    let (x, y, width, height) = (x.round(), y.round(), width.round(), height.round());
    let rect = Rect::from_xywh(x as f32, y as f32, width.max(1.0) as f32, height.max(1.0) as f32);
    if let Some(rect) = rect {
        pixmap.fill_rect(rect, ink, Transform::identity(), None);
    }
}

fn path(segments: &[Segment], scale: f64) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let f = |mm: f64| (mm * scale) as f32;
    for segment in segments {
        match *segment {
            Segment::Move(x, y) => builder.move_to(f(x), f(y)),
            Segment::Line(x, y) => builder.line_to(f(x), f(y)),
            Segment::Quad(a, b, x, y) => builder.quad_to(f(a), f(b), f(x), f(y)),
            Segment::Cubic(a, b, c, d, x, y) => {
                builder.cubic_to(f(a), f(b), f(c), f(d), f(x), f(y));
            }
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}

/// A whole number of dots; labels are small.
fn dots(length: f64) -> u32 {
    length.round() as u32
}
