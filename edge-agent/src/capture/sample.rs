//! 取样: a pot with its own code stands for one batch or a composite of several. Why there are fewer
//! increments than planned is the form's evidence and signed with the entry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tl_domain::code::Code;
use tl_domain::event::{Raw, SampleShare, SampleSubject, SampleTake};

use super::{Context, Done, codes, record, refuse};
use crate::outbox::state::BatchView;
use crate::outbox::{Db, Query, Tx, WriteError, sample_by_code, sample_by_lab_name};
use crate::site::Site;

/// What is known when a sample is taken.
#[derive(Debug, Clone)]
pub(crate) struct Sampling {
    /// Code of the pot; drawn from the lease when absent.
    pub(crate) code: Option<Code>,
    /// Batches that it stands for.
    pub(crate) batches: Vec<BatchView>,
    /// Number of increments.
    pub(crate) increments: Option<u32>,
    /// Name at the laboratory.
    pub(crate) lab_name: Option<String>,
    /// Why there are fewer increments than planned.
    pub(crate) fewer: Option<Fewer>,
}

/// Fewer increments than planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fewer {
    /// Increments that the material's plan asks for.
    pub(crate) planned: u32,
    /// Increments that were taken.
    pub(crate) taken: u32,
    /// Why, in the sampler's words.
    pub(crate) reason: String,
}

/// Name of the evidence of a sampling form in `raw.decoder`.
const FORM_DECODER: &str = "sampling-form/1";

/// Takes a sample.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    context: &Context,
    sampling: &Sampling,
) -> Result<Done, WriteError> {
    if sampling.batches.is_empty() {
        return Err(refuse("请先扫描要取样的批次", "scan the batch that is sampled first"));
    }
    let id = tx.new_id()?;
    let code = match &sampling.code {
        Some(code) => code.clone(),
        None => codes::draw(tx, &context.site)?,
    };
    let shares = sampling
        .batches
        .iter()
        .map(|batch| SampleShare { batch: batch.id, weight: None })
        .collect();
    let form = sampling.fewer.as_ref().map(serde_json::to_vec).transpose();
    let form = form.map_err(|error| WriteError::Form(error.to_string()))?;
    let body = SampleTake {
        code: Some(code.clone()),
        subject: SampleSubject::Batches(shares),
        increments: sampling.increments,
        lab_name: sampling.lab_name.clone(),
        sampler: None,
        raw: form
            .map(|form| Raw { base64: STANDARD.encode(form), decoder: FORM_DECODER.to_owned() }),
    };
    let (entry, notices) = record(tx, context, id, body, code.display())?;
    Ok(Done { entry, notices })
}

/// The id of the sample that a laboratory calls `name`: by its code, else by its lab name. What was
/// taken here comes before what only the server's snapshot knows.
pub(crate) fn by_name(db: &mut Db, site: &Site, name: &str) -> Query<Option<String>> {
    let code: Option<Code> = tl_domain::code::read_scan(name).ok().map(|(_, code)| code);
    if let Some(code) = &code
        && let Some(found) = sample_by_code(db, code)?
    {
        return Ok(Some(found.id));
    }
    if let Some(found) = sample_by_lab_name(db, name)? {
        return Ok(Some(found.id));
    }
    let of_code = code.and_then(|code| site.sample_of_code(code.as_str()));
    let known = of_code.or_else(|| site.sample_of_lab_name(name));
    Ok(known.map(|sample| sample.id.to_string()))
}
