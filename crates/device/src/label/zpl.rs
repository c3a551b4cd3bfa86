//! ZPL II: a label is built from fields; every text goes through the hexadecimal escape.
//! Source: ZPL II programming guide, ^BQ (the data begins with the correction letter and the
//! input mode, `QA,`), ^FH, ^GF.

use super::raster::Raster;
use super::{LabelError, QrCode, check_copies, check_position};

/// A label under construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZplLabel {
    text: String,
}

impl ZplLabel {
    /// An empty label of a size in dots.
    pub fn new(width: u32, height: u32) -> Result<Self, LabelError> {
        check_position(width, height)?;
        Ok(Self { text: format!("^XA\n^PW{width}\n^LL{height}\n^LH0,0\n") })
    }

    /// Adds a QR code (model 2, automatic input mode).
    pub fn qr(mut self, code: &QrCode) -> Result<Self, LabelError> {
        code.check()?;
        let QrCode { x, y, cell, correction, payload } = code;
        let letter = correction.letter();
        self.text.push_str(&format!("^FO{x},{y}^BQN,2,{cell}^FD{letter}A,{payload}^FS\n"));
        Ok(self)
    }

    /// Adds ASCII text in the printer's own scalable font, `height` dots high.
    pub fn text(mut self, x: u32, y: u32, height: u32, text: &str) -> Result<Self, LabelError> {
        check_position(x, y)?;
        if !(10..=1000).contains(&height) {
            return Err(LabelError::range("height", height, "10 to 1000 dots"));
        }
        let field = escaped(text)?;
        self.text.push_str(&format!("^FO{x},{y}^A0N,{height},{height}^FH^FD{field}^FS\n"));
        Ok(self)
    }

    /// Adds a bitmap.
    pub fn raster(mut self, x: u32, y: u32, raster: &Raster) -> Result<Self, LabelError> {
        check_position(x, y)?;
        let (total, row) = (raster.bytes().len(), raster.row_bytes());
        let data = hex::encode_upper(raster.bytes());
        self.text.push_str(&format!("^FO{x},{y}^GFA,{total},{total},{row},{data}^FS\n"));
        Ok(self)
    }

    /// Ends the label; the result is ASCII.
    pub fn finish(mut self, copies: u32) -> Result<String, LabelError> {
        check_copies(copies)?;
        self.text.push_str(&format!("^PQ{copies}\n^XZ\n"));
        Ok(self.text)
    }
}

/// Text for ^FD behind ^FH: what means something to the printer is written as `_` and two
/// hexadecimal digits; what the printer's fonts lack is refused.
pub fn escaped(text: &str) -> Result<String, LabelError> {
    let mut field = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '^' | '~' | '_' | '\\' => field.push_str(&format!("_{:02X}", u32::from(character))),
            ' '..='~' => field.push(character),
            found => {
                let advice = if found.is_control() {
                    "remove it"
                } else {
                    "draw text that is not ASCII as a bitmap"
                };
                let field = "text".to_owned();
                return Err(LabelError::ForbiddenCharacter { field, found, advice });
            }
        }
    }
    Ok(field)
}
