//! What is due: terms, stops, composites, outside laboratories, versions of a plan.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::lab::calendar::{Clock, Stop, deadline, stopped};
use crate::lab::due::{Counts, DueState, Facts, Occasion, due};
use crate::lab::plan::{ApprovedPlan, AssayPlan, Frequency};
use crate::project::tests::id;
use crate::project::{AssayRow, BatchRow, FlowRow, SampleRow, SubmissionRow};
use crate::time::{DAY_MICROS, HOUR_MICROS, Micros, MicrosSpan, Moment};

const CLOCK: Clock = Clock { offset_minutes: 480, day_start_hour: 8 };

/// A moment of November 2026 in Beijing.
fn november(day: i64, hour: i64) -> Micros {
    let first: Moment = "2026-11-01T00:00:00+08:00".parse().expect("a moment");
    first.micros() + (day - 1) * DAY_MICROS + hour * HOUR_MICROS
}

fn plan(items: Value) -> Value {
    json!({"name": "计划", "site": "hc", "drafted_by": "u-1",
        "valid_from": "2026-11-01T00:00:00+08:00", "valid_to": "2027-11-01T00:00:00+08:00",
        "items": items})
}

fn item(frequency: &str, more: &Value) -> Value {
    let mut item = json!({"item": "a", "material": "conc", "frequency": frequency, "analyte": "Tl",
        "basis": {"standard": "内控", "clause": "3.1"}, "term_days": 10});
    for (name, value) in more.as_object().expect("members") {
        item[name] = value.clone();
    }
    item
}

fn approved(fields: Value, at: Micros) -> ApprovedPlan {
    let mut record = fields;
    record["id"] = json!("plan");
    serde_json::from_value(json!({"record": record, "active": true, "entry": id(1),
        "approval": id(2), "approved_by": "u-2", "approved_at": at}))
    .expect("a version")
}

/// Facts that a test collects.
#[derive(Default)]
struct Plant {
    batches: Vec<BatchRow>,
    flows: Vec<FlowRow>,
    samples: Vec<SampleRow>,
    assays: Vec<AssayRow>,
    submissions: Vec<SubmissionRow>,
    stops: Vec<Stop>,
}

impl Plant {
    fn batch(&mut self, number: u32, at: Micros) {
        self.batches.push(
            serde_json::from_value(json!({"id": id(number), "code": null, "code_taken": false,
                "material": "conc", "origin": "arrival", "node": "yard", "place": null,
                "supplier": null, "registered_at": at, "wet": null, "left": null,
                "moisture": null, "state": "open", "run": null, "parents": [], "ticket": null}))
            .expect("a batch"),
        );
    }

    fn sample(&mut self, number: u32, subject: Value) {
        let row = json!({"id": id(number), "code": null, "code_taken": false, "lab_name": null,
            "subject": subject, "taken_at": 0, "assays": 0});
        self.samples.push(serde_json::from_value(row).expect("a sample"));
    }

    fn of_batches(&mut self, number: u32, batches: &[u32]) {
        let shares: Vec<Value> = batches.iter().map(|b| json!({"batch": id(*b)})).collect();
        self.sample(number, json!({"batches": shares}));
    }

    fn assay(&mut self, number: u32, sample: u32, at: Micros, more: &Value) {
        let mut row = json!({"id": id(number), "sample": id(sample), "subject": null,
            "reported_at": at, "purpose": "process", "standing": "preliminary", "side": "own",
            "lab": null, "report_number": null, "analyst": null, "review": "pending",
            "quality_failed": false, "quality": [], "evidence": [id(number)],
            "determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
                "result": {"is": "value", "value": "3"}}]});
        for (name, value) in more.as_object().expect("members") {
            row[name] = value.clone();
        }
        self.assays.push(serde_json::from_value(row).expect("an assay"));
    }

    fn sent(&mut self, sample: u32, at: Micros) {
        let row = json!({"entry": id(900), "number": "SY-1", "lab": "lab-1", "lab_name": "外委",
            "commission": null, "analytes": ["Tl"], "sent_at": at, "due": at,
            "sampled_by": "received", "lines": [{"sample": id(sample)}]});
        self.submissions.push(serde_json::from_value(row).expect("a sheet"));
    }

    fn due(&self, versions: &[ApprovedPlan], now: Micros) -> Vec<Occasion> {
        let facts = Facts {
            batches: &self.batches,
            flows: &self.flows,
            samples: &self.samples,
            assays: &self.assays,
            submissions: &self.submissions,
            stops: &self.stops,
        };
        let within = MicrosSpan { from: november(1, 0), to: november(365, 0) };
        due(versions, CLOCK, facts, within, now)
    }

    fn states(&self, items: Value, now: Micros) -> Vec<DueState> {
        let found = self.due(&[approved(plan(items), november(1, 0))], now);
        found.iter().map(|occasion| occasion.state).collect()
    }
}

fn each_batch() -> Value {
    json!([item("each_batch", &json!({}))])
}

#[test]
fn a_batch_waits_within_its_term_and_is_overdue_after_it() {
    let mut plant = Plant::default();
    plant.batch(20, november(3, 9));
    let last = november(13, 9);
    assert_eq!(plant.states(each_batch(), last - 1), [DueState::Waiting]);
    assert_eq!(plant.states(each_batch(), last), [DueState::Overdue]);
    plant.of_batches(30, &[20]);
    assert_eq!(plant.states(each_batch(), last), [DueState::Overdue], "a sample is no result");
    plant.assay(31, 30, november(20, 0), &json!({}));
    assert_eq!(plant.states(each_batch(), last), [DueState::Done]);
    let found = plant.due(&[approved(plan(each_batch()), 0)], last);
    assert!(found[0].late, "done, but after its term");
    assert_eq!(found[0].entries, [id(31)]);
}

#[test]
fn what_is_no_assay_satisfies_nothing() {
    let after = november(30, 0);
    let with = |more: &Value, item_more: &Value| {
        let mut plant = Plant::default();
        plant.batch(20, november(3, 9));
        plant.of_batches(30, &[20]);
        plant.assay(31, 30, november(5, 0), more);
        plant.states(json!([item("each_batch", item_more)]), after)
    };
    let none = json!({});
    assert_eq!(with(&none, &none), [DueState::Done]);
    for more in [
        json!({"review": "returned"}),
        json!({"quality_failed": true}),
        json!({"purpose": "settlement"}),
        json!({"standing": "estimate"}),
        json!({"determinations": [{"analyte": "Cd", "unit": "mg/kg", "basis": "dry",
            "result": {"is": "value", "value": "3"}}]}),
        json!({"determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
            "result": {"is": "not_measured"}}]}),
    ] {
        assert_eq!(with(&more, &none), [DueState::Overdue], "{more}");
    }
    let nd = json!({"determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
        "result": {"is": "not_detected", "lod": "0.1"}}]});
    assert_eq!(with(&nd, &none), [DueState::Done], "ND is a result");
    let outside = json!({"lab": "lab-1"});
    assert_eq!(with(&none, &outside), [DueState::Overdue], "the plan names the laboratory");
    assert_eq!(with(&outside, &outside), [DueState::Done]);
}

#[test]
fn an_outside_laboratory_s_days_are_not_the_plant_s() {
    let mut plant = Plant::default();
    plant.batch(20, november(3, 9));
    plant.of_batches(30, &[20]);
    plant.sent(30, november(12, 0));
    assert_eq!(plant.states(each_batch(), november(30, 0)), [DueState::Waiting]);
    let found = plant.due(&[approved(plan(each_batch()), 0)], november(30, 0));
    assert_eq!(found[0].at_lab_since, Some(november(12, 0)));
    let mut late = Plant::default();
    late.batch(20, november(3, 9));
    late.of_batches(30, &[20]);
    late.sent(30, november(14, 0));
    assert_eq!(late.states(each_batch(), november(30, 0)), [DueState::Overdue], "sent too late");
}

#[test]
fn a_weekly_composite_holds_every_batch_of_its_week() {
    // Weeks begin on Monday at eight: 2 to 9 November.
    let weekly = || json!([item("weekly_composite", &json!({"term_days": 5}))]);
    let now = november(15, 0);
    let mut plant = Plant::default();
    for (number, day) in [(20, 3), (21, 4), (22, 9)] {
        plant.batch(number, november(day, 9));
    }
    plant.of_batches(30, &[20, 21]);
    plant.assay(31, 30, november(10, 0), &json!({}));
    let found = plant.due(&[approved(plan(weekly()), 0)], now);
    let states: Vec<_> = found.iter().map(|o| (o.state, o.covered)).collect();
    assert_eq!(states, [(DueState::Done, Some((2, 2))), (DueState::Waiting, Some((1, 0)))]);
    plant.batch(23, november(5, 9));
    let found = plant.due(&[approved(plan(weekly()), 0)], now);
    assert_eq!((found[0].state, found[0].covered), (DueState::Overdue, Some((3, 2))));
}

#[test]
fn stops_excuse_and_delay() {
    let monthly = || json!([item("monthly", &json!({}))]);
    let stop = |from, to| Stop { site: None, span: MicrosSpan { from, to } };
    let mut plant = Plant::default();
    let after = november(41, 0);
    assert_eq!(plant.states(monthly(), after), [DueState::Overdue, DueState::Waiting]);
    plant.stops = vec![stop(november(1, 0), november(31, 0))];
    assert_eq!(plant.states(monthly(), after), [DueState::Excused, DueState::Waiting]);
    // Ten days from 1 December, five of them stopped: until 16 December.
    plant.stops = vec![stop(november(35, 0), november(40, 0))];
    assert_eq!(plant.states(monthly(), november(46, 0) - 1)[0], DueState::Waiting);
    assert_eq!(plant.states(monthly(), november(46, 0))[0], DueState::Overdue);
    let other = Stop { site: Some("other".parse().expect("a site")), ..plant.stops[0].clone() };
    plant.stops = vec![other];
    assert_eq!(plant.states(monthly(), after)[0], DueState::Overdue, "another site's stop");
}

#[test]
fn idle_periods_are_excused_only_where_the_plan_says_so() {
    let weekly =
        |moving: bool| json!([item("weekly_composite", &json!({"only_when_moving": moving}))]);
    let plant = Plant::default();
    let now = november(30, 0);
    assert_eq!(plant.states(weekly(false), now)[0], DueState::Overdue);
    assert_eq!(plant.states(weekly(true), now)[0], DueState::Excused);
}

#[test]
fn a_later_version_takes_nothing_away_that_was_due() {
    let mut plant = Plant::default();
    plant.batch(20, november(3, 9));
    plant.batch(21, november(25, 9));
    let none = json!([item("quarterly", &json!({"item": "b"}))]);
    let mut second = plan(none);
    second["valid_from"] = json!("2026-11-01T00:00:00+08:00");
    let versions =
        [approved(plan(each_batch()), november(1, 0)), approved(second.clone(), november(20, 0))];
    let found = plant.due(&versions, november(30, 0));
    let items: Vec<&str> = found.iter().map(|occasion| occasion.item.as_str()).collect();
    assert_eq!(items, ["a"], "the first version's batch stays, the second's is of the new plan");
    let mut ended = approved(plan(each_batch()), november(20, 0));
    ended.active = false;
    let versions = [approved(plan(each_batch()), november(1, 0)), ended];
    assert_eq!(plant.due(&versions, november(30, 0)).len(), 1, "put out of use from then on");
}

#[test]
fn a_stream_s_sample_serves_one_period() {
    let point = json!({"point": {"stream": "water"}, "term_days": 1});
    let shifts = json!([item("each_shift", &point)]);
    let mut plant = Plant::default();
    let span = json!({"from": "2026-11-03T08:00:00+08:00", "to": "2026-11-03T16:00:00+08:00"});
    plant.sample(30, json!({"stream": {"stream": "water", "span": span}}));
    plant.assay(31, 30, november(3, 20), &json!({}));
    let version = approved(plan(shifts), 0);
    let found = plant.due(&[version], november(8, 0));
    let done: Vec<Micros> =
        found.iter().filter(|o| o.state == DueState::Done).map(|o| o.since).collect();
    assert_eq!(done, [november(3, 8)]);
    // Three a day over six days, but the one that was assayed.
    assert_eq!(found.iter().filter(|o| o.state == DueState::Overdue).count(), 17);
}

#[test]
fn the_rate_leaves_out_what_waits() {
    let counts = Counts { due: 10, done: 3, waiting: 6, overdue: 1, excused: 2 };
    assert_eq!(counts.completion_percent().map(|p| p.to_string()), Some("75.0".to_owned()));
    let waiting = Counts { due: 6, waiting: 6, ..Counts::default() };
    assert_eq!(waiting.completion_percent(), None, "nothing is settled: no figure, not 0");
}

#[test]
fn a_plan_that_does_not_read_says_why() {
    let of = |change: fn(&mut Value)| {
        let mut fields = plan(each_batch());
        change(&mut fields);
        fields["id"] = json!("plan");
        AssayPlan::read(&serde_json::from_value(fields).expect("a record")).map(drop)
    };
    assert_eq!(of(|_| ()), Ok(()));
    for (change, word) in [
        ((|p| p["valid_to"] = json!("2026-01-01T00:00:00+08:00")) as fn(&mut Value), "valid_to"),
        (|p| p["items"] = json!([]), "0 items"),
        (|p| p["items"][0]["frequency"] = json!("yearly"), "yearly"),
        (|p| p["items"][0]["term_days"] = json!(181), "181"),
        (|p| p["items"] = json!([p["items"][0], p["items"][0]]), "twice"),
        (|p| p["shift_hours"] = json!(7), "7"),
        (|p| p["owner"] = json!("x"), "owner"),
    ] {
        let error = of(change).expect_err(word).to_string();
        assert!(error.contains(word), "{error}");
    }
    let record = AssayPlan::read(&approved(plan(each_batch()), 0).record).expect("reads").record();
    assert_eq!(record, approved(plan(each_batch()), 0).record, "writes what it read");
}

proptest! {
    #[test]
    fn periods_hold_their_moment_and_meet(
        hours in -20_000_i64..20_000,
        start in 0_u32..24,
        shift in prop::sample::select(vec![4_u32, 6, 8, 12, 24]),
        frequency in prop::sample::select(vec![
            Frequency::EachShift,
            Frequency::WeeklyComposite,
            Frequency::Monthly,
            Frequency::Quarterly,
        ]),
    ) {
        let clock = Clock { offset_minutes: 480, day_start_hour: start };
        let at = november(1, hours);
        let period = clock.period(frequency, shift, at).expect("in range");
        prop_assert!(period.holds(at), "{period:?} {at}");
        let next = clock.period(frequency, shift, period.to).expect("in range");
        prop_assert_eq!(next.from, period.to, "no gap and no overlap");
    }

    #[test]
    fn a_deadline_leaves_the_whole_term(
        stops in prop::collection::vec((0_i64..100, 1_i64..20), 0..6), term in 1_i64..30,
    ) {
        let stops: Vec<Stop> = stops.iter().map(|(from, days)| Stop {
            site: None,
            span: MicrosSpan { from: november(*from, 0), to: november(from + days, 0) },
        }).collect();
        let from = november(1, 0);
        let end = deadline(&stops, None, from, term * DAY_MICROS);
        let still = stopped(&stops, None, MicrosSpan { from, to: end });
        prop_assert_eq!(end - from - still, term * DAY_MICROS);
    }

    #[test]
    fn more_results_never_make_more_overdue(
        days in prop::collection::vec(1_i64..28, 1..8), take in 0_usize..8,
    ) {
        let mut plant = Plant::default();
        for (number, day) in (100_u32..).zip(&days) {
            plant.batch(number, november(*day, 9));
        }
        let version = [approved(plan(each_batch()), 0)];
        let now = november(40, 0);
        let before = Counts::of(&plant.due(&version, now));
        for (sample, number) in (200_u32..).zip(100_u32..).take(take.min(days.len())) {
            plant.of_batches(sample, &[number]);
            plant.assay(sample + 100, sample, november(30, 0), &json!({}));
        }
        let after = Counts::of(&plant.due(&version, now));
        prop_assert_eq!(after.due, before.due);
        prop_assert_eq!(before.overdue - after.overdue, after.done);
    }
}
