//! 取样: a pot with its own code stands for one batch or a composite of several.

use diesel::prelude::*;
use tl_domain::code::Code;
use tl_domain::event::{SampleShare, SampleSubject, SampleTake};

use super::state::BatchView;
use super::{Context, Done, codes, record, refuse};
use crate::outbox::schema::sample;
use crate::outbox::{Tx, WriteError};

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

/// The id of the sample that a laboratory calls `name`: by its code, else by its lab name.
pub(crate) fn by_name(db: &mut SqliteConnection, name: &str) -> QueryResult<Option<String>> {
    let code: Option<Code> = tl_domain::code::read_scan(name).ok().map(|(_, code)| code);
    if let Some(code) = code {
        let found = sample::table
            .filter(sample::code.eq(code.as_str()))
            .select(sample::id)
            .first(db)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    sample::table
        .filter(sample::lab_name.eq(name))
        .order(sample::taken_micros.desc())
        .select(sample::id)
        .first(db)
        .optional()
}
