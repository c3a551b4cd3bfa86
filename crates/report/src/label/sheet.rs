//! Setting texts, bars and codes on a label under layout. Invariant: layouts work in units of their
//! own, one scale turns them into millimetres; every text goes through `fit`, so that what was cut
//! or had no glyph is known. Where things stand is the layouts' affair.

use super::typeface::{Fitted, Typeface};
use super::{Drawing, Label, LabelError, Segment, Shape};
use super::{MAX_LINES, MAX_QR_CHARACTERS, MAX_TEXT_CHARACTERS};
use crate::qr::{Modules, QrError};

/// Smallest letters that a printer of 8 dots per millimetre draws legibly in Chinese.
pub(super) const SMALLEST: f64 = 2.2;
/// Characters of the QR alphanumeric mode besides digits and capitals.
const QR_SIGNS: &str = " $%*+-./:";

/// Which weight.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A label under layout.
pub(super) struct Sheet {
    regular: Typeface,
    bold: Typeface,
    scale: f64,
    /// Width in the layout's units.
    pub(super) width: f64,
    drawing: Drawing,
}

impl Sheet {
    /// An empty sheet; one unit of the layout is `scale` millimetres.
    pub(super) fn new(name: String, (width_mm, height_mm): (f64, f64), scale: f64) -> Self {
        Self {
            regular: Typeface::regular(),
            bold: Typeface::bold(),
            scale,
            width: width_mm / scale,
            drawing: Drawing {
                name,
                width_mm,
                height_mm,
                ground: None,
                shapes: Vec::new(),
                missing_glyphs: Vec::new(),
                cut_texts: Vec::new(),
            },
        }
    }

    /// The sheet on coloured paper.
    pub(super) fn on(mut self, ground: [u8; 3]) -> Self {
        self.drawing.ground = Some(ground);
        self
    }

    pub(super) fn finish(self) -> Drawing {
        self.drawing
    }

    pub(super) fn face(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The text at the largest of the sizes at which it fits the room.
    pub(super) fn fit(
        &self,
        weight: Weight,
        text: &str,
        (size, smallest): (f64, f64),
        room: f64,
    ) -> Fitted {
        self.face(weight).fit(text, size, smallest.min(size), room)
    }

    /// Sets a fitted text; `full` is what it was before it was cut.
    pub(super) fn set(&mut self, weight: Weight, x: f64, y: f64, fitted: &Fitted, full: &str) {
        let mut missing = std::mem::take(&mut self.drawing.missing_glyphs);
        let (at, size) = ((x * self.scale, y * self.scale), fitted.size * self.scale);
        let outline = self.face(weight).outline(at, &fitted.text, size, &mut missing);
        self.drawing.missing_glyphs = missing;
        if !outline.is_empty() {
            self.drawing.shapes.push(Shape::Outline(outline));
        }
        if fitted.cut {
            self.drawing.cut_texts.push(full.to_owned());
        }
    }

    /// Fits and sets a text at its left end; gives its width.
    pub(super) fn left(
        &mut self,
        weight: Weight,
        (x, y): (f64, f64),
        text: &str,
        sizes: (f64, f64),
        room: f64,
    ) -> f64 {
        let fitted = self.fit(weight, text, sizes, room);
        self.set(weight, x, y, &fitted, text);
        fitted.width
    }

    /// The same about a middle.
    pub(super) fn centred(
        &mut self,
        weight: Weight,
        (middle, y): (f64, f64),
        text: &str,
        sizes: (f64, f64),
        room: f64,
    ) {
        let fitted = self.fit(weight, text, sizes, room);
        self.set(weight, middle - fitted.width / 2.0, y, &fitted, text);
    }

    /// The same at its right end.
    pub(super) fn right(
        &mut self,
        weight: Weight,
        (x, y): (f64, f64),
        text: &str,
        sizes: (f64, f64),
        room: f64,
    ) -> f64 {
        let fitted = self.fit(weight, text, sizes, room);
        self.set(weight, x - fitted.width, y, &fitted, text);
        fitted.width
    }

    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64) {
        let s = self.scale;
        let bar = Shape::Rect { x: x * s, y: y * s, width: width * s, height: height * s };
        self.drawing.shapes.push(bar);
    }

    /// A frame whose outer edge is the rectangle.
    pub(super) fn frame(&mut self, (x, y): (f64, f64), width: f64, height: f64, line: f64) {
        self.bar(x, y, width, line);
        self.bar(x, y + height - line, width, line);
        self.bar(x, y + line, line, height - 2.0 * line);
        self.bar(x + width - line, y + line, line, height - 2.0 * line);
    }

    /// An outline whose unit is `size` about a middle, black or in a colour.
    pub(super) fn figure(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        segments: &[Segment],
        tint: Option<[u8; 3]>,
    ) {
        let s = self.scale;
        let (a, b) = (|u: f64| (x + u * size) * s, |v: f64| (y + v * size) * s);
        let placed = segments.iter().map(|segment| match *segment {
            Segment::Move(x, y) => Segment::Move(a(x), b(y)),
            Segment::Line(x, y) => Segment::Line(a(x), b(y)),
            Segment::Quad(c, d, x, y) => Segment::Quad(a(c), b(d), a(x), b(y)),
            Segment::Cubic(c, d, e, f, x, y) => Segment::Cubic(a(c), b(d), a(e), b(f), a(x), b(y)),
            Segment::Close => Segment::Close,
        });
        let placed = placed.collect();
        self.drawing.shapes.push(match tint {
            Some(colour) => Shape::Tint(placed, colour),
            None => Shape::Outline(placed),
        });
    }

    /// A code in a square that includes its quiet zone.
    pub(super) fn qr(&mut self, x: f64, y: f64, size: f64, modules: Modules) {
        let s = self.scale;
        if self.drawing.ground.is_some() {
            let blank = Shape::Blank { x: x * s, y: y * s, width: size * s, height: size * s };
            self.drawing.shapes.push(blank);
        }
        self.drawing.shapes.push(Shape::Qr { x: x * s, y: y * s, size: size * s, modules });
    }
}

/// What every label with one of our codes must be; gives the modules of its code.
pub(super) fn checked(label: &Label) -> Result<Modules, LabelError> {
    if label.qr_text.is_empty() {
        return Err(QrError::Empty.into());
    }
    let allowed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || QR_SIGNS.contains(c);
    if let Some(character) = label.qr_text.chars().find(|c| !allowed(*c)) {
        return Err(LabelError::QrCharacter { text: label.qr_text.clone(), character });
    }
    let found = label.qr_text.chars().count();
    if found > MAX_QR_CHARACTERS {
        return Err(LabelError::QrTooLong { found });
    }
    if label.code_display.trim().is_empty() {
        return Err(LabelError::NoCode);
    }
    if label.lines.len() > MAX_LINES {
        return Err(LabelError::TooManyLines { found: label.lines.len() });
    }
    let texts = [&label.code_display, &label.title, &label.party, &label.printed_at, &label.footer];
    let lines = label.lines.iter().flat_map(|(name, value)| [name, value]);
    texts.into_iter().chain(lines).try_for_each(|text| short_enough(text))?;
    Ok(Modules::of(&label.qr_text)?)
}

/// Refuses texts that no label was meant for.
pub(super) fn short_enough(text: &str) -> Result<(), LabelError> {
    match text.chars().count() {
        found if found > MAX_TEXT_CHARACTERS => Err(LabelError::TextTooLong { found }),
        _ => Ok(()),
    }
}

/// Accessible name of a label.
pub(super) fn name_of(label: &Label) -> String {
    format!("{} {} {}", label.kind.heading(), label.title, label.code_display)
}
