//! Which items are verified, from a seed recorded after the list was frozen.
//!
//! Invariant: the same list, in the same order, and the same seed give the same items on every
//! machine; each set of n items is equally likely. Anyone can repeat the draw.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::limits;
use crate::simulation::generator::Generator;

/// Positions (from 0, ascending) of `sample` items of a frozen list of `items`.
pub fn positions(seed: u64, items: u64, sample: usize) -> Result<Vec<u64>, Fault> {
    if sample > limits::DRAWN_ITEMS {
        let (found, most) = (sample, limits::DRAWN_ITEMS);
        return Err(Fault::TooMany { place: "sample".into(), found, most });
    }
    if sample as u64 > items {
        let (place, found) = ("sample".into(), sample as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "at most the number of items" });
    }
    let mut generator = Generator::seeded(seed);
    // Fisher-Yates on the positions, of which only the moved ones are kept.
    let mut moved: BTreeMap<u64, u64> = BTreeMap::new();
    let mut drawn = Vec::with_capacity(sample);
    for step in 0..sample as u64 {
        let other = step + generator.below(items - step);
        let taken = moved.get(&other).copied().unwrap_or(other);
        let here = moved.get(&step).copied().unwrap_or(step);
        moved.insert(other, here);
        drawn.push(taken);
    }
    drawn.sort_unstable();
    Ok(drawn)
}
