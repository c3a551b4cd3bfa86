//! What really lies in a heap or on a truck: the simulation's truth, not a measured value.
//!
//! Amounts are f64 because nobody ever signs them: what is written into entries is measured from
//! them with an error and rounded to decimal text (`measure`). Thallium is conserved exactly.

use std::ops::{Add, AddAssign};

use tl_domain::quantity::{DecimalText, Mass, MassUnit, Reading};

use super::rng::Rng;

/// Dry tonnes and grams of thallium.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Lot {
    /// Dry tonnes.
    pub(super) dry: f64,
    /// Grams of thallium.
    pub(super) tl: f64,
}

impl Lot {
    /// A lot of a content in g/t (mg/kg).
    pub(super) fn of(dry: f64, content: f64) -> Self {
        Self { dry, tl: dry * content }
    }

    /// Content in g/t of the dry mass; 0 for an empty lot.
    pub(super) fn content(self) -> f64 {
        if self.dry > 0.0 { self.tl / self.dry } else { 0.0 }
    }

    /// Wet tonnes at a moisture in per cent.
    pub(super) fn wet(self, moisture: f64) -> f64 {
        self.dry / (1.0 - moisture / 100.0)
    }

    /// Takes dry tonnes out of a well-mixed heap, at most what is there.
    pub(super) fn take(&mut self, dry: f64) -> Self {
        let share = if self.dry > 0.0 { (dry / self.dry).clamp(0.0, 1.0) } else { 0.0 };
        let taken = Self { dry: self.dry * share, tl: self.tl * share };
        self.dry -= taken.dry;
        self.tl -= taken.tl;
        taken
    }
}

impl Add for Lot {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { dry: self.dry + other.dry, tl: self.tl + other.tl }
    }
}

impl AddAssign for Lot {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A figure as a person or device writes it down.
pub(super) fn decimal(value: f64, places: usize) -> DecimalText {
    format!("{:.places$}", value.max(0.0)).parse().expect("a rounded number is a decimal")
}

/// A content with about three digits.
pub(super) fn content_text(value: f64) -> DecimalText {
    let places = match value {
        v if v >= 1000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.01 => 4,
        _ => 6,
    };
    decimal(value, places)
}

/// Kilograms that a truck scale with steps of 20 kg shows.
pub(super) fn bridge(rng: &mut Rng, wet_tonnes: f64) -> f64 {
    (rng.around(wet_tonnes * 1000.0, 0.08) / 20.0).round() * 20.0
}

/// Wet mass in kilograms as a belt or platform scale shows it.
pub(super) fn scale(rng: &mut Rng, wet_tonnes: f64) -> Mass {
    kilograms(rng.around(wet_tonnes * 1000.0, 0.2))
}

/// A wet mass in whole kilograms.
pub(super) fn kilograms(value: f64) -> Mass {
    Mass::wet(decimal(value, 0), MassUnit::Kilogram)
}

/// Moisture in per cent as determined.
pub(super) fn moisture(rng: &mut Rng, percent: f64) -> Reading {
    let spread = (percent * 0.01).min(0.12);
    value(decimal(percent + rng.normal() * spread, 2))
}

/// A plain result.
pub(super) fn value(value: DecimalText) -> Reading {
    Reading::Value { value }
}
