//! From what the instrument and the balance show to a result: c × V × D ÷ m, dry ÷ (1 − w); and
//! moisture from pan, wet and dry mass.
//!
//! Exact decimals in named units, rounded once at the end to the method's significant digits (half
//! to even, GB/T 8170). A qualifier goes through the formula with its limit: `<x` stays `<x'`. A
//! figure at or below its blank is no zero: it is an error that asks for ND.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::event::Working;
use crate::quantity::{Basis, ContentUnit, DecimalText, Moisture, Reading};

/// Significant digits of a result whose method names none.
pub const DIGITS: u32 = 4;
/// Decimals of a moisture in per cent.
const MOISTURE_DECIMALS: u32 = 2;

/// A figure that was worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// The result, rounded.
    pub reading: Reading,
    /// Its unit.
    pub unit: ContentUnit,
    /// Its basis; absent for contents per volume.
    pub basis: Option<Basis>,
    /// The formula with the figures in it, as pages show it.
    pub formula: String,
}

/// Why nothing can be worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormulaError {
    /// A figure that must be above zero.
    NotPositive {
        /// Its letter in the formula.
        letter: &'static str,
        /// As entered.
        read: String,
    },
    /// Volume without portion, or portion without volume.
    HalfDigest,
    /// The concentration is not per volume.
    Unit(ContentUnit),
    /// The figure is at or below its blank.
    BelowBlank {
        /// The concentration.
        concentration: String,
        /// The blank.
        blank: String,
    },
    /// Pan, wet and dry mass in the wrong order.
    Drying {
        /// The pan.
        pan: String,
        /// Pan and wet sample.
        wet: String,
        /// Pan and dry sample.
        dry: String,
    },
    /// A moisture outside 0 to below 100 %.
    Moisture(String),
    /// Beyond what a decimal holds.
    TooLarge,
}

impl FormulaError {
    /// In Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::NotPositive { letter, read } => format!("{letter} = {read} 须大于零;请核对"),
            Self::HalfDigest => "定容体积 V 和称样量 m 须同时填写;水样两者都不填".to_owned(),
            Self::Unit(unit) => format!("测定液浓度的单位 {unit} 不是每升的;请用 mg/L、µg/L、ng/L"),
            Self::BelowBlank { concentration, blank } => {
                format!("测定值 {concentration} 不高于空白 {blank};请填 ND 或重测,不要填 0")
            }
            Self::Drying { pan, wet, dry } => format!(
                "皿 {pan} g、湿样加皿 {wet} g、干样加皿 {dry} g 不合:应为 皿 < 干 ≤ 湿;请核对"
            ),
            Self::Moisture(read) => format!("水分 {read} % 不在 0 至 100 之间;请核对"),
            Self::TooLarge => "计算结果过大;请核对单位和稀释倍数".to_owned(),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::NotPositive { letter, read } => format!("{letter} = {read} must be above zero"),
            Self::HalfDigest => {
                "volume V and portion m belong together; for water leave both out".to_owned()
            }
            Self::Unit(unit) => {
                format!("the concentration's unit {unit} is not per litre: mg/L, µg/L or ng/L")
            }
            Self::BelowBlank { concentration, blank } => format!(
                "{concentration} is not above its blank {blank}; enter ND or measure again, not 0"
            ),
            Self::Drying { pan, wet, dry } => format!(
                "pan {pan} g, wet {wet} g, dry {dry} g do not fit: pan < dry ≤ wet, each with pan"
            ),
            Self::Moisture(read) => format!("moisture {read} % is not from 0 to below 100"),
            Self::TooLarge => "the result is too large; check units and dilution".to_owned(),
        }
    }
}

/// The figures of a solution; letters as in the formula.
struct Solution<'a> {
    concentration: &'a Reading,
    unit: ContentUnit,
    blank: Option<&'a DecimalText>,
    volume: Option<&'a DecimalText>,
    dilution: Option<&'a DecimalText>,
    portion: Option<&'a DecimalText>,
    moisture: Option<&'a DecimalText>,
}

/// Works a figure out; `digits` as the method's record says.
///
/// # Errors
/// Which figure does not fit, and why.
pub fn work(working: &Working, digits: Option<u32>) -> Result<Worked, FormulaError> {
    match working {
        Working::Drying { pan_g, wet_g, dry_g } => dried(pan_g, wet_g, dry_g),
        Working::Solution {
            concentration,
            unit,
            blank,
            volume_ml,
            dilution,
            portion_g,
            moisture_percent,
        } => {
            let solution = Solution {
                concentration,
                unit: *unit,
                blank: blank.as_ref(),
                volume: volume_ml.as_ref(),
                dilution: dilution.as_ref(),
                portion: portion_g.as_ref(),
                moisture: moisture_percent.as_ref(),
            };
            solution.work(digits.unwrap_or(DIGITS))
        }
    }
}

/// w = (wet − dry) ÷ (wet − pan) in per cent.
fn dried(pan: &DecimalText, wet: &DecimalText, dry: &DecimalText) -> Result<Worked, FormulaError> {
    let (p, w, d) = (pan.value(), wet.value(), dry.value());
    if p <= Decimal::ZERO || d <= p || w < d {
        let [pan, wet, dry] = [pan, wet, dry].map(ToString::to_string);
        return Err(FormulaError::Drying { pan, wet, dry });
    }
    let percent = Decimal::ONE_HUNDRED
        .checked_mul(w - d)
        .and_then(|lost| lost.checked_div(w - p))
        .ok_or(FormulaError::TooLarge)?;
    let value =
        percent.round_dp_with_strategy(MOISTURE_DECIMALS, RoundingStrategy::MidpointNearestEven);
    let formula = format!("({wet} − {dry}) g ÷ ({wet} − {pan}) g = {value} %");
    Ok(Worked {
        reading: Reading::Value { value: value.into() },
        unit: ContentUnit::Percent,
        basis: Some(Basis::Wet),
        formula,
    })
}

impl Solution<'_> {
    fn work(&self, digits: u32) -> Result<Worked, FormulaError> {
        let (factor, terms, basis) = self.factor()?;
        let scaled = |figure: Decimal| -> Result<DecimalText, FormulaError> {
            Ok(rounded(times(figure, factor)?, digits).into())
        };
        let reading = match self.concentration {
            Reading::Value { value } => {
                let net = value.value() - self.blank.map_or(Decimal::ZERO, DecimalText::value);
                if let Some(blank) = self.blank.filter(|_| net <= Decimal::ZERO) {
                    let (concentration, blank) = (value.to_string(), blank.to_string());
                    return Err(FormulaError::BelowBlank { concentration, blank });
                }
                Reading::Value { value: scaled(net)? }
            }
            Reading::Below { limit } => Reading::Below { limit: scaled(limit.value())? },
            Reading::NotDetected { lod } => Reading::NotDetected { lod: scaled(lod.value())? },
            Reading::DetectedBelowLoq { lod, loq } => {
                Reading::DetectedBelowLoq { lod: scaled(lod.value())?, loq: scaled(loq.value())? }
            }
            Reading::NotMeasured => Reading::NotMeasured,
        };
        let unit = if basis.is_some() { ContentUnit::MilligramPerKilogram } else { self.unit };
        let formula = format!("{} = {} {unit}", terms.join(" "), reading.display());
        Ok(Worked { reading, unit, basis, formula })
    }

    /// What the concentration is multiplied with, the terms as shown, and the result's basis.
    fn factor(&self) -> Result<(Decimal, Vec<String>, Option<Basis>), FormulaError> {
        let per_litre = micrograms_per_litre(self.unit).ok_or(FormulaError::Unit(self.unit))?;
        let mut terms = vec![concentration_text(self.concentration, self.unit, self.blank)];
        let dilution = self.dilution.map_or(Ok(Decimal::ONE), |d| positive("D", d))?;
        let shown = self.dilution.map(|dilution| format!("× {dilution}"));
        let (volume, portion) = match (self.volume, self.portion) {
            (Some(volume), Some(portion)) => (volume, portion),
            (None, None) => {
                terms.extend(shown);
                return Ok((dilution, terms, None));
            }
            _ => return Err(FormulaError::HalfDigest),
        };
        let (v, m) = (positive("V", volume)?, positive("m", portion)?);
        terms.push(format!("× {volume} mL"));
        terms.extend(shown);
        terms.push(format!("÷ {portion} g"));
        // µg/L × mL ÷ g = 10⁻³ µg/g = 10⁻³ mg/kg.
        let milli = v / Decimal::ONE_THOUSAND;
        let amount = times(times(per_litre, milli)?, dilution)?;
        let factor = amount.checked_div(m).ok_or(FormulaError::TooLarge)?;
        let Some(percent) = self.moisture else {
            return Ok((factor, terms, Some(Basis::Wet)));
        };
        let moisture = Moisture::from_percent(percent.value())
            .map_err(|_| FormulaError::Moisture(percent.to_string()))?;
        let share = Decimal::ONE - moisture.fraction();
        terms.push(format!("÷ (1 − {})", moisture.fraction().normalize()));
        let factor = factor.checked_div(share).ok_or(FormulaError::TooLarge)?;
        Ok((factor, terms, Some(Basis::Dry)))
    }
}

fn concentration_text(c: &Reading, unit: ContentUnit, blank: Option<&DecimalText>) -> String {
    match (c, blank) {
        (Reading::Value { value }, Some(blank)) => format!("({value} − {blank}) {unit}"),
        _ => format!("{} {unit}", c.display()),
    }
}

/// Micrograms per litre in one unit, of units per litre.
fn micrograms_per_litre(unit: ContentUnit) -> Option<Decimal> {
    match unit {
        ContentUnit::MilligramPerLitre => Some(Decimal::ONE_THOUSAND),
        ContentUnit::MicrogramPerLitre => Some(Decimal::ONE),
        ContentUnit::NanogramPerLitre => Some(Decimal::new(1, 3)),
        _ => None,
    }
}

fn positive(letter: &'static str, figure: &DecimalText) -> Result<Decimal, FormulaError> {
    let value = figure.value();
    if value > Decimal::ZERO {
        Ok(value)
    } else {
        Err(FormulaError::NotPositive { letter, read: figure.to_string() })
    }
}

fn times(a: Decimal, b: Decimal) -> Result<Decimal, FormulaError> {
    a.checked_mul(b).ok_or(FormulaError::TooLarge)
}

/// A figure in so many significant digits, half to even (GB/T 8170); trailing zeros are kept.
#[must_use]
pub fn rounded(value: Decimal, digits: u32) -> Decimal {
    let digits = digits.clamp(1, 12);
    value.round_sf_with_strategy(digits, RoundingStrategy::MidpointNearestEven).unwrap_or(value)
}
