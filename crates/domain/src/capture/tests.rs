//! Each rule at capture refuses what it should, says why, and lets the neighbouring case pass.

use serde_json::{Value, json};

use super::*;
use crate::project::tests::{
    Told, all, arrival, id, kg, masters, part, play, put, reference, register, told, weigh,
};
use crate::quantity::WetMass;
use crate::time::HOUR_MICROS;

const CODE: &str = "ZAB5RRB149";

/// Books after the masters and the entries given (numbers from 20).
fn checked(entries: Vec<Told>, kind: &str, body: Value) -> Checked {
    let entry = told(900, kind, body);
    let operator = "u-7".parse().expect("a name");
    let mut played = play(&[masters(), entries].concat());
    let capture = Capture {
        body: &entry.body,
        operator: Some(&operator),
        observed_at: entry.at,
        now: entry.at,
    };
    let Ok(checked) = check(&mut OnBooks(&mut played.books), &capture);
    checked
}

fn refusals(entries: Vec<Told>, kind: &str, body: Value) -> Vec<&'static str> {
    checked(entries, kind, body).refusals.iter().map(Refusal::code).collect()
}

/// The codes of refusals and notices; `[]` means that it may be signed without a word.
fn words(entries: Vec<Told>, kind: &str, body: Value) -> (Vec<&'static str>, Vec<&'static str>) {
    let checked = checked(entries, kind, body);
    let refusals = checked.refusals.iter().map(Refusal::code).collect();
    (refusals, checked.notices.iter().map(Notice::code).collect())
}

fn sacks(mass: &str) -> Vec<Told> {
    vec![register(20, "production", "dust", "roast"), weigh(21, 20, mass)]
}

#[test]
fn counted_items_refuse_overdraw_and_say_what_is_left() {
    let draw = |mass: &str| json!({"node": "leach", "inputs": [part(20, mass)], "operation": "浸"});
    let refused = checked(sacks("3210"), "run.start", draw("5000")).into_result();
    let refusal = refused.expect_err("3.210 t are left");
    assert_eq!(
        refusal,
        Refusal::Overdraw {
            batch: "00000014".to_owned(),
            left: WetMass(3_210_000.into()),
            asked: WetMass(5_000_000.into()),
        }
    );
    assert_eq!(refusal.zh(), "批次 00000014 剩余 3.210 t，不能取 5.000 t；请核对标签或先复秤");
    assert!(refusal.en().contains("3.210 t left, 5.000 t can't"), "{refusal}");
    // All that is left, and exactly as much, may be taken.
    assert_eq!(refusals(sacks("3210"), "run.start", draw("3210")), [""; 0]);
    let rest = json!({"node": "leach", "inputs": [all(20)], "operation": "浸"});
    assert_eq!(refusals(sacks("3210"), "run.start", rest), [""; 0]);
    // Two parts of one batch count together.
    let twice = json!({"node": "leach", "inputs": [part(20, 2000), part(20, 2000)],
                       "operation": "浸"});
    assert_eq!(refusals(sacks("3210"), "run.start", twice), ["overdraw"]);
    // What is shipped counts, not what was planned.
    let line = |portion, mass| {
        json!({"line": 1, "material": "dust", "portion": portion,
            "mass": kg(mass)})
    };
    let dispatch =
        |line| json!({"code": CODE, "kind": "delivery", "from": "roast", "lines": [line]});
    let ship = refusals(sacks("10"), "handover.dispatch", dispatch(line(part(20, 9), 11)));
    assert_eq!(ship, ["overdraw"]);
    let close = refusals(sacks("10"), "handover.dispatch", dispatch(line(all(20), 11)));
    assert_eq!(close, [""; 0], "\"all\" closes at whatever was weighed");
}

#[test]
fn bulk_is_never_held_back() {
    let entries = vec![arrival(20), weigh(21, 20, 1000)];
    let body = json!({"portion": part(20, 1001), "place": "pile"});
    assert_eq!(words(entries, "store.put", body), (vec![], vec!["overdraw"]));
    let draw = json!({"place": "pile", "mass": kg(1_000_000), "to": "roast"});
    assert_eq!(words(vec![], "store.draw", draw), (vec![], vec![]));
}

#[test]
fn closed_and_void_batches_are_refused_and_unknown_ones_noted() {
    let used = vec![arrival(20), weigh(21, 20, 1000), put(22, 20)];
    let again = json!({"portion": all(20), "place": "pile"});
    assert_eq!(refusals(used.clone(), "store.put", again.clone()), ["closed"]);
    let weighing = json!({"batch": id(20), "net": kg(1010)});
    assert_eq!(refusals(used, "batch.weigh", weighing.clone()), [""; 0], "复秤 stays possible");
    let void =
        vec![arrival(20), told(21, "batch.void", json!({"batch": id(20), "reason": "twice"}))];
    assert_eq!(refusals(void, "batch.weigh", weighing.clone()), ["closed"]);
    assert_eq!(words(vec![], "store.put", again), (vec![], vec!["unknown_batch"]));
    // An entry that only names it makes no batch.
    let named = vec![weigh(21, 20, 5)];
    assert_eq!(words(named, "batch.weigh", weighing), (vec![], vec!["unknown_batch"]));
}

#[test]
fn a_label_names_one_thing() {
    let claim = json!({"code": CODE, "material": "conc", "origin": "arrival",
                       "location": {"node": "yard"}});
    let taken = vec![told(20, "batch.register", claim.clone())];
    let refused = checked(taken.clone(), "batch.register", claim.clone()).into_result();
    let words = refused.expect_err("taken").zh();
    assert_eq!(words, "标签 ZAB-5RR-B149 已用于批次（00000014）；请换一张新标签");
    let sample = json!({"code": CODE, "subject": {"batches": [{"batch": id(20)}]}});
    assert_eq!(refusals(taken.clone(), "sample.take", sample), ["code_taken"]);
    let dispatch = json!({"code": CODE, "kind": "delivery", "from": "yard",
        "lines": [{"line": 1, "material": "conc", "mass": kg(1)}]});
    assert_eq!(refusals(taken.clone(), "handover.dispatch", dispatch), ["code_taken"]);
    let plate = |id: &str| {
        json!({"active": true, "record": {"what": "place", "id": id,
        "node": "yard", "name": "2号堆", "code": CODE}})
    };
    assert_eq!(refusals(taken, "master.put", plate("pile-2")), ["code_taken"]);
    // A new version of a place keeps its plate; another place can't have it.
    let known = vec![told(20, "master.put", plate("pile-2"))];
    assert_eq!(refusals(known.clone(), "master.put", plate("pile-2")), [""; 0]);
    assert_eq!(refusals(known, "master.put", plate("pile-3")), ["code_taken"]);
    assert_eq!(refusals(vec![], "batch.register", claim), [""; 0]);
}

#[test]
fn records_must_be_declared_and_in_use() {
    let at = |material: &str, node: &str| {
        json!({"material": material, "origin": "arrival",
            "location": {"node": node, "place": "x"}})
    };
    let unknown = checked(vec![], "batch.register", at("gold", "mine"));
    let read: Vec<_> = unknown.refusals.iter().map(Refusal::zh).collect();
    assert_eq!(read.len(), 3, "{read:?}");
    assert_eq!(read[0], "基础资料中没有物料“gold”；请从列表中选择，或由管理员先添加");
    let weighing = json!({"batch": id(20), "net": kg(5), "meter": "no-scale"});
    assert_eq!(refusals(vec![], "batch.weigh", weighing), ["unknown_master"]);
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    let flow = json!({"stream": "no", "span": span, "amount": {"mass": kg(0)},
                      "source": "measured"});
    assert_eq!(refusals(vec![], "flow.report", flow), ["unknown_master"]);
    let retired = told(
        20,
        "master.put",
        json!({"active": false, "record":
        {"what": "place", "id": "pile", "node": "yard", "name": "1号堆"}}),
    );
    let draw = json!({"place": "pile", "mass": kg(1), "to": "roast"});
    assert_eq!(refusals(vec![retired], "store.draw", draw.clone()), ["inactive_master"]);
    assert_eq!(refusals(vec![], "store.draw", draw), [""; 0]);
}

#[test]
fn weighings_must_add_up() {
    let weighing = |gross: Value, tare: Value, net: Value| {
        refusals(
            vec![arrival(20)],
            "batch.weigh",
            json!({"batch": id(20), "gross": gross, "tare": tare, "net": net}),
        )
    };
    assert_eq!(weighing(kg("49850"), kg("17400"), kg("32450")), [""; 0]);
    assert_eq!(weighing(kg("49850"), kg("17400"), kg("32540")), ["net_mismatch"]);
    let tonnes = json!({"basis": "wet", "unit": "t", "value": "32.450"});
    assert_eq!(weighing(kg("49850"), kg("17400"), tonnes), [""; 0], "units may differ");
    let dry = json!({"basis": "dry", "unit": "kg", "value": "32450"});
    assert_eq!(weighing(kg("49850"), kg("17400"), dry), ["net_mismatch"]);
    assert_eq!(weighing(kg("17400"), kg("17400"), kg("0")), ["not_positive"]);
    assert_eq!(weighing(kg("10"), kg("-5"), kg("15")), ["negative"]);
    assert_eq!(weighing(kg("10"), kg("15"), kg("-5")), ["not_positive"]);
    // The largest decimal there is must not overflow on its way to the refusal.
    let vast = json!({"basis": "wet", "unit": "t", "value": "79228162514264337593543950335"});
    assert_eq!(weighing(vast.clone(), vast.clone(), vast), ["too_large"; 3]);
    let typed = json!({"batch": id(20), "net": kg(5), "manual": "  "});
    assert_eq!(refusals(vec![arrival(20)], "batch.weigh", typed), ["empty"]);
}

#[test]
fn zero_is_a_finding_where_nothing_may_be_there() {
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    let flow = |amount: Value, span: &Value| {
        refusals(
            vec![],
            "flow.report",
            json!({"stream": "effluent", "span": span, "amount": amount, "source": "measured"}),
        )
    };
    assert_eq!(flow(json!({"mass": kg(0)}), &span), [""; 0], "a day without discharge");
    assert_eq!(flow(json!({"mass": kg(-1)}), &span), ["negative"]);
    let volume = |value: &str| json!({"volume": {"unit": "m3", "value": value}});
    assert_eq!(flow(volume("0"), &span), [""; 0]);
    assert_eq!(flow(volume("-0.1"), &span), ["negative"]);
    assert_eq!(flow(volume("79228162514264337593543950335"), &span), ["too_large"]);
    let back = json!({"from": "2026-11-02T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    assert_eq!(flow(volume("1"), &back), ["span_reversed"]);
    let take = |mass: Value| {
        json!({"node": "yard", "at": "2026-11-01T08:00:00+08:00",
               "lines": [{"material": "conc", "method": "pile", "mass": mass}]})
    };
    assert_eq!(refusals(vec![], "stock.take", take(kg(0))), [""; 0]);
    assert_eq!(refusals(vec![], "stock.take", take(kg(-1))), ["negative"]);
    let draw = json!({"place": "pile", "mass": kg(0), "to": "roast"});
    assert_eq!(refusals(vec![], "store.draw", draw), ["not_positive"]);
}

#[test]
fn moisture_is_from_zero_to_below_a_hundred() {
    let weighing = |moisture: Value| {
        let body = json!({"batch": id(20), "net": kg(5), "moisture": moisture});
        refusals(vec![arrival(20)], "batch.weigh", body)
    };
    let value = |text: &str| json!({"is": "value", "value": text});
    assert_eq!(weighing(value("0")), [""; 0]);
    assert_eq!(weighing(value("99.9")), [""; 0]);
    assert_eq!(weighing(value("100")), ["moisture_range"]);
    assert_eq!(weighing(value("-0.1")), ["moisture_range"]);
    let limits = json!({"is": "detected_below_loq", "lod": "79228162514264337593543950335",
                        "loq": "79228162514264337593543950335"});
    assert_eq!(weighing(limits), ["moisture_range"]);
}

#[test]
fn a_clock_may_run_five_minutes_ahead_and_no_more() {
    let mut played = play(&masters());
    let entry = told(20, "store.draw", json!({"place": "pile", "mass": kg(1), "to": "roast"}));
    let mut ahead = |minutes: i64, micros: i64| {
        let observed_at = entry.at + minutes * 60_000_000 + micros;
        let capture = Capture { body: &entry.body, operator: None, observed_at, now: entry.at };
        let Ok(checked) = check(&mut OnBooks(&mut played.books), &capture);
        checked.refusals
    };
    assert_eq!(ahead(5, 0), []);
    assert_eq!(ahead(5, 1), [Refusal::Future { minutes: 6 }]);
    assert_eq!(ahead(-60 * 24 * 365, 0), [], "late is flagged, never refused");
    // Times inside the body count as well.
    let at = told(900, "label.print", json!({"of": "batch", "code": CODE, "copies": 1})).at;
    let later = crate::time::Moment::from_micros(at + HOUR_MICROS, 0).expect("in range");
    let take = json!({"node": "yard", "at": later.as_str(), "lines": []});
    assert_eq!(refusals(vec![], "stock.take", take), ["future_time"]);
}

fn sampled() -> Vec<Told> {
    let subject = json!({"subject": {"batches": [{"batch": id(20)}]}});
    vec![arrival(20), told(21, "sample.take", subject)]
}

fn report(result: Value, more: &Value) -> Value {
    let mut body = json!({"sample": id(21), "purpose": "process", "standing": "final",
        "side": "own", "determinations": [{"analyte": "Tl", "result": result, "unit": "mg/kg",
        "basis": "dry", "method": "icp"}]});
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

#[test]
fn blank_is_no_result_and_nd_needs_its_limit() {
    let results = |result| refusals(sampled(), "assay.report", report(result, &json!({})));
    assert_eq!(results(json!({"is": "not_measured"})), ["blank_result"]);
    assert_eq!(results(json!({"is": "value", "value": "0"})), [""; 0]);
    assert_eq!(results(json!({"is": "value", "value": "-0.1"})), ["bad_result"]);
    assert_eq!(results(json!({"is": "below", "limit": "0"})), ["bad_result"]);
    assert_eq!(results(json!({"is": "not_detected", "lod": "0.02"})), [""; 0]);
    let reversed = json!({"is": "detected_below_loq", "lod": "0.06", "loq": "0.02"});
    assert_eq!(results(reversed), ["bad_result"]);
    let none = report(json!({"is": "not_measured"}), &json!({"determinations": []}));
    assert_eq!(refusals(sampled(), "assay.report", none), ["blank_result"]);
    let share = json!({"determinations": [{"analyte": "Zn", "unit": "%",
        "result": {"is": "value", "value": "101"}}]});
    let share = report(json!({"is": "not_measured"}), &share);
    assert_eq!(refusals(sampled(), "assay.report", share), ["bad_result"]);
}

mod laboratory;

#[test]
fn nobody_reviews_the_own_result() {
    let review = json!({"assay": id(22), "target": reference(22), "decision": "accept"});
    let by = |analyst: Value| {
        let body = report(json!({"is": "value", "value": "20.0"}), &analyst);
        [sampled(), vec![told(22, "assay.report", body)]].concat()
    };
    let own = by(json!({"analyst": "u-7"}));
    assert_eq!(refusals(own, "assay.review", review.clone()), ["reviewer_is_analyst"]);
    let other = by(json!({"analyst": "u-8"}));
    assert_eq!(words(other.clone(), "assay.review", review.clone()), (vec![], vec![]));
    let unknown = words(by(json!({})), "assay.review", review.clone());
    assert_eq!(unknown, (vec![], vec!["analyst_unknown"]));
    assert_eq!(refusals(sampled(), "assay.review", review.clone()), ["unknown_assay"]);
    let entry = told(900, "assay.review", review);
    let mut played = play(&[masters(), other].concat());
    let capture =
        Capture { body: &entry.body, operator: None, observed_at: entry.at, now: entry.at };
    let Ok(checked) = check(&mut OnBooks(&mut played.books), &capture);
    assert_eq!(checked.refusals, [Refusal::NoReviewer {}]);
}

#[test]
fn a_run_ends_with_labelled_and_weighed_outputs() {
    let label = |code: &str| {
        json!({"code": code, "material": "calcine", "origin": "production",
               "location": {"node": "roast"}})
    };
    let feed = json!({"node": "roast", "inputs": [all(20)], "operation": "焙烧"});
    let entries = vec![
        arrival(20),
        weigh(21, 20, 1000),
        told(22, "run.start", feed),
        told(23, "batch.register", label(CODE)),
    ];
    let close = |output: Value| json!({"run": id(22), "inputs": [], "outputs": [output]});
    let of = |batch: u32, mass: Value| json!({"batch": id(batch), "mass": mass, "returned": false});
    let good = words(entries.clone(), "run.close", close(of(23, kg(870))));
    assert_eq!(good, (vec![], vec![]));
    let bare = json!({"batch": id(23), "returned": false});
    assert_eq!(refusals(entries.clone(), "run.close", close(bare.clone())), ["output_unweighed"]);
    let weighed = [entries.clone(), vec![weigh(24, 23, 870)]].concat();
    assert_eq!(refusals(weighed, "run.close", close(bare)), [""; 0]);
    let unlabelled = [entries.clone(), vec![register(24, "production", "calcine", "roast")]];
    let unlabelled = refusals(unlabelled.concat(), "run.close", close(of(24, kg(870))));
    assert_eq!(unlabelled, ["output_unlabelled"]);
    let twice = [
        entries.clone(),
        vec![told(
            24,
            "sample.take",
            json!({"code": CODE,
        "subject": {"batches": [{"batch": id(23)}]}}),
        )],
    ];
    assert_eq!(refusals(twice.concat(), "run.close", close(of(23, kg(1)))), [""; 0]);
    let nowhere = refusals(entries.clone(), "run.close", close(of(77, kg(870))));
    assert_eq!(nowhere, ["output_unknown"]);
    let gain = words(entries.clone(), "run.close", close(of(23, kg(1001))));
    assert_eq!(gain, (vec![], vec!["output_above_input"]), "a warning, not a refusal");
    let done = [entries, vec![told(24, "run.close", close(of(23, kg(870))))]].concat();
    assert_eq!(refusals(done, "run.close", close(of(23, kg(870)))), ["run_closed"]);
    let early = json!({"run": id(99), "inputs": [], "outputs": []});
    assert_eq!(words(vec![], "run.close", early), (vec![], vec!["unknown_run", "no_output"]));
}

#[test]
fn every_refusal_speaks_both_languages() {
    let spoken = [
        Refusal::BlankResult {},
        Refusal::NoReviewer {},
        Refusal::Empty { field: Field::Lines },
        Refusal::Future { minutes: 6 },
        Refusal::MoistureRange { read: "120".to_owned() },
        Refusal::UnknownMaster { what: "node", id: "x".to_owned() },
    ];
    for refusal in spoken {
        assert!(Refusal::CODES.contains(&refusal.code()));
        assert!(refusal.zh().contains("请") && refusal.en().is_ascii(), "{refusal:?}");
        assert_eq!(refusal.to_string(), refusal.en());
    }
    let mut codes = Refusal::CODES.to_vec();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::CODES.len(), "codes are unique");
}
