//! The limits of an area's tests, as an account names them.

use serde::{Deserialize, Serialize};

use crate::policy::Settled;

/// The limits in force.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// |MUF|/σ and |CUMUF|/σ for a warning.
    pub watch_sigmas: f64,
    /// The same for an investigation.
    pub act_sigmas: f64,
    /// Page's reference value.
    pub page_k: f64,
    /// Page's threshold for a warning.
    pub watch_page: f64,
    /// The same for an investigation.
    pub act_page: f64,
    /// The amount that must be explained, in grams.
    pub mass_grams: f64,
    /// False-alarm rate of all tests together over 24 periods.
    pub rate: f64,
}

impl Limits {
    /// The limits of a policy.
    #[must_use]
    pub fn of(settled: &Settled) -> Self {
        let rules = &settled.rules;
        Self {
            watch_sigmas: rules.warn_sigmas,
            act_sigmas: rules.act_sigmas,
            page_k: rules.k,
            watch_page: rules.warn_threshold,
            act_page: rules.act_threshold,
            mass_grams: rules.mass_share * rules.significant_quantity,
            rate: settled.policy.rate(),
        }
    }
}
