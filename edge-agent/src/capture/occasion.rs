//! When something happened, if not now: copied from a paper sheet, or sent late by a browser.
//!
//! The entry says when it happened; when it was typed in is the clock of the act beside it and the
//! server's time of receipt. Sheet number and photo ride in the body where its kind has room: the
//! form as it was copied is the raw evidence of a figure that no device sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tl_domain::event::{BlobRef, Body, Raw};
use tl_domain::time::Micros;

use crate::outbox::{Tx, WriteError};

/// Name of the evidence of a paper sheet in `raw.decoder`.
pub(crate) const PAPER_DECODER: &str = "paper/1";

/// A paper sheet that is copied (补录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paper {
    /// Number on the sheet.
    pub(crate) sheet: String,
    /// When it happened, microseconds since 1970.
    pub(crate) at_micros: Micros,
    /// The outage that was declared, in words; none when paper was used for another reason.
    pub(crate) outage: Option<String>,
    /// Its photo.
    pub(crate) photo: Option<BlobRef>,
}

/// When a capture happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Occasion {
    /// Microseconds since 1970.
    pub(crate) at_micros: Micros,
    /// The sheet, when it is copied from one.
    pub(crate) paper: Option<Paper>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    sheet: &'a str,
    happened_micros: Micros,
    typed_micros: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    outage: Option<&'a str>,
}

/// Puts a sheet's evidence into a body that has room for it.
///
/// # Errors
/// The database's.
pub(super) fn stamp(tx: &mut Tx<'_>, mut body: Body) -> Result<Body, WriteError> {
    let Some(paper) = tx.occasion.as_ref().and_then(|it| it.paper.clone()) else {
        return Ok(body);
    };
    let evidence = Evidence {
        sheet: &paper.sheet,
        happened_micros: paper.at_micros,
        typed_micros: tx.now(),
        outage: paper.outage.as_deref(),
    };
    let text = serde_json::to_vec(&evidence).map_err(|it| WriteError::Form(it.to_string()))?;
    let raw = Raw { base64: STANDARD.encode(text), decoder: PAPER_DECODER.to_owned() };
    let mut photo = paper.photo.into_iter();
    let blobs = match &mut body {
        Body::BatchRegister(it) => {
            it.raw.get_or_insert(raw);
            Some(&mut it.blobs)
        }
        Body::BatchWeigh(it) => {
            it.raw.get_or_insert(raw);
            Some(&mut it.blobs)
        }
        Body::FlowReport(it) => {
            it.raw.get_or_insert(raw);
            Some(&mut it.blobs)
        }
        Body::HandoverReceive(it) => {
            it.raw.get_or_insert(raw);
            Some(&mut it.blobs)
        }
        Body::SampleTake(it) => {
            it.raw.get_or_insert(raw);
            None
        }
        Body::HandoverDispatch(it) => Some(&mut it.blobs),
        Body::StockTake(it) => Some(&mut it.blobs),
        _ => None,
    };
    if let (Some(blobs), Some(photo)) = (blobs, photo.next()) {
        tx.note_blob(&photo)?;
        blobs.push(photo);
    }
    Ok(body)
}
