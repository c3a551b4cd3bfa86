//! The page that travels with a handover: A5, its number, a large QR code, how many containers, the
//! facts. Invariant: the code for people stands below the QR code, and nothing leaves the page.
//! What a manifest must say by law is not decided here. All numbers are millimetres.

use super::sheet::{SMALLEST, Sheet, Weight, checked, name_of};
use super::{Drawing, Label, LabelError, Paper};

const MARGIN: f64 = 10.0;
const RULE: f64 = 0.5;
/// The code with its quiet zone.
const QR: f64 = 82.0;
const QR_TOP: f64 = 37.0;
const CODE_CAPITALS: f64 = 9.0;
const FACTS_TOP: f64 = 138.0;
const FACTS_BOTTOM: f64 = 196.0;
const FACTS_PITCH: f64 = 9.0;
const NAMES: f64 = 34.0;

/// Lays the page out.
pub(super) fn lay_out(label: &Label) -> Result<Drawing, LabelError> {
    let modules = checked(label)?;
    let mut sheet = Sheet::new(name_of(label), Paper::PageA5.size_mm(), 1.0);
    let (width, right) = (sheet.width - 2.0 * MARGIN, sheet.width - MARGIN);
    let middle = sheet.width / 2.0;
    sheet.left(Weight::Bold, (MARGIN, 18.0), label.kind.heading(), (7.0, 5.0), width * 0.55);
    sheet.right(Weight::Regular, (right, 18.0), &label.party, (4.6, 3.0), width * 0.42);
    sheet.bar(MARGIN, 21.0, width, RULE);
    sheet.centred(Weight::Bold, (middle, 32.0), &label.title, (8.0, 4.0), width);
    sheet.qr(middle - QR / 2.0, QR_TOP, QR, modules);
    let size = CODE_CAPITALS / sheet.face(Weight::Bold).capital_height();
    let sizes = (size, size * 0.5);
    sheet.centred(Weight::Bold, (middle, 130.0), &label.code_display, sizes, width);
    sheet.bar(MARGIN, 134.0, width, RULE);
    let lines = u32::try_from(label.lines.len()).map_or(1.0, f64::from).max(1.0);
    let pitch = ((FACTS_BOTTOM - FACTS_TOP) / lines).min(FACTS_PITCH);
    let mut baseline = FACTS_TOP + pitch * 0.7;
    for (name, value) in &label.lines {
        let sizes = (pitch * 0.55, SMALLEST);
        sheet.left(Weight::Regular, (MARGIN, baseline), name, sizes, NAMES - 2.0);
        let rest = width - NAMES;
        sheet.left(Weight::Bold, (MARGIN + NAMES, baseline), value, sizes, rest);
        baseline += pitch;
    }
    sheet.bar(MARGIN, 199.0, width, RULE);
    let used = sheet.right(Weight::Regular, (right, 204.0), &label.printed_at, (3.2, 2.4), 70.0);
    let rest = width - used - 3.0;
    sheet.left(Weight::Regular, (MARGIN, 204.0), &label.footer, (3.2, 2.4), rest);
    Ok(sheet.finish())
}
