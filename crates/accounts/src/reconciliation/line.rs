//! A line of the flow sheet: what went one way in one period, or what lay in one place at its end.
//!
//! Amounts are dry tonnes, wet tonnes where no moisture is known, or cubic metres; contents are
//! grams per unit of the amount. A line with a part without a figure has none itself: a sum over
//! some of the trucks is not the sum.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tl_domain::balance::{Figure, Missing, Part, Quality, Unit};
use tl_domain::ids::{EntryId, MaterialId, NodeId, PartyId, StreamId};
use tl_domain::quantity::{Spread, SubstanceMass};
use tl_reconcile::{Content, Measured};

use super::errors::Errors;

/// Grams in a tonne.
const TONNE_GRAMS: f64 = 1e6;
/// Grams in a kilogram.
const KILOGRAM_GRAMS: f64 = 1e3;

/// Where a line begins or ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Beyond the fence; the partner when known.
    Outside(Option<PartyId>),
    /// There when the books were opened.
    Opening,
    /// A node.
    Node(PartyId, NodeId),
    /// Shipped by the first, not yet received by the second.
    Transit(PartyId, PartyId),
}

/// How a line belongs to the balances.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Course {
    /// From one place to another in a period.
    Flow { from: Place, to: Place },
    /// In a place at the end of a period.
    Stock(Place),
}

/// What parts share when they stand in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) course: Course,
    pub(super) stream: Option<StreamId>,
    pub(super) material: Option<MaterialId>,
    pub(super) returned: bool,
    /// Period from 1, or number of the period that it closes: 0 is the first opening.
    pub(super) period: u32,
}

/// The sums of a line while parts are added.
#[derive(Debug, Default)]
pub(super) struct Sums {
    count: u64,
    amounts: BTreeMap<Unit, Decimal>,
    unweighed: u64,
    amount_spread: Spread,
    grams: Decimal,
    range: (SubstanceMass, SubstanceMass),
    spread: Spread,
    missing: BTreeMap<Missing, u64>,
    censored: u64,
    estimated: u64,
    quality: Option<Quality>,
    evidence: BTreeSet<EntryId>,
}

/// What is known of a line's content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Assay {
    /// Nothing: some part has no figure, or nobody measured anything.
    Unknown,
    /// Only means of other days, or defaults.
    Estimated,
    /// All of it below its limit of detection.
    Censored,
    /// Assays.
    Measured,
}

/// A line with its figures as measured.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) key: Key,
    pub(super) count: u64,
    /// Unit and amount in grams or cubic metres; absent when some part was never measured, or when
    /// parts have different units.
    pub(super) amount: Option<(Unit, Decimal)>,
    /// Whether some part has no dry mass, though it was weighed or metered.
    pub(super) not_dry: bool,
    /// Substance in grams; absent when some part has none.
    pub(super) grams: Option<Decimal>,
    pub(super) range: (SubstanceMass, SubstanceMass),
    pub(super) missing: BTreeMap<Missing, u64>,
    pub(super) assay: Assay,
    pub(super) quality: Option<Quality>,
    pub(super) evidence: Vec<EntryId>,
    /// Errors of the amount, in tonnes or cubic metres.
    pub(super) amount_errors: Errors,
    /// Errors of what the substance's variable is: the content, or kilograms.
    pub(super) variable_errors: Errors,
    /// Errors of the substance, in kilograms.
    pub(super) substance_errors: Errors,
}

impl Sums {
    /// Adds a part.
    pub(super) fn add(&mut self, part: &Part<'_>) {
        self.count += 1;
        self.evidence.extend(part.evidence);
        match part.amount {
            Some((unit, amount)) => {
                *self.amounts.entry(unit).or_default() += amount;
                let size = float(amount) / factor(unit) / 100.0;
                self.amount_spread.add_scaled(&part.amount_percent, size);
            }
            None => self.unweighed += 1,
        }
        match &part.figure {
            Ok(figure) => self.value(figure),
            Err(lack) => *self.missing.entry(*lack).or_default() += 1,
        }
    }

    fn value(&mut self, figure: &Figure) {
        self.grams = self.grams.saturating_add(figure.grams.0);
        self.range.0 += figure.range.0;
        self.range.1 += figure.range.1;
        self.spread.add_scaled(&figure.spread, 1.0 / KILOGRAM_GRAMS);
        let all_below = figure.range.0 == SubstanceMass::ZERO;
        self.censored += u64::from(figure.content_quality == Quality::Censored && all_below);
        self.estimated += u64::from(figure.content_quality == Quality::Estimated);
        self.quality = self.quality.max(Some(figure.quality));
        self.evidence.extend(&figure.evidence);
    }

    /// The line, its errors still in full: of the amount, of the variable, of the substance.
    pub(super) fn finish(self, key: Key) -> (Line, [Spread; 3]) {
        let mixed = self.amounts.len() > 1 || self.unweighed > 0;
        let amount = self.amounts.iter().next().map(|(unit, amount)| (*unit, *amount));
        let amount = amount.filter(|_| !mixed);
        let missing = self.missing.values().any(|count| *count > 0);
        let grams = (self.count > 0 && !missing).then_some(self.grams);
        let assay = match grams {
            None => Assay::Unknown,
            Some(_) if self.estimated == self.count => Assay::Estimated,
            Some(_) if self.censored == self.count => Assay::Censored,
            Some(_) => Assay::Measured,
        };
        let mut line = Line {
            key,
            count: self.count,
            amount,
            not_dry: self.amounts.keys().any(|unit| *unit != Unit::Dry),
            grams,
            range: self.range,
            missing: self.missing,
            assay,
            quality: self.quality,
            evidence: self.evidence.into_iter().collect(),
            amount_errors: Errors::default(),
            variable_errors: Errors::default(),
            substance_errors: Errors::default(),
        };
        let content = line.has_content().then(|| {
            let sizes = (line.kilograms().unwrap_or(0.0), line.size().unwrap_or(0.0));
            let mut spread = Spread::new();
            let quotient = super::errors::quotient(&self.spread, &self.amount_spread, sizes);
            spread.add_scaled(&quotient, KILOGRAM_GRAMS);
            spread
        });
        if line.amount.is_none() {
            line.amount_errors = Errors::default();
        }
        let variable = content.unwrap_or_else(|| self.spread.clone());
        (line, [self.amount_spread, variable, self.spread])
    }
}

impl Line {
    /// A line of which nothing was measured.
    pub(super) fn unmeasured(key: Key) -> (Self, [Spread; 3]) {
        Sums::default().finish(key)
    }

    /// The amount in tonnes or cubic metres.
    pub(super) fn size(&self) -> Option<f64> {
        self.amount.map(|(unit, amount)| float(amount) / factor(unit))
    }

    /// The substance in kilograms.
    pub(super) fn kilograms(&self) -> Option<f64> {
        self.grams.map(|grams| float(grams) / KILOGRAM_GRAMS)
    }

    /// Content in grams per tonne or cubic metre.
    pub(super) fn content(&self) -> Option<f64> {
        let size = self.size().filter(|size| *size > 0.0)?;
        Some(self.kilograms()? * KILOGRAM_GRAMS / size)
    }

    /// Whether the variable of its substance is a content, rather than kilograms.
    pub(super) fn has_content(&self) -> bool {
        let assayed = matches!(self.assay, Assay::Measured | Assay::Censored);
        assayed && self.content().is_some()
    }

    /// The upper end of a content that is below its limit throughout.
    pub(super) fn limit(&self) -> Option<f64> {
        if self.assay != Assay::Censored {
            return None;
        }
        let size = self.size().filter(|size| *size > 0.0)?;
        Some(float(self.range.1.0) / size).filter(|limit| *limit > 0.0)
    }

    /// The amount as the calculation takes it; absent: not measured.
    pub(super) fn measured_amount(&self) -> Option<Measured> {
        Some(Measured { value: self.size()?, sd: self.amount_errors.sd() })
    }

    /// What is known of the substance, as the calculation takes it.
    pub(super) fn measured_content(&self) -> Content {
        if let Some(limit) = self.limit() {
            return Content::Below(limit);
        }
        let sd = self.variable_errors.sd();
        match (self.has_content(), self.content(), self.kilograms()) {
            (true, Some(value), _) => Content::Assayed(Measured { value, sd }),
            (_, _, Some(value)) => Content::Amount(Measured { value, sd }),
            (_, _, None) => Content::Unknown,
        }
    }

    /// The line's name, unique in its flow sheet.
    pub(super) fn id(&self, many: bool) -> String {
        let Key { course, stream, material, returned, period } = &self.key;
        // A stream stands by its name alone where its material bears the same, a material without
        // a stream in brackets: two lines never have one name.
        let what = match (stream, material) {
            (Some(stream), Some(material)) if stream.as_str() == material.as_str() => {
                stream.to_string()
            }
            (Some(stream), Some(material)) => format!("{stream} {material}"),
            (Some(stream), None) => format!("{stream} -"),
            (None, Some(material)) => format!("[{material}]"),
            (None, None) => "-".to_owned(),
        };
        let back = if *returned { " return" } else { "" };
        match course {
            Course::Flow { from, to } => {
                let (from, to) = (from.name(many), to.name(many));
                format!("{what}{back} {from}>{to} @{period}")
            }
            Course::Stock(at) => {
                let what = material.as_ref().map_or("-", MaterialId::as_str);
                format!("stock {what} {} @{period}", at.name(many))
            }
        }
    }
}

impl Place {
    /// The unit's name; with its party where several are reconciled together.
    pub(super) fn name(&self, many: bool) -> String {
        match self {
            Self::Outside(None) => "outside".to_owned(),
            Self::Outside(Some(party)) => format!("outside({party})"),
            Self::Opening => "opening".to_owned(),
            Self::Node(party, node) if many => format!("{party}/{node}"),
            Self::Node(_, node) => node.to_string(),
            Self::Transit(from, to) => format!("{from}>>{to}"),
        }
    }

    /// Whether balances are drawn up for it.
    pub(super) fn is_unit(&self) -> bool {
        matches!(self, Self::Node(..) | Self::Transit(..))
    }
}

fn factor(unit: Unit) -> f64 {
    match unit {
        Unit::Dry | Unit::Wet => TONNE_GRAMS,
        Unit::Volume => 1.0,
    }
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}
