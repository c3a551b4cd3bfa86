//! Laboratory comparison by E_n numbers.
//!
//! Invariant: u come in as standard uncertainties and are expanded here, once; |E_n| ≤ 1 is
//! satisfactory (ISO 13528). Passing expanded ones would hide half of the failures.

use crate::fault::Fault;

/// The usual coverage factor.
pub const COVERAGE: f64 = 2.0;

/// A laboratory's result against a reference value, all in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaboratoryResult {
    /// The laboratory's value.
    pub value: f64,
    /// Its standard uncertainty.
    pub value_u: f64,
    /// The reference value.
    pub reference: f64,
    /// Its standard uncertainty.
    pub reference_u: f64,
}

impl LaboratoryResult {
    /// (x − X)/√(U² + U_ref²) with U = `coverage`·u.
    pub fn en(&self, coverage: f64) -> Result<f64, Fault> {
        for (place, found) in [("u_x", self.value_u), ("u_ref", self.reference_u)] {
            if found < 0.0 {
                return Err(Fault::Negative { place: place.into(), found });
            }
        }
        if coverage.is_nan() || coverage <= 0.0 {
            let wanted = "a coverage factor above 0";
            return Err(Fault::OutOfRange { place: "k".into(), found: coverage, wanted });
        }
        let expanded = (coverage * self.value_u).hypot(coverage * self.reference_u);
        if expanded == 0.0 {
            return Err(Fault::NoDeviation { place: "u_x and u_ref".into() });
        }
        Ok((self.value - self.reference) / expanded)
    }
}

/// Whether an E_n number is satisfactory.
#[must_use]
pub fn is_satisfactory(en: f64) -> bool {
    en.abs() <= 1.0
}
