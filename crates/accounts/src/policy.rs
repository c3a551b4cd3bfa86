//! What a city settles once for all its enterprises, and the limits of the tests that follow.
//!
//! False alarms add up over enterprises, so one rate of false marks per city is shared out
//! (practice §8.2): each enterprise's tests are set so that together they give that many. A rate is
//! split evenly over the tests, and each two-sided test takes half on either side. Limits do not
//! move while periods are added: an alarm that was raised does not vanish by waiting.

use serde::{Deserialize, Serialize};
use tl_accountancy::Fault;
use tl_accountancy::alarm::{self, Rules};
use tl_accountancy::page;
use tl_accountancy::quality::{self, QualityRule};
use tl_statistics::{correction, normal};

/// Periods over which a test's false-alarm rate is stated.
pub const HORIZON_PERIODS: usize = 24;
/// Quarters that so many months are.
const HORIZON_QUARTERS: usize = 8;
/// A test's rate over a year is at most this, however few enterprises a city has.
const YEARLY_RATE_MAX: f64 = 0.05;
/// Watching may be wrong this many times as often as calling abnormal.
const WATCH_FACTOR: f64 = 4.0;
/// MUF, CUMUF and Page.
const TESTS: f64 = 3.0;

/// A city's settings for accountancy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// False marks "abnormal" that the city accepts per quarter, over all its enterprises.
    pub false_marks_per_quarter: f64,
    /// Enterprises that share it.
    pub enterprises: usize,
    /// Amount that matters (SQ) in grams.
    pub significant_grams: f64,
    /// A balance is called consistent only when the amount detectable over twelve periods is at
    /// most this share of the throughput, in per cent.
    pub detectable_percent_max: f64,
    /// Working days that an enterprise has to explain before an alarm counts.
    pub explanation_days: u32,
    /// First closings that are not ranked (试运行).
    pub trial_periods: usize,
    /// Working days within which a missing figure only waits.
    pub pending_days: u32,
}

/// A policy with the limits that follow from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// The policy.
    pub policy: Policy,
    /// The limits of the tests.
    pub rules: Rules,
}

impl Default for Policy {
    /// One false mark a quarter, 3 kg (accountancy §5.4), 10 %, 10 working days, three closings,
    /// 20 working days (an outside station's delay, practice §2.2).
    fn default() -> Self {
        Self {
            false_marks_per_quarter: 1.0,
            enterprises: 1,
            significant_grams: 3_000.0,
            detectable_percent_max: 10.0,
            explanation_days: 10,
            trial_periods: 3,
            pending_days: 20,
        }
    }
}

impl Policy {
    /// False-alarm rate of one enterprise over the horizon, all its tests together.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let shared = quality::city_share(
            self.false_marks_per_quarter,
            self.enterprises.max(1),
            HORIZON_QUARTERS,
        );
        shared.min(correction::family_rate(YEARLY_RATE_MAX, HORIZON_QUARTERS / 4))
    }

    /// The policy with the limits of its tests, which take a moment to compute: settle it once for
    /// all enterprises that share it.
    ///
    /// # Errors
    /// `Fault` for a rate that no threshold can have.
    pub fn settled(self) -> Result<Settled, Fault> {
        Ok(Settled { rules: self.rules()?, policy: self })
    }

    fn rules(&self) -> Result<Rules, Fault> {
        let act = self.rate() / TESTS;
        let watch = (act * WATCH_FACTOR).min(0.5);
        let k = page::REFERENCE_VALUE;
        Ok(Rules {
            warn_sigmas: sigmas(watch),
            act_sigmas: sigmas(act),
            k,
            warn_threshold: page::two_sided_threshold(k, HORIZON_PERIODS, watch)?,
            act_threshold: page::two_sided_threshold(k, HORIZON_PERIODS, act)?,
            significant_quantity: self.significant_grams,
            mass_share: alarm::MASS_SHARE,
        })
    }

    /// What is asked of the data before a balance may be called consistent.
    #[must_use]
    pub fn quality(&self) -> QualityRule {
        QualityRule { share: self.detectable_percent_max / 100.0, ..QualityRule::default() }
    }
}

/// Limit in σ of a two-sided test that is asked in each period of the horizon.
fn sigmas(rate: f64) -> f64 {
    let per_period = 1.0 - (1.0 - rate).powf(1.0 / HORIZON_PERIODS as f64);
    normal::upper_quantile(per_period / 2.0)
}
