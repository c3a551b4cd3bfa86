//! Periods, tests, marks and closings on books made by hand.

mod calendar;
mod handover;
mod marks;
mod own_errors;
mod periods;
mod policy;
mod region;
mod series;

use tl_domain::balance::Records;
use tl_domain::event::{
    FlowSource, Master, NodeKind, NodeRecord, SiteRecord, StockLine, StockMethod,
};
use tl_domain::ids::EntryId;
use tl_domain::project::{End, FlowKind, FlowRow, StockTakeRow};
use tl_domain::quantity::{Basis, Mass, MassUnit, WetMass};
use tl_domain::time::{DAY_MICROS, Micros, Moment};

/// An id by a number.
pub(super) fn entry(number: u128) -> EntryId {
    let text = format!("01900000-0000-7000-8000-{number:012x}");
    text.parse().expect("a UUIDv7")
}

/// A moment of November 2026, China's time.
pub(super) fn at(text: &str) -> Micros {
    text.parse::<Moment>().expect("RFC 3339").micros()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

/// Books of a site with these nodes and nothing in them.
pub(super) fn books(nodes: &[&str]) -> Records {
    let site = Master::Site(SiteRecord {
        id: id("main"),
        name: "一厂".to_owned(),
        offset_minutes: 480,
        day_start_hour: 8,
        close_day: 26,
    });
    let node = |name: &&str| {
        Master::Node(NodeRecord {
            id: id(name),
            site: id("main"),
            name: (*name).to_owned(),
            kind: NodeKind::Store,
        })
    };
    Records {
        masters: std::iter::once(site).chain(nodes.iter().map(node)).collect(),
        ..Records::default()
    }
}

/// A stock take; of nothing when no mass is given.
pub(super) fn take(number: u128, node: &str, at: Micros, kg: Option<&str>) -> StockTakeRow {
    let line = |kg: &str| StockLine {
        material: id("ore"),
        place: None,
        batch: None,
        method: StockMethod::Count,
        mass: Some(Mass {
            basis: Basis::Wet,
            unit: MassUnit::Kilogram,
            value: kg.parse().expect("decimal"),
        }),
        volume: None,
        moisture: None,
        content: None,
        measured_at: None,
        uncertainty: Vec::new(),
    };
    StockTakeRow {
        entry: entry(number),
        node: id(node),
        at,
        lines: kg.map(line).into_iter().collect(),
        witness: None,
    }
}

/// Ten tonnes that came to a node.
pub(super) fn arrival(number: u128, node: &str, at: Micros) -> FlowRow {
    FlowRow {
        owner: entry(number),
        line: 0,
        kind: FlowKind::Arrival,
        from: End::Outside { party: None },
        to: End::Held { node: id(node), place: None },
        stream: None,
        material: Some(id("ore")),
        batch: None,
        since: at,
        until: at,
        wet: Some(WetMass(10_000_000.into())),
        dry: None,
        volume: None,
        moisture: None,
        density: None,
        source: FlowSource::Measured,
        returned: false,
        meter: None,
        calibration: None,
        uncertainty: Vec::new(),
        evidence: vec![entry(number)],
    }
}

/// Days after a moment.
pub(super) fn later(at: Micros, days: i64) -> Micros {
    at + days * DAY_MICROS
}
