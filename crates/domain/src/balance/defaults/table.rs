//! The table of class data as it ships: rows with their source, and the look-up by class.
//!
//! Invariant: of several rows for one class the one with the latest `valid_from` counts; every
//! class has one. A period that was closed keeps the figures it was closed with, because its
//! result is stored with it, not because of this table.

use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::ClassData;
use crate::event::{MaterialClass, MeterKind, StockMethod};
use crate::quantity::DecimalText;

const SHIPPED: &str = include_str!("../../../data/uncertainty.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(SHIPPED).expect("the embedded table parses, as a test holds")
});

/// Amounts that no meter gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountKind {
    /// Somebody's estimate.
    Estimated,
    /// From other amounts.
    Calculated,
}

/// Contents that no assay of the lot gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// Of other days.
    Mean,
    /// The material's default.
    Default,
}

/// What a content is related to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Mass of solid.
    Mass,
    /// Volume of water or gas.
    Volume,
}

/// Contents that a row about assays holds for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssayRange {
    /// Per mass or per volume.
    pub per: Per,
    /// Above this; `None` is from 0.
    pub above_mg_per_kg: Option<DecimalText>,
    /// Up to and with this; `None` has no end.
    pub up_to_mg_per_kg: Option<DecimalText>,
}

impl AssayRange {
    fn holds(&self, per: Per, content: f64) -> bool {
        let figure = |text: &DecimalText| text.value().to_f64().unwrap_or(f64::NAN);
        self.per == per
            && self.above_mg_per_kg.as_ref().is_none_or(|low| content > figure(low))
            && self.up_to_mg_per_kg.as_ref().is_none_or(|high| content <= figure(high))
    }
}

/// What a row is about. In lists of material classes `None` is a material that is not known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// Masses and volumes of meters.
    Meter(Vec<MeterKind>),
    /// Masses of stocks.
    Stock(Vec<StockMethod>),
    /// Amounts without a meter.
    Amount(Vec<AmountKind>),
    /// Sampling of materials.
    Sampling(Vec<Option<MaterialClass>>),
    /// Dry shares of materials.
    Moisture(Vec<Option<MaterialClass>>),
    /// Assays.
    Assay(AssayRange),
    /// Contents without an assay.
    Content(Vec<ContentKind>),
}

/// One row: figures in per cent (k = 1) as they were written, and where they come from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What it is about.
    pub applies_to: AppliesTo,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// New at each lot.
    pub random: DecimalText,
    /// Until the next calibration.
    pub short: DecimalText,
    /// Of a meter's build, a laboratory or a method.
    pub long: DecimalText,
    /// Where the figures come from, in words.
    pub source: String,
    /// Whether somebody read that source and the figures follow from it.
    pub verified: bool,
    /// First day on which the row counts.
    pub valid_from: NaiveDate,
}

impl Row {
    /// Its figures.
    #[must_use]
    pub fn data(&self) -> ClassData {
        let figure = |text: &DecimalText| text.value().to_f64().unwrap_or(f64::NAN);
        ClassData::new(figure(&self.random), figure(&self.short), figure(&self.long))
    }
}

/// Least long-term error of a laboratory without evidence: Horwitz's reproducibility.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reproducibility {
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// Per cent at a mass fraction of 1.
    pub pure_percent: DecimalText,
    /// Decades of mass fraction over which it doubles.
    pub doubling_decades: DecimalText,
    /// It does not grow above this.
    pub cap_percent: DecimalText,
    /// Below this content it has its cap.
    pub cap_below_mg_per_kg: DecimalText,
    /// Where the figures come from, in words.
    pub source: String,
    /// Whether somebody read that source and the figures follow from it.
    pub verified: bool,
    /// First day on which it counts.
    pub valid_from: NaiveDate,
}

impl Reproducibility {
    /// Relative reproducibility in per cent at a content; the cap where that is not known.
    #[must_use]
    pub fn percent(&self, mg_per_kg: f64) -> f64 {
        let figure = |text: &DecimalText| text.value().to_f64().unwrap_or(f64::NAN);
        if mg_per_kg.is_nan() || mg_per_kg < figure(&self.cap_below_mg_per_kg) {
            return figure(&self.cap_percent);
        }
        let decades = -(mg_per_kg * 1e-6).min(1.0).log10();
        figure(&self.pure_percent) * (decades / figure(&self.doubling_decades)).exp2()
    }
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What the figures are, in a sentence.
    pub about: String,
    /// The rows in the order in which people read them.
    pub rows: Vec<Row>,
    /// Of laboratories without evidence.
    pub reproducibility: Reproducibility,
}

impl Table {
    /// The table that is built in.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &TABLE
    }

    /// The row of a meter's kind.
    #[must_use]
    pub fn meter(&self, kind: MeterKind) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Meter(kinds) if kinds.contains(&kind)))
    }

    /// The row of a way to measure stock.
    #[must_use]
    pub fn stock(&self, method: StockMethod) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Stock(methods) if methods.contains(&method)))
    }

    /// The row of amounts without a meter.
    #[must_use]
    pub fn amount(&self, kind: AmountKind) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Amount(kinds) if kinds.contains(&kind)))
    }

    /// The row of sampling a material.
    #[must_use]
    pub fn sampling(&self, class: Option<MaterialClass>) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Sampling(classes) if classes.contains(&class)))
    }

    /// The row of a material's dry share.
    #[must_use]
    pub fn moisture(&self, class: Option<MaterialClass>) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Moisture(classes) if classes.contains(&class)))
    }

    /// The row of an assay; `content` in mg/kg.
    #[must_use]
    pub fn assay(&self, per: Per, content: f64) -> ClassData {
        let content = if content.is_nan() { 0.0 } else { content };
        self.of(|to| matches!(to, AppliesTo::Assay(range) if range.holds(per, content)))
    }

    /// The row of contents without an assay.
    #[must_use]
    pub fn content(&self, kind: ContentKind) -> ClassData {
        self.of(|to| matches!(to, AppliesTo::Content(kinds) if kinds.contains(&kind)))
    }

    fn of(&self, wanted: impl Fn(&AppliesTo) -> bool) -> ClassData {
        let rows = self.rows.iter().filter(|row| wanted(&row.applies_to));
        rows.max_by_key(|row| row.valid_from)
            .expect("every class has a row, as a test holds")
            .data()
    }
}
