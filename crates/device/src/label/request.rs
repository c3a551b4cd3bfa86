//! A print request for one code as JSON, the form recorded cases use.
//! Unknown fields are refused: a misspelt one must not print something else than meant.

use serde::Deserialize;

use super::zpl::ZplLabel;
use super::{Correction, LabelError, QrCode, batch, tspl};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    language: String,
    payload: String,
    #[serde(default)]
    x: i64,
    #[serde(default)]
    y: i64,
    /// Dots for each module: TSPL's name.
    cell: Option<i64>,
    /// Dots for each module: ZPL's name.
    mag: Option<i64>,
    ecc: Option<String>,
    #[serde(default = "one")]
    copies: i64,
}

fn one() -> i64 {
    1
}

const DEFAULT_CELL: i64 = 6;

/// The printer commands for a request.
pub fn print(json: &[u8]) -> Result<String, LabelError> {
    let request: Request =
        serde_json::from_slice(json).map_err(|error| LabelError::BadRequest(error.to_string()))?;
    let cell = match (request.cell, request.mag) {
        (Some(_), Some(_)) => {
            return Err(LabelError::range("cell", "cell and mag", "give one of them"));
        }
        (cell, mag) => cell.or(mag).unwrap_or(DEFAULT_CELL),
    };
    let code = QrCode {
        x: whole("x", request.x)?,
        y: whole("y", request.y)?,
        cell: whole("cell", cell)?,
        correction: correction(request.ecc.as_deref())?,
        payload: request.payload,
    };
    let copies = whole("copies", request.copies)?;
    match request.language.as_str() {
        "zpl" => {
            let (width, height) = batch::Resolution::Dpi203.label_dots();
            ZplLabel::new(width, height)?.qr(&code)?.finish(copies)
        }
        "tspl" => tspl::qr_label(batch::WIDTH_MM, batch::HEIGHT_MM, &code, copies),
        other => Err(LabelError::range("language", other, "zpl or tspl")),
    }
}

fn whole(field: &str, value: i64) -> Result<u32, LabelError> {
    u32::try_from(value).map_err(|_| LabelError::range(field, value, "not negative"))
}

fn correction(letter: Option<&str>) -> Result<Correction, LabelError> {
    match letter {
        None | Some("Q") => Ok(Correction::Q),
        Some("L") => Ok(Correction::L),
        Some("M") => Ok(Correction::M),
        Some("H") => Ok(Correction::H),
        Some(other) => Err(LabelError::range("ecc", other, "L, M, Q or H")),
    }
}
