//! The city's policy for a party: one rate of false marks, shared over its enterprises.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tl_accounts::policy::{Policy, Settled};
use tl_domain::event::PartyKind;
use tl_domain::ids::PartyId;
use tl_store::{Store, StoreError};

use crate::error::Failure;

/// Digits of an area code that name a city (GB/T 2260).
const CITY_DIGITS: usize = 4;

/// What a city may settle otherwise than by default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CityPolicy {
    /// False marks "abnormal" that the city accepts per quarter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_marks_per_quarter: Option<f64>,
    /// Amount that matters (SQ) in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significant_grams: Option<f64>,
    /// Largest detectable share of the throughput in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_percent_max: Option<f64>,
    /// Working days to explain an alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation_days: Option<u32>,
}

/// Name of the setting that holds a city's policy.
#[must_use]
pub fn setting(city: &str) -> String {
    format!("accounts-policy-{city}")
}

/// The city of an area code; the whole code when it is shorter.
#[must_use]
pub fn city(area: &str) -> &str {
    area.get(..CITY_DIGITS).unwrap_or(area)
}

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

fn settle(policy: Policy) -> Result<Settled, Failure> {
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

/// The policy of each enterprise.
///
/// # Errors
/// The store's; a setting that does not read counts as none and is logged.
pub fn all(store: &Store) -> Result<Policies, Failure> {
    let logs = store.logs()?;
    let enterprises = || logs.iter().filter(|log| log.kind == PartyKind::Enterprise);
    let mut cities: BTreeMap<&str, (usize, CityPolicy)> = BTreeMap::new();
    for log in enterprises() {
        let city = city(&log.area);
        match cities.get_mut(city) {
            Some((count, _)) => *count += 1,
            None => {
                cities.insert(city, (1, settled(store, city)?));
            }
        }
    }
    let mut found = Policies {
        by_party: BTreeMap::new(),
        settled: Vec::new(),
        default: settle(Policy::default())?,
    };
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (city, (count, settled)) in &cities {
        places.insert(city, found.settled.len());
        found.settled.push(settle(merged(*settled, *count))?);
    }
    for log in enterprises() {
        if let Some(place) = places.get(city(&log.area)) {
            found.by_party.insert(log.party.clone(), *place);
        }
    }
    Ok(found)
}

fn settled(store: &Store, city: &str) -> Result<CityPolicy, StoreError> {
    let Some(text) = store.setting(&setting(city))? else { return Ok(CityPolicy::default()) };
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::error!(city, %error, "the city's policy does not read; defaults apply");
        CityPolicy::default()
    }))
}

fn merged(city: CityPolicy, enterprises: usize) -> Policy {
    let default = Policy::default();
    Policy {
        enterprises,
        false_marks_per_quarter: city
            .false_marks_per_quarter
            .filter(|rate| *rate > 0.0 && rate.is_finite())
            .unwrap_or(default.false_marks_per_quarter),
        significant_grams: city
            .significant_grams
            .filter(|grams| *grams > 0.0 && grams.is_finite())
            .unwrap_or(default.significant_grams),
        detectable_percent_max: city
            .detectable_percent_max
            .filter(|percent| *percent > 0.0 && percent.is_finite())
            .unwrap_or(default.detectable_percent_max),
        explanation_days: city.explanation_days.unwrap_or(default.explanation_days),
        ..default
    }
}
