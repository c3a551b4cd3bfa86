//! Means of one outlet by three hands.

use serde_json::{Value, json};

use super::*;

fn offset() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("an offset")
}

fn masters() -> Vec<Master> {
    let read = |value: Value| serde_json::from_value(value).expect("a master");
    vec![
        read(json!({"what": "material", "id": "water", "name": "水", "class": "water",
            "counted": false})),
        read(json!({"what": "stream", "id": "DW001", "name": "总排口", "from": {"node": "wwt"},
            "to": "outside", "material": "water", "role": "discharge"})),
        read(json!({"what": "stream", "id": "feed", "name": "投料", "from": "outside",
            "to": {"node": "wwt"}, "material": "water", "role": "input"})),
    ]
}

fn assay(number: u32, stream: &str, purpose: &str, result: Value, unit: &str) -> AssayRow {
    let span = json!({"from": "2026-10-03T08:00:00+08:00", "to": "2026-10-04T08:00:00+08:00"});
    serde_json::from_value(json!({
        "id": format!("00000000-0000-7000-8000-{number:012}"),
        "sample": format!("00000000-0000-7000-8001-{number:012}"),
        "subject": {"stream": {"stream": stream, "span": span}},
        "reported_at": 0, "purpose": purpose, "standing": "final", "side": "own", "lab": null,
        "report_number": null, "analyst": null, "review": "accepted", "quality_failed": false,
        "determinations": [{"analyte": "Tl", "result": result, "unit": unit}],
        "quality": [], "evidence": []
    }))
    .expect("an assay")
}

fn reading(number: u32, nanograms: &str, flag: &str) -> MonitorRow {
    let at = 1_790_992_800_000_000 + i64::from(number) * 3_600_000_000;
    serde_json::from_value(json!({
        "entry": format!("00000000-0000-7000-8002-{number:012}"), "stream": "DW001",
        "since": at, "until": at + 3_600_000_000_i64,
        "values": [{"analyte": "Tl", "result": {"is": "value", "value": nanograms},
            "unit": "ng/L", "flag": flag}]
    }))
    .expect("a reading")
}

fn value(text: &str) -> Value {
    json!({"is": "value", "value": text})
}

fn compared(assays: &[AssayRow], monitors: &[MonitorRow]) -> Vec<Compared> {
    outlets(&masters(), assays, monitors, &"Tl".parse().expect("a symbol"), offset())
}

#[test]
fn three_hands_meet_in_one_unit() {
    let assays = [
        assay(1, "DW001", "self_monitoring", value("0.0020"), "mg/L"),
        assay(2, "DW001", "self_monitoring", value("4"), "ug/L"),
        assay(3, "DW001", "enforcement", value("0.0050"), "mg/L"),
        assay(4, "DW001", "settlement", value("9"), "mg/L"),
        assay(5, "feed", "process", value("9"), "mg/L"),
    ];
    let monitors = [reading(0, "1000", "N"), reading(1, "2000", "N"), reading(2, "90000", "D")];
    let rows = compared(&assays, &monitors);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let row = &rows[0];
    assert_eq!((row.month.as_str(), row.name.as_str()), ("2026-10", "总排口"));
    let mean = |mean: &Option<Mean>| mean.as_ref().map(|one| (one.count, one.mean.to_string()));
    assert_eq!(mean(&row.own), Some((2, "0.003".to_owned())));
    assert_eq!(mean(&row.enforcement), Some((1, "0.005".to_owned())));
    assert_eq!(mean(&row.online), Some((2, "0.0015".to_owned())), "a faulty hour is no value");
    assert_eq!(row.ratio(), Some(Decimal::TWO));
}

#[test]
fn what_is_below_a_limit_on_one_side_is_no_disagreement() {
    let below = json!({"is": "below", "limit": "0.00002"});
    let assays = [assay(1, "DW001", "self_monitoring", below, "mg/L")];
    let rows = compared(&assays, &[reading(0, "1000", "N")]);
    assert_eq!(rows[0].own.as_ref().map(|own| own.censored), Some(1));
    assert_eq!(rows[0].ratio(), None);
    let mut returned = assays[0].clone();
    returned.review = Review::Returned;
    assert_eq!(compared(&[returned], &[]), []);
}
