//! Differences between what was shipped and what was received.

use std::collections::BTreeMap;

use tl_domain::balance::{Question, Records, Scope};
use tl_domain::code::Code;
use tl_domain::event::{
    Decision, Determination, DispatchLine, HandoverKind, Master, Purpose, ReceiveLine, SampleShare,
    SampleSubject, Side, Standing, StockContent,
};
use tl_domain::ids::{Analyte, BatchId, PartyId};
use tl_domain::project::{AssayRow, HandoverHalf, HandoverRow, Review};
use tl_domain::quantity::{Basis, ContentUnit, Mass, MassUnit, Reading};
use tl_domain::time::{Micros, MicrosSpan};
use tl_ledger::Hash;

use super::{arrival, at, books, entry, id, later};
use crate::handover::{Halves, NotEvaluable, PartnerAccount, Values, compare};

fn mass(kg: &str) -> Mass {
    Mass { basis: Basis::Wet, unit: MassUnit::Kilogram, value: kg.parse().expect("decimal") }
}

fn reading(text: &str) -> Reading {
    Reading::Value { value: text.parse().expect("decimal") }
}

fn thallium() -> Analyte {
    id("Tl")
}

fn code(number: u64) -> Code {
    // Not every number has a check letter.
    (number * 100..).find_map(Code::issue).expect("a code")
}

fn half(number: u64, half: HandoverHalf, partner: &str, at: Micros) -> HandoverRow {
    let this = u128::from(number) * 2 + u128::from(half == HandoverHalf::Receive);
    HandoverRow {
        entry: entry(1_000 + this),
        hash: Hash::ZERO,
        half,
        code: code(number),
        kind: Some(HandoverKind::Delivery),
        manifest_number: None,
        partner: Some(id(partner)),
        node: id("yard"),
        at,
        decision: (half == HandoverHalf::Receive).then_some(Decision::Accept),
        other: None,
        shipped: Vec::new(),
        received: Vec::new(),
    }
}

/// A shipment of 10 t with 10 % moisture, at a stated content.
fn shipment(number: u64, at: Micros, content: Option<&str>) -> HandoverRow {
    let stated = content.map(|content| StockContent {
        analyte: thallium(),
        result: reading(content),
        unit: ContentUnit::MilligramPerKilogram,
        basis: Some(Basis::Dry),
    });
    let line = DispatchLine {
        line: 1,
        material: id("ore"),
        portion: None,
        place: None,
        mass: mass("10000"),
        moisture: Some(reading("10")),
        contents: stated.into_iter().collect(),
        waste_code: None,
        containers: None,
        uncertainty: Vec::new(),
    };
    HandoverRow { shipped: vec![line], ..half(number, HandoverHalf::Dispatch, "smelter", at) }
}

/// A method of a laboratory that took part in a round.
fn controlled_method() -> Master {
    let round = serde_json::json!({"what": "method", "id": "icp", "name": "ICP-MS",
        "analyte": "Tl", "unit": "mg/kg", "evidence": [{"kind": "round", "number": "PT-1",
        "valid_from": "2000-01-01T00:00:00Z", "valid_to": "2100-01-01T00:00:00Z"}]});
    serde_json::from_value(round).expect("a method")
}

/// The receiver's half and its books: a batch of 10 t with 10 % moisture, assayed.
struct Received {
    row: HandoverRow,
    records: Records,
}

fn received(number: u64, at: Micros, content: &str) -> Received {
    let batch: BatchId = entry(u128::from(number)).into();
    let mut row = half(number, HandoverHalf::Receive, "mine", at);
    row.received = vec![ReceiveLine {
        line: 1,
        mass: mass("10000"),
        material: None,
        refused: None,
        batch: Some(batch),
        uncertainty: Vec::new(),
    }];
    let mut records = books(&["yard"]);
    records.masters.push(controlled_method());
    let mut flow = arrival(u128::from(number), "yard", at);
    flow.batch = Some(batch);
    flow.moisture = Some(reading("10"));
    records.flows = vec![flow];
    records.assays = vec![AssayRow {
        id: entry(5_000 + u128::from(number)).into(),
        sample: entry(6_000 + u128::from(number)).into(),
        subject: Some(SampleSubject::Batches(vec![SampleShare { batch, weight: None }])),
        reported_at: later(at, 2),
        purpose: Purpose::Receiving,
        standing: Standing::Final,
        side: Side::Own,
        lab: None,
        report_number: None,
        analyst: None,
        review: Review::Accepted,
        quality_failed: false,
        determinations: vec![Determination {
            analyte: thallium(),
            result: reading(content),
            unit: ContentUnit::MilligramPerKilogram,
            basis: Some(Basis::Dry),
            method: Some(id("icp")),
            uncertainty: Vec::new(),
        }],
        quality: Vec::new(),
        evidence: vec![entry(5_000 + u128::from(number))],
    }];
    Received { row, records }
}

fn values(received: &[Received]) -> BTreeMap<PartyId, Values> {
    let mut records = received[0].records.clone();
    for one in &received[1..] {
        records.flows.extend(one.records.flows.iter().cloned());
        records.assays.extend(one.records.assays.iter().cloned());
    }
    let span = MicrosSpan { from: 0, to: Micros::MAX };
    let question = Question { scope: Scope::Enterprise, span, substance: thallium() };
    BTreeMap::from([(id("smelter"), Values::of(&records, &question))])
}

fn found(shipped: &[HandoverRow], received: &[Received]) -> Vec<PartnerAccount> {
    let (mine, smelter): (PartyId, PartyId) = (id("mine"), id("smelter"));
    let halves: Vec<Halves<'_>> = shipped
        .iter()
        .map(|row| Halves {
            dispatch: Some((&mine, row)),
            receive: received
                .iter()
                .find(|one| one.row.code == row.code)
                .map(|one| (&smelter, &one.row)),
        })
        .collect();
    compare(&halves, &values(received), &thallium())
}

#[test]
fn a_difference_is_the_shipper_s_minus_the_receiver_s_and_its_parts_add_up() {
    let day = at("2026-09-01T08:00:00+08:00");
    let mut out = shipment(1, day, Some("200"));
    out.shipped[0].mass = mass("10200");
    let accounts = found(&[out], &[received(1, later(day, 1), "150")]);
    let line = &accounts[0].lines[0];
    // 10.2 t · 0.9 · 200 g/t − 10 t · 0.9 · 150 g/t.
    let difference = line.difference.expect("both sides measured");
    assert!((difference.grams - (1_836.0 - 1_350.0)).abs() < 1e-9);
    assert!(difference.significant && difference.z > 2.0);
    let split = line.split.expect("wet and dry on both sides");
    assert!((split.weight - 36.0).abs() < 1e-9, "0.2 t · 0.9 · 200 g/t");
    assert!(split.moisture.abs() < 1e-9);
    assert!((split.assay - 450.0).abs() < 1e-9, "9 t · 50 g/t");
    assert_eq!(accounts[0].cumulated, line.difference);
}

#[test]
fn what_a_side_never_measured_is_not_evaluable() {
    let day = at("2026-09-01T08:00:00+08:00");
    let shipped =
        [shipment(1, day, None), shipment(2, day, Some("200")), shipment(3, day, Some("200"))];
    let mut blind = received(3, day, "200");
    blind.records.assays.clear();
    let accounts = found(&shipped, &[received(1, day, "200"), blind]);
    let lacks: Vec<_> = accounts[0].lines.iter().map(|line| line.lack).collect();
    let expected = [
        Some(NotEvaluable::ShipperHasNoContent),
        Some(NotEvaluable::NotReceived),
        Some(NotEvaluable::ReceiverHasNoContent),
    ];
    assert_eq!(lacks, expected);
    let smelter: PartyId = id("smelter");
    let one = received(4, day, "200");
    let halves = [Halves { dispatch: None, receive: Some((&smelter, &one.row)) }];
    let accounts = compare(&halves, &BTreeMap::new(), &thallium());
    assert_eq!(accounts[0].lines[0].lack, Some(NotEvaluable::NotShipped));
    assert_eq!(accounts[0].shipper, id("mine"));
}

#[test]
fn the_cumulated_sum_finds_a_bias_that_no_line_shows() {
    let day = at("2026-01-01T08:00:00+08:00");
    let numbers = 1..=60_u64;
    let shipped: Vec<_> = numbers
        .clone()
        .map(|n| shipment(n, later(day, i64::try_from(n).expect("few")), Some("212")))
        .collect();
    let come: Vec<_> = numbers
        .map(|n| received(n, later(day, i64::try_from(n).expect("few") + 1), "190"))
        .collect();
    let accounts = found(&shipped, &come);
    assert_eq!(accounts.len(), 1);
    let lines = &accounts[0].lines;
    assert!(lines.iter().all(|line| line.difference.is_some_and(|d| !d.significant)));
    let cumulated = accounts[0].cumulated.expect("sixty lines");
    assert!(cumulated.significant, "{cumulated:?}");
    // Shared errors do not average away: the sum's sigma is far above √60 of a line's random part.
    let line = lines[0].difference.expect("a difference").sigma;
    assert!(cumulated.sigma > 1.2 * line * 60.0_f64.sqrt());
}
