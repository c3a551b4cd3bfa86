//! Recording what a person enters: check against the books, then sign and append.
//!
//! `tl_domain::capture` may refuse here, before anything is signed; afterwards a fact is never
//! refused. A capture that names its own id can be sent twice: the second time answers what the
//! first one stored.

use tl_domain::capture::{self, Capture, Checked, Notice, Reported, View};
use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_domain::ids::{AssayId, BatchId, EntryId, OperatorId, PartyId, RunId, SampleId};
use tl_domain::project::{BatchRow, CodeRow, MasterRow, RunRow, SampleRow, Verdict};
use tl_domain::time::Moment;
use tl_ledger::Hash;
use tl_store::{Draft, Store, StoreError};
use tl_wire::device::EntryResult;
use tl_wire::problem::ErrorCode;

use crate::app::App;
use crate::auth::permit::{Action, Permit};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;
use crate::random;

/// When and under which id something is recorded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// Id drawn with the form, so that a form sent twice is recorded once; else drawn here.
    pub id: Option<EntryId>,
    /// When it happened; now, when absent.
    pub observed_at: Option<Moment>,
}

/// What became of a capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The entry's id; names what it created.
    pub id: EntryId,
    /// Its leaf hash.
    pub leaf: Hash,
    /// Its index in the log.
    pub index: u64,
    /// What is odd about it.
    pub verdicts: Vec<Verdict>,
    /// What the rules noticed before it was signed.
    pub notices: Vec<Notice>,
}

/// Checks a body without recording it: what a form shows beside its button.
///
/// # Errors
/// The store's only.
pub fn check<A: Action>(
    app: &App,
    permit: &Permit<A>,
    body: &Body,
    observed_at: Option<&Moment>,
) -> Result<Checked, Failure> {
    let now = app.clock.micros();
    let capture = Capture {
        body,
        operator: Some(permit.operator()),
        observed_at: observed_at.map_or(now, Moment::micros),
        now,
    };
    let mut view = Books { store: &app.store, party: permit.party() };
    Ok(capture::check(&mut view, &capture)?)
}

/// Checks a body, signs it with the party's key of this installation and appends it.
///
/// # Errors
/// `Refused` with all refusals in the person's language; `Conflict` for an id in use; the store's.
pub(super) fn record<A: Action>(
    app: &App,
    permit: &Permit<A>,
    form: Form,
    body: Body,
) -> Result<Recorded, Failure> {
    if let Some(id) = form.id
        && let Some(earlier) = recorded_before(app, permit.party(), id, &body)?
    {
        return Ok(earlier);
    }
    let checked = check(app, permit, &body, form.observed_at.as_ref())?;
    if !checked.refusals.is_empty() {
        let english = permit.english();
        let words = checked.refusals.iter().map(|r| if english { r.en() } else { r.zh() });
        let detail = words.collect::<Vec<_>>().join(if english { "; " } else { "；" });
        return Err(Failure::new(ErrorCode::Refused, detail));
    }
    let id = form.id.unwrap_or_else(|| random::entry_id(&app.clock));
    let draft = Draft {
        party: permit.party().clone(),
        id,
        body,
        operator: Some(permit.operator().clone()),
        observed_at: form.observed_at.unwrap_or_else(|| app.clock.moment(CHINA_OFFSET_SECONDS)),
        attest: None,
    };
    match app.append_own(draft)? {
        EntryResult::Stored { leaf, index, verdicts } => {
            let verdicts = verdicts.iter().filter_map(|code| Verdict::from_code(code)).collect();
            Ok(Recorded { id, leaf, index, verdicts, notices: checked.notices })
        }
        EntryResult::Refused { code, detail, .. } => {
            Err(Failure::new(ErrorCode::Refused, format!("{code}: {detail}")))
        }
        EntryResult::Forked { .. } => Err(id_in_use(id)),
        EntryResult::Waiting { .. } => {
            Err(Failure::internal("the store lets an entry of its own wait"))
        }
    }
}

/// What an earlier sending of the same form stored.
fn recorded_before(
    app: &App,
    party: &PartyId,
    id: EntryId,
    body: &Body,
) -> Result<Option<Recorded>, Failure> {
    let Some(stored) = app.store.entry(party, id)? else { return Ok(None) };
    let view = stored.view;
    if view.entry.body != *body {
        return Err(id_in_use(id));
    }
    Ok(Some(Recorded {
        id,
        leaf: view.leaf,
        index: view.index,
        verdicts: view.verdicts,
        notices: Vec::new(),
    }))
}

fn id_in_use(id: EntryId) -> Failure {
    Failure::new(ErrorCode::Conflict, format!("id {id} is in use by another entry: draw a new one"))
}

/// A party's projections as the rules of capture look at them.
struct Books<'a> {
    store: &'a Store,
    party: &'a PartyId,
}

impl View for Books<'_> {
    type Error = StoreError;

    fn batch(&mut self, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
        self.store.batch(self.party, id)
    }

    fn code(&mut self, code: &Code) -> Result<Option<CodeRow>, StoreError> {
        self.store.code(self.party, code)
    }

    fn master(&mut self, what: &str, id: &str) -> Result<Option<MasterRow>, StoreError> {
        self.store.master(self.party, what, id)
    }

    fn run(&mut self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        self.store.run(self.party, id)
    }

    fn sample(&mut self, id: SampleId) -> Result<Option<SampleRow>, StoreError> {
        self.store.sample(self.party, id)
    }

    fn assay(&mut self, id: AssayId) -> Result<Option<Reported>, StoreError> {
        let Some(row) = self.store.assay(self.party, id)? else { return Ok(None) };
        let entry = self.store.entry(self.party, id.entry())?;
        let operator: Option<OperatorId> = entry.and_then(|stored| stored.view.entry.head.operator);
        Ok(Some(Reported { row, operator }))
    }
}
