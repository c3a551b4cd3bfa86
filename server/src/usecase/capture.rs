//! Recording what a person enters: check against the books, then sign and append.
//!
//! `tl_domain::capture` may refuse here, before anything is signed; afterwards a fact is never
//! refused. A capture that names its own id can be sent twice: the second time answers what the
//! first one stored.

use sha2::{Digest as _, Sha256};
use tl_domain::capture::{self, Capture, Checked, Notice, Reported, View};
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::{BatchRegister, Body};
use tl_domain::ids::{AssayId, BatchId, EntryId, OperatorId, PartyId, RunId, SampleId};
use tl_domain::project::{BatchRow, BatchState, CodeRow, MasterRow, RunRow, SampleRow, Verdict};
use tl_domain::time::Moment;
use tl_ledger::Hash;
use tl_store::{Draft, Store, StoreError};
use tl_wire::device::EntryResult;
use tl_wire::problem::ErrorCode;
use uuid::{Builder, Variant, Version};

use crate::app::App;
use crate::auth::permit::{Action, Permit};
use crate::clock::{CHINA_OFFSET_SECONDS, Clock};
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

impl Form {
    /// The same with an id: the form's own, else a new one.
    #[must_use]
    pub fn numbered(mut self, clock: &Clock) -> Self {
        self.id = Some(self.id.unwrap_or_else(|| random::entry_id(clock)));
        self
    }

    /// The form of a further entry that the same form becomes. Its id follows from the form's id,
    /// so that a form sent twice records nothing twice.
    #[must_use]
    pub fn further(&self, number: usize) -> Self {
        Self { id: self.id.map(|id| further_id(id, number)), observed_at: self.observed_at.clone() }
    }
}

/// A UUIDv7 of the same millisecond whose random bits follow from `id` and `number`.
fn further_id(id: EntryId, number: usize) -> EntryId {
    let digest = Sha256::new()
        .chain_update(id.0.as_bytes())
        .chain_update(u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes())
        .finalize();
    let mut bytes = *id.0.as_bytes();
    bytes[MILLISECOND_BYTES..].copy_from_slice(&digest[..RANDOM_BYTES]);
    let builder = Builder::from_bytes(bytes);
    EntryId(builder.with_variant(Variant::RFC4122).with_version(Version::SortRand).into_uuid())
}

/// Bytes of a UUIDv7 that hold its time.
const MILLISECOND_BYTES: usize = 6;
/// Bytes that hold the rest: version, variant, random bits.
const RANDOM_BYTES: usize = 10;

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
    let mut view = Books { store: &app.store, party: permit.party(), before: &[] };
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
    let recorded = record_all(app, permit, vec![(form, body)])?.pop();
    Ok(recorded.expect("one body in, one result out"))
}

/// Records what one form holds, in order and in one transaction: all of it or nothing. A later
/// body may name a batch that an earlier one registers.
///
/// # Errors
/// As `record`; nothing is kept then.
pub(super) fn record_all<A: Action>(
    app: &App,
    permit: &Permit<A>,
    steps: Vec<(Form, Body)>,
) -> Result<Vec<Recorded>, Failure> {
    if let Some(earlier) = recorded_before(app, permit.party(), &steps)? {
        return Ok(earlier);
    }
    let now = app.clock.moment(CHINA_OFFSET_SECONDS);
    let steps: Vec<Step> = steps
        .into_iter()
        .map(|(form, body)| Step {
            id: form.id.unwrap_or_else(|| random::entry_id(&app.clock)),
            observed_at: form.observed_at.unwrap_or_else(|| now.clone()),
            body,
        })
        .collect();
    let notices = check_all(app, permit, &steps)?;
    let ids: Vec<EntryId> = steps.iter().map(|step| step.id).collect();
    let drafts = steps.into_iter().map(|step| Draft {
        party: permit.party().clone(),
        id: step.id,
        body: step.body,
        operator: Some(permit.operator().clone()),
        observed_at: step.observed_at,
        attest: None,
    });
    let results = app.append_own(drafts.collect())?;
    let stored = ids.into_iter().zip(results).zip(notices);
    stored.map(|((id, result), notices)| answer(id, result, notices)).collect()
}

/// Registers batches and records a body that names them, in one transaction; gives what became of
/// the body.
///
/// # Errors
/// As `record`; nothing is kept then.
pub(super) fn record_with_batches<A: Action>(
    app: &App,
    permit: &Permit<A>,
    batches: Vec<(Form, BatchRegister)>,
    form: Form,
    body: Body,
) -> Result<Recorded, Failure> {
    let batches = batches.into_iter().map(|(form, batch)| (form, batch.into()));
    let recorded = record_all(app, permit, batches.chain([(form, body)]).collect())?.pop();
    Ok(recorded.expect("one result for each body"))
}

/// A body with the id and the time that it gets.
struct Step {
    id: EntryId,
    observed_at: Moment,
    body: Body,
}

/// The notices of each step, when none is refused.
fn check_all<A: Action>(
    app: &App,
    permit: &Permit<A>,
    steps: &[Step],
) -> Result<Vec<Vec<Notice>>, Failure> {
    let mut refusals = Vec::new();
    let mut notices = Vec::with_capacity(steps.len());
    for (i, step) in steps.iter().enumerate() {
        let mut view = Books { store: &app.store, party: permit.party(), before: &steps[..i] };
        let capture = Capture {
            body: &step.body,
            operator: Some(permit.operator()),
            observed_at: step.observed_at.micros(),
            now: app.clock.micros(),
        };
        let checked = capture::check(&mut view, &capture)?;
        refusals.extend(checked.refusals);
        notices.push(checked.notices);
    }
    if refusals.is_empty() {
        return Ok(notices);
    }
    let english = permit.english();
    let words = refusals.iter().map(|r| if english { r.en() } else { r.zh() });
    let detail = words.collect::<Vec<_>>().join(if english { "; " } else { "；" });
    Err(Failure::new(ErrorCode::Refused, detail))
}

fn answer(id: EntryId, result: EntryResult, notices: Vec<Notice>) -> Result<Recorded, Failure> {
    match result {
        EntryResult::Stored { leaf, index, verdicts } => {
            let verdicts = verdicts.iter().filter_map(|code| Verdict::from_code(code)).collect();
            Ok(Recorded { id, leaf, index, verdicts, notices })
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
    steps: &[(Form, Body)],
) -> Result<Option<Vec<Recorded>>, Failure> {
    let mut earlier = Vec::with_capacity(steps.len());
    for (form, body) in steps {
        let Some(id) = form.id else { return Ok(None) };
        let Some(stored) = app.store.entry(party, id)? else { return Ok(None) };
        let view = stored.view;
        if view.entry.body != *body {
            return Err(id_in_use(id));
        }
        earlier.push(Recorded {
            id,
            leaf: view.leaf,
            index: view.index,
            verdicts: view.verdicts,
            notices: Vec::new(),
        });
    }
    Ok(Some(earlier))
}

fn id_in_use(id: EntryId) -> Failure {
    Failure::new(ErrorCode::Conflict, format!("id {id} is in use by another entry: draw a new one"))
}

/// A party's projections as the rules of capture look at them.
struct Books<'a> {
    store: &'a Store,
    party: &'a PartyId,
    /// What the same form records before.
    before: &'a [Step],
}

impl Books<'_> {
    /// Batches that the same form registers before.
    fn registered(&self) -> impl Iterator<Item = (BatchId, &BatchRegister)> {
        self.before.iter().filter_map(|step| match &step.body {
            Body::BatchRegister(body) => Some((step.id.into(), body)),
            _ => None,
        })
    }
}

/// A batch as it will stand in the books.
fn as_registered(id: BatchId, body: &BatchRegister) -> BatchRow {
    let wet = body.mass.as_ref().and_then(|mass| mass.wetted(None));
    BatchRow {
        id,
        code: body.code.clone(),
        code_taken: false,
        material: Some(body.material.clone()),
        origin: Some(body.origin),
        node: Some(body.location.node.clone()),
        place: body.location.place.clone(),
        supplier: body.supplier.clone(),
        registered_at: None,
        wet,
        left: wet,
        moisture: body.moisture.clone(),
        state: BatchState::Open,
        run: None,
        parents: body.parents.clone(),
        ticket: body.ticket.as_ref().map(|ticket| ticket.number.clone()),
    }
}

impl View for Books<'_> {
    type Error = StoreError;

    fn batch(&mut self, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
        match self.registered().find(|(known, _)| *known == id) {
            Some((id, body)) => Ok(Some(as_registered(id, body))),
            None => self.store.batch(self.party, id),
        }
    }

    fn code(&mut self, code: &Code) -> Result<Option<CodeRow>, StoreError> {
        let taken = self.registered().find(|(_, body)| body.code.as_ref() == Some(code));
        match taken {
            Some((id, _)) => {
                let (code, owner) = (code.clone(), id.entry());
                Ok(Some(CodeRow { code, kind: CodeKind::Batch, owner }))
            }
            None => self.store.code(self.party, code),
        }
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
