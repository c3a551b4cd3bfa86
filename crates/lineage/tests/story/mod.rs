//! Books of small plants, written entry by entry as the store would, and woven.

#![allow(dead_code, reason = "each test file uses what it needs")]

use std::collections::BTreeMap;

use tl_domain::event::{BatchRegister, Body, EntryRef, Master, Origin, Supersede};
use tl_domain::ids::{Analyte, EntryId, PartyId};
use tl_domain::project::{Books as _, FlowRow, Logged, MemoryBooks, Row as Projected, apply};
use tl_domain::time::{HOUR_MICROS, Micros};
use tl_lineage::{
    Books, Keyring, Region, RegionBuilder, Row, Version, of_flow, of_reception, of_run, weave,
};
use tl_testkit::{
    FakeClock, Plant, Signed, Writer, analysed, assay_report, batch_register, moisture,
    sample_of_batch,
};
use tl_trace::batches::Key;

/// Seed of keys in tests.
pub(crate) const RING: u128 = 0x5eed;

/// A party that writes entries into books in memory.
pub(crate) struct Story {
    pub(crate) plant: Plant,
    pub(crate) clock: FakeClock,
    writer: Writer,
    books: MemoryBooks,
    log: Vec<(Signed, Micros)>,
}

pub(crate) fn substance() -> Analyte {
    "Tl".parse().expect("a name")
}

pub(crate) fn region(stories: &[&Story]) -> Region {
    let mut builder = RegionBuilder::new(Keyring::new(RING));
    for story in stories {
        builder.add(&story.plant.party, story.versions()).expect("versions");
    }
    builder.finish().expect("a region")
}

impl Story {
    pub(crate) fn of(party: &str, change: impl Fn(&mut Master)) -> Self {
        let mut plant = Plant::smelter(party);
        plant.masters.iter_mut().for_each(change);
        let writer = Writer::new(&plant.party, "gate-1");
        let masters: Vec<_> = plant.master_puts().collect();
        let (clock, books) = (FakeClock::default(), MemoryBooks::new());
        let mut story = Self { plant, clock, books, log: Vec::new(), writer };
        for master in masters {
            story.put(master);
        }
        story
    }

    pub(crate) fn new(party: &str) -> Self {
        Self::of(party, |_| {})
    }

    /// Writes an entry an hour after the last one.
    pub(crate) fn put(&mut self, body: impl Into<Body>) -> Signed {
        let at = self.clock.advance(HOUR_MICROS);
        let signed = self.writer.write(body, &at);
        self.log.push((signed.clone(), at.micros()));
        self.project(self.log.len() - 1);
        signed
    }

    fn project(&mut self, index: usize) {
        let (signed, received) = &self.log[index];
        let logged = Logged {
            index: u64::try_from(index).expect("small"),
            leaf: signed.leaf,
            entry: signed.entry.clone(),
            received_at: *received,
            suspect: false,
        };
        apply(&mut self.books, &logged).expect("memory does not fail");
    }

    pub(crate) fn correct(&mut self, target: &EntryRef, by: Option<Body>) {
        self.put(Supersede {
            target: target.clone(),
            reason: "typed wrong".to_owned(),
            approved_by: "boss".parse().expect("a name"),
            replacement: by.map(|body| body.to_value()),
        });
    }

    pub(crate) fn party(&self) -> &PartyId {
        &self.plant.party
    }

    pub(crate) fn key(&self, batch: EntryId) -> Key {
        Keyring::new(RING).of_id(&self.plant.party, batch.0.as_u128())
    }

    /// The compact rows, as a rebuild makes them.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut books = self.books.clone();
        let mut body = |id: Option<&EntryId>| books.fact(*id?).ok().flatten()?.body;
        let own = &self.plant.party;
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let mut rows = Vec::new();
        for row in self.books.rows() {
            match row {
                Projected::Flow(flow) => {
                    let FlowRow { owner, kind, .. } = flow;
                    let nth =
                        seen.entry((*owner, *kind, flow.evidence.first().copied())).or_default();
                    rows.extend(of_flow(own, flow, *nth, body(flow.evidence.first()).as_ref()));
                    *nth += 1;
                }
                Projected::Run(run) => rows.extend(of_run(run).rows),
                Projected::Handover(half) => rows.extend(of_reception(own, half).rows),
                _ => {}
            }
        }
        rows
    }

    pub(crate) fn books(&self) -> Books {
        let mut found = Books {
            party: self.plant.party.clone(),
            rows: self.rows(),
            assays: Vec::new(),
            takes: Vec::new(),
            masters: Vec::new(),
        };
        for row in self.books.rows() {
            match row {
                Projected::Assay(assay) => found.assays.push(assay.clone()),
                Projected::StockTake(take) => found.takes.push(take.clone()),
                Projected::Master(master) => found.masters.push(master.record.clone()),
                _ => {}
            }
        }
        found
    }

    pub(crate) fn versions(&self) -> Vec<Version> {
        weave(&self.books(), &Keyring::new(RING), &substance())
    }

    pub(crate) fn projections(&self) -> &MemoryBooks {
        &self.books
    }
}

/// A batch of some origin with 10 % moisture.
pub(crate) fn register(material: &str, node: &str, kg: &str, origin: Origin) -> BatchRegister {
    let body = batch_register(material, node, Some(kg));
    BatchRegister { origin, moisture: Some(moisture("10")), ..body }
}

impl Story {
    /// A batch with an assay of so many mg/kg, or none.
    pub(crate) fn batch(&mut self, body: BatchRegister, content: Option<&str>) -> Signed {
        let batch = self.put(body);
        if let Some(content) = content {
            self.assay(batch.id(), content);
        }
        batch
    }

    pub(crate) fn assay(&mut self, batch: EntryId, content: &str) -> Signed {
        let sample = self.put(sample_of_batch(batch));
        self.put(assay_report(sample.id(), vec![analysed("Tl", content)]))
    }
}
