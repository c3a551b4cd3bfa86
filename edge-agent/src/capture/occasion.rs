//! When something happened, if not now: copied from a paper sheet, or sent late by a browser.
//!
//! The entry says when it happened; when it was typed in is the clock of the act beside it and the
//! server's time of receipt. Sheet number and photo ride in the body where its kind has room (the
//! form as it was copied is the raw evidence of a figure that no device sent), else in an entry of
//! their own, `evidence.add`, in the same transaction: no sheet is lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tl_domain::event::{BlobRef, Body, EvidenceAdd, Raw};
use tl_domain::time::Micros;

use super::Context;
use crate::outbox::{Draft, Tx, WriteError};

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

/// What is known of a sheet, and its photo.
fn evidence(tx: &Tx<'_>, paper: &Paper) -> Result<Raw, WriteError> {
    let evidence = Evidence {
        sheet: &paper.sheet,
        happened_micros: paper.at_micros,
        typed_micros: tx.now(),
        outage: paper.outage.as_deref(),
    };
    let text = serde_json::to_vec(&evidence).map_err(|it| WriteError::Form(it.to_string()))?;
    Ok(Raw { base64: STANDARD.encode(text), decoder: PAPER_DECODER.to_owned() })
}

/// Puts a sheet's evidence into a body as far as it has room; says whether all of it is there.
///
/// # Errors
/// The database's.
pub(super) fn stamp(tx: &mut Tx<'_>, mut body: Body) -> Result<(Body, bool), WriteError> {
    let Some(paper) = tx.occasion.as_ref().and_then(|it| it.paper.clone()) else {
        return Ok((body, true));
    };
    let (raw, blobs) = match &mut body {
        Body::BatchRegister(it) => (Some(&mut it.raw), Some(&mut it.blobs)),
        Body::BatchWeigh(it) => (Some(&mut it.raw), Some(&mut it.blobs)),
        Body::FlowReport(it) => (Some(&mut it.raw), Some(&mut it.blobs)),
        Body::HandoverReceive(it) => (Some(&mut it.raw), Some(&mut it.blobs)),
        Body::AssayReport(it) => (Some(&mut it.raw), Some(&mut it.blobs)),
        Body::SampleTake(it) => (Some(&mut it.raw), None),
        Body::HandoverDispatch(it) => (None, Some(&mut it.blobs)),
        Body::StockTake(it) => (None, Some(&mut it.blobs)),
        _ => (None, None),
    };
    let mut whole = false;
    // What a device or another form left there stays.
    if let Some(raw) = raw
        && raw.is_none()
    {
        *raw = Some(evidence(tx, &paper)?);
        whole = true;
    }
    match (blobs, paper.photo) {
        (Some(blobs), Some(photo)) => {
            tx.note_blob(&photo)?;
            blobs.push(photo);
        }
        (None, Some(_)) => whole = false,
        (_, None) => {}
    }
    Ok((body, whole))
}

/// Signs the sheet of all entries of the job that had no room for it.
///
/// # Errors
/// The outbox's.
pub(crate) fn settle(tx: &mut Tx<'_>, context: &Context) -> Result<(), WriteError> {
    let about = std::mem::take(&mut tx.unproven);
    let paper = tx.occasion.as_ref().and_then(|it| it.paper.clone());
    let Some(paper) = paper.filter(|_| !about.is_empty()) else { return Ok(()) };
    let raw = Some(evidence(tx, &paper)?);
    if let Some(photo) = &paper.photo {
        tx.note_blob(photo)?;
    }
    let body = EvidenceAdd { about, raw, blobs: paper.photo.into_iter().collect() };
    tx.append(Draft::now(body, context.operator.as_ref(), format!("№ {}", paper.sheet)))?;
    Ok(())
}
