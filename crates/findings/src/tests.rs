//! Each rule speaks when it should and is silent when it must be.

use chrono::FixedOffset;
use serde_json::{Value, json};
use tl_accounts::evaluate::Account;
use tl_accounts::handover::{Difference, Halves, PartnerAccount};
use tl_accounts::marks::{BalanceMark, DataMark, Marks, Reason};
use tl_domain::balance::Scope;
use tl_domain::event::Master;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::lab::due::{DueState, Occasion, Of};
use tl_domain::project::{AssayRow, BatchRow, FlowRow, HandoverRow, HoldingRow, TaskRow};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros};

use crate::{Books, DeviceSeen, Finding, Grade, Judged, Rule, Thresholds, all};

/// 2026-11-02T08:00:00+08:00, a Monday.
const NOW: Micros = 1_793_577_600_000_000;

/// Owned rows that books look at.
#[derive(Default)]
struct Plant {
    scope: Option<Scope>,
    account: Option<Account>,
    marks: Option<Marks>,
    partners: Vec<PartnerAccount>,
    dispatch: Option<HandoverRow>,
    receive: Option<HandoverRow>,
    assays: Vec<AssayRow>,
    flows: Vec<FlowRow>,
    waste: Vec<BatchRow>,
    due: Vec<Occasion>,
    masters: Vec<Master>,
    holdings: Vec<HoldingRow>,
    tasks: Vec<TaskRow>,
    devices: Vec<DeviceSeen>,
    thresholds: Option<Thresholds>,
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is an id"))
}

fn uuid(number: usize) -> String {
    format!("00000000-0000-7000-8000-{number:012}")
}

impl Plant {
    fn findings(&self, now: Micros) -> Vec<Finding> {
        let party: PartyId = id("alfa");
        let (from, to): (PartyId, PartyId) = (id("alfa"), id("beta"));
        let substance: Analyte = id("Tl");
        let areas: Vec<Judged<'_>> = match (&self.scope, &self.account, &self.marks) {
            (Some(scope), Some(account), Some(marks)) => vec![Judged { scope, account, marks }],
            _ => Vec::new(),
        };
        let handovers: Vec<Halves<'_>> = self
            .dispatch
            .iter()
            .map(|half| Halves {
                dispatch: Some((&from, half)),
                receive: self.receive.as_ref().map(|half| (&to, half)),
            })
            .collect();
        let books = Books {
            party: &party,
            now,
            offset: FixedOffset::east_opt(8 * 3600).expect("an offset"),
            substance: &substance,
            masters: &self.masters,
            flows: &self.flows,
            monitors: &[],
            waste: &self.waste,
            due: &self.due,
            areas: &areas,
            partners: &self.partners,
            handovers: &handovers,
            assays: &self.assays,
            holdings: &self.holdings,
            tasks: &self.tasks,
            devices: &self.devices,
        };
        all(&books, &self.thresholds.unwrap_or_default())
    }

    fn rules(&self, now: Micros) -> Vec<(Rule, Grade)> {
        self.findings(now).into_iter().map(|finding| (finding.rule, finding.grade)).collect()
    }
}

fn account(alarms: Value) -> Account {
    let span = json!({"from": NOW - 30 * DAY_MICROS, "to": NOW});
    serde_json::from_value(json!({
        "ends": "stock_takes", "periods": [], "tested_from": 0,
        "limits": {"watch_sigmas": 2.0, "act_sigmas": 3.0, "page_k": 0.5, "watch_page": 3.0,
            "act_page": 5.0, "mass_grams": 300.0, "rate": 0.05},
        "alarms": alarms,
        "breaks": [{"span": span, "name": "yard ore", "grams": 12.5}],
        "fault": null, "detectable": null, "sources_of_last": [], "sources_of_year": [],
        "unfit_resolutions": []
    }))
    .expect("an account")
}

fn alarm(level: &str, explained: bool) -> Value {
    json!({"span": {"from": NOW - 30 * DAY_MICROS, "to": NOW}, "test": "muf", "direction": "loss",
        "level": level, "statistic": 3.6, "limit": 3.2, "grams": 900.0, "explained": explained})
}

fn marks(reasons: &[Reason], trial: bool) -> Marks {
    Marks {
        data: DataMark::Complete,
        balance: BalanceMark::Abnormal,
        reasons: reasons.to_vec(),
        trial,
        explain_until: None,
    }
}

#[test]
fn an_alarm_is_a_finding_after_its_days_and_a_hint_before() {
    let with = |scope: Scope, level: &str, explained: bool, reasons: &[Reason], trial: bool| {
        let plant = Plant {
            scope: Some(scope),
            account: Some(account(json!([alarm(level, explained)]))),
            marks: Some(marks(reasons, trial)),
            ..Plant::default()
        };
        let found = plant.findings(NOW);
        found.into_iter().find(|one| one.rule == Rule::Imbalance).map(|one| one.grade)
    };
    let node = || Scope::Node(id("water"));
    let over = [Reason::Alarm];
    assert_eq!(with(Scope::Enterprise, "report", false, &over, false), Some(Grade::Finding));
    let waits = [Reason::AlarmAwaitsExplanation];
    assert_eq!(with(Scope::Enterprise, "report", false, &waits, false), Some(Grade::Hint));
    assert_eq!(with(Scope::Enterprise, "report", false, &over, true), Some(Grade::Hint), "trial");
    assert_eq!(with(node(), "report", false, &over, false), Some(Grade::Hint), "nodes explain");
    assert_eq!(with(Scope::Enterprise, "report", true, &over, false), None, "explained");
    assert_eq!(with(Scope::Enterprise, "warning", false, &over, false), None, "a warning only");
}

#[test]
fn a_break_and_an_overdue_stock_take_are_the_enterprise_s() {
    let plant = Plant {
        scope: Some(Scope::Enterprise),
        account: Some(account(json!([]))),
        marks: Some(marks(&[Reason::StockTakeOverdue], false)),
        ..Plant::default()
    };
    let found = plant.rules(NOW);
    let wanted = [(Rule::StockBreak, Grade::Finding), (Rule::StockTakeOverdue, Grade::Finding)];
    assert!(wanted.iter().all(|one| found.contains(one)), "{found:?}");
    let node = Plant { scope: Some(Scope::Node(id("yard"))), ..plant };
    assert_eq!(node.rules(NOW), [], "a node's break is the enterprise's already");
}

fn half(which: &str, at: Micros, lines: Value) -> HandoverRow {
    let (shipped, received) = match which {
        "dispatch" => (lines, json!([])),
        _ => (json!([]), lines),
    };
    serde_json::from_value(json!({
        "entry": uuid(1), "hash": "0".repeat(64), "half": which, "code": "ZAB5RRB149",
        "kind": "manifest", "manifest_number": "4500001", "partner": "beta", "node": "waste",
        "at": at, "decision": null, "other": null, "shipped": shipped, "received": received
    }))
    .expect("a half")
}

fn shipped(kg: &str, basis: &str) -> Value {
    json!([{"line": 1, "material": "dust", "mass": {"value": kg, "unit": "kg", "basis": basis}}])
}

fn received(kg: &str, basis: &str) -> Value {
    json!([{"line": 1, "mass": {"value": kg, "unit": "kg", "basis": basis}}])
}

#[test]
fn a_manifest_has_five_working_days_and_a_delivery_note_none() {
    let sent = NOW; // Monday morning
    let plant = |half: HandoverRow| Plant { dispatch: Some(half), ..Plant::default() };
    let manifest = half("dispatch", sent, shipped("20000", "wet"));
    let week = sent + 7 * DAY_MICROS;
    assert_eq!(plant(manifest.clone()).rules(week), [], "the next Monday is the fifth day");
    let late = plant(manifest.clone()).findings(week + HOUR_MICROS);
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].rule, late[0].since), (Rule::ManifestOverdue, week));
    assert!(late[0].zh.contains("4500001") && late[0].en.contains("4500001"));
    let note = HandoverRow { kind: Some(tl_domain::event::HandoverKind::Delivery), ..manifest };
    assert_eq!(plant(note).rules(week + 30 * DAY_MICROS), []);
}

#[test]
fn a_gap_needs_both_thresholds_and_one_basis() {
    let with = |sent: Value, got: Value| {
        let plant = Plant {
            dispatch: Some(half("dispatch", NOW, sent)),
            receive: Some(half("receive", NOW + DAY_MICROS, got)),
            ..Plant::default()
        };
        plant.rules(NOW + 2 * DAY_MICROS)
    };
    let gap = [(Rule::HandoverGap, Grade::Finding)];
    assert_eq!(with(shipped("20000", "wet"), received("19700", "wet")), gap);
    assert_eq!(with(shipped("20000", "wet"), received("20300", "wet")), gap, "more is a gap too");
    assert_eq!(with(shipped("20000", "wet"), received("19960", "wet")), [], "below 50 kg");
    assert_eq!(with(shipped("200000", "wet"), received("199500", "wet")), [], "below 0.5 %");
    assert_eq!(with(shipped("20000", "wet"), received("18000", "dry")), [], "two bases");
}

#[test]
fn a_sum_of_differences_beyond_its_uncertainty_is_a_bias() {
    let sum = |significant| PartnerAccount {
        shipper: id("alfa"),
        receiver: id("beta"),
        material: Some(id("dust")),
        lines: Vec::new(),
        cumulated: Some(Difference { grams: 120.0, sigma: 30.0, z: 4.0, significant }),
    };
    let plant = |significant| Plant { partners: vec![sum(significant)], ..Plant::default() };
    assert_eq!(plant(true).rules(NOW), [(Rule::PartnerBias, Grade::Finding)]);
    assert_eq!(plant(false).rules(NOW), []);
}

fn task(verdict: &str, since: Micros, count: u64) -> TaskRow {
    serde_json::from_value(json!({"object": "batch:1", "verdict": verdict, "entry": uuid(9),
        "since": since, "count": count, "detail": []}))
    .expect("a task")
}

#[test]
fn what_can_be_mended_has_ten_days() {
    for (verdict, rule) in
        [("code_taken", Rule::LabelConflict), ("quality_failed", Rule::QualityFailed)]
    {
        let plant = Plant { tasks: vec![task(verdict, NOW, 1)], ..Plant::default() };
        assert_eq!(plant.rules(NOW + 10 * DAY_MICROS), [], "{verdict}");
        let late = plant.rules(NOW + 10 * DAY_MICROS + 1);
        assert_eq!(late, [(rule, Grade::Finding)], "{verdict}");
    }
    let plant = Plant { tasks: vec![task("late", NOW, 20)], ..Plant::default() };
    assert_eq!(plant.rules(NOW), [(Rule::LateEntries, Grade::Hint)]);
    assert_eq!(plant.rules(NOW + 31 * DAY_MICROS), [], "longer ago than a month");
}

#[test]
fn stock_below_zero_and_a_silent_device_are_hints() {
    let holding: HoldingRow = serde_json::from_value(json!({"node": "yard", "place": null,
        "material": "ore", "wet": "-1500000"}))
    .expect("a holding");
    let plant = Plant {
        holdings: vec![holding],
        tasks: vec![task("overdraw", NOW, 1)],
        devices: vec![DeviceSeen {
            id: "gate-1".to_owned(),
            name: "东门".to_owned(),
            seen_at: Some(NOW),
        }],
        ..Plant::default()
    };
    assert_eq!(plant.rules(NOW + 72 * HOUR_MICROS), []);
    let later = plant.rules(NOW + 32 * DAY_MICROS);
    assert!(later.contains(&(Rule::NegativeStock, Grade::Hint)), "{later:?}");
    assert!(later.contains(&(Rule::DeviceSilent, Grade::Hint)), "{later:?}");
}

fn assay(number: usize, result: Value, batches: usize) -> AssayRow {
    let share = |batch: usize| json!({"batch": uuid(5000 + number * 10 + batch), "weight": "1"});
    serde_json::from_value(json!({
        "id": uuid(number), "sample": uuid(100_000 + number),
        "subject": {"batches": (0..batches).map(share).collect::<Vec<_>>()},
        "reported_at": NOW, "purpose": "process", "standing": "final", "side": "own", "lab": null,
        "report_number": null, "analyst": null, "review": "accepted", "quality_failed": false,
        "determinations": [{"analyte": "Tl", "result": result, "unit": "mg/kg", "basis": "dry"}],
        "quality": [], "evidence": []
    }))
    .unwrap_or_else(|error| panic!("an assay: {error}"))
}

fn value(text: &str) -> Value {
    json!({"is": "value", "value": text})
}

#[test]
fn copied_results_need_thirty_digits_by_digits_and_no_composites() {
    let series = |of: &dyn Fn(usize) -> String, batches: usize| Plant {
        assays: (0..40).map(|n| assay(n, value(&of(n)), batches)).collect(),
        ..Plant::default()
    };
    let copied = |plant: &Plant| plant.rules(NOW).contains(&(Rule::CopiedAssays, Grade::Hint));
    let twice = |n: usize| format!("{}.{}", 20 + n / 2, 13 + n / 2);
    assert!(copied(&series(&twice, 1)));
    assert!(!copied(&series(&twice, 3)), "members of a composite share one result");
    assert!(!copied(&series(&|n| format!("{}", 20 + n / 2), 1)), "two digits repeat by rounding");
    assert!(!copied(&series(&|n| format!("{}.{:02}", 20 + n, (n * 37) % 100), 1)));
    let few = Plant { assays: series(&twice, 1).assays.split_off(15), ..Plant::default() };
    assert!(!copied(&few), "twenty-five are too few");
}

#[test]
fn preferred_digits_and_coarse_methods_are_hints() {
    let round = |n: usize| format!("{}.{}0", 20 + n, (n * 7) % 10);
    let plant = Plant {
        assays: (0..60).map(|n| assay(n, value(&round(n)), 1)).collect(),
        ..Plant::default()
    };
    assert!(plant.rules(NOW).contains(&(Rule::DigitPreference, Grade::Hint)));
    let even = |n: usize| format!("{}.{}{}", 20 + n, (n * 7) % 10, (n * 3) % 10);
    let plant = Plant {
        assays: (0..60).map(|n| assay(n, value(&even(n)), 1)).collect(),
        ..Plant::default()
    };
    assert_eq!(plant.rules(NOW), []);
    let below = json!({"is": "below", "limit": "0.02"});
    let plant = Plant {
        assays: (0..40)
            .map(|n| assay(n, if n < 30 { below.clone() } else { value(&even(n)) }, 1))
            .collect(),
        ..Plant::default()
    };
    assert_eq!(plant.rules(NOW), [(Rule::CensoredShare, Grade::Hint)]);
}

#[test]
fn findings_come_before_hints_and_each_has_words_in_both_languages() {
    let plant = Plant {
        tasks: vec![task("late", NOW, 50), task("code_taken", NOW - 40 * DAY_MICROS, 1)],
        ..Plant::default()
    };
    let found = plant.findings(NOW);
    assert_eq!(
        found.iter().map(|one| one.grade).collect::<Vec<_>>(),
        [Grade::Finding, Grade::Hint]
    );
    for one in found {
        assert!(!one.zh.is_empty() && !one.en.is_empty() && !one.path.is_empty());
        assert!(one.key.starts_with(one.rule.code()) && one.key == one.name().key());
        assert_eq!(tl_domain::event::FindingName::read(&one.key), Some(one.name()));
        assert_eq!(one.evidence.len(), 1);
    }
}

fn master(record: Value) -> Master {
    serde_json::from_value(record).unwrap_or_else(|error| panic!("a master: {error}"))
}

fn material(id: &str, class: &str, waste_code: Option<&str>) -> Master {
    let mut record = json!({"what": "material", "id": id, "name": id, "class": class,
        "counted": false});
    if let Some(code) = waste_code {
        record["waste_code"] = json!(code);
    }
    master(record)
}

#[test]
fn alarms_one_after_another_are_one_finding_and_a_pause_begins_the_next() {
    let at = |days: i64| {
        let (from, to) = (NOW - days * DAY_MICROS, NOW - (days - 30) * DAY_MICROS);
        let mut alarm = alarm("report", false);
        alarm["span"] = json!({"from": from, "to": to});
        alarm
    };
    let plant = Plant {
        scope: Some(Scope::Enterprise),
        account: Some(account(json!([at(30), at(150), at(120)]))),
        marks: Some(Marks { explain_until: Some(NOW + 1), ..marks(&[Reason::Alarm], false) }),
        ..Plant::default()
    };
    let found = plant.findings(NOW);
    let found: Vec<_> = found.iter().filter(|one| one.rule == Rule::Imbalance).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].since, found[0].latest), (NOW - 120 * DAY_MICROS, NOW - 90 * DAY_MICROS));
    assert_eq!((found[1].since, found[1].latest), (NOW, NOW));
    assert_eq!(found[1].period, "2026-11-02");
    assert_eq!(found[1].explain_by, Some(NOW + 1));
    assert_ne!(found[0].key, found[1].key);
}

#[test]
fn waste_leaves_with_a_manifest_and_by_products_to_somebody_known() {
    let with = |class: &str, code: Option<&str>, kind: &str, partner: Option<&str>| {
        let mut dispatch = half("dispatch", NOW, shipped("20000", "wet"));
        dispatch.kind = serde_json::from_value(json!(kind)).expect("a kind");
        dispatch.partner = partner.map(id);
        let masters = vec![material("dust", class, code)];
        let plant = Plant { masters, dispatch: Some(dispatch), ..Plant::default() };
        let found = plant.rules(NOW);
        found.into_iter().find(|one| one.0 == Rule::UnlicensedReceiver).map(|one| one.1)
    };
    let code = Some("321-014-48");
    assert_eq!(with("waste", code, "delivery", Some("beta")), Some(Grade::Finding));
    assert_eq!(with("by_product", code, "delivery", None), Some(Grade::Finding), "sold as product");
    assert_eq!(with("waste", code, "manifest", Some("beta")), None);
    assert_eq!(with("by_product", None, "delivery", None), Some(Grade::Hint));
    assert_eq!(with("by_product", None, "delivery", Some("beta")), None);
    assert_eq!(with("product", None, "delivery", None), None);
}

fn flow(number: usize, kind: &str, since: Micros, until: Micros, wet: Option<&str>) -> FlowRow {
    serde_json::from_value(json!({
        "owner": uuid(number), "line": 0, "kind": kind,
        "from": {"end": "outside", "party": null}, "to": {"end": "held", "node": "yard",
        "place": null}, "stream": if kind == "stream" { Some("feed") } else { None },
        "material": "ore", "batch": if kind == "stream" { None } else { Some(uuid(number)) },
        "since": since, "until": until, "wet": wet, "dry": null, "volume": null,
        "moisture": null, "density": null, "source": "measured", "returned": false,
        "meter": null, "calibration": null, "uncertainty": [], "evidence": [uuid(number)]
    }))
    .unwrap_or_else(|error| panic!("a flow: {error}"))
}

#[test]
fn a_lot_without_a_mass_has_a_week() {
    let arrived = |wet: Option<&str>| Plant {
        flows: vec![flow(1, "arrival", NOW, NOW, wet)],
        ..Plant::default()
    };
    assert_eq!(arrived(None).rules(NOW + 7 * DAY_MICROS), []);
    let late = [(Rule::ArrivalUnweighed, Grade::Finding)];
    assert_eq!(arrived(None).rules(NOW + 7 * DAY_MICROS + 1), late);
    assert_eq!(arrived(Some("32000000")).rules(NOW + 70 * DAY_MICROS), []);
}

#[test]
fn high_intake_speaks_only_where_a_bureau_settled_a_limit() {
    let one = |content: &str, limit: Option<f64>| {
        let mut assay = assay(7, value(content), 1);
        let subject = json!({"batches": [{"batch": uuid(1)}]});
        assay.subject = serde_json::from_value(subject).expect("a subject");
        let thresholds = Thresholds { intake_mg_per_kg: limit, ..Thresholds::default() };
        let plant = Plant {
            flows: vec![flow(1, "arrival", NOW, NOW, Some("32000000"))],
            assays: vec![assay],
            thresholds: Some(thresholds),
            ..Plant::default()
        };
        plant.rules(NOW)
    };
    assert_eq!(one("87", None), []);
    assert_eq!(one("87", Some(50.0)), [(Rule::HighIntake, Grade::Finding)]);
    assert_eq!(one("50", Some(50.0)), [], "at the limit is not above it");
}

#[test]
fn what_the_plan_asks_for_and_did_not_get_is_one_finding_a_line() {
    let occasion = |item: &str, state: DueState, deadline: Micros| Occasion {
        plan: id("plan"),
        item: id(item),
        of: Of::Batch(id(&uuid(1))),
        since: NOW - 40 * DAY_MICROS,
        deadline,
        state,
        late: false,
        samples: Vec::new(),
        at_lab_since: None,
        covered: None,
        entries: Vec::new(),
    };
    let plant = Plant {
        due: vec![
            occasion("a", DueState::Overdue, NOW - 9 * DAY_MICROS),
            occasion("a", DueState::Overdue, NOW - 2 * DAY_MICROS),
            occasion("b", DueState::Waiting, NOW - 2 * DAY_MICROS),
            occasion("c", DueState::Excused, NOW - 2 * DAY_MICROS),
        ],
        ..Plant::default()
    };
    let found = plant.findings(NOW);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].key, "assay_overdue:plan/a@2026-10-24");
    assert_eq!(found[0].latest, NOW - 2 * DAY_MICROS);
    assert!(found[0].en.contains("2 assays"), "{}", found[0].en);
}

#[test]
fn waste_in_store_beyond_its_days_is_a_hint() {
    let batch = |left: &str| -> BatchRow {
        serde_json::from_value(json!({
            "id": uuid(1), "code": null, "code_taken": false, "material": "dust", "origin": null,
            "node": "yard", "place": null, "supplier": null, "registered_at": NOW,
            "wet": "1000", "left": left, "moisture": null, "state": "open", "run": null,
            "parents": [], "ticket": null
        }))
        .expect("a batch")
    };
    let plant = |left: &str| Plant { waste: vec![batch(left)], ..Plant::default() };
    assert_eq!(plant("1000").rules(NOW + 365 * DAY_MICROS), []);
    let late = [(Rule::StorageDays, Grade::Hint)];
    assert_eq!(plant("1000").rules(NOW + 366 * DAY_MICROS), late);
    assert_eq!(plant("0").rules(NOW + 366 * DAY_MICROS), [], "nothing is left of it");
}

#[test]
fn a_daily_stream_that_pauses_is_a_hint_unless_the_plant_stood_still() {
    let day = |n: i64| NOW + n * DAY_MICROS;
    let reports = |days: &[i64]| -> Vec<FlowRow> {
        let all = days.iter().enumerate();
        all.map(|(i, n)| flow(100 + i, "stream", day(*n), day(*n + 1), Some("1"))).collect()
    };
    let gap = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15];
    let plant = |days: &[i64], masters: Vec<Master>| {
        let plant = Plant { flows: reports(days), masters, ..Plant::default() };
        plant.rules(day(20))
    };
    let hint = [(Rule::ReportGap, Grade::Hint)];
    assert_eq!(plant(&gap, Vec::new()), hint);
    assert_eq!(plant(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14], Vec::new()), [], "three days");
    assert_eq!(plant(&[0, 1, 2, 10, 11], Vec::new()), [], "too few to tell");
    let stop = json!({"what": "calendar", "id": "stop", "kind": "stop",
        "from": "2026-11-12T00:00:00+08:00", "to": "2026-11-16T00:00:00+08:00"});
    assert_eq!(plant(&gap, vec![master(stop)]), [], "a stop of the calendar");
}
