//! The store on SQLite, and on PostgreSQL when `TL_TEST_POSTGRES` is set.

mod balance;
mod failure;
mod ingest;
mod lab;
mod queries;
mod rebuild;
mod together;

use tl_domain::event::{Body, KeyRole};
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::{HOUR_MICROS, Micros};
use tl_testkit::{Backend, FakeClock, Plant, SeededIds, Signed, TestDatabase, Writer};
use tl_wire::device::EntryResult;

use crate::{Draft, INSTALLATION, Options, Store, Submission, verify};

/// Runs a test on every database that is there.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($backend:ident: Backend) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn run($backend: Backend) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                run(Backend::Sqlite);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                if tl_testkit::backends().contains(&Backend::Postgres) {
                    run(Backend::Postgres);
                }
            }
        }
    )+};
}
pub(crate) use on_both;

/// A store with one smelter: its log open, its masters put, one device of role plant enrolled.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) plant: Plant,
    pub(crate) clock: FakeClock,
    pub(crate) ids: SeededIds,
    pub(crate) gate: Writer,
    // Dropped last: the store's connections go before the database does.
    pub(crate) database: TestDatabase,
}

pub(crate) fn options(database: &TestDatabase) -> Options {
    Options { blob_dir: Some(database.blob_dir()), ..Options::default() }
}

impl Fixture {
    pub(crate) fn new(backend: Backend) -> Self {
        Self::party(backend, "hc-smelter")
    }

    fn party(backend: Backend, party: &str) -> Self {
        let database = TestDatabase::new(backend).expect("a database");
        let store = Store::create(database.url(), options(&database)).expect("a store");
        let clock = FakeClock::default();
        let plant = Plant::smelter(party);
        let gate = Writer::new(&plant.party, "gate-1");
        let mut fixture = Self { store, gate, ids: SeededIds::new(party), plant, clock, database };
        let plant = fixture.plant.clone();
        fixture.open(&plant);
        let enrol = fixture.gate.enrolment(KeyRole::Plant, &plant.site);
        fixture.own(&plant.party, enrol);
        fixture
    }

    /// Opens a log with its masters.
    pub(crate) fn open(&mut self, plant: &Plant) {
        let server = Writer::new(&plant.party, INSTALLATION);
        self.store.add_signer(&plant.party, server.signer().clone());
        let now = self.clock.now();
        let id = self.ids.entry(now.micros());
        self.store
            .open_log(&plant.log_open(server.key()), id, &now, now.micros())
            .expect("a new log");
        for master in plant.master_puts() {
            self.own(&plant.party, master);
        }
    }

    /// What somebody does on a page.
    pub(crate) fn own(&mut self, party: &PartyId, body: impl Into<Body>) -> EntryResult {
        let at = self.clock.advance(1_000_000);
        let draft = Draft {
            party: party.clone(),
            id: self.ids.entry(at.micros()),
            body: body.into(),
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        let submissions = vec![Submission::Own(Box::new(draft), at.micros())];
        let mut results = self.store.append(submissions).expect("stored");
        results.pop().expect("one result")
    }

    /// What the gate writes next, a minute later; not sent yet.
    pub(crate) fn write(&mut self, body: impl Into<Body>) -> Signed {
        let at = self.clock.advance(60_000_000);
        self.gate.write(body, &at)
    }

    /// Sends what the gate wrote.
    pub(crate) fn send(&self, entries: &[Signed]) -> Vec<EntryResult> {
        let received = self.clock.micros() + HOUR_MICROS / 60;
        let submissions = entries.iter().map(|signed| self.submission(signed, received)).collect();
        self.store.append(submissions).expect("stored")
    }

    /// An entry as the server would submit it.
    pub(crate) fn submission(&self, signed: &Signed, received_at: Micros) -> Submission {
        submission(&self.store, &self.plant.party, self.gate.device(), &signed.bytes, received_at)
    }
}

/// Bytes of a device as the server would submit them.
pub(crate) fn submission(
    store: &Store,
    party: &PartyId,
    device: &DeviceId,
    bytes: &[u8],
    received_at: Micros,
) -> Submission {
    let keys = store.key_book(party).expect("a log");
    match verify(bytes, &keys, party, device) {
        Ok(verified) => Submission::Signed(Box::new(verified), received_at),
        Err(refused) => Submission::Refused(refused, received_at),
    }
}

/// Asserts that entries were stored without a verdict.
pub(crate) fn assert_clean(results: &[EntryResult]) {
    for (number, result) in results.iter().enumerate() {
        match result {
            EntryResult::Stored { verdicts, .. } if verdicts.is_empty() => {}
            other => panic!("entry {number}: {other:?}"),
        }
    }
}
