//! Units by their signs. A sign that is not here is unknown and refused, never guessed.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A unit sign that this version does not know; entries with it are refused (DESIGN §6).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown unit {read:?}: expected one of {known}")]
pub struct UnknownUnit {
    read: String,
    known: String,
}

macro_rules! units {
    ($(#[$doc:meta])* $name:ident { $($(#[$unit_doc:meta])* $unit:ident = $sign:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$unit_doc])* $unit,)+ }

        impl $name {
            /// All units with their order fixed.
            pub const ALL: &'static [Self] = &[$(Self::$unit),+];

            /// The sign as signed and shown.
            #[must_use]
            pub fn sign(self) -> &'static str {
                match self { $(Self::$unit => $sign,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.sign())
            }
        }

        impl FromStr for $name {
            type Err = UnknownUnit;

            fn from_str(text: &str) -> Result<Self, UnknownUnit> {
                Self::ALL.iter().copied().find(|unit| unit.sign() == text).ok_or_else(|| {
                    UnknownUnit {
                        read: text.chars().take(20).collect(),
                        known: [$($sign),+].join(", "),
                    }
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.sign())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

units! {
    /// Units of mass of material.
    MassUnit {
        /// Gram.
        Gram = "g",
        /// Kilogram.
        Kilogram = "kg",
        /// Tonne.
        Tonne = "t",
    }
}

units! {
    /// Units of volume; gas volumes are at standard conditions.
    VolumeUnit {
        /// Litre.
        Litre = "L",
        /// Cubic metre.
        CubicMetre = "m3",
        /// Cubic metre of gas at 273.15 K and 101.325 kPa.
        StandardCubicMetre = "Nm3",
    }
}

units! {
    /// Whether a mass or content counts the moisture.
    Basis {
        /// With its moisture, as weighed or as received.
        Wet = "wet",
        /// Without moisture (105 °C).
        Dry = "dry",
    }
}

units! {
    /// Units of what an assay determines.
    ContentUnit {
        /// mg per kg of solid; the same as g/t and ppm by weight.
        MilligramPerKilogram = "mg/kg",
        /// g per t of solid.
        GramPerTonne = "g/t",
        /// µg per kg of solid.
        MicrogramPerKilogram = "ug/kg",
        /// g per kg of solid.
        GramPerKilogram = "g/kg",
        /// Per cent by mass.
        Percent = "%",
        /// mg per litre.
        MilligramPerLitre = "mg/L",
        /// µg per litre.
        MicrogramPerLitre = "ug/L",
        /// ng per litre (HJ 212-2017 reports thallium so).
        NanogramPerLitre = "ng/L",
        /// mg per m³ of gas at standard conditions.
        MilligramPerCubicMetre = "mg/m3",
        /// µg per m³ of gas at standard conditions.
        MicrogramPerCubicMetre = "ug/m3",
        /// Density, t per m³.
        TonnePerCubicMetre = "t/m3",
    }
}

impl MassUnit {
    /// Grams in one unit.
    #[must_use]
    pub fn grams(self) -> Decimal {
        match self {
            Self::Gram => Decimal::ONE,
            Self::Kilogram => Decimal::ONE_THOUSAND,
            Self::Tonne => Decimal::from(1_000_000),
        }
    }
}

impl VolumeUnit {
    /// Cubic metres in one unit.
    #[must_use]
    pub fn cubic_metres(self) -> Decimal {
        match self {
            Self::Litre => Decimal::new(1, 3),
            Self::CubicMetre | Self::StandardCubicMetre => Decimal::ONE,
        }
    }
}

impl ContentUnit {
    /// Grams of substance in one gram of solid, `None` for units per volume.
    #[must_use]
    pub fn per_gram(self) -> Option<Decimal> {
        match self {
            Self::MilligramPerKilogram | Self::GramPerTonne => Some(Decimal::new(1, 6)),
            Self::MicrogramPerKilogram => Some(Decimal::new(1, 9)),
            Self::GramPerKilogram => Some(Decimal::new(1, 3)),
            Self::Percent => Some(Decimal::new(1, 2)),
            _ => None,
        }
    }

    /// How many of another unit one of this is; `None` for units of another kind.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Decimal> {
        if self == other {
            return Some(Decimal::ONE);
        }
        let ratio = |from: Option<Decimal>, to: Option<Decimal>| from?.checked_div(to?);
        ratio(self.per_gram(), other.per_gram())
            .or_else(|| ratio(self.per_cubic_metre(), other.per_cubic_metre()))
    }

    /// Grams of substance in one cubic metre, `None` for units per mass.
    #[must_use]
    pub fn per_cubic_metre(self) -> Option<Decimal> {
        match self {
            Self::MilligramPerLitre => Some(Decimal::ONE),
            Self::MicrogramPerLitre | Self::MilligramPerCubicMetre => Some(Decimal::new(1, 3)),
            Self::NanogramPerLitre | Self::MicrogramPerCubicMetre => Some(Decimal::new(1, 6)),
            _ => None,
        }
    }
}
