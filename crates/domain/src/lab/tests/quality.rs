//! Checks: judged by the method's record and by nothing else.

use rust_decimal::Decimal;
use serde_json::json;

use super::dec;
use crate::event::{CheckKind, MethodRecord};
use crate::lab::quality::{
    CheckError, Judged, Measured, Outcome, Submission, judge, signed, submission,
};
use crate::quantity::{ContentUnit, Reading};

fn method(limits: serde_json::Value) -> MethodRecord {
    let record = json!({"id": "icp", "name": "ICP-MS", "analyte": "Tl", "unit": "mg/kg",
        "lod": "0.1", "series": {"limits": limits}});
    serde_json::from_value(record).expect("a method")
}

fn usual() -> MethodRecord {
    method(json!({"duplicate_percent": "20", "spike_percent": {"low": "70", "high": "130"},
        "reference_percent": {"low": "90", "high": "110"}, "curve_r": "0.999",
        "drift_percent": "10", "internal_standard_percent": {"low": "70", "high": "130"}}))
}

fn outcome(measured: Measured) -> (Outcome, String) {
    let judged = judge(&usual(), &measured).expect("a figure");
    (judged.outcome, judged.figure)
}

fn number(text: &str) -> Decimal {
    dec(text).value()
}

#[test]
fn each_check_has_its_figure_and_its_limit() {
    let duplicate = |a, b| outcome(Measured::Duplicate { first: number(a), second: number(b) });
    assert_eq!(duplicate("9", "11"), (Outcome::Passed, "20.0 %".to_owned()));
    assert_eq!(duplicate("8.99", "11").0, Outcome::Failed);
    assert_eq!(duplicate("0", "0").0, Outcome::Passed);
    let spike = |plain, spiked, added| {
        outcome(Measured::Spike {
            plain: number(plain),
            spiked: number(spiked),
            added: number(added),
        })
    };
    assert_eq!(spike("10", "17", "10"), (Outcome::Passed, "70.0 %".to_owned()));
    assert_eq!(spike("10", "16.9", "10").0, Outcome::Failed);
    assert_eq!(spike("10", "23.1", "10").0, Outcome::Failed);
    let reference =
        |found| outcome(Measured::Reference { found: number(found), certified: number("50") });
    assert_eq!(reference("45").0, Outcome::Passed);
    assert_eq!(reference("44.9").0, Outcome::Failed);
    // Printed as 90.0 %, judged as it is.
    assert_eq!(reference("44.99"), (Outcome::Failed, "90.0 %".to_owned()));
    assert_eq!(
        outcome(Measured::Curve { r: number("0.9990") }),
        (Outcome::Passed, "0.999".to_owned())
    );
    assert_eq!(outcome(Measured::Curve { r: number("0.9989") }).0, Outcome::Failed);
    let drift = |found| outcome(Measured::Drift { found: number(found), expected: number("5") }).0;
    assert_eq!(
        (drift("4.5"), drift("5.5"), drift("4.49")),
        (Outcome::Passed, Outcome::Passed, Outcome::Failed)
    );
    let standard = |percent| outcome(Measured::InternalStandard { percent: number(percent) }).0;
    assert_eq!((standard("70"), standard("69.9")), (Outcome::Passed, Outcome::Failed));
    let nothing =
        judge(&usual(), &Measured::Reference { found: number("1"), certified: number("0") });
    assert_eq!(nothing, Err(CheckError::NotPositive(CheckKind::Reference)));
}

#[test]
fn a_blank_passes_where_all_that_it_can_be_is_below_the_limit() {
    let blank = |reading, unit| judge(&usual(), &Measured::Blank { reading, unit });
    let solid = ContentUnit::MilligramPerKilogram;
    let of = |reading| blank(reading, solid).expect("a figure").outcome;
    assert_eq!(of(Reading::Value { value: dec("0.099") }), Outcome::Passed);
    assert_eq!(of(Reading::Value { value: dec("0.1") }), Outcome::Failed, "not below");
    assert_eq!(of(Reading::NotDetected { lod: dec("0.1") }), Outcome::Passed);
    assert_eq!(of(Reading::NotDetected { lod: dec("0.2") }), Outcome::Failed, "says too little");
    assert_eq!(of(Reading::Below { limit: dec("0.05") }), Outcome::Passed);
    let detected = Reading::DetectedBelowLoq { lod: dec("0.05"), loq: dec("0.3") };
    assert_eq!(of(detected), Outcome::Failed);
    assert_eq!(blank(Reading::NotMeasured, solid), Err(CheckError::BlankMissing));
    let micro = blank(Reading::Value { value: dec("99") }, ContentUnit::MicrogramPerKilogram);
    assert_eq!(micro.expect("the same kind").outcome, Outcome::Passed);
    let water = blank(Reading::Value { value: dec("0.01") }, ContentUnit::MicrogramPerLitre);
    assert!(matches!(water, Err(CheckError::BlankUnit { .. })), "never converted by guess");
    let own = method(json!({"blank_below": "0.01"}));
    let measured = Measured::Blank { reading: Reading::Value { value: dec("0.05") }, unit: solid };
    assert_eq!(judge(&own, &measured).expect("a figure").outcome, Outcome::Failed);
}

#[test]
fn without_a_limit_nothing_is_judged() {
    let mut bare = method(json!({}));
    bare.lod = None;
    for measured in [
        Measured::Blank { reading: Reading::Value { value: dec("9") }, unit: bare.unit },
        Measured::Duplicate { first: number("1"), second: number("9") },
        Measured::Curve { r: number("0.1") },
    ] {
        let judged = judge(&bare, &measured).expect("a figure");
        assert_eq!((judged.outcome, judged.limit), (Outcome::NotJudged, None));
    }
}

fn check(kind: CheckKind, outcome: Outcome) -> Judged {
    let limit = (outcome != Outcome::NotJudged).then(|| "≤ 10 %".to_owned());
    Judged { kind, figure: "12 %".to_owned(), limit, outcome }
}

#[test]
fn a_blank_stops_and_the_rest_is_explained() {
    let good = check(CheckKind::Spike, Outcome::Passed);
    let drift = check(CheckKind::Drift, Outcome::Failed);
    let blank = check(CheckKind::Blank, Outcome::Failed);
    let open = check(CheckKind::Curve, Outcome::NotJudged);
    assert_eq!(submission(&[good.clone(), open.clone()], None), Submission::Free);
    let asked = Submission::NeedsDeviation(vec![CheckKind::Drift]);
    assert_eq!(submission(&[good.clone(), drift.clone()], None), asked);
    assert_eq!(submission(std::slice::from_ref(&drift), Some("  ")), asked);
    assert_eq!(submission(std::slice::from_ref(&drift), Some("漂移已查")), Submission::Free);
    assert_eq!(submission(&[drift.clone(), blank], Some("已查")), Submission::Stopped);
    let (quality, unjudged) = signed(&[good, drift, open], Some("漂移已查"));
    let deviations: Vec<_> = quality.iter().map(|q| (q.passed, q.deviation.as_deref())).collect();
    assert_eq!(deviations, [(true, None), (false, Some("漂移已查"))]);
    assert_eq!(quality[1].value.as_deref(), Some("12 % (≤ 10 %)"));
    assert_eq!(unjudged.len(), 1, "no limit, no verdict, but the figure is kept");
}
