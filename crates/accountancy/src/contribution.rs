//! Which error source makes σ, largest first: what to measure better.
//!
//! Invariant: the variances of all contributions add up to σ² of the same span. A source is a
//! class and a name over all its blocks; a shared source counts once, after it has cancelled.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::source::{ErrorClass, Sources};

/// What one source contributes to the variance of MUF summed over a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// How long the error lives.
    pub class: ErrorClass,
    /// Instrument, laboratory, method or measured quantity.
    pub name: String,
    /// Mass units squared.
    pub variance: f64,
    /// Part of the whole variance, 0 to 1.
    pub share: f64,
}

/// Contributions to the variance of the sum of MUF over `span` (periods from 0), ranked.
///
/// A span of one period gives σMUF², the span from 0 gives σCUMUF².
#[must_use]
pub fn ranked(sources: &Sources, span: Range<usize>) -> Vec<Contribution> {
    let mut by_source: BTreeMap<(ErrorClass, &str), f64> = BTreeMap::new();
    for (key, effects) in sources.iter() {
        let inside = effects.iter().filter(|(t, _)| span.contains(t));
        let effect: f64 = inside.map(|(_, size)| size).sum();
        if effect != 0.0 {
            *by_source.entry((key.class, &key.name)).or_default() += effect * effect;
        }
    }
    let whole: f64 = by_source.values().sum();
    let contribution = |((class, name), variance): ((ErrorClass, &str), f64)| Contribution {
        class,
        name: name.to_owned(),
        variance,
        share: variance / whole,
    };
    let mut ranked: Vec<_> = by_source.into_iter().map(contribution).collect();
    // A stable sort on ordered keys: ties keep one order whatever the order of input.
    ranked.sort_by(|left, right| right.variance.total_cmp(&left.variance));
    ranked
}
