//! The batch smelter: labelled trucks, feed lots, runs, returned dust, waste store, manifests.
//!
//! Nodes: yard (store) → roast → leach → product or waste (stores); roast → acid → water → outlet.
//! Two per cent of the site's thallium leaks between the waste-acid meter and the sludge; nothing
//! else is lost. Production of a day is over before midnight, so that only stores hold stock.

use std::collections::VecDeque;

use chrono::Datelike as _;
use tl_domain::code::Code;
use tl_domain::event::{Location, Origin, StockMethod, TicketRef};
use tl_domain::ids::EntryId;
use tl_domain::time::{HOUR_MICROS, Micros};

use super::bodies::{
    dispatch, dispatch_line, location, name, put, register, stock_line, weigh, whole,
};
use super::calendar::{Day, MINUTE_MICROS};
use super::delivery::{Load, Manifests, Road, Yard, accept, ship};
use super::lab::{Composite, Lab};
use super::lot::{Lot, bridge, kilograms, moisture, scale};
use super::plants::{CONC_1, CONC_2, OXIDE, WASTE, ZINC};
use super::script::{Desk, Script};
use super::stock::{Heap, surveyed, take_stock};
use super::zinc_fluids::Fluids;

/// Share of the site's thallium that leaks.
pub(super) const LEAK_SHARE: f64 = 0.02;
/// Moisture of concentrate in per cent.
pub(super) const CONCENTRATE_MOISTURE: f64 = 8.0;
/// Moisture of zinc oxide in per cent.
pub(super) const OXIDE_MOISTURE: f64 = 12.0;
/// Trucks of bought concentrate a day.
const BOUGHT_TRUCKS: u32 = 2;
/// Content of bought concentrate in mg/kg.
const BOUGHT_CONTENT: f64 = 19.0;

/// A labelled batch that lies in a store.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) material: &'static str,
    pub(super) moisture: f64,
    pub(super) batch: EntryId,
    pub(super) code: Code,
    pub(super) lot: Lot,
    /// Wet kilograms as weighed; what is left of it for opened ones.
    pub(super) kg: f64,
}

/// A day's composites by material.
#[derive(Debug, Default)]
pub(super) struct Composites {
    list: Vec<(&'static str, Composite)>,
}

impl Composites {
    /// Adds a batch to the composite of a name.
    pub(super) fn add(&mut self, of: &'static str, batch: EntryId, lot: Lot) {
        match self.list.iter_mut().find(|(known, _)| *known == of) {
            Some((_, composite)) => composite.add(batch, lot),
            None => {
                let mut composite = Composite::default();
                composite.add(batch, lot);
                self.list.push((of, composite));
            }
        }
    }
}

/// The smelter.
#[derive(Debug)]
pub(super) struct Zinc {
    /// Office (pages of the platform).
    pub(super) office: Desk,
    /// The gate's device.
    pub(super) gate: Desk,
    pub(super) lab: Lab,
    /// Concentrate in pile 1 (from the concentrators) and pile 2 (bought).
    pub(super) piles: [Lot; 2],
    /// Bags of zinc oxide in the yard, the oldest first.
    pub(super) oxide: VecDeque<Held>,
    /// Dust that goes back to the roaster tomorrow.
    pub(super) returned: Option<Held>,
    /// Waste in the store.
    pub(super) wastes: Vec<Held>,
    /// Ingots in the product store.
    pub(super) product: Vec<Held>,
    pub(super) composites: Composites,
    pub(super) fluids: Fluids,
    ticket: u32,
    /// A manifest of this day never arrives.
    lost_day: usize,
}

impl Zinc {
    /// The smelter with its people; `lost_day` is the day of the manifest that never arrives.
    pub(super) fn new(office: Desk, gate: Desk, lab: Lab, lost_day: usize) -> Self {
        Self {
            office,
            gate,
            lab,
            piles: [Lot::of(460.0, 20.4), Lot::of(360.0, 19.1)],
            oxide: VecDeque::new(),
            returned: None,
            wastes: Vec::new(),
            product: Vec::new(),
            composites: Composites::default(),
            fluids: Fluids::default(),
            ticket: 0,
            lost_day,
        }
    }

    /// Stocks as they were when the books were opened.
    pub(super) fn open(&mut self, script: &mut Script, day: Day) {
        let at = day.start - 6 * HOUR_MICROS;
        for (place, lot) in [("pile-1", self.piles[0]), ("pile-2", self.piles[1])] {
            let here = location("yard", None);
            let held = self.opening(script, "zn-conc", (here, CONCENTRATE_MOISTURE), lot, at);
            script.write(&self.office, at + MINUTE_MICROS, put(held.batch, place));
        }
        let here = location("yard", None);
        let oxide = Lot::of(22.9, 66.0);
        let held = self.opening(script, "zno", (here, OXIDE_MOISTURE), oxide, at);
        self.oxide.push_back(held);
        let here = location("yard", Some("dust-bin"));
        let held = self.opening(script, "dust-return", (here, 1.0), Lot::of(1.5, 300.0), at);
        self.returned = Some(held);
        self.fluids.open(day);
    }

    fn opening(
        &mut self,
        script: &mut Script,
        material: &'static str,
        (here, wet): (Location, f64),
        lot: Lot,
        at: Micros,
    ) -> Held {
        let code = script.code();
        let kg = bridge(&mut script.rng, lot.wet(wet));
        let mut body = register(material, Origin::Opening, here, code.clone());
        body.mass = Some(kilograms(kg));
        body.moisture = Some(moisture(&mut script.rng, wet));
        let batch = script.write(&self.office, at, body);
        let mut composite = Composite::default();
        composite.add(batch, lot);
        composite.flush(script, &mut self.lab, at + 2 * MINUTE_MICROS);
        Held { material, moisture: wet, batch, code, lot, kg }
    }

    /// Lives one day.
    pub(super) fn day(
        &mut self,
        script: &mut Script,
        manifests: &mut Manifests,
        road: &mut Road,
        day: Day,
        tomorrow: &mut Road,
    ) {
        if day.first_of_month() {
            self.stock(script, day);
        }
        self.roast_and_leach(script, day);
        self.arrivals(script, road, day);
        self.dispatch(script, manifests, day, tomorrow);
        // What is half of the site's thallium is pooled over fewer days than the rest.
        for (of, composite) in &mut self.composites.list {
            let large = of.starts_with("concentrate") || *of == "leach-residue";
            if day.cut || day.half && large {
                composite.flush(script, &mut self.lab, day.at(23, 55));
            }
        }
    }

    fn stock(&mut self, script: &mut Script, day: Day) {
        let mut yard = Vec::new();
        for (place, lot) in [("pile-1", self.piles[0]), ("pile-2", self.piles[1])] {
            let (material, moisture) = ("zn-conc", CONCENTRATE_MOISTURE);
            let heap = Heap { material, place: Some(place), moisture, lot };
            yard.push(surveyed(script, &mut self.lab, "yard", heap, day));
        }
        let bags = self.oxide.iter().chain(&self.returned);
        yard.extend(bags.map(|held| counted(script, held)));
        take_stock(script, &self.office, "yard", day, yard);
        let lines = self.wastes.iter().map(|held| counted(script, held)).collect();
        take_stock(script, &self.office, "waste", day, lines);
        let lines = self.product.iter().map(|held| counted(script, held)).collect();
        take_stock(script, &self.office, "product", day, lines);
        // The month's last shift runs the process empty: an empty list says so.
        for node in ["roast", "leach", "acid", "water"] {
            take_stock(script, &self.office, node, day, Vec::new());
        }
    }

    fn arrivals(&mut self, script: &mut Script, road: &mut Road, day: Day) {
        let mut at = day.at(8, 40);
        for delivery in road.remove(ZINC).unwrap_or_default() {
            let oxide = delivery.from == OXIDE;
            let pile = (!oxide).then_some("pile-1");
            let yard = Yard { desk: &self.gate, node: "yard", place: None, pile };
            for load in accept(script, yard, delivery, at, &mut self.ticket) {
                let from = match load.from {
                    CONC_1 => "concentrate of 1",
                    CONC_2 => "concentrate of 2",
                    _ => "oxide",
                };
                self.composites.add(from, load.batch, load.lot);
                if oxide {
                    self.oxide.push_back(Held {
                        material: "zno",
                        moisture: load.moisture,
                        batch: load.batch,
                        code: script.code(),
                        lot: load.lot,
                        kg: load.net,
                    });
                } else {
                    self.piles[0] += load.lot;
                }
            }
            at += 37 * MINUTE_MICROS;
        }
        for truck in 0..BOUGHT_TRUCKS {
            self.bought(script, day, day.at(10, 20 + 95 * i64::from(truck)));
        }
    }

    /// A truck of bought concentrate, by its weighbridge ticket alone.
    fn bought(&mut self, script: &mut Script, day: Day, at: Micros) {
        self.ticket += 1;
        let season = 1.0 + 0.1 * (day.index as f64 / 23.0).cos();
        let content = script.rng.around(BOUGHT_CONTENT * season, 5.0);
        let lot = Lot::of(script.rng.around(27.6, 1.5), content);
        let code = script.code();
        let body = register("zn-conc", Origin::Arrival, location("yard", None), code);
        let batch = script.write(&self.gate, at, body);
        let net = bridge(&mut script.rng, lot.wet(CONCENTRATE_MOISTURE));
        let wet = moisture(&mut script.rng, CONCENTRATE_MOISTURE);
        let number =
            TicketRef { number: format!("P{:06}", self.ticket), software: "bridge-1".to_owned() };
        let tare = 14_200.0 + 20.0 * script.rng.below(60) as f64;
        let body = weigh(batch, net, tare, wet, Some(number));
        script.write(&self.gate, at + MINUTE_MICROS, body);
        script.write(&self.gate, at + 7 * MINUTE_MICROS, put(batch, "pile-2"));
        self.composites.add("concentrate bought", batch, lot);
        self.piles[1] += lot;
    }

    /// Ships yesterday's residue and ingots, and on the day after a cut all other waste.
    fn dispatch(
        &mut self,
        script: &mut Script,
        manifests: &mut Manifests,
        day: Day,
        tomorrow: &mut Road,
    ) {
        let from = (&self.gate, "waste", ZINC);
        let due = |held: &Held, yesterday: Micros| entry_millis(held.batch) < yesterday / 1000;
        let mut at = day.at(15, 0);
        let (residue, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.wastes)
            .into_iter()
            .partition(|held| held.material == "leach-residue" && due(held, day.start));
        self.wastes = rest;
        for held in residue {
            let delivery = ship(script, manifests, from, (OXIDE, day, at), vec![load(held)]);
            tomorrow.entry(OXIDE).or_default().push(delivery);
            at += 25 * MINUTE_MICROS;
        }
        if matches!(day.date.day(), 1 | 8 | 16 | 24) {
            for material in ["dust", "purification-residue", "sludge", "acid-sludge"] {
                let (mine, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.wastes)
                    .into_iter()
                    .partition(|held| held.material == material && due(held, day.start));
                self.wastes = rest;
                if mine.is_empty() {
                    continue;
                }
                let lost = material == "purification-residue" && day.index == self.lost_day;
                let loads = mine.into_iter().map(load).collect();
                let delivery = ship(script, manifests, from, (WASTE, day, at), loads);
                if !lost {
                    tomorrow.entry(WASTE).or_default().push(delivery);
                }
                at += 25 * MINUTE_MICROS;
            }
        }
        for held in std::mem::take(&mut self.product) {
            if !due(&held, day.start) {
                self.product.push(held);
                continue;
            }
            let mass = scale(&mut script.rng, held.lot.wet(0.0));
            let wet = moisture(&mut script.rng, 0.0);
            let line = dispatch_line(1, "cathode", held.batch, mass, wet);
            let body = dispatch(script.code(), None, "product", None, vec![line]);
            script.write(&self.gate, day.at(16, 30), body);
        }
    }
}

fn load(held: Held) -> Load {
    let Held { material, moisture, lot, batch, code, .. } = held;
    Load { material, moisture, lot, batch, code }
}

fn entry_millis(id: EntryId) -> Micros {
    let millis = id.0.get_timestamp().map(|time| time.to_unix());
    millis.map_or(0, |(seconds, nanos)| {
        i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos / 1_000_000)
    })
}

/// A labelled batch as it was counted.
fn counted(script: &mut Script, held: &Held) -> tl_domain::event::StockLine {
    let mut line = stock_line(held.material, StockMethod::Count, kilograms(held.kg));
    line.batch = Some(held.batch.into());
    line.moisture = Some(moisture(&mut script.rng, held.moisture));
    if held.material == "dust-return" {
        line.place = Some(name("dust-bin"));
    } else if held.material != "zno" && held.material != "cathode" {
        line.place = Some(name("waste-1"));
    }
    line
}

/// What is consumed whole.
pub(super) fn all(batch: EntryId) -> tl_domain::event::Portion {
    whole(batch)
}
