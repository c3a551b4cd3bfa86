//! What travels between two parties: shipped one afternoon, received the next morning.
//!
//! The receiver weighs on its own bridge, so its figures differ a little from the shipper's (SRD).
//! Both halves carry one code; the receiver's names the shipper's entry.

use std::collections::BTreeMap;

use tl_domain::code::Code;
use tl_domain::event::{Origin, TicketRef};
use tl_domain::ids::EntryId;
use tl_domain::time::Micros;

use super::bodies::{
    dispatch, dispatch_line, location, name, put, receive, receive_line, register, weigh,
};
use super::calendar::{Day, MINUTE_MICROS};
use super::lot::{Lot, bridge, kilograms, moisture};
use super::masters::waste_code;
use super::script::{Desk, Script, reference};

/// One kind of load on the way.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) material: &'static str,
    pub(super) moisture: f64,
    pub(super) lot: Lot,
    /// The shipper's batch.
    pub(super) batch: EntryId,
    /// Its label, which the receiver goes on using.
    pub(super) code: Code,
}

/// Something on the road.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) from: &'static str,
    code: Code,
    dispatch: EntryId,
    loads: Vec<Load>,
}

/// Deliveries by receiver: what is on the road overnight.
pub(super) type Road = BTreeMap<&'static str, Vec<Delivery>>;

/// Numbers of hazardous-waste manifests: year, place, serial (14 digits).
#[derive(Debug, Clone, Default)]
pub(super) struct Manifests(u32);

impl Manifests {
    fn next(&mut self, day: Day) -> String {
        self.0 += 1;
        format!("{}4512{:06}", day.date.format("%Y"), self.0)
    }
}

/// Writes the shipper's half; hazardous waste travels with a manifest.
pub(super) fn ship(
    script: &mut Script,
    manifests: &mut Manifests,
    (desk, node, from): (&Desk, &str, &'static str),
    (to, day, at): (&str, Day, Micros),
    loads: Vec<Load>,
) -> Delivery {
    let hazardous = loads.iter().any(|load| waste_code(load.material).is_some());
    let number = hazardous.then(|| manifests.next(day));
    let mut lines = Vec::new();
    for (line, load) in (1..).zip(&loads) {
        let net = bridge(&mut script.rng, load.lot.wet(load.moisture));
        let wet = moisture(&mut script.rng, load.moisture);
        let mut line = dispatch_line(line, load.material, load.batch, kilograms(net), wet);
        line.waste_code = waste_code(load.material).map(str::to_owned);
        lines.push(line);
    }
    let code = script.code();
    let body = dispatch(code.clone(), number, node, Some(to), lines);
    let dispatch = script.write(desk, at, body);
    Delivery { from, code, dispatch, loads }
}

/// A load as it stands in the receiver's books.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) from: &'static str,
    pub(super) material: &'static str,
    pub(super) batch: EntryId,
    pub(super) lot: Lot,
    pub(super) moisture: f64,
    /// Kilograms on the receiver's bridge.
    pub(super) net: f64,
}

/// Where a receiver unloads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Yard<'a> {
    pub(super) desk: &'a Desk,
    pub(super) node: &'a str,
    /// Where the batch is registered, when it keeps its label in a place.
    pub(super) place: Option<&'a str>,
    /// Place that it is emptied into; its label ends there.
    pub(super) pile: Option<&'a str>,
}

/// Registers, weighs and receives a delivery, and empties it where the yard has a pile.
pub(super) fn accept(
    script: &mut Script,
    yard: Yard<'_>,
    delivery: Delivery,
    at: Micros,
    ticket: &mut u32,
) -> Vec<Arrived> {
    let mut arrived = Vec::new();
    let mut lines = Vec::new();
    for (line, load) in (1..).zip(delivery.loads) {
        *ticket += 1;
        let place = location(yard.node, yard.place);
        let mut body = register(load.material, Origin::Arrival, place, load.code);
        body.supplier = Some(name(delivery.from));
        body.dispatch = Some(reference(delivery.dispatch));
        let batch = script.write(yard.desk, at, body);
        let net = bridge(&mut script.rng, load.lot.wet(load.moisture));
        let wet = moisture(&mut script.rng, load.moisture);
        let number = TicketRef { number: format!("P{ticket:06}"), software: "bridge-1".to_owned() };
        let tare = 14_200.0 + 20.0 * script.rng.below(60) as f64;
        script.write(yard.desk, at + MINUTE_MICROS, weigh(batch, net, tare, wet, Some(number)));
        lines.push(receive_line(line, batch, kilograms(net)));
        let Load { material, lot, moisture, .. } = load;
        arrived.push(Arrived { from: delivery.from, material, batch, lot, moisture, net });
    }
    let target = reference(delivery.dispatch);
    let place = location(yard.node, yard.place);
    let body = receive(delivery.code, delivery.from, target, place, lines);
    script.write(yard.desk, at + 2 * MINUTE_MICROS, body);
    if let Some(pile) = yard.pile {
        for load in &arrived {
            script.write(yard.desk, at + 6 * MINUTE_MICROS, put(load.batch, pile));
        }
    }
    arrived
}
