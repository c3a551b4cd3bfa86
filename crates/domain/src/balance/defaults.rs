//! Class data: uncertainties used where neither entry, meter nor method brings its own.
//!
//! Relative standard deviations in per cent (k = 1), random per lot, short-term per calibration
//! block, long-term per meter build or laboratory and method. Sources: OIML R 76 and R 50 error
//! limits taken as rectangular, published proficiency data of ICP-MS in solids; working values of
//! the project, to be replaced by each plant's own duplicates and control charts.

use crate::event::{MaterialClass, MeterKind, StockMethod};
use crate::quantity::{ContentUnit, ErrorClass};

/// One class's standard deviations in per cent: random, short-term, long-term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClassData {
    pub(super) random: f64,
    pub(super) short: f64,
    pub(super) long: f64,
}

impl ClassData {
    const fn new(random: f64, short: f64, long: f64) -> Self {
        Self { random, short, long }
    }

    /// The three components as class and per cent.
    pub(super) fn components(self) -> [(ErrorClass, f64); 3] {
        [
            (ErrorClass::Random, self.random),
            (ErrorClass::ShortTerm, self.short),
            (ErrorClass::LongTerm, self.long),
        ]
    }
}

/// Masses and volumes by the meter that gave them.
pub(super) fn meter(kind: MeterKind) -> ClassData {
    match kind {
        MeterKind::Weighbridge => ClassData::new(0.10, 0.15, 0.05),
        MeterKind::PlatformScale => ClassData::new(0.2, 0.2, 0.05),
        MeterKind::BeltScale => ClassData::new(0.3, 0.5, 0.2),
        MeterKind::FlowMeter => ClassData::new(0.5, 1.0, 0.5),
        MeterKind::LevelMeter => ClassData::new(0.3, 0.2, 0.2),
        MeterKind::Monitor => ClassData::new(2.0, 3.0, 2.0),
    }
}

/// An amount that somebody estimated.
pub(super) const ESTIMATED_AMOUNT: ClassData = ClassData::new(50.0, 0.0, 0.0);
/// An amount calculated from others, without components of its own.
pub(super) const CALCULATED_AMOUNT: ClassData = ClassData::new(5.0, 0.0, 2.0);

/// Masses of a stock by the way they were found.
pub(super) fn stock(method: StockMethod) -> ClassData {
    match method {
        StockMethod::Pile => ClassData::new(5.0, 2.0, 5.0),
        StockMethod::Level => ClassData::new(1.0, 0.5, 0.5),
        StockMethod::Count => ClassData::new(0.2, 0.2, 0.05),
        StockMethod::Estimate => ClassData::new(15.0, 2.0, 5.0),
        StockMethod::Carried => ClassData::new(30.0, 2.0, 5.0),
    }
}

/// Sampling, by what was sampled.
pub(super) fn sampling(class: Option<MaterialClass>) -> ClassData {
    match class {
        Some(MaterialClass::Ore) => ClassData::new(4.0, 0.0, 1.0),
        Some(MaterialClass::Product) => ClassData::new(2.0, 0.0, 1.0),
        Some(MaterialClass::Water) => ClassData::new(5.0, 0.0, 3.0),
        Some(MaterialClass::Gas) => ClassData::new(15.0, 5.0, 10.0),
        Some(MaterialClass::Waste) | None => ClassData::new(8.0, 0.0, 2.0),
        Some(_) => ClassData::new(4.0, 0.0, 1.0),
    }
}

/// Assays, by unit and size of the content.
pub(super) fn assay(unit: ContentUnit, content: f64) -> ClassData {
    if unit.per_cubic_metre().is_some() {
        ClassData::new(6.0, 2.0, 5.0)
    } else if content > 300.0 {
        ClassData::new(4.0, 1.0, 2.5)
    } else {
        ClassData::new(5.0, 1.0, 2.5)
    }
}

/// Dry share of a wet mass.
pub(super) fn moisture(class: Option<MaterialClass>) -> ClassData {
    match class {
        Some(MaterialClass::Ore | MaterialClass::Product) => ClassData::new(0.3, 0.0, 0.1),
        Some(MaterialClass::Waste) => ClassData::new(3.0, 0.0, 1.0),
        _ => ClassData::new(1.0, 0.0, 0.5),
    }
}

/// Scatter of a mean of other days around the lot in question.
pub(super) const MEAN_CONTENT_PERCENT: f64 = 25.0;
/// A default content without a figure of its own.
pub(super) const DEFAULT_CONTENT_PERCENT: f64 = 50.0;
