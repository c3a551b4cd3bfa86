//! Operator's against inspector's figures: the item test and the D statistic.
//!
//! Invariant: the item test finds single falsified items; D finds small biases spread over all of
//! them. Systematic errors are shared by all items of a side. D leaves out the sampling variance
//! of differing discrepancies, which must be added where they are expected to differ.

use tl_statistics::sum;

use crate::fault::Fault;
use crate::srd::Deltas;

/// An item is an outlier beyond this many standard deviations.
pub const OUTLIER_SIGMAS: f64 = 3.0;

/// One verified item, mass units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerifiedItem {
    /// The operator's figure.
    pub operator: f64,
    /// The inspector's figure.
    pub inspector: f64,
}

/// The item test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemResult {
    /// (operator − inspector)/operator.
    pub relative_difference: f64,
    /// That over its standard deviation.
    pub z: f64,
    /// Beyond three standard deviations.
    pub is_outlier: bool,
}

/// The D statistic and the item tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// (N/n)·Σ(operator − inspector), mass units.
    pub difference: f64,
    /// Its random part.
    pub sigma_random: f64,
    /// Its systematic part.
    pub sigma_systematic: f64,
    /// Both together.
    pub sigma: f64,
    /// D over its standard deviation.
    pub z: f64,
    /// One result per item.
    pub items: Vec<ItemResult>,
}

impl Comparison {
    /// The inspector's MUF: the operator's less D, mass units.
    #[must_use]
    pub fn inspectors_muf(&self, muf: f64) -> f64 {
        muf - self.difference
    }
}

/// Compares verified items of a population.
pub fn compare(
    population: u64,
    items: &[VerifiedItem],
    operator: Deltas,
    inspector: Deltas,
) -> Result<Comparison, Fault> {
    let count = items.len() as u64;
    if count == 0 {
        return Err(Fault::Missing { place: "operator".into() });
    }
    if population < count {
        let (place, found) = ("population".into(), population as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "at least the verified items" });
    }
    let deviation = operator.combined().hypot(inspector.combined());
    let factor = population as f64 / count as f64;
    let total = |figure: fn(&VerifiedItem) -> f64| sum::of(items.iter().map(figure));
    let random: f64 = items
        .iter()
        .map(|item| {
            let by_operator = item.operator * operator.random;
            by_operator.powi(2) + (item.inspector * inspector.random).powi(2)
        })
        .sum();
    let sigma_random = factor * random.sqrt();
    let by_operator = factor * total(|item| item.operator) * operator.systematic;
    let by_inspector = factor * total(|item| item.inspector) * inspector.systematic;
    let sigma_systematic = by_operator.hypot(by_inspector);
    let sigma = sigma_random.hypot(sigma_systematic);
    if deviation == 0.0 || sigma == 0.0 {
        return Err(Fault::NoDeviation { place: "operator and inspector".into() });
    }
    let difference = factor * total(|item| item.operator - item.inspector);
    let results = items.iter().enumerate().map(|(n, item)| test_item(n, item, deviation));
    Ok(Comparison {
        difference,
        sigma_random,
        sigma_systematic,
        sigma,
        z: difference / sigma,
        items: results.collect::<Result<_, _>>()?,
    })
}

fn test_item(n: usize, item: &VerifiedItem, deviation: f64) -> Result<ItemResult, Fault> {
    if item.operator == 0.0 {
        let (place, wanted) = (format!("operator[{n}]"), "a figure other than 0");
        return Err(Fault::OutOfRange { place, found: 0.0, wanted });
    }
    let relative_difference = (item.operator - item.inspector) / item.operator;
    let z = relative_difference / deviation;
    Ok(ItemResult { relative_difference, z, is_outlier: z.abs() > OUTLIER_SIGMAS })
}
