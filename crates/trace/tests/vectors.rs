//! Vectors: the shared cases where they are, and our own, whose answers a reference in exact
//! fractions of another language gave (`vectors/generated.json`: mixed, FIFO and lot stores,
//! partial draws, stated shares, losses, batches filled up and returned to themselves).

use std::path::Path;

use serde_json::{Value, json};
use tl_trace::case::answer;
use tl_trace::number::{Share, parse};

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Some(parse(text).ok()?.float()),
        _ => None,
    }
}

/// Every key of `want` in `got`, numbers to 1e-12 relative, lists of the same length.
fn agree(want: &Value, got: &Value, path: &str) {
    match (want, got) {
        (Value::Object(want), Value::Object(_)) => {
            for (key, value) in want {
                if ["second_method", "note", "checks"].contains(&key.as_str()) {
                    continue;
                }
                let path = format!("{path}/{key}");
                agree(value, got.get(key).unwrap_or_else(|| panic!("{path} missing")), &path);
            }
        }
        (Value::Array(want), Value::Array(got)) => {
            assert_eq!(want.len(), got.len(), "{path}");
            for (at, (want, got)) in want.iter().zip(got).enumerate() {
                agree(want, got, &format!("{path}[{at}]"));
            }
        }
        _ => match (number(want), number(got)) {
            (Some(a), Some(b)) => {
                assert!((a - b).abs() <= 1e-12 * a.abs() + 1e-300, "{path}: {a} {b}");
            }
            _ => assert_eq!(want, got, "{path}"),
        },
    }
}

fn names(value: &Value) -> Vec<&String> {
    value.as_object().expect("an object").keys().collect()
}

#[test]
fn generated_vectors_agree_and_no_origin_is_more_or_less() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("vectors/generated.json")).expect("vectors");
    assert!(vectors.len() >= 40);
    for vector in &vectors {
        let case = json!({
            "schema": "tltrace-case/1", "stores": vector["stores"], "events": vector["events"],
        });
        let got = answer(&case.to_string()).expect("a case");
        let name = format!("seed {}", vector["seed"]);
        assert_eq!(got["status"], "ok", "{name}: {}", got["message"]);
        agree(&vector["expected"], &got, &name);
        for key in ["holders", "loss", "forward"] {
            assert_eq!(names(&vector["expected"][key]), names(&got[key]), "{name} {key}");
        }
        for (holder, held) in vector["expected"]["holders"].as_object().expect("holders") {
            let own = &got["holders"][holder]["origins_kg"];
            assert_eq!(names(&held["origins_kg"]), names(own), "{name} {holder}");
        }
    }
}

#[test]
fn shared_cases_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/trace");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: shared cases not found");
        return;
    };
    let mut seen = 0;
    for file in files {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        let got = answer(&text).expect("a case");
        agree(&case["expected"], &got, &case["name"].to_string());
        seen += 1;
    }
    assert!(seen > 0, "the folder holds cases");
}
