//! What a worksheet's cells mean now: results worked out row by row, checks against the method.
//!
//! The rules are the domain's; this file reads cells into them and says what it read where they do
//! not fit. It changes nothing, so that a page may ask as often as it likes. A blank that was typed
//! without volume and portion counts as in the sample where it weighs most.

use std::collections::HashMap;

use rust_decimal::Decimal;
use tl_domain::event::{CheckKind, MethodRecord, Working};
use tl_domain::lab::cell::{self, Limits};
use tl_domain::lab::formula::{self, Worked};
use tl_domain::lab::outlier;
use tl_domain::lab::quality::{self, Judged, Measured, Outcome, Submission};
use tl_domain::quantity::{Basis, ContentUnit, DecimalText, Reading};

use super::sheet::{Field, Sheet, SheetKind, SheetRow};
use crate::words::Words;

/// How a row stands; also the colour and icon of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A result.
    Good,
    /// A result that somebody has to look at.
    Odd,
    /// No result can be read.
    Bad,
    /// Nothing typed yet.
    Blank,
    /// Declared as not measured.
    NotMeasured,
}

impl Mark {
    /// Name in the page.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Odd => "warn",
            Self::Bad => "bad",
            Self::Blank => "blank",
            Self::NotMeasured => "none",
        }
    }

    /// Icon: colour is never alone.
    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Odd => "▲",
            Self::Bad => "✕",
            Self::Blank => "○",
            Self::NotMeasured => "—",
        }
    }
}

/// What a row gives.
#[derive(Debug, Clone)]
pub(crate) struct RowView {
    /// Number of the row.
    pub(crate) n: u32,
    /// How it stands.
    pub(crate) mark: Mark,
    /// Why, or what it is.
    pub(crate) words: Words,
    /// Whether somebody must confirm it before it can go.
    pub(crate) confirm: bool,
    /// The result, when there is one.
    pub(crate) worked: Option<Worked>,
    /// How it was worked out, when by a formula.
    pub(crate) working: Option<Working>,
}

/// A check of the series on the page.
#[derive(Debug, Clone)]
pub(crate) struct CheckView {
    /// Name of the row.
    pub(crate) label: String,
    /// Which check.
    pub(crate) kind: CheckKind,
    /// The judgement; none while it can't be judged.
    pub(crate) judged: Option<Judged>,
    /// Why it can't be judged.
    pub(crate) words: Words,
}

/// A worksheet as it stands.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Rows in tray order.
    pub(crate) rows: Vec<RowView>,
    /// Checks in tray order.
    pub(crate) checks: Vec<CheckView>,
    /// What the checks allow.
    pub(crate) submission: Submission,
    /// What stops the worksheet, in words; nothing when it may be submitted.
    pub(crate) stops: Vec<Words>,
}

impl View {
    /// A row by its number.
    pub(crate) fn row(&self, n: u32) -> Option<&RowView> {
        self.rows.iter().find(|row| row.n == n)
    }

    /// The judgements, for the report.
    pub(crate) fn judged(&self) -> Vec<Judged> {
        self.checks.iter().filter_map(|check| check.judged.clone()).collect()
    }
}

/// What the judgement needs beside the worksheet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    /// The method's record.
    pub(crate) method: Option<&'a MethodRecord>,
    /// Earlier results of the rows' materials, by row, with their units.
    pub(crate) history: &'a HashMap<u32, Vec<(Decimal, ContentUnit)>>,
}

/// Judges a worksheet.
pub(crate) fn judge(sheet: &Sheet, ground: Ground<'_>) -> View {
    let rows: Vec<RowView> = sheet.rows.iter().map(|row| judge_row(sheet, ground, row)).collect();
    let checks: Vec<CheckView> = sheet
        .rows
        .iter()
        .filter_map(|row| Some(judge_check(sheet, ground, &rows, row, row.check?)))
        .collect();
    let judged: Vec<Judged> = checks.iter().filter_map(|check| check.judged.clone()).collect();
    let stated = sheet.deviation.as_ref().map(|deviation| deviation.words.as_str());
    let submission = quality::submission(&judged, stated);
    let mut view = View { rows, checks, submission, stops: Vec::new() };
    view.stops = stops(sheet, &view);
    view
}

fn row_view(row: &SheetRow, mark: Mark, words: Words) -> RowView {
    RowView { n: row.n, mark, words, confirm: false, worked: None, working: None }
}

fn none() -> Words {
    Words::new("", "")
}

fn judge_row(sheet: &Sheet, ground: Ground<'_>, row: &SheetRow) -> RowView {
    let worked = match (sheet.kind, row.check) {
        (SheetKind::Moisture, _) => drying(row),
        (SheetKind::Content, Some(CheckKind::Curve | CheckKind::InternalStandard)) => figure(row),
        (SheetKind::Content, _) => content(sheet, ground, row),
    };
    match worked {
        Err((mark, words)) => row_view(row, mark, words),
        Ok((worked, working)) => {
            let (mark, words) = described(&worked.reading);
            let mut view = row_view(row, mark, words);
            if row.check.is_none() && mark == Mark::Good {
                doubt(sheet, ground, row, &worked, &mut view);
            }
            (view.worked, view.working) = (Some(worked), working);
            view
        }
    }
}

fn described(reading: &Reading) -> (Mark, Words) {
    match reading {
        Reading::Value { .. } => (Mark::Good, none()),
        Reading::Below { .. } => (Mark::Good, Words::new("低于限值", "below a limit")),
        Reading::NotDetected { .. } => (Mark::Good, Words::new("未检出", "not detected")),
        Reading::DetectedBelowLoq { .. } => {
            (Mark::Good, Words::new("低于测定下限", "below the quantification limit"))
        }
        Reading::NotMeasured => (Mark::NotMeasured, Words::new("未测", "not measured")),
    }
}

/// Asks about a zero and about what is far from the material's usual level.
fn doubt(sheet: &Sheet, ground: Ground<'_>, row: &SheetRow, worked: &Worked, view: &mut RowView) {
    let Reading::Value { value } = &worked.reading else { return };
    let words = if value.value().is_zero() && sheet.kind == SheetKind::Content {
        let zh = "结果为 0;未检出请填 ND,确为 0 请确认";
        Some(Words::new(zh, "the result is 0; enter ND for not detected, or confirm that it is 0"))
    } else {
        let earlier: Vec<Decimal> = ground
            .history
            .get(&row.n)
            .into_iter()
            .flatten()
            .filter(|(_, unit)| *unit == worked.unit)
            .map(|(value, _)| *value)
            .collect();
        outlier::against_median(value.value(), worked.unit, &earlier)
            .map(|far| Words::new(far.zh(), far.en()))
    };
    let Some(words) = words else { return };
    let typed = row.text(Field::Result);
    if row.confirmed.as_deref() == Some(typed) {
        view.words = Words::new(format!("已确认:{}", words.zh), format!("confirmed: {}", words.en));
    } else {
        (view.mark, view.words, view.confirm) = (Mark::Odd, words, true);
    }
}

/// A figure and how it was worked out, or why there is none.
type Read = Result<(Worked, Option<Working>), (Mark, Words)>;

fn bad(zh: impl Into<String>, en: impl Into<String>) -> (Mark, Words) {
    (Mark::Bad, Words::new(zh, en))
}

/// A decimal of a side column; none when the cell is empty.
fn side(row: &SheetRow, field: Field) -> Result<Option<DecimalText>, (Mark, Words)> {
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
fn figure(row: &SheetRow) -> Read {
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
fn drying(row: &SheetRow) -> Read {
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

fn content(sheet: &Sheet, ground: Ground<'_>, row: &SheetRow) -> Read {
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

/// The number of a worked figure.
fn number(view: Option<&RowView>) -> Option<(Decimal, ContentUnit)> {
    let worked = view?.worked.as_ref()?;
    match &worked.reading {
        Reading::Value { value } => Some((value.value(), worked.unit)),
        _ => None,
    }
}

/// The figure as it was typed, in the unit of the solution.
fn typed(row: &SheetRow) -> Option<Decimal> {
    let cell = cell::parse(row.text(Field::Result), Limits::default()).ok()?;
    match cell.reading {
        Reading::Value { value } => Some(value.value()),
        _ => None,
    }
}

/// A check that the method's template asks for and nobody measured.
fn unmeasured(kind: CheckKind) -> Judged {
    let (figure, limit) = ("—".to_owned(), Some("方法要求".to_owned()));
    Judged { kind, figure, limit, outcome: Outcome::Failed }
}

fn judge_check(
    sheet: &Sheet,
    ground: Ground<'_>,
    rows: &[RowView],
    row: &SheetRow,
    kind: CheckKind,
) -> CheckView {
    let view = |judged: Option<Judged>, words: Words| CheckView {
        label: row.label.clone(),
        kind,
        judged,
        words,
    };
    let of = |n: u32| rows.iter().find(|it| it.n == n);
    let Some(own) = of(row.n) else { return view(None, none()) };
    if own.mark == Mark::NotMeasured && kind != CheckKind::Blank {
        let words = Words::new("未测;需偏离说明", "not measured; needs a stated deviation");
        return view(Some(unmeasured(kind)), words);
    }
    if own.worked.is_none() {
        return view(None, own.words.clone());
    }
    let measured = match measured(sheet, row, own, row.of.and_then(of), kind) {
        Ok(measured) => measured,
        Err(words) => return view(None, words),
    };
    let Some(method) = ground.method else {
        return view(None, Words::new("没有方法记录,不判定", "no method record: not judged"));
    };
    match quality::judge(method, &measured) {
        Ok(judged) => view(Some(judged), none()),
        Err(error) => view(None, Words::new(error.zh(), error.en())),
    }
}

fn measured(
    sheet: &Sheet,
    row: &SheetRow,
    own: &RowView,
    first: Option<&RowView>,
    kind: CheckKind,
) -> Result<Measured, Words> {
    let numbers = || {
        let waits = || Words::new("等待原样结果", "waits for the sample's own result");
        let (plain, unit) = number(first).ok_or_else(waits)?;
        let limit = || Words::new("低于检出限,不判定", "below the limit: can't be judged");
        let (found, own_unit) = number(Some(own)).ok_or_else(limit)?;
        let other = || Words::new("两次结果单位不同,请统一", "the two results differ in unit");
        (unit == own_unit).then_some((plain, found)).ok_or_else(other)
    };
    let expected = || {
        let words = || Words::new("请填标准值/加标量", "enter the certified or added figure");
        let known = side(row, Field::Expected).map_err(|(_, words)| words)?;
        known.map(|known| known.value()).ok_or_else(words)
    };
    let found = || {
        let limit = || Words::new("低于检出限,不判定", "below the limit: can't be judged");
        number(Some(own)).map(|(value, _)| value).ok_or_else(limit)
    };
    Ok(match kind {
        CheckKind::Blank => {
            let worked = own.worked.as_ref().expect("a blank is judged once it is worked out");
            Measured::Blank { reading: worked.reading.clone(), unit: worked.unit }
        }
        CheckKind::Duplicate => {
            let (first, second) = numbers()?;
            Measured::Duplicate { first, second }
        }
        CheckKind::Spike => {
            // The addition is given in the unit of the solution, as both readings are.
            let plain = row.of.and_then(|n| sheet.row(n)).and_then(typed);
            let waits = || Words::new("等待原样结果", "waits for the sample's own result");
            let (plain, added) = (plain.ok_or_else(waits)?, expected()?);
            let spiked = typed(row).ok_or_else(waits)?;
            Measured::Spike { plain, spiked, added }
        }
        CheckKind::Reference => Measured::Reference { found: found()?, certified: expected()? },
        CheckKind::Drift => Measured::Drift { found: found()?, expected: expected()? },
        CheckKind::Curve => Measured::Curve { r: found()? },
        CheckKind::InternalStandard => Measured::InternalStandard { percent: found()? },
    })
}

/// What stops a worksheet, the most important first.
fn stops(sheet: &Sheet, view: &View) -> Vec<Words> {
    let mut stops = Vec::new();
    let labels = |marks: &dyn Fn(&RowView) -> bool| {
        let fits = view.rows.iter().filter(|row| marks(row));
        let named: Vec<&str> =
            fits.filter_map(|row| Some(sheet.row(row.n)?.label.as_str())).collect();
        let shown = named.iter().take(LABELS_SHOWN).copied().collect::<Vec<_>>().join("、");
        (named.len(), if named.len() > LABELS_SHOWN { format!("{shown}…") } else { shown })
    };
    if view.submission == Submission::Stopped {
        stops.push(Words::new(
            "空白不合格,不能提交:请查明污染来源,重测空白和本批样品",
            "the blank failed: find the contamination, measure blank and samples again",
        ));
    }
    for check in &view.checks {
        if check.judged.is_none() && check.kind == CheckKind::Blank {
            stops.push(Words::new(
                format!("空白 {} 未测:{}", check.label, check.words.zh),
                format!("blank {}: {}", check.label, check.words.en),
            ));
        }
    }
    let (count, names) = labels(&|row| row.mark == Mark::Bad);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行有误({names}),请按行内提示更正"),
            format!("{count} rows can't be read ({names}); see each row"),
        ));
    }
    let (count, names) = labels(&|row| row.mark == Mark::Blank);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行为空({names});未检出填 ND,未测填 —"),
            format!("{count} rows are blank ({names}); enter ND or, if not measured, —"),
        ));
    }
    let (count, names) = labels(&|row| row.confirm);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行待确认({names})"),
            format!("{count} rows wait for confirmation ({names})"),
        ));
    }
    if let Submission::NeedsDeviation(kinds) = &view.submission {
        let zh: Vec<&str> = kinds.iter().map(|kind| quality::kind_zh(*kind)).collect();
        let en: Vec<&str> =
            kinds.iter().map(|kind| tl_domain::lab::worksheet::check_word(*kind)).collect();
        stops.push(Words::new(
            format!("{}不合格:请技术负责人填写偏离说明", zh.join("、")),
            format!("{} failed: the technical lead has to state a deviation", en.join(", ")),
        ));
    }
    if !view.rows.iter().any(|row| row.mark == Mark::Good && is_sample(sheet, row.n)) {
        stops.push(Words::new("没有可提交的样品结果", "there is no result of a sample to submit"));
    }
    stops
}

fn is_sample(sheet: &Sheet, n: u32) -> bool {
    sheet.row(n).is_some_and(|row| row.check.is_none())
}

/// Names of rows that one message lists.
const LABELS_SHOWN: usize = 6;
