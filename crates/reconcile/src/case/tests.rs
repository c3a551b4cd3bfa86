//! What a case may hold, and how it is refused.

use serde_json::{Value, json};

use super::number::quoted;
use crate::case::answer;

fn case(streams: Value) -> Value {
    json!({
        "schema": "tlbal-case/1", "level": "mass+tl",
        "nodes": [{"id": "U"}], "streams": streams,
    })
}

fn asked(case: &Value) -> Value {
    answer(&case.to_string()).expect("a case")
}

fn refused(streams: Value) -> (String, String) {
    let answer = asked(&case(streams));
    let text = |key: &str| answer[key].as_str().unwrap_or("none").to_owned();
    (text("error"), text("where"))
}

fn pair(code: &str, place: &str) -> (String, String) {
    (code.to_owned(), place.to_owned())
}

#[test]
fn wrong_input_is_named_with_its_place() {
    let mass = json!({"value": 10, "sd": 1});
    assert_eq!(
        refused(json!([{"id": "F", "to": "Z", "mass": mass}])),
        pair("unknown_name", "stream F")
    );
    assert_eq!(refused(json!([{"id": "F", "mass": mass}])), pair("nowhere_to_nowhere", "stream F"));
    assert_eq!(
        refused(json!([{"id": "F", "to": "U"}, {"id": "F", "from": "U"}])),
        pair("duplicate_id", "stream F")
    );
    assert_eq!(
        refused(json!([{"id": "F", "to": "U", "mass": {"value": 10, "sd": -1}}])),
        pair("negative_sd", "stream F mass")
    );
    assert_eq!(
        refused(json!([{"id": "F", "to": "U", "mass": {"value": 10}}])),
        pair("missing_sd", "stream F mass")
    );
    assert_eq!(
        refused(json!([{"id": "F", "to": "U", "tl": {"value": 1, "sd": 1, "unit": "t"}}])),
        pair("unit", "stream F tl")
    );
    assert_eq!(
        refused(json!([{"id": "F", "to": "U", "tl": {"censored": true, "lod": 0}}])),
        pair("value", "stream F tl")
    );
    assert_eq!(refused(json!([{"id": "F", "to": "U", "period": 2}])), pair("period", "stream F"));
}

#[test]
fn what_is_no_number_is_refused_by_its_text() {
    for (written, shown) in [("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1e999", "1e999")] {
        let text = case(json!([{"id": "F", "to": "U", "mass": {"value": "@", "sd": 1}}]))
            .to_string()
            .replace("\"@\"", written);
        let answer = answer(&text).expect("a case");
        assert_eq!(answer["error"], "not_finite");
        assert_eq!(answer["where"], "stream F mass");
        assert!(answer["message"].as_str().is_some_and(|text| text.contains(shown)));
    }
}

#[test]
fn numbers_may_be_text() {
    let streams = |value: Value| {
        json!([
            {"id": "F", "to": "U", "mass": {"value": value, "sd": "0"}},
            {"id": "P", "from": "U"},
        ])
    };
    let (text, number) = (asked(&case(streams(json!("7.50")))), asked(&case(streams(json!(7.5)))));
    assert_eq!(text["mass"], number["mass"]);
    assert_eq!(text["mass"]["P"]["value"], 7.5);
}

#[test]
fn quoting_leaves_text_and_keys_alone() {
    let text = r#"{"NaN": "a \" NaN", "b": [NaN, 1e400, -1.5e3, true], "Infinity": -Infinity}"#;
    let wanted =
        r#"{"NaN": "a \" NaN", "b": ["NaN", "1e400", -1.5e3, true], "Infinity": "-Infinity"}"#;
    assert_eq!(quoted(text), wanted);
}

#[test]
fn exact_values_that_contradict_name_their_units() {
    let exact = |id: &str, from: Value, to: Value, value: Value| {
        let mass = json!({"value": value, "sd": 0});
        json!({"id": id, "from": from, "to": to, "mass": mass})
    };
    let sheet = json!({
        "schema": "tlbal-case/1", "level": "mass",
        "nodes": [{"id": "A"}, {"id": "B"}, {"id": "C"}],
        "streams": [
            exact("F", Value::Null, json!("A"), json!(100)),
            {"id": "ab", "from": "A", "to": "B"},
            exact("P", json!("B"), Value::Null, json!(95)),
            {"id": "x", "to": "C", "mass": {"value": 5, "sd": 1}},
            {"id": "y", "from": "C", "mass": {"value": 6, "sd": 1}},
        ],
    });
    let answer = asked(&sheet);
    assert_eq!(answer["status"], "inconsistent");
    assert_eq!(answer["nodes"], json!(["A", "B"]));
    assert_eq!(answer["balances"], json!(["A@1:mass", "B@1:mass"]));
}

#[test]
fn bounds_that_contradict_name_their_units() {
    let sheet = json!({
        "schema": "tlbal-case/1", "level": "mass", "nodes": [{"id": "U"}],
        "streams": [
            {"id": "F", "to": "U", "mass": {"value": 10, "sd": 0}},
            {"id": "P", "from": "U", "mass": {"value": 14, "sd": 0}},
            {"id": "X", "from": "U"},
        ],
    });
    let answer = asked(&sheet);
    assert_eq!(answer["status"], "inconsistent");
    assert_eq!(answer["nodes"], json!(["U"]));
}

#[test]
fn correlated_errors_count() {
    // F − P = 0 with F = 100 ± 3, P = 90 ± 4, r = 0.5: variance of the difference 9 + 16 − 12.
    let sheet = |r: f64| {
        json!({
            "schema": "tlbal-case/1", "level": "mass", "nodes": [{"id": "U"}],
            "streams": [
                {"id": "F", "to": "U", "mass": {"value": 100, "sd": 3}},
                {"id": "P", "from": "U", "mass": {"value": 90, "sd": 4}},
            ],
            "correlations": [{"layer": "mass", "a": "P", "b": "F", "r": r}],
        })
    };
    let answer = asked(&sheet(0.5));
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    assert!((number(&answer["chi2"]) - 100.0 / 13.0).abs() < 1e-9);
    // F moves by cov(F, F − P) / 13 · 10 = (9 − 6) / 13 · 10.
    assert!((number(&answer["mass"]["F"]["value"]) - (100.0 - 30.0 / 13.0)).abs() < 1e-9);
    assert!((number(&answer["raw_balance"]["U@1"]["mass"]["sd"]) - 13.0_f64.sqrt()).abs() < 1e-9);
    assert_eq!(asked(&sheet(1.0))["error"], "correlation");
}

#[test]
fn correlations_that_cannot_be_are_refused() {
    let stream = |id: &str| json!({"id": id, "to": "U", "mass": {"value": 10, "sd": 1}});
    let pair = |a: &str, b: &str, r: f64| json!({"layer": "mass", "a": a, "b": b, "r": r});
    let sheet = json!({
        "schema": "tlbal-case/1", "level": "mass", "nodes": [{"id": "U"}],
        "streams": [stream("a"), stream("b"), stream("c"), {"id": "o", "from": "U"}],
        "correlations": [pair("a", "b", 0.9), pair("b", "c", 0.9), pair("a", "c", -0.9)],
    });
    assert_eq!(asked(&sheet)["error"], "correlation");
}

#[test]
fn relations_on_amounts_hold() {
    // Half of the substance goes each way, whatever the assays say.
    let sheet = json!({
        "schema": "tlbal-case/1", "level": "mass+tl", "nodes": [{"id": "U"}],
        "streams": [
            {"id": "F", "to": "U", "mass": {"value": 100, "sd": 1},
             "tl": {"value": 10, "sd": 1}},
            {"id": "P", "from": "U", "mass": {"value": 60, "sd": 1},
             "tl": {"value": 9, "sd": 1}},
            {"id": "Q", "from": "U", "mass": {"value": 40, "sd": 1},
             "tl": {"value": 11, "sd": 1}},
        ],
        "relations": [{"layer": "tl", "coef": {"P": 1, "Q": -1}, "rhs": 0}],
    });
    let answer = asked(&sheet);
    let amount = |id: &str| answer["tl_flow_kg"][id]["value"].as_f64().unwrap_or(f64::NAN);
    assert!((amount("P") - amount("Q")).abs() < 1e-9);
    assert!((amount("F") - 2.0 * amount("P")).abs() < 1e-9);
}

#[test]
fn only_what_is_no_case_is_an_error() {
    for text in ["", "hello", "[1]", "{}", "{\"schema\": \"other/1\"}"] {
        let error = answer(text).expect_err("no case").to_string();
        assert!(error.starts_with("not a balance case"), "{error}");
        assert!(!error.contains('\n'));
    }
}

#[test]
fn too_many_streams_are_counted_and_refused() {
    let mut text = String::from(r#"{"schema":"tlbal-case/1","nodes":[{"id":"U"}],"streams":["#);
    for number in 0..crate::MOST_ITEMS + 2 {
        if number > 0 {
            text.push(',');
        }
        text.push_str("{\"id\":\"\"}");
    }
    text.push_str("]}");
    let answer = answer(&text).expect("a case");
    assert_eq!(answer["error"], "too_large");
    assert_eq!(answer["where"], "streams");
}
