//! One batch after the other through a smelter: the rows at the end, figure by figure.

use serde_json::json;

use super::*;
use crate::event::Standing;

const LABEL: &str = "ZAB5RRB149";

fn arriving() -> Vec<Told> {
    vec![
        told(
            20,
            "batch.register",
            json!({"code": LABEL, "material": "conc", "origin": "arrival", "supplier": "mine-a",
                   "location": {"node": "yard"}, "moisture": {"is": "value", "value": "8.0"},
                   "ticket": {"number": "GB-77", "software": "bridge"}}),
        ),
        told(
            21,
            "batch.weigh",
            json!({"batch": id(20), "gross": kg(49850), "tare": kg(17400), "net": kg(32450),
                   "meter": "bridge", "calibration": "bridge/1"}),
        ),
        told(22, "sample.take", json!({"subject": {"batches": [{"batch": id(20)}]}})),
        told(
            23,
            "assay.report",
            json!({"sample": id(22), "purpose": "receiving", "standing": "final", "side": "own",
                   "determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
                   "result": {"is": "value", "value": "20.0"}, "method": "icp"}]}),
        ),
        told(
            24,
            "assay.review",
            json!({"assay": id(23), "target": reference(23), "decision": "accept"}),
        ),
        arrival(25),
        weigh(26, 25, 10000),
        told(27, "batch.move", json!({"batch": id(25), "to": {"node": "depot"}})),
    ]
}

fn roasting() -> Vec<Told> {
    vec![
        put_part(28, 20, 20000),
        draw(29, 15000),
        told(30, "run.start", json!({"node": "roast", "inputs": [all(20)], "operation": "焙烧"})),
        register(31, "production", "calcine", "roast"),
        register(32, "production", "dust", "roast"),
        told(
            33,
            "run.close",
            json!({"run": id(30), "inputs": [part(25, 1000)], "outputs": [
                {"batch": id(31), "mass": kg(10800), "returned": false},
                {"batch": id(32), "mass": kg(900), "returned": true}]}),
        ),
        told(34, "run.start", json!({"node": "roast", "inputs": [all(32)], "operation": "返料"})),
    ]
}

fn leaving() -> Vec<Told> {
    vec![
        register(35, "production", "cake", "leach"),
        weigh(36, 35, 500),
        told(
            37,
            "waste.store",
            json!({"batch": id(35), "place": "bay", "waste_code": "321-014-48"}),
        ),
        told(
            38,
            "handover.dispatch",
            json!({"code": "0000000011", "kind": "manifest", "from": "depot", "to": "disposer",
                   "lines": [{"line": 1, "material": "cake", "portion": all(35),
                              "mass": kg(498)}]}),
        ),
        arrival(39),
        told(
            40,
            "handover.receive",
            json!({"code": "0000000022", "from": "mine-b", "decision": "accept",
                   "location": {"node": "yard", "place": "pile"},
                   "lines": [{"line": 1, "mass": kg(7000), "batch": id(39)},
                             {"line": 2, "mass": kg(100), "material": "conc"}]}),
        ),
        told(
            41,
            "flow.report",
            json!({"stream": "feed", "source": "measured", "amount": {"mass": kg(250)},
                   "span": {"from": "2026-11-01T08:00:00+08:00",
                            "to": "2026-11-02T08:00:00+08:00"}}),
        ),
    ]
}

fn whole() -> Played {
    let played = play(&[masters(), arriving(), roasting(), leaving()].concat());
    for (verdicts, number) in played.verdicts.iter().zip(1..) {
        assert_eq!(verdicts, &[], "entry {number}: nothing is odd in this story");
    }
    assert_eq!(played.tasks(), [""; 0]);
    played
}

#[test]
fn batches_end_with_what_is_left_of_them() {
    let mut played = whole();
    let truck = played.batch(20);
    assert_eq!(truck.code.map(|code| code.as_str().to_owned()).as_deref(), Some(LABEL));
    assert_eq!((truck.state, truck.ticket.as_deref()), (BatchState::Closed, Some("GB-77")));
    assert_eq!(truck.wet.map(kilograms).as_deref(), Some("32450"));
    assert_eq!(played.left(20), "0");
    let moved = played.batch(25);
    assert_eq!((moved.state, moved.node.expect("known").as_str()), (BatchState::Open, "depot"));
    assert_eq!(played.left(25), "9000");
    assert_eq!(played.left(31), "10800");
    assert_eq!(played.batch(31).run.map(|run| run.entry()), Some(id(30)));
    let cake = played.batch(35);
    assert_eq!(cake.state, BatchState::Closed);
    assert_eq!(cake.place.expect("known").as_str(), "bay");
    assert_eq!(played.left(39), "7000");
}

#[test]
fn flows_have_both_ends_and_their_evidence() {
    let mut played = whole();
    assert_eq!(
        played.flows(20),
        [
            "Arrival (mine-a) → yard 32450",
            "Put yard → yard/pile 20000",
            "Consume yard → [roast] 12450",
        ]
    );
    assert_eq!(
        played.flows(25),
        ["Arrival outside → yard 10000", "Move yard → depot 10000", "Consume depot → [roast] 1000",]
    );
    assert_eq!(played.flows(29), ["Draw yard/pile → [roast] 15000"]);
    assert_eq!(played.flows(31), ["Produce [roast] → roast 10800"]);
    let dust = ["Produce [roast] → roast 900", "Consume roast → [roast] 900"];
    assert_eq!(played.flows(32), dust);
    assert_eq!(
        played.flows(35),
        [
            "Produce [leach] → leach 500",
            "Move leach → depot/bay 500",
            "Dispatch depot/bay → (disposer) 498",
            "Difference depot/bay → [depot] 2",
        ]
    );
    assert_eq!(played.flows(39), ["Arrival outside → yard 7000"]);
    assert_eq!(played.flows(40), ["Arrival (mine-b) → yard/pile 100"]);
    assert_eq!(played.flows(41), ["Stream yard → [roast] 250"]);
    let Ok(dust) = played.books.flows(id(32));
    assert!(dust[0].returned && !dust[1].returned);
    let Ok(truck) = played.books.flows(id(20));
    assert_eq!(truck[0].evidence, [id(20), id(21)], "the weighing stands behind the mass");
    assert_eq!(truck[0].calibration.as_deref(), Some("bridge/1"));
    assert_eq!(truck[1].evidence, [id(28)]);
}

#[test]
fn book_stock_is_the_sum_of_flows() {
    assert_eq!(
        whole().holdings(),
        [
            "depot//conc 9000",
            "roast//calcine 10800",
            // 7,000 by batch less 250 by the feed report.
            "yard//conc 6750",
            // 20,000 put, 15,000 drawn, 100 received.
            "yard/pile/conc 5100",
        ]
    );
}

#[test]
fn runs_samples_and_handovers_join_their_halves() {
    let mut played = whole();
    let row = |played: &mut Played, table, number: u32| {
        let Ok(row) = played.books.row(&RowKey::new(table, id(number)));
        row.unwrap_or_else(|| panic!("{table:?} {number}"))
    };
    let Row::Run(run) = row(&mut played, Table::Run, 30) else { panic!("a run") };
    assert_eq!((run.inputs.len(), run.outputs.len()), (2, 2));
    assert!(run.started_at < run.ended_at);
    let Row::Assay(assay) = row(&mut played, Table::Assay, 23) else { panic!("an assay") };
    assert_eq!((assay.review, assay.standing), (Review::Accepted, Standing::Final));
    assert_eq!(assay.evidence, [id(23), id(24)]);
    assert!(assay.subject.is_some(), "the sample says what it stands for");
    let Row::Sample(sample) = row(&mut played, Table::Sample, 22) else { panic!("a sample") };
    assert_eq!(sample.assays, 1);
    let Row::Handover(out) = row(&mut played, Table::Handover, 38) else { panic!("a half") };
    assert_eq!((out.half, out.shipped.len()), (HandoverHalf::Dispatch, 1));
    let Row::Handover(inward) = row(&mut played, Table::Handover, 40) else { panic!("a half") };
    assert_eq!((inward.half, inward.received.len()), (HandoverHalf::Receive, 2));
    assert_eq!(inward.partner.expect("named").as_str(), "mine-b");
}

#[test]
fn shipping_more_than_was_left_is_a_negative_difference() {
    let ship = json!({"code": "0000000011", "kind": "delivery", "from": "yard",
        "lines": [{"line": 1, "material": "conc", "portion": all(20), "mass": kg(1003)}]});
    let mut played = play(
        &[masters(), vec![arrival(20), weigh(21, 20, 1000), told(22, "handover.dispatch", ship)]]
            .concat(),
    );
    assert_eq!(
        played.flows(20)[1..],
        ["Dispatch yard → outside 1003", "Difference yard → [yard] -3"]
    );
    assert_eq!(
        (played.left(20).as_str(), played.holdings(), played.tasks()),
        ("0", vec![], vec![])
    );
}

#[test]
fn a_batch_known_dry_alone_is_booked_dry() {
    let mass = json!({"basis": "dry", "unit": "kg", "value": "920"});
    let weighing = told(21, "batch.weigh", json!({"batch": id(20), "net": mass}));
    let mut played = play(&[masters(), vec![arrival(20), weighing, put(22, 20)]].concat());
    assert_eq!(played.holdings(), ["yard/pile/conc 920"]);
    let Ok(flows) = played.books.flows(id(20));
    assert!(flows.iter().all(|flow| flow.wet.is_none()), "nobody knows the wet mass");
    let dry: Vec<_> = flows.iter().filter_map(|flow| flow.dry).map(|dry| dry.0).collect();
    assert_eq!(dry, [920_000.into(), 920_000.into()]);
    // With a moisture the same batch is booked wet.
    let wet = json!({"batch": id(20), "net": {"basis": "dry", "unit": "kg", "value": "920"},
                     "moisture": {"is": "value", "value": "8"}});
    let wet = told(21, "batch.weigh", wet);
    let played = play(&[masters(), vec![arrival(20), wet, put(22, 20)]].concat());
    assert_eq!(played.holdings(), ["yard/pile/conc 1000"]);
}
