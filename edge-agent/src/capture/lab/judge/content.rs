//! A row's figure: contents of digests and of what is a content already, moisture from three
//! masses, plain figures of a curve or an internal standard.
//!
//! A blank that was typed without volume and portion counts as in the sample where it weighs most.

use rust_decimal::Decimal;
use tl_domain::event::{CheckKind, MethodRecord, Working};
use tl_domain::lab::cell::{self, Limits};
use tl_domain::lab::formula::{self, Worked};
use tl_domain::quantity::{Basis, ContentUnit, DecimalText, Reading};

use super::{Ground, Mark};
use crate::capture::lab::sheet::{Field, Sheet, SheetRow};
use crate::words::Words;

/// A figure and how it was worked out, or why there is none.
pub(super) type Read = Result<(Worked, Option<Working>), (Mark, Words)>;

fn bad(zh: impl Into<String>, en: impl Into<String>) -> (Mark, Words) {
    (Mark::Bad, Words::new(zh, en))
}

/// A decimal of a side column; none when the cell is empty.
pub(super) fn side(row: &SheetRow, field: Field) -> Result<Option<DecimalText>, (Mark, Words)> {
    let text = row.text(field);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (zh, en) = field.heading();
    match cell::parse(text, Limits::default()) {
        Ok(cell::Cell { reading: Reading::Value { value }, unit: None }) => Ok(Some(value)),
        Ok(_) => Err(bad(
            format!("{zh}“{text}”不是数字;请填如 0.2000"),
            format!("{en} {text:?} is no number; enter one like 0.2000"),
        )),
        Err(error) => Err(bad(format!("{zh}:{}", error.zh()), format!("{en}: {}", error.en()))),
    }
}

/// A plain figure: r of a curve, per cent of an internal standard.
pub(super) fn figure(row: &SheetRow) -> Read {
    let cell = cell::parse(row.text(Field::Result), Limits::default()).map_err(unread)?;
    let unit = cell.unit.unwrap_or(ContentUnit::Percent);
    let formula = String::new();
    Ok((Worked { reading: cell.reading, unit, basis: None, formula }, None))
}

fn unread(error: cell::CellError) -> (Mark, Words) {
    let mark = if error == cell::CellError::Blank { Mark::Blank } else { Mark::Bad };
    (mark, Words::new(error.zh(), error.en()))
}

fn unworked(error: &formula::FormulaError) -> (Mark, Words) {
    bad(error.zh(), error.en())
}

/// Pan, wet and dry mass.
pub(super) fn drying(row: &SheetRow) -> Read {
    let nothing = |field: Field| row.text(field).trim().is_empty();
    let unmeasured = cell::parse(row.text(Field::Dry), Limits::default());
    if matches!(unmeasured, Ok(cell::Cell { reading: Reading::NotMeasured, .. })) {
        let (unit, basis, formula) = (ContentUnit::Percent, None, String::new());
        return Ok((Worked { reading: Reading::NotMeasured, unit, basis, formula }, None));
    }
    let (pan, wet) = (side(row, Field::Pan)?, side(row, Field::Wet)?);
    let dry = side(row, Field::Dry)?;
    let (Some(pan_g), Some(wet_g), Some(dry_g)) = (pan, wet, dry) else {
        let words = if nothing(Field::Pan) || nothing(Field::Wet) {
            Words::new(
                "盘重、湿重为空;请先称盘和湿样,未测请在干重填 —",
                "pan or wet mass is blank; weigh them first, enter — as dry mass if not measured",
            )
        } else {
            Words::new("待烘干后称干重", "waits for the dry mass")
        };
        return Err((Mark::Blank, words));
    };
    let working = Working::Drying { pan_g, wet_g, dry_g };
    let worked = formula::work(&working, None).map_err(|error| unworked(&error))?;
    Ok((worked, Some(working)))
}

/// The unit of a row: its own cell, else the worksheet's.
fn unit_of(sheet: &Sheet, row: &SheetRow) -> Result<ContentUnit, (Mark, Words)> {
    let own = row.text(Field::Unit);
    let text = if own.trim().is_empty() { sheet.unit.as_str() } else { own };
    cell::unit(text).map_err(unread)
}

pub(super) fn content(sheet: &Sheet, ground: Ground<'_>, row: &SheetRow) -> Read {
    let unit = unit_of(sheet, row)?;
    let known = KnownLimits::of(ground.method, unit);
    let text = row.text(Field::Result);
    let cell = match cell::parse(text, known.limits(unit)) {
        Err(cell::CellError::NoLimit(_)) => {
            return below_content(sheet, ground, text).map(|worked| (worked, None));
        }
        read => read.map_err(unread)?,
    };
    let unit = cell.unit.unwrap_or(unit);
    let dried = sheet.dried.then_some(Basis::Dry);
    let (volume_ml, dilution) = (side(row, Field::Volume)?, side(row, Field::Dilution)?);
    let (portion_g, moisture) = (side(row, Field::Mass)?, side(row, Field::Moisture)?);
    let portion_g = match (&volume_ml, portion_g) {
        (Some(_), None) if row.check == Some(CheckKind::Blank) => heaviest(sheet),
        (_, portion) => portion,
    };
    let calibration = row.check == Some(CheckKind::Drift);
    if calibration || unit.per_cubic_metre().is_none() {
        // What is a content already, or stands for nothing but the solution itself.
        if !calibration && moisture.is_some() {
            return Err(bad(
                format!("结果单位 {unit} 已是含量,不再按水分换算;请清空水分,或填测定液浓度"),
                format!("{unit} is a content already: clear the moisture, or enter µg/L"),
            ));
        }
        let basis = unit.per_gram().map(|_| dried.unwrap_or(Basis::Wet));
        let formula = format!("{} {unit}", cell.reading.display());
        return Ok((Worked { reading: cell.reading, unit, basis, formula }, None));
    }
    // What was dried before it was weighed holds no water: the result is on dry basis.
    let moisture_percent = if sheet.dried && portion_g.is_some() {
        Some(DecimalText::from(Decimal::ZERO))
    } else {
        moisture
    };
    let working = Working::Solution {
        concentration: cell.reading,
        unit,
        blank: None,
        volume_ml,
        dilution,
        portion_g,
        moisture_percent,
    };
    let digits = ground.method.and_then(|method| method.series.as_ref()?.digits);
    let worked = formula::work(&working, digits).map_err(|error| unworked(&error))?;
    Ok((worked, Some(working)))
}

/// The portion with which a blank weighs most: the smallest of the samples.
fn heaviest(sheet: &Sheet) -> Option<DecimalText> {
    let samples = sheet.rows.iter().filter(|row| row.check.is_none());
    let portions = samples.filter_map(|row| side(row, Field::Mass).ok().flatten());
    portions.filter(|mass| mass.value() > Decimal::ZERO).min_by_key(DecimalText::value)
}

/// Limits of the method in the unit of a row; none where the one is per mass, the other per volume.
#[derive(Default)]
struct KnownLimits {
    lod: Option<DecimalText>,
    loq: Option<DecimalText>,
}

impl KnownLimits {
    fn of(method: Option<&MethodRecord>, unit: ContentUnit) -> Self {
        let Some(method) = method else { return Self::default() };
        let bring = |limit: &Option<DecimalText>| {
            let limit = limit.as_ref()?;
            if method.unit == unit {
                return Some(limit.clone());
            }
            let moved = limit.value().checked_mul(method.unit.times(unit)?)?;
            Some(DecimalText::from(moved.normalize()))
        };
        Self { lod: bring(&method.lod), loq: bring(&method.loq) }
    }

    fn limits(&self, unit: ContentUnit) -> Limits<'_> {
        Limits { unit: Some(unit), lod: self.lod.as_ref(), loq: self.loq.as_ref() }
    }
}

/// ND of a digest by a method whose limits are contents of the solid: the limit is the result's.
fn below_content(sheet: &Sheet, ground: Ground<'_>, text: &str) -> Result<Worked, (Mark, Words)> {
    let missing = || unread(cell::CellError::NoLimit(text.trim().to_owned()));
    let method = ground.method.filter(|it| it.unit.per_gram().is_some()).ok_or_else(missing)?;
    let limits =
        Limits { unit: Some(method.unit), lod: method.lod.as_ref(), loq: method.loq.as_ref() };
    let reading = cell::parse(text, limits).map_err(unread)?.reading;
    let basis = Some(if sheet.dried { Basis::Dry } else { Basis::Wet });
    let formula = format!("{} {}", reading.display(), method.unit);
    Ok(Worked { reading, unit: method.unit, basis, formula })
}
