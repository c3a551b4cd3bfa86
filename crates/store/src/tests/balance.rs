//! A balance from what the store picks is the balance from everything.

use std::collections::BTreeMap;

use tl_domain::balance::{Balance, Question, Records, Scope, balance};
use tl_domain::event::{BatchMove, Location, StockLine, StockMethod, StockTake};
use tl_domain::ids::NodeId;
use tl_domain::project::FlowRow;
use tl_domain::time::{HOUR_MICROS, MicrosSpan};
use tl_testkit::{
    Backend, analysed, assay_report, batch_register, batch_weigh, flow_report, kilograms, part,
    run_start, sample_of_batch, sample_of_stream, store_draw, store_put,
};

use super::{Fixture, on_both};
use crate::BalanceFacts;

const EVER: MicrosSpan = MicrosSpan { from: 0, to: i64::MAX };

fn stock_take(fixture: &Fixture, node: &str, material: &str) -> StockTake {
    let line = StockLine {
        material: material.parse().expect("a material"),
        place: None,
        batch: None,
        method: StockMethod::Pile,
        mass: Some(kilograms("500")),
        volume: None,
        moisture: None,
        content: None,
        measured_at: None,
        uncertainty: vec![],
    };
    let (node, at) = (node.parse().expect("a node"), fixture.clock.now());
    StockTake { node, at, lines: vec![line], witness: None, blobs: vec![] }
}

/// A day of arrivals, stores, runs, streams and results; one batch goes where no master is.
fn day(fixture: &mut Fixture, number: u64) {
    let batch = fixture.write(batch_register("zn-conc", "yard", Some("30000")));
    let weigh = fixture.write(batch_weigh(batch.id(), "31000"));
    let put = fixture.write(store_put(part(batch.id(), "10000"), "pile-1"));
    let draw = fixture.write(store_draw("pile-1", "4000", "roast"));
    let run = fixture.write(run_start("roast", vec![part(batch.id(), "9000")]));
    let from = fixture.clock.now();
    let to = fixture.clock.advance(HOUR_MICROS);
    let calcine = fixture.write(flow_report("calcine", &from, &to, "8000"));
    let water = fixture.write(flow_report("water", &from, &to, "100"));
    let stream = fixture.write(sample_of_stream("calcine", &from, &to));
    let stream_result = fixture.write(assay_report(stream.id(), vec![analysed("Tl", "15")]));
    let lost = fixture.write(batch_register("zn-conc", "yard", Some("70")));
    let node: NodeId = format!("shed-{}", number % 2).parse().expect("a node");
    let away =
        BatchMove { batch: lost.id().into(), to: Location { node, place: None }, stream: None };
    let away = fixture.write(away);
    let mut entries =
        vec![batch, weigh, put, draw, run, calcine, water, stream, stream_result, lost, away];
    // The only contents of concentrate are those of the first day's batch.
    if number == 0 {
        let sample = fixture.write(sample_of_batch(entries[0].id()));
        let result = fixture.write(assay_report(sample.id(), vec![analysed("Tl", "20")]));
        entries.extend([sample, result]);
    }
    fixture.send(&entries);
}

fn balanced(facts: &BalanceFacts, flows: Vec<FlowRow>, question: &Question) -> Balance {
    let records = Records {
        flows,
        assays: facts.assays.clone(),
        takes: facts.stock_takes.clone(),
        masters: facts.masters.iter().map(|row| row.record.clone()).collect(),
        receptions: BTreeMap::new(),
    };
    balance(&records, question)
}

on_both! {
    fn flows_before_the_last_stock_take_are_not_needed(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let mut marks = vec![fixture.clock.micros()];
        for number in 0..6 {
            day(&mut fixture, number);
            if number >= 1 {
                let mut takes = vec![stock_take(&fixture, "yard", "zn-conc")];
                takes.push(stock_take(&fixture, "shed-0", "zn-conc"));
                if number >= 3 {
                    takes.push(stock_take(&fixture, "roast", "zn-conc"));
                    takes.push(stock_take(&fixture, "leach", "calcine"));
                }
                let takes: Vec<_> = takes.into_iter().map(|take| fixture.write(take)).collect();
                fixture.send(&takes);
            }
            marks.push(fixture.clock.micros());
        }
        let mut left_out = 0;
        for (index, from) in marks.iter().enumerate() {
            for to in &marks[index + 1..] {
                let span = MicrosSpan { from: *from, to: *to };
                let facts = fixture.store.balance_facts(&party, span).expect("read");
                let mut all = fixture.store.flows(&party, EVER, None).expect("read");
                all.retain(|flow| flow.since < span.to);
                assert!(facts.flows.iter().all(|flow| all.contains(flow)));
                left_out += all.len() - facts.flows.len();
                for scope in [Scope::Enterprise, Scope::Node("yard".parse().expect("a node"))] {
                    let substance = "Tl".parse().expect("an analyte");
                    let question = Question { scope, span, substance };
                    let bounded = balanced(&facts, facts.flows.clone(), &question);
                    assert_eq!(bounded, balanced(&facts, all.clone(), &question), "{question:?}");
                }
            }
        }
        assert!(left_out > 50, "{left_out} flows were left out");
    }
}
