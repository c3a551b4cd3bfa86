//! Values of a body are found, changed, and taken out; everything else stays as it was signed.

use serde_json::{Value, json};

use super::places;

fn body() -> Value {
    json!({
        "batch": "0192f3a1-0000-7000-8000-000000000001",
        "net": { "basis": "wet", "unit": "kg", "value": "31.20" },
        "moisture": { "is": "value", "value": "8.1" },
        "lines": [{ "counted": true, "line": 1 }, { "counted": false, "line": 2 }],
        "raw": { "base64": "AAAA", "decoder": "x" },
    })
}

#[test]
fn what_devices_sent_is_not_offered_and_the_rest_is() {
    let body = body();
    let names: Vec<String> = places(&body).iter().map(super::Place::name).collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(names.iter().all(|name| !name.contains("raw")), "{names:?}");
    let groups: Vec<_> =
        places(&body).iter().filter_map(|p| p.group().map(|g| g.1.to_owned())).collect();
    assert_eq!(groups, ["0", "0", "1", "1"]);
}

#[test]
fn a_value_keeps_its_type_and_a_blank_takes_the_member_out() {
    let mut changed = body();
    for place in places(&body()) {
        match place.name().as_str() {
            "value-net-value" => place.put(&mut changed, "32.20"),
            "value-moisture-is" => place.put(&mut changed, ""),
            "value-lines-1-line" => place.put(&mut changed, "7"),
            "value-lines-1-counted" => place.put(&mut changed, "true"),
            _ => place.put(&mut changed, &place.text),
        }
    }
    let mut expected = body();
    expected["net"]["value"] = json!("32.20");
    expected["moisture"] = json!({ "value": "8.1" });
    expected["lines"][1] = json!({ "counted": true, "line": 7 });
    assert_eq!(changed, expected);
}
