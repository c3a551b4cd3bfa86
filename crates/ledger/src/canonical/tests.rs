//! Canonical or refused: own vectors, the shared ones when they are there, and an oracle.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tests::shared;

#[test]
fn accepts_what_it_writes_and_sorts_by_utf16() {
    let value = json!({"\u{1F600}": 1, "\u{FB33}": 2, "a": "铊\u{1}\n\"\\/", "": [], "b": {}});
    let bytes = to_vec(&value).expect("representable");
    // U+1F600 starts with the surrogate D83D, which sorts before FB33.
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    assert_eq!(
        text,
        "{\"\":[],\"a\":\"铊\\u0001\\n\\\"\\\\/\",\"b\":{},\"\u{1F600}\":1,\"\u{FB33}\":2}"
    );
    check_object(&bytes).expect("canonical");
}

#[test]
fn refuses_each_deviation_with_its_place() {
    for (bytes, at) in [
        (&b"\xEF\xBB\xBF{}"[..], 0),
        (br#"{"a":1,"a":2}"#, 7),
        (br#"{"a":1,"\u0061":2}"#, 8),
        (br#"{"b":1,"a":2}"#, 7),
        (br#"{"n":9007199254740993}"#, 5),
        (br#"{"n":NaN}"#, 5),
        (br#"{"n":1E2}"#, 5),
        (br#"{"n":-0}"#, 5),
        (br#"{"n":1.0}"#, 5),
        (br#"{"n":01}"#, 5),
        (br#"{"s":"\/"}"#, 6),
        (br#"{"a": 1}"#, 5),
        (b"[]", 0),
        (b"{}{}", 2),
        (b"{", 1),
        (br#"{"s":"\u001F"}"#, 6),
        (br#"{"s":"\u0009"}"#, 6),
        (b"{\"s\":\"\t\"}", 6),
    ] {
        let refused = check_object(bytes).expect_err(&String::from_utf8_lossy(bytes));
        assert_eq!(refused.at, at, "{} → {refused}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn refuses_fractions_and_large_integers_at_writing() {
    assert!(matches!(to_vec(&json!({"x": 0.1})), Err(NotRepresentable::Number(_))));
    assert!(matches!(to_vec(&json!({"x": 1_u64 << 53})), Err(NotRepresentable::Number(_))));
    let mut deep = json!(1);
    for _ in 0..=DEPTH_MAX {
        deep = json!([deep]);
    }
    assert!(matches!(to_vec(&deep), Err(NotRepresentable::Depth)));
}

#[test]
fn shared_must_reject_bodies_are_refused() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/cases/ledger/jcs/must-reject-as-event-body.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: shared cases not found");
        return;
    };
    use base64::Engine as _;
    let cases: Vec<Value> = serde_json::from_str(&text).expect("case file");
    assert!(!cases.is_empty());
    for case in cases {
        let body = case["body_b64"].as_str().expect("body");
        let body = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
        assert!(check_object(&body).is_err(), "{} must be refused", case["id"]);
    }
}

/// Whether any number in a value is one that entries write as text.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_none_or(|n| n.unsigned_abs() > INTEGER_MAX),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}

#[test]
fn shared_canonical_pairs_are_written_alike_or_refused_for_a_fraction() {
    let mut written = 0;
    for name in ["arrays", "french", "unicode", "values"] {
        let Some(input) = shared(&format!("jcs/input/{name}.json")) else { return };
        let output = shared(&format!("jcs/output/{name}.json")).expect("beside the others");
        let value: Value = serde_json::from_slice(&input).expect("JSON");
        if has_fraction(&value) {
            assert!(to_vec(&value).is_err() && check(&output).is_err(), "{name}");
        } else {
            assert_eq!(to_vec(&value).expect("representable"), output, "{name}");
            assert_eq!(check(&output), Ok(()), "{name}");
            written += 1;
        }
    }
    assert!(written > 0, "most pairs have no fraction");
}

#[test]
fn shared_numbers_are_accepted_when_they_are_integers_below_two_to_the_53() {
    let Some(bytes) = shared("jcs/es6-numbers-1000.txt") else { return };
    let text = String::from_utf8(bytes).expect("text");
    for line in text.lines() {
        let (bits, number) = line.split_once(',').expect("bits, number");
        let bits = u64::from_str_radix(bits, 16).expect("hex");
        let negative_zero = bits == 1 << 63;
        let integer = number.parse::<i64>().is_ok_and(|n| n.unsigned_abs() <= INTEGER_MAX);
        assert_eq!(check(number.as_bytes()).is_ok(), integer, "{line}");
        assert!(!negative_zero || number == "0");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..(1_i64 << 53)).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_another_canonicaliser(value in any_value()) {
        let ours = to_vec(&value).expect("representable");
        let theirs = serde_json_canonicalizer::to_vec(&value).expect("their form");
        prop_assert_eq!(&ours, &theirs);
        prop_assert!(check(&ours).is_ok());
        prop_assert_eq!(serde_json::from_slice::<Value>(&ours).expect("JSON"), value);
    }

    #[test]
    fn what_passes_is_a_fixed_point(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if check(&bytes).is_ok() {
            let value: Value = serde_json::from_slice(&bytes).expect("canonical is JSON");
            prop_assert_eq!(to_vec(&value).expect("representable"), bytes);
        }
    }

    #[test]
    fn one_changed_byte_is_refused_or_another_value(
        value in any_value(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = to_vec(&value).expect("representable");
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if check(&bytes).is_ok() {
            let read: Value = serde_json::from_slice(&bytes).expect("canonical is JSON");
            prop_assert_eq!(to_vec(&read).expect("representable"), bytes);
        }
    }
}
