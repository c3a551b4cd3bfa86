//! Tables: columns align in both languages, alarms are marked.

use serde_json::{Value, json};

use crate::Language;
use crate::case;
use crate::table::{columns, lines};

fn answer(case: &Value) -> Value {
    case::answer(&case.to_string()).unwrap()
}

fn page() -> Value {
    answer(&json!({"kind": "page_only", "unit": "kg", "inputs":
        {"sitmuf": [0.4, 2.5, 3.25, -0.1], "k": 0.5, "h": 2.4}}))
}

#[test]
fn chinese_takes_two_columns() {
    assert_eq!(columns("平衡差 σ"), 8);
    assert_eq!(columns("，"), 2);
    assert_eq!(columns(""), 0);
}

#[test]
fn columns_align_in_both_languages() {
    for language in [Language::Zh, Language::En] {
        let lines = lines(&page(), language, false);
        let start = lines.iter().position(String::is_empty).unwrap() + 1;
        let widths: Vec<usize> =
            lines[start..].iter().map(|line| columns(line.trim_end_matches(" !"))).collect();
        assert_eq!(widths.len(), 5, "{lines:#?}");
        assert!(widths.iter().all(|width| *width == widths[0]), "{lines:#?}");
    }
}

#[test]
fn the_first_alarm_is_marked_and_coloured_on_request() {
    let plain = lines(&page(), Language::Zh, false);
    assert!(plain.iter().all(|line| !line.contains('\u{1b}')));
    let row = plain.iter().find(|line| line.trim_start().starts_with("3 ")).unwrap();
    assert!(row.ends_with('!'), "{row}");
    let coloured = lines(&page(), Language::Zh, true);
    assert!(coloured.iter().any(|line| line.starts_with("\u{1b}[31m") && line.contains("4.7500")));
}

#[test]
fn an_error_comes_first_with_its_reason() {
    let answer = answer(&json!({"kind": "balance", "inputs": {}}));
    let zh = lines(&answer, Language::Zh, false);
    assert!(zh[1].contains("missing_field") && zh[2].contains("缺少 inputs.pb"), "{zh:#?}");
    let en = lines(&answer, Language::En, false);
    assert!(en[2].contains("inputs.pb is missing"), "{en:#?}");
}

#[test]
fn every_kind_has_a_title_in_both_languages() {
    for kind in case::kinds() {
        let object = json!({"kind": kind});
        let title = |language| lines(&object, language, false)[0].clone();
        assert_ne!(title(Language::Zh), kind);
        assert_ne!(title(Language::Zh), title(Language::En));
    }
}

fn sequence() -> Value {
    answer(&json!({"kind": "muf_sequence", "unit": "kg", "inputs": {"periods": 3, "h": 2.0,
        "nsigma": 3.0, "significant_quantity": 10.0, "strata": [
        {"name": "in", "role": "receipt", "x": [100.0, 100.0, 100.0], "delta_r": 0.01},
        {"name": "out", "role": "shipment", "x": [100.0, 70.0, 100.0], "delta_r": 0.01}]}}))
}

#[test]
fn alarms_stand_with_their_cause_and_mark_their_rows() {
    let answer = sequence();
    let alarm = &answer["alarms"][0];
    assert_eq!((&alarm["test"], &alarm["level"]), (&json!("muf"), &json!("report")));
    assert!(alarm["cause"].as_str().unwrap().contains("loss or bias"));
    assert_eq!(answer["quality"], "sufficient");
    for (language, cause) in [(Language::Zh, "损失或偏差"), (Language::En, "loss or bias;")] {
        let lines = lines(&answer, language, false);
        assert!(lines.iter().any(|line| line.contains(cause)), "{lines:#?}");
        let marked = |row: &str| {
            let found = lines.iter().find(|line| line.trim_start().starts_with(row)).unwrap();
            found.ends_with('!')
        };
        assert!(marked("2 ") && !marked("1 "), "{lines:#?}");
        let other = language.pick("loss or bias;", "请先核查");
        assert!(!lines.iter().any(|line| line.contains(other)), "{lines:#?}");
    }
}
