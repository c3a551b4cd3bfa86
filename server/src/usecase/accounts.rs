//! Accountancy over periods: what the tests say, the marks, closing a period, resolving an alarm.

use std::collections::{BTreeMap, BTreeSet};

use chrono::FixedOffset;
use serde::Serialize;
use tl_accounts::calendar;
use tl_accounts::close::{self, Adjustment};
use tl_accounts::evaluate::{Account, PeriodResult};
use tl_accounts::marks::{self, Circumstances, Marks};
use tl_accounts::policy::Policy;
use tl_accounts::region::{self, RegionMonth};
use tl_accounts::{area, workdays};
use tl_domain::balance::{self, Records, Scope};
use tl_domain::event::{EntryRef, FindingResolve, Master, PeriodClose};
use tl_domain::ids::{Analyte, EntryId, NodeId, OperatorId, PartyId, SiteId};
use tl_domain::project::{PeriodRow, ResolutionRow, StockTakeRow};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan, Span};
use tl_store::{AreaState, StatesOf};
use tl_wire::problem::ErrorCode;

use super::capture::{Form, Recorded, record};
use crate::accounts::{policy, refresh};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::auth::permit::{CloseBalance, Permit, ReadParty};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;

/// How far back a plant's stops excuse a stock take that is not there.
const STOPS_MICROS: Micros = 60 * DAY_MICROS;
/// Attempts to close on books that change meanwhile.
const CLOSE_ATTEMPTS: usize = 5;

/// Everything that is said about one area of a party.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaAccount {
    /// The area's name: `enterprise`, `site:ID` or `node:ID`.
    pub area: String,
    /// Substance.
    pub substance: Analyte,
    /// When it was computed, in microseconds.
    pub computed_at: Micros,
    /// Whether entries came since that are not in it yet.
    pub behind: bool,
    /// Both marks.
    pub marks: Marks,
    /// The tests.
    pub account: Account,
    /// Closed periods, as closed and as restated.
    pub closed: Vec<ClosedPeriod>,
    /// Resolutions of alarms, in the order of the log.
    pub resolutions: Vec<ResolutionRow>,
}

/// A closed period: as it was issued, and what later entries made of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosedPeriod {
    /// The entry that closed it.
    pub entry: EntryId,
    /// Half-open span.
    pub span: MicrosSpan,
    /// Entries of the log below this index were in the books.
    pub size: u64,
    /// Figures as issued (结账版), grams.
    pub figures: Vec<(String, tl_domain::quantity::DecimalText)>,
    /// What the books say otherwise now (重算版); `None` when the span is no period any more.
    pub adjustments: Option<Vec<Adjustment>>,
}

/// One enterprise in a bureau's list of marks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Marked {
    /// The enterprise.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// Its area code.
    pub area: String,
    /// Both marks; `None` until its accountancy was computed.
    pub marks: Option<Marks>,
    /// Its last period, when it has one.
    pub last: Option<PeriodResult>,
    /// Amount detectable over twelve periods as a share of the throughput, in per cent.
    pub detectable_percent: Option<f64>,
}

/// One area of a party, as the books stand.
///
/// # Errors
/// `NotFound` for an area that is not there or not computed yet; the store's.
pub fn area(
    app: &App,
    permit: &Permit<ReadParty>,
    scope: &Scope,
    substance: &Analyte,
) -> Result<AreaAccount, Failure> {
    let party = permit.party();
    let name = area::name(scope);
    let states = app.store.account_states(substance, &StatesOf::Party(party))?;
    let state = states.into_iter().find(|state| state.area == name);
    let state = state.ok_or_else(Failure::not_found)?;
    let masters = masters(app, party)?;
    let account: Account = refresh::read(&state.doc)?;
    let policies = policy::all(&app.store)?;
    let policy = &policies.of(party).policy;
    let marks = marks(app, &state, &account, scope, &masters, policy)?;
    let closed = app.store.periods(party)?;
    let closed = closed.iter().filter(|row| of_area(row, scope) && row.substance == *substance);
    let behind = app.store.accounts_due()?.iter().any(|due| due.party == *party);
    let mut resolutions = app.store.resolutions(party)?;
    resolutions.retain(|row| tl_accounts::resolution::scope(&row.resolve) == *scope);
    Ok(AreaAccount {
        closed: closed.map(|row| closed_period(row, &account)).collect(),
        area: name,
        substance: substance.clone(),
        computed_at: state.computed_at,
        behind,
        marks,
        account,
        resolutions,
    })
}

/// Names of the areas of a party that are under accountancy.
///
/// # Errors
/// The store's.
pub fn areas(
    app: &App,
    permit: &Permit<ReadParty>,
    substance: &Analyte,
) -> Result<Vec<String>, Failure> {
    let states = app.store.account_states(substance, &StatesOf::Party(permit.party()))?;
    Ok(states.into_iter().map(|state| state.area).collect())
}

/// The enterprises in sight with their marks, the worst first.
///
/// # Errors
/// The store's.
pub fn marked(app: &App, session: &Session, substance: &Analyte) -> Result<Vec<Marked>, Failure> {
    let policies = policy::all(&app.store)?;
    let states = app.store.account_states(substance, &StatesOf::Area("enterprise"))?;
    let mut states: BTreeMap<PartyId, AreaState> =
        states.into_iter().map(|state| (state.party.clone(), state)).collect();
    let mut found = Vec::new();
    let visible = app.visible_parties(session)?;
    app.note_looks(session, visible.iter().map(|log| &log.party))?;
    for log in visible {
        if !policies.knows(&log.party) {
            continue;
        }
        let policy = &policies.of(&log.party).policy;
        let state = states.remove(&log.party);
        let account: Option<Account> =
            state.as_ref().map(|state| refresh::read(&state.doc)).transpose()?;
        let marks = match (&state, &account) {
            (Some(state), Some(account)) => {
                let masters = masters(app, &log.party)?;
                Some(marks(app, state, account, &Scope::Enterprise, &masters, policy)?)
            }
            _ => None,
        };
        found.push(Marked {
            party: log.party,
            name: log.name,
            area: log.area,
            marks,
            last: account.as_ref().and_then(|account| account.periods.last().cloned()),
            detectable_percent: account.and_then(|account| account.detectable?.year_percent),
        });
    }
    found.sort_by(|a, b| worst(b).cmp(&worst(a)).then_with(|| a.party.cmp(&b.party)));
    Ok(found)
}

/// Enterprises of the viewer's area rolled up by month; those whose area code begins with `area`.
///
/// # Errors
/// `Forbidden` for people who watch over nobody; the store's.
pub fn region(
    app: &App,
    session: &Session,
    substance: &Analyte,
    area: Option<&str>,
) -> Result<Vec<RegionMonth>, Failure> {
    if !session.roles.has(Role::Officer) {
        return Err(Failure::new(ErrorCode::Forbidden, "an area is rolled up for its bureau"));
    }
    let policies = policy::all(&app.store)?;
    let mut visible = app.visible_parties(session)?;
    visible.retain(|log| {
        policies.knows(&log.party) && area.is_none_or(|area| log.area.starts_with(area))
    });
    app.note_looks(session, visible.iter().map(|log| &log.party))?;
    let mut enterprises = BTreeMap::new();
    let whole = area::name(&Scope::Enterprise);
    for log in &visible {
        let docs = app.store.account_periods(&log.party, &whole, substance)?;
        let periods: Result<Vec<_>, _> = docs.iter().map(|kept| refresh::read(&kept.doc)).collect();
        enterprises.insert(log.party.clone(), periods?);
    }
    let settled = match visible.first() {
        Some(log) => policies.of(&log.party),
        None => return Ok(Vec::new()),
    };
    region::months(&enterprises, china(), settled).map_err(|fault| Failure::internal(&fault))
}

fn china() -> FixedOffset {
    FixedOffset::east_opt(CHINA_OFFSET_SECONDS).expect("+08:00 is an offset")
}

/// Order of a list: balance before data; those on trial and those not computed come last.
fn worst(one: &Marked) -> Option<(bool, marks::BalanceMark, marks::DataMark)> {
    one.marks.as_ref().map(|marks| (!marks.trial, marks.balance, marks.data))
}

fn masters(app: &App, party: &PartyId) -> Result<Vec<Master>, Failure> {
    let rows = app.store.masters(party)?;
    Ok(rows.into_iter().filter(|row| row.active).map(|row| row.record).collect())
}

fn marks(
    app: &App,
    state: &AreaState,
    account: &Account,
    scope: &Scope,
    masters: &[Master],
    policy: &Policy,
) -> Result<Marks, Failure> {
    let now = app.clock.micros();
    let offset = china();
    let none = BTreeSet::new();
    let seen = app.store.alarms_seen(&state.party, &state.area, &app.config.substance)?;
    let explain_until = |alarm: &tl_accounts::evaluate::AlarmResult| {
        let same = seen.iter().find(|seen| {
            (seen.until, seen.test.as_str(), seen.direction.as_str()) == alarm.identity()
        });
        let from = same.map_or(state.computed_at, |seen| seen.first_seen);
        workdays::after(from, policy.explanation_days, offset, &none)
    };
    let (stops, _) = calendar::stops(masters);
    let site = match scope {
        Scope::Site(site) => Some(site.clone()),
        Scope::Node(id) => masters.iter().find_map(|master| match master {
            Master::Node(node) if node.id == *id => Some(node.site.clone()),
            _ => None,
        }),
        Scope::Enterprise => None,
    };
    let recent = MicrosSpan { from: now - STOPS_MICROS, to: now };
    Ok(marks::of(
        account,
        &Circumstances {
            now,
            pending_until: Some(workdays::before(now, policy.pending_days, offset, &none)),
            stopped: calendar::stopped(&stops, site.as_ref(), recent),
            explain_until: account.alarms.iter().map(explain_until).collect(),
            trial_periods: policy.trial_periods,
        },
    ))
}

fn of_area(row: &PeriodRow, scope: &Scope) -> bool {
    match scope {
        Scope::Enterprise => row.node.is_none() && row.site.is_none(),
        Scope::Site(site) => row.site.as_ref() == Some(site),
        Scope::Node(node) => row.node.as_ref() == Some(node),
    }
}

fn closed_period(row: &PeriodRow, account: &Account) -> ClosedPeriod {
    let span = MicrosSpan { from: row.since, to: row.until };
    let now = account.periods.iter().find(|period| period.span == span);
    ClosedPeriod {
        entry: row.entry,
        span,
        size: row.size,
        figures: row.figures.clone(),
        adjustments: now.map(|now| close::adjustments(row, now)),
    }
}

/// What a person asks to close.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The area.
    pub scope: Scope,
    /// The period: its half-open span.
    pub span: Span,
    /// Substance.
    pub substance: Analyte,
    /// The second person who signs.
    pub witness: Option<OperatorId>,
}

/// Closes a period: the figures as they stand, and the log's size and root that they rest on.
///
/// # Errors
/// `NotFound` for a span that is no period of the area; `Conflict` when it is closed already, or
/// while entries keep coming; `Refused` by the rules of capture; the store's.
pub fn close_period(
    app: &App,
    permit: &Permit<CloseBalance>,
    form: Form,
    closing: Closing,
) -> Result<Recorded, Failure> {
    let party = permit.party();
    for _ in 0..CLOSE_ATTEMPTS {
        let before = app.store.log(party)?.ok_or_else(Failure::not_found)?;
        let account = current(app, party, &closing.scope, &closing.substance)?;
        let after = app.store.log(party)?.ok_or_else(Failure::not_found)?;
        if before.size != after.size {
            continue;
        }
        let span = closing.span.micros();
        let period = account.periods.iter().find(|period| period.span == span);
        let Some(period) = period else {
            let detail = "the span is no period: a period runs from stock take to stock take";
            return Err(Failure::new(ErrorCode::NotFound, detail));
        };
        let closed = app.store.periods(party)?;
        let same = |row: &&PeriodRow| {
            of_area(row, &closing.scope)
                && (row.since, row.until) == (span.from, span.to)
                && row.substance == closing.substance
        };
        if let Some(known) = closed.iter().find(same) {
            let detail = format!("closed by entry {}; correct that entry instead", known.entry);
            return Err(Failure::new(ErrorCode::Conflict, detail));
        }
        let (site, node) = ends(&closing.scope);
        let body = PeriodClose {
            node,
            site,
            span: closing.span.clone(),
            substance: closing.substance.clone(),
            size: before.size,
            root: before.root,
            opening: takes_at(app, party, &closing.scope, span.from)?,
            closing: takes_at(app, party, &closing.scope, span.to)?,
            figures: close::figures(period),
            witness: closing.witness,
        };
        return record(app, permit, form, body.into());
    }
    Err(Failure::new(ErrorCode::Conflict, "entries keep coming; try again in a moment"))
}

/// The stock takes of an area at a moment, as entries name each other.
fn takes_at(
    app: &App,
    party: &PartyId,
    scope: &Scope,
    at: Micros,
) -> Result<Vec<EntryRef>, Failure> {
    let masters = app.store.masters(party)?.into_iter().map(|row| row.record).collect();
    let nodes = balance::nodes(&Records { masters, ..Records::default() }, scope);
    let mut takes = app.store.stock_takes(party, None, Some(MicrosSpan { from: at, to: at }))?;
    takes.retain(|take| nodes.contains(&take.node));
    let named = |take: &StockTakeRow| {
        let entry = app.store.entry(party, take.entry)?.ok_or_else(Failure::not_found)?;
        Ok(EntryRef { hash: entry.view.leaf, id: take.entry })
    };
    takes.iter().map(named).collect()
}

fn ends(scope: &Scope) -> (Option<SiteId>, Option<NodeId>) {
    match scope {
        Scope::Enterprise => (None, None),
        Scope::Site(site) => (Some(site.clone()), None),
        Scope::Node(node) => (None, Some(node.clone())),
    }
}

/// The account of an area with every entry in it that is there now.
fn current(
    app: &App,
    party: &PartyId,
    scope: &Scope,
    substance: &Analyte,
) -> Result<Account, Failure> {
    let policies = policy::all(&app.store)?;
    let policy = policies.of(party);
    for due in app.store.accounts_due()?.iter().filter(|due| due.party == *party) {
        let now = app.clock.micros();
        refresh::run(&app.store, &refresh::Job { due, substance, policy, now })?;
    }
    let name = area::name(scope);
    let states = app.store.account_states(substance, &StatesOf::Party(party))?;
    let state = states.into_iter().find(|state| state.area == name);
    refresh::read(&state.ok_or_else(Failure::not_found)?.doc)
}

/// Records what an alarm turned out to be.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn resolve(
    app: &App,
    permit: &Permit<CloseBalance>,
    form: Form,
    body: FindingResolve,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
