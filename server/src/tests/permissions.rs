//! Every route against every kind of person, compared with one table.
//!
//! `yes`: the request got through to the use case. `go`: sent on to another page. `login`: sent to
//! the sign-in page. A number: the status of the refusal. A route without a line, or a line without
//! a route, fails the test. To accept a change, run the test with `TL_UPDATE_GOLDEN=1` and read the
//! difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::{Value, json};
use tl_domain::event::Body;
use tl_testkit as kit;

use super::people::{AGENT_PERSON, PEOPLE};
use super::world::{World, dispatch, reception, registered, stock_take};
use crate::router::{PAGE_ROUTES, Route};
use crate::serve::page_service;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/permissions.golden");
const SPAN: &str = "from=2026-10-01T00:00:00%2B08:00&to=2026-12-01T00:00:00%2B08:00";

#[actix_web::test]
async fn every_route_answers_every_person_as_the_table_says() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    world.sign();
    world.laboratory();
    explained(&world);
    let mut table = BTreeMap::new();
    for route in PAGE_ROUTES {
        let mut line = Vec::new();
        for (name, _) in PEOPLE {
            let mut request = test::TestRequest::default()
                .method(route.method.to_uppercase().parse().expect("method"))
                .uri(&address(&world, route))
                .peer_addr(([127, 0, 0, 1], 1).into());
            if name != "anonymous" {
                request = request.insert_header(("cookie", world.cookie(name)));
            }
            if let Some(body) = body(&world, route) {
                request = request.set_json(body);
            } else if route.method == "post" {
                request = request.insert_header(("content-type", FORM)).set_payload("");
            }
            // Each sign-in attempt takes one of the address: time refills it.
            world.pass(10_000_000);
            let answer = test::call_service(&service, request.to_request()).await;
            let goal = answer.headers().get("location").cloned();
            let to_login = goal.is_some_and(|goal| goal.as_bytes().starts_with(b"/login"));
            let status = answer.status();
            line.push(outcome(route, word(status, to_login), status));
            if status == StatusCode::OK && OUTSIDERS.contains(&name) {
                let body = test::read_body(answer).await;
                let text = String::from_utf8_lossy(&body);
                for secret in [world.batch, world.run, world.sample, world.assay.0] {
                    let secret = secret.to_string();
                    assert!(!text.contains(&secret), "{name} reads {secret} in {}", route.path);
                }
            }
        }
        table.insert(format!("{} {}", route.method, route.path), line);
    }
    compare(&table);
    assert_policy(&table);
}

/// The finding of `explained`, as its key stands in an address.
pub(super) const FINDING: &str = "late_entries:month@2026-11";

const FORM: &str = "application/x-www-form-urlencoded";

/// People who have nothing to look for in the books of `alfa`.
const OUTSIDERS: [&str; 3] = ["stranger", "partner", "sysadmin"];

fn word(status: StatusCode, to_login: bool) -> &'static str {
    match status.as_u16() {
        200..=299 | 409 | 422 => "yes",
        303 if to_login => "login",
        303 => "go",
        _ => "",
    }
}

fn outcome(route: &Route, word: &str, status: StatusCode) -> String {
    assert!(
        status.as_u16() < 500 && status != StatusCode::METHOD_NOT_ALLOWED,
        "{} {} answered {status}",
        route.method,
        route.path
    );
    if word.is_empty() { status.as_u16().to_string() } else { word.to_owned() }
}

/// A path with real ids, about `alfa`.
fn address(world: &World, route: &Route) -> String {
    let code = match route.path {
        "/handovers/{code}" | "/api/v1/handovers/{code}" | "/M/{code}" => world.handover.clone(),
        path if path.starts_with("/handovers/{code}") => world.handover.clone(),
        _ => kit::code(1),
    };
    let id = match route.path {
        path if path.contains("/runs/") => world.run.to_string(),
        path if path.contains("/submissions/") => world.submission().to_string(),
        path if path.contains("/samples/") => world.sample.to_string(),
        path if path.contains("/assays/") => world.assay.0.to_string(),
        path if path.contains("/people/") => AGENT_PERSON.to_owned(),
        path if path.starts_with("/masters/method/") => "new".to_owned(),
        path if path.starts_with("/lab-mappings/") => "new".to_owned(),
        path if path.starts_with("/assay-plan/") => "plan-1".to_owned(),
        path if path.starts_with("/users/") => "op-gate".to_owned(),
        path if path.starts_with("/masters/") => "roast".to_owned(),
        path if path.starts_with("/devices/") => "gate-07".to_owned(),
        path if path.contains("/devices/") => "no-such-device".to_owned(),
        path if path.contains("/sessions/") => "0".repeat(64),
        _ => world.batch.to_string(),
    };
    let path = route
        .path
        .replace("/language/{code}", "/language/zh")
        .replace("/users/{id}/{what}", "/users/{id}/unlock")
        .replace("{what}", "node")
        .replace("{id}", &id)
        .replace("{code}", code.as_str())
        .replace("{file}", "none.js")
        .replace("{party}/{path:.*}", "alfa/checkpoint");
    let whole = [
        "/api/v1/session",
        "/api/v1/sessions",
        "/api/v1/parties",
        "/api/v1/policies",
        "/api/v1/marks",
    ];
    if route.path.ends_with("/flowsheet") {
        return format!("{path}?site=main");
    }
    if route.method != "get" || whole.contains(&route.path) {
        return path;
    }
    if route.path.starts_with("/findings/") || route.path == "/api/v1/findings/case" {
        return format!("{path}?party=alfa&key={FINDING}");
    }
    if route.path == "/api/v1/thresholds" {
        return format!("{path}?area=451202");
    }
    if route.path.starts_with("/api/v1/trace/") {
        return format!("{path}?party=alfa&batch={}", world.batch);
    }
    let spans = ["/api/v1/flows", "/api/v1/balance"];
    let span = spans.contains(&route.path) || route.path.starts_with("/api/v1/reconciliation");
    if span { format!("{path}?party=alfa&{SPAN}") } else { format!("{path}?party=alfa") }
}

/// A body that the route's use case would take.
fn body(world: &World, route: &Route) -> Option<Value> {
    let now = world.now();
    let body: Body = match (route.method, route.path) {
        ("post", "/api/v1/session") => return Some(json!({"login": "nobody", "password": "x"})),
        ("post", "/device/v1/enrol") => return Some(enrolment()),
        ("post", "/api/v1/devices/{id}/revocation") => return Some(json!({"reason": "lost"})),
        ("post", "/api/v1/people/{id}/sites") => return Some(json!({"sites": ["main"]})),
        ("post", "/api/v1/batches") => registered(1000).into(),
        ("post", "/api/v1/batches/{id}/weighings") => kit::batch_weigh(world.batch, "100").into(),
        ("post", "/api/v1/batches/{id}/moves") => kit::batch_move(world.batch, "roast").into(),
        ("post", "/api/v1/batches/{id}/splits") => split(world),
        ("post", "/api/v1/batches/{id}/blends") => blend(world),
        ("post", "/api/v1/batches/{id}/voids") => return Some(void(world)),
        ("post", "/api/v1/store-puts") => {
            kit::store_put(kit::part(world.batch, "10"), "pile-1").into()
        }
        ("post", "/api/v1/store-draws") => kit::store_draw("pile-1", "10", "roast").into(),
        ("post", "/api/v1/flows") => {
            let hour_ago = kit::FakeClock::at(now.micros() - 3_600_000_000).now();
            kit::flow_report("feed", &hour_ago, &now, "10").into()
        }
        ("post", "/api/v1/monitors") => return Some(monitor(world)),
        ("post", "/api/v1/runs") => kit::run_start("roast", Vec::new()).into(),
        ("post", "/api/v1/runs/{id}/close") => kit::run_close(world.run, &[]).into(),
        ("post", "/api/v1/dispatches") => dispatch(&kit::code(5000), world.batch, "beta").into(),
        ("post", "/api/v1/receptions") => reception(&kit::code(5001)).into(),
        ("post", "/api/v1/samples") => kit::sample_of_batch(world.batch).into(),
        ("post", "/api/v1/assays") => {
            kit::assay_report(world.sample, vec![kit::analysed("Tl", "30")]).into()
        }
        ("post", "/api/v1/assays/{id}/reviews") => world.review().into(),
        ("post", "/api/v1/submissions") => super::laboratory::sheet(world.sample),
        ("post", "/api/v1/assay-plan/approvals") => return Some(approval(world)),
        ("post", "/api/v1/stock-takes") => stock_take(&now).into(),
        ("post", "/api/v1/masters") => {
            kit::Plant::smelter("alfa").master_puts().next().expect("a master").into()
        }
        ("post", "/api/v1/corrections") => correction(world),
        ("post", path) if path.starts_with("/api/v1/findings/") => return Some(finding(path)),
        ("post", "/api/v1/thresholds") => return Some(thresholds()),
        ("post", "/api/v1/thresholds/{area}/withdraw") => return Some(json!({ "body": {} })),
        _ => return None,
    };
    Some(json!({ "body": body.to_value() }))
}

fn split(world: &World) -> Body {
    tl_domain::event::BatchSplit { batch: world.batch.into(), parts: Vec::new() }.into()
}

fn blend(world: &World) -> Body {
    tl_domain::event::BatchBlend { batch: world.batch.into(), inputs: Vec::new() }.into()
}

fn void(world: &World) -> Value {
    // Empty: refused by the rules, so that the batch stays for the other lines.
    json!({ "body": { "batch": world.batch.to_string(), "reason": "" } })
}

fn monitor(world: &World) -> Value {
    let now = world.now();
    json!({ "body": { "stream": "water", "values": [],
        "span": { "from": "2026-11-01T00:00:00+08:00", "to": now.as_str() } } })
}

/// By nobody who signs in: refused by the rules, so that it gets through to them.
fn approval(world: &World) -> Value {
    let (id, hash) = world.assay;
    json!({ "body": { "plan": "plan-1", "decision": "accept", "approved_by": "nobody",
        "target": { "id": id.to_string(), "hash": hash.to_string() } } })
}

fn correction(world: &World) -> Body {
    let (id, hash) = world.assay;
    tl_domain::event::Supersede {
        target: tl_domain::event::EntryRef { hash, id },
        reason: "typed wrongly".to_owned(),
        approved_by: "op-ehs".parse().expect("id"),
        replacement: None,
    }
    .into()
}

/// About a finding that `alfa` explained before any rule spoke of it.
fn finding(path: &str) -> Value {
    let own = json!({ "key": FINDING, "words": "checked" });
    let mut body = json!({ "party": "alfa", "key": FINDING });
    match path {
        "/api/v1/findings/explanations" => body = own,
        "/api/v1/findings/returns" => body["reason"] = json!("why"),
        "/api/v1/findings/closings" => {
            body["reason"] = json!("seen");
            body["outcome"] = json!("explained");
        }
        _ => {}
    }
    json!({ "body": body })
}

fn thresholds() -> Value {
    json!({ "body": { "id": "4512", "figures": { "storage_days": "90" }, "reason": "x" } })
}

pub(super) fn explained(world: &World) {
    let body = json!({ "finding": { "rule": "late_entries", "object": "month",
        "period": "2026-11" }, "words": "an outage" });
    world.append("alfa", Body::read("finding.explain", body).expect("an explanation"));
}

fn enrolment() -> Value {
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    json!({ "token": "0000", "csr_pem": "", "event_key": key, "proof": "00" })
}

fn compare(table: &BTreeMap<String, Vec<String>>) {
    let mut text = String::from("# Written by the test `permissions`; see there.\n");
    let names: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    writeln!(text, "{:<44}{}", "route", names.map_columns()).expect("text");
    for (route, line) in table {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        writeln!(text, "{route:<44}{}", line.map_columns()).expect("text");
    }
    if std::env::var_os("TL_UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &text).expect("written");
    }
    let golden = std::fs::read_to_string(Path::new(GOLDEN)).unwrap_or_default();
    let missing: Vec<_> = text.lines().filter(|line| !golden.lines().any(|g| g == *line)).collect();
    let gone: Vec<_> = golden.lines().filter(|line| !text.lines().any(|t| t == *line)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "the table differs\nnow:\n{}\nbefore:\n{}",
        missing.join("\n"),
        gone.join("\n")
    );
}

trait Columns {
    fn map_columns(&self) -> String;
}

impl Columns for Vec<&str> {
    fn map_columns(&self) -> String {
        let columns: String = self.iter().map(|word| format!("{word:<10}")).collect();
        columns.trim_end().to_owned()
    }
}

/// What must hold whatever the table says.
fn assert_policy(table: &BTreeMap<String, Vec<String>>) {
    let column = |name: &str| PEOPLE.iter().position(|(n, _)| *n == name).expect("column");
    let open = [
        "get /healthz",
        "get /ca.pem",
        "get /login",
        "post /login",
        "get /language/{code}",
        "get /static/{file}",
        "get /verify",
        "post /verify",
        "get /log/{party}/{path:.*}",
    ];
    // Pages about the person, lists of the parties in the person's own sight, and scans, which say
    // to everybody else that the code is not known.
    let own = [
        "/api/v1/session",
        "/api/v1/sessions",
        "/api/v1/parties",
        "/api/v1/marks",
        "/api/v1/policies",
        "/policies",
        "/thresholds",
        "/api/v1/thresholds",
        "/",
        "/logout",
        "/scan",
        "/me",
        "/me/password",
        "/me/second-factor",
    ];
    for (route, line) in table {
        if open.contains(&route.as_str()) {
            continue;
        }
        assert_ne!(line[column("anonymous")], "yes", "{route} is open to everybody");
        let path = route.split_once(' ').expect("method and path").1;
        let scan = path.len() == "/B/{code}".len() && path.ends_with("/{code}");
        // Accounts, which a system administrator looks after, hold no plant's data.
        let keeps = path.starts_with("/users");
        let about_the_person = keeps || own.contains(&path) || scan || route.starts_with("post ");
        for outsider in OUTSIDERS {
            let seen = line[column(outsider)] == "yes";
            assert!(!seen || outsider == "sysadmin" || !keeps, "{outsider} sees accounts");
            assert!(!seen || about_the_person, "{outsider} sees data of alfa by {route}");
        }
        // A balance sheet is computed and forgotten: it records nothing.
        let stores_nothing = path.ends_with("session") || path == "/api/v1/sheets/balance";
        let records = route.starts_with("post /api/v1/") && !stores_nothing;
        for watcher in ["officer", "stranger", "sysadmin"] {
            assert!(!records || line[column(watcher)] != "yes", "{watcher} records by {route}");
        }
    }
}
