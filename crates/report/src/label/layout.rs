//! The usual layout of a label: heading and party on top, QR code left, material and facts right,
//! the code in large letters below, small print at the bottom; plates of places are the same,
//! larger. Invariant: nothing leaves the label, and texts keep to their boxes however long.
//! All numbers are millimetres of a label that is 70 mm high.

use super::sheet::{SMALLEST, Sheet, Weight, checked, name_of};
use super::typeface::Fitted;
use super::{Drawing, Label, LabelError, Paper};

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
/// Height of the layout; larger papers are the same in larger units.
const HEIGHT: f64 = 70.0;

/// Lays a label out.
pub(super) fn lay_out(label: &Label, paper: Paper) -> Result<Drawing, LabelError> {
    let modules = checked(label)?;
    let size = paper.size_mm();
    let sheet = Sheet::new(name_of(label), size, size.1 / HEIGHT);
    let mut layout = Layout { sheet };
    layout.header(label);
    layout.sheet.qr(QR_LEFT, QR_TOP, QR, modules);
    layout.facts(label);
    layout.code(label);
    layout.footer(label);
    Ok(layout.sheet.finish())
}

struct Layout {
    sheet: Sheet,
}

impl Layout {
    fn header(&mut self, label: &Label) {
        let at = (MARGIN, HEADER_BASELINE);
        let used = self.sheet.left(Weight::Bold, at, label.kind.heading(), (4.6, 3.6), 44.0);
        let room = self.room() - used - 4.0;
        let at = (self.sheet.width - MARGIN, HEADER_BASELINE);
        self.sheet.right(Weight::Regular, at, &label.party, (3.9, 2.6), room);
        self.rule(HEADER_RULE);
    }

    /// Width between the margins.
    fn room(&self) -> f64 {
        self.sheet.width - 2.0 * MARGIN
    }

    fn facts(&mut self, label: &Label) {
        let room = self.sheet.width - MARGIN - FACTS_LEFT;
        let top = self.title(label, room);
        let lines = u32::try_from(label.lines.len()).map_or(1.0, f64::from).max(1.0);
        let pitch = ((FACTS_BOTTOM - top) / lines).min(FACTS_PITCH);
        let size = pitch * FACTS_SIZE;
        let regular = self.sheet.face(Weight::Regular);
        let widest = label.lines.iter().map(|(name, _)| regular.width(name, size));
        let names = widest.fold(0.0, f64::max).min(room * 0.42);
        let mut baseline = top + pitch * 0.8;
        for (name, value) in &label.lines {
            let sizes = (size, SMALLEST);
            self.sheet.left(Weight::Regular, (FACTS_LEFT, baseline), name, sizes, names);
            let left = FACTS_LEFT + names + FACTS_GAP;
            let rest = room - names - FACTS_GAP;
            self.sheet.left(Weight::Bold, (left, baseline), value, sizes, rest);
            baseline += pitch;
        }
    }

    /// The title in one line, or a long one in two smaller lines; returns where the facts begin.
    fn title(&mut self, label: &Label, room: f64) -> f64 {
        let (title, sheet) = (label.title.trim(), &mut self.sheet);
        let whole = sheet.fit(Weight::Bold, title, TITLE_SIZES, room);
        if !whole.cut {
            sheet.set(Weight::Bold, FACTS_LEFT, TITLE_BASELINE, &whole, title);
            return FACTS_TOP;
        }
        let (first, rest) = sheet.face(Weight::Bold).split(title, TITLE_SIZES.1, room);
        let first = sheet.fit(Weight::Bold, first, (TITLE_SIZES.1, TITLE_SIZES.1), room);
        let second = sheet.fit(Weight::Bold, rest.trim(), (TITLE_SIZES.1, TITLE_SMALL), room);
        let [upper, lower] = TITLE_BASELINES;
        let first = Fitted { cut: false, ..first };
        sheet.set(Weight::Bold, FACTS_LEFT, upper, &first, title);
        sheet.set(Weight::Bold, FACTS_LEFT, lower, &second, title);
        FACTS_TOP_LOW
    }

    fn code(&mut self, label: &Label) {
        self.rule(CODE_RULE);
        let size = CODE_CAPITALS / self.sheet.face(Weight::Bold).capital_height();
        let middle = (self.sheet.width / 2.0, CODE_BASELINE);
        let sizes = (size, size * 0.5);
        let room = self.room();
        self.sheet.centred(Weight::Bold, middle, &label.code_display, sizes, room);
    }

    fn footer(&mut self, label: &Label) {
        let room = self.room();
        let sizes = (FOOTER_SIZE, SMALLEST);
        let printed = self.sheet.fit(Weight::Regular, &label.printed_at, sizes, room * 0.55);
        let x = self.sheet.width - MARGIN - printed.width;
        let rest = room - printed.width - 2.0;
        let at = (MARGIN, FOOTER_BASELINE);
        self.sheet.left(Weight::Regular, at, &label.footer, sizes, rest);
        self.sheet.set(Weight::Regular, x, FOOTER_BASELINE, &printed, &label.printed_at);
    }

    fn rule(&mut self, y: f64) {
        let room = self.room();
        self.sheet.bar(MARGIN, y, room, RULE);
    }
}
