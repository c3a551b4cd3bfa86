//! A plant with one node 全厂: heaps, flow reports and lots at the fence, no label inside.
//!
//! Mines, concentrators, two smelters and the recycler are works with different settings
//! (`plants`). Each day takes dry tonnes from the feed heap and splits mass and thallium over the
//! outputs; the shares of thallium sum to 1, so nothing is lost.

use tl_domain::event::{Amount, Origin, StockMethod};
use tl_domain::time::{HOUR_MICROS, Micros};

use super::bodies::{draw, flow, location, register, span, totaliser, volume};
use super::calendar::{Day, MINUTE_MICROS};
use super::delivery::{Load, Manifests, Road, Yard, accept, ship};
use super::lab::{Composite, Lab, Matrix};
use super::lot::{Lot, bridge, kilograms, moisture, scale};
use super::script::{Desk, Script};
use super::settings::{Every, Settings, Way};
use super::stock::{Heap, surveyed, take_stock};
use tl_domain::event::SampleSubject;

/// Amount and thallium since the last report or sample.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    amount: f64,
    tl: f64,
    since: Micros,
}

impl Tally {
    fn content(self, factor: f64) -> f64 {
        if self.amount > 0.0 { self.tl / self.amount * factor } else { 0.0 }
    }
}

#[derive(Debug, Clone, Default)]
struct Meter {
    report: Tally,
    sample: Tally,
    totaliser: f64,
    heap: Lot,
    composite: Composite,
    shipped: u32,
}

/// A works with its heaps.
#[derive(Debug)]
pub(super) struct Works {
    pub(super) set: Settings,
    pub(super) office: Desk,
    lab: Lab,
    feed: Lot,
    inflows: Vec<Meter>,
    outlets: Vec<Meter>,
    arrivals: Vec<(String, Composite)>,
    put_kilograms: f64,
    ticket: u32,
}

impl Works {
    /// A works with its people.
    pub(super) fn new(set: Settings, office: Desk, lab: Lab) -> Self {
        Self {
            inflows: vec![Meter::default(); set.inflows.len()],
            outlets: vec![Meter::default(); set.outlets.len()],
            feed: set.stock,
            arrivals: Vec::new(),
            put_kilograms: 0.0,
            ticket: 0,
            set,
            office,
            lab,
        }
    }

    /// The feed heap as it was when the books were opened.
    pub(super) fn open(&mut self, script: &mut Script, day: Day) {
        let at = day.start - 6 * HOUR_MICROS;
        let code = script.code();
        let mut body = register(self.set.feed, Origin::Opening, location("plant", None), code);
        body.mass = Some(scale(&mut script.rng, self.feed.wet(self.set.feed_moisture)));
        body.moisture = Some(moisture(&mut script.rng, self.set.feed_moisture));
        let batch = script.write(&self.office, at, body);
        let put = super::bodies::put(batch, "feed-pile");
        script.write(&self.office, at + MINUTE_MICROS, put);
        let mut composite = Composite::default();
        composite.add(batch, self.feed);
        composite.flush(script, &mut self.lab, at + 2 * MINUTE_MICROS);
        for meter in self.inflows.iter_mut().chain(&mut self.outlets) {
            (meter.report.since, meter.sample.since) = (day.start, day.start);
        }
    }

    /// Lives one day: stock take, arrivals, production, reports, dispatches.
    pub(super) fn day(
        &mut self,
        script: &mut Script,
        manifests: &mut Manifests,
        road: &mut Road,
        (day, due): (Day, bool),
        tomorrow: &mut Road,
    ) {
        if day.first_of_month() && (due || !self.set.forgets_stock_take) {
            self.stock(script, day);
        }
        for delivery in road.remove(self.set.party).unwrap_or_default() {
            let at = day.at(8, 30) + i64::from(self.ticket % 24) * 15 * MINUTE_MICROS;
            let yard =
                Yard { desk: &self.office, node: "plant", place: None, pile: Some("feed-pile") };
            for load in accept(script, yard, delivery, at, &mut self.ticket) {
                self.feed += load.lot;
                self.put_kilograms += load.net;
                let key = format!("{}/{}", load.from, load.material);
                match self.arrivals.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, composite)) => composite.add(load.batch, load.lot),
                    None => {
                        let mut composite = Composite::default();
                        composite.add(load.batch, load.lot);
                        self.arrivals.push((key, composite));
                    }
                }
            }
        }
        self.run(script, day);
        self.report(script, day);
        self.dispatch(script, manifests, day, tomorrow);
        if day.cut {
            for (_, composite) in &mut self.arrivals {
                composite.flush(script, &mut self.lab, day.at(17, 0));
            }
            self.draw(script, day);
        }
    }

    /// Whether all that it reports is one sheet a month.
    fn monthly(&self) -> bool {
        let inflows = &self.set.inflows;
        !inflows.is_empty() && inflows.iter().all(|it| it.every == Every::Month)
    }

    fn stock(&mut self, script: &mut Script, day: Day) {
        let set = &self.set;
        let mut heaps = vec![Heap {
            material: set.feed,
            place: Some("feed-pile"),
            moisture: set.feed_moisture,
            lot: self.feed,
        }];
        for (outlet, meter) in set.outlets.iter().zip(&self.outlets) {
            if let (Way::Lots { moisture, .. }, true) = (outlet.way, meter.heap.dry > 0.0) {
                let (material, lot) = (outlet.what, meter.heap);
                match heaps.iter_mut().find(|heap| heap.material == material) {
                    Some(heap) => heap.lot += lot,
                    None => heaps.push(Heap { material, place: None, moisture, lot }),
                }
            }
        }
        let monthly = self.monthly();
        let mut lines = Vec::new();
        for heap in heaps {
            // A monthly sheet has one figure for the heap; the others survey and sample it.
            lines.push(if monthly {
                heap.line(script, StockMethod::Pile)
            } else {
                surveyed(script, &mut self.lab, "plant", heap, day)
            });
        }
        take_stock(script, &self.office, "plant", day, lines);
    }

    /// Splits one day's feed over the outputs.
    fn run(&mut self, script: &mut Script, day: Day) {
        for (inflow, meter) in self.set.inflows.iter().zip(&mut self.inflows) {
            let season = 1.0 + 0.08 * (day.index as f64 / 17.0).sin();
            let content = script.rng.around(inflow.content * season, 4.0);
            let lot = Lot::of(script.rng.around(inflow.dry, 3.0), content);
            self.feed += lot;
            for tally in [&mut meter.report, &mut meter.sample] {
                tally.amount += lot.dry;
                tally.tl += lot.tl;
            }
        }
        let rate = script.rng.around(self.set.rate, 2.0);
        let feed = self.feed.take(rate);
        for (outlet, meter) in self.set.outlets.iter().zip(&mut self.outlets) {
            let amount = feed.dry * outlet.amount;
            let tl = feed.tl * outlet.share;
            if let Way::Lots { .. } = outlet.way {
                meter.heap += Lot { dry: amount, tl };
                continue;
            }
            for tally in [&mut meter.report, &mut meter.sample] {
                tally.amount += amount;
                tally.tl += tl;
            }
        }
    }

    fn report(&mut self, script: &mut Script, day: Day) {
        let monthly = self.monthly();
        let ends = self.set.inflows.iter().map(|it| (it.stream, Way::Solid(it.moisture), it.every));
        let outs = self.set.outlets.iter().map(|it| (it.what, it.way, it.every));
        let meters = self.inflows.iter_mut().chain(&mut self.outlets);
        for ((stream, way, every), meter) in ends.chain(outs).zip(meters) {
            if matches!(way, Way::Lots { .. }) {
                continue;
            }
            if every.ends(day) {
                write_flow(script, &self.office, (stream, way), meter, day);
            }
            let large = every == Every::Day && matches!(way, Way::Solid(_));
            let due = day.cut || day.half && large;
            let sampled = if monthly { day.last_of_month } else { due };
            if sampled {
                let tally = std::mem::take(&mut meter.sample);
                meter.sample.since = day.end();
                let within = span(tally.since, day.end());
                let subject =
                    SampleSubject::Stream { stream: super::bodies::name(stream), span: within };
                let figure = match way {
                    Way::Solid(_) => (Matrix::Solid, tally.content(1.0)),
                    Way::Water => (Matrix::Water, tally.content(1000.0)),
                    Way::Gas => (Matrix::Gas, tally.content(1000.0)),
                    Way::Liquid | Way::Lots { .. } => (Matrix::Liquid, tally.content(1.0)),
                };
                self.lab.assay(script, subject, figure, day.at(18, 0));
            }
        }
    }

    fn dispatch(
        &mut self,
        script: &mut Script,
        manifests: &mut Manifests,
        day: Day,
        tomorrow: &mut Road,
    ) {
        for (outlet, meter) in self.set.outlets.iter().zip(&mut self.outlets) {
            let Way::Lots { moisture: wet, size, to } = outlet.way else {
                continue;
            };
            let loads = if size > 0.0 {
                (meter.heap.wet(wet) / size) as u32
            } else {
                u32::from(outlet.every.ends(day))
            };
            for _ in 0..loads {
                meter.shipped += 1;
                let at = day.at(14, 0) + i64::from(meter.shipped % 12) * 14 * MINUTE_MICROS;
                let dry = if size > 0.0 { size * (1.0 - wet / 100.0) } else { meter.heap.dry };
                let lot = meter.heap.take(dry);
                let code = script.code();
                let place = location("plant", None);
                let mut body = register(outlet.what, Origin::Production, place, code.clone());
                body.mass = Some(kilograms(bridge(&mut script.rng, lot.wet(wet))));
                body.moisture = Some(moisture(&mut script.rng, wet));
                let batch = script.write(&self.office, at, body);
                meter.composite.add(batch, lot);
                let load = Load { material: outlet.what, moisture: wet, lot, batch, code };
                let shipper = (&self.office, "plant", self.set.party);
                let shipped = at + 4 * MINUTE_MICROS;
                let delivery = ship(script, manifests, shipper, (to, day, shipped), vec![load]);
                tomorrow.entry(to).or_default().push(delivery);
            }
            if day.cut {
                meter.composite.flush(script, &mut self.lab, day.at(19, 0));
            }
        }
    }

    /// What was emptied into the feed pile goes into the process, for the books.
    fn draw(&mut self, script: &mut Script, day: Day) {
        let kg = std::mem::take(&mut self.put_kilograms);
        if kg > 0.0 {
            let mass = kilograms(script.rng.around(kg, 0.2) * 0.995);
            let body = draw("feed-pile", mass, Some("plant"), None);
            script.write(&self.office, day.at(23, 30), body);
        }
    }
}

fn write_flow(
    script: &mut Script,
    desk: &Desk,
    (stream, way): (&str, Way),
    meter: &mut Meter,
    day: Day,
) {
    let tally = std::mem::take(&mut meter.report);
    meter.report.since = day.end();
    let within = span(tally.since, day.end());
    let at = day.end() + 5 * MINUTE_MICROS;
    let body = match way {
        Way::Solid(percent) => {
            let wet = tally.amount / (1.0 - percent / 100.0);
            let mass = scale(&mut script.rng, wet);
            let water = moisture(&mut script.rng, percent);
            flow(stream, within, Amount::Mass(mass), Some(water), "belt")
        }
        Way::Liquid | Way::Lots { .. } => {
            let mass = scale(&mut script.rng, tally.amount);
            flow(stream, within, Amount::Mass(mass), None, "flow")
        }
        Way::Water | Way::Gas => {
            let measured = script.rng.around(tally.amount, 0.4);
            let amount = volume(measured, matches!(way, Way::Gas));
            let mut body = flow(stream, within, Amount::Volume(amount), None, "flow");
            if matches!(way, Way::Water) {
                let start = meter.totaliser;
                meter.totaliser += (measured * 10.0).round() / 10.0;
                body.reading = Some(totaliser(start, meter.totaliser));
            }
            body
        }
    };
    script.write(desk, at, body);
}
