//! The whole cluster, day by day: who has which people and devices, and what happens.
//!
//! Pure: the same start date gives the same history. Writing it down is `write`'s business.

use std::collections::BTreeMap;

use tl_domain::event::Master;
use tl_domain::ids::PartyId;

use super::bodies::name;
use super::calendar::Calendar;
use super::delivery::{Manifests, Road};
use super::disposer::Disposer;
use super::lab::Lab;
use super::parties::{PARTIES, waste_masters, works_masters, zinc_masters};
use super::plants::{BUREAU, WASTE, ZINC, works};
use super::script::{Desk, Event, Script};
use super::stories::{self, LOST_DAYS_AGO};
use super::works::Works;
use super::zinc::Zinc;

/// Seed of the demonstration.
const SEED: u64 = 0x0071_047E_ACE0_2026;
/// Device of the smelter's gate that wrote the history.
pub(super) const OLD_GATE: &str = "hc-zinc-gate-0";
/// Device of the smelter's laboratory that wrote the history.
pub(super) const OLD_LAB: &str = "hc-zinc-lab-0";

/// What is written into the logs, in order.
#[derive(Debug)]
pub(super) struct History {
    /// Masters by party: they come first.
    pub(super) masters: BTreeMap<PartyId, Vec<Master>>,
    /// Everything that happened, by time of reception.
    pub(super) events: Vec<Event>,
}

/// A person of a party at a page.
pub(super) fn desk(party: &str, person: &str) -> Desk {
    let operator = Some(name(&format!("{party}-{person}")));
    Desk { party: name(party), operator, device: None }
}

fn at_device(party: &str, person: &str, device: &str) -> Desk {
    Desk { device: Some(name(device)), ..desk(party, person) }
}

fn lab(party: &str) -> Lab {
    Lab::new(desk(party, "sampler"), desk(party, "lab"), desk(party, "reviewer"))
}

/// The history of a calendar.
pub(super) fn history(calendar: &Calendar) -> History {
    let mut script = Script::new(SEED);
    let mut manifests = Manifests::default();
    let lost = calendar.days.len().saturating_sub(LOST_DAYS_AGO);
    let lost = calendar.days.iter().skip(lost).find(|day| day.cut);
    let lost_day = lost.map_or(usize::MAX, |day| day.index + 1);
    let zinc_lab = Lab::new(
        at_device(ZINC, "lab", OLD_LAB),
        at_device(ZINC, "lab", OLD_LAB),
        desk(ZINC, "reviewer"),
    );
    let gate = at_device(ZINC, "gate", OLD_GATE);
    let mut zinc = Zinc::new(desk(ZINC, "process"), gate, zinc_lab, lost_day);
    let mut disposer = Disposer::new(desk(WASTE, "store"), lab(WASTE));
    let mut all: Vec<Works> = works()
        .into_iter()
        .map(|set| {
            let party = set.party;
            Works::new(set, desk(party, "process"), lab(party))
        })
        .collect();
    let masters = masters(&all);
    let mut road = Road::new();
    let forgotten = calendar.month_starts().pop().unwrap_or_default();
    for day in &calendar.days {
        let mut tomorrow = Road::new();
        if day.index == 0 {
            zinc.open(&mut script, *day);
            all.iter_mut().for_each(|works| works.open(&mut script, *day));
        }
        let due = (*day, day.start != forgotten);
        for works in &mut all {
            works.day(&mut script, &mut manifests, &mut road, due, &mut tomorrow);
        }
        zinc.day(&mut script, &mut manifests, &mut road, *day, &mut tomorrow);
        disposer.day(&mut script, &mut road, *day);
        road = tomorrow;
    }
    stories::plant(&mut script, calendar);
    History { masters, events: script.finish(calendar.now) }
}

fn masters(all: &[Works]) -> BTreeMap<PartyId, Vec<Master>> {
    let of = |(party, zh, ..): &super::parties::Party| {
        let masters = match *party {
            BUREAU => Vec::new(),
            ZINC => zinc_masters(zh),
            WASTE => waste_masters(zh),
            other => all
                .iter()
                .find(|works| works.set.party == other)
                .map(|works| works_masters(zh, &works.set))
                .unwrap_or_default(),
        };
        (name(party), masters)
    };
    PARTIES.iter().map(of).collect()
}
