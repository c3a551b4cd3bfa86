//! Pages as a whole: the table of routes, redirects, links, the failure page, the balance's words.

use std::collections::BTreeSet;

use tl_domain::balance::{Question, Records, Scope, balance};
use tl_domain::project::{End, FlowKind, FlowRow};
use tl_domain::quantity::WetMass;
use tl_domain::time::MicrosSpan;
use tl_wire::problem::ErrorCode;

use super::desk::Links;
use super::language::own_path;
use crate::error::Failure;
use crate::i18n::{Lang, Words};
use crate::router::PAGE_ROUTES;

/// Routes as the module's documentation lists them.
fn documented() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for line in include_str!("mod.rs").lines() {
        let Some(row) = line.strip_prefix("//! ").filter(|row| row.contains("pages::")) else {
            continue;
        };
        let words: Vec<&str> = row.split_whitespace().collect();
        let [method, first, others @ .., _] = words.as_slice() else { panic!("{row}") };
        let pages: &[(&str, &str)] = match *method {
            "form" => &[("get", ""), ("post", "")],
            "list" => &[("get", ""), ("get", ".csv")],
            method => &[(method, "")],
        };
        let of = |(method, end): &(&str, &str)| ((*method).to_owned(), format!("{first}{end}"));
        found.extend(pages.iter().map(of));
        for other in others {
            // `/B/{code} /S/ /M/` names more letters for the same page.
            found.insert(((*method).to_owned(), format!("{other}{{code}}")));
        }
    }
    found
}

#[test]
fn every_page_is_in_the_table_and_in_the_router() {
    let routed: BTreeSet<(String, String)> = PAGE_ROUTES
        .iter()
        .filter(|route| {
            let outside = ["/api/", "/device/", "/log/", "/healthz", "/ca.pem"];
            !outside.iter().any(|prefix| route.path.starts_with(prefix))
        })
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(documented(), routed);
}

#[test]
fn nobody_is_sent_to_another_host() {
    for own in ["/", "/batches?q=%E9%94%8C&page=2", "/scan?q=HTTPS%3A%2F%2FX"] {
        assert_eq!(own_path(own), own);
    }
    for foreign in ["//evil", "https://evil", "/\\evil", "javascript:x", "", "/a\r\nb", "/a b"] {
        assert_eq!(own_path(foreign), "/", "{foreign:?}");
    }
}

#[test]
fn links_of_an_officer_keep_the_enterprise() {
    let about = Links::about("hc-zinc".parse().expect("a name"));
    assert_eq!(about.to("/batches"), "/batches?party=hc-zinc");
    assert_eq!(about.to("/balance?month=2026-10"), "/balance?month=2026-10&party=hc-zinc");
    assert_eq!(about.to("/samples/1#assays"), "/samples/1?party=hc-zinc#assays");
    assert_eq!(Links::default().to("/batches"), "/batches");
}

#[test]
fn a_failure_says_what_was_read_and_what_to_do() {
    let failure = Failure::new(ErrorCode::Refused, "<b>32.45 t</b>");
    for (english, advice) in [(false, "按提示改正后重新提交"), (true, "Correct it as described")]
    {
        let html = super::failure(&failure, english);
        assert!(html.contains("&#60;b&#62;32.45 t"), "{html}");
        assert!(html.contains(advice) && html.contains("refused"), "{html}");
        assert!(!html.contains("<script>") && !html.contains(" style="), "{html}");
    }
}

fn flow(from: End, to: End, tonnes: i64) -> FlowRow {
    FlowRow {
        owner: "0192f3a1-0000-7000-8000-000000000001".parse().expect("an id"),
        line: 0,
        kind: FlowKind::Stream,
        from,
        to,
        stream: None,
        material: Some("conc".parse().expect("a name")),
        batch: None,
        since: 10,
        until: 10,
        wet: Some(WetMass((tonnes * 1_000_000).into())),
        dry: None,
        volume: None,
        moisture: None,
        density: None,
        source: tl_domain::event::FlowSource::Measured,
        returned: false,
        meter: None,
        calibration: None,
        uncertainty: Vec::new(),
        evidence: Vec::new(),
    }
}

fn records(flows: Vec<FlowRow>) -> Records {
    let masters = [
        r#"{"what":"node","id":"plant","site":"s","name":"P","kind":"plant"}"#,
        r#"{"what":"material","id":"conc","name":"C","class":"ore","counted":false,"moisture":"0",
            "defaults":[{"analyte":"Tl","value":"10","unit":"mg/kg","basis":"dry","percent":"1",
            "source":"x"}]}"#,
    ];
    let masters = masters.map(|text| serde_json::from_str(text).expect("a master")).to_vec();
    Records { flows, masters, ..Records::default() }
}

fn tiles(flows: Vec<FlowRow>) -> String {
    let question = Question {
        scope: Scope::Enterprise,
        span: MicrosSpan { from: 0, to: 100 },
        substance: "Tl".parse().expect("a name"),
    };
    let found = balance(&records(flows), &question);
    super::balance::tiles(Words(Lang::En), &found).to_string()
}

#[test]
fn closure_is_shown_as_it_is_and_a_dash_where_nothing_came_in() {
    let node = || End::Process { node: "plant".parse().expect("a name") };
    let outside = || End::Outside { party: None };
    let more_out = tiles(vec![flow(outside(), node(), 1000), flow(node(), outside(), 1003)]);
    assert!(more_out.contains("10,000") && more_out.contains("10,030"), "{more_out}");
    assert!(more_out.contains("Closure 100.30 %"), "{more_out}");
    assert!(more_out.contains("−30"), "a gain is below zero: {more_out}");
    let nothing_in = tiles(vec![flow(node(), outside(), 5)]);
    assert!(nothing_in.contains("Closure – %"), "{nothing_in}");
    let empty = tiles(Vec::new());
    assert!(empty.contains("No data"), "{empty}");
    assert!(!empty.contains("± 0"), "nothing known is not nothing lost: {empty}");
    assert!(empty.contains("no difference to tell"), "{empty}");
}

#[test]
fn every_kind_of_entry_and_every_verdict_has_words() {
    for lang in [Lang::Zh, Lang::En] {
        let t = Words(lang);
        for kind in tl_domain::event::Body::KINDS {
            assert_ne!(super::story::kind(t, kind), t.kind_unknown(kind), "{kind}");
        }
        assert_eq!(super::story::kind(t, "problem.open"), t.kind_unknown("problem.open"));
        for verdict in tl_domain::project::Verdict::ALL {
            assert!(!super::tasks::what_to_do(t, *verdict).is_empty());
        }
    }
}

#[test]
fn results_keep_their_qualifier_and_their_last_zero() {
    use tl_domain::quantity::Basis;
    let read = |json: &str| serde_json::from_str(json).expect("a reading");
    let shown = |lang, json: &str, unit, basis| {
        super::written::result(Words(lang), &read(json), unit, basis)
    };
    let value = r#"{"is":"value","value":"1.20"}"#;
    assert_eq!(shown(Lang::Zh, value, "mg/kg", Some(Basis::Dry)), "1.20 mg/kg 干基");
    assert_eq!(shown(Lang::En, r#"{"is":"below","limit":"0.020"}"#, "ug/L", None), "<0.020 µg/L");
    let nd = r#"{"is":"not_detected","lod":"0.02"}"#;
    assert_eq!(shown(Lang::Zh, nd, "mg/m3", None), "未检出(检出限 0.02) mg/m³");
    assert_eq!(shown(Lang::Zh, r#"{"is":"not_measured"}"#, "mg/L", None), "未测");
}
