//! The balance of every month of a sheet, and of all months together.
//!
//! Invariant: figures are kilograms as decimal text, rounded to a milligram and nothing else; a
//! figure that does not exist is absent. Every term names its rows. All of it is marked as
//! retrospective: nobody signed it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;
use tl_domain::balance::{self, Balance, Judgement, Question, Role, Scope, Term};
use tl_domain::ids::Analyte;
use tl_domain::quantity::{DryMass, Spread, SubstanceMass};

use super::records::row_of;
use super::{BalanceSheet, Books, Month, records};
use crate::problem::{Problem, Words};

/// Decimals of a kilogram that are kept: milligrams.
const DECIMALS: u32 = 6;

/// What a sheet gives.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Substance.
    pub substance: String,
    /// Always true: figures from a sheet, 回溯数据.
    pub retrospective: bool,
    /// What that means, in words.
    pub mark: Words,
    /// Each month.
    pub months: Vec<Figures>,
    /// All months as one period; absent when there is a gap between them, or one month only.
    pub total: Option<Figures>,
    /// What somebody should look at.
    pub notices: Vec<Problem>,
}

/// The balance of a period.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// `2026-01` or `2026-01..2026-12`.
    pub period: String,
    /// Stock at the beginning, kg.
    pub opening_kg: String,
    /// What came in, kg.
    pub input_kg: String,
    /// What left, kg.
    pub output_kg: String,
    /// What was discharged, kg.
    pub discharge_kg: String,
    /// Stock at the end, kg.
    pub closing_kg: String,
    /// opening + in − out − discharge − closing; positive = apparent loss, kg.
    pub unaccounted_kg: String,
    /// The same with censored results at the ends that lower and raise it, kg.
    pub unaccounted_range_kg: (String, String),
    /// Its standard uncertainty, kg.
    pub sigma_kg: String,
    /// (out + discharge + Δstock) / in in per cent; absent where in = 0.
    pub closure_percent: Option<String>,
    /// What the difference says: `closes`, `loss`, `gain`, `not_judged`, `no_data`.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// Terms without a figure.
    pub missing: u64,
    /// Share of the turnover by what it rests on, in per cent.
    pub coverage_percent: BTreeMap<balance::Quality, String>,
    /// Lines of the balance.
    pub terms: Vec<TermFigures>,
    /// For the picture.
    #[serde(skip)]
    pub balance: Balance,
}

/// One line of the balance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermFigures {
    /// What it is in the balance.
    pub role: Role,
    /// Name of the material.
    pub material: String,
    /// Rows of the sheet.
    pub rows: Vec<usize>,
    /// Dry mass, t; of those parts that have one.
    pub dry_t: String,
    /// Substance, kg.
    pub kg: String,
    /// Its standard uncertainty, kg.
    pub sigma_kg: String,
    /// Parts without a figure.
    pub missing: u64,
}

/// Balances all months of a sheet.
#[must_use]
pub fn compute(sheet: &BalanceSheet, substance: &Analyte) -> Report {
    let months: BTreeSet<Month> = sheet.rows.iter().map(|row| row.month).collect();
    let period = |first: Month, last: Month| {
        let books = records(&sheet.rows, first, last, substance);
        figures(&books, label(first, last), substance)
    };
    let all: Vec<Month> = months.iter().copied().collect();
    let mut notices = sheet.notices.clone();
    let gap = all.windows(2).find(|pair| pair[0].next() != pair[1]);
    if let Some(gap) = gap {
        let (before, after) = (gap[0], gap[1]);
        let message = Words::new(
            format!("{before} 之后直接是 {after}，中间缺月：不给出合计"),
            format!("{after} follows {before}, months are missing: there is no total"),
        );
        notices.push(Problem::of_row(&sheet.name, 0, message));
    }
    let total = match (all.first(), all.last()) {
        (Some(first), Some(last)) if first != last && gap.is_none() => Some(period(*first, *last)),
        _ => None,
    };
    Report {
        substance: substance.to_string(),
        retrospective: true,
        mark: Words::new(
            "回溯数据：由填报表计算，未经签名，不作为台账",
            "retrospective data: computed from a sheet, signed by nobody, no ledger",
        ),
        months: all.iter().map(|month| period(*month, *month)).collect(),
        total,
        notices,
    }
}

fn label(first: Month, last: Month) -> String {
    if first == last { first.to_string() } else { format!("{first}..{last}") }
}

fn figures(books: &Books, period: String, substance: &Analyte) -> Figures {
    let question =
        Question { scope: Scope::Enterprise, span: books.span, substance: substance.clone() };
    let found = balance::balance(&books.records, &question);
    let percent = |value: &Decimal| value.round_dp(3).normalize().to_string();
    Figures {
        period,
        opening_kg: kilograms(found.grams.opening),
        input_kg: kilograms(found.grams.input),
        output_kg: kilograms(found.grams.output),
        discharge_kg: kilograms(found.grams.discharge),
        closing_kg: kilograms(found.grams.closing),
        unaccounted_kg: kilograms(found.grams.unaccounted),
        unaccounted_range_kg: (
            kilograms(found.unaccounted_range.0),
            kilograms(found.unaccounted_range.1),
        ),
        sigma_kg: sigma(found.sigma_grams),
        closure_percent: found.closure_percent.as_ref().map(percent),
        judgement: found.judgement(),
        missing: found.coverage.missing,
        coverage_percent: found
            .coverage
            .percent
            .iter()
            .map(|(quality, share)| (*quality, percent(share)))
            .collect(),
        terms: terms(books, &found.terms),
        balance: found,
    }
}

/// Like material in one role is one line, whatever number of rows it has; errors that rows share
/// stay shared.
fn terms(books: &Books, terms: &[Term]) -> Vec<TermFigures> {
    let mut lines: BTreeMap<(Role, &str), Line> = BTreeMap::new();
    for term in terms {
        let id = term.material.as_ref();
        let name = id.and_then(|id| books.materials.get(id)).map_or("", String::as_str);
        let line = lines.entry((term.role, name)).or_default();
        line.dry += term.dry;
        line.substance += term.substance;
        line.spread.add_scaled(&term.spread, 1.0);
        line.missing += term.missing;
        line.rows.extend(term.evidence.iter().copied().filter_map(row_of));
        if let Some(id) = id {
            line.rows.extend(books.stock_rows.get(&(term.role, id.clone())).into_iter().flatten());
        }
    }
    let figures = |((role, name), line): ((Role, &str), Line)| TermFigures {
        role,
        material: name.to_owned(),
        rows: line.rows.into_iter().collect(),
        dry_t: line.dry.tonnes().round_dp(DECIMALS).normalize().to_string(),
        kg: kilograms(line.substance),
        sigma_kg: sigma(line.spread.sigma()),
        missing: line.missing,
    };
    lines.into_iter().map(figures).collect()
}

#[derive(Default)]
struct Line {
    dry: DryMass,
    substance: SubstanceMass,
    spread: Spread,
    missing: u64,
    rows: BTreeSet<usize>,
}

fn kilograms(mass: SubstanceMass) -> String {
    (mass.0 / Decimal::ONE_THOUSAND).round_dp(DECIMALS).normalize().to_string()
}

fn sigma(grams: f64) -> String {
    let kilograms = Decimal::try_from(grams / 1000.0).unwrap_or(Decimal::MAX);
    kilograms.round_dp(DECIMALS).normalize().to_string()
}
