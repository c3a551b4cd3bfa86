//! What a worksheet's cells mean now: results worked out row by row, checks against the method.
//!
//! The rules are the domain's; this reads cells into them and says what it read where they do not
//! fit. It changes nothing, so that a page may ask as often as it likes.

mod check;
mod content;
mod stops;

use std::collections::HashMap;

use rust_decimal::Decimal;
use tl_domain::event::{CheckKind, MethodRecord, Working};
use tl_domain::lab::formula::Worked;
use tl_domain::lab::outlier;
use tl_domain::lab::quality::{self, Judged, Outcome, Submission};
use tl_domain::quantity::{ContentUnit, Reading};

use self::check::judge_check;
use self::content::{content, drying, figure};
use self::stops::stops;
use super::sheet::{Sheet, SheetKind, SheetRow};
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
    let mut rows: Vec<RowView> =
        sheet.rows.iter().map(|row| judge_row(sheet, ground, row)).collect();
    let checks: Vec<CheckView> = sheet
        .rows
        .iter()
        .filter_map(|row| Some(judge_check(sheet, ground, &rows, row, row.check?)))
        .collect();
    mark_failed(sheet, &mut rows, &checks);
    let judged: Vec<Judged> = checks.iter().filter_map(|check| check.judged.clone()).collect();
    let stated = sheet.deviation.as_ref().map(|deviation| deviation.words.as_str());
    let submission = quality::submission(&judged, stated);
    let mut view = View { rows, checks, submission, stops: Vec::new() };
    view.stops = stops(sheet, &view);
    view
}

/// A check that failed says so in its own row as well.
fn mark_failed(sheet: &Sheet, rows: &mut [RowView], checks: &[CheckView]) {
    let of_checks = sheet.rows.iter().filter(|row| row.check.is_some());
    for (row, check) in of_checks.zip(checks) {
        let failed = check.judged.as_ref().filter(|judged| judged.outcome == Outcome::Failed);
        let view = rows.iter_mut().find(|view| view.n == row.n && view.mark == Mark::Good);
        let (Some(judged), Some(view)) = (failed, view) else { continue };
        let limit = judged.limit.as_deref().unwrap_or_default();
        let figure = &judged.figure;
        view.mark = Mark::Odd;
        view.words =
            Words::new(format!("不合格:{figure} ({limit})"), format!("failed: {figure} ({limit})"));
    }
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
    if row.confirmed.as_ref() == Some(&row.typed(sheet.kind)) {
        view.words = Words::new(format!("已确认:{}", words.zh), format!("confirmed: {}", words.en));
    } else {
        (view.mark, view.words, view.confirm) = (Mark::Odd, words, true);
    }
}
