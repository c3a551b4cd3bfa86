//! Quantities: decimals as written, units and wet/dry basis in the type, qualified results.
//!
//! What was measured or typed keeps its text (`1.20` stays `1.20`); arithmetic is exact decimal.
//! kg and t, mg/kg and g/t, mg/L and ng/L, wet and dry can't be mixed up: only the functions here
//! cross between them. Blank, 0, `<x`, ND and "not measured" are different variants.
//! Identities: domain facts of 1 t × 1 mg/kg = 1 g and 1 m³ × 1 mg/L = 1 g.

mod decimal;
mod mass;
mod result;
mod uncertainty;
mod unit;

#[cfg(test)]
mod tests;

pub use decimal::{DecimalError, DecimalText};
pub use mass::{
    DryMass, Mass, MassError, Moisture, SubstanceMass, Volume, WetMass, substance_dry,
    substance_volume, substance_wet,
};
pub use result::{Bounds, Reading};
pub use uncertainty::{Component, ErrorClass, Spread};
pub use unit::{Basis, ContentUnit, MassUnit, UnknownUnit, VolumeUnit};
