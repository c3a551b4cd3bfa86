//! Uncertainty components with keys.
//!
//! A component is one source of error of one quantity. Sources that quantities share (the same
//! scale in the same calibration block, the same laboratory and method) carry the same key: their
//! errors add before they are squared, so that shared errors cancel over a difference and do not
//! average away over a sum. Standard uncertainties (k = 1) throughout (GUM, JCGM 100:2008).

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::DecimalText;

/// How long an error stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// New for each weighing or sample.
    Random,
    /// The same within a calibration block.
    ShortTerm,
    /// The same for a laboratory and method, or a meter's build.
    LongTerm,
}

/// One error source of one measured quantity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Names the source; equal keys mean one common error. Random components name the entry.
    pub key: String,
    /// How long the error stays the same.
    pub class: ErrorClass,
    /// Relative standard uncertainty in per cent of the value (k = 1).
    pub percent: DecimalText,
}

/// A linear combination's sensitivity to each error source: how long it lives and its key →
/// signed standard uncertainty.
///
/// Units are those of the combined figure; a variance is the sum of squares over the sources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spread(BTreeMap<(ErrorClass, String), f64>);

impl Spread {
    /// Nothing uncertain.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error source that moves the figure by `amount` (signed, k = 1).
    pub fn add(&mut self, class: ErrorClass, key: impl Into<String>, amount: f64) {
        *self.0.entry((class, key.into())).or_default() += amount;
    }

    /// Adds components of a quantity, each moving the figure by its per cent times `weight`.
    pub fn add_components(&mut self, components: &[Component], weight: f64) {
        for component in components {
            let percent = component.percent.value().to_f64().unwrap_or(f64::NAN);
            self.add(component.class, component.key.clone(), percent * weight);
        }
    }

    /// Adds another combination, multiplied by `factor`: −1 for what is subtracted.
    pub fn add_scaled(&mut self, other: &Self, factor: f64) {
        for ((class, key), amount) in &other.0 {
            self.add(*class, key.clone(), amount * factor);
        }
    }

    /// Each source with what one standard deviation of it does to the figure, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (ErrorClass, &str, f64)> {
        self.0.iter().map(|((class, key), amount)| (*class, key.as_str(), *amount))
    }

    /// Standard uncertainty of the combination.
    #[must_use]
    pub fn sigma(&self) -> f64 {
        self.0.values().map(|amount| amount * amount).sum::<f64>().sqrt()
    }

    /// Error sources with their share of the variance, largest first: what to improve first.
    #[must_use]
    pub fn shares(&self) -> Vec<(&str, f64)> {
        let variance = self.sigma().powi(2);
        let mut shares: Vec<_> = self
            .iter()
            .map(|(_, key, amount)| (key, amount * amount / variance))
            .filter(|(_, share)| *share > 0.0)
            .collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        shares
    }
}
