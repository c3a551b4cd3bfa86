//! From what on a rule speaks: data of the bureau, with the defaults of the plan.

use serde::{Deserialize, Serialize};

/// Thresholds of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Working days until a manifest of hazardous waste has to be received (危险废物转移管理办法).
    pub manifest_working_days: u32,
    /// Received against shipped mass, per cent of the shipped.
    pub handover_gap_percent: f64,
    /// The same in kilograms; both have to be passed.
    pub handover_gap_kg: f64,
    /// Hours without a word from a device in use.
    pub device_silent_hours: u32,
    /// Days that a label conflict or a failed check may wait for its mending.
    pub mending_days: u32,
    /// Days that book stock may stay below zero.
    pub negative_days: u32,
    /// Results that tests of digits and copies need (practice §8.5).
    pub results_min: usize,
    /// Share of equal neighbours, in per cent, from which results look copied.
    pub copied_percent: f64,
    /// Chance of last digits as uneven as these, from which digits look preferred.
    pub digit_chance: f64,
    /// Share of results below a limit, in per cent.
    pub censored_percent: f64,
    /// Late entries in the last thirty days.
    pub late_entries: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            manifest_working_days: 5,
            handover_gap_percent: 0.5,
            handover_gap_kg: 50.0,
            device_silent_hours: 72,
            mending_days: 10,
            negative_days: 31,
            results_min: 30,
            copied_percent: 20.0,
            digit_chance: 0.001,
            censored_percent: 60.0,
            late_entries: 20,
        }
    }
}
