//! QR codes with error correction Q: modules for labels, SVG for pages. Invariant: four modules of
//! quiet zone on every side, black on white also in dark mode, because scanners need it. What the
//! text means is the caller's affair.

#[cfg(test)]
mod tests;

use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

use crate::figure::escape;

/// Blank modules that a scanner needs on every side.
pub const QUIET_MODULES: usize = 4;
/// Longest text, in bytes; more make modules too small for a label.
pub const MAX_TEXT_BYTES: usize = 200;

/// Why no code can be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum QrError {
    /// Nothing to encode.
    #[error("the text of the QR code is empty")]
    Empty,
    /// Longer than [`MAX_TEXT_BYTES`].
    #[error("the text of the QR code has {found} bytes, at most {MAX_TEXT_BYTES}")]
    TooLong {
        /// Bytes given.
        found: usize,
    },
    /// The encoder refused the text.
    #[error("the text cannot be made a QR code: {0}")]
    Encoder(String),
}

/// The modules of a code, row by row, without quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// Modules along one side.
    pub side: usize,
    /// `side × side` modules, `true` where dark.
    pub dark: Vec<bool>,
}

impl Modules {
    /// Encodes a text; texts of digits, A-Z and ` $%*+-./:` alone get the denser alphanumeric mode.
    pub fn of(text: &str) -> Result<Self, QrError> {
        if text.is_empty() {
            return Err(QrError::Empty);
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(QrError::TooLong { found: text.len() });
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::Q)
            .map_err(|problem| QrError::Encoder(problem.to_string()))?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { side: code.width(), dark })
    }

    /// Dark runs: (column, row, modules), row by row.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (row, cells) in self.dark.chunks(self.side.max(1)).enumerate() {
            for (column, _) in cells.iter().enumerate().filter(|(_, dark)| **dark) {
                match runs.last_mut() {
                    Some(run) if run.1 == row && run.0 + run.2 == column => run.2 += 1,
                    _ => runs.push((column, row, 1)),
                }
            }
        }
        runs
    }

    /// Modules along one side with the quiet zone.
    pub fn side_with_quiet(&self) -> usize {
        self.side + 2 * QUIET_MODULES
    }
}

/// A code as one `<svg>` element that scales; `name` is its accessible name.
pub fn svg(text: &str, name: &str) -> Result<String, QrError> {
    let modules = Modules::of(text)?;
    let side = modules.side_with_quiet();
    let mut path = String::new();
    for (column, row, length) in modules.runs() {
        let (x, y) = (column + QUIET_MODULES, row + QUIET_MODULES);
        path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
    }
    let name = escape(name);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tl-qr\" role=\"img\" \
         aria-label=\"{name}\" viewBox=\"0 0 {side} {side}\" width=\"100%\" \
         shape-rendering=\"crispEdges\"><title>{name}</title>\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#ffffff\"/>\
         <path d=\"{path}\" fill=\"#000000\"/></svg>\n"
    ))
}
