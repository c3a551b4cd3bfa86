//! Page's test (CUSUM) on standardised figures, in both directions.
//!
//! Invariant: S = max(0, S + z − k) from S = 0, k taken off in the first period too; an alarm needs
//! S > h, not S = h. A two-sided test at rate α uses the one-sided threshold for α/2.

use tl_statistics::run_length;

use crate::fault::Fault;
use crate::limits;

/// The usual reference value: best against a shift of one standard deviation.
pub const REFERENCE_VALUE: f64 = 0.5;
/// The usual false-alarm rate over all periods of a sequence, one-sided.
pub const FALSE_ALARM_RATE: f64 = 0.05;
/// Below this a false-alarm rate is no more than a word.
const SMALLEST_RATE: f64 = 1e-12;

/// The two sums of Page's test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Against losses.
    pub up: Vec<f64>,
    /// Against gains.
    pub down: Vec<f64>,
}

impl Page {
    /// Sums of `standardised` with reference value `k`; restarted at 0 in period `from` (from 0),
    /// 0 before it.
    #[must_use]
    pub fn of(standardised: &[f64], k: f64, from: usize) -> Self {
        let run = |sign: f64| {
            let mut sum = 0.0_f64;
            let step = |(t, z): (usize, &f64)| {
                if t >= from {
                    sum = (sum + sign * z - k).max(0.0);
                }
                sum
            };
            standardised.iter().enumerate().map(step).collect()
        };
        Self { up: run(1.0), down: run(-1.0) }
    }
}

/// First period (from 1) whose figure exceeds `limit`.
#[must_use]
pub fn first_over(figures: &[f64], limit: f64) -> Option<usize> {
    figures.iter().position(|&figure| figure > limit).map(|t| t + 1)
}

/// First period (from 1) of the run of positive sums that ends in `period` (from 1).
#[must_use]
pub fn run_start(sums: &[f64], period: usize) -> usize {
    sums[..period].iter().rposition(|&sum| sum == 0.0).map_or(1, |t| t + 2).min(period)
}

/// The one-sided threshold with a false-alarm probability of `alpha` over `periods` periods.
pub fn threshold(k: f64, periods: usize, alpha: f64) -> Result<f64, Fault> {
    check_periods(periods)?;
    if !(SMALLEST_RATE..1.0).contains(&alpha) {
        let wanted = "a probability from 1e-12 to below 1";
        return Err(Fault::OutOfRange { place: "alpha".into(), found: alpha, wanted });
    }
    check_reference(k)?;
    let h = run_length::threshold(k, periods, alpha);
    if h.is_nan() {
        let wanted = "a reference value for which the threshold stays below 400";
        return Err(Fault::OutOfRange { place: "k".into(), found: k, wanted });
    }
    Ok(h)
}

/// The threshold of each side when both together may fire with probability `alpha`.
pub fn two_sided_threshold(k: f64, periods: usize, alpha: f64) -> Result<f64, Fault> {
    threshold(k, periods, alpha / 2.0)
}

/// P(the sum exceeds `h` within `periods`) when z has mean `shift`; shift 0 is the false alarm.
pub fn exceedance(k: f64, h: f64, periods: usize, shift: f64) -> Result<f64, Fault> {
    check_periods(periods)?;
    check_reference(k)?;
    if !(0.0..=run_length::LARGEST_THRESHOLD).contains(&h) {
        let wanted = "a threshold from 0 to 400";
        return Err(Fault::OutOfRange { place: "h".into(), found: h, wanted });
    }
    if !(-100.0..=100.0).contains(&shift) {
        let wanted = "a shift from -100 to 100 standard deviations";
        return Err(Fault::OutOfRange { place: "shift".into(), found: shift, wanted });
    }
    Ok(run_length::exceedance(k, h, periods, shift))
}

fn check_reference(k: f64) -> Result<(), Fault> {
    if (-1.0..=10.0).contains(&k) {
        return Ok(());
    }
    let wanted = "a reference value from -1 to 10 standard deviations";
    Err(Fault::OutOfRange { place: "k".into(), found: k, wanted })
}

fn check_periods(periods: usize) -> Result<(), Fault> {
    if (1..=limits::PAGE_PERIODS).contains(&periods) {
        return Ok(());
    }
    let (found, wanted) = (periods as f64, "1 to 2000 periods");
    Err(Fault::OutOfRange { place: "periods".into(), found, wanted })
}
