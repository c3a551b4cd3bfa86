//! 取样: a pot with its own code stands for one batch or a composite of several.

use tl_domain::code::Code;
use tl_domain::event::{SampleShare, SampleSubject, SampleTake};

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
}

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
    let body = SampleTake {
        code: Some(code.clone()),
        subject: SampleSubject::Batches(shares),
        increments: sampling.increments,
        lab_name: sampling.lab_name.clone(),
        sampler: None,
        raw: None,
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
