//! The marks of enterprises in sight, and a bureau's area rolled up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::FixedOffset;
use serde::Serialize;
use tl_accounts::calendar;
use tl_accounts::evaluate::{Account, AlarmResult, PeriodResult};
use tl_accounts::marks::{self, BalanceMark, Circumstances, DataMark, Marks};
use tl_accounts::policy::Policy;
use tl_accounts::region::{self, RegionMonth};
use tl_accounts::{area, workdays};
use tl_domain::balance::Scope;
use tl_domain::event::Master;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan};
use tl_store::{AreaState, StatesOf};
use tl_wire::problem::ErrorCode;

use super::masters;
use crate::accounts::{policy, refresh};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;

/// How far back a plant's stops excuse a stock take that is not there.
const STOPS_MICROS: Micros = 60 * DAY_MICROS;

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
                Some(of_state(app, state, account, &Scope::Enterprise, &masters, policy)?)
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

/// Order of a list: balance before data; those on trial and those not computed come last.
fn worst(one: &Marked) -> Option<(bool, BalanceMark, DataMark)> {
    one.marks.as_ref().map(|marks| (!marks.trial, marks.balance, marks.data))
}

fn china() -> FixedOffset {
    FixedOffset::east_opt(CHINA_OFFSET_SECONDS).expect("+08:00 is an offset")
}

pub(super) fn of_state(
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
    let explain_until = |alarm: &AlarmResult| {
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
