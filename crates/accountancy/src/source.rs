//! Error sources, each with a key: equal keys are the same error.
//!
//! Invariant: all that a key did to a period is one signed figure a[t] (mass units, 1σ), so errors
//! that a receipt, a removal and a stock share cancel by themselves. From these figures alone
//! follow σ, the covariance and the contributions.

use std::collections::BTreeMap;

/// How long an error lives, and how it scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// New at each measurement, relative to the quantity.
    Random,
    /// New at each measurement, in mass units (near a detection limit, a scale's division).
    Absolute,
    /// Fixed until the next calibration of an instrument.
    Short,
    /// Fixed for a laboratory, instrument or method.
    Long,
}

impl ErrorClass {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Absolute => "absolute",
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// Which error it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorKey {
    /// How long it lives.
    pub class: ErrorClass,
    /// Instrument, laboratory, method, or the measured quantity itself.
    pub name: String,
    /// Calibration block, or number of the measurement; 0 for a long-term error.
    pub block: i64,
}

/// One error of one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorPart {
    /// Which error.
    pub key: ErrorKey,
    /// What one standard deviation of it does to the quantity, in mass units; has the sign of
    /// the quantity.
    pub size: f64,
}

/// What each error does to each period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    periods: usize,
    by_key: BTreeMap<ErrorKey, Vec<(usize, f64)>>,
}

impl Sources {
    /// No errors yet, over `periods` periods.
    #[must_use]
    pub fn new(periods: usize) -> Self {
        Self { periods, by_key: BTreeMap::new() }
    }

    /// Number of periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// Adds `size` (signed, mass units) of an error to a period, counted from 0.
    pub fn add(&mut self, key: &ErrorKey, period: usize, size: f64) {
        assert!(period < self.periods, "period {period} of {}", self.periods);
        if size == 0.0 {
            return;
        }
        if !self.by_key.contains_key(key) {
            self.by_key.insert(key.clone(), Vec::new());
        }
        let effects = self.by_key.get_mut(key).expect("the key was put in above");
        match effects.binary_search_by_key(&period, |&(at, _)| at) {
            Ok(found) => effects[found].1 += size,
            Err(place) => effects.insert(place, (period, size)),
        }
    }

    /// Each error with its effects: (period from 0, a[t]), in the order of periods.
    pub fn iter(&self) -> impl Iterator<Item = (&ErrorKey, &[(usize, f64)])> {
        self.by_key.iter().map(|(key, effects)| (key, effects.as_slice()))
    }

    /// Variance per period that errors of `wanted` classes make.
    #[must_use]
    pub fn variance_of(&self, wanted: &[ErrorClass]) -> Vec<f64> {
        let mut variance = vec![0.0; self.periods];
        for (key, effects) in self.iter() {
            if wanted.contains(&key.class) {
                for &(period, size) in effects {
                    variance[period] += size * size;
                }
            }
        }
        variance
    }
}
