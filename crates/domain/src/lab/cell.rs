//! A cell as somebody typed or pasted it, read as a result.
//!
//! Blank ≠ 0 ≠ ND ≠ `<x` ≠ not measured: each becomes what it is or an error that says what was
//! read and what to do; nothing is guessed. Full-width characters and thousands separators are
//! accepted, the figure keeps its digits (`1.20` stays `1.20`). It does not judge a figure's size:
//! that is `outlier`.

use rust_decimal::Decimal;

use crate::quantity::{ContentUnit, DecimalText, Reading};

/// Longest cell that is read, in characters.
pub const CELL_CHARS_MAX: usize = 60;
/// Characters of a cell that a message repeats.
const ECHO_CHARS: usize = 40;

/// Limits of the method, in the unit of the column, for cells that name none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits<'a> {
    /// Unit of the column and of the limits.
    pub unit: Option<ContentUnit>,
    /// 检出限.
    pub lod: Option<&'a DecimalText>,
    /// 测定下限.
    pub loq: Option<&'a DecimalText>,
}

/// A cell that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub reading: Reading,
    /// Unit written beside the figure, when there was one; else that of the column.
    pub unit: Option<ContentUnit>,
}

/// Why a cell is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellError {
    /// Nothing in it.
    Blank,
    /// No number, and none of the words.
    NotANumber(String),
    /// A comma that separates no thousands.
    Comma(String),
    /// Below zero.
    Negative(String),
    /// A unit that is not known.
    UnknownUnit(String),
    /// A content per mass where one per volume belongs, or the other way round.
    UnitKind {
        /// As written.
        read: String,
        /// The column's.
        column: ContentUnit,
    },
    /// ND or `<LOD` and nobody says which limit.
    NoLimit(String),
    /// `<0` or a limit that is no number above zero.
    BadLimit(String),
    /// Longer than any result.
    TooLong(String),
}

impl CellError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blank => "cell_blank",
            Self::NotANumber(_) => "cell_not_a_number",
            Self::Comma(_) => "cell_comma",
            Self::Negative(_) => "cell_negative",
            Self::UnknownUnit(_) => "cell_unknown_unit",
            Self::UnitKind { .. } => "cell_unit_kind",
            Self::NoLimit(_) => "cell_no_limit",
            Self::BadLimit(_) => "cell_bad_limit",
            Self::TooLong(_) => "cell_too_long",
        }
    }

    /// In Chinese: what was read, what to do.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Blank => "结果为空;未检出请填 ND,不要留空或填 0".to_owned(),
            Self::NotANumber(read) => format!("“{read}”不是数字;请核对,未检出请填 ND"),
            Self::Comma(read) => {
                format!("“{read}”中的逗号不是千分位;小数请用点,如 0.35")
            }
            Self::Negative(read) => format!("“{read}”小于零;低于检出限请填 ND"),
            Self::UnknownUnit(read) => format!("不认识单位“{read}”;请用 {KNOWN_UNITS}"),
            Self::UnitKind { read, column } => {
                format!("单位“{read}”与本列 {column} 不是同一类;固体按质量,水按体积,请核对")
            }
            Self::NoLimit(read) => {
                format!("“{read}”没有检出限;请写成 <0.02,或在方法中录入检出限")
            }
            Self::BadLimit(read) => format!("“{read}”中的限值须大于零;请核对"),
            Self::TooLong(read) => format!("“{read}…”过长,不是一个结果;请核对粘贴的列"),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::Blank => {
                "the result is blank; for not detected enter ND, neither a blank nor 0".to_owned()
            }
            Self::NotANumber(read) => {
                format!("\"{read}\" is no number; check it, for not detected enter ND")
            }
            Self::Comma(read) => {
                format!("the comma in \"{read}\" separates no thousands; decimals take a point")
            }
            Self::Negative(read) => {
                format!("\"{read}\" is below zero; below the detection limit enter ND")
            }
            Self::UnknownUnit(read) => format!("unit \"{read}\" is unknown; use {KNOWN_UNITS}"),
            Self::UnitKind { read, column } => format!(
                "unit \"{read}\" is not of the kind of the column's {column}: per mass for solids, \
                 per volume for water"
            ),
            Self::NoLimit(read) => format!(
                "\"{read}\" has no detection limit; write it as <0.02 or enter the method's limit"
            ),
            Self::BadLimit(read) => format!("the limit in \"{read}\" must be above zero"),
            Self::TooLong(read) => format!("\"{read}…\" is too long for a result"),
        }
    }
}

/// Units that a cell or a column's head may name, as messages list them.
const KNOWN_UNITS: &str = "mg/kg, g/t, ppm, µg/g, µg/kg, g/kg, %, mg/L, µg/L, ng/L, mg/m³, µg/m³";

/// Spellings of units, lower case, with `u` for every micro sign and without spaces.
const UNITS: [(&str, ContentUnit); 18] = [
    ("mg/kg", ContentUnit::MilligramPerKilogram),
    ("ppm", ContentUnit::MilligramPerKilogram),
    ("ug/g", ContentUnit::MilligramPerKilogram),
    ("g/t", ContentUnit::GramPerTonne),
    ("ug/kg", ContentUnit::MicrogramPerKilogram),
    ("g/kg", ContentUnit::GramPerKilogram),
    ("%", ContentUnit::Percent),
    ("wt%", ContentUnit::Percent),
    ("mg/l", ContentUnit::MilligramPerLitre),
    ("ug/ml", ContentUnit::MilligramPerLitre),
    ("ug/l", ContentUnit::MicrogramPerLitre),
    ("ng/ml", ContentUnit::MicrogramPerLitre),
    ("ng/l", ContentUnit::NanogramPerLitre),
    ("mg/m3", ContentUnit::MilligramPerCubicMetre),
    ("mg/nm3", ContentUnit::MilligramPerCubicMetre),
    ("ug/m3", ContentUnit::MicrogramPerCubicMetre),
    ("ug/nm3", ContentUnit::MicrogramPerCubicMetre),
    ("t/m3", ContentUnit::TonnePerCubicMetre),
];

/// Words for not detected, lower case.
const NOT_DETECTED: [&str; 7] = ["nd", "n.d.", "n.d", "未检出", "未检测出", "<lod", "<mdl"];
/// Words for detected below the limit of quantification, lower case.
const BELOW_LOQ: [&str; 3] = ["<loq", "<mql", "<rql"];
/// What stands for not measured.
const NOT_MEASURED: [&str; 10] = ["—", "--", "-", "–", "——", "—未测", "未测", "/", "n/a", "nm"];

/// Reads a unit as written in a head or beside a figure.
///
/// # Errors
/// `UnknownUnit`.
pub fn unit(text: &str) -> Result<ContentUnit, CellError> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replace(['µ', 'μ'], "u").replace('³', "3").to_lowercase();
    UNITS
        .iter()
        .find(|(spelling, _)| *spelling == plain)
        .map(|(_, unit)| *unit)
        .ok_or_else(|| CellError::UnknownUnit(echo(text.trim())))
}

/// Reads a cell.
///
/// # Errors
/// What was read and why it is no result.
pub fn parse(text: &str, limits: Limits<'_>) -> Result<Cell, CellError> {
    let narrowed = narrow(text);
    let text = narrowed.trim();
    if text.is_empty() {
        return Err(CellError::Blank);
    }
    if text.chars().count() > CELL_CHARS_MAX {
        return Err(CellError::TooLong(echo(text)));
    }
    let lower = text.to_lowercase();
    if NOT_MEASURED.contains(&lower.as_str()) {
        return Ok(Cell { reading: Reading::NotMeasured, unit: limits.unit });
    }
    if let Some(cell) = not_detected(text, &lower, limits)? {
        return Ok(cell);
    }
    if let Some(rest) = text.strip_prefix('<') {
        let (limit, unit) = figure(rest, limits.unit, text)?;
        let limit = above_zero(limit, text)?;
        return Ok(Cell { reading: Reading::Below { limit }, unit });
    }
    // HJ 91.1 and HJ 700 print a result below the detection limit as that limit with an L.
    if let Some(digits) = text.strip_suffix('L').map(str::trim_end)
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        let lod = above_zero(number(digits, text)?, text)?;
        return Ok(Cell { reading: Reading::NotDetected { lod }, unit: limits.unit });
    }
    let (value, unit) = figure(text, limits.unit, text)?;
    Ok(Cell { reading: Reading::Value { value }, unit })
}

/// ND with the limit beside it, or with the method's.
fn not_detected(text: &str, lower: &str, limits: Limits<'_>) -> Result<Option<Cell>, CellError> {
    let known =
        |limit: Option<&DecimalText>| limit.cloned().ok_or_else(|| CellError::NoLimit(echo(text)));
    if BELOW_LOQ.contains(&lower) {
        let (lod, loq) = (known(limits.lod)?, known(limits.loq)?);
        let reading = Reading::DetectedBelowLoq { lod, loq };
        return Ok(Some(Cell { reading, unit: limits.unit }));
    }
    if NOT_DETECTED.contains(&lower) {
        let reading = Reading::NotDetected { lod: known(limits.lod)? };
        return Ok(Some(Cell { reading, unit: limits.unit }));
    }
    let Some(rest) = NOT_DETECTED
        .iter()
        .filter(|word| !word.starts_with('<'))
        .filter_map(|word| lower.strip_prefix(word))
        .min_by_key(|rest| rest.len())
    else {
        return Ok(None);
    };
    // `ND(0.02)`, `ND<0.02`, `未检出(<0.02)`.
    let inner = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let bracketed = rest.trim() != inner;
    let limit = inner.strip_prefix('<').or_else(|| bracketed.then_some(inner));
    let Some(limit) = limit else {
        return Ok(None);
    };
    let (lod, unit) = figure(limit, limits.unit, text)?;
    let lod = above_zero(lod, text)?;
    Ok(Some(Cell { reading: Reading::NotDetected { lod }, unit }))
}

/// A number with or without a unit behind it.
fn figure(
    text: &str,
    column: Option<ContentUnit>,
    whole: &str,
) -> Result<(DecimalText, Option<ContentUnit>), CellError> {
    let text = text.trim();
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    let mut end = text.find(|c| !numeric(c)).unwrap_or(text.len());
    // `2.5E-05`, as spreadsheets write small figures: the exponent belongs to the number.
    if let Some(exponent) = text.get(end..).and_then(|rest| rest.strip_prefix(['e', 'E'])) {
        let signed = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            end += 1 + (exponent.len() - signed.len()) + digits;
        }
    }
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Err(CellError::NotANumber(echo(whole)));
    }
    let value = number(digits, whole)?;
    let rest = rest.trim();
    if rest.is_empty() {
        return Ok((value, column));
    }
    let read = unit(rest)?;
    if let Some(column) = column {
        let per_mass = |unit: ContentUnit| unit.per_gram().is_some();
        let per_volume = |unit: ContentUnit| unit.per_cubic_metre().is_some();
        if per_mass(read) != per_mass(column) || per_volume(read) != per_volume(column) {
            return Err(CellError::UnitKind { read: echo(rest), column });
        }
    }
    Ok((value, Some(read)))
}

/// The digits as written; separators of thousands and exponents are taken out.
fn number(digits: &str, whole: &str) -> Result<DecimalText, CellError> {
    let wrong = || CellError::NotANumber(echo(whole));
    if digits.starts_with('-') {
        return Err(CellError::Negative(echo(whole)));
    }
    let plain = if digits.contains(',') {
        if !separates_thousands(digits) {
            return Err(CellError::Comma(echo(whole)));
        }
        digits.replace(',', "")
    } else {
        digits.to_owned()
    };
    if plain.contains(['e', 'E']) {
        let value = Decimal::from_scientific(&plain).map_err(|_| wrong())?;
        return Ok(DecimalText::from(value));
    }
    let plain = if plain.starts_with('.') { format!("0{plain}") } else { plain };
    plain.parse().map_err(|_| wrong())
}

/// Whether commas stand where thousands do: `1,234.5`, never `0,35` or `1,23`.
fn separates_thousands(digits: &str) -> bool {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let first_fits = (1..=3).contains(&first.len()) && !first.starts_with('0');
    first_fits && !fraction.contains(',') && groups.all(|group| group.len() == 3)
}

fn above_zero(limit: DecimalText, whole: &str) -> Result<DecimalText, CellError> {
    let fits = limit.value() > Decimal::ZERO;
    if fits { Ok(limit) } else { Err(CellError::BadLimit(echo(whole))) }
}

/// Full-width forms as their narrow ones; other spaces as spaces.
fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{feff}' | '\u{200b}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms stand for ASCII")
            }
            '\u{3000}' | '\u{a0}' => ' ',
            '\u{2212}' => '-',
            '、' => ',',
            _ => c,
        })
        .collect()
}

fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARS).collect()
}
