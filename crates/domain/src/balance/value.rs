//! From an amount and a content to grams, with what they rest on.

use rust_decimal::Decimal;

use super::content::{Content, Contents, Wanted};
use super::defaults::{self, ClassData};
use super::{Missing, Quality, Rung};
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

impl Amount {
    /// Whether its dry mass is a wet one less its water.
    fn rests_on_moisture(&self) -> bool {
        self.dry.is_none() && self.wet.is_some()
    }
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
pub struct Figure {
    /// The substance.
    pub grams: SubstanceMass,
    /// With censored results at their lowest and highest.
    pub range: (SubstanceMass, SubstanceMass),
    /// What each error source does to it, in grams.
    pub spread: Spread,
    /// What it rests on, amount and content together.
    pub quality: Quality,
    /// What its content alone rests on.
    pub content_quality: Quality,
    /// Rung of the provisional ladder that the content stands on.
    pub rung: Rung,
    /// What each error source of the content alone does to it, in grams.
    pub content_spread: Spread,
    /// Entries that the content rests on.
    pub evidence: Vec<EntryId>,
}

/// All that a part is valued from.
pub(super) struct Inputs<'a> {
    pub(super) amount: Amount,
    pub(super) moisture: Option<Moisture>,
    pub(super) content: Option<Content>,
    pub(super) errors: AmountErrors<'a>,
    pub(super) source: FlowSource,
    pub(super) class: Option<MaterialClass>,
}

impl Inputs<'_> {
    /// The value of the part.
    pub(super) fn value(self) -> Value {
        let Self { amount, moisture, content, errors, source, class } = self;
        value(&amount, moisture, content, &errors, source, class)
    }

    /// Relative error sources of the amount in per cent: of the dry mass when `dried`, so with
    /// those of the moisture that it rests on.
    pub(super) fn amount_spread(&self, dried: bool) -> Spread {
        let mut spread = self.errors.spread();
        if dried && self.amount.rests_on_moisture() {
            add_moisture(&mut spread, &self.errors, self.class);
        }
        spread
    }
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
fn value(
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
    if amount.rests_on_moisture() && content.basis == Basis::Dry {
        add_moisture(&mut relative, errors, class);
    }
    let mut spread = Spread::new();
    spread.add_scaled(&relative, grams.to_f64() / 100.0);
    let (content_quality, rung) = (content.quality, content.rung);
    let mut content_spread = Spread::new();
    content_spread.add_scaled(&content.spread, grams.to_f64() / 100.0);
    let quality = match source {
        FlowSource::Measured => content.quality,
        FlowSource::Calculated => content.quality.max(Quality::Calculated),
        FlowSource::Estimated => content.quality.max(Quality::Estimated),
    };
    // A flow out of a rolled stock is negative: its ends change places.
    let range = (low.min(high), low.max(high));
    let evidence = content.evidence;
    let figure =
        Figure { grams, range, spread, quality, content_quality, rung, content_spread, evidence };
    Value { dry, volume: amount.volume, figure: Ok(figure) }
}

/// Errors of the moisture that a dry mass rests on, in per cent.
fn add_moisture(spread: &mut Spread, errors: &AmountErrors<'_>, class: Option<MaterialClass>) {
    let data = defaults::moisture(class);
    spread.add(ErrorClass::Random, format!("moisture:{}", errors.part), data.random);
    let material = class.map_or("unknown".to_owned(), |class| format!("{class:?}"));
    spread.add(ErrorClass::LongTerm, format!("moistures:{material}"), data.long);
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
