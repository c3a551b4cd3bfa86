//! Computing the accountancy of one party anew, from the earliest moment that its books changed.
//!
//! Invariant: what is kept equals what a computation from nothing would give. Periods that ended
//! before the change stay as they are; all later ones are computed from the books again.

use tl_accounts::evaluate::{self, Account};
use tl_accounts::period::PeriodAccount;
use tl_accounts::periods::{self, Ends, Periods};
use tl_accounts::policy::Settled;
use tl_accounts::{area, resolution};
use tl_domain::balance::{self, Question, Records, Scope};
use tl_domain::event::FindingResolve;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::{Micros, MicrosSpan};
use tl_store::{AreaPeriods, Due, EVERYTHING, PeriodDoc, STATE_ONLY, StatesOf, Store};

use crate::error::Failure;
use crate::usecase::balances;

/// What is computed for whom.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Whose books, and from which moment on they changed.
    pub due: &'a Due,
    /// For which substance.
    pub substance: &'a Analyte,
    /// The city's policy with its limits.
    pub policy: &'a Settled,
    /// Now.
    pub now: Micros,
}

/// Computes and keeps; says whether the answer was kept, which it is unless the books changed
/// meanwhile.
///
/// # Errors
/// The store's; `Internal` for figures that no test can take.
pub fn run(store: &Store, job: &Job<'_>) -> Result<bool, Failure> {
    let areas = match job.due.since {
        EVERYTHING => anew(store, job)?,
        since => match kept(store, job, since)? {
            Some(areas) => areas,
            None => anew(store, job)?,
        },
    };
    Ok(store.keep_accounts(job.due, job.substance, &areas, job.now)?)
}

/// One area with its periods before and from the moment of change.
struct AreaBooks {
    scope: Scope,
    ends: Ends,
    /// Periods that the change cannot have touched.
    before: Vec<PeriodAccount>,
}

impl AreaBooks {
    /// The periods that follow those kept, of periods found in books that begin with the last one
    /// kept; `None` when the kept ones are no longer right.
    fn continued(&self, found: &Periods) -> Option<Vec<MicrosSpan>> {
        let Some(last) = self.before.last().map(|period| period.until) else {
            return Some(found.spans.clone());
        };
        let later: Vec<_> = found.spans.iter().filter(|span| span.to > last).copied().collect();
        let adjoins = later.first().is_none_or(|span| span.from == last);
        // No later period is right only while the last one kept still ends one.
        let ends = found.spans.iter().any(|span| span.from == last || span.to == last);
        (found.ends == self.ends && adjoins && ends).then_some(later)
    }
}

fn anew(store: &Store, job: &Job<'_>) -> Result<Vec<AreaPeriods>, Failure> {
    let party = &job.due.party;
    let records = records(store, party, MicrosSpan { from: EVERYTHING, to: job.now })?;
    let resolutions = resolutions(store, party)?;
    let mut areas = Vec::new();
    for scope in area::of(&records) {
        let found = periods::of(&records, &scope, job.now);
        let books = AreaBooks { scope, ends: found.ends, before: Vec::new() };
        areas.push(compute(job, &records, &books, &found.spans, &resolutions)?);
    }
    Ok(areas)
}

/// The areas with only the touched periods computed again; `None` when all of it has to be.
fn kept(store: &Store, job: &Job<'_>, since: Micros) -> Result<Option<Vec<AreaPeriods>>, Failure> {
    let party = &job.due.party;
    let since = match since {
        STATE_ONLY => STATE_ONLY,
        moment => moment.min(store.account_floor(party, moment)?),
    };
    let Some(areas) = areas_before(store, job, since)? else { return Ok(None) };
    let resolutions = resolutions(store, party)?;
    let ends = areas.iter().filter_map(|area| area.before.last()).map(|period| period.until);
    let Some(from) = ends.min() else { return Ok(None) };
    let records = records(store, party, MicrosSpan { from, to: job.now })?;
    let mut done = Vec::new();
    for books in &areas {
        let found = periods::of(&records, &books.scope, job.now);
        let Some(spans) = books.continued(&found) else { return Ok(None) };
        done.push(compute(job, &records, books, &spans, &resolutions)?);
    }
    Ok(Some(done))
}

/// The areas as kept, each with the periods that end before the moment of change; `None` when the
/// change touches all periods of an area. An area that had no period yet is as good as new.
fn areas_before(
    store: &Store,
    job: &Job<'_>,
    since: Micros,
) -> Result<Option<Vec<AreaBooks>>, Failure> {
    let party = &job.due.party;
    let mut areas = Vec::new();
    for state in store.account_states(job.substance, &StatesOf::Party(party))? {
        let account: Account = read(&state.doc)?;
        let Some(scope) = area::named(&state.area) else { return Ok(None) };
        let docs = store.account_periods(party, &state.area, job.substance)?;
        let before = docs.iter().filter(|period| period.until < since);
        let before: Vec<PeriodAccount> =
            before.map(|period| read(&period.doc)).collect::<Result<_, _>>()?;
        if before.is_empty() && !docs.is_empty() {
            return Ok(None);
        }
        areas.push(AreaBooks { scope, ends: account.ends, before });
    }
    Ok((!areas.is_empty()).then_some(areas))
}

fn compute(
    job: &Job<'_>,
    records: &Records,
    books: &AreaBooks,
    spans: &[MicrosSpan],
    resolutions: &[FindingResolve],
) -> Result<AreaPeriods, Failure> {
    let mut periods = books.before.clone();
    for span in spans {
        let question =
            Question { scope: books.scope.clone(), span: *span, substance: job.substance.clone() };
        periods.push(PeriodAccount::of(&balance::balance(records, &question)));
    }
    let own: Vec<FindingResolve> = resolutions
        .iter()
        .filter(|one| resolution::scope(one) == books.scope && one.substance == *job.substance)
        .cloned()
        .collect();
    let account = evaluate::evaluate(&periods, books.ends, &own, job.policy)
        .map_err(|fault| Failure::internal(&fault))?;
    let fresh = &periods[books.before.len()..];
    let alarm = |alarm: &evaluate::AlarmResult| {
        let (until, test, direction) = alarm.identity();
        (until, test.to_owned(), direction.to_owned())
    };
    Ok(AreaPeriods {
        area: area::name(&books.scope),
        from: books.before.last().map_or(EVERYTHING, |period| period.until),
        periods: fresh.iter().map(doc).collect::<Result<_, _>>()?,
        state: serde_json::to_string(&account).map_err(|error| Failure::internal(&error))?,
        alarms: account.alarms.iter().map(alarm).collect(),
    })
}

fn doc(period: &PeriodAccount) -> Result<PeriodDoc, Failure> {
    let doc = serde_json::to_string(period).map_err(|error| Failure::internal(&error))?;
    Ok(PeriodDoc { since: period.since, until: period.until, doc })
}

/// Reads what an earlier computation kept.
///
/// # Errors
/// `Internal` for text of another version; `tl-server rebuild` computes everything anew.
pub fn read<T: serde::de::DeserializeOwned>(doc: &str) -> Result<T, Failure> {
    serde_json::from_str(doc).map_err(|error| Failure::internal(&error))
}

fn records(store: &Store, party: &PartyId, span: MicrosSpan) -> Result<Records, Failure> {
    Ok(balances::records(party, store.balance_facts(party, span)?))
}

fn resolutions(store: &Store, party: &PartyId) -> Result<Vec<FindingResolve>, Failure> {
    Ok(store.resolutions(party)?.into_iter().map(|row| row.resolve).collect())
}
