//! Natural numbers of any size, as far as exact comparisons of products need them.
//!
//! Invariant: no leading zero limbs, so that lengths compare first. Nothing but products by small
//! factors and an order: this is no general arithmetic.

use std::cmp::Ordering;

/// A natural number, little-endian 32-bit limbs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Natural {
    limbs: Vec<u32>,
}

impl Natural {
    /// The number one.
    #[must_use]
    pub fn one() -> Self {
        Self { limbs: vec![1] }
    }

    /// Multiplies by `factor`.
    pub fn multiply(&mut self, factor: u64) {
        let mut carry: u128 = 0;
        for limb in &mut self.limbs {
            let product = u128::from(*limb) * u128::from(factor) + carry;
            *limb = (product & 0xffff_ffff) as u32;
            carry = product >> 32;
        }
        while carry > 0 {
            self.limbs.push((carry & 0xffff_ffff) as u32);
            carry >>= 32;
        }
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }

    /// The product of `factors`.
    pub fn product<I: IntoIterator<Item = u64>>(factors: I) -> Self {
        let mut number = Self::one();
        for factor in factors {
            number.multiply(factor);
        }
        number
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.limbs.len().cmp(&other.limbs.len());
        by_length.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
