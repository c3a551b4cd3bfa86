//! Sampling without replacement from a finite population with marked items.
//!
//! Invariant: a comparison with a limit is exact also where both are equal (100 items, 1 marked,
//! limit 0.1: 90 items suffice, not 91). Populations up to 2⁵³; big counts go by Loader's terms.

use crate::beta::binomial_term;
use crate::fraction;
use crate::natural::Natural;
use crate::sum::Sum;

/// Products of at most this many ratios are formed directly.
const DIRECT_FACTORS: u64 = 512;
/// Ties of at most this many factors are settled by exact integers.
const EXACT_FACTORS: u64 = 4_096;
/// Closer to the limit than this, relatively, is a possible tie.
const NEAR_TIE: f64 = 1e-9;

/// A population of which some items are marked; `marked` ≤ `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    /// Items in all.
    pub size: u64,
    /// Items that are marked (defects).
    pub marked: u64,
}

impl Population {
    /// P(exactly `found` marked among `sample` drawn).
    #[must_use]
    pub fn probability(self, sample: u64, found: u64) -> f64 {
        if self.marked > self.size || sample > self.size {
            return f64::NAN;
        }
        let plain = self.size - self.marked;
        if found > self.marked || found > sample || sample - found > plain {
            return 0.0;
        }
        if sample == 0 || sample == self.size {
            return 1.0;
        }
        let share = sample as f64 / self.size as f64;
        let rest = (self.size - sample) as f64 / self.size as f64;
        let term = |k: u64, n: u64| binomial_term(k as f64, (n - k) as f64, share, rest);
        term(found, self.marked) * term(sample - found, plain) / term(sample, self.size)
    }

    /// P(no marked item among `sample` drawn).
    #[must_use]
    pub fn none_found(self, sample: u64) -> f64 {
        if self.marked > self.size || sample > self.size {
            return f64::NAN;
        }
        if sample > self.size - self.marked {
            return 0.0;
        }
        let (factors, removed) = self.factors(sample);
        if factors > DIRECT_FACTORS {
            return self.probability(sample, 0);
        }
        let ratio = |i: u64| (self.size - removed - i) as f64 / (self.size - i) as f64;
        (0..factors).map(ratio).product()
    }

    /// P(no marked item is recognised among `sample` drawn), each being recognised with
    /// probability `recognised`.
    #[must_use]
    pub fn none_recognised(self, sample: u64, recognised: f64) -> f64 {
        if self.marked > self.size || sample > self.size || !(0.0..=1.0).contains(&recognised) {
            return f64::NAN;
        }
        if recognised == 1.0 {
            return self.none_found(sample);
        }
        let plain = self.size - self.marked;
        let least = sample.saturating_sub(plain);
        let most = self.marked.min(sample);
        let missed = (-recognised).ln_1p();
        let mut sum = Sum::default();
        // The terms rise to one summit and fall; past it a term that adds nothing ends the sum.
        let mut summit = 0.0_f64;
        for found in least..=most {
            let term = self.probability(sample, found) * (missed * found as f64).exp();
            sum.add(term);
            summit = summit.max(term);
            if term < summit && term < sum.value() * 1e-18 {
                break;
            }
        }
        sum.value().min(1.0)
    }

    /// P(at most `found` marked among `sample` drawn).
    #[must_use]
    pub fn cdf(self, sample: u64, found: u64) -> f64 {
        let least = sample.saturating_sub(self.size.saturating_sub(self.marked));
        let most = found.min(self.marked).min(sample);
        (least..=most).map(|k| self.probability(sample, k)).collect::<Sum>().value().min(1.0)
    }

    /// The smallest sample with P(no marked item) ≤ `limit`; the whole population when none is
    /// marked. `limit` lies in 0..1.
    #[must_use]
    pub fn smallest_sample(self, limit: f64) -> u64 {
        if self.marked == 0 || self.marked > self.size {
            return self.size;
        }
        // The probability falls with the sample, and one more than all plain items is certain.
        let (mut low, mut high) = (0, self.size - self.marked + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.none_found_within(middle, limit) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Whether P(no marked item among `sample`) ≤ `limit`, exactly where floating point cannot say.
    #[must_use]
    pub fn none_found_within(self, sample: u64, limit: f64) -> bool {
        let value = self.none_found(sample);
        if (value - limit).abs() > NEAR_TIE * limit {
            return value <= limit;
        }
        let (factors, removed) = self.factors(sample);
        match fraction::plain(limit) {
            Some((above, below)) if factors <= EXACT_FACTORS && sample <= self.size => {
                let ours = (0..factors).map(|i| self.size - removed - i).chain([below]);
                let all = (0..factors).map(|i| self.size - i).chain([above]);
                Natural::product(ours) <= Natural::product(all)
            }
            _ => value <= limit,
        }
    }

    /// C(N−d, n)/C(N, n) is a product of min(d, n) ratios (N − other − i)/(N − i).
    fn factors(self, sample: u64) -> (u64, u64) {
        if self.marked <= sample { (self.marked, sample) } else { (sample, self.marked) }
    }
}
