//! A region's graph: rows in any order, late batches, corrections, and what is refused.

use super::*;

fn key(number: u64) -> Key {
    Key::from(number)
}

fn half(from: u64) -> KeyPart {
    KeyPart { from: key(from), substance: 0.5, mass: 0.25 }
}

fn lot(grams: f64) -> Option<Amount<f64>> {
    Some(Amount { substance: grams, mass: 10.0 })
}

/// 1 and 2 are lots, 3 is made of half of each, 4 of half of 3; rows come children first.
fn loaded() -> Batches {
    let mut loader = Loader::with_capacity(4, 3);
    loader.edge(key(4), half(3)).expect("an edge");
    loader.batch(key(4), None).expect("a batch");
    loader.edge(key(3), half(1)).expect("an edge");
    loader.batch(key(1), lot(8.0)).expect("a lot");
    loader.edge(key(3), half(2)).expect("an edge");
    loader.batch(key(3), None).expect("a batch");
    loader.batch(key(2), lot(4.0)).expect("a lot");
    loader.finish().expect("a graph")
}

fn origins(batches: &Batches, batch: u64, measure: Measure) -> Vec<(Key, f64)> {
    let found = batches.backward(key(batch), measure, &mut Scratch::default()).expect("there");
    let mut found: Vec<_> = found.iter().map(|part| (part.origin, part.amount)).collect();
    found.sort_by_key(|(origin, _)| *origin);
    found
}

#[test]
fn rows_in_any_order_make_the_graph() {
    let batches = loaded();
    assert_eq!(origins(&batches, 4, Measure::Substance), [(key(1), 2.0), (key(2), 1.0)]);
    assert_eq!(origins(&batches, 4, Measure::Mass), [(key(1), 0.625), (key(2), 0.625)]);
    let rests = batches.forward(key(1), Measure::Substance, &mut Scratch::default());
    let mut rests = rests.expect("there");
    rests.sort_by_key(|(batch, _)| *batch);
    assert_eq!(rests, [(key(1), 4.0), (key(3), 2.0), (key(4), 2.0)]);
}

#[test]
fn late_batches_and_corrections_are_seen_by_the_next_question() {
    let mut batches = loaded();
    batches.append(key(9), lot(100.0), &[]).expect("a late lot");
    batches.replace_parts(key(3), &[half(1), half(9)]).expect("a late parent");
    assert_eq!(origins(&batches, 4, Measure::Substance), [(key(1), 2.0), (key(9), 25.0)]);
    assert_eq!(batches.rest(key(2), Measure::Substance), Ok(1.0));
    assert_eq!(batches.rest(key(9), Measure::Mass), Ok(0.75));
    batches.replace_amount(key(9), Amount { substance: 4.0, mass: 1.0 }).expect("corrected");
    assert_eq!(origins(&batches, 4, Measure::Substance), [(key(1), 2.0), (key(9), 1.0)]);
}

#[test]
fn what_cannot_be_is_refused_by_name_and_changes_nothing() {
    let mut batches = loaded();
    let before = origins(&batches, 4, Measure::Substance);
    assert_eq!(batches.append(key(3), None, &[]), Err(BatchError::Duplicate(key(3))));
    assert_eq!(batches.append(key(5), None, &[half(77)]), Err(BatchError::Unknown(key(77))));
    let over = KeyPart { from: key(1), substance: 0.6, mass: 0.1 };
    let refused = batches.append(key(5), None, &[over]).expect_err("more than all");
    assert!(matches!(refused, BatchError::OverOne { batch, .. } if batch == key(1)));
    let nan = KeyPart { from: key(1), substance: f64::NAN, mass: 0.1 };
    assert_eq!(batches.append(key(5), None, &[nan]), Err(BatchError::NotANumber(key(5))));
    let refused = batches.replace_parts(key(1), &[half(4)]).expect_err("a loop");
    assert_eq!(refused, BatchError::Loop(vec![key(4), key(3), key(1)]));
    assert_eq!(origins(&batches, 4, Measure::Substance), before);
    assert_eq!(batches.rest(key(4), Measure::Substance), Ok(1.0));
    assert_eq!(batches.len(), 4);
}

#[test]
fn a_loader_names_loops_missing_rows_and_shares_over_one() {
    let mut ring = Loader::default();
    for (child, from) in [(1, 2), (2, 3), (3, 1), (4, 1)] {
        ring.batch(key(child), None).expect("a row");
        ring.edge(key(child), half(from)).expect("an edge");
    }
    let Err(BatchError::Loop(mut ring)) = ring.finish() else { panic!("a loop") };
    ring.sort();
    assert_eq!(ring, [key(1), key(2), key(3)]);
    let mut missing = Loader::default();
    missing.batch(key(2), None).expect("a row");
    missing.edge(key(2), half(1)).expect("an edge");
    assert_eq!(missing.finish().map(|_| ()), Err(BatchError::Unknown(key(1))));
    let mut over = Loader::default();
    over.batch(key(1), lot(1.0)).expect("a row");
    for child in 2..5 {
        over.batch(key(child), None).expect("a row");
        over.edge(key(child), half(1)).expect("an edge");
    }
    let refused = over.finish().map(|_| ());
    assert!(matches!(refused, Err(BatchError::OverOne { batch, .. }) if batch == key(1)));
}

#[test]
fn thousands_of_keys_are_found_again() {
    let mut keys = Keys::default();
    for number in 0..10_000_u64 {
        let key = Key::from((u128::from(number) << 64 | 7).to_be_bytes());
        assert_eq!(keys.push(key), (u32::try_from(number).expect("small"), true));
        assert!(!keys.push(key).1);
    }
    let there = Key::from((5_000_u128 << 64 | 7).to_be_bytes());
    assert_eq!(keys.find(there), Some(5_000));
    assert_eq!(keys.find(key(1)), None);
    assert_eq!(there.to_string(), "00000000-0000-1388-0000-000000000007");
}
