//! Many callers at the same moment: nothing twice, nothing lost, and a rebuild finds the same rows.

use std::thread;

use tl_domain::event::KeyRole;
use tl_testkit::{Backend, FakeClock, Plant, Signed, Writer, batch_register, batch_weigh};
use tl_wire::device::EntryResult;

use super::{Fixture, on_both, submission};
use crate::{Page, Store};

const DEVICES: usize = 5;
const ENTRIES: usize = 60;

/// What a device writes, weighings of its own batches.
fn written(mut device: Writer) -> (Writer, Vec<Signed>) {
    let clock = FakeClock::default();
    let mut entries = Vec::with_capacity(ENTRIES);
    while entries.len() < ENTRIES {
        let at = clock.advance(1_000_000);
        let register = device.write(batch_register("zn-conc", "yard", Some("10")), &at);
        let weigh = device.write(batch_weigh(register.id(), "11"), &at);
        entries.extend([register, weigh]);
    }
    (device, entries)
}

/// Sends everything in uploads of different sizes, each twice, as after a lost answer.
fn upload(store: &Store, device: &Writer, entries: &[Signed], size: usize) {
    for chunk in entries.chunks(size) {
        for _ in 0..2 {
            let submissions = chunk
                .iter()
                .map(|signed| {
                    let at = signed.entry.head.observed_at.micros();
                    submission(store, device.log(), device.device(), &signed.bytes, at)
                })
                .collect();
            let results = store.append(submissions).expect("stored");
            assert!(results.iter().all(|result| matches!(result, EntryResult::Stored { .. })));
        }
    }
}

on_both! {
    fn callers_do_not_disturb_each_other(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let mine = Plant::smelter("hc-mine");
        fixture.open(&mine);
        let mut devices = Vec::new();
        for number in 0..DEVICES {
            let plant = if number % 2 == 0 { fixture.plant.clone() } else { mine.clone() };
            let device = Writer::new(&plant.party, &format!("gate-{}", number + 10));
            let enrol = device.enrolment(KeyRole::Gate, &plant.site);
            fixture.own(&plant.party, enrol);
            devices.push(written(device));
        }
        let store = &fixture.store;
        thread::scope(|scope| {
            for (number, (device, entries)) in devices.iter().enumerate() {
                scope.spawn(move || upload(store, device, entries, 3 + 7 * number));
            }
            scope.spawn(|| {
                for _ in 0..50 {
                    store.recent(&mine.party, Page::FIRST).expect("readers don't wait for writers");
                    store.put_setting("heartbeat", "x").expect("other writes get their turn");
                }
            });
        });
        let report = store.check(|_, _| {}).expect("read");
        assert_eq!((report.findings.len(), report.evidence), (0, 0));
        for (device, entries) in &devices {
            let head = store.stream_head(device.log(), device.device()).expect("read");
            let head = head.expect("wrote");
            assert_eq!((head.acked_through, head.head), (entries.len() as u64, device.prev));
        }
        let before = store.dump_projections().expect("read");
        store.rebuild(|_, _| {}).expect("rebuilt");
        assert!(before == store.dump_projections().expect("read"), "rebuilt rows differ");
    }
}
