//! The one layout of a label: heading and party on top, QR code left, material and facts right, the
//! code in large letters below, small print at the bottom. Invariant: nothing leaves the label, and
//! texts keep to their boxes whatever their length. All numbers are millimetres.

use super::typeface::{Fitted, Typeface};
use super::{
    Drawing, Label, LabelError, MAX_LINES, MAX_QR_CHARACTERS, MAX_TEXT_CHARACTERS, Shape, WIDTH_MM,
};
use crate::qr::{Modules, QrError};

/// Printers lose up to two millimetres at the edge.
const MARGIN: f64 = 3.0;
const RULE: f64 = 0.35;
const HEADER_BASELINE: f64 = 7.4;
const HEADER_RULE: f64 = 9.4;
/// The code with its quiet zone; for 29 to 37 modules the code itself measures 32 to 35 mm.
const QR: f64 = 42.0;
const QR_LEFT: f64 = 1.8;
const QR_TOP: f64 = 10.2;
const FACTS_LEFT: f64 = 45.6;
const TITLE_BASELINE: f64 = 16.9;
/// Largest and smallest letters of a title in one line.
const TITLE_SIZES: (f64, f64) = (6.4, 4.4);
/// Smallest letters of the second line of a title.
const TITLE_SMALL: f64 = 3.4;
const TITLE_BASELINES: [f64; 2] = [14.6, 19.6];
const FACTS_TOP: f64 = 19.6;
/// Where facts begin below a title of two lines.
const FACTS_TOP_LOW: f64 = 21.4;
const FACTS_BOTTOM: f64 = 52.0;
/// Largest distance of two lines of facts.
const FACTS_PITCH: f64 = 5.6;
/// Size of letters, as a share of the distance of lines.
const FACTS_SIZE: f64 = 0.66;
const FACTS_GAP: f64 = 1.8;
const CODE_RULE: f64 = 52.8;
/// Readable from two metres (ux §4.3).
const CODE_CAPITALS: f64 = 7.6;
const CODE_BASELINE: f64 = 62.6;
const FOOTER_BASELINE: f64 = 67.6;
const FOOTER_SIZE: f64 = 2.7;
/// Smallest letters that a printer of 8 dots per millimetre draws legibly in Chinese.
const SMALLEST: f64 = 2.2;

/// Characters of the QR alphanumeric mode besides digits and capitals.
const QR_SIGNS: &str = " $%*+-./:";

/// Lays a label out.
pub(super) fn lay_out(label: &Label) -> Result<Drawing, LabelError> {
    check(label)?;
    let modules = Modules::of(&label.qr_text)?;
    let mut sheet = Sheet {
        regular: Typeface::regular(),
        bold: Typeface::bold(),
        drawing: Drawing {
            name: format!("{} {} {}", label.kind.heading(), label.title, label.code_display),
            shapes: Vec::new(),
            missing_glyphs: Vec::new(),
            cut_texts: Vec::new(),
        },
    };
    sheet.header(label);
    sheet.drawing.shapes.push(Shape::Qr { x: QR_LEFT, y: QR_TOP, size: QR, modules });
    sheet.facts(label);
    sheet.code(label);
    sheet.footer(label);
    Ok(sheet.drawing)
}

fn check(label: &Label) -> Result<(), LabelError> {
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
    for text in texts.into_iter().chain(lines) {
        let found = text.chars().count();
        if found > MAX_TEXT_CHARACTERS {
            return Err(LabelError::TextTooLong { found });
        }
    }
    Ok(())
}

/// Which weight.
#[derive(Clone, Copy)]
enum Weight {
    Regular,
    Bold,
}

struct Sheet {
    regular: Typeface,
    bold: Typeface,
    drawing: Drawing,
}

impl Sheet {
    fn header(&mut self, label: &Label) {
        let heading = self.fit(Weight::Bold, label.kind.heading(), (4.6, 3.6), 44.0);
        let used = heading.width;
        self.set(Weight::Bold, MARGIN, HEADER_BASELINE, &heading, label.kind.heading());
        let room = WIDTH_MM - 2.0 * MARGIN - used - 4.0;
        let party = self.fit(Weight::Regular, &label.party, (3.9, 2.6), room);
        let x = WIDTH_MM - MARGIN - party.width;
        self.set(Weight::Regular, x, HEADER_BASELINE, &party, &label.party);
        self.rule(HEADER_RULE);
    }

    fn facts(&mut self, label: &Label) {
        let room = WIDTH_MM - MARGIN - FACTS_LEFT;
        let top = self.title(label, room);
        let lines = u32::try_from(label.lines.len()).map_or(1.0, f64::from).max(1.0);
        let pitch = ((FACTS_BOTTOM - top) / lines).min(FACTS_PITCH);
        let size = pitch * FACTS_SIZE;
        let widest = label.lines.iter().map(|(name, _)| self.regular.width(name, size));
        let names = widest.fold(0.0, f64::max).min(room * 0.42);
        let mut baseline = top + pitch * 0.8;
        for (name, value) in &label.lines {
            let fitted = self.fit(Weight::Regular, name, (size, SMALLEST), names);
            self.set(Weight::Regular, FACTS_LEFT, baseline, &fitted, name);
            let rest = room - names - FACTS_GAP;
            let fitted = self.fit(Weight::Bold, value, (size, SMALLEST), rest);
            self.set(Weight::Bold, FACTS_LEFT + names + FACTS_GAP, baseline, &fitted, value);
            baseline += pitch;
        }
    }

    /// The title in one line, or a long one in two smaller lines; returns where the facts begin.
    fn title(&mut self, label: &Label, room: f64) -> f64 {
        let title = label.title.trim();
        let whole = self.fit(Weight::Bold, title, TITLE_SIZES, room);
        if !whole.cut {
            self.set(Weight::Bold, FACTS_LEFT, TITLE_BASELINE, &whole, title);
            return FACTS_TOP;
        }
        let (first, rest) = self.bold.split(title, TITLE_SIZES.1, room);
        let first = self.fit(Weight::Bold, first, (TITLE_SIZES.1, TITLE_SIZES.1), room);
        let second = self.fit(Weight::Bold, rest.trim(), (TITLE_SIZES.1, TITLE_SMALL), room);
        let [upper, lower] = TITLE_BASELINES;
        self.set(Weight::Bold, FACTS_LEFT, upper, &Fitted { cut: false, ..first }, title);
        self.set(Weight::Bold, FACTS_LEFT, lower, &second, title);
        FACTS_TOP_LOW
    }

    fn code(&mut self, label: &Label) {
        self.rule(CODE_RULE);
        let size = CODE_CAPITALS / self.bold.capital_height();
        let room = WIDTH_MM - 2.0 * MARGIN;
        let code = self.fit(Weight::Bold, &label.code_display, (size, size * 0.5), room);
        let x = (WIDTH_MM - code.width) / 2.0;
        self.set(Weight::Bold, x, CODE_BASELINE, &code, &label.code_display);
    }

    fn footer(&mut self, label: &Label) {
        let room = WIDTH_MM - 2.0 * MARGIN;
        let smallest = (FOOTER_SIZE, SMALLEST);
        let printed = self.fit(Weight::Regular, &label.printed_at, smallest, room * 0.55);
        let x = WIDTH_MM - MARGIN - printed.width;
        let rest = room - printed.width - 2.0;
        let footer = self.fit(Weight::Regular, &label.footer, smallest, rest);
        self.set(Weight::Regular, MARGIN, FOOTER_BASELINE, &footer, &label.footer);
        self.set(Weight::Regular, x, FOOTER_BASELINE, &printed, &label.printed_at);
    }

    fn rule(&mut self, y: f64) {
        let width = WIDTH_MM - 2.0 * MARGIN;
        self.drawing.shapes.push(Shape::Rect { x: MARGIN, y, width, height: RULE });
    }

    fn face(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    fn fit(&self, weight: Weight, text: &str, (size, smallest): (f64, f64), room: f64) -> Fitted {
        self.face(weight).fit(text, size, smallest.min(size), room)
    }

    fn set(&mut self, weight: Weight, x: f64, baseline: f64, fitted: &Fitted, full: &str) {
        let mut missing = std::mem::take(&mut self.drawing.missing_glyphs);
        let face = self.face(weight);
        let outline = face.outline((x, baseline), &fitted.text, fitted.size, &mut missing);
        self.drawing.missing_glyphs = missing;
        if !outline.is_empty() {
            self.drawing.shapes.push(Shape::Outline(outline));
        }
        if fitted.cut {
            self.drawing.cut_texts.push(full.to_owned());
        }
    }
}
