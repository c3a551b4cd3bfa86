//! The reconciliation in the running server: for an enterprise, after a correction, for a bureau.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::Value;
use tl_domain::event::{Body, EntryRef, StockLine, StockMethod, StockTake, Supersede};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros, Moment};
use tl_store::Page;
use tl_testkit as kit;

use super::world::{START, World};
use crate::serve::page_service;

const SPAN: &str = "from=2026-11-01T00:00:00%2B08:00&to=2027-01-02T00:00:00%2B08:00";
const NODES: [(&str, &str); 4] =
    [("yard", "zn-conc"), ("roast", "calcine"), ("leach", "residue"), ("waste", "residue")];

fn moment(at: Micros) -> Moment {
    Moment::from_micros(at, 8 * 3600).expect("a moment")
}

fn take(node: &str, material: &str, at: Micros) -> StockTake {
    let line = StockLine {
        material: material.parse().expect("id"),
        place: None,
        batch: None,
        method: StockMethod::Count,
        mass: Some(kit::kilograms("1000")),
        volume: None,
        moisture: Some(kit::moisture("8")),
        content: None,
        measured_at: None,
        uncertainty: Vec::new(),
    };
    StockTake {
        node: node.parse().expect("id"),
        at: moment(at),
        lines: vec![line],
        witness: None,
        blobs: Vec::new(),
    }
}

/// Two months of the plant; gives the report of what left the leach in the second one.
fn two_months(world: &World) -> EntryRef {
    world.pass(61 * DAY_MICROS);
    let ends = [START, START + 30 * DAY_MICROS, START + 60 * DAY_MICROS];
    let count = |at| NODES.map(|(node, material)| world.append("alfa", take(node, material, at)));
    count(ends[0]);
    let mut last = None;
    for month in ends.windows(2) {
        let (from, to) = (moment(month[0] + HOUR_MICROS), moment(month[1] - HOUR_MICROS));
        for stream in ["feed", "residue"] {
            let (id, hash) = world.append("alfa", kit::flow_report(stream, &from, &to, "100000"));
            last = Some(EntryRef { hash, id });
            let sample = world.append("alfa", kit::sample_of_stream(stream, &from, &to)).0;
            world.append("alfa", kit::assay_report(sample, vec![kit::analysed("Tl", "50")]));
        }
        count(month[1]);
    }
    last.expect("two months")
}

macro_rules! ask {
    ($world:expr, $service:expr, $login:expr, $uri:expr) => {{
        let request = test::TestRequest::get()
            .uri(&$uri)
            .insert_header(("cookie", $world.cookie($login)))
            .to_request();
        let answer = test::call_service($service, request).await;
        let status = answer.status();
        let body: Value = test::read_body_json(answer).await;
        (status, body)
    }};
}

/// The line of a stream in a period.
fn line<'a>(answer: &'a Value, stream: &str, period: u64) -> &'a Value {
    let rows = answer["lines"]["rows"].as_array().expect("rows");
    let is = |row: &&Value| row["stream"] == stream && row["period"] == period;
    rows.iter().find(is).unwrap_or_else(|| panic!("no {stream} {period} in {rows:#?}"))
}

#[actix_web::test]
async fn an_enterprise_reads_its_plant_raw_and_reconciled() {
    let world = World::new();
    let wrong = two_months(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let uri = format!("/api/v1/reconciliation?{SPAN}&limit=500");
    let (status, answer) = ask!(world, &service, "ehs", uri);
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &"reconciled".into()), "{answer:#}");
    assert_eq!(answer["spans"].as_array().map(Vec::len), Some(2), "{answer:#}");
    assert_eq!(answer["grid"], "stock_takes");
    assert_eq!(line(&answer, "residue", 2)["raw"]["amount"], "92", "dry");
    assert_eq!(line(&answer, "dust", 1)["raw"]["amount"], Value::Null, "blank is not zero");
    assert_eq!(ask!(world, &service, "ehs", uri).1, answer, "the same books, the same answer");
    let cut = ask!(world, &service, "ehs", format!("{uri}&offset=1").replace("500", "2")).1;
    assert_eq!(cut["lines"]["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!(cut["lines"]["total"], answer["lines"]["total"]);
    assert_eq!(cut["lines"]["rows"][0], answer["lines"]["rows"][1]);
    // What was kept is not answered any more once the books say otherwise.
    let from = moment(START + 30 * DAY_MICROS + HOUR_MICROS);
    let to = moment(START + 60 * DAY_MICROS - HOUR_MICROS);
    let right: Body = kit::flow_report("residue", &from, &to, "90000").into();
    let supersede = Supersede {
        target: wrong,
        reason: "typed wrongly".to_owned(),
        approved_by: "op-ehs".parse().expect("id"),
        replacement: Some(right.to_value()),
    };
    world.append("alfa", supersede);
    let corrected = ask!(world, &service, "ehs", uri).1;
    assert_eq!(line(&corrected, "residue", 2)["raw"]["amount"], "82.8");
    assert_eq!(line(&corrected, "residue", 1)["raw"], line(&answer, "residue", 1)["raw"]);
    let none = ask!(world, &service, "ehs", format!("{uri}&site=nowhere"));
    assert_eq!(none.0, StatusCode::NOT_FOUND);
    let unknown = ask!(world, &service, "ehs", format!("{uri}&censored=zero"));
    assert_eq!(unknown.0, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_bureau_reconciles_its_enterprises_together_and_nobody_else_does() {
    let world = World::new();
    two_months(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let uri = format!("/api/v1/reconciliation/area?{SPAN}&limit=500");
    let (status, answer) = ask!(world, &service, "officer", uri);
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &"reconciled".into()), "{answer:#}");
    let units = answer["units"].as_array().expect("units");
    let between = |from: &str, to: &str| {
        units.iter().any(|unit| unit["party"] == from && unit["receiver"] == to)
    };
    assert!(between("alfa", "beta") && between("beta", "alfa"), "{units:#?}");
    let balances = answer["balances"].as_array().expect("balances");
    assert!(balances.iter().any(|balance| balance["of"] == "area"));
    for party in ["alfa", "beta"] {
        let looks = world.app.store.access_records(&party.parse().expect("id"), Page::FIRST);
        assert_eq!(looks.expect("store").total, 1, "the look at {party} is recorded");
    }
    assert_eq!(ask!(world, &service, "ehs", uri).0, StatusCode::FORBIDDEN);
    let foreign = ask!(world, &service, "stranger", format!("{uri}&party=alfa,beta"));
    assert_eq!(foreign.0, StatusCode::NOT_FOUND);
}
