//! The works of the cluster: who they are and what they make of what.
//!
//! Contents are those of published plants of this kind; names, places and tonnages are invented.
//! The last share of each list is what remains, so that the shares sum to 1.

use super::lot::Lot;
use super::settings::{Every, Inflow, Outlet, Settings, Way};

/// The batch smelter.
pub(super) const ZINC: &str = "hc-zinc";
/// The continuous smelter.
pub(super) const FLOW: &str = "hc-flow";
/// The lead and antimony smelter.
pub(super) const LEAD: &str = "hc-lead";
/// The zinc-oxide recycler.
pub(super) const OXIDE: &str = "hc-oxide";
/// The disposer.
pub(super) const WASTE: &str = "hc-waste";
/// The bureau.
pub(super) const BUREAU: &str = "hc-bureau";
/// First mine.
pub(super) const MINE_1: &str = "hc-mine-1";
/// Second mine.
pub(super) const MINE_2: &str = "hc-mine-2";
/// First concentrator.
pub(super) const CONC_1: &str = "hc-conc-1";
/// Second concentrator.
pub(super) const CONC_2: &str = "hc-conc-2";

/// All works that one node describes.
pub(super) fn works() -> Vec<Settings> {
    vec![
        mine(MINE_1, CONC_1, 620.0, 8.2),
        mine(MINE_2, CONC_2, 445.0, 9.1),
        concentrator_1(),
        concentrator_2(),
        continuous_smelter(),
        lead_smelter(),
        recycler(),
    ]
}

fn out(what: &'static str, way: Way, every: Every, amount: f64, share: f64) -> Outlet {
    Outlet { what, way, every, amount, share }
}

fn lots(
    what: &'static str,
    (moisture, size, to): (f64, f64, &'static str),
    amount: f64,
    share: f64,
) -> Outlet {
    out(what, Way::Lots { moisture, size, to }, Every::Cut, amount, share)
}

/// Puts what remains of the thallium into the last outlet.
fn closed(mut outlets: Vec<Outlet>) -> Vec<Outlet> {
    let rest = 1.0 - outlets.iter().map(|outlet| outlet.share).sum::<f64>();
    if let Some(last) = outlets.last_mut() {
        last.share += rest;
    }
    outlets
}

/// Monthly sheets: mined ore, ore to the concentrator, rock, mine water.
fn mine(party: &'static str, to: &'static str, dry: f64, content: f64) -> Settings {
    Settings {
        party,
        feed: "ore",
        feed_moisture: 4.0,
        stock: Lot::of(dry * 2.0, content),
        rate: dry,
        inflows: vec![Inflow { stream: "mined", moisture: 4.0, dry, content, every: Every::Month }],
        outlets: closed(vec![
            out("water-out", Way::Water, Every::Month, 2.4, 0.000_03),
            out("rock-out", Way::Solid(3.0), Every::Month, 0.14, 0.035),
            lots("ore", (4.0, 0.0, to), 0.86, 0.0),
        ]),
        forgets_stock_take: false,
    }
}

fn concentrator_1() -> Settings {
    Settings {
        party: CONC_1,
        feed: "ore",
        feed_moisture: 4.0,
        stock: Lot::of(6500.0, 9.2),
        rate: 532.0,
        inflows: vec![],
        outlets: closed(vec![
            out("water-out", Way::Water, Every::Day, 2.1, 0.000_2),
            lots("zn-conc", (8.0, 30.0, ZINC), 0.104, 0.225),
            lots("pb-conc", (8.0, 30.0, LEAD), 0.0105, 0.03),
            out("tailings-out", Way::Solid(15.0), Every::Day, 0.885, 0.0),
        ]),
        forgets_stock_take: false,
    }
}

fn concentrator_2() -> Settings {
    Settings {
        party: CONC_2,
        feed: "ore",
        feed_moisture: 4.0,
        stock: Lot::of(4800.0, 10.2),
        rate: 381.0,
        inflows: vec![],
        outlets: closed(vec![
            out("water-out", Way::Water, Every::Day, 2.3, 0.000_1),
            lots("zn-conc", (8.0, 30.0, FLOW), 0.0724, 0.15),
            lots("zn-conc", (8.0, 30.0, ZINC), 0.0362, 0.075),
            out("tailings-out", Way::Solid(15.0), Every::Day, 0.89, 0.0),
        ]),
        forgets_stock_take: false,
    }
}

/// Daily flow reports and weekly composites; labels only on waste that leaves.
fn continuous_smelter() -> Settings {
    let (dry, content) = (100.0, 22.0);
    Settings {
        party: FLOW,
        feed: "zn-conc",
        feed_moisture: 8.0,
        stock: Lot::of(700.0, 21.5),
        rate: 127.6,
        inflows: vec![Inflow { stream: "feed-in", moisture: 8.0, dry, content, every: Every::Day }],
        outlets: closed(vec![
            out("cathode-out", Way::Solid(0.0), Every::Day, 0.5, 0.009),
            out("acid-out", Way::Liquid, Every::Day, 0.92, 0.036),
            out("water-out", Way::Water, Every::Day, 12.6, 0.001),
            out("gas-out", Way::Gas, Every::Day, 12_000.0, 0.000_1),
            lots("purification-residue", (30.0, 0.0, WASTE), 0.023, 0.152),
            lots("dust", (1.0, 0.0, WASTE), 0.008, 0.118),
            lots("acid-sludge", (55.0, 0.0, WASTE), 0.000_6, 0.104),
            lots("sludge", (60.0, 0.0, WASTE), 0.010, 0.112),
            lots("leach-residue", (22.0, 62.0, OXIDE), 0.45, 0.0),
        ]),
        forgets_stock_take: false,
    }
}

/// Weekly reports; forgets its last stock take.
fn lead_smelter() -> Settings {
    let (dry, content) = (60.0, 30.0);
    Settings {
        party: LEAD,
        feed: "pb-conc",
        feed_moisture: 8.0,
        stock: Lot::of(430.0, 29.0),
        rate: 65.5,
        inflows: vec![Inflow { stream: "feed-in", moisture: 8.0, dry, content, every: Every::Cut }],
        outlets: closed(vec![
            out("lead-out", Way::Solid(0.0), Every::Cut, 0.46, 0.012),
            out("slag-out", Way::Solid(8.0), Every::Cut, 0.40, 0.21),
            out("acid-out", Way::Liquid, Every::Cut, 0.55, 0.03),
            out("water-out", Way::Water, Every::Day, 8.0, 0.001),
            out("gas-out", Way::Gas, Every::Day, 9_000.0, 0.000_2),
            lots("acid-sludge", (55.0, 0.0, WASTE), 0.000_9, 0.10),
            lots("sludge", (60.0, 0.0, WASTE), 0.009, 0.09),
            lots("dust", (1.0, 0.0, WASTE), 0.035, 0.0),
        ]),
        forgets_stock_take: true,
    }
}

/// A Waelz kiln: leach residue in, zinc oxide back to the smelter.
fn recycler() -> Settings {
    Settings {
        party: OXIDE,
        feed: "leach-residue",
        feed_moisture: 22.0,
        stock: Lot::of(900.0, 22.0),
        rate: 111.0,
        inflows: vec![],
        outlets: closed(vec![
            lots("zno", (12.0, 26.0, ZINC), 0.052, 0.147),
            out("zno-out", Way::Solid(12.0), Every::Day, 0.048, 0.135),
            out("water-out", Way::Water, Every::Day, 1.2, 0.000_1),
            out("gas-out", Way::Gas, Every::Day, 8_000.0, 0.000_4),
            lots("kiln-dust", (2.0, 0.0, WASTE), 0.012, 0.30),
            out("slag-out", Way::Solid(6.0), Every::Day, 0.70, 0.0),
        ]),
        forgets_stock_take: false,
    }
}
