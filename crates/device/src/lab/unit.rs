//! Concentration units of laboratory files and the exact way from one to another.
//!
//! Conversions only move the decimal point. `ppb` and its like are read as mass per volume
//! unless the declared unit is mass per mass; volume and mass are never turned into each other.

use serde::{Deserialize, Deserializer};

use crate::decimal::{DecimalError, DecimalText};
use crate::reading::{Reason, Refusal};

/// A concentration unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    /// The unit as reported.
    pub symbol: &'static str,
    /// Mass per what.
    pub per: Per,
    /// Power of ten, with ug/L and ug/kg as 0.
    pub power: i32,
}

/// What a concentration is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Mass per volume of water.
    Volume,
    /// Mass per mass of solid.
    Mass,
    /// Parts per million and the like: either, as the declaration says.
    Parts,
}

/// A unit that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unit {0:?} is not known; known are ng/L, ug/L, mg/L, g/L, ng/kg, ug/kg, mg/kg, g/kg, \
         ng/g, ug/g, ppt, ppb, ppm"
)]
pub struct UnknownUnit(pub String);

const UNITS: &[(&str, Per, i32)] = &[
    ("ng/L", Per::Volume, -3),
    ("ug/L", Per::Volume, 0),
    ("mg/L", Per::Volume, 3),
    ("g/L", Per::Volume, 6),
    ("ng/kg", Per::Mass, -3),
    ("ug/kg", Per::Mass, 0),
    ("mg/kg", Per::Mass, 3),
    ("g/kg", Per::Mass, 6),
    ("ng/g", Per::Mass, 0),
    ("ug/g", Per::Mass, 3),
    ("ppt", Per::Parts, -3),
    ("ppb", Per::Parts, 0),
    ("ppm", Per::Parts, 3),
];

impl Concentration {
    /// Reads a unit; both Greek letters for micro are understood, case counts elsewhere.
    pub fn parse(text: &str) -> Result<Self, UnknownUnit> {
        let plain = text.trim().replace(['µ', 'μ'], "u").replace("/l", "/L");
        let found = UNITS.iter().find(|(symbol, _, _)| *symbol == plain);
        match found {
            Some((symbol, per, power)) => Ok(Self { symbol, per: *per, power: *power }),
            None => Err(UnknownUnit(crate::limits::quoted(text))),
        }
    }

    /// The unit to report in where none is declared: itself, or ug/L for parts.
    pub fn reported(&self) -> Self {
        match self.per {
            Per::Parts => Self { symbol: "ug/L", per: Per::Volume, power: 0 },
            Per::Volume | Per::Mass => self.clone(),
        }
    }

    /// True where values of this unit can be written in `target`.
    pub fn fits(&self, target: &Self) -> bool {
        self.per == Per::Parts || self.per == target.per
    }

    /// The same quantity in `target`, which must fit.
    pub fn convert(&self, value: &DecimalText, target: &Self) -> Result<DecimalText, DecimalError> {
        match self.power - target.power {
            0 => Ok(value.clone()),
            places => value.shifted(places),
        }
    }
}

/// The unit of a value and the unit to report it in: the written one, else the declared one;
/// they must not contradict each other. `place` is the column or field, for the message.
pub fn reported_unit(
    declared: Option<&Concentration>,
    written: Option<&str>,
    place: &str,
) -> Result<(Concentration, Concentration), Refusal> {
    let unit = match (written, declared) {
        (Some(text), _) => Concentration::parse(text)
            .map_err(|error| Refusal::new(Reason::UnitConflict, error.to_string()))?,
        (None, Some(declared)) => declared.clone(),
        (None, None) => {
            let detail = format!(
                "{:?} names no unit and none is declared; declare `unit`",
                crate::limits::quoted(place)
            );
            return Err(Refusal::new(Reason::UnitMissing, detail));
        }
    };
    if let Some(declared) = declared.filter(|declared| !unit.fits(declared)) {
        let detail = format!(
            "written is {}, declared is {}: one is per volume, one per mass",
            unit.symbol, declared.symbol
        );
        return Err(Refusal::new(Reason::UnitConflict, detail));
    }
    let target = declared.cloned().unwrap_or_else(|| unit.reported());
    Ok((unit, target))
}

impl<'de> Deserialize<'de> for Concentration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unit = Self::parse(&text).map_err(serde::de::Error::custom)?;
        if unit.per == Per::Parts {
            let why = format!("declare {text:?} as mass per volume or per mass, such as ug/L");
            return Err(serde::de::Error::custom(why));
        }
        Ok(unit)
    }
}
