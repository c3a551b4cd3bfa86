//! What is wrong in a case is named and located; what is no case is refused in one line.

use serde_json::{Value, json};

use crate::case::{self, NotACase};

fn error(case: &Value) -> (String, String) {
    error_of(&case.to_string())
}

#[track_caller]
fn error_of(text: &str) -> (String, String) {
    let answer = case::answer(text).unwrap();
    let part = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    assert!(!part("message").is_empty() && !part("message_zh").is_empty(), "{answer}");
    (part("error"), part("where"))
}

fn sequence(stratum: Value) -> Value {
    json!({"kind": "muf_sequence", "inputs": {"periods": 2, "h": 3.0, "strata": [
        {"name": "in", "role": "receipt", "x": [1.0, 2.0], "delta_r": 0.1}, stratum]}})
}

#[test]
fn what_is_no_case_is_refused_in_one_line() {
    let texts = [
        "",
        "not json",
        "[]",
        "7",
        "{}",
        r#"{"kind": "balance"}"#,
        r#"{"kind": 3, "inputs": {}}"#,
        r#"{"kind": "poetry", "inputs": {}}"#,
        r#"{"kind": "balance", "inputs": []}"#,
        r#"{"kind": "balance", "inputs": {"#,
    ];
    for text in texts {
        let refusal = case::answer(text).unwrap_err().to_string();
        assert!(!refusal.is_empty() && !refusal.contains('\n'), "{text}: {refusal}");
    }
    let unknown = case::answer(r#"{"kind": "poetry", "inputs": {}}"#).unwrap_err();
    assert!(matches!(unknown, NotACase::UnknownKind { ref found, .. } if found == "poetry"));
    assert!(unknown.to_string().contains("muf_sequence"));
    let broken = case::answer("{\n\"kind\": }").unwrap_err();
    assert!(matches!(broken, NotACase::NotJson { line: 2, .. }), "{broken:?}");
    let deep = "[".repeat(100_000);
    assert!(matches!(case::answer(&deep), Err(NotACase::NotJson { .. })));
}

#[test]
fn fields_are_named_with_their_path() {
    let cases = [
        (json!({"kind": "balance", "inputs": {}}), "missing_field", "inputs.pb"),
        (
            json!({"kind": "balance", "inputs":
                {"pb": 1, "increases": 2, "decreases": [], "pe": 1}}),
            "wrong_type",
            "inputs.increases",
        ),
        (
            sequence(json!({"name": "out", "role": "shipment", "x": [1.0]})),
            "length_mismatch",
            "inputs.strata[1].x",
        ),
        (
            sequence(json!({"name": "out", "role": "ship", "x": [1.0, 1.0]})),
            "unknown_name",
            "inputs.strata[1].role",
        ),
        (
            sequence(json!({"name": "in", "role": "shipment", "x": [1.0, 1.0]})),
            "repeated_name",
            "inputs.strata[1].name",
        ),
        (
            sequence(json!({"name": "o", "role": "discard", "x": [1, 1], "delta_r": -0.1})),
            "negative",
            "inputs.strata[1].delta_r",
        ),
        (
            sequence(json!({"name": "o", "role": "discard", "x": [1, "NaN"]})),
            "not_a_number",
            "inputs.strata[1].x[1]",
        ),
        (
            sequence(json!({"name": "o", "role": "discard", "x": [1, 1], "batches": [1, 0]})),
            "out_of_range",
            "inputs.strata[1].batches[1]",
        ),
        (
            json!({"kind": "mbr_entries", "inputs": {"pb": 1, "pe": 1, "entries": [
            {"code": "gift", "value": 1}]}}),
            "unknown_name",
            "inputs.entries[0].code",
        ),
        (
            json!({"kind": "mba_rollup", "inputs": {"nodes": [{"node": "a", "pb": 1, "pe": 1}],
            "transfers": [{"from": "a", "to": "b", "sent": 1, "received": 1}]}}),
            "unknown_name",
            "inputs.transfers[0].to",
        ),
        (
            json!({"kind": "mba_rollup", "inputs": {"nodes": [{"node": "a", "pb": 1, "pe": 1}],
            "transfers": [{"from": "a", "to": "a", "sent": 1, "received": 1}]}}),
            "transfer_to_itself",
            "inputs.transfers[0]",
        ),
        (
            json!({"kind": "attribute_sampling", "inputs": {"rows": [
            {"population": 10, "defects": 11, "beta": 0.05}]}}),
            "out_of_range",
            "inputs.rows[0].defects",
        ),
        (
            json!({"kind": "attribute_sampling", "inputs": {"rows": [
            {"population": 10.5, "defects": 1, "beta": 0.05}]}}),
            "out_of_range",
            "inputs.rows[0].population",
        ),
        (
            json!({"kind": "srd", "inputs": {"lines": [{"shipper": 1, "receiver": 1}]}}),
            "no_standard_deviation",
            "inputs.lines[0]",
        ),
        (
            json!({"kind": "sequential_tests", "inputs": {"muf": [1, 2],
            "covariance": [[1, 0.5], [0.4, 1]]}}),
            "covariance_not_symmetric",
            "inputs.covariance[1][0]",
        ),
        (
            json!({"kind": "page_threshold", "inputs": {"rows": [
            {"k": 0.5, "periods": 0, "alpha": 0.05}]}}),
            "out_of_range",
            "inputs.rows[0].periods",
        ),
        (
            json!({"kind": "muf_sequence", "inputs": {"periods": 1000000, "strata": []}}),
            "out_of_range",
            "inputs.periods",
        ),
    ];
    for (case, code, place) in cases {
        assert_eq!(error(&case), (code.to_owned(), place.to_owned()), "{case}");
    }
}

#[test]
fn nan_in_the_file_is_named_by_its_field() {
    let text = r#"{"kind": "page_only", "title": "NaN and \" Infinity",
        "inputs": {"sitmuf": [0.1, NaN], "k": 0.5, "h": 2}}"#;
    assert_eq!(error_of(text), ("not_a_number".into(), "inputs.sitmuf[1]".into()));
    let text = r#"{"kind": "page_only", "inputs": {"sitmuf": [0.1], "k": -Infinity, "h": 2}}"#;
    assert_eq!(error_of(text), ("not_a_number".into(), "inputs.k".into()));
}

#[test]
fn a_covariance_without_variance_is_an_error_beside_what_is_known() {
    let case = json!({"kind": "muf_sequence", "inputs": {"periods": 2, "h": 3.0, "strata": [
        {"name": "in", "role": "receipt", "x": [5.0, 6.0]},
        {"name": "out", "role": "shipment", "x": [4.0, 6.5]}]}});
    let answer = case::answer(&case.to_string()).unwrap();
    assert_eq!(answer["error"], "covariance_not_positive_definite");
    assert_eq!(answer["where"], "period 1");
    assert_eq!(answer["muf"], json!([1.0, -0.5]));
    assert!(answer.get("sitmuf").is_none() && answer.get("first_alarm").is_none());
}

#[test]
fn decimal_text_and_lots_of_nothing_are_read() {
    let case = sequence(json!({"name": "out", "role": "shipment", "x": ["1.50", 0],
        "batches": [3, 0], "delta_r": "0.05"}));
    let answer = case::answer(&case.to_string()).unwrap();
    assert_eq!(answer["muf"], json!([-0.5, 2.0]));
    assert!((answer["variance_random"][1].as_f64().unwrap() - 0.04).abs() < 1e-15);
}

#[test]
fn a_million_strata_are_answered_or_refused() {
    let strata = r#"{"name":"s","role":"receipt","x":[]},"#.repeat(1_000_000);
    let text = format!(
        r#"{{"kind":"muf_sequence","inputs":{{"periods":3,"strata":[{}]}}}}"#,
        strata.trim_end_matches(',')
    );
    assert_eq!(error_of(&text), ("too_many".into(), "inputs.strata".into()));
}
