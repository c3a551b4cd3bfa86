//! The city's policy for a party: one rate of false marks, shared over its enterprises.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tl_accounts::policy::Policy;
use tl_domain::event::PartyKind;
use tl_domain::ids::PartyId;
use tl_store::{LogView, Store, StoreError};

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

/// The policy of each enterprise.
///
/// # Errors
/// The store's; a setting that does not read counts as none and is logged.
pub fn all(store: &Store) -> Result<BTreeMap<PartyId, Policy>, StoreError> {
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
    let of = |log: &LogView| {
        let (count, settled) = cities.get(city(&log.area)).copied().unwrap_or_default();
        (log.party.clone(), merged(settled, count))
    };
    Ok(enterprises().map(of).collect())
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
