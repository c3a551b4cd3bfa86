//! What is odd about entries: verdicts, tasks, and that a task goes when its cause is gone.

use serde_json::{Value, json};

use super::*;

const LABEL: &str = "ZAB5RRB149";

fn after_masters(entries: Vec<Told>) -> Played {
    play(&[masters(), entries].concat())
}

fn labelled(number: u32) -> Told {
    told(
        number,
        "batch.register",
        json!({"code": LABEL, "material": "conc", "origin": "arrival",
               "location": {"node": "yard"}}),
    )
}

#[test]
fn overdraw_of_a_batch_stands_until_a_higher_weighing() {
    let entries = vec![arrival(20), weigh(21, 20, 1000), put_part(22, 20, 1200)];
    let mut played = after_masters(entries.clone());
    assert_eq!(played.last(), [Verdict::Overdraw]);
    assert_eq!(played.left(20), "-200");
    let key = format!("overdraw/batch:{}", id(20));
    let task = played.task(&key).expect("somebody has to look");
    assert_eq!((task.entry, task.count), (id(22), 1));
    assert_eq!(task.detail, [("grams".to_owned(), "-200000".to_owned())]);
    assert_eq!(played.holdings(), ["yard//conc -200", "yard/pile/conc 1200"]);
    let mut again = after_masters([entries.clone(), vec![weigh(23, 20, 1199)]].concat());
    assert!(again.task(&key).is_some(), "one kilogram is still missing");
    assert_eq!(again.left(20), "-1");
    let mut settled = after_masters([entries.clone(), vec![weigh(23, 20, 1200)]].concat());
    assert_eq!((settled.tasks(), settled.batch(20).state), (vec![], BatchState::Closed));
    let open = after_masters([entries, vec![weigh(23, 20, 1500)]].concat()).batch(20);
    assert_eq!(open.state, BatchState::Open, "the new mass leaves something over");
}

#[test]
fn all_of_an_overdrawn_batch_is_nothing() {
    let entries = vec![arrival(20), weigh(21, 20, 1000), put_part(22, 20, 1200), put(23, 20)];
    let mut played = after_masters(entries);
    assert_eq!(played.flows(20)[2], "Put yard → yard/pile 0", "no mass comes back");
    assert_eq!((played.left(20).as_str(), played.batch(20).state), ("-200", BatchState::Closed));
}

#[test]
fn taking_from_what_is_closed_or_void_is_accepted_and_marked() {
    let used = vec![arrival(20), weigh(21, 20, 1000), put(22, 20), put_part(23, 20, 10)];
    let mut played = after_masters(used);
    assert_eq!(played.last(), [Verdict::Overdraw, Verdict::Closed]);
    assert_eq!(played.left(20), "-10");
    let void = told(22, "batch.void", json!({"batch": id(20), "reason": "twice"}));
    let entries = vec![arrival(20), weigh(21, 20, 1000), void, put_part(23, 20, 10)];
    let mut played = after_masters(entries);
    assert_eq!(played.last(), [Verdict::Closed]);
    assert_eq!((played.holdings(), played.flows(20)), (vec![], vec![]), "it never existed");
}

#[test]
fn a_pile_below_zero_is_a_task_of_the_place_per_material() {
    let key = "overdraw/place:pile";
    let other = told(
        21,
        "batch.register",
        json!({"material": "calcine", "origin": "arrival", "location": {"node": "yard"},
               "mass": kg(5)}),
    );
    let mut entries = vec![draw(20, 700)];
    let played = after_masters(entries.clone());
    assert_eq!(played.last(), [Verdict::Overdraw]);
    let task = played.task(key).expect("a task");
    assert_eq!((task.entry, task.since), (id(20), entries[0].at));
    assert_eq!(task.detail, [("grams yard conc".to_owned(), "-700000".to_owned())]);
    // Putting something else there settles nothing.
    entries.extend([other, put(22, 21)]);
    assert!(after_masters(entries.clone()).task(key).is_some());
    entries.extend([arrival(23), weigh(24, 23, 699), put(25, 23)]);
    let played = after_masters(entries.clone());
    assert_eq!(played.task(key).expect("one short").detail[0].1, "-1000");
    assert_eq!(played.task(key).expect("one short").entry, id(20), "shown by the first draw");
    entries.extend([weigh(26, 23, 700)]);
    let played = after_masters(entries);
    assert_eq!(played.tasks(), [""; 0]);
    assert_eq!(played.holdings(), ["yard/pile/calcine 5"]);
}

#[test]
fn a_label_claimed_twice_is_relabelled_or_freed() {
    let sample = json!({"code": LABEL, "subject": {"batches": [{"batch": id(20)}]}});
    let dispatch = json!({"code": LABEL, "kind": "delivery", "from": "yard",
        "lines": [{"line": 1, "material": "conc", "mass": kg(1)}]});
    let plate = json!({"what": "place", "id": "pile-2", "node": "yard", "name": "2号堆",
                       "code": LABEL});
    let entries = vec![
        labelled(20),
        labelled(21),
        told(22, "sample.take", sample),
        told(23, "handover.dispatch", dispatch),
        master(24, plate),
    ];
    let mut played = after_masters(entries.clone());
    for verdicts in &played.verdicts[masters().len() + 1..] {
        assert_eq!(verdicts, &[Verdict::CodeTaken]);
    }
    assert_eq!(
        played.tasks(),
        [
            format!("code_taken/batch:{}", id(21)),
            format!("code_taken/handover:{LABEL}"),
            "code_taken/place:pile-2".to_owned(),
            format!("code_taken/sample:{}", id(22)),
        ]
    );
    assert!(played.batch(20).code.is_some() && played.batch(21).code.is_none());
    // The first claim is withdrawn: the next one in the log owns the label, the others still don't.
    let freed = [entries.clone(), vec![supersede(25, 20, None)]].concat();
    let mut played = after_masters(freed.clone());
    assert!(played.batch(21).code.is_some() && !played.batch(21).code_taken);
    assert_eq!(played.tasks().len(), 4, "the sample now stands for a batch that is missing");
    let all = [freed, (21..=23).map(|n| supersede(n + 5, n, None)).collect()].concat();
    let mut played = after_masters(all);
    assert_eq!(played.tasks(), [""; 0], "the plate has the label to itself");
    let Ok(owner) = played.books.row(&RowKey::new(Table::Code, LABEL));
    assert!(matches!(owner, Some(Row::Code(row)) if row.owner == id(24)));
}

#[test]
fn a_new_version_of_a_place_keeps_its_plate() {
    let plate = |number, code: Option<&str>| {
        let mut record = json!({"what": "place", "id": "pile-2", "node": "yard", "name": "2"});
        if let Some(code) = code {
            record["code"] = json!(code);
        }
        master(number, record)
    };
    let played = after_masters(vec![plate(20, Some(LABEL)), plate(21, Some(LABEL))]);
    assert_eq!((played.last(), played.tasks()), (&[][..], vec![]));
    let taken = vec![labelled(20), plate(21, Some(LABEL))];
    assert_eq!(after_masters(taken.clone()).tasks(), ["code_taken/place:pile-2"]);
    let renamed = [taken, vec![plate(22, None)]].concat();
    assert_eq!(after_masters(renamed).tasks(), [""; 0], "the plate was taken off");
}

#[test]
fn what_is_missing_is_a_task_until_it_comes() {
    let report = json!({"sample": id(30), "purpose": "process", "standing": "final",
        "side": "own", "determinations": []});
    let review = json!({"assay": id(31), "target": reference(31), "decision": "accept"});
    let close = json!({"run": id(32), "inputs": [], "outputs": []});
    let early = vec![
        weigh(20, 29, 1000),
        put_part(21, 29, 10),
        told(22, "run.close", close),
        told(23, "assay.review", review),
        told(31, "assay.report", report),
        supersede(24, 29, Some(arrival(29).body.to_value())),
    ];
    let played = play(&[masters(), early.clone()].concat());
    for verdicts in &played.verdicts[masters().len()..] {
        assert_eq!(verdicts, &[Verdict::MissingParent]);
    }
    let missing = |what: &str, number| format!("missing_parent/{what}:{}", id(number));
    assert_eq!(
        played.tasks(),
        [missing("batch", 29), missing("entry", 29), missing("run", 32), missing("sample", 30)],
        "the report came, so its review waits for nothing"
    );
    let task = played.task(&missing("batch", 29)).expect("a task");
    assert_eq!((task.count, task.entry), (2, id(20)));
    // Withdrawing what named it takes the task away as well.
    let withdrawn = [early.clone(), vec![supersede(25, 22, None)]].concat();
    let played = play(&[masters(), withdrawn].concat());
    assert_eq!(played.task(&missing("run", 32)), None);
    let start = json!({"node": "roast", "inputs": [], "operation": "焙烧"});
    let subject = json!({"subject": {"batches": [{"batch": id(29)}]}});
    let came = vec![arrival(29), told(32, "run.start", start), told(30, "sample.take", subject)];
    let played = play(&[masters(), early, came].concat());
    assert_eq!(played.tasks(), [""; 0]);
    assert_eq!(played.holdings(), ["yard//conc 990", "yard/pile/conc 10"]);
}

#[test]
fn masters_may_come_after_the_entries_that_name_them() {
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    let facts = vec![
        arrival(20),
        weigh(21, 20, 1000),
        put_part(22, 20, 400),
        draw(23, 100),
        told(
            24,
            "flow.report",
            json!({"stream": "feed", "span": span, "amount": {"mass": kg(50)},
                   "source": "measured"}),
        ),
        told(
            25,
            "handover.dispatch",
            json!({"code": LABEL, "kind": "delivery", "from": "yard",
                   "lines": [{"line": 1, "material": "conc", "mass": kg(1)}]}),
        ),
    ];
    let before = play(&facts);
    assert_eq!(before.verdicts[0], [Verdict::UnknownMaster]);
    assert_eq!(before.task("unknown_master/place:pile").expect("a task").count, 2);
    let late = play(&[facts.clone(), masters()].concat());
    let early = play(&[masters(), facts].concat());
    assert_eq!(late.tasks(), [""; 0]);
    assert_eq!(late.differences(&early), [""; 0]);
    assert_eq!(early.holdings(), ["yard//conc 549", "yard/pile/conc 300"]);
}

#[test]
fn a_new_version_of_a_place_moves_nothing_that_lies_there() {
    let moved = json!({"what": "place", "id": "pile", "node": "depot", "name": "1号堆",
                       "material": "conc"});
    let entries = vec![arrival(20), weigh(21, 20, 1000), put_part(22, 20, 400), master(23, moved)];
    // A later fact derives the batch anew; the earlier put stays where it was.
    let mut played = after_masters([entries, vec![put_part(24, 20, 100)]].concat());
    assert_eq!(played.flows(20)[1..], ["Put yard → yard/pile 400", "Put yard → depot/pile 100"]);
}

#[test]
fn an_entry_of_another_kind_named_as_a_batch_keeps_its_flows() {
    let mut played = after_masters(vec![draw(20, 5), weigh(21, 20, 7), put_part(22, 20, 1)]);
    assert_eq!(played.flows(20), ["Draw yard/pile → [roast] 5"]);
    assert_eq!(played.last(), [Verdict::MissingParent]);
    assert_eq!(played.holdings(), ["yard/pile/conc -5"]);
}

#[test]
fn unknown_kinds_are_kept_with_a_task() {
    let played = after_masters(vec![told(20, "problem.open", json!({"code": "X"}))]);
    assert_eq!(played.last(), [Verdict::UnknownKind]);
    assert_eq!(played.tasks(), ["unknown_kind/kind:problem.open"]);
    let mut books = played.books;
    let Ok(fact) = books.fact(id(20));
    assert!(matches!(fact.and_then(|fact| fact.body), Some(Body::Unknown { .. })));
}

#[test]
fn suspect_entries_stay_out_of_every_fold() {
    let good = vec![labelled(20), weigh(21, 20, 1000)];
    let mut suspects = vec![
        weigh(22, 20, 9999),
        put(23, 20),
        draw(24, 5),
        labelled(25),
        supersede(26, 21, None),
        weigh(27, 77, 1),
        master(28, json!({"what": "place", "id": "pile", "node": "depot", "name": "x"})),
        told(29, "batch.weigh", json!({"batch": id(20), "net": kg(1), "meter": "ghost"})),
    ];
    suspects.iter_mut().for_each(|entry| entry.suspect = true);
    let with = after_masters([good.clone(), suspects.clone()].concat());
    assert_eq!(with.tasks(), ["suspect/device:gate-1"]);
    assert!(with.last().contains(&Verdict::Suspect));
    // Good entries about the same things derive them anew, still without the suspects.
    let more = vec![put_part(40, 20, 10), draw(41, 3), labelled(42), weigh(43, 20, 1001)];
    let without = after_masters([good.clone(), more.clone()].concat());
    let with = after_masters([good, suspects, more].concat());
    let rows = |played: &Played| {
        let rows = played.plain().into_iter();
        rows.filter(|row| !matches!(row, Row::Task(_))).collect::<Vec<_>>()
    };
    assert_eq!(rows(&with), rows(&without));
}

#[test]
fn clocks_are_flagged_and_never_refused() {
    let minute = 60_000_000;
    let mut entry = draw(20, 1);
    let mut verdicts = |ahead: Micros, clock: bool| {
        entry.received_at = entry.at - ahead;
        entry.clock = clock;
        let filled = vec![arrival(18), weigh(19, 18, 1), put(30, 18), entry.clone()];
        let played = after_masters(filled);
        (played.last().to_vec(), played.tasks())
    };
    assert_eq!(verdicts(5 * minute, false), (vec![], vec![]));
    let future = vec!["future_time/device:gate-1".to_owned()];
    assert_eq!(verdicts(5 * minute + 1, false), (vec![Verdict::FutureTime], future));
    let unsure = vec!["clock_unsure/device:gate-1".to_owned()];
    assert_eq!(verdicts(0, true), (vec![Verdict::ClockUnsure], unsure));
    assert_eq!(verdicts(-LATE_AFTER_MICROS, false), (vec![], vec![]));
    assert_eq!(verdicts(-LATE_AFTER_MICROS - 1, false), (vec![Verdict::Late], vec![]));
    // The next entry in time clears the device's task.
    let mut ahead = draw(20, 1);
    ahead.received_at = ahead.at - 10 * minute;
    let filled = vec![arrival(18), weigh(19, 18, 5), put(30, 18), ahead, draw(21, 1)];
    assert_eq!(after_masters(filled).tasks(), [""; 0]);
}

#[test]
fn what_is_no_amount_is_marked_and_not_booked() {
    let vast = json!({"basis": "wet", "unit": "t", "value": "79228162514264337593543950335"});
    let moist = json!({"is": "detected_below_loq", "lod": "79228162514264337593543950335",
                       "loq": "79228162514264337593543950335"});
    let entries = vec![
        arrival(20),
        weigh(21, 20, 1000),
        weigh(22, 20, -5),
        told(23, "batch.weigh", json!({"batch": id(20), "net": vast})),
        put_part(24, 20, -7),
        told(25, "store.draw", json!({"place": "pile", "mass": vast, "to": "roast"})),
    ];
    let mut played = after_masters(entries.clone());
    for verdicts in &played.verdicts[masters().len() + 2..] {
        assert_eq!(verdicts, &[Verdict::Unusable]);
    }
    assert_eq!(
        (played.left(20).as_str(), played.holdings()),
        ("1000", vec!["yard//conc 1000".to_owned()])
    );
    // Absurd moistures and nearly dry water must not stop the books either.
    let dry = json!({"basis": "dry", "unit": "kg", "value": "1000"});
    let wet = json!({"is": "value", "value": "99.99999999999999999999999999"});
    for moisture in [moist, wet] {
        let body = json!({"batch": id(20), "net": dry, "moisture": moisture});
        let mut played =
            after_masters([entries.clone(), vec![told(26, "batch.weigh", body)]].concat());
        assert_eq!(played.left(20), "1000", "kept dry, as it was given");
    }
}

#[test]
fn a_failed_check_is_a_task_of_the_assay() {
    let report = |deviation: Value| {
        let mut check = json!({"check": "blank", "passed": false});
        if !deviation.is_null() {
            check["deviation"] = deviation;
        }
        json!({"sample": id(20), "purpose": "process", "standing": "final", "side": "own",
               "determinations": [], "quality": [check]})
    };
    let subject = json!({"subject": {"batches": []}});
    let entries =
        vec![told(20, "sample.take", subject), told(21, "assay.report", report(json!(null)))];
    let played = after_masters(entries.clone());
    assert_eq!(played.last(), [Verdict::QualityFailed]);
    let key = format!("quality_failed/assay:{}", id(21));
    assert_eq!(played.task(&key).expect("a task").detail[0].1, "blank");
    let explained = supersede(22, 21, Some(report(json!("按 HJ 700 重测合格"))));
    assert_eq!(after_masters([entries, vec![explained]].concat()).tasks(), [""; 0]);
}
