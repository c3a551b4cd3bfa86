//! Entries: golden bytes, refusals, every kind read back.

use serde_json::{Value, json};

use super::*;

const ID: &str = "0192f3a1-0000-7000-8000-000000000001";

fn payload(kind: &str, body: &Value) -> Vec<u8> {
    let entry = json!({
        "v": 1, "id": ID, "log": "hc-smelter", "device": "gate-1", "epoch": 1, "dseq": 1,
        "prev": "0".repeat(64), "observed_at": "2026-11-23T08:41:00.000+08:00",
        "operator": "u-7", "kind": kind, "body": body,
    });
    canonical::to_vec(&entry).expect("representable")
}

#[test]
fn golden_bytes_of_a_weighing() {
    let body = json!({
        "batch": "0192f3a1-0000-7000-8000-000000000002",
        "net": {"basis": "wet", "unit": "kg", "value": "32450"},
        "meter": "scale-east", "calibration": "scale-east/3",
    });
    let bytes = payload("batch.weigh", &body);
    let entry = Entry::read(&bytes).expect("an entry");
    assert_eq!(entry.to_payload().expect("representable"), bytes);
    assert_eq!(
        String::from_utf8(bytes).expect("UTF-8"),
        "{\"body\":{\"batch\":\"0192f3a1-0000-7000-8000-000000000002\",\
         \"calibration\":\"scale-east/3\",\"meter\":\"scale-east\",\
         \"net\":{\"basis\":\"wet\",\"unit\":\"kg\",\"value\":\"32450\"}},\
         \"device\":\"gate-1\",\"dseq\":1,\"epoch\":1,\
         \"id\":\"0192f3a1-0000-7000-8000-000000000001\",\"kind\":\"batch.weigh\",\
         \"log\":\"hc-smelter\",\"observed_at\":\"2026-11-23T08:41:00.000+08:00\",\
         \"operator\":\"u-7\",\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\
         \"v\":1}"
    );
}

#[test]
fn every_kind_reads_back_as_written() {
    for (kind, body) in samples() {
        let bytes = payload(kind, &body);
        let entry = Entry::read(&bytes).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert!(!matches!(entry.body, Body::Unknown { .. }), "{kind} must be known");
        assert_eq!(entry.to_payload().expect("representable"), bytes, "{kind}");
    }
    let covered: Vec<_> = samples().iter().map(|(kind, _)| *kind).collect();
    for kind in Body::KINDS {
        assert!(covered.contains(kind), "no sample of {kind}");
    }
}

#[test]
fn unknown_kinds_and_versions_are_kept() {
    let bytes = payload("problem.open", &json!({"code": "X", "nested": [1, {"a": "b"}]}));
    let entry = Entry::read(&bytes).expect("kept");
    assert!(matches!(entry.body, Body::Unknown { .. }));
    assert_eq!(entry.to_payload().expect("representable"), bytes);
    let text = String::from_utf8(payload("batch.void", &json!({"new": "member"}))).expect("UTF-8");
    let later = Entry::read(text.replace("\"v\":1", "\"v\":2").as_bytes()).expect("kept");
    assert_eq!(later.body.kind(), "batch.void");
    assert!(matches!(later.body, Body::Unknown { .. }));
}

#[test]
fn what_cannot_be_a_fact_is_refused_with_its_member() {
    let bad_unit = payload(
        "batch.weigh",
        &json!({"batch": ID, "net": {"basis": "wet", "unit": "lb", "value": "1"}}),
    );
    let refused = Entry::read(&bad_unit).expect_err("unknown unit");
    assert!(matches!(&refused, EntryError::UnknownUnit { reason, .. } if reason.contains("lb")));
    for (kind, body, word) in [
        ("batch.void", json!({"batch": ID, "reason": "x", "reson": "y"}), "reson"),
        ("batch.void", json!({"batch": ID}), "reason"),
        ("batch.void", json!({"batch": "7", "reason": "x"}), "UUIDv7"),
        (
            "run.start",
            json!({"node": "roast", "inputs": [{"batch": ID}], "operation": ""}),
            "amount",
        ),
    ] {
        let refused = Entry::read(&payload(kind, &body)).expect_err(word).to_string();
        assert!(refused.contains(word), "{refused}");
    }
    let zero = String::from_utf8(payload("batch.void", &json!({}))).expect("UTF-8");
    let zero = zero.replace("\"dseq\":1", "\"dseq\":0");
    assert!(matches!(Entry::read(zero.as_bytes()), Err(EntryError::Head(_))));
}

#[expect(clippy::too_many_lines, reason = "one sample of each kind")]
fn samples() -> Vec<(&'static str, Value)> {
    let key = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
    let mass = json!({"basis": "wet", "unit": "t", "value": "1.20"});
    let portion = json!({"batch": ID, "amount": {"take": "all"}});
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    let entry = json!({"id": ID, "hash": "a".repeat(64)});
    let reading = json!({"is": "value", "value": "20.0"});
    let name = json!({"rule": "imbalance", "object": "enterprise", "period": "2026-10-31"});
    vec![
        (
            "log.open",
            json!({"party": "p", "kind": "enterprise", "name": "厂", "area": "451200", "key": key}),
        ),
        ("key.enrol", json!({"device": "d", "key": key, "role": "gate", "site": "s"})),
        ("key.revoke", json!({"device": "d", "key": key, "reason": "lost"})),
        (
            "epoch.open",
            json!({"old_epoch": 1, "old_dseq": 9, "old_head": "a".repeat(64),
                "reason": "restored"}),
        ),
        (
            "log.continue",
            json!({"origin": "h/log/p/2", "previous": {"origin": "h/log/p", "root": "a".repeat(64),
                "size": 9}, "reason": "set_back", "vkey": "h/log/p/2+00000000+AQ=="}),
        ),
        (
            "log.heads",
            json!({"heads": [{"head": {"origin": "h/log/p", "root": "a".repeat(64), "size": 9},
                "log": "p"}]}),
        ),
        (
            "master.put",
            json!({"active": true, "record": {"what": "limit", "id": "l", "unit": "mg/L"}}),
        ),
        (
            "device.commission",
            json!({"meter": "m", "calibration": "m/1", "profile": {"layout": "6d+dp"}}),
        ),
        (
            "device.commission",
            json!({"meter": "m", "calibration": "m/2", "profile": {"layout": "6d+dp"},
                "known": mass, "shown": mass, "max_error": mass,
                "checks": [{"known": mass, "shown": mass}],
                "certificate": {"number": "JZ-2026-7", "date": "2026-11-23",
                    "next_due": "2027-11-22"}}),
        ),
        (
            "batch.register",
            json!({"material": "zn-conc", "origin": "arrival", "location": {"node": "yard"}}),
        ),
        ("batch.weigh", json!({"batch": ID, "net": mass})),
        ("batch.move", json!({"batch": ID, "to": {"node": "n", "place": "p"}})),
        ("batch.split", json!({"batch": ID, "parts": [portion]})),
        ("batch.blend", json!({"batch": ID, "inputs": [portion]})),
        ("batch.void", json!({"batch": ID, "reason": "twice"})),
        ("store.put", json!({"portion": portion, "place": "pile-1"})),
        ("store.draw", json!({"place": "pile-1", "mass": mass, "to": "roast"})),
        (
            "flow.report",
            json!({"stream": "s", "span": span, "amount": {"mass": mass}, "source": "measured"}),
        ),
        ("run.start", json!({"node": "roast", "inputs": [portion], "operation": "焙烧"})),
        (
            "run.close",
            json!({"run": ID, "inputs": [], "outputs": [{"batch": ID, "returned": true}]}),
        ),
        ("sample.take", json!({"subject": {"batches": [{"batch": ID, "weight": "30.1"}]}})),
        (
            "assay.report",
            json!({"sample": ID, "purpose": "process", "standing": "final", "side": "own",
            "determinations": [{"analyte": "Tl", "result": reading, "unit": "mg/kg",
                "basis": "dry"}]}),
        ),
        (
            "assay.report",
            json!({"sample": ID, "purpose": "self_monitoring", "standing": "preliminary",
            "side": "own", "determinations": [{"analyte": "Tl", "result": reading,
                "unit": "mg/kg", "basis": "dry"}],
            "record": {"series": "GZ-1", "submission": "SY-1", "commission": "W-7",
                "sampled_by": "received", "checked": {"operator": "u-2"}, "issued": "on_paper",
                "workings": [
                    {"analyte": "Tl", "working": {"by": "solution", "concentration": reading,
                        "unit": "ug/L", "volume_ml": "50", "portion_g": "0.5", "dilution": "10",
                        "moisture_percent": "8.2", "blank": "0.02"}},
                    {"analyte": "moisture", "working": {"by": "drying", "pan_g": "20.1",
                        "wet_g": "120.1", "dry_g": "111.9"}}],
                "unjudged": [{"check": "drift", "value": "3.1 %"}],
                "conditions": {"load_percent": "85", "facilities": "正常"}}}),
        ),
        (
            "master.put",
            json!({"active": true, "record": {"what": "method", "id": "icp", "name": "ICP-MS",
                "analyte": "Tl", "unit": "mg/kg", "lod": "0.05",
                "evidence": [{"kind": "round", "number": "PT-26", "valid_from":
                    "2026-01-01T00:00:00+08:00", "valid_to": "2027-01-01T00:00:00+08:00"}],
                "series": {"digits": 3, "template": [{"check": "blank", "first": true,
                    "last": false}], "limits": {"duplicate_percent": "20",
                    "spike_percent": {"low": "70", "high": "130"}}}}}),
        ),
        (
            "sample.submit",
            json!({"number": "SY-1", "lab_name": "某检测公司", "lab": "lab-1",
            "commission": "W-7", "analytes": ["Tl"], "due": "2026-12-01T00:00:00+08:00",
            "sampled_by": "on_site", "lines": [{"sample": ID, "seal": "F-001"}]}),
        ),
        (
            "plan.approve",
            json!({"plan": "plan-1", "target": entry, "decision": "accept",
                "approved_by": "u-9"}),
        ),
        ("assay.review", json!({"assay": ID, "target": entry, "decision": "accept"})),
        (
            "handover.dispatch",
            json!({"code": "ZAB5RRB149", "kind": "manifest", "from": "store", "to": "q",
            "lines": [{"line": 1, "material": "m", "mass": mass}]}),
        ),
        (
            "handover.receive",
            json!({"code": "ZAB5RRB149", "from": "p", "location": {"node": "n"},
            "decision": "accept", "lines": [{"line": 1, "mass": mass}]}),
        ),
        ("waste.store", json!({"batch": ID, "place": "w", "waste_code": "321-014-48"})),
        ("waste.dispose", json!({"portion": portion, "node": "n", "method": "D1"})),
        (
            "stock.take",
            json!({"node": "n", "at": "2026-11-01T08:00:00+08:00", "lines":
            [{"material": "m", "method": "pile", "mass": mass}]}),
        ),
        (
            "monitor.reading",
            json!({"stream": "s", "span": span, "values":
            [{"analyte": "Tl", "result": reading, "unit": "ng/L", "flag": "N"}]}),
        ),
        ("label.print", json!({"of": "batch", "code": "ZAB5RRB149", "copies": 2})),
        (
            "label.print",
            json!({"of": "batch", "code": "ZAB5RRB149", "copies": 1, "first": 3, "printer": "p",
                "reason": "torn", "template": "100x70/2", "national_code": "91450100"}),
        ),
        (
            "shift.handover",
            json!({"taken_by": "op-1", "half_weighed": ["ZAB-5RR-B149"], "unsent_samples": [],
                   "questions": [], "runs": [], "waiting": 3, "remark": ""}),
        ),
        (
            "evidence.add",
            json!({"about": [entry], "raw": {"base64": "e30=", "decoder": "paper/1"}}),
        ),
        (
            "finding.resolve",
            json!({"node": "roast", "substance": "Tl", "span": span, "reason": "leak found",
                   "fact": {"what": "bias", "evidence": "scale_check", "class": "long_term",
                            "source": "meter:scale-east", "percent": "1.5",
                            "remaining_percent": "0.2"}}),
        ),
        (
            "finding.open",
            json!({"party": "alfa", "finding": name, "substance": "Tl", "zh": "少于账面",
                   "en": "less than booked", "evidence": [entry], "question": "为什么",
                   "explain_by": "2026-11-16T08:00:00+08:00", "previous": "b".repeat(64)}),
        ),
        (
            "finding.explain",
            json!({"finding": name, "words": "scale checked", "evidence": [entry],
                   "previous": "b".repeat(64)}),
        ),
        (
            "finding.return",
            json!({"party": "alfa", "finding": name, "reason": "no weights named",
                   "explain_by": "2026-11-16T08:00:00+08:00", "previous": "b".repeat(64)}),
        ),
        (
            "finding.close",
            json!({"party": "alfa", "finding": name, "outcome": "explained",
                   "reason": "checked on site", "previous": "b".repeat(64)}),
        ),
        (
            "period.close",
            json!({"span": span, "substance": "Tl", "size": 7, "root": "b".repeat(64),
            "opening": [entry], "closing": [], "figures": [["muf", "-1.5"]]}),
        ),
        (
            "supersede",
            json!({"target": entry, "reason": "typed wrong", "approved_by": "u-1",
                "replacement": null}),
        ),
    ]
}
