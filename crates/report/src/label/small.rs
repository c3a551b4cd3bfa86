//! Small labels for pots and as the white sticker beside another label: QR code left, what it is
//! for right. 60 × 40 mm sets the code in one line below, 50 × 30 mm in three lines beside the QR.
//! Invariant: the QR code measures at least 20 mm and the code for people is always there. All
//! numbers are millimetres.

use super::sheet::{SMALLEST, Sheet, Weight, checked, name_of};
use super::{Drawing, Label, LabelError, Paper};

const MARGIN: f64 = 2.0;
/// The code with its quiet zone: at 203 dpi 21.8 mm for hosts of usual length.
const QR: f64 = 28.0;
const QR_LEFT: f64 = 0.6;
const QR_TOP: f64 = 1.0;
const RIGHT: f64 = 29.6;
/// Capitals of the code on 60 × 40.
const CODE_CAPITALS: f64 = 4.8;
/// Capitals of each third of the code on 50 × 30.
const THIRD_CAPITALS: f64 = 3.6;

/// Lays a small label out.
pub(super) fn lay_out(label: &Label, paper: Paper) -> Result<Drawing, LabelError> {
    let modules = checked(label)?;
    let mut sheet = Sheet::new(name_of(label), paper.size_mm(), 1.0);
    sheet.qr(QR_LEFT, QR_TOP, QR, modules);
    if paper == Paper::Sticker {
        thirds(&mut sheet, label)
    } else {
        wide(&mut sheet, label)
    }
    Ok(sheet.finish())
}

/// 60 × 40.
fn wide(sheet: &mut Sheet, label: &Label) {
    let room = sheet.width - MARGIN - RIGHT;
    sheet.left(Weight::Bold, (RIGHT, 5.0), label.kind.heading(), (3.0, SMALLEST), room);
    sheet.left(Weight::Bold, (RIGHT, 10.0), &label.title, (4.2, SMALLEST), room);
    let mut baseline = 14.2;
    // Four facts find room; the title and the first ones are what a pot is told by.
    for (name, value) in label.lines.iter().take(4) {
        let text = if name.is_empty() { value.clone() } else { format!("{name} {value}") };
        sheet.left(Weight::Regular, (RIGHT, baseline), &text, (2.9, SMALLEST), room);
        baseline += 3.5;
    }
    let size = CODE_CAPITALS / sheet.face(Weight::Bold).capital_height();
    let at = (sheet.width / 2.0, 34.6);
    let whole = sheet.width - 2.0 * MARGIN;
    sheet.centred(Weight::Bold, at, &label.code_display, (size, size * 0.5), whole);
    let at = (sheet.width - MARGIN, 38.4);
    let used = sheet.right(Weight::Regular, at, &label.printed_at, (2.3, 2.0), whole * 0.6);
    let rest = whole - used - 1.0;
    sheet.left(Weight::Regular, (MARGIN, 38.4), &label.party, (2.3, 2.0), rest);
}

/// 50 × 30.
fn thirds(sheet: &mut Sheet, label: &Label) {
    let room = sheet.width - MARGIN / 2.0 - RIGHT;
    sheet.left(Weight::Bold, (RIGHT, 4.2), &label.title, (3.2, SMALLEST), room);
    let fact = label.lines.first().map_or("", |(_, value)| value.as_str());
    sheet.left(Weight::Regular, (RIGHT, 7.6), fact, (2.6, SMALLEST), room);
    let size = THIRD_CAPITALS / sheet.face(Weight::Bold).capital_height();
    let mut baseline = 12.8;
    let parts: Vec<&str> = label.code_display.splitn(3, '-').collect();
    for (index, part) in parts.iter().enumerate() {
        let dash = if index + 1 < parts.len() { "-" } else { "" };
        let text = format!("{part}{dash}");
        sheet.left(Weight::Bold, (RIGHT, baseline), &text, (size, size * 0.4), room);
        baseline += 5.0;
    }
    // Day and number of the copy; the hour finds no room.
    let mut words = label.printed_at.split_whitespace();
    let day = words.next().unwrap_or_default();
    let printed = words.next_back().map_or(day.to_owned(), |copy| format!("{day} {copy}"));
    sheet.left(Weight::Regular, (RIGHT, 28.6), &printed, (2.2, 1.9), room);
}
