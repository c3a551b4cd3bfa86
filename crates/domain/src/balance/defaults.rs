//! Class data: uncertainties used where neither entry, meter nor method brings its own.
//!
//! Invariant: the figures are data with their source (`data/uncertainty.json`), embedded and read
//! once; a test holds that every class has exactly one row. Relative standard deviations in per
//! cent (k = 1), random per lot, short-term per calibration block, long-term per meter build or
//! laboratory and method. It does not know which figure wins: its callers ask here last.

pub mod table;

use crate::event::{MaterialClass, MeterKind, StockMethod};
use crate::quantity::{ContentUnit, ErrorClass};

use table::{Per, Table};

/// One class's standard deviations in per cent: random, short-term, long-term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassData {
    /// New at each lot.
    pub random: f64,
    /// Until the next calibration.
    pub short: f64,
    /// Of a meter's build, a laboratory or a method.
    pub long: f64,
}

impl ClassData {
    const fn new(random: f64, short: f64, long: f64) -> Self {
        Self { random, short, long }
    }

    /// The three components as class and per cent.
    #[must_use]
    pub fn components(self) -> [(ErrorClass, f64); 3] {
        [
            (ErrorClass::Random, self.random),
            (ErrorClass::ShortTerm, self.short),
            (ErrorClass::LongTerm, self.long),
        ]
    }
}

/// Masses and volumes by the meter that gave them.
#[must_use]
pub fn meter(kind: MeterKind) -> ClassData {
    Table::shipped().meter(kind)
}

/// An amount that somebody estimated; the row `amount: estimated`.
pub const ESTIMATED_AMOUNT: ClassData = ClassData::new(50.0, 0.0, 0.0);
/// An amount calculated from others, without components of its own; the row `amount: calculated`.
pub const CALCULATED_AMOUNT: ClassData = ClassData::new(5.0, 0.0, 2.0);

/// Masses of a stock by the way they were found.
#[must_use]
pub fn stock(method: StockMethod) -> ClassData {
    Table::shipped().stock(method)
}

/// Sampling, by what was sampled.
#[must_use]
pub fn sampling(class: Option<MaterialClass>) -> ClassData {
    Table::shipped().sampling(class)
}

/// Assays, by unit and size of the content (mg/kg; not looked at for contents per volume).
#[must_use]
pub fn assay(unit: ContentUnit, content: f64) -> ClassData {
    Table::shipped().assay(per(unit), content)
}

/// Assays of a laboratory without any evidence of its proficiency: the class data, with Horwitz's
/// reproducibility as long-term error where that is larger. `content` in mg/kg.
#[must_use]
pub fn assay_without_evidence(unit: ContentUnit, content: f64) -> ClassData {
    let class = assay(unit, content);
    let content = match per(unit) {
        Per::Mass => content,
        // A litre of water is a kilogram within what the rule can tell; at the contents of water
        // and gas it has reached its cap long before.
        Per::Volume => 0.0,
    };
    let least = Table::shipped().reproducibility.percent(content);
    ClassData { long: class.long.max(least), ..class }
}

/// Dry share of a wet mass.
#[must_use]
pub fn moisture(class: Option<MaterialClass>) -> ClassData {
    Table::shipped().moisture(class)
}

/// Scatter of a mean of other days around the lot in question; the row `content: mean`.
pub const MEAN_CONTENT_PERCENT: f64 = 25.0;
/// A default content without a figure of its own; the row `content: default`.
pub const DEFAULT_CONTENT_PERCENT: f64 = 50.0;

fn per(unit: ContentUnit) -> Per {
    if unit.per_cubic_metre().is_some() { Per::Volume } else { Per::Mass }
}

#[cfg(test)]
mod tests;
