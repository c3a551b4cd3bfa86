//! Pictures of cases: what is in them, that they are the same again, and which kinds have none.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

use super::*;

fn painter(language: Language) -> Painter<'static> {
    Painter { name: "case", words: Words(language) }
}

fn titles(drawing: &str, class: &str) -> Vec<String> {
    let of_class = drawing.lines().filter(|line| line.contains(class));
    let title = |line: &str| Some(line.split("<title>").nth(1)?.split("</title>").next()?.into());
    of_class.filter_map(title).collect()
}

fn sequence() -> String {
    let muf = json!([1.1, -0.4, 0.9, 1.6, 0.2, 2.4, 1.8, 4.9]);
    let row = |n: usize| (0..8).map(|m| if n == m { 1.0 } else { 0.1 }).collect::<Vec<f64>>();
    let covariance: Vec<Vec<f64>> = (0..8).map(row).collect();
    let inputs = json!({"muf": muf, "covariance": covariance, "k": 0.5, "h": 3.0});
    json!({"kind": "sequential_tests", "unit": "kg", "inputs": inputs}).to_string()
}

#[test]
fn a_sequence_has_its_three_panels_and_marks_first_alarms() {
    let drawing = control::chart(&sequence(), painter(Language::Zh)).expect("a chart");
    for heading in ["平衡差 MUF (kg)", "累计平衡差 CUMUF (kg)", "Page 序贯检验"] {
        assert_eq!(drawing.matches(&format!(">{heading}")).count(), 1, "{heading}");
    }
    assert_eq!(titles(&drawing, "class=\"band\""), ["±3σ", "±2σ", "±3σ", "±2σ"]);
    assert_eq!(drawing.matches("class=\"limit\"").count(), 2);
    // MUF leaves ±3σ in period 8 alone.
    let answer = tl_accountancy::case::answer(&sequence()).expect("a case");
    let alarms = answer["alarms"].as_array().expect("alarms");
    let of_muf = alarms.iter().filter(|alarm| alarm["test"] == "muf").count();
    let marked = titles(&drawing, "class=\"alarm\"");
    assert_eq!(marked.iter().filter(|title| title.contains(" 平衡差: ")).count(), of_muf);
    assert!(drawing.contains(">首次报警 第 8 期</text>"), "{marked:?}");
    let english = control::chart(&sequence(), painter(Language::En)).expect("a chart");
    assert!(english.contains(">first alarm, period 8</text>") && !english.contains("报警"));
    assert_eq!(drawing, control::chart(&sequence(), painter(Language::Zh)).expect("again"));
}

#[test]
fn a_covariance_that_is_none_leaves_pages_panel_out_and_says_why() {
    let case = json!({"kind": "sequential_tests_error",
        "inputs": {"muf": [0.1, 0.0], "covariance": [[0.0, 0.0], [0.0, 0.0]]}});
    let drawing = control::chart(&case.to_string(), painter(Language::Zh)).expect("a picture");
    assert!(drawing.contains("平衡差 MUF") && !drawing.contains(">Page"));
    assert!(drawing.contains("covariance_not_positive_definite"), "the reason is visible");
}

#[test]
fn a_case_that_is_no_sequence_has_no_chart() {
    let case = json!({"kind": "balance", "inputs": {"pb": 1, "increases": [], "decreases": [],
        "pe": 1}});
    let line = control::chart(&case.to_string(), painter(Language::En)).expect_err("no chart");
    assert!(line.starts_with("kind balance is no sequence") && !line.contains('\n'), "{line}");
}

fn balance(unaccounted: Value) -> String {
    json!({"schema": "tlbal-case/1", "level": "mass+tl",
        "units": {"mass": "t", "tl_conc": "g/t", "tl_flow": "kg"}, "periods": 1,
        "nodes": [{"id": "A", "balance": ["tl"], "unaccounted": unaccounted},
                  {"id": "B", "balance": ["tl"]}],
        "streams": [
            {"id": "ore", "to": "A", "mass": {"value": 100, "sd": 0}, "tl": tl(50.0)},
            {"id": "ab", "from": "A", "to": "B", "mass": {"value": 60, "sd": 0}, "tl": tl(90.0)},
            {"id": "dust", "from": "B", "to": "A", "mass": {"value": 10, "sd": 0}, "tl": tl(100.0)},
            {"id": "slag", "from": "B", "mass": {"value": 50, "sd": 0}, "tl": tl(88.0)}],
        "stocks": [
            {"id": "A0", "node": "A", "t": 0, "mass": {"value": 10, "sd": 0}, "tl": tl(10.0)},
            {"id": "A1", "node": "A", "t": 1, "mass": {"value": 12, "sd": 0}, "tl": tl(10.0)}]})
    .to_string()
}

fn tl(value: f64) -> Value {
    json!({"value": value, "sd": 0.5, "unit": "g/t"})
}

#[test]
fn a_balance_shows_loops_stocks_and_what_is_unaccounted_for() {
    let free = json!({"tl": {"sd": null}});
    let drawing = reconciled::sankey(&balance(free), painter(Language::Zh)).expect("a picture");
    assert_eq!(drawing.matches("url(#flows-hatch)").count(), 3, "ribbon, node and legend");
    let titles = drawing.matches("<title>").count();
    assert!(titles >= 7, "a title for each ribbon: {titles}");
    assert!(drawing.contains("B → A: 1 kg (dust) (返料)"), "the dust goes back");
    assert!(drawing.contains("A → A 库存: 0.02 kg"));
    let closed =
        reconciled::sankey(&balance(Value::Null), painter(Language::Zh)).expect("a picture");
    assert!(!closed.contains("url(#flows-hatch)"), "a balance that closes has no gap");
    assert_eq!(
        closed,
        reconciled::sankey(&balance(Value::Null), painter(Language::Zh)).expect("again")
    );
}

#[test]
fn a_refused_balance_gives_its_reason_as_picture() {
    let mut case: Value = serde_json::from_str(&balance(Value::Null)).expect("JSON");
    case["streams"][1]["to"] = "NOWHERE".into();
    let drawing = reconciled::sankey(&case.to_string(), painter(Language::Zh)).expect("a picture");
    assert!(drawing.contains("tl-notice") && drawing.contains("NOWHERE"));
    assert!(reconciled::sankey("[]", painter(Language::Zh)).is_err());
}

#[test]
fn a_trace_joins_origins_and_holders() {
    let case = json!({"schema": "tltrace-case/1", "events": [
        {"type": "source", "batch": "A", "mass_t": "100", "tl_kg": "2"},
        {"type": "source", "batch": "B", "mass_t": "300", "tl_kg": "1"},
        {"type": "transform", "id": "x", "in": [{"from": "A", "mass_t": "all"},
            {"from": "B", "mass_t": "150"}],
            "out": [{"to": "P", "mass_t": "125", "tl_share": "3/5"},
                    {"to": "Q", "mass_t": "125", "tl_share": "3/10"}]}]});
    let drawing = traced::sankey(&case.to_string(), painter(Language::En)).expect("a picture");
    for ribbon in ["A → P: 1.2 kg", "A → Q: 0.6 kg", "A → lost: 0.2 kg", "B → B: 0.5 kg"] {
        assert!(drawing.contains(ribbon), "{ribbon}");
    }
    assert!(drawing.contains("3 kg of all origins, 0.25 kg of it lost"));
    let flow = json!({"schema": "tltrace-flow/1", "nodes": ["N"], "opening_tl_kg": {"N": "1"},
        "streams": [{"id": "ore", "from": null, "to": "N", "tl_kg": "4"},
                    {"id": "slag", "from": "N", "to": null, "tl_kg": "3"}]});
    let drawing = traced::sankey(&flow.to_string(), painter(Language::Zh)).expect("a picture");
    for ribbon in ["ore → slag: 2.4 kg", "OPEN:N → slag: 0.6 kg", "ore → N 期末库存: 1.6 kg"]
    {
        assert!(drawing.contains(ribbon), "{ribbon}");
    }
}

#[test]
fn many_small_nodes_are_put_together_and_nothing_is_lost() {
    let mut flows = flows::Flows::new("kg");
    flows.node("plant", "plant", tl_report::figure::sankey::NodeKind::Process);
    for number in 0..500 {
        let id = format!("s{number}");
        flows.node(&id, &id, tl_report::figure::sankey::NodeKind::Source);
        let value = if number == 7 { 1000.0 } else { 1.0 };
        let style = tl_report::figure::sankey::LinkStyle::Normal;
        flows.flow((&id, "plant"), value, style, &id);
    }
    let drawing =
        flows.svg(painter(Language::En), "t".into(), "d".into(), None).expect("a picture");
    assert!(drawing.contains(">s7</text>"), "the largest stands by itself");
    assert!(drawing.contains("488 others → plant: 488 kg"), "the rest is counted and summed");
    assert!(drawing.contains(">plant</text>") && drawing.contains("1,499 kg"));
}

#[test]
fn amounts_keep_four_digits() {
    let shown = [0.0, 1234567.0, -12.3456, 0.000123456, 1499.0].map(amount);
    assert_eq!(shown, ["0", "1,234,567", "−12.35", "0.0001235", "1,499"]);
}

/// The shared cases of a folder, when they are there.
fn shared(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases").join(folder);
    let Ok(files) = fs::read_dir(&root) else {
        println!("skipped: shared cases not found");
        return Vec::new();
    };
    let is_small = |path: &PathBuf| {
        let is_case = path.extension().is_some_and(|extension| extension == "json");
        is_case && fs::metadata(path).is_ok_and(|data| data.len() < 3 << 20)
    };
    let mut paths: Vec<PathBuf> =
        files.flatten().map(|file| file.path()).filter(is_small).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("text"))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_shared_case_has_its_picture_or_says_why_not() {
    let keep = env::var_os("TL_KEEP_PICTURES").map(PathBuf::from);
    let save = |folder: &str, name: &str, drawing: &str| {
        assert!(drawing.starts_with("<svg ") && drawing.ends_with("</svg>\n"), "{name}");
        assert!(!drawing.contains("NaN") && !drawing.contains("inf\""), "{name}");
        if let Some(keep) = &keep {
            fs::write(keep.join(format!("{folder}-{name}.svg")), drawing).expect("written");
        }
    };
    for (name, text) in shared("balance") {
        save("balance", &name, &reconciled::sankey(&text, painter(Language::Zh)).expect("drawn"));
    }
    for (name, text) in shared("trace") {
        save("trace", &name, &traced::sankey(&text, painter(Language::Zh)).expect("drawn"));
    }
    for (name, text) in shared("accountancy") {
        let kind: Value = serde_json::from_str(&text).expect("JSON");
        let kind = kind["kind"].as_str().expect("a kind");
        let is_sequence =
            kind.starts_with("muf_seq") || kind.starts_with("sequential") || kind == "page_only";
        match control::chart(&text, painter(Language::Zh)) {
            Ok(drawing) => {
                assert!(is_sequence, "{name}");
                save("accountancy", &name, &drawing);
            }
            Err(line) => assert!(!is_sequence && line.contains(kind), "{name}: {line}"),
        }
    }
}
