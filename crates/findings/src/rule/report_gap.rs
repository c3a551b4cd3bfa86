//! A stream that is reported day by day, then not, then again. Stops by the calendar are left out;
//! a gap may be a closed valve, so it is a hint.

use std::collections::BTreeMap;

use tl_accounts::calendar;
use tl_domain::event::{Endpoint, Master};
use tl_domain::ids::{NodeId, SiteId, StreamId};
use tl_domain::project::{FlowKind, FlowRow};
use tl_domain::time::{DAY_MICROS, MicrosSpan};

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

/// Reports that show how a stream is reported.
const REPORTS_MIN: usize = 10;
/// A stream of daily reports has spans up to this; others have no gaps to tell.
const DAILY_MICROS: i64 = 2 * DAY_MICROS;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.report_gap_days) * DAY_MICROS;
    let (stops, _) = calendar::stops(books.masters);
    let mut streams: BTreeMap<&StreamId, Vec<&FlowRow>> = BTreeMap::new();
    for flow in books.flows.iter().filter(|flow| flow.kind == FlowKind::Stream) {
        if let Some(stream) = &flow.stream {
            streams.entry(stream).or_default().push(flow);
        }
    }
    for (stream, mut reports) in streams {
        reports.sort_by_key(|flow| (flow.since, flow.until));
        let daily = reports.iter().filter(|flow| flow.until - flow.since <= DAILY_MICROS).count();
        if reports.len() < REPORTS_MIN || daily * 2 < reports.len() {
            continue;
        }
        let site = site(books, stream);
        let mut reached = reports.first().map_or(books.now, |flow| flow.until);
        for flow in &reports {
            let gap = MicrosSpan { from: reached, to: flow.since };
            reached = reached.max(flow.until);
            if gap.to - gap.from - stopped(&stops, site.as_ref(), gap) <= allowed {
                continue;
            }
            found.push(finding(books, stream, gap, flow));
        }
    }
}

fn stopped(stops: &[calendar::Stop], site: Option<&SiteId>, gap: MicrosSpan) -> i64 {
    if gap.from < gap.to { calendar::stopped(stops, site, gap) } else { 0 }
}

fn finding(books: &Books<'_>, stream: &StreamId, gap: MicrosSpan, after: &FlowRow) -> Finding {
    let name = books.masters.iter().find_map(|master| match master {
        Master::Stream(record) if record.id == *stream => Some(record.name.clone()),
        _ => None,
    });
    let name = name.unwrap_or_else(|| stream.to_string());
    let days = (gap.to - gap.from) / DAY_MICROS;
    let (from, to) = (books.day(gap.from), books.day(gap.to));
    Finding::new(Rule::ReportGap, Grade::Hint, stream.as_str(), gap.from)
        .says(
            format!("{name} 从 {from} 到 {to} 有 {days} 天没有上报"),
            format!("{name} was not reported for {days} days, from {from} to {to}"),
        )
        .until(gap.to)
        .shown_by([after.owner])
        .at("/flows")
}

/// The site that a stream belongs to, by either of its nodes.
fn site(books: &Books<'_>, stream: &StreamId) -> Option<SiteId> {
    let record = books.masters.iter().find_map(|master| match master {
        Master::Stream(record) if record.id == *stream => Some(record),
        _ => None,
    })?;
    let of = |node: &NodeId| {
        books.masters.iter().find_map(|master| match master {
            Master::Node(record) if record.id == *node => Some(record.site.clone()),
            _ => None,
        })
    };
    [&record.from, &record.to].into_iter().find_map(|end| match end {
        Endpoint::Node(node) => of(node),
        Endpoint::Outside => None,
    })
}
