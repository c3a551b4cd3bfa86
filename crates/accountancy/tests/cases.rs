//! Every case of the shared folder, and vectors made by the independent reference program.
//!
//! Numbers within the tolerance of the case; integers, booleans, nulls and error codes exactly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::{Value, json};
use tl_accountancy::{Language, case, table};

/// Fields that are made odd in one vector.
const MOST_PATHS: usize = 6;
const VECTORS: &str = include_str!("vectors/reference.json");

#[test]
fn vectors_of_the_reference_program() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() > 60, "{} vectors", vectors.len());
    let kinds: std::collections::BTreeSet<_> = vectors.iter().map(|v| v["kind"].as_str()).collect();
    // The stratified plan has no counterpart in the reference program.
    assert_eq!(kinds.len(), case::kinds().count() - 1);
    for vector in &vectors {
        check(vector);
    }
}

#[test]
fn shared_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/accountancy");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: shared cases not found");
        return;
    };
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            check(&serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "no case in {}", folder.display());
}

fn check(case: &Value) {
    let mut question = case.clone();
    question.as_object_mut().unwrap().remove("expected");
    let answer = case::answer(&question.to_string()).unwrap();
    let tolerance = |part: &str| case["tolerance"][part].as_f64().unwrap();
    let limits = (tolerance("rel"), tolerance("abs"));
    compare(&case["expected"], &answer, limits, &case["id"].to_string());
}

fn compare(want: &Value, got: &Value, (relative, absolute): (f64, f64), place: &str) {
    match want {
        Value::Object(want) => {
            for (key, want) in want {
                let place = format!("{place}.{key}");
                assert!(got.get(key).is_some(), "{place} is missing in {got}");
                compare(want, &got[key], (relative, absolute), &place);
            }
        }
        Value::Array(want) => {
            assert_eq!(got.as_array().map(Vec::len), Some(want.len()), "{place}: {got}");
            for (n, want) in want.iter().enumerate() {
                compare(want, &got[n], (relative, absolute), &format!("{place}[{n}]"));
            }
        }
        Value::Number(number) if number.is_f64() => {
            let (want, got) = (want.as_f64().unwrap(), got.as_f64().unwrap_or(f64::NAN));
            let allowed = absolute + relative * want.abs();
            assert!((want - got).abs() <= allowed, "{place}: {got}, wanted {want}");
        }
        Value::Number(want) => {
            let same = got.as_f64() == want.as_f64();
            let close = got.as_f64().is_some_and(|got| {
                (got - want.as_f64().unwrap()).abs() <= absolute && !got.is_nan()
            });
            assert!(same || (got.is_f64() && close), "{place}: {got}, wanted {want}");
        }
        exact => assert_eq!(exact, got, "{place}"),
    }
}

/// Whatever stands in a case's fields, there is an answer or a named error, never a panic.
#[test]
fn odd_values_anywhere_are_answered() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let odd = [
        json!(null),
        json!(-1),
        json!(0),
        json!(1e-300),
        json!(1e29),
        json!(1e300),
        json!(0.5),
        json!("NaN"),
        json!("x"),
        json!(""),
        json!([]),
        json!({}),
        json!(true),
        json!([[1]]),
    ];
    let mut answered = 0;
    let mut refused = 0;
    for vector in &vectors {
        let mut paths = Vec::new();
        collect_paths(&vector["inputs"], "/inputs".to_owned(), &mut paths);
        let step = paths.len().div_ceil(MOST_PATHS);
        for path in paths.iter().step_by(step) {
            for value in &odd {
                let mut case = vector.clone();
                *case.pointer_mut(path).unwrap() = value.clone();
                let Ok(answer) = case::answer(&case.to_string()) else {
                    assert_eq!(path, "/inputs", "{value}");
                    continue;
                };
                match answer.get("error") {
                    Some(error) => {
                        assert!(error.as_str().is_some_and(|code| !code.is_empty()));
                        assert!(answer["where"].as_str().is_some_and(|place| !place.is_empty()));
                        refused += 1;
                    }
                    None => answered += 1,
                }
                assert!(!table::lines(&answer, Language::Zh, true).is_empty());
            }
        }
    }
    assert!(answered > 500 && refused > 1500, "{answered} answered, {refused} refused");
}

fn collect_paths(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                collect_paths(value, format!("{path}/{n}"), paths);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                collect_paths(value, format!("{path}/{name}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}
