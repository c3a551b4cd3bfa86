//! From what was weighed, dried and assayed to an amount with its uncertainty.
//!
//! Invariant: the parts stay apart (mass, moisture, assay), because each is an error of another
//! instrument; u² = Σ parts² (GUM, independent inputs). Units: kg, a fraction, mg/kg; result kg.

use crate::fault::Fault;

/// mg/kg to a mass fraction.
const PER_MILLION: f64 = 1e-6;

/// What one amount was computed from; u are standard uncertainties in the unit of their figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Components {
    /// Wet mass, kg.
    pub wet_mass: f64,
    /// Its uncertainty, kg.
    pub wet_mass_u: f64,
    /// Moisture, fraction of the wet mass.
    pub moisture: f64,
    /// Its uncertainty.
    pub moisture_u: f64,
    /// Content of the dry mass, mg/kg.
    pub assay: f64,
    /// Its uncertainty, mg/kg.
    pub assay_u: f64,
}

/// An amount of substance and what each component does to it, kg.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// Wet mass · (1 − moisture) · content.
    pub value: f64,
    /// Through the weighing.
    pub by_mass: f64,
    /// Through the moisture.
    pub by_moisture: f64,
    /// Through the assay.
    pub by_assay: f64,
}

impl Components {
    /// The amount; faults on a moisture outside 0..1 and on negative figures.
    pub fn amount(&self) -> Result<Amount, Fault> {
        let figures = [
            ("wet_mass", self.wet_mass),
            ("u_wet_mass", self.wet_mass_u),
            ("u_moisture", self.moisture_u),
            ("assay_mg_per_kg", self.assay),
            ("u_assay", self.assay_u),
        ];
        for (place, found) in figures {
            if found < 0.0 {
                return Err(Fault::Negative { place: place.into(), found });
            }
        }
        if !(0.0..=1.0).contains(&self.moisture) {
            let (place, found) = ("moisture".into(), self.moisture);
            return Err(Fault::OutOfRange { place, found, wanted: "a fraction from 0 to 1" });
        }
        let dry_share = 1.0 - self.moisture;
        let content = self.assay * PER_MILLION;
        Ok(Amount {
            value: self.wet_mass * dry_share * content,
            by_mass: self.wet_mass_u * dry_share * content,
            by_moisture: self.wet_mass * self.moisture_u * content,
            by_assay: self.wet_mass * dry_share * self.assay_u * PER_MILLION,
        })
    }
}

impl Amount {
    /// Standard uncertainty, kg.
    #[must_use]
    pub fn uncertainty(&self) -> f64 {
        self.by_mass.hypot(self.by_moisture).hypot(self.by_assay)
    }

    /// Standard uncertainty relative to the value; None for an amount of zero.
    #[must_use]
    pub fn relative_uncertainty(&self) -> Option<f64> {
        (self.value != 0.0).then(|| self.uncertainty() / self.value)
    }
}

/// A result between two limits, as it counts: the middle, and half the width over √3.
///
/// Below a detection limit the limits are 0 and that limit, from detection to quantification they
/// are those two.
#[must_use]
pub fn censored(lower: f64, upper: f64) -> (f64, f64) {
    ((lower + upper) / 2.0, (upper - lower) / 2.0 / 3.0_f64.sqrt())
}
