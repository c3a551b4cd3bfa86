//! The hazardous-waste disposer: receives by manifest, samples each lot, stores, then disposes.

use std::collections::VecDeque;

use tl_domain::event::{StockMethod, WasteDispose};

use super::bodies::{name, stock_line, whole};
use super::calendar::{Day, MINUTE_MICROS};
use super::delivery::{Arrived, Road, Yard, accept};
use super::lab::{Composite, Lab};
use super::lot::{kilograms, moisture};
use super::plants::WASTE;
use super::script::{Desk, Script};
use super::stock::take_stock;

/// Days from arrival to disposal.
const STORED_DAYS: usize = 9;

/// The disposer.
#[derive(Debug)]
pub(super) struct Disposer {
    pub(super) office: Desk,
    lab: Lab,
    store: VecDeque<(usize, Arrived)>,
    ticket: u32,
}

impl Disposer {
    /// A disposer with its people.
    pub(super) fn new(office: Desk, lab: Lab) -> Self {
        Self { office, lab, store: VecDeque::new(), ticket: 0 }
    }

    /// Lives one day.
    pub(super) fn day(&mut self, script: &mut Script, road: &mut Road, day: Day) {
        if day.first_of_month() {
            let line = |(_, held): &(usize, Arrived)| {
                let mut line = stock_line(held.material, StockMethod::Count, kilograms(held.net));
                line.batch = Some(held.batch.into());
                line.place = Some(name("cell-1"));
                line.moisture = Some(moisture(&mut script.rng, held.moisture));
                line
            };
            let lines = self.store.iter().map(line).collect();
            take_stock(script, &self.office, "store", day, lines);
        }
        let mut at = day.at(9, 30);
        for delivery in road.remove(WASTE).unwrap_or_default() {
            let (desk, place) = (&self.office, Some("cell-1"));
            let yard = Yard { desk, node: "store", place, pile: None };
            let mut composite = Composite::default();
            for load in accept(script, yard, delivery, at, &mut self.ticket) {
                composite.add(load.batch, load.lot);
                self.store.push_back((day.index, load));
            }
            composite.flush(script, &mut self.lab, at + 20 * MINUTE_MICROS);
            at += 40 * MINUTE_MICROS;
        }
        let mut at = day.at(16, 0);
        while self.store.front().is_some_and(|(since, _)| since + STORED_DAYS <= day.index) {
            let Some((_, held)) = self.store.pop_front() else {
                break;
            };
            let body = WasteDispose {
                portion: whole(held.batch),
                node: name("cell"),
                method: "D1".to_owned(),
            };
            script.write(&self.office, at, body);
            at += 5 * MINUTE_MICROS;
        }
    }
}
