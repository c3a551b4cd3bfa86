//! Accountancy over periods: what the tests say of an area, with its marks and closed periods.

mod close;
mod marks;
mod policies;

pub use close::{Closing, close_period, resolve};
pub use marks::{Marked, marked, region};
pub use policies::{CityPolicy, Figure, policies, settle, withdraw};

use serde::Serialize;
use tl_accounts::area;
use tl_accounts::close::{self as closing, Adjustment};
use tl_accounts::evaluate::Account;
use tl_accounts::marks::Marks;
use tl_domain::balance::Scope;
use tl_domain::event::Master;
use tl_domain::ids::{Analyte, EntryId, PartyId};
use tl_domain::project::{PeriodRow, ResolutionRow};
use tl_domain::quantity::DecimalText;
use tl_domain::time::{Micros, MicrosSpan};
use tl_store::StatesOf;

use crate::accounts::{policy, refresh};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;

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
    pub figures: Vec<(String, DecimalText)>,
    /// What the books say otherwise now (重算版); `None` when the span is no period any more.
    pub adjustments: Option<Vec<Adjustment>>,
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
    let marks = marks::of_state(app, &state, &account, scope, &masters, policy)?;
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

/// Every area of a party with its tests and marks, for who has leave already.
///
/// # Errors
/// The store's.
pub(super) fn judged_of(
    app: &App,
    party: &PartyId,
    substance: &Analyte,
) -> Result<Vec<(Scope, Account, Marks)>, Failure> {
    let masters = masters(app, party)?;
    let policies = policy::all(&app.store)?;
    let policy = &policies.of(party).policy;
    let mut found = Vec::new();
    for state in app.store.account_states(substance, &StatesOf::Party(party))? {
        let Some(scope) = area::named(&state.area) else { continue };
        let account: Account = refresh::read(&state.doc)?;
        let marks = marks::of_state(app, &state, &account, &scope, &masters, policy)?;
        found.push((scope, account, marks));
    }
    Ok(found)
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

fn masters(app: &App, party: &PartyId) -> Result<Vec<Master>, Failure> {
    let rows = app.store.masters(party)?;
    Ok(rows.into_iter().filter(|row| row.active).map(|row| row.record).collect())
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
        adjustments: now.map(|now| closing::adjustments(row, now)),
    }
}
