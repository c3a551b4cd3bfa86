//! Masses with their basis, moisture, volumes, and the only ways to cross between them.
//!
//! Tl = M_wet · (1 − w) · c_dry. `Mass` is what people wrote; `WetMass`, `DryMass` and
//! `SubstanceMass` are what rules calculate with, so that a wet mass can't meet a dry content.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::{Basis, ContentUnit, DecimalText, MassUnit, VolumeUnit};

/// Why a quantity can't be used as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MassError {
    /// A mass below zero where only amounts can stand.
    #[error("{0} is negative: a mass in an entry is an amount, direction is in the event")]
    Negative(String),
    /// A moisture outside 0 to below 100 %.
    #[error("moisture {0} % is not from 0 to below 100 %")]
    Moisture(String),
    /// A content per volume for a mass, or per mass for a volume.
    #[error("a content in {unit} does not fit {what}")]
    Unit {
        /// The content's unit.
        unit: ContentUnit,
        /// What it was to be multiplied with.
        what: &'static str,
    },
}

macro_rules! grams {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
                 Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "rust_decimal_text")] pub Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Decimal::ZERO);

            /// In tonnes.
            #[must_use]
            pub fn tonnes(self) -> Decimal {
                self.0 / Decimal::from(1_000_000)
            }

            /// In grams for statistics and drawing.
            #[must_use]
            pub fn to_f64(self) -> f64 {
                self.0.to_f64().unwrap_or(f64::NAN)
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self { Self(self.0.saturating_add(other.0)) }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) { *self = *self + other; }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self { Self(self.0.saturating_sub(other.0)) }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self { Self(-self.0) }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold(Self::ZERO, Add::add)
            }
        }
    )+};
}

grams! {
    /// Grams of material with its moisture.
    WetMass,
    /// Grams of material without moisture.
    DryMass,
    /// Grams of the substance accounted for (as Tl, not as a compound).
    SubstanceMass
}

/// Decimals in projections are text, with trailing zeros removed so that equal is identical.
mod rust_decimal_text {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Decimal, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&value.normalize())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(d)?;
        Decimal::from_str_exact(&text).map_err(serde::de::Error::custom)
    }
}

/// A mass as written, with its unit and basis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mass {
    /// Wet or dry.
    pub basis: Basis,
    /// Unit of the value.
    pub unit: MassUnit,
    /// The value as written; never negative.
    pub value: DecimalText,
}

impl Mass {
    /// A wet mass from text and unit.
    #[must_use]
    pub fn wet(value: DecimalText, unit: MassUnit) -> Self {
        Self { basis: Basis::Wet, unit, value }
    }

    /// Grams on the mass's own basis.
    #[must_use]
    pub fn grams(&self) -> Decimal {
        self.value.value().saturating_mul(self.unit.grams())
    }

    /// Refuses what is no amount.
    ///
    /// # Errors
    /// `Negative`.
    pub fn check(&self) -> Result<(), MassError> {
        if self.value.value().is_sign_negative() {
            return Err(MassError::Negative(self.value.to_string()));
        }
        Ok(())
    }

    /// The dry mass, given the moisture of a wet one; `None` when a wet mass has no moisture.
    #[must_use]
    pub fn dry(&self, moisture: Option<Moisture>) -> Option<DryMass> {
        match self.basis {
            Basis::Dry => Some(DryMass(self.grams())),
            Basis::Wet => Some(WetMass(self.grams()).dried(moisture?)),
        }
    }

    /// The wet mass; `None` for a dry one without moisture.
    #[must_use]
    pub fn wetted(&self, moisture: Option<Moisture>) -> Option<WetMass> {
        match self.basis {
            Basis::Wet => Some(WetMass(self.grams())),
            Basis::Dry => {
                let dry_share = Decimal::ONE - moisture?.fraction();
                Some(WetMass(self.grams().checked_div(dry_share).unwrap_or(Decimal::MAX)))
            }
        }
    }
}

/// Share of water in a wet mass, from 0 to below 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moisture(Decimal);

impl Moisture {
    /// Takes a percentage of the wet mass.
    ///
    /// # Errors
    /// `Moisture` outside 0 to below 100.
    pub fn from_percent(percent: Decimal) -> Result<Self, MassError> {
        if percent < Decimal::ZERO || percent >= Decimal::ONE_HUNDRED {
            return Err(MassError::Moisture(percent.to_string()));
        }
        Ok(Self(percent / Decimal::ONE_HUNDRED))
    }

    /// As a share of the wet mass.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        self.0
    }

    /// As a percentage of the wet mass.
    #[must_use]
    pub fn percent(self) -> Decimal {
        self.0 * Decimal::ONE_HUNDRED
    }
}

impl WetMass {
    /// M_dry = M_wet · (1 − w).
    #[must_use]
    pub fn dried(self, moisture: Moisture) -> DryMass {
        DryMass(self.0 * (Decimal::ONE - moisture.fraction()))
    }
}

/// A volume as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Unit of the value.
    pub unit: VolumeUnit,
    /// The value as written.
    pub value: DecimalText,
}

impl Volume {
    /// In cubic metres.
    #[must_use]
    pub fn cubic_metres(&self) -> Decimal {
        self.value.value() * self.unit.cubic_metres()
    }
}

/// Substance in a dry mass by a dry content.
///
/// # Errors
/// `Unit` when the content is per volume.
pub fn substance_dry(
    mass: DryMass,
    content: Decimal,
    unit: ContentUnit,
) -> Result<SubstanceMass, MassError> {
    per_mass(mass.0, content, unit)
}

/// Substance in a wet mass by a content of the wet material (as received).
///
/// # Errors
/// `Unit` when the content is per volume.
pub fn substance_wet(
    mass: WetMass,
    content: Decimal,
    unit: ContentUnit,
) -> Result<SubstanceMass, MassError> {
    per_mass(mass.0, content, unit)
}

/// Substance in a volume in cubic metres.
///
/// # Errors
/// `Unit` when the content is per mass.
pub fn substance_volume(
    cubic_metres: Decimal,
    content: Decimal,
    unit: ContentUnit,
) -> Result<SubstanceMass, MassError> {
    let factor = unit.per_cubic_metre().ok_or(MassError::Unit { unit, what: "a volume" })?;
    Ok(SubstanceMass(cubic_metres.saturating_mul(factor).saturating_mul(content)))
}

fn per_mass(
    grams: Decimal,
    content: Decimal,
    unit: ContentUnit,
) -> Result<SubstanceMass, MassError> {
    let factor = unit.per_gram().ok_or(MassError::Unit { unit, what: "a mass" })?;
    Ok(SubstanceMass(grams.saturating_mul(factor).saturating_mul(content)))
}
