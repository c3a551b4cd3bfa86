//! The plant's calendar: stops, repairs and declared outages, as masters of kind `calendar`.
//!
//! Fields of such a record: `site` (id; all sites when absent), `kind` (`stop`, `repair` or
//! `outage`), `from` and `to` (RFC 3339 with offset). A record that does not read is no stop, and
//! is named, because a delay that it should excuse would count.

use tl_domain::event::{Master, OpenRecord};
use tl_domain::ids::SiteId;
use tl_domain::time::{Micros, MicrosSpan, Moment};

/// What a calendar record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The site that stands still; all sites when absent.
    pub site: Option<SiteId>,
    /// When (half-open).
    pub span: MicrosSpan,
}

/// Stops of a plant, and the ids of calendar records that do not read.
#[must_use]
pub fn stops<'a>(masters: impl IntoIterator<Item = &'a Master>) -> (Vec<Stop>, Vec<String>) {
    let (mut stops, mut unread) = (Vec::new(), Vec::new());
    for master in masters {
        let Master::Calendar(record) = master else { continue };
        match stop(record) {
            Some(stop) => stops.push(stop),
            None => unread.push(record.id.to_string()),
        }
    }
    (stops, unread)
}

fn stop(record: &OpenRecord) -> Option<Stop> {
    let text = |name: &str| record.fields.get(name)?.as_str();
    let moment = |name: &str| Some(text(name)?.parse::<Moment>().ok()?.micros());
    if !matches!(text("kind")?, "stop" | "repair" | "outage") {
        return None;
    }
    let site = match record.fields.get("site") {
        None => None,
        Some(site) => Some(site.as_str()?.parse().ok()?),
    };
    let span = MicrosSpan { from: moment("from")?, to: moment("to")? };
    (span.from < span.to).then_some(Stop { site, span })
}

/// Time within a span at which a site stood still; overlapping stops count once.
#[must_use]
pub fn stopped(stops: &[Stop], site: Option<&SiteId>, within: MicrosSpan) -> Micros {
    let of_site = |stop: &&Stop| match (&stop.site, site) {
        (Some(own), Some(asked)) => own == asked,
        // An enterprise stands still when all of it does.
        (Some(_), None) => false,
        (None, _) => true,
    };
    let mut spans: Vec<MicrosSpan> = stops
        .iter()
        .filter(of_site)
        .map(|stop| MicrosSpan {
            from: stop.span.from.max(within.from),
            to: stop.span.to.min(within.to),
        })
        .filter(|span| span.from < span.to)
        .collect();
    spans.sort_unstable();
    let (mut sum, mut reached) = (0, Micros::MIN);
    for span in spans {
        sum += (span.to - span.from.max(reached)).max(0);
        reached = reached.max(span.to);
    }
    sum
}
