//! Sums that keep what plain addition drops.
//!
//! Invariant: the result is the exact sum rounded, up to n²·2⁻¹⁰⁶ of the sum of magnitudes. A
//! balance adds figures that cancel almost entirely; what is left over must not be noise.

/// Neumaier's compensated sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds one figure.
    pub fn add(&mut self, value: f64) {
        let next = self.total + value;
        // An infinite term has no lost part; computing one would turn the sum into NaN.
        if next.is_finite() {
            self.lost += if self.total.abs() >= value.abs() {
                (self.total - next) + value
            } else {
                (value - next) + self.total
            };
        }
        self.total = next;
    }

    /// What has been added so far.
    #[must_use]
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Self::default();
        for value in values {
            sum.add(value);
        }
        sum
    }
}

/// The compensated sum of `values`.
pub fn of<I: IntoIterator<Item = f64>>(values: I) -> f64 {
    values.into_iter().collect::<Sum>().value()
}
