//! The batch label, 100 x 70 mm: a QR code left, lines right, the code in letters under the QR.
//!
//! The code in letters is always there, so that a person can type what no scanner reads.
//! Everything must fit: a line that is too long or too high is an error, never cut off.

use super::raster::Raster;
use super::zpl::ZplLabel;
use super::{Correction, LabelError, QrCode};

/// Width of the label in mm.
pub const WIDTH_MM: u32 = 100;
/// Height of the label in mm.
pub const HEIGHT_MM: u32 = 70;

/// Resolution of the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// 203 dots per inch.
    Dpi203,
    /// 300 dots per inch.
    Dpi300,
}

impl Resolution {
    /// Dots for a length in mm, rounded down.
    pub fn dots(self, millimetres: u32) -> u32 {
        let per_inch = match self {
            Self::Dpi203 => 203,
            Self::Dpi300 => 300,
        };
        millimetres.saturating_mul(per_inch).saturating_mul(10) / 254
    }

    /// Width and height of the batch label in dots.
    pub fn label_dots(self) -> (u32, u32) {
        (self.dots(WIDTH_MM), self.dots(HEIGHT_MM))
    }
}

/// One line beside the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelLine {
    /// ASCII in the printer's font.
    Native(String),
    /// Anything else, drawn by the caller.
    Drawn(Raster),
}

/// What a batch label shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLabel {
    /// What the QR code holds.
    pub payload: String,
    /// The same code for people, at most 24 ASCII characters.
    pub code: String,
    /// At most seven lines.
    pub lines: Vec<LabelLine>,
    /// How many labels to print.
    pub copies: u32,
}

const MARGIN_MM: u32 = 4;
const QR_MM: u32 = 46;
const CODE_Y_MM: u32 = 58;
const CODE_CHARS_MAX: usize = 24;
const LINES_X_MM: u32 = 53;
const LINES_WIDTH_MM: u32 = 44;
const LINE_MM: u32 = 8;
const LINES_MAX: usize = 7;
const TEXT_MM: u32 = 4;

/// The ZPL commands of a batch label.
pub fn zpl(label: &BatchLabel, resolution: Resolution) -> Result<String, LabelError> {
    let dots = |millimetres| resolution.dots(millimetres);
    let count = label.code.chars().count();
    if count == 0 || count > CODE_CHARS_MAX {
        let allowed = format!("1 to {CODE_CHARS_MAX} characters");
        return Err(LabelError::range("code", format!("{count} characters"), allowed));
    }
    if label.lines.len() > LINES_MAX {
        return Err(LabelError::range("lines", label.lines.len(), format!("at most {LINES_MAX}")));
    }
    let (width, height) = resolution.label_dots();
    let code = QrCode {
        x: dots(MARGIN_MM),
        y: dots(MARGIN_MM),
        cell: cell(&label.payload, dots(QR_MM))?,
        correction: Correction::Q,
        payload: label.payload.clone(),
    };
    let mut out = ZplLabel::new(width, height)?.qr(&code)?.text(
        dots(MARGIN_MM),
        dots(CODE_Y_MM),
        dots(TEXT_MM + 1),
        &label.code,
    )?;
    let mut y_mm = MARGIN_MM;
    for (index, line) in label.lines.iter().enumerate() {
        let (x, y) = (dots(LINES_X_MM), dots(y_mm));
        out = match line {
            LabelLine::Native(text) => {
                check_native(index, text, resolution)?;
                out.text(x, y, dots(TEXT_MM), text)?
            }
            LabelLine::Drawn(raster) => {
                check_drawn(index, raster, resolution)?;
                out.raster(x, y, raster)?
            }
        };
        y_mm += LINE_MM;
    }
    out.finish(label.copies)
}

fn check_native(index: usize, text: &str, resolution: Resolution) -> Result<(), LabelError> {
    // Characters of the built-in font 0 are at most as wide as high; most are narrower.
    let width = u32::try_from(text.chars().count())
        .unwrap_or(u32::MAX)
        .saturating_mul(resolution.dots(TEXT_MM) * 6 / 10);
    let limit = resolution.dots(LINES_WIDTH_MM);
    if width > limit {
        let field = format!("line {}", index + 1);
        let found = format!("about {width} dots");
        return Err(LabelError::range(&field, found, format!("at most {limit} dots; shorten it")));
    }
    Ok(())
}

fn check_drawn(index: usize, raster: &Raster, resolution: Resolution) -> Result<(), LabelError> {
    let (width, height) = (resolution.dots(LINES_WIDTH_MM), resolution.dots(LINE_MM));
    if raster.width() > width || raster.height() > height {
        let field = format!("line {}", index + 1);
        let found = format!("{} x {} dots", raster.width(), raster.height());
        return Err(LabelError::range(&field, found, format!("at most {width} x {height}")));
    }
    Ok(())
}

/// Most bytes in byte mode at level Q for versions 1 to 10 (ISO/IEC 18004 table 7).
const BYTES_AT_Q: &[usize] = &[11, 20, 32, 46, 60, 74, 86, 108, 130, 151];

/// The largest module size at which the code still fits the space, quiet zone included.
fn cell(payload: &str, space: u32) -> Result<u32, LabelError> {
    let version = BYTES_AT_Q.iter().zip(1u32..).find(|(most, _)| payload.len() <= **most);
    let Some((_, version)) = version else {
        let found = format!("{} bytes", payload.len());
        return Err(LabelError::range("payload", found, "at most 151 bytes on this label"));
    };
    // The quiet zone is four modules at each side; the label's margin gives part of it.
    let modules = 17 + 4 * version + 4;
    match (space / modules).min(10) {
        0 => Err(LabelError::range("payload", payload.len(), "shorter, to fit this printer")),
        cell => Ok(cell),
    }
}
