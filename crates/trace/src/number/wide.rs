//! Two floats as one number of 106 bits: for cases too deep for exact fractions.
//!
//! Invariant: `high` is the nearest float to the number and `low` what is missing. Sums and
//! products of numbers of one sign are good to 2⁻¹⁰⁰ relative (Dekker; Joldes, Muller and Popescu
//! 2017, algorithms 6, 11 and 18). It deliberately has no square roots and no infinities.

use num_traits::FromPrimitive;

use super::{Ratio, Share};

/// A number as the unevaluated sum of two floats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wide {
    high: f64,
    low: f64,
}

/// 2²⁷ + 1, which splits a float into two halves whose products are exact.
const SPLITTER: f64 = 134_217_729.0;

impl Wide {
    /// A float as it is.
    pub fn new(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// The same number as a fraction; none where it is not finite.
    pub fn exact(&self) -> Option<Ratio> {
        Some(Ratio::from_f64(self.high)? + Ratio::from_f64(self.low)?)
    }

    fn sum(left: f64, right: f64) -> Self {
        let high = left + right;
        let back = high - left;
        Self { high, low: (left - (high - back)) + (right - back) }
    }

    /// As [`Wide::sum`] where `left` is not the smaller.
    fn ordered_sum(left: f64, right: f64) -> Self {
        let high = left + right;
        Self { high, low: right - (high - left) }
    }

    fn product(left: f64, right: f64) -> Self {
        let high = left * right;
        let (left_top, left_rest) = halves(left);
        let (right_top, right_rest) = halves(right);
        let low = ((left_top * right_top - high) + left_top * right_rest + left_rest * right_top)
            + left_rest * right_rest;
        Self { high, low }
    }
}

fn halves(value: f64) -> (f64, f64) {
    let spread = SPLITTER * value;
    let top = spread - (spread - value);
    (top, value - top)
}

impl Share for Wide {
    type Sum = Self;

    fn nothing() -> Self {
        Self::new(0.0)
    }

    fn whole() -> Self {
        Self::new(1.0)
    }

    fn is_nothing(&self) -> bool {
        self.high == 0.0 && self.low == 0.0
    }

    fn of(ratio: &Ratio) -> Self {
        let high = ratio.float();
        let low = Ratio::from_f64(high).map_or(0.0, |near| (ratio - near).float());
        Self::ordered_sum(high, low)
    }

    fn plus(&self, other: &Self) -> Self {
        let high = Self::sum(self.high, other.high);
        let low = Self::sum(self.low, other.low);
        let first = Self::ordered_sum(high.high, high.low + low.high);
        Self::ordered_sum(first.high, low.low + first.low)
    }

    fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { high: -other.high, low: -other.low })
    }

    fn times(&self, other: &Self) -> Self {
        let product = Self::product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        Self::ordered_sum(product.high, product.low + cross)
    }

    fn over(&self, other: &Self) -> Self {
        let high = self.high / other.high;
        let left = self.minus(&other.times(&Self::new(high)));
        Self::ordered_sum(high, (left.high + left.low) / other.high)
    }

    fn add_product(sum: &mut Self, left: &Self, right: &Self) {
        *sum = sum.plus(&left.times(right));
    }

    fn value(sum: &Self) -> Self {
        *sum
    }

    fn float(&self) -> f64 {
        self.high + self.low
    }

    fn cost(&self) -> u64 {
        0
    }
}
