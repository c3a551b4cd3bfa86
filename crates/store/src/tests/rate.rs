//! How many durable entries a second one writer takes. Run by hand, optimised:
//! `cargo test -p tl-store --release -- --ignored rate --nocapture`.

use std::time::Instant;

use tl_domain::time::HOUR_MICROS;
use tl_testkit::{Backend, analysed, assay_report, batch_register, batch_weigh, flow_report};
use tl_testkit::{Signed, sample_of_stream};

use super::{Fixture, assert_clean, on_both};
use crate::Submission;

const ENTRIES: usize = 20_000;
const UPLOAD: usize = 100;

fn mixed(fixture: &mut Fixture) -> Vec<Signed> {
    let start = fixture.clock.now();
    let mut entries = Vec::with_capacity(ENTRIES);
    while entries.len() < ENTRIES {
        let register = fixture.write(batch_register("zn-conc", "yard", None));
        let weigh = fixture.write(batch_weigh(register.id(), "32450"));
        let from = fixture.clock.now();
        let to = fixture.clock.advance(HOUR_MICROS / 100);
        let flow = fixture.write(flow_report("calcine", &from, &to, "1200.5"));
        let sample = fixture.write(sample_of_stream("calcine", &start, &to));
        let assay = fixture.write(assay_report(sample.id(), vec![analysed("Tl", "20.5")]));
        entries.extend([register, weigh, flow, sample, assay]);
    }
    entries
}

fn submit(fixture: &Fixture, signed: &Signed) -> Submission {
    fixture.submission(signed, signed.entry.head.observed_at.micros() + HOUR_MICROS)
}

on_both! {
    #[ignore = "a measurement"]
    fn rate(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = mixed(&mut fixture);
        let started = Instant::now();
        let uploads: Vec<Vec<Submission>> = entries
            .chunks(UPLOAD)
            .map(|chunk| chunk.iter().map(|entry| submit(&fixture, entry)).collect())
            .collect();
        let verified = started.elapsed();
        let started = Instant::now();
        for upload in uploads {
            assert_clean(&fixture.store.append(upload).expect("stored"));
        }
        let stored = started.elapsed();
        let rate = |took: std::time::Duration| ENTRIES as f64 / took.as_secs_f64();
        println!("{backend:?}: {:.0} verified/s, {:.0} stored/s", rate(verified), rate(stored));
        let started = Instant::now();
        fixture.store.rebuild(|_, _| {}).expect("rebuilt");
        println!("{backend:?}: {:.0} rebuilt/s", rate(started.elapsed()));
    }
}
