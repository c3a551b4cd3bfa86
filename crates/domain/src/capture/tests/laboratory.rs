//! The laboratory's rules at capture: series, workings, plans, submission sheets.

use super::*;

fn with_checks(checks: &Value) -> Value {
    report(json!({"is": "value", "value": "20.0"}), &json!({"quality": checks}))
}

#[test]
fn a_failed_blank_stops_and_other_failures_need_a_deviation() {
    let signed = |checks: Value| words(sampled(), "assay.report", with_checks(&checks));
    let passed = json!([{"check": "blank", "passed": true}, {"check": "drift", "passed": true}]);
    assert_eq!(signed(passed), (vec![], vec![]));
    let blank = json!([{"check": "blank", "passed": false, "value": "0.3 mg/kg (< 0.1 mg/kg)"}]);
    assert_eq!(signed(blank.clone()), (vec!["blank_failed"], vec![]));
    let explained = json!([{"check": "blank", "passed": false, "deviation": "试剂"}]);
    assert_eq!(signed(explained), (vec!["blank_failed"], vec![]), "words don't mend a blank");
    let words = checked(sampled(), "assay.report", with_checks(&blank)).refusals[0].zh();
    assert!(words.contains("0.3 mg/kg (< 0.1 mg/kg)"), "{words}");
    let drift = json!([{"check": "drift", "passed": false}]);
    assert_eq!(signed(drift), (vec!["deviation_missing"], vec![]));
    let spaces = json!([{"check": "drift", "passed": false, "deviation": " "}]);
    assert_eq!(signed(spaces), (vec!["deviation_missing"], vec![]));
    let stated = json!([{"check": "drift", "passed": false, "deviation": "已复核曲线"}]);
    assert_eq!(signed(stated), (vec![], vec!["quality_failed"]));
}

#[test]
fn a_result_is_what_its_working_gives() {
    let solution = |result: &str, more: &Value| {
        let mut working = json!({"by": "solution", "unit": "ug/L", "volume_ml": "50",
            "concentration": {"is": "value", "value": "20"}, "portion_g": "0.5"});
        for (name, value) in more.as_object().expect("members") {
            working[name] = value.clone();
        }
        let record = json!({"record": {"workings": [{"analyte": "Tl", "working": working}]}});
        let body = report(json!({"is": "value", "value": result}), &record);
        refusals(sampled(), "assay.report", body)
    };
    let dry = json!({"moisture_percent": "20"});
    assert_eq!(solution("2.5", &dry), [""; 0], "20 µg/L × 50 mL ÷ 0.5 g ÷ 0.8 = 2.5 mg/kg");
    assert_eq!(solution("2.500", &dry), [""; 0], "zeros at the end are no difference");
    assert_eq!(solution("2.0", &dry), ["working_mismatch"]);
    assert_eq!(solution("2.0", &json!({})), ["working_mismatch"], "wet, reported as dry");
    assert_eq!(solution("0", &json!({"blank": "20"})), ["working_mismatch"], "ND, no zero");
}

fn plan(drafted_by: &str) -> Value {
    json!({"what": "assay_plan", "id": "plan", "name": "计划", "site": "hc",
        "drafted_by": drafted_by, "valid_from": "2026-01-01T00:00:00+08:00",
        "valid_to": "2027-01-01T00:00:00+08:00",
        "items": [{"item": "a", "material": "conc", "frequency": "monthly", "analyte": "Tl",
                   "basis": {"standard": "内控"}, "term_days": 10}]})
}

#[test]
fn a_plan_reads_and_another_person_approves_its_newest_version() {
    let put = |record: Value| json!({"active": true, "record": record});
    assert_eq!(refusals(vec![], "master.put", put(plan("u-1"))), [""; 0]);
    let mut odd = plan("u-1");
    odd["items"][0]["term_days"] = json!(0);
    assert_eq!(refusals(vec![], "master.put", put(odd)), ["plan_unread"]);
    let mut unknown = plan("u-1");
    unknown["items"][0]["frequncy"] = json!("monthly");
    assert_eq!(refusals(vec![], "master.put", put(unknown)), ["plan_unread"]);
    let by = |drafted_by: &str, of: u32, approved_by: &str| {
        let books = vec![told(20, "master.put", put(plan(drafted_by)))];
        let body = json!({"plan": "plan", "target": reference(of), "decision": "accept",
            "approved_by": approved_by});
        refusals(books, "plan.approve", body)
    };
    assert_eq!(by("u-1", 20, "u-7"), [""; 0]);
    assert_eq!(by("u-7", 20, "u-7"), ["approver_is_drafter"]);
    assert_eq!(by("u-1", 21, "u-7"), ["not_that_version"]);
    assert_eq!(by("u-1", 20, "u-8"), ["not_that_version"], "u-7 is signed in");
    let none = json!({"plan": "other", "target": reference(20), "decision": "accept",
        "approved_by": "u-7"});
    assert_eq!(refusals(vec![], "plan.approve", none), ["unknown_master"]);
}

#[test]
fn a_submission_sheet_names_samples_that_were_taken() {
    let sheet = |lines: Value| {
        json!({"number": "SY-1", "lab_name": "外委", "analytes": ["Tl"], "sampled_by": "received",
            "due": "2027-01-01T00:00:00+08:00", "lines": lines})
    };
    let good = sheet(json!([{"sample": id(21), "seal": "F-1"}]));
    assert_eq!(words(sampled(), "sample.submit", good), (vec![], vec![]));
    assert_eq!(refusals(sampled(), "sample.submit", sheet(json!([]))), ["empty"]);
    let early = sheet(json!([{"sample": id(99)}]));
    assert_eq!(words(sampled(), "sample.submit", early), (vec![], vec!["unknown_sample"]));
}
