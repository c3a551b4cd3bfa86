//! Every case of the shared folder, and vectors made by the independent reference program.
//!
//! Numbers within the tolerance of the case; integers, booleans, nulls and error codes exactly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::Value;
use tl_accountancy::case;

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
