//! A result of a laboratory as the domain's determination: value, `<x`, not detected with a limit.
//!
//! Blank, 0, ND and `<x` stay apart. `<x` is less than a limit that the laboratory chose, `…L`
//! names the detection limit, ND and 未检出 take it from the file or from the method's record; where
//! nobody says it, there is no determination and the reason says what is missing.

use rust_decimal::Decimal;
use tl_device::Assay;
use tl_device::lab::value::Measured;
use tl_domain::event::Determination;
use tl_domain::quantity::{ContentUnit, DecimalText, Reading};

use crate::config::{Digest, LabRules};
use crate::site::Site;

/// Significant digits of a content computed from a digest.
const DIGEST_DIGITS: u32 = 6;

/// Why a result is no determination.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    /// Stable name of the reason.
    pub(super) reason: &'static str,
    /// What was read, why it is refused, what to do.
    pub(super) detail: String,
}

fn unusable(detail: impl Into<String>) -> Unusable {
    Unusable { reason: "unusable_value", detail: detail.into() }
}

/// The result in a unit of ours; digests of solids become contents of the solid.
pub(super) fn determination(
    rules: &LabRules,
    site: &Site,
    assay: &Assay,
) -> Result<Determination, Unusable> {
    let target = Target::of(rules, assay)?;
    let written = Measured::parse(&assay.value, '.')
        .map_err(|refusal| unusable(format!("{}: {}", shown(assay), refusal.detail)))?;
    let result = match &written {
        Measured::Value(number) if number.is_negative() => {
            let detail = format!("{} is negative; report it as below its limit", shown(assay));
            return Err(unusable(detail));
        }
        Measured::Value(number) => Reading::Value { value: target.bring(number.as_str())? },
        Measured::Below(limit) => {
            Reading::Below { limit: positive(assay, target.bring(limit.as_str())?)? }
        }
        Measured::BelowDetection(limit) => {
            Reading::NotDetected { lod: positive(assay, target.bring(limit.as_str())?)? }
        }
        Measured::NotDetected(_) => {
            Reading::NotDetected { lod: positive(assay, limit(rules, site, &target, assay)?)? }
        }
    };
    let per_mass = target.unit.per_gram().is_some();
    Ok(Determination {
        analyte: assay.analyte.parse().map_err(|_| unusable("the analyte has no name"))?,
        result,
        unit: target.unit,
        basis: rules.basis.filter(|_| per_mass),
        method: rules.method.clone(),
        uncertainty: Vec::new(),
    })
}

/// The result as messages name it.
fn shown(assay: &Assay) -> String {
    format!("{} {} of sample {:?}", assay.value, assay.unit, assay.sample)
}

/// A limit of zero would say that anything was seen: it limits nothing.
fn positive(assay: &Assay, limit: DecimalText) -> Result<DecimalText, Unusable> {
    if limit.value() > Decimal::ZERO {
        return Ok(limit);
    }
    Err(unusable(format!("{}: the limit is not above zero", shown(assay))))
}

/// The detection limit of an ND: the file's own, else that of the method's record.
fn limit(
    rules: &LabRules,
    site: &Site,
    target: &Target<'_>,
    assay: &Assay,
) -> Result<DecimalText, Unusable> {
    let missing = |why: String| Unusable {
        reason: "detection_limit_missing",
        detail: format!(
            "{}: {why}; enter the 检出限, then export this sample alone once more or enter the \
             result by hand",
            shown(assay)
        ),
    };
    let marked = assay.marks.as_ref().and_then(|marks| marks.detection_limit.as_deref());
    if let Some(text) = marked {
        let limit = Measured::parse(text, '.').ok();
        let number = limit.as_ref().and_then(Measured::number);
        let number = number
            .ok_or_else(|| missing(format!("the file's detection limit {text:?} is no number")))?;
        return target.bring(number.as_str());
    }
    let Some(id) = &rules.method else {
        let why = "the file names no detection limit and the port declares no `method`";
        return Err(missing(why.to_owned()));
    };
    let record = site.method(id.as_str()).ok_or_else(|| {
        missing(format!("method {id} is not among the masters that this agent has"))
    })?;
    if record.analyte.as_str() != assay.analyte {
        let why = format!("method {id} is for {}, not for {}", record.analyte, assay.analyte);
        return Err(missing(why));
    }
    let lod = record
        .lod
        .as_ref()
        .ok_or_else(|| missing(format!("the record of method {id} has no detection limit")))?;
    target.bring_limit(lod, record.unit).ok_or_else(|| {
        missing(format!(
            "the detection limit of method {id} is in {}, the results are in {}",
            record.unit, target.unit
        ))
    })
}

/// Of what a content is taken; nothing is turned from one into the other.
#[derive(PartialEq, Eq)]
enum Medium {
    Solid,
    Liquid,
    Gas,
}

fn medium(unit: ContentUnit) -> Option<Medium> {
    match unit {
        ContentUnit::MilligramPerCubicMetre | ContentUnit::MicrogramPerCubicMetre => {
            Some(Medium::Gas)
        }
        _ if unit.per_gram().is_some() => Some(Medium::Solid),
        _ if unit.per_cubic_metre().is_some() => Some(Medium::Liquid),
        _ => None,
    }
}

fn grams(unit: ContentUnit) -> Option<Decimal> {
    unit.per_gram().or_else(|| unit.per_cubic_metre())
}

/// How numbers of a result become numbers in the unit that is reported.
struct Target<'a> {
    /// The unit reported.
    unit: ContentUnit,
    /// The unit of the result, with the power of ten between it and the written one.
    from: (ContentUnit, i32),
    digest: Option<&'a Digest>,
}

impl<'a> Target<'a> {
    fn of(rules: &'a LabRules, assay: &Assay) -> Result<Self, Unusable> {
        let from = unit(&assay.unit).ok_or_else(|| {
            unusable(format!("unit {:?} of sample {:?} is not known", assay.unit, assay.sample))
        })?;
        let digest = rules.digest.as_ref();
        let unit = if digest.is_some() { ContentUnit::MilligramPerKilogram } else { from.0 };
        Ok(Self { unit, from, digest })
    }

    /// A number of the file in the unit reported.
    fn bring(&self, figure: &str) -> Result<DecimalText, Unusable> {
        let value = Decimal::from_str_exact(figure)
            .map_err(|_| unusable(format!("{figure:?} is no decimal")))?;
        let (unit, power) = self.from;
        let text = match self.digest {
            Some(digest) => solid(digest, value, unit, power).map_err(unusable)?,
            None => shifted(figure, value, power),
        };
        text.parse().map_err(|_| unusable(format!("{text:?} is no decimal")))
    }

    /// A method's limit in the unit reported; `None` where its unit is of something else.
    fn bring_limit(&self, limit: &DecimalText, unit: ContentUnit) -> Option<DecimalText> {
        if unit == self.unit {
            return Some(limit.clone());
        }
        let (of, wanted) = (medium(unit)?, medium(self.unit)?);
        let text = match self.digest {
            Some(digest) if of == Medium::Liquid => solid(digest, limit.value(), unit, 0).ok()?,
            _ if of == wanted => {
                let moved = limit.value().checked_mul(grams(unit)?)?;
                moved.checked_div(grams(self.unit)?)?.normalize().to_string()
            }
            _ => return None,
        };
        text.parse().ok()
    }
}

/// A unit of files as one of entries, with the power of ten between them.
fn unit(text: &str) -> Option<(ContentUnit, i32)> {
    match text {
        "ng/kg" => Some((ContentUnit::MicrogramPerKilogram, -3)),
        "ng/g" => Some((ContentUnit::MicrogramPerKilogram, 0)),
        "ug/g" => Some((ContentUnit::MilligramPerKilogram, 0)),
        "g/L" => Some((ContentUnit::MilligramPerLitre, 3)),
        other => other.parse().ok().map(|unit| (unit, 0)),
    }
}

/// Text as written where nothing is converted; else exact, by moving the point.
fn shifted(text: &str, value: Decimal, power: i32) -> String {
    if power == 0 {
        return text.to_owned();
    }
    (value * power_of_ten(power)).normalize().to_string()
}

fn power_of_ten(power: i32) -> Decimal {
    match power {
        3 => Decimal::ONE_THOUSAND,
        -3 => Decimal::new(1, 3),
        _ => Decimal::ONE,
    }
}

/// c × V × D ÷ m in mg/kg.
fn solid(digest: &Digest, value: Decimal, unit: ContentUnit, power: i32) -> Result<String, String> {
    let per_cubic_metre = unit
        .per_cubic_metre()
        .ok_or_else(|| format!("a digest needs a unit per litre, the file has {unit}"))?;
    // g/m³ is µg/mL: times mL gives µg, and µg/g is mg/kg.
    let micrograms = value * power_of_ten(power) * per_cubic_metre * digest.volume_ml.value();
    let content = (micrograms * digest.dilution.value())
        .checked_div(digest.mass_g.value())
        .ok_or_else(|| "the digest's mass is zero".to_owned())?;
    let rounded = content.round_sf(DIGEST_DIGITS).unwrap_or(content);
    Ok(rounded.normalize().to_string())
}
