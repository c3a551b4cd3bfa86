//! Error sources of many quantities, made small: what touches one quantity alone is a variance,
//! what several share keeps its number.
//!
//! A month has thousands of random errors and a few that count twice: the scale, the laboratory,
//! the batch that lies in one stock and leaves in the next stream. Sums and correlations need the
//! latter only by identity.

use std::collections::HashMap;

use tl_domain::quantity::{ErrorClass, Spread};

/// What is left of a difference below this share of its terms is rounding.
const ROUNDING: f64 = 1e-9;

/// Error sources of one quantity, in its unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Errors {
    /// Variance of what touches this quantity alone.
    pub(super) own: f64,
    /// Number of each shared source with what one standard deviation of it does, by number.
    pub(super) shared: Vec<(u32, f64)>,
}

impl Errors {
    /// Standard deviation.
    pub(super) fn sd(&self) -> f64 {
        (self.own + self.shared.iter().map(|(_, size)| size * size).sum::<f64>()).sqrt()
    }

    /// Moves the numbers, so that those of several parties differ.
    pub(super) fn renumber(&mut self, by: u32) {
        for (number, _) in &mut self.shared {
            *number += by;
        }
    }
}

/// Makes the error sources of quantities of one kind small; gives the number of shared sources.
pub(super) fn compact<'a>(spreads: impl Iterator<Item = &'a Spread> + Clone) -> (Vec<Errors>, u32) {
    let mut touched: HashMap<(ErrorClass, &str), (u32, Option<u32>)> = HashMap::new();
    let sources = |spread: &'a Spread| spread.iter().filter(|(.., size)| *size != 0.0);
    for spread in spreads.clone() {
        for (class, key, _) in sources(spread) {
            touched.entry((class, key)).or_default().0 += 1;
        }
    }
    let mut count = 0;
    let errors = spreads.map(|spread| {
        let mut errors = Errors::default();
        for (class, key, size) in sources(spread) {
            let (quantities, number) = touched.entry((class, key)).or_default();
            if *quantities < 2 {
                errors.own += size * size;
                continue;
            }
            let number = *number.get_or_insert_with(|| {
                count += 1;
                count - 1
            });
            errors.shared.push((number, size));
        }
        errors.shared.sort_unstable_by_key(|(number, _)| *number);
        errors
    });
    (errors.collect(), count)
}

/// Errors of a quotient's numerator that its denominator does not explain, over the denominator:
/// with amount m and substance T they are the errors of T/m.
pub(super) fn quotient(substance: &Spread, amount: &Spread, (t, m): (f64, f64)) -> Spread {
    let mut difference = Spread::new();
    difference.add_scaled(amount, -t / m);
    difference.add_scaled(substance, 1.0);
    let sizes: HashMap<(ErrorClass, &str), f64> =
        substance.iter().map(|(class, key, size)| ((class, key), size)).collect();
    let mut spread = Spread::new();
    for (class, key, size) in difference.iter() {
        let whole = sizes.get(&(class, key)).copied().unwrap_or(0.0);
        if size.abs() > ROUNDING * whole.abs() {
            spread.add(class, key, size / m);
        }
    }
    spread
}
