//! Standardised independent MUF.
//!
//! Invariant: z = L⁻¹m with V = LLᵀ. Without loss z is independent standard normal; each z rests
//! on its own and earlier periods only.

use crate::covariance::Covariance;
use crate::fault::Fault;

/// A MUF sequence freed from what earlier periods foretell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sitmuf {
    /// MUF minus its expectation given earlier periods, mass units.
    pub itmuf: Vec<f64>,
    /// Standard deviation of that, mass units.
    pub sigma_itmuf: Vec<f64>,
    /// Their quotient: standard normal without loss.
    pub sitmuf: Vec<f64>,
}

impl Sitmuf {
    /// Standardises `muf`, which has as many periods as `covariance`.
    pub fn of(muf: &[f64], covariance: &Covariance) -> Result<Self, Fault> {
        if muf.len() != covariance.size() {
            let (found, wanted) = (covariance.size(), muf.len());
            return Err(Fault::Length { place: "covariance".into(), found, wanted });
        }
        let factor = covariance.factor()?;
        let sitmuf = factor.standardise(muf);
        let sigma_itmuf = factor.conditional_sigma();
        let itmuf = sitmuf.iter().zip(&sigma_itmuf).map(|(z, sigma)| z * sigma).collect();
        Ok(Self { itmuf, sigma_itmuf, sitmuf })
    }
}
