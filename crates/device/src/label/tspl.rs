//! TSPL: only what a code label needs. Strings have no safe escape on all printers, so quotes and
//! control characters are refused, not rewritten.
//! Source: TSC TSPL manual, QRCODE (model 1 is the default, so M2 is always said).

use super::{LabelError, QrCode, check_copies};

/// A whole label with one QR code on paper of a size in mm.
pub fn qr_label(
    width_mm: u32,
    height_mm: u32,
    code: &QrCode,
    copies: u32,
) -> Result<String, LabelError> {
    code.check()?;
    check_copies(copies)?;
    for (name, value) in [("width", width_mm), ("height", height_mm)] {
        if !(10..=300).contains(&value) {
            return Err(LabelError::range(name, value, "10 to 300 mm"));
        }
    }
    let QrCode { x, y, cell, correction, payload } = code;
    let letter = correction.letter();
    Ok(format!(
        "SIZE {width_mm} mm,{height_mm} mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\nCLS\r\n\
         QRCODE {x},{y},{letter},{cell},A,0,M2,S7,\"{payload}\"\r\nPRINT {copies}\r\n"
    ))
}
