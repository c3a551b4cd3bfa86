//! A county or a city: the enterprises of an area rolled up, month by month.
//!
//! MUF of the whole = Σ MUF of the enterprises + Σ differences between them (accountancy §1.3):
//! what one ships to another of the area is inside and netted out by the partner's name. Periods of
//! enterprises end on days of their own, so a period counts in the month in which most of it lies;
//! an enterprise without a period in a month is named, because the sum lacks it. An error of a
//! laboratory that several enterprises send to stays one error; all others are an enterprise's own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, FixedOffset};
use serde::Serialize;
use tl_accountancy::Fault;
use tl_accountancy::evaluation::{Evaluation, Settings};
use tl_accountancy::period::{Line, Period, Series};
use tl_accountancy::rollup::{self, Node};
use tl_domain::ids::PartyId;

use crate::period::PeriodAccount;
use crate::policy::Settled;

/// One month of an area, grams.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionMonth {
    /// Such as 2026-10.
    pub month: String,
    /// What came in over the area's border.
    pub input: f64,
    /// What went out over it, discharges included.
    pub output: f64,
    /// 平衡差 of the area.
    pub muf: f64,
    /// Its standard deviation.
    pub sigma: f64,
    /// Cumulated from the first month.
    pub cumuf: f64,
    /// Its standard deviation.
    pub sigma_cumuf: f64,
    /// Sent minus received between enterprises of the area.
    pub internal_difference: f64,
    /// MUF of each enterprise by its own measurements.
    pub by_enterprise: BTreeMap<PartyId, f64>,
    /// Enterprises that have no measured period in this month.
    pub lacking: Vec<PartyId>,
}

/// Rolls the measured periods of enterprises up to months.
///
/// # Errors
/// `Fault` for figures that are no numbers.
pub fn months(
    enterprises: &BTreeMap<PartyId, Vec<PeriodAccount>>,
    offset: FixedOffset,
    settled: &Settled,
) -> Result<Vec<RegionMonth>, Fault> {
    let mut names = BTreeSet::new();
    let mut placed: BTreeMap<&PartyId, BTreeMap<(i32, u32), Vec<&PeriodAccount>>> = BTreeMap::new();
    for (party, periods) in enterprises {
        let own = placed.entry(party).or_default();
        for period in periods.iter().filter(|period| period.stock_measured) {
            let Some(month) = month(period, offset) else { continue };
            names.insert(month);
            own.entry(month).or_default().push(period);
        }
    }
    let names: Vec<(i32, u32)> = names.into_iter().collect();
    let nodes = placed
        .iter()
        .map(|(party, own)| node(party, own, &names))
        .collect::<Result<Vec<_>, _>>()?;
    let whole = rollup::of(&nodes)?;
    let rules = settled.rules;
    let settings =
        Settings { k: rules.k, h: rules.act_threshold, sigmas: rules.act_sigmas, start: 0 };
    let evaluation = Evaluation::of(&whole.series, settings);
    let months = names.iter().enumerate().map(|(place, (year, month))| {
        let period = &whole.series.periods()[place];
        let has = |party: &PartyId| placed[party].contains_key(&(*year, *month));
        RegionMonth {
            month: format!("{year:04}-{month:02}"),
            input: period.total(Line::Increase),
            output: period.total(Line::Decrease),
            muf: evaluation.muf[place],
            sigma: evaluation.sigma[place],
            cumuf: evaluation.cumuf[place],
            sigma_cumuf: evaluation.sigma_cumuf[place],
            internal_difference: whole.internal_srd[place],
            by_enterprise: enterprises
                .keys()
                .filter(|party| has(party))
                .map(|party| (party.clone(), whole.node_muf[party.as_str()][place]))
                .collect(),
            lacking: enterprises.keys().filter(|party| !has(party)).cloned().collect(),
        }
    });
    Ok(months.collect())
}

/// The month in which the middle of a period lies, at the area's clock.
fn month(period: &PeriodAccount, offset: FixedOffset) -> Option<(i32, u32)> {
    let middle = period.since + (period.until - period.since) / 2;
    let local = DateTime::from_timestamp_micros(middle)?.with_timezone(&offset);
    Some((local.year(), local.month()))
}

fn node(
    party: &PartyId,
    own: &BTreeMap<(i32, u32), Vec<&PeriodAccount>>,
    names: &[(i32, u32)],
) -> Result<Node, Fault> {
    let mut owners = BTreeMap::new();
    let mut periods = Vec::with_capacity(names.len());
    for name in names {
        let mut month = Period { label: format!("{:04}-{:02}", name.0, name.1), terms: Vec::new() };
        for account in own.get(name).into_iter().flatten() {
            month.terms.extend(account.to_period(String::new(), &mut owners).terms);
        }
        for part in month.terms.iter_mut().flat_map(|term| &mut term.errors) {
            if !is_shared(&part.key.name, party) {
                part.key.name = format!("{party}/{}", part.key.name);
            }
        }
        periods.push(month);
    }
    Ok(Node { name: party.to_string(), series: Series::new(periods)? })
}

/// Whether a source is a laboratory's that is not the enterprise's own.
fn is_shared(source: &str, party: &PartyId) -> bool {
    let lab = source.strip_prefix("lab:").or_else(|| source.strip_prefix("series:"));
    let lab = lab.and_then(|rest| rest.split_once('/')).map(|(lab, _)| lab);
    lab.is_some_and(|lab| lab != "own" && lab != party.as_str())
}
