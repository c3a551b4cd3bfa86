//! Closing a period with the figures as they stand, and resolving an alarm.

use tl_accounts::area;
use tl_accounts::close;
use tl_accounts::evaluate::Account;
use tl_domain::balance::{self, Records, Scope};
use tl_domain::event::{EntryRef, FindingResolve, PeriodClose};
use tl_domain::ids::{Analyte, NodeId, OperatorId, PartyId, SiteId};
use tl_domain::project::{PeriodRow, StockTakeRow};
use tl_domain::time::{Micros, MicrosSpan, Span};
use tl_store::StatesOf;
use tl_wire::problem::ErrorCode;

use super::super::capture::{Form, Recorded, record};
use super::of_area;
use crate::accounts::{policy, refresh};
use crate::app::App;
use crate::auth::permit::{CloseBalance, Permit};
use crate::error::Failure;

/// Attempts to close on books that change meanwhile.
const CLOSE_ATTEMPTS: usize = 5;

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
