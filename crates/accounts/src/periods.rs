//! Balance periods of an area: from stock take to stock take.
//!
//! A period ends at a moment for which every node with stock was taken; a month without such a
//! take belongs to a longer period, because a difference exists only between two measured stocks
//! (DESIGN §2, balance period). Spans are half-open and adjoin. An area that was never taken stock
//! of has the months of its site's calendar: its books, on which no test rests.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use tl_domain::balance::{self, Records, Scope};
use tl_domain::event::{Master, SiteRecord};
use tl_domain::ids::NodeId;
use tl_domain::project::StockTakeRow;
use tl_domain::time::{Micros, MicrosSpan};

/// Periods kept per area: ten years of months and a half.
pub const PERIODS_MAX: usize = 126;

/// What the ends of the periods are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// Stock takes of all nodes with stock.
    StockTakes,
    /// Months of the calendar, for want of stock takes.
    Months,
}

/// The periods of an area in their order, the last `PERIODS_MAX` of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    /// Spans that adjoin.
    pub spans: Vec<MicrosSpan>,
    /// What their ends are.
    pub ends: Ends,
}

/// The periods of an area that ended by `now`.
#[must_use]
pub fn of(records: &Records, scope: &Scope, now: Micros) -> Periods {
    let nodes = balance::nodes(records, scope);
    let moments = closings(records, &nodes, now);
    let (moments, ends) = if moments.len() >= 2 {
        (moments, Ends::StockTakes)
    } else {
        (months(records, scope, &nodes, now), Ends::Months)
    };
    let spans: Vec<MicrosSpan> =
        moments.windows(2).map(|pair| MicrosSpan { from: pair[0], to: pair[1] }).collect();
    let skipped = spans.len().saturating_sub(PERIODS_MAX);
    Periods { spans: spans[skipped..].to_vec(), ends }
}

/// Moments at which all nodes with stock were taken, up to `now`.
fn closings(records: &Records, nodes: &BTreeSet<NodeId>, now: Micros) -> Vec<Micros> {
    let mut takes: BTreeMap<&NodeId, BTreeMap<Micros, &StockTakeRow>> = BTreeMap::new();
    let counted = records.takes.iter().filter(|take| take.at <= now && nodes.contains(&take.node));
    for take in counted {
        // Of two takes for one moment the later entry counts, as in the balance.
        let kept = takes.entry(&take.node).or_default().entry(take.at).or_insert(take);
        if kept.entry < take.entry {
            *kept = take;
        }
    }
    let moments: BTreeSet<Micros> = takes.values().flat_map(|own| own.keys().copied()).collect();
    let touched = touched(records, &takes);
    let complete = |moment: &Micros| {
        takes.iter().all(|(node, own)| match own.range(..=*moment).next_back() {
            None => true,
            Some((at, _)) if at == moment => true,
            // A node that was found empty and saw nothing since needs no new take.
            Some((at, take)) => {
                take.lines.is_empty()
                    && touched
                        .get(node)
                        .is_none_or(|times| times.range(*at..*moment).next().is_none())
            }
        })
    };
    moments.into_iter().filter(complete).collect()
}

/// When something ended or began in each node that is taken stock of.
fn touched<'a>(
    records: &'a Records,
    takes: &BTreeMap<&'a NodeId, BTreeMap<Micros, &StockTakeRow>>,
) -> BTreeMap<&'a NodeId, BTreeSet<Micros>> {
    let mut touched: BTreeMap<&NodeId, BTreeSet<Micros>> = BTreeMap::new();
    for flow in &records.flows {
        for node in [&flow.from, &flow.to].into_iter().filter_map(|end| end.node()) {
            if takes.contains_key(node) {
                touched.entry(node).or_default().extend([flow.since, flow.until]);
            }
        }
    }
    touched
}

/// Ends of the calendar months of the area's site, from its first flow or take to `now`.
fn months(records: &Records, scope: &Scope, nodes: &BTreeSet<NodeId>, now: Micros) -> Vec<Micros> {
    let flows = records.flows.iter().filter(|flow| {
        [&flow.from, &flow.to].into_iter().filter_map(|end| end.node()).any(|n| nodes.contains(n))
    });
    let takes = records.takes.iter().filter(|take| nodes.contains(&take.node));
    let first = flows.map(|flow| flow.since).chain(takes.map(|take| take.at)).min();
    let Some(first) = first.filter(|first| *first < now) else { return Vec::new() };
    let site = site(records, scope);
    let offset = FixedOffset::east_opt(site.map_or(8 * 3600, |site| site.offset_minutes * 60))
        .unwrap_or_else(|| FixedOffset::east_opt(0).expect("no offset is an offset"));
    let (hour, day) = site.map_or((0, 1), |site| (site.day_start_hour, site.close_day));
    let end_of = |year: i32, month: u32| -> Option<Micros> {
        // Day 1 closes the month at its end; another day closes within it, at the day's start.
        let date = (1..=day.clamp(1, 31))
            .rev()
            .find_map(|day| NaiveDate::from_ymd_opt(year, month, day))?;
        let local = date.and_hms_opt(hour.min(23), 0, 0)?;
        Some(local.and_local_timezone(offset).single()?.timestamp_micros())
    };
    let Some(start) = DateTime::from_timestamp_micros(first) else { return Vec::new() };
    let start = start.with_timezone(&offset);
    // The month before the first flow's holds the end at or before it.
    let (mut year, mut month) = before(start.year(), start.month());
    let mut ends = Vec::new();
    while let Some(end) = end_of(year, month).filter(|end| *end <= now) {
        if end <= first {
            ends.clear();
        }
        ends.push(end);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    ends
}

fn before(year: i32, month: u32) -> (i32, u32) {
    if month == 1 { (year - 1, 12) } else { (year, month - 1) }
}

/// The site whose calendar an area follows: its own, its node's, the enterprise's first.
#[must_use]
pub fn site<'a>(records: &'a Records, scope: &Scope) -> Option<&'a SiteRecord> {
    let sites = || {
        records.masters.iter().filter_map(|master| match master {
            Master::Site(site) => Some(site),
            _ => None,
        })
    };
    let wanted = match scope {
        Scope::Enterprise => None,
        Scope::Site(id) => Some(id),
        Scope::Node(id) => records.masters.iter().find_map(|master| match master {
            Master::Node(node) if node.id == *id => Some(&node.site),
            _ => None,
        }),
    };
    match wanted {
        Some(id) => sites().find(|site| site.id == *id),
        None => sites().min_by(|a, b| a.id.cmp(&b.id)),
    }
}
