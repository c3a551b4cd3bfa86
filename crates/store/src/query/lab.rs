//! What the laboratory plans and sends out, and the facts that say what is due.

use tl_domain::ids::{EntryId, PartyId, SampleId};
use tl_domain::project::{AssayRow, BatchRow, FlowRow, PlanRow, SampleRow, SubmissionRow};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan};

use super::{Page, Paged, doc, docs, paged};
use crate::sql::{Value, list};
use crate::{Store, StoreError};

/// Samples and sheets so long before a span can stand for what lies in it.
const BEFORE_MICROS: Micros = 31 * DAY_MICROS;

/// What is known of a plant for a span, read at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanFacts {
    /// Batches registered in the span.
    pub batches: Vec<BatchRow>,
    /// Movements that share a moment with it.
    pub flows: Vec<FlowRow>,
    /// Samples from a month before it on.
    pub samples: Vec<SampleRow>,
    /// Assays of those samples.
    pub assays: Vec<AssayRow>,
    /// Submission sheets from a month before it on.
    pub submissions: Vec<SubmissionRow>,
}

impl Store {
    /// Assay plans that somebody approved, by id.
    ///
    /// # Errors
    /// The database's.
    pub fn plans(&self, party: &PartyId) -> Result<Vec<PlanRow>, StoreError> {
        let sql = "SELECT doc FROM plan_row WHERE party = ? ORDER BY key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }

    /// Submission sheets, the last sent first.
    ///
    /// # Errors
    /// The database's.
    pub fn submissions(
        &self,
        party: &PartyId,
        page: Page,
    ) -> Result<Paged<SubmissionRow>, StoreError> {
        let parts = ("submission_row WHERE party = ?", "sent_at DESC, key DESC");
        self.read_all(|conn| paged(conn, parts, &[Value::text(party.as_str())], page))
    }

    /// A submission sheet.
    ///
    /// # Errors
    /// The database's.
    pub fn submission(
        &self,
        party: &PartyId,
        id: EntryId,
    ) -> Result<Option<SubmissionRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        let sql = "SELECT doc FROM submission_row WHERE party = ? AND key = ?";
        self.read(|conn| doc(conn, sql, &binds))
    }

    /// The facts that say what was due in a span, and what became of it until now.
    ///
    /// # Errors
    /// The database's.
    pub fn plan_facts(&self, party: &PartyId, span: MicrosSpan) -> Result<PlanFacts, StoreError> {
        let of = || Value::text(party.as_str());
        self.read_all(|conn| {
            let batches = "SELECT doc FROM batch_row WHERE party = ? AND registered_at >= ? \
                           AND registered_at < ? ORDER BY registered_at, key";
            let within = [of(), Value::Int(span.from), Value::Int(span.to)];
            let flows = "SELECT doc FROM flow_row WHERE party = ? AND since < ? \
                         AND (until > ? OR since >= ?) ORDER BY since, key";
            let across = [of(), Value::Int(span.to), Value::Int(span.from), Value::Int(span.from)];
            let since = [of(), Value::Int(span.from.saturating_sub(BEFORE_MICROS))];
            let samples = "SELECT doc FROM sample_row WHERE party = ? AND taken_at >= ? \
                           ORDER BY taken_at, key";
            let sheets = "SELECT doc FROM submission_row WHERE party = ? AND sent_at >= ? \
                          ORDER BY sent_at, key";
            let samples: Vec<SampleRow> = docs(conn, samples, &since)?;
            let ids = list(samples.iter().map(|row| SampleId::to_string(&row.id)));
            let assays = "SELECT doc FROM assay_row WHERE party = ? AND sample = ANY_OF(?) \
                          ORDER BY reported_at, key";
            Ok(PlanFacts {
                batches: docs(conn, batches, &within)?,
                flows: docs(conn, flows, &across)?,
                assays: docs(conn, assays, &[of(), ids])?,
                submissions: docs(conn, sheets, &since)?,
                samples,
            })
        })
    }
}
