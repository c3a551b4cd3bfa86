//! One outlet by three hands: 自行监测, 执法监测, 在线监测, month by month (practice §9).
//!
//! Invariant: figures of one row have one unit; a censored result counts with the middle of its
//! interval and is counted as censored; of a monitor only values flagged `N` count. Single values
//! colour nothing here: only means are compared, and by whoever reads them.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, TimeZone as _};
use rust_decimal::Decimal;
use serde::Serialize;
use tl_domain::event::{Master, MaterialClass, Purpose, SampleSubject, StreamRole};
use tl_domain::ids::{Analyte, EntryId, StreamId};
use tl_domain::project::{AssayRow, MonitorRow, Review};
use tl_domain::quantity::{ContentUnit, Reading};
use tl_domain::time::Micros;

/// Flag of a monitor's value that counts (HJ 212).
const NORMAL: &str = "N";

/// Results of one hand in one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mean {
    /// Results.
    pub count: usize,
    /// Of these, below a limit.
    pub censored: usize,
    /// Their mean.
    pub mean: Decimal,
    /// The highest.
    pub highest: Decimal,
    /// The last entry.
    pub last: EntryId,
}

/// An outlet in a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The outlet's stream.
    pub stream: StreamId,
    /// Its name.
    pub name: String,
    /// The local month, such as 2026-10.
    pub month: String,
    /// When the month began.
    pub since: Micros,
    /// Unit of the means.
    pub unit: ContentUnit,
    /// 自行监测.
    pub own: Option<Mean>,
    /// 执法监测.
    pub enforcement: Option<Mean>,
    /// 在线监测.
    pub online: Option<Mean>,
}

impl Compared {
    /// How many times the larger mean of monitor and own results is the smaller one; nothing where
    /// one of them is missing, zero or rests on censored results alone.
    #[must_use]
    pub fn ratio(&self) -> Option<Decimal> {
        let measured = |mean: &&Mean| mean.censored < mean.count && !mean.mean.is_zero();
        let own = self.own.as_ref().filter(measured)?.mean;
        let online = self.online.as_ref().filter(measured)?.mean;
        own.max(online).checked_div(own.min(online)).map(|ratio| ratio.round_dp(1))
    }
}

#[derive(Debug, Clone, Copy)]
enum Hand {
    Own,
    Enforcement,
    Online,
}

/// Outlets by month, the last month first. Results that were sent back do not count.
#[must_use]
pub fn outlets(
    masters: &[Master],
    assays: &[AssayRow],
    monitors: &[MonitorRow],
    substance: &Analyte,
    offset: FixedOffset,
) -> Vec<Compared> {
    let mut rows = Rows { outlets: declared(masters), offset, found: BTreeMap::new() };
    for assay in assays.iter().filter(|assay| assay.review != Review::Returned) {
        let hand = match assay.purpose {
            Purpose::Enforcement => Hand::Enforcement,
            Purpose::Process | Purpose::SelfMonitoring => Hand::Own,
            _ => continue,
        };
        let Some(SampleSubject::Stream { stream, span }) = &assay.subject else { continue };
        for one in assay.determinations.iter().filter(|one| one.analyte == *substance) {
            let at = (stream, span.from.micros());
            rows.add(at, hand, (&one.result, one.unit), assay.id.entry());
        }
    }
    for row in monitors {
        let values = row.values.iter();
        for one in values.filter(|one| one.analyte == *substance && one.flag == NORMAL) {
            rows.add((&row.stream, row.since), Hand::Online, (&one.result, one.unit), row.entry);
        }
    }
    let mut found: Vec<Compared> = rows.found.into_values().collect();
    found.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.stream.cmp(&b.stream)));
    found
}

/// Streams that discharge, with their names and the unit that their results are told in.
fn declared(masters: &[Master]) -> BTreeMap<StreamId, (String, ContentUnit)> {
    let gas = |id: &str| {
        masters.iter().any(|master| match master {
            Master::Material(record) => {
                record.id.as_str() == id && record.class == MaterialClass::Gas
            }
            _ => false,
        })
    };
    let streams = masters.iter().filter_map(|master| match master {
        Master::Stream(stream) if stream.role == StreamRole::Discharge => Some(stream),
        _ => None,
    });
    let unit = |id: &str| match gas(id) {
        true => ContentUnit::MilligramPerCubicMetre,
        false => ContentUnit::MilligramPerLitre,
    };
    streams
        .map(|stream| (stream.id.clone(), (stream.name.clone(), unit(stream.material.as_str()))))
        .collect()
}

struct Rows {
    outlets: BTreeMap<StreamId, (String, ContentUnit)>,
    offset: FixedOffset,
    found: BTreeMap<(StreamId, Micros), Compared>,
}

impl Rows {
    fn add(
        &mut self,
        (stream, at): (&StreamId, Micros),
        hand: Hand,
        (result, unit): (&Reading, ContentUnit),
        entry: EntryId,
    ) {
        let Some((name, told)) = self.outlets.get(stream) else { return };
        let (Some(bounds), Some(times)) = (result.bounds(), unit.times(*told)) else { return };
        let Some((since, month)) = month(at, self.offset) else { return };
        let row = self.found.entry((stream.clone(), since)).or_insert_with(|| Compared {
            stream: stream.clone(),
            name: name.clone(),
            month,
            since,
            unit: *told,
            own: None,
            enforcement: None,
            online: None,
        });
        let mean = match hand {
            Hand::Own => &mut row.own,
            Hand::Enforcement => &mut row.enforcement,
            Hand::Online => &mut row.online,
        };
        let value = bounds.middle.saturating_mul(times).normalize();
        let before = mean.take();
        let count = before.as_ref().map_or(0, |mean| mean.count);
        let sum = before
            .as_ref()
            .map_or(Decimal::ZERO, |mean| mean.mean.saturating_mul(Decimal::from(mean.count)));
        let highest = before.as_ref().map_or(value, |mean| mean.highest.max(value));
        let censored = before.as_ref().map_or(0, |mean| mean.censored);
        *mean = Some(Mean {
            count: count + 1,
            censored: censored + usize::from(bounds.censored),
            mean: (sum.saturating_add(value) / Decimal::from(count + 1)).normalize(),
            highest,
            last: entry,
        });
    }
}

/// When the local month of a moment began, and its name.
fn month(at: Micros, offset: FixedOffset) -> Option<(Micros, String)> {
    let local = DateTime::from_timestamp_micros(at)?.with_timezone(&offset);
    let first = offset.with_ymd_and_hms(local.year(), local.month(), 1, 0, 0, 0).single()?;
    Some((first.timestamp_micros(), local.format("%Y-%m").to_string()))
}

#[cfg(test)]
mod tests;
