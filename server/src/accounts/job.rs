//! The job: looks for parties that are due, and computes them on all processors.
//!
//! One party at a time per thread; a party whose books change while it is computed stays due. What
//! fails for one party is logged and does not hold up the others; it is tried again when its books
//! change, or after a while.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use tl_accounts::evaluate::Account;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::{HOUR_MICROS, Micros};
use tl_store::{Due, StatesOf, Store};

use super::{policy, refresh};
use crate::app::App;
use crate::error::Failure;

/// Between two looks for parties that are due.
const LOOK: Duration = Duration::from_millis(250);
/// Between two comparisons of the city's policy with what was computed.
const POLICY: Duration = Duration::from_secs(60);
/// Parties of one round: a server that is told to stop waits for the round to end.
const ROUND_PARTIES: usize = 64;
/// A party that failed is tried again after this, if its books do not change earlier.
const AGAIN_MICROS: Micros = HOUR_MICROS;

/// What failed, so that it is neither tried four times a second nor forgotten.
#[derive(Debug, Default)]
pub struct Failures(Mutex<BTreeMap<PartyId, (i64, Micros)>>);

impl Failures {
    fn held(&self, due: &Due, now: Micros) -> bool {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(&due.party).is_some_and(|(generation, at)| {
            *generation == due.generation && now < at + AGAIN_MICROS
        })
    }

    fn note(&self, due: &Due, now: Micros) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.insert(due.party.clone(), (due.generation, now));
    }
}

/// Starts the jobs on this thread; they end with it.
pub fn start(app: &web::Data<App>) {
    crate::jobs::every(app, LOOK, "accountancy was not brought up to date", |app| {
        once(app).map(drop).map_err(|failure| failure.to_string())
    });
    crate::jobs::every(app, POLICY, "the city's policy was not looked at", |app| {
        restate(app).map(drop).map_err(|failure| failure.to_string())
    });
}

/// Computes parties that are due, at most one round of them; gives how many were.
///
/// # Errors
/// The store's.
pub fn once(app: &App) -> Result<usize, Failure> {
    let now = app.clock.micros();
    let mut due = app.store.accounts_due()?;
    due.retain(|due| !app.account_failures.held(due, now));
    due.truncate(ROUND_PARTIES);
    if due.is_empty() {
        return Ok(0);
    }
    for (due, failure) in compute(&app.store, &app.config.substance, &due, now)? {
        tracing::error!(party = %due.party, error = %failure, "accountancy was not computed");
        app.account_failures.note(due, now);
    }
    Ok(due.len())
}

/// Computes parties on all processors; gives those that could not be, with the reason.
///
/// # Errors
/// The store's, when not even the policies can be read.
pub fn compute<'a>(
    store: &Store,
    substance: &Analyte,
    due: &'a [Due],
    now: Micros,
) -> Result<Vec<(&'a Due, Failure)>, Failure> {
    let policies = policy::all(store)?;
    let one = |due: &'a Due| {
        let policy = policies.of(&due.party);
        refresh::run(store, &refresh::Job { due, substance, policy, now })
    };
    let failed = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(due.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(due) = due.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = one(due) {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push((due, failure));
                    }
                }
            });
        }
    });
    Ok(failed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Has those parties evaluated anew whose limits are not those of the policy: an enterprise more
/// in the city, or a new setting.
///
/// # Errors
/// The store's.
pub fn restate(app: &App) -> Result<usize, Failure> {
    let policies = policy::all(&app.store)?;
    let area = StatesOf::Area("enterprise");
    let mut stale = Vec::new();
    for state in app.store.account_states(&app.config.substance, &area)? {
        let account: Account = refresh::read(&state.doc)?;
        if !account.follows(policies.of(&state.party)) {
            stale.push(state.party);
        }
    }
    if !stale.is_empty() {
        app.store.accounts_restate(&stale)?;
    }
    Ok(stale.len())
}
