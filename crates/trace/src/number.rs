//! The numbers that shares of origin are walked in: exact fractions, wide floats, plain floats.
//!
//! One walk serves all three, so that the cases test the code that the product runs. Masses are
//! always exact ([`Ratio`]): they only add and subtract, so their denominators stay short. Shares
//! multiply, and nothing in a walk is ever subtracted: every rounding is relative, so `n` hops in
//! [`f64`] cost at most about `1.5·n·2⁻⁵³` of an answer however small it is ("no small share
//! pruned"), and sums are compensated, so a blend of a million inputs costs no more than one of
//! two. [`Wide`] does the same with 2⁻¹⁰⁰ a step; [`Ratio`] has no rounding at all, but grows.

use std::fmt::Debug;

use num_traits::{One, ToPrimitive, Zero};

pub use self::text::{NotANumber, parse, plain};
pub use self::wide::Wide;

mod text;
mod wide;

#[cfg(test)]
mod tests;

/// An exact fraction.
pub type Ratio = num_rational::BigRational;

/// A number that a share of origin can be.
pub trait Share: Clone + Debug + PartialEq {
    /// What many products are added up in.
    type Sum: Clone + Default;

    /// Nothing.
    fn nothing() -> Self;
    /// The whole.
    fn whole() -> Self;
    /// Whether it is nothing.
    fn is_nothing(&self) -> bool;
    /// The nearest to an exact fraction.
    fn of(ratio: &Ratio) -> Self;
    /// Sum.
    fn plus(&self, other: &Self) -> Self;
    /// Difference; only for what people measured on both sides, never inside a walk.
    fn minus(&self, other: &Self) -> Self;
    /// Product.
    fn times(&self, other: &Self) -> Self;
    /// Quotient; the divisor is not zero.
    fn over(&self, other: &Self) -> Self;
    /// Adds `left · right` to a sum.
    fn add_product(sum: &mut Self::Sum, left: &Self, right: &Self);
    /// What a sum has come to.
    fn value(sum: &Self::Sum) -> Self;
    /// The nearest float.
    fn float(&self) -> f64;
    /// What one more operation with it costs, in units of two machine words multiplied; 0 for
    /// numbers that do not grow.
    fn cost(&self) -> u64;
}

impl Share for Ratio {
    type Sum = Option<Self>;

    fn nothing() -> Self {
        Zero::zero()
    }

    fn whole() -> Self {
        One::one()
    }

    fn is_nothing(&self) -> bool {
        Zero::is_zero(self)
    }

    fn of(ratio: &Ratio) -> Self {
        ratio.clone()
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn over(&self, other: &Self) -> Self {
        self / other
    }

    fn add_product(sum: &mut Self::Sum, left: &Self, right: &Self) {
        let product = left * right;
        *sum = Some(match sum.take() {
            Some(before) => before + product,
            None => product,
        });
    }

    fn value(sum: &Self::Sum) -> Self {
        sum.clone().unwrap_or_else(Zero::zero)
    }

    fn float(&self) -> f64 {
        self.to_f64().unwrap_or(f64::NAN)
    }

    fn cost(&self) -> u64 {
        let words = (self.numer().bits() + self.denom().bits()) / 64 + 1;
        words.saturating_mul(words)
    }
}

/// A compensated sum: the sum so far and what its roundings lost (Neumaier).
#[derive(Clone, Copy, Debug, Default)]
pub struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    /// Adds a term; the error of the whole sum stays one rounding, however many terms.
    pub fn add(&mut self, term: f64) {
        // Knuth's sum: the same error to the bit as asking which of the two is larger, without a
        // branch that nobody can predict.
        let sum = self.sum + term;
        let added = sum - self.sum;
        self.lost += (self.sum - (sum - added)) + (term - added);
        self.sum = sum;
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.sum + self.lost
    }
}

impl Share for f64 {
    type Sum = Compensated;

    fn nothing() -> Self {
        0.0
    }

    fn whole() -> Self {
        1.0
    }

    fn is_nothing(&self) -> bool {
        *self == 0.0
    }

    fn of(ratio: &Ratio) -> Self {
        ratio.float()
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn over(&self, other: &Self) -> Self {
        self / other
    }

    fn add_product(sum: &mut Self::Sum, left: &Self, right: &Self) {
        sum.add(left * right);
    }

    fn value(sum: &Self::Sum) -> Self {
        sum.value()
    }

    fn float(&self) -> f64 {
        *self
    }

    fn cost(&self) -> u64 {
        0
    }
}
