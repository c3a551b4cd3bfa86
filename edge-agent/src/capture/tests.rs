//! Captures against masters of a small site.

use std::collections::HashSet;

use diesel::prelude::*;
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::{
    Master, MaterialClass, MaterialRecord, MeterKind, MeterRecord, NodeKind, NodeRecord, Origin,
    SiteRecord,
};
use tl_domain::quantity::{Mass, MassUnit};
use tl_wire::snapshot::{CodeLease, KnownBatch, Snapshot};

use super::process::Input;
use super::receive::Register;
use super::weigh::{Side, Weighed, Weighing};
use super::*;
use crate::outbox::schema::entry;
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{Mark, Outbox, Writer};

/// Masters of a site with bulk ore and counted drums.
pub(crate) fn site(lease: Option<(u64, u64)>) -> Site {
    let material = |id: &str, counted: bool| {
        Master::Material(MaterialRecord {
            id: id.parse().expect("an id"),
            name: id.to_owned(),
            class: MaterialClass::Ore,
            waste_code: None,
            counted,
            moisture: None,
            defaults: Vec::new(),
        })
    };
    let node = |id: &str| {
        Master::Node(NodeRecord {
            id: id.parse().expect("an id"),
            site: "site-a".parse().expect("an id"),
            name: id.to_owned(),
            kind: NodeKind::Store,
        })
    };
    let snapshot = Snapshot {
        v: 1,
        party: "plant-a".parse().expect("an id"),
        party_name: "甲厂".to_owned(),
        site: "site-a".parse().expect("an id"),
        device: "edge-1".parse().expect("an id"),
        version: 1,
        issued_micros: 0,
        qr_host: "TL.EXAMPLE".to_owned(),
        substance: "Tl".to_owned(),
        masters: vec![
            Master::Site(SiteRecord {
                id: "site-a".parse().expect("an id"),
                name: "site".to_owned(),
                offset_minutes: 480,
                day_start_hour: 8,
                close_day: 1,
            }),
            node("gate"),
            material("ore", false),
            material("drums", true),
            Master::Meter(MeterRecord {
                id: "bridge".parse().expect("an id"),
                name: "bridge".to_owned(),
                kind: MeterKind::Weighbridge,
                site: "site-a".parse().expect("an id"),
                uncertainty: Vec::new(),
            }),
        ],
        leases: lease
            .map(|(start, count)| CodeLease {
                start: start.to_string(),
                count,
                expires_micros: 8_000_000_000_000_000,
            })
            .into_iter()
            .collect(),
        users: Vec::new(),
        batches: Vec::new(),
        samples: Vec::new(),
        expected: Vec::new(),
        revoked: Vec::new(),
    };
    Site { snapshot: Some(snapshot), covers: None, received_micros: 0 }
}

struct Plant {
    _directory: tempfile::TempDir,
    outbox: Outbox,
    _writer: Writer,
    context: Context,
}

impl Plant {
    fn new(site: Site) -> Self {
        let (directory, home) = enrolled();
        let (outbox, writer) = open(&home);
        let context = Context { site: Arc::new(site), operator: None };
        Self { _directory: directory, outbox, _writer: writer, context }
    }

    /// Registers a batch; gives its entry and its code.
    fn register(&self, material: &str, code: Option<Code>) -> Result<(EntryId, Code), WriteError> {
        let context = self.context.clone();
        let what = Register {
            code,
            material: material.parse().expect("an id"),
            origin: Origin::Arrival,
            node: "gate".parse().expect("an id"),
            stream: None,
            supplier: None,
            dispatch: None,
            declared: None,
            lot: None,
            ticket: None,
            raw: None,
        };
        let id = self.outbox.write(move |tx| receive::register(tx, &context, &what))?.entry.id;
        let batch = self
            .outbox
            .read(|db| state::batch_by_id(db, &self.context.site, &id.to_string()))?
            .expect("registered");
        Ok((id, batch.code.expect("a code")))
    }

    fn weigh(&self, code: &Code, side: Side, value: &str) -> Result<Weighed, WriteError> {
        let (context, code) = (self.context.clone(), code.clone());
        let weighing = frame(value);
        self.outbox.write(move |tx| {
            let batch = state::batch_by_code(tx.connection, &context.site, &code)?;
            weigh::weigh(tx, &context, &batch.expect("registered"), side, weighing)
        })
    }

    fn left(&self, code: &Code) -> Option<String> {
        let batch = self
            .outbox
            .read(|db| state::batch_by_code(db, &self.context.site, code))
            .expect("readable");
        batch.expect("known").left.map(|grams| grams.normalize().to_string())
    }

    fn start(&self, code: &Code, tonnes: Option<&str>) -> Result<Done, WriteError> {
        let (context, code) = (self.context.clone(), code.clone());
        let part =
            tonnes.map(|value| Mass::wet(value.parse().expect("a decimal"), MassUnit::Tonne));
        self.outbox.write(move |tx| {
            let batch = state::batch_by_code(tx.connection, &context.site, &code)?;
            let input = Input { batch: batch.expect("registered"), part };
            let node = "gate".parse().expect("an id");
            process::start(tx, &context, &node, "焙烧", &[input])
        })
    }

    fn bodies(&self, kind: &'static str) -> Vec<serde_json::Value> {
        let rows: Vec<Option<Vec<u8>>> = self
            .outbox
            .read(|db| {
                let of_kind = entry::table.filter(entry::kind.eq(kind));
                of_kind.order(entry::position).select(entry::envelope).load(db)
            })
            .expect("rows");
        rows.iter()
            .map(|bytes| {
                let envelope = tl_ledger::Envelope::parse(bytes.as_deref().expect("kept"));
                let payload = envelope.expect("an envelope").payload;
                let entry = tl_domain::event::Entry::read(&payload).expect("an entry");
                entry.body.to_value()
            })
            .collect()
    }
}

fn frame(value: &str) -> Weighing {
    Weighing {
        value: value.parse().expect("a decimal"),
        unit: MassUnit::Kilogram,
        meter: Some("bridge".parse().expect("an id")),
        calibration: Some("2026-03".to_owned()),
        manual: None,
        raw: hex::encode(value),
        decoder: "yaohua_tf0:6d+dp".to_owned(),
        photos: Vec::new(),
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, WriteError>) -> String {
    match result {
        Err(WriteError::Refused(words)) => words.zh,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn codes_are_drawn_inside_the_lease_and_never_twice() {
    let plant = Plant::new(site(Some((1_000_000, 60))));
    let mut codes = HashSet::new();
    let end = loop {
        match plant.register("ore", None) {
            Ok((_, code)) => assert!(codes.insert(code), "drawn twice"),
            error => break refusal(error),
        }
    };
    // Every value of the block whose check symbol is issued, and no other.
    let expected: HashSet<Code> = (1_000_000..1_000_060).filter_map(Code::issue).collect();
    assert_eq!(codes, expected);
    assert!(end.contains("号段"), "{end}");
}

#[test]
fn a_code_is_not_registered_twice() {
    let plant = Plant::new(site(Some((1, 1000))));
    let (_, code) = plant.register("ore", None).expect("registered");
    let words = refusal(plant.register("ore", Some(code.clone())));
    assert!(words.contains(&code.display()), "{words}");
}

#[test]
fn an_expired_lease_gives_no_codes() {
    let mut old = site(Some((1, 1000)));
    if let Some(snapshot) = &mut old.snapshot {
        snapshot.leases[0].expires_micros = 1;
    }
    let plant = Plant::new(old);
    assert!(refusal(plant.register("ore", None)).contains("号段"));
}

#[test]
fn trucks_interleave_and_the_net_is_exact() {
    let plant = Plant::new(site(Some((1, 1000))));
    let one = plant.register("ore", None).expect("registered").1;
    let two = plant.register("ore", None).expect("registered").1;
    assert!(matches!(plant.weigh(&one, Side::Gross, "32450"), Ok(Weighed::Waiting(_))));
    assert!(matches!(plant.weigh(&two, Side::Tare, "11000.5"), Ok(Weighed::Waiting(_))));
    assert!(matches!(plant.weigh(&one, Side::Tare, "12450"), Ok(Weighed::Recorded(_))));
    assert!(matches!(plant.weigh(&two, Side::Gross, "31000"), Ok(Weighed::Recorded(_))));
    let bodies = plant.bodies("batch.weigh");
    let net: Vec<_> = bodies.iter().map(|body| body["net"]["value"].clone()).collect();
    assert_eq!(net, ["20000", "19999.5"]);
    assert_eq!(bodies[0]["gross"]["value"], "32450");
    assert_eq!(bodies[0]["calibration"], "2026-03");
    use base64::Engine as _;
    let raw = bodies[0]["raw"]["base64"].as_str().expect("raw bytes");
    let raw = base64::engine::general_purpose::STANDARD.decode(raw).expect("base64");
    assert_eq!(raw, b"3245012450", "both frames, in the order in which they were taken");
    assert_eq!(plant.left(&one).as_deref(), Some("20000000"));
}

#[test]
fn a_tare_above_the_gross_is_refused_with_both_figures() {
    let plant = Plant::new(site(Some((1, 1000))));
    let code = plant.register("ore", None).expect("registered").1;
    plant.weigh(&code, Side::Gross, "12450").expect("noted");
    let words = refusal(plant.weigh(&code, Side::Tare, "32450"));
    assert!(words.contains("12450") && words.contains("32450"), "{words}");
    assert!(plant.bodies("batch.weigh").is_empty());
}

#[test]
fn a_typed_weight_needs_a_reason() {
    let typed = |reason| Weighing::typed("1".parse().expect("1"), MassUnit::Tonne, reason);
    assert!(refusal(typed("  ")).contains("原因"));
    assert_eq!(typed("秤坏").expect("typed").manual.as_deref(), Some("秤坏"));
}

#[test]
fn counted_items_refuse_an_overdraw_and_bulk_does_not() {
    let plant = Plant::new(site(Some((1, 1000))));
    let drums = plant.register("drums", None).expect("registered").1;
    plant.weigh(&drums, Side::Net, "3210").expect("weighed");
    let words = refusal(plant.start(&drums, Some("5")));
    assert!(words.contains("3.210 t") && words.contains('5'), "{words}");
    assert_eq!(plant.left(&drums).as_deref(), Some("3210000"));
    let ore = plant.register("ore", None).expect("registered").1;
    plant.weigh(&ore, Side::Net, "3210").expect("weighed");
    plant.start(&ore, Some("5")).expect("piles are never held back by the books");
    assert_eq!(plant.left(&ore).as_deref(), Some("-1790000"));
}

#[test]
fn own_entries_count_only_behind_what_the_snapshot_covers() {
    let mut plant = Plant::new(site(Some((1, 1000))));
    let (id, code) = plant.register("ore", None).expect("registered");
    plant.weigh(&code, Side::Net, "10000").expect("weighed");
    plant.start(&code, Some("4")).expect("started");
    assert_eq!(plant.left(&code).as_deref(), Some("6000000"));
    let mut newer = site(Some((1, 1000)));
    if let Some(snapshot) = &mut newer.snapshot {
        snapshot.batches.push(KnownBatch {
            id,
            code: Some(code.clone()),
            material: "ore".to_owned(),
            node: "gate".to_owned(),
            left_grams: Some("5500000".to_owned()),
        });
    }
    newer.covers = Some(Mark { epoch: 1, through: 3 });
    plant.context.site = Arc::new(newer);
    assert_eq!(plant.left(&code).as_deref(), Some("5500000"), "another device took 500 kg");
    plant.start(&code, Some("1")).expect("started");
    assert_eq!(plant.left(&code).as_deref(), Some("4500000"));
}

#[test]
fn a_station_registers_and_weighs_at_each_scan() {
    let plant = Plant::new(site(None));
    let station: crate::config::Station =
        toml::from_str("material='ore'\nnode='gate'\nweigh='gross_tare'").expect("a station");
    let code = Code::issue(1_000_000).expect("issued");
    let data = tl_domain::code::qr_text("tl.example", CodeKind::Batch, &code);
    for (value, expected) in [("32450", "first weight noted"), ("12450", "weighed")] {
        let (context, station, data) = (plant.context.clone(), station.clone(), data.clone());
        let did = plant
            .outbox
            .write(move |tx| {
                station::scan(tx, &context, &station, &data, b"]Q1", Some(frame(value)))
            })
            .expect("recorded");
        assert_eq!(did, expected);
    }
    assert_eq!(plant.bodies("batch.register").len(), 1);
    assert_eq!(plant.left(&code).as_deref(), Some("20000000"));
    let context = plant.context.clone();
    let foreign = plant.outbox.write(move |tx| {
        station::scan(tx, &context, &station, "HTTPS://OTHER.EXAMPLE/x", b"", None)
    });
    assert!(refusal(foreign).contains("OTHER"));
}
