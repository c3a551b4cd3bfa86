//! A finding from the workbench to the raw entry, asked, explained, sent back, closed; thresholds.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::{Value, json};
use tl_domain::time::DAY_MICROS;

use super::policies::with_bureau;
use super::world::{World, registered};
use crate::accounts::job;
use crate::serve::page_service;
use crate::usecase::findings;

const LIST: &str = "/api/v1/findings?party=alfa&limit=500";

/// A label on two batches, and nobody who relabels one of them.
fn with_two_labels(world: &World) {
    world.append("alfa", registered(1));
    world.pass(11 * DAY_MICROS);
}

/// The finding about the label, as a person sees it.
fn label(rows: &Value) -> Value {
    let rows = rows["rows"].as_array().expect("rows");
    let found = rows.iter().find(|row| row["rule"] == "label_conflict");
    found.unwrap_or_else(|| panic!("a label conflict among {rows:?}")).clone()
}

async fn asked_explained_closed(world: &World) {
    with_bureau(world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    with_two_labels(world);
    let found = label(&ask!(world, &service, "ehs", LIST));
    assert_eq!((&found["case"]["state"], &found["fires"]), (&json!("noticed"), &json!(true)));
    assert_eq!(found["grade"], "finding");
    let key = found["key"].as_str().expect("a key").to_owned();
    assert!(key.starts_with("label_conflict:batch:") && key.ends_with("@2026-11-01"), "{key}");

    let asked = json!({"party": "alfa", "key": key, "question": "哪一批是旧标？"});
    let open = "/api/v1/findings/openings";
    let (status, answer) = send!(world, &service, "supervises", open, asked);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (status, _) = send!(world, &service, "supervises", open, asked);
    assert_eq!(status, StatusCode::CONFLICT, "asked already");
    let found = label(&ask!(world, &service, "ehs", LIST));
    assert_eq!(found["case"]["state"], "asked");
    let term = found["case"]["explain_by"].as_i64().expect("a term") - world.app.clock.micros();
    assert_eq!(term, 14 * DAY_MICROS, "ten working days from a Thursday");
    let step = &found["case"]["steps"][0];
    assert_eq!(
        (&step["party"], &step["row"]["step"]["question"]),
        (&json!("hechi"), &json!("哪一批是旧标？"))
    );

    let evidence = found["evidence"][0].clone();
    let said = json!({"key": key, "words": "第二批贴错，已换标", "evidence": [evidence]});
    let explain = "/api/v1/findings/explanations";
    let (status, answer) = send!(world, &service, "ehs", explain, said);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let back = json!({"party": "alfa", "key": key, "reason": "请附换标照片"});
    let (status, answer) = send!(world, &service, "supervises", "/api/v1/findings/returns", back);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    world.pass(20 * DAY_MICROS);
    let found = label(&ask!(world, &service, "supervises", LIST));
    assert_eq!(found["case"]["state"], "returned");
    let (status, _) = send!(world, &service, "ehs", explain, said);
    assert_eq!(status, StatusCode::CREATED);
    let end = json!({"party": "alfa", "key": key, "outcome": "explained", "reason": "现场已核"});
    let (status, answer) = send!(world, &service, "supervises", "/api/v1/findings/closings", end);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let found = label(&ask!(world, &service, "ehs", LIST));
    assert_eq!(
        (&found["case"]["state"], &found["case"]["outcome"]),
        (&json!("closed"), &json!("explained"))
    );
    assert_eq!(found["case"]["steps"].as_array().map(Vec::len), Some(5));
    let (status, _) = send!(world, &service, "ehs", explain, said);
    assert_eq!(status, StatusCode::CONFLICT, "closed is closed");

    // Each side wrote in its own log, and a rebuild tells the same.
    let kinds = |party: &str| -> Vec<String> {
        let party = party.parse().expect("id");
        let page = tl_store::Page::LARGEST;
        let rows = world.app.store.recent(&party, page).expect("entries").rows;
        rows.into_iter().map(|view| view.kind).filter(|kind| kind.starts_with("finding.")).collect()
    };
    assert_eq!(kinds("hechi"), ["finding.close", "finding.return", "finding.open"]);
    assert_eq!(kinds("alfa"), ["finding.explain", "finding.explain"]);
    world.app.store.rebuild(|_, _| {}).expect("rebuilt");
    assert_eq!(label(&ask!(world, &service, "ehs", LIST)), found);
}

#[actix_web::test]
async fn a_finding_is_asked_explained_sent_back_and_closed() {
    for backend in tl_testkit::backends() {
        asked_explained_closed(&World::on(backend)).await;
    }
}

#[actix_web::test]
async fn nobody_acts_on_a_finding_for_another() {
    let world = World::new();
    with_bureau(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    with_two_labels(&world);
    let key = label(&ask!(world, &service, "ehs", LIST))["key"].clone();
    let end = json!({"party": "alfa", "key": key, "outcome": "false_alarm", "reason": "x"});
    for (login, wanted) in [
        ("measures", StatusCode::FORBIDDEN),
        ("officer", StatusCode::FORBIDDEN),
        ("stranger", StatusCode::NOT_FOUND),
        ("partner", StatusCode::NOT_FOUND),
        ("ehs", StatusCode::FORBIDDEN),
        ("sysadmin", StatusCode::NOT_FOUND),
    ] {
        let (status, answer) = send!(world, &service, login, "/api/v1/findings/closings", end);
        assert_eq!(status, wanted, "{login}: {answer}");
    }
    let said = json!({"key": key, "words": "不是我的"});
    for login in ["gate", "lab", "admin", "supervises"] {
        let uri = "/api/v1/findings/explanations";
        let (status, answer) = send!(world, &service, login, uri, said);
        assert_eq!(status, StatusCode::FORBIDDEN, "{login}: {answer}");
    }
    let (status, _) = send!(world, &service, "partner", "/api/v1/findings/explanations", said);
    assert_eq!(status, StatusCode::NOT_FOUND, "beta has no such finding");
    let unknown = crate::random::entry_id(&world.app.clock);
    let foreign = json!({"key": key, "words": "见记录", "evidence": [unknown]});
    let (status, answer) = send!(world, &service, "ehs", "/api/v1/findings/explanations", foreign);
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    assert_eq!(label(&ask!(world, &service, "ehs", LIST))["case"]["state"], "noticed");
}

async fn page(world: &World, login: &str, path: &str) -> String {
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::get().uri(path).insert_header(("cookie", world.cookie(login)));
    let answer = test::call_service(&service, request.to_request()).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    String::from_utf8_lossy(&test::read_body(answer).await).into_owned()
}

/// The first link of a page that begins so.
fn link(html: &str, begins: &str) -> String {
    let from = html.find(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("{begins}: {html}"));
    let rest = &html[from + 6..];
    rest[..rest.find('"').expect("its end")].replace("&amp;", "&").replace("&#38;", "&")
}

#[actix_web::test]
async fn an_officer_stands_before_the_bytes_in_three_clicks() {
    let world = World::new();
    with_bureau(&world);
    with_two_labels(&world);
    world.sign();
    while job::once(&world.app).expect("accounts") > 0 {}
    while findings::refresh(&world.app).expect("findings") > 0 {}
    let workbench = page(&world, "supervises", "/").await;
    let list = page(&world, "supervises", &link(&workbench, "/findings?party=alfa")).await;
    let case = link(&list, "/findings/case?key=label_conflict");
    let case = page(&world, "supervises", &case).await;
    assert!(case.contains("要求企业说明") && case.contains("办结"), "the next acts");
    let entry = page(&world, "supervises", &link(&case, "/entries/")).await;
    assert!(entry.contains("原始字节") && entry.contains("存证"), "{entry}");
}

#[actix_web::test]
async fn the_forms_of_both_sides_lead_back_to_the_finding() {
    let world = World::new();
    with_bureau(&world);
    with_two_labels(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let key = label(&ask!(world, &service, "ehs", LIST))["key"].as_str().expect("a key").to_owned();
    let steps = [
        ("supervises", "/findings/open?party=alfa", vec![("question", "为什么")], "finding_open"),
        ("ehs", "/findings/explain", vec![("words", "已换标")], "finding_explain"),
        ("supervises", "/findings/return?party=alfa", vec![("reason", "照片")], "finding_return"),
        ("ehs", "/findings/explain", vec![("words", "照片已附")], "finding_explain"),
        (
            "supervises",
            "/findings/close?party=alfa",
            vec![("outcome", "corrected"), ("reason", "已核")],
            "finding_close",
        ),
    ];
    for (login, path, fields, done) in steps {
        let join = if path.contains('?') { '&' } else { '?' };
        let encoded = key.replace(':', "%3A").replace('@', "%40").replace('/', "%2F");
        let form = page(&world, login, &format!("{path}{join}key={encoded}")).await;
        assert!(form.contains("<form") && form.contains(&format!("value=\"{key}\"")), "{form}");
        let mut values = vec![
            ("key".to_owned(), key.clone()),
            ("entry".to_owned(), crate::random::entry_id(&world.app.clock).to_string()),
            ("observed_at".to_owned(), crate::pages::local_minute(world.app.clock.micros())),
        ];
        values.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let request = test::TestRequest::post()
            .uri(path)
            .insert_header(("cookie", world.cookie(login)))
            .set_form(&values);
        let answer = test::call_service(&service, request.to_request()).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        let to =
            answer.headers().get("location").expect("a target").to_str().expect("text").to_owned();
        assert!(to.starts_with("/findings/case?key=") && to.contains(done), "{to}");
        world.pass(DAY_MICROS);
    }
    let closed = ask!(world, &service, "ehs", LIST);
    assert_eq!(label(&closed)["case"]["outcome"], "corrected");
}

#[actix_web::test]
async fn a_county_s_threshold_holds_and_tells_who_changed_what() {
    for backend in tl_testkit::backends() {
        let world = World::on(backend);
        with_bureau(&world);
        let service = test::init_service(page_service!(world.app.clone())).await;
        with_two_labels(&world);
        drop(label(&ask!(world, &service, "ehs", LIST)));
        let city = json!({"id": "4512", "figures": {"mending_days": "60", "storage_days": "90"},
            "reason": "2026 年"});
        let (status, answer) = send!(world, &service, "supervises", "/api/v1/thresholds", city);
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let rows = ask!(world, &service, "ehs", LIST);
        let rows = rows["rows"].as_array().expect("rows");
        assert!(rows.iter().all(|row| row["rule"] != "label_conflict"), "sixty days: {rows:?}");
        world.pass(DAY_MICROS);
        let county = json!({"id": "451202", "figures": {"mending_days": "5"}, "reason": "金城江"});
        let (status, answer) = send!(world, &service, "supervises", "/api/v1/thresholds", county);
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        drop(label(&ask!(world, &service, "ehs", LIST)));
        let held = ask!(world, &service, "ehs", "/api/v1/thresholds?area=451202");
        let figure = |name: &str| {
            let figures = held["figures"].as_array().expect("figures");
            figures.iter().find(|figure| figure["name"] == name).expect("there").clone()
        };
        assert_eq!(figure("mending_days")["value"], 5.0);
        assert_eq!(figure("mending_days")["source"]["area"], "451202");
        assert_eq!(
            (&figure("storage_days")["value"], &figure("storage_days")["default"]),
            (&json!(90.0), &json!(365.0))
        );
        assert_eq!(figure("late_entries")["source"], Value::Null);
        let history = held["history"].as_array().expect("history");
        assert_eq!(history.len(), 2, "{history:?}");
        assert_eq!(history[0]["changed"]["mending_days"], json!([null, "5"]));
        world.pass(DAY_MICROS);
        let uri = "/api/v1/thresholds/451202/withdraw";
        let (status, _) = send!(world, &service, "supervises", uri, json!({}));
        assert_eq!(status, StatusCode::CREATED);
        let held = ask!(world, &service, "ehs", "/api/v1/thresholds?area=451202");
        assert_eq!(held["history"][0]["withdrawn"], true);
        let html = page(&world, "ehs", "/thresholds").await;
        assert!(html.contains("金城江") && html.contains("换标、重测期限"), "{html}");
        let wrong = json!({"id": "45", "figures": {"mending_days": "0.5"}, "reason": "x"});
        let (status, answer) = send!(world, &service, "supervises", "/api/v1/thresholds", wrong);
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let detail = answer["detail"].as_str().expect("words");
        assert!(detail.contains("id: area 45") && detail.contains("mending_days"), "{detail}");
        for login in ["measures", "ehs", "officer"] {
            let (status, _) = send!(world, &service, login, "/api/v1/thresholds", city);
            assert_eq!(status, StatusCode::FORBIDDEN, "{login}");
        }
    }
}
