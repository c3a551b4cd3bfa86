//! Going on from rows is exact: after every entry, deriving everything that was written about anew
//! from its whole history changes nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::property::{BATCHES, OTHERS, fact, registration};
use super::*;
use crate::project::derive::{
    derive_assay, derive_batch, derive_code, derive_master, derive_run, derive_sample,
};

/// Derives all objects of entries from their histories.
fn derive_all(books: &mut MemoryBooks, entries: &[Told]) {
    let touched: BTreeSet<Object> =
        entries.iter().flat_map(|told| objects(id(told.number), &told.body)).collect();
    for object in &touched {
        let Ok(()) = match object {
            Object::Master(what, id) => derive_master(books, what, id),
            Object::Code(code) => derive_code(books, code),
            Object::Run(id) => derive_run(books, *id).map(drop),
            _ => Ok(()),
        };
    }
    for object in &touched {
        let Ok(()) = match object {
            Object::Batch(id) => derive_batch(books, *id),
            Object::Sample(id) => derive_sample(books, *id),
            Object::Assay(id) => derive_assay(books, *id),
            _ => Ok(()),
        };
    }
}

/// Plays entries; gives the rows that are not what the histories give, and how many entries ended
/// with a fold that went on.
fn differences(entries: &[Told]) -> (Vec<String>, usize) {
    let mut books = MemoryBooks::new();
    let mut long = 0;
    for (index, told) in (0..).zip(entries) {
        let Ok(_) = apply(&mut books, &logged(index, told));
        let mut anew = books.clone();
        derive_all(&mut anew, entries);
        if anew != books {
            let (one, two) = (played(books), played(anew));
            let mut found = one.differences(&two);
            found.push(format!("after entry {index}: {:?}", told.body));
            return (found, long);
        }
        long += books.table(Table::Fold).count();
    }
    (Vec::new(), long)
}

fn played(books: MemoryBooks) -> Played {
    Played { books, verdicts: Vec::new() }
}

/// Many facts about few batches, in any order, with corrections between them.
fn crowded() -> impl Strategy<Value = Vec<Told>> {
    let registers = prop::collection::vec(registration(), 2..=5);
    let facts = prop::collection::vec(fact(), 30..70);
    let corrections = prop::collection::vec((0_u32..70, fact(), any::<bool>()), 0..4);
    (registers, facts, corrections).prop_flat_map(|(registers, facts, corrections)| {
        let all = BATCHES.zip(registers).chain((OTHERS..).zip(facts));
        let mut entries: Vec<Told> =
            all.map(|(number, (kind, body))| told(number, kind, body)).collect();
        for ((which, (kind, body), withdraw), number) in corrections.into_iter().zip(500..) {
            let Some(target) = entries.get(which as usize).cloned() else { continue };
            let body = (target.body.kind() == kind && !withdraw).then_some(body);
            entries.push(supersede(number, target.number, body));
        }
        Just(entries).prop_shuffle()
    })
}

fn output(number: u32, run: u32, of: u32) -> Told {
    let outputs = json!([{"batch": id(of), "mass": kg(3), "returned": number.is_multiple_of(2)}]);
    let body = json!({"run": id(run), "inputs": [part(20, 1)], "outputs": outputs});
    told(number, "run.close", body)
}

fn report(number: u32, sample: u32) -> Told {
    let results = json!([{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
                          "result": {"is": "value", "value": "3"}}]);
    told(
        number,
        "assay.report",
        json!({"sample": id(sample), "purpose": "process", "standing": "final", "side": "own",
               "determinations": results}),
    )
}

/// An assay plan that u-1 drafted, with a term in days.
fn plan(days: &str) -> Value {
    let term: u32 = days.parse().expect("days");
    let item = json!({"item": "a", "material": "conc", "frequency": "monthly", "analyte": "Tl",
                      "basis": {"standard": "内控"}, "term_days": term});
    json!({"what": "assay_plan", "id": "plan", "name": "计划", "site": "hc", "drafted_by": "u-1",
           "valid_from": "2026-01-01T00:00:00+08:00", "valid_to": "2027-01-01T00:00:00+08:00",
           "items": [item]})
}

fn approve(number: u32, of: u32, by: &str) -> Told {
    let body = json!({"plan": "plan", "target": reference(of), "decision": "accept",
                      "approved_by": by});
    told(number, "plan.approve", body)
}

fn submit(number: u32, sample: u32) -> Told {
    let body = json!({"number": format!("SY-{number}"), "lab_name": "外委", "analytes": ["Tl"],
                      "due": "2026-12-01T00:00:00+08:00", "sampled_by": "received",
                      "lines": [{"sample": id(sample), "seal": "F-1"}]});
    told(number, "sample.submit", body)
}

fn review(number: u32, of: u32, decision: &str) -> Told {
    let body = json!({"assay": id(of), "target": reference(of), "decision": decision});
    told(number, "assay.review", body)
}

fn dispatch(number: u32, code: &str) -> Told {
    let line = json!({"line": 1, "material": "conc", "place": "pile", "mass": kg(1)});
    told(
        number,
        "handover.dispatch",
        json!({"code": code, "kind": "delivery", "from": "yard", "lines": [line]}),
    )
}

/// One of each object that is no batch, with several entries about each.
fn mixed() -> Vec<Told> {
    const CODE: &str = "ZAB5RRB149";
    let sample = json!({"batches": [{"batch": id(20)}]});
    let named = json!({"material": "conc", "origin": "production", "code": CODE,
                       "location": {"node": "yard"}});
    let plate = json!({"what": "place", "id": "pile", "node": "yard", "name": "堆",
                       "material": "conc", "code": CODE});
    let elsewhere = json!({"what": "place", "id": "pile", "node": "depot", "name": "堆",
                           "material": "conc"});
    vec![
        told(20, "batch.register", named),
        told(30, "sample.take", json!({"code": CODE, "subject": sample})),
        report(31, 30),
        report(32, 30),
        review(33, 31, "accept"),
        review(34, 31, "return"),
        review(35, 32, "accept"),
        dispatch(36, CODE),
        dispatch(37, CODE),
        master(38, plate),
        master(39, elsewhere),
        master(70, plan("10")),
        master(71, plan("12")),
        approve(72, 70, "u-2"),
        approve(73, 71, "u-2"),
        approve(74, 71, "u-1"),
        approve(75, 70, "u-3"),
        submit(76, 30),
        submit(77, 30),
        supersede(78, 70, Some(json!({"active": true, "record": plan("20")}))),
        supersede(79, 76, None),
        supersede(80, 73, None),
        told(40, "label.print", json!({"of": "batch", "code": CODE, "copies": 1})),
        told(50, "run.start", json!({"node": "roast", "inputs": [part(20, 2)], "operation": "x"})),
        output(51, 50, 20),
        output(52, 50, 21),
        output(53, 50, 20),
        put_part(54, 20, 1),
        draw(55, 1),
        supersede(60, 20, None),
        supersede(61, 50, Some(json!({"node": "leach", "inputs": [], "operation": "x"}))),
        supersede(62, 31, None),
        supersede(63, 38, None),
    ]
}

#[test]
fn long_folds_go_on() {
    let mut entries = [masters(), vec![arrival(20), weigh(100, 20, 1000)]].concat();
    entries.extend((101..120).map(|number| put_part(number, 20, 3)));
    let (found, long) = differences(&entries);
    assert_eq!(found, [""; 0]);
    assert!(long > 10, "the fold of {long} entries went on");
}

#[test]
fn a_plan_binds_by_the_bytes_that_a_second_person_approved() {
    let approved = |entries: &[Told]| {
        let mut played = play(&[masters(), entries.to_vec()].concat());
        let Ok(row) = played.books.row(&RowKey::new(Table::Plan, "plan"));
        match row {
            Some(Row::Plan(row)) => row.approved.iter().map(|v| v.entry).collect(),
            _ => Vec::new(),
        }
    };
    let (first, second) = (master(70, plan("10")), master(71, plan("12")));
    assert_eq!(approved(std::slice::from_ref(&first)), [], "a draft binds nobody");
    assert_eq!(approved(&[first.clone(), approve(72, 70, "u-1")]), [], "nor by who drafted it");
    let both = [first.clone(), approve(72, 70, "u-2"), second.clone()];
    assert_eq!(approved(&both), [id(70)], "the earlier version until the later is approved");
    let later = [both.to_vec(), vec![approve(73, 71, "u-3")]].concat();
    assert_eq!(approved(&later), [id(70), id(71)]);
    let early = [approve(72, 70, "u-2"), first.clone()];
    assert_eq!(approved(&early), [id(70)], "whatever came first");
    let corrected = supersede(78, 70, Some(json!({"active": true, "record": plan("20")})));
    assert_eq!(approved(&[first, approve(72, 70, "u-2"), corrected]), [], "other bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn batches_are_what_their_histories_give(entries in crowded()) {
        let (found, _) = differences(&[masters(), entries].concat());
        prop_assert_eq!(found, [""; 0]);
    }

    #[test]
    fn other_objects_are_what_their_histories_give(entries in Just(mixed()).prop_shuffle()) {
        let (found, _) = differences(&[masters(), entries].concat());
        prop_assert_eq!(found, [""; 0]);
    }
}
