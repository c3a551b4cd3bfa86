//! The city's policy for a party: one rate of false marks, shared over its enterprises. What
//! bureaus settled stands in their own logs (`tl_accounts::ruling` says which record counts).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tl_accounts::policy::{Policy, Settled};
use tl_accounts::ruling::{self, Ruling};
use tl_domain::event::{Master, PartyKind};
use tl_domain::ids::PartyId;
use tl_store::{LogView, Store, StoreError};

use crate::error::Failure;

/// The policies of enterprises, each settled once for all that share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Policies {
    by_party: BTreeMap<PartyId, usize>,
    settled: Vec<Settled>,
    default: Settled,
}

impl Policies {
    /// The policy of a party; the default for one that is no enterprise.
    #[must_use]
    pub fn of(&self, party: &PartyId) -> &Settled {
        self.by_party.get(party).map_or(&self.default, |place| &self.settled[*place])
    }

    /// Whether the party is an enterprise.
    #[must_use]
    pub fn knows(&self, party: &PartyId) -> bool {
        self.by_party.contains_key(party)
    }
}

/// Limits that were computed before: a policy changes seldom, and is asked for at every change of
/// books.
static KNOWN: Mutex<Vec<Settled>> = Mutex::new(Vec::new());
/// Policies whose limits are kept.
const KNOWN_MAX: usize = 64;

/// The policy of each enterprise.
///
/// # Errors
/// The store's.
pub fn all(store: &Store) -> Result<Policies, Failure> {
    let logs = store.logs()?;
    let rulings = rulings(store, &logs)?;
    let cities = cities(&logs);
    let mut found = Policies {
        by_party: BTreeMap::new(),
        settled: Vec::new(),
        default: settle(Policy::default())?,
    };
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (city, enterprises) in &cities {
        places.insert(city, found.settled.len());
        found.settled.push(settle(ruling::chosen(city, *enterprises, &rulings).policy)?);
    }
    for log in logs.iter().filter(|log| log.kind == PartyKind::Enterprise) {
        if let Some(place) = places.get(ruling::city(&log.area)) {
            found.by_party.insert(log.party.clone(), *place);
        }
    }
    Ok(found)
}

/// The cities of enterprises, with how many each has.
#[must_use]
pub fn cities(logs: &[LogView]) -> BTreeMap<&str, usize> {
    let mut cities = BTreeMap::new();
    for log in logs.iter().filter(|log| log.kind == PartyKind::Enterprise) {
        *cities.entry(ruling::city(&log.area)).or_default() += 1;
    }
    cities
}

/// What bureaus settled, as their logs have it now.
///
/// # Errors
/// The store's.
pub fn rulings(store: &Store, logs: &[LogView]) -> Result<Vec<Ruling>, StoreError> {
    let mut found = Vec::new();
    for log in logs.iter().filter(|log| log.kind == PartyKind::Bureau) {
        for row in store.masters(&log.party)? {
            let Master::Policy(record) = row.record else { continue };
            if row.active {
                found.push(Ruling {
                    bureau: log.party.clone(),
                    bureau_area: log.area.clone(),
                    record,
                    entry: row.entry,
                });
            }
        }
    }
    Ok(found)
}

/// A policy with the limits that follow from it.
///
/// # Errors
/// `Internal` for a rate that no threshold can have.
pub fn settle(policy: Policy) -> Result<Settled, Failure> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(settled) = known.iter().find(|settled| settled.policy == policy) {
        return Ok(*settled);
    }
    let settled = policy.settled().map_err(|fault| Failure::internal(&fault))?;
    if known.len() >= KNOWN_MAX {
        known.clear();
    }
    known.push(settled);
    Ok(settled)
}
