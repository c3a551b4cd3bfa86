//! Commands for label printers: ZPL II and TSPL, with codes the printer draws itself.
//!
//! Nothing from a label's data can become a command: in ZPL text `^`, `~` and the escape itself
//! are written as hexadecimal, code payloads allow only characters that mean nothing to the
//! printer, and everything else is refused. Chinese text comes as a bitmap, because what fonts a
//! printer has is not known. Sending the commands is for the caller.

pub mod batch;
pub mod job;
pub mod raster;
pub mod request;
pub mod status;
pub mod tspl;
pub mod zpl;

use serde::Deserialize;

use crate::limits::{LABEL_COPIES_MAX, LABEL_PAYLOAD_BYTES_MAX};
use crate::reading::Reason;

/// The family's name in recorded cases.
pub const FAMILY: &str = "label_out";

/// Label data that cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// A character that must not reach the printer as it is.
    #[error("{field}: character {found:?} cannot be printed safely; {advice}")]
    ForbiddenCharacter {
        /// Where it stands.
        field: String,
        /// The character.
        found: char,
        /// What to do.
        advice: &'static str,
    },
    /// A parameter out of its range.
    #[error("{field}: {found} is out of range; {allowed}")]
    BadParameter {
        /// The parameter.
        field: String,
        /// What was read.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A request that cannot be read.
    #[error("the print request cannot be read: {0}")]
    BadRequest(String),
}

impl LabelError {
    /// The stable name of the reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::ForbiddenCharacter { .. } => Reason::ForbiddenCharacter,
            Self::BadParameter { .. } => Reason::BadParameter,
            Self::BadRequest(_) => Reason::BadFrame,
        }
    }

    pub(crate) fn range(
        field: &str,
        found: impl std::fmt::Display,
        allowed: impl Into<String>,
    ) -> Self {
        let (field, found) = (field.to_owned(), crate::limits::quoted(&found.to_string()));
        Self::BadParameter { field, found, allowed: allowed.into() }
    }
}

/// Error correction level of a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Correction {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %: the level for labels that get dirty.
    Q,
    /// About 30 %.
    H,
}

impl Correction {
    /// The letter both printer languages use.
    pub fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::M => 'M',
            Self::Q => 'Q',
            Self::H => 'H',
        }
    }
}

/// A QR code on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrCode {
    /// Left edge in dots.
    pub x: u32,
    /// Top edge in dots.
    pub y: u32,
    /// Dots for each module, 1 to 10.
    pub cell: u32,
    /// Error correction.
    pub correction: Correction,
    /// The data, printable ASCII without `^ ~ " \`.
    pub payload: String,
}

/// Largest coordinate on a label, in dots (^FO allows no more).
const COORDINATE_MAX: u32 = 32_000;
/// Largest module both languages draw.
const CELL_MAX: u32 = 10;

impl QrCode {
    /// Checks position, size and payload.
    pub fn check(&self) -> Result<(), LabelError> {
        check_position(self.x, self.y)?;
        if self.cell == 0 || self.cell > CELL_MAX {
            return Err(LabelError::range("cell", self.cell, format!("1 to {CELL_MAX}")));
        }
        if self.payload.is_empty() || self.payload.len() > LABEL_PAYLOAD_BYTES_MAX {
            let found = format!("{} bytes", self.payload.len());
            let allowed = format!("1 to {LABEL_PAYLOAD_BYTES_MAX} bytes");
            return Err(LabelError::range("payload", found, allowed));
        }
        let forbidden =
            |it: &char| !matches!(it, ' '..='~') || matches!(it, '^' | '~' | '"' | '\\');
        match self.payload.chars().find(forbidden) {
            None => Ok(()),
            Some(found) => Err(LabelError::ForbiddenCharacter {
                field: "payload".to_owned(),
                found,
                advice: "use 0-9 A-Z and $%*+-./: in codes",
            }),
        }
    }
}

pub(crate) fn check_position(x: u32, y: u32) -> Result<(), LabelError> {
    for (name, value) in [("x", x), ("y", y)] {
        if value > COORDINATE_MAX {
            return Err(LabelError::range(name, value, format!("0 to {COORDINATE_MAX} dots")));
        }
    }
    Ok(())
}

pub(crate) fn check_copies(copies: u32) -> Result<(), LabelError> {
    if copies == 0 || copies > LABEL_COPIES_MAX {
        return Err(LabelError::range("copies", copies, format!("1 to {LABEL_COPIES_MAX}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
