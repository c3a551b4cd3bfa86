//! Sample sizes that find at least one falsified item.
//!
//! Invariant: the exact size is the smallest n with C(N−d, n)/C(N, n) ≤ β, compared exactly where
//! both are equal; the two textbook formulas stand beside it for comparison only.

use tl_statistics::hypergeometric::Population;

use crate::fault::Fault;
use crate::limits;

/// Formulas are rounded up, but not for a rounding error of the last digits.
const ROUNDING: f64 = 1e-12;

/// Sample sizes for one population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSize {
    /// The smallest that suffices.
    pub exact: u64,
    /// N·(1 − β^(1/d)), rounded up.
    pub classical: u64,
    /// (1 − β^(1/d))·(N − (d−1)/2), rounded up.
    pub improved: u64,
    /// Chance that the exact sample contains no defect.
    pub nondetection: f64,
}

/// Number of items that must be falsified by `fraction` each to hide `goal` (mass units).
pub fn defects(goal: f64, mean_item: f64, fraction: f64) -> Result<u64, Fault> {
    for (place, found) in [("goal", goal), ("mean_item", mean_item)] {
        if found.is_nan() || found <= 0.0 {
            let wanted = "more than 0";
            return Err(Fault::OutOfRange { place: place.into(), found, wanted });
        }
    }
    if !(fraction > 0.0 && fraction <= 1.0) {
        let wanted = "a fraction above 0, at most 1";
        return Err(Fault::OutOfRange { place: "fraction".into(), found: fraction, wanted });
    }
    let items = rounded_up(goal / (fraction * mean_item));
    if items > limits::POPULATION as f64 {
        let wanted = "a goal of at most 1e12 items";
        return Err(Fault::OutOfRange { place: "goal".into(), found: goal, wanted });
    }
    Ok(items as u64)
}

/// Sample sizes to miss `defects` falsified items with probability `beta` at most.
pub fn sample_size(population: u64, defects: u64, beta: f64) -> Result<SampleSize, Fault> {
    checked(population, defects)?;
    if defects == 0 {
        let wanted = "at least 1 defect; without one there is nothing to find";
        return Err(Fault::OutOfRange { place: "defects".into(), found: 0.0, wanted });
    }
    check_rate("beta", beta)?;
    let items = Population { size: population, marked: defects };
    let exact = items.smallest_sample(beta);
    let size = population as f64;
    let found = 1.0 - beta.powf(1.0 / defects as f64);
    let approximate = |items: f64| (rounded_up(found * items) as u64).min(population);
    Ok(SampleSize {
        exact,
        classical: approximate(size),
        improved: approximate(size - (defects - 1) as f64 / 2.0),
        nondetection: items.none_found(exact),
    })
}

/// Chance to miss all of `defects`, each recognised with probability `recognised` when drawn.
pub fn nondetection(
    population: u64,
    defects: u64,
    sample: u64,
    recognised: f64,
) -> Result<f64, Fault> {
    checked(population, defects)?;
    if sample > population {
        let (place, found) = ("sample".into(), sample as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "at most the population" });
    }
    if !(0.0..=1.0).contains(&recognised) {
        let wanted = "a probability from 0 to 1";
        return Err(Fault::OutOfRange { place: "q".into(), found: recognised, wanted });
    }
    let terms = defects.min(sample);
    if terms > limits::DRAWN_ITEMS as u64 {
        let (place, found) = ("defects".into(), terms as f64);
        let wanted = "at most 1000000 defects that can be drawn";
        return Err(Fault::OutOfRange { place, found, wanted });
    }
    Ok(Population { size: population, marked: defects }.none_recognised(sample, recognised))
}

fn checked(population: u64, defects: u64) -> Result<(), Fault> {
    if population > limits::POPULATION {
        let (place, found) = ("population".into(), population as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "at most 1e12 items" });
    }
    if defects > population {
        let (place, found) = ("defects".into(), defects as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "at most the population" });
    }
    Ok(())
}

pub(crate) fn check_rate(place: &str, found: f64) -> Result<(), Fault> {
    if found > 0.0 && found < 1.0 {
        return Ok(());
    }
    let wanted = "a probability between 0 and 1, both excluded";
    Err(Fault::OutOfRange { place: place.into(), found, wanted })
}

fn rounded_up(value: f64) -> f64 {
    (value - ROUNDING.max(value * f64::EPSILON)).ceil().max(0.0)
}
