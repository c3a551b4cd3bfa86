//! Letters as outlines of the embedded fonts. Invariant: a character without a glyph becomes 〓 and
//! is recorded. Sets glyph after glyph by advance width; no kerning, no shaping: labels hold
//! Chinese, Latin letters and digits, which read well so.

use tl_assets::{NOTO_SANS_SC_BOLD, NOTO_SANS_SC_REGULAR};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::Segment;

/// Stands for a character that the font lacks (the geta mark of printers).
const SUBSTITUTE: char = '〓';
const ELLIPSIS: char = '…';

/// One weight of the font.
pub(super) struct Typeface {
    face: Face<'static>,
    units_per_em: f64,
}

/// A text with the size at which it fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub(super) text: String,
    pub(super) size: f64,
    pub(super) width: f64,
    pub(super) cut: bool,
}

impl Typeface {
    pub(super) fn regular() -> Self {
        Self::parse(NOTO_SANS_SC_REGULAR)
    }

    pub(super) fn bold() -> Self {
        Self::parse(NOTO_SANS_SC_BOLD)
    }

    fn parse(bytes: &'static [u8]) -> Self {
        let face = Face::parse(bytes, 0).expect("the build made the embedded font");
        let units_per_em = f64::from(face.units_per_em());
        Self { face, units_per_em }
    }

    /// Height of a capital letter at size 1.
    pub(super) fn capital_height(&self) -> f64 {
        self.face.capital_height().map_or(0.73, |height| f64::from(height) / self.units_per_em)
    }

    /// Width of a text at a size.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().map(|character| self.advance(self.glyph(character).0)).sum::<f64>() * size
    }

    /// The text shrunk from `size` down to `smallest` so that it fits, else cut with `…`.
    pub(super) fn fit(&self, text: &str, size: f64, smallest: f64, room: f64) -> Fitted {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = text.trim();
        let natural = self.width(text, 1.0);
        let wanted = if natural > 0.0 { (room / natural).min(size) } else { size };
        if wanted >= smallest {
            let width = natural * wanted;
            return Fitted { text: text.to_owned(), size: wanted, width, cut: false };
        }
        let mut left = room - self.width(&ELLIPSIS.to_string(), smallest);
        let mut kept = String::new();
        for character in text.chars() {
            left -= self.advance(self.glyph(character).0) * smallest;
            if left < 0.0 {
                break;
            }
            kept.push(character);
        }
        kept.push(ELLIPSIS);
        let width = self.width(&kept, smallest);
        Fitted { text: kept, size: smallest, width, cut: true }
    }

    /// The longest beginning of a text that fits, and the rest.
    pub(super) fn split<'a>(&self, text: &'a str, size: f64, room: f64) -> (&'a str, &'a str) {
        let mut left = room;
        let end = text.char_indices().find(|(_, character)| {
            left -= self.advance(self.glyph(*character).0) * size;
            left < 0.0
        });
        text.split_at(end.map_or(text.len(), |(position, _)| position))
    }

    /// Outlines of a text with its baseline starting at (x, y); adds what is missing to `missing`.
    pub(super) fn outline(
        &self,
        (x, y): (f64, f64),
        text: &str,
        size: f64,
        missing: &mut Vec<char>,
    ) -> Vec<Segment> {
        let scale = size / self.units_per_em;
        let mut pen = Pen { x, y, scale, segments: Vec::new() };
        for character in text.chars() {
            let (glyph, found) = self.glyph(character);
            if !found && !missing.contains(&character) {
                missing.push(character);
            }
            self.face.outline_glyph(glyph, &mut pen);
            pen.x += self.advance(glyph) * size;
        }
        pen.segments
    }

    /// The glyph of a character, or of the substitute; true if it is its own.
    fn glyph(&self, character: char) -> (GlyphId, bool) {
        match self.face.glyph_index(character) {
            Some(glyph) => (glyph, true),
            None => (self.face.glyph_index(SUBSTITUTE).unwrap_or(GlyphId(0)), false),
        }
    }

    fn advance(&self, glyph: GlyphId) -> f64 {
        f64::from(self.face.glyph_hor_advance(glyph).unwrap_or_default()) / self.units_per_em
    }
}

/// Turns font units, y up, into millimetres, y down.
struct Pen {
    x: f64,
    y: f64,
    scale: f64,
    segments: Vec<Segment>,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        (self.x + f64::from(x) * self.scale, self.y - f64::from(y) * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.segments.push(Segment::Move(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.segments.push(Segment::Line(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.segments.push(Segment::Quad(x1, y1, x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.segments.push(Segment::Cubic(x1, y1, x2, y2, x, y));
    }

    fn close(&mut self) {
        self.segments.push(Segment::Close);
    }
}
