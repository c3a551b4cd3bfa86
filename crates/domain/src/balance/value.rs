//! From an amount and a content to grams, with what they rest on.

use rust_decimal::Decimal;

use super::content::{Content, Contents, Wanted};
use super::defaults::{self, ClassData};
use super::{Missing, Quality};
use crate::event::{FlowSource, MaterialClass};
use crate::ids::EntryId;
use crate::quantity::{
    Basis, Component, DryMass, ErrorClass, Moisture, Spread, SubstanceMass, WetMass, substance_dry,
    substance_volume, substance_wet,
};

/// An amount of material as measured.
#[derive(Debug, Clone, Default)]
pub(super) struct Amount {
    pub(super) wet: Option<WetMass>,
    pub(super) dry: Option<DryMass>,
    pub(super) volume: Option<Decimal>,
    pub(super) density: Option<Decimal>,
    /// Moisture in per cent as entered with the amount.
    pub(super) moisture: Option<Decimal>,
}

/// Part of a term with its figure, or what it lacks.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) dry: Option<DryMass>,
    pub(super) volume: Option<Decimal>,
    pub(super) figure: Result<Figure, Missing>,
}

/// Substance in grams with its error sources (key → grams, k = 1).
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) grams: SubstanceMass,
    /// With censored results at their lowest and highest.
    pub(super) range: (SubstanceMass, SubstanceMass),
    pub(super) spread: Spread,
    pub(super) quality: Quality,
    pub(super) evidence: Vec<EntryId>,
}

/// Error sources of an amount: key → per cent.
pub(super) struct AmountErrors<'a> {
    /// Names the part: key of its random error.
    pub(super) part: String,
    /// Names the meter or method: key of its long-term error.
    pub(super) meter: String,
    /// Names the calibration block: key of its short-term error.
    pub(super) calibration: String,
    /// Components as entered; they win over class data.
    pub(super) own: &'a [Component],
    /// Class data.
    pub(super) class: ClassData,
}

impl AmountErrors<'_> {
    fn spread(&self) -> Spread {
        let mut spread = Spread::new();
        if self.own.is_empty() {
            for (class, percent) in self.class.components() {
                let key = match class {
                    ErrorClass::Random => format!("amount:{}", self.part),
                    ErrorClass::ShortTerm => format!("calibration:{}", self.calibration),
                    ErrorClass::LongTerm => format!("meter:{}", self.meter),
                };
                spread.add(class, key, percent);
            }
        } else {
            spread.add_components(self.own, 1.0);
        }
        spread
    }
}

/// Moisture that counts: an assay of it, else as entered, else the material's default.
pub(super) fn moisture(
    moistures: &Contents<'_>,
    wanted: Wanted<'_>,
    entered: Option<Decimal>,
) -> Option<Moisture> {
    let assayed = moistures
        .find(wanted)
        .filter(|content| content.quality != Quality::Estimated || entered.is_none())
        .map(|content| content.value);
    let default = || {
        let material = moistures.material(wanted.material)?;
        material.moisture.as_ref().map(crate::quantity::DecimalText::value)
    };
    let percent = assayed.or(entered).or_else(default)?;
    Moisture::from_percent(percent).ok()
}

/// The value of a part: its dry mass, and its grams when content and amount fit together.
pub(super) fn value(
    amount: &Amount,
    moisture: Option<Moisture>,
    content: Option<Content>,
    errors: &AmountErrors<'_>,
    source: FlowSource,
    class: Option<MaterialClass>,
) -> Value {
    let dry = amount.dry.or_else(|| Some(amount.wet?.dried(moisture?)));
    let missing = |missing| Value { dry, volume: amount.volume, figure: Err(missing) };
    if amount.wet.is_none() && amount.dry.is_none() && amount.volume.is_none() {
        return missing(Missing::Amount);
    }
    let Some(content) = content else {
        return missing(Missing::Content);
    };
    let at = |value: Decimal| substance(amount, dry, &content, value);
    let (grams, low, high) = match (at(content.value), at(content.range.0), at(content.range.1)) {
        (Ok(grams), Ok(low), Ok(high)) => (grams, low, high),
        (Err(lack), ..) | (_, Err(lack), _) | (.., Err(lack)) => return missing(lack),
    };
    let mut relative = content.spread.clone();
    relative.add_scaled(&errors.spread(), 1.0);
    if amount.dry.is_none() && amount.wet.is_some() && content.basis == Basis::Dry {
        let data = defaults::moisture(class);
        relative.add(ErrorClass::Random, format!("moisture:{}", errors.part), data.random);
        let material = class.map_or("unknown".to_owned(), |class| format!("{class:?}"));
        relative.add(ErrorClass::LongTerm, format!("moistures:{material}"), data.long);
    }
    let mut spread = Spread::new();
    spread.add_scaled(&relative, grams.to_f64() / 100.0);
    let quality = match source {
        FlowSource::Measured => content.quality,
        FlowSource::Calculated => content.quality.max(Quality::Calculated),
        FlowSource::Estimated => content.quality.max(Quality::Estimated),
    };
    // A flow out of a rolled stock is negative: its ends change places.
    let range = (low.min(high), low.max(high));
    let figure = Figure { grams, range, spread, quality, evidence: content.evidence };
    Value { dry, volume: amount.volume, figure: Ok(figure) }
}

fn substance(
    amount: &Amount,
    dry: Option<DryMass>,
    content: &Content,
    value: Decimal,
) -> Result<SubstanceMass, Missing> {
    if content.unit.per_cubic_metre().is_some() {
        let volume = amount.volume.or_else(|| {
            // A mass whose content is per volume needs a measured density.
            amount.wet?.tonnes().checked_div(amount.density?)
        });
        let volume = volume.ok_or(Missing::Unit)?;
        return substance_volume(volume, value, content.unit).map_err(|_| Missing::Unit);
    }
    let weighed = amount.wet.or_else(|| {
        let tonnes = amount.volume?.saturating_mul(amount.density?);
        Some(WetMass(tonnes.saturating_mul(Decimal::from(1_000_000))))
    });
    let grams = match content.basis {
        Basis::Wet => {
            let wet = weighed.or_else(|| amount.dry.map(|dry| WetMass(dry.0)));
            substance_wet(wet.ok_or(Missing::Unit)?, value, content.unit)
        }
        Basis::Dry => {
            let lacking = if weighed.is_some() { Missing::Moisture } else { Missing::Unit };
            substance_dry(dry.ok_or(lacking)?, value, content.unit)
        }
    };
    grams.map_err(|_| Missing::Unit)
}
