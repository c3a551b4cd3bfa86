//! The assay plan, what is due by it, and submission sheets to outside laboratories.

use rust_decimal::Decimal;
use serde::Serialize;
use tl_domain::code::Code;
use tl_domain::event::{Master, PlanApprove, SampleSubmit, SampledBy, SiteRecord};
use tl_domain::ids::{Analyte, AssayId, EntryId, OperatorId, PartyId, RecordId, SampleId, SiteId};
use tl_domain::lab::calendar::{Clock, stops};
use tl_domain::lab::due::{Counts, Facts, Occasion, due as due_by};
use tl_domain::lab::plan::{ApprovedPlan, AssayPlan, PlanItem};
use tl_domain::project::{AssayRow, MasterRow, Object, Review, SubmissionRow};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan, Moment};
use tl_store::{Page, Paged};
use tl_wire::problem::ErrorCode;

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{ApprovePlan, Permit, ReadParty, RecordSample};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;

/// Longest span for which it is told what is due: all of its facts are read at once.
pub const DUE_DAYS_MAX: i64 = 400;
/// The span when none is asked for: a quarter back from now.
const DUE_DAYS: i64 = 92;

/// A line of a plan with where its version stands.
#[derive(Debug, Clone, Serialize)]
pub struct PlanLine {
    /// The plan.
    pub plan: RecordId,
    /// Its name.
    pub name: String,
    /// Its site.
    pub site: SiteId,
    /// First moment.
    pub valid_from: Moment,
    /// First moment after it.
    pub valid_to: Moment,
    /// Who drafted it.
    pub drafted_by: OperatorId,
    /// The version's entry.
    pub entry: EntryId,
    /// Who approved this version; nothing while it waits.
    pub approved_by: Option<OperatorId>,
    /// Whether it is in use.
    pub active: bool,
    /// The line.
    #[serde(flatten)]
    pub item: PlanItem,
}

/// What is due in a span.
#[derive(Debug, Clone, Serialize)]
pub struct Due {
    /// Occasions by state, over the whole span.
    pub counts: Counts,
    /// 检测完成率.
    pub completion_percent: Option<Decimal>,
    /// The occasions, the oldest first.
    pub rows: Vec<Occasion>,
    /// How many there are.
    pub total: u64,
}

/// A pot on a sheet with what came back.
#[derive(Debug, Clone, Serialize)]
pub struct SubmittedSample {
    /// The sample.
    pub sample: SampleId,
    /// Our code on it.
    pub code: Option<Code>,
    /// Number of its seal.
    pub seal: Option<String>,
    /// Reports on it since it was sent.
    pub reports: Vec<AssayId>,
}

/// A submission sheet with what came back.
#[derive(Debug, Clone, Serialize)]
pub struct Submission {
    /// Its entry.
    pub entry: EntryId,
    /// Number of the sheet.
    pub number: String,
    /// Laboratory, when it is a party.
    pub lab: Option<PartyId>,
    /// Name of the laboratory.
    pub lab_name: String,
    /// 委托单号.
    pub commission: Option<String>,
    /// What is to be determined.
    pub analytes: Vec<Analyte>,
    /// When it was sent.
    pub sent_at: Micros,
    /// When the report is promised.
    pub due: Micros,
    /// What the laboratory answers for.
    pub sampled_by: SampledBy,
    /// Whole days since it was sent, until the last report when all have come.
    pub days_waiting: i64,
    /// Samples without a report.
    pub open: u64,
    /// The pots.
    pub samples: Vec<SubmittedSample>,
}

/// Lines of all plans in their newest version; a record that does not read is no plan.
///
/// # Errors
/// The store's.
pub fn plan_lines(app: &App, permit: &Permit<ReadParty>) -> Result<Vec<PlanLine>, Failure> {
    let approved: Vec<ApprovedPlan> =
        app.store.plans(permit.party())?.into_iter().flat_map(|row| row.approved).collect();
    let masters = app.store.masters(permit.party())?;
    let mut lines = Vec::new();
    for MasterRow { record, active, entry } in masters {
        let Master::AssayPlan(record) = record else { continue };
        let Ok(plan) = AssayPlan::read(&record) else { continue };
        let version = approved.iter().find(|version| version.entry == entry);
        let approved_by = version.map(|version| version.approved_by.clone());
        lines.extend(plan.items.into_iter().map(|item| PlanLine {
            plan: plan.id.clone(),
            name: plan.name.clone(),
            site: plan.site.clone(),
            valid_from: plan.valid_from.clone(),
            valid_to: plan.valid_to.clone(),
            drafted_by: plan.drafted_by.clone(),
            entry,
            approved_by: approved_by.clone(),
            active,
            item,
        }));
    }
    Ok(lines)
}

/// The span that is meant: the quarter before now, when none is named.
///
/// # Errors
/// `BadRequest` for one that is longer than can be read at once.
pub fn due_span(app: &App, asked: Option<MicrosSpan>) -> Result<MicrosSpan, Failure> {
    let now = app.clock.micros();
    let span = asked.unwrap_or(MicrosSpan { from: now - DUE_DAYS * DAY_MICROS, to: now + 1 });
    if span.length() > DUE_DAYS_MAX * DAY_MICROS {
        let detail = format!("at most {DUE_DAYS_MAX} days at once");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    Ok(span)
}

/// What the approved plans ask for in a span, and what became of it.
///
/// # Errors
/// The store's.
pub fn due(app: &App, permit: &Permit<ReadParty>, span: MicrosSpan) -> Result<Due, Failure> {
    due_of(app, permit.party(), span)
}

/// The same for who has leave already.
pub(super) fn due_of(app: &App, party: &PartyId, span: MicrosSpan) -> Result<Due, Failure> {
    let masters: Vec<Master> = app
        .store
        .masters(party)?
        .into_iter()
        .filter(|row| row.active)
        .map(|row| row.record)
        .collect();
    let found = app.store.plan_facts(party, span)?;
    let still = stops(&masters);
    let facts = Facts {
        batches: &found.batches,
        flows: &found.flows,
        samples: &found.samples,
        assays: &found.assays,
        submissions: &found.submissions,
        stops: &still,
    };
    let now = app.clock.micros();
    let mut rows = Vec::new();
    for plan in app.store.plans(party)? {
        let clock = clock_of(&plan.approved, &masters);
        rows.extend(due_by(&plan.approved, clock, facts, span, now));
    }
    rows.sort_by_key(|occasion| occasion.since);
    let counts = Counts::of(&rows);
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(Due { counts, completion_percent: counts.completion_percent(), rows, total })
}

/// The clock of the plan's site; that of the installation where the site is not declared.
fn clock_of(versions: &[ApprovedPlan], masters: &[Master]) -> Clock {
    let newest = versions.last().and_then(|version| AssayPlan::read(&version.record).ok());
    let site = |record: &&SiteRecord| newest.as_ref().is_some_and(|plan| plan.site == record.id);
    let sites = masters.iter().filter_map(|master| match master {
        Master::Site(record) => Some(record),
        _ => None,
    });
    let default = Clock { offset_minutes: CHINA_OFFSET_SECONDS / 60, day_start_hour: 0 };
    sites.into_iter().find(site).map_or(default, Clock::of)
}

/// A second person decides about a plan's version.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn approve(
    app: &App,
    permit: &Permit<ApprovePlan>,
    form: Form,
    body: PlanApprove,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Records that samples went to an outside laboratory.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn submit(
    app: &App,
    permit: &Permit<RecordSample>,
    form: Form,
    body: SampleSubmit,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Submission sheets with what came back, the last sent first.
///
/// # Errors
/// The store's.
pub fn submissions(
    app: &App,
    permit: &Permit<ReadParty>,
    page: Page,
) -> Result<Paged<Submission>, Failure> {
    let Paged { rows, total } = app.store.submissions(permit.party(), page)?;
    let rows: Result<Vec<Submission>, Failure> =
        rows.into_iter().map(|row| answered(app, permit, row)).collect();
    Ok(Paged { rows: rows?, total })
}

/// A submission sheet with what came back.
///
/// # Errors
/// `NotFound`.
pub fn submission(
    app: &App,
    permit: &Permit<ReadParty>,
    id: EntryId,
) -> Result<Submission, Failure> {
    let row = app.store.submission(permit.party(), id)?.ok_or_else(Failure::not_found)?;
    answered(app, permit, row)
}

fn answered(
    app: &App,
    permit: &Permit<ReadParty>,
    row: SubmissionRow,
) -> Result<Submission, Failure> {
    let (mut samples, mut last) = (Vec::new(), row.sent_at);
    for line in &row.lines {
        let assays = app.store.assays_of(permit.party(), &Object::Sample(line.sample))?;
        let of_lab = |assay: &&AssayRow| {
            let theirs = row.lab.is_none() || assay.lab == row.lab;
            theirs && assay.reported_at >= row.sent_at && assay.review != Review::Returned
        };
        let reports: Vec<&AssayRow> = assays.iter().filter(of_lab).collect();
        last = reports.iter().map(|assay| assay.reported_at).fold(last, Micros::max);
        let sample = app.store.sample(permit.party(), line.sample)?;
        samples.push(SubmittedSample {
            sample: line.sample,
            code: sample.and_then(|sample| sample.code),
            seal: line.seal.clone(),
            reports: reports.iter().map(|assay| assay.id).collect(),
        });
    }
    let open = samples.iter().filter(|sample| sample.reports.is_empty()).count();
    let until = if open == 0 { last } else { app.clock.micros() };
    Ok(Submission {
        entry: row.entry,
        number: row.number,
        lab: row.lab,
        lab_name: row.lab_name,
        commission: row.commission,
        analytes: row.analytes,
        sent_at: row.sent_at,
        due: row.due,
        sampled_by: row.sampled_by,
        days_waiting: (until - row.sent_at).max(0) / DAY_MICROS,
        open: u64::try_from(open).unwrap_or(u64::MAX),
        samples,
    })
}
