//! Answers of the API fit the OpenAPI document; that it is the committed one is tested beside it.

use actix_web::test;
use serde_json::{Value, json};
use tl_domain::event::Body;
use tl_testkit as kit;

use super::check::check;
use super::world::{World, registered};
use crate::router::PAGE_ROUTES;
use crate::serve::page_service;

#[actix_web::test]
async fn every_answer_of_the_api_fits_the_document() {
    for backend in kit::backends() {
        println!("on {backend:?}");
        every_answer_fits(&World::on(backend)).await;
    }
}

async fn every_answer_fits(world: &World) {
    let document: Value = serde_json::from_str(&crate::openapi::text()).expect("JSON");
    let service = test::init_service(page_service!(world.app.clone())).await;
    world.sign();
    for content in ["30", "31", "29"] {
        // Duplicates, so that something can be told of the plant's own errors.
        let sample = world.append("alfa", kit::sample_of_batch(world.batch)).0;
        for _ in 0..2 {
            world.append("alfa", kit::assay_report(sample, vec![kit::analysed("Tl", content)]));
        }
    }
    super::permissions::explained(world);
    world.laboratory();
    world.two_months("99000");
    crate::accounts::job::once(&world.app).expect("accounts");
    let mut seen = 0;
    let routes = PAGE_ROUTES.iter().filter(|r| r.method == "get" && r.path.starts_with("/api/"));
    for route in routes {
        let admins = ["/api/v1/devices", "/api/v1/people"];
        let login = match route.path {
            "/api/v1/reconciliation/area" | "/api/v1/accounts/region" => "officer",
            path if admins.contains(&path) => "admin",
            _ => "ehs",
        };
        let request = test::TestRequest::get()
            .uri(&address(world, route.path))
            .insert_header(("cookie", world.cookie(login)))
            .to_request();
        let answer = test::call_service(&service, request).await;
        assert_eq!(answer.status(), 200, "{}", route.path);
        let media = answer.headers().get("content-type").expect("a type").to_str().expect("text");
        if !media.starts_with("application/json") {
            let documented = &document["paths"][route.path]["get"]["responses"]["200"]["content"];
            let wanted = media.split(';').next().expect("a type");
            assert!(documented[wanted].is_object(), "{}: {media} in {documented}", route.path);
            continue;
        }
        let body: Value = test::read_body_json(answer).await;
        let filled = body["total"] != json!(0);
        assert!(filled || route.path == "/api/v1/looks", "{} is empty: proves nothing", route.path);
        assert_fits(&document, route.path, "get", "200", &body);
        seen += 1;
    }
    assert!(seen >= 24, "only {seen} answers were looked at");
}

#[actix_web::test]
async fn a_recording_answers_as_documented_and_twice_the_same() {
    let document: Value = serde_json::from_str(&crate::openapi::text()).expect("JSON");
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let id = crate::random::entry_id(&world.app.clock);
    let body: Body = registered(4242).into();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = test::TestRequest::post()
            .uri("/api/v1/batches")
            .insert_header(("cookie", world.cookie("gate")))
            .set_json(json!({ "id": id.to_string(), "body": body.to_value() }))
            .to_request();
        let answer = test::call_service(&service, request).await;
        assert_eq!(answer.status(), 201);
        answers.push(test::read_body_json::<Value, _>(answer).await);
    }
    assert_fits(&document, "/api/v1/batches", "post", "201", &answers[0]);
    assert_eq!(answers[0]["leaf"], answers[1]["leaf"], "sent twice, recorded once");
    assert_eq!(answers[0]["id"], id.to_string());
    let other: Body = registered(4343).into();
    let request = test::TestRequest::post()
        .uri("/api/v1/batches")
        .insert_header(("cookie", world.cookie("gate")))
        .set_json(json!({ "id": id.to_string(), "body": other.to_value() }))
        .to_request();
    assert_eq!(test::call_service(&service, request).await.status(), 409, "same id, other body");
    let taken: Body = registered(4242).into();
    let request = test::TestRequest::post()
        .uri("/api/v1/batches")
        .insert_header(("cookie", world.cookie("gate")))
        .insert_header(("accept-language", "en"))
        .set_json(json!({ "body": taken.to_value() }))
        .to_request();
    let answer = test::call_service(&service, request).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = test::read_body_json(answer).await;
    assert_eq!(problem["code"], "refused");
    assert!(problem["detail"].as_str().expect("detail").contains("take a new label"), "{problem}");
}

fn assert_fits(document: &Value, path: &str, method: &str, status: &str, body: &Value) {
    let content = &document["paths"][path][method]["responses"][status]["content"];
    let schema = &content["application/json"]["schema"];
    assert!(schema.is_object(), "{method} {path} {status} is not documented: {content}");
    let wrong = check(document, schema, body);
    assert!(wrong.is_empty(), "{method} {path}: {wrong:#?}\n{body:#}");
}

fn address(world: &World, path: &str) -> String {
    match path {
        "/api/v1/findings/case" => return format!("{path}?key={}", super::permissions::FINDING),
        "/api/v1/thresholds" => return format!("{path}?area=451202"),
        _ => {}
    }
    let span = "from=2026-10-01T00:00:00%2B08:00&to=2026-12-01T00:00:00%2B08:00";
    match path {
        "/api/v1/batches/{id}" | "/api/v1/batches/{id}/history" => {
            path.replace("{id}", &world.batch.to_string())
        }
        "/api/v1/codes/{code}/batch" => path.replace("{code}", kit::code(1).as_str()),
        "/api/v1/runs/{id}" => path.replace("{id}", &world.run.to_string()),
        "/api/v1/samples/{id}" => path.replace("{id}", &world.sample.to_string()),
        "/api/v1/assays/{id}" => path.replace("{id}", &world.assay.0.to_string()),
        path if path.starts_with("/api/v1/entries/{id}") => {
            path.replace("{id}", &world.batch.to_string())
        }
        "/api/v1/submissions/{id}" => path.replace("{id}", &world.submission().to_string()),
        "/api/v1/handovers/{code}" => path.replace("{code}", world.handover.as_str()),
        "/api/v1/flows"
        | "/api/v1/balance"
        | "/api/v1/reconciliation"
        | "/api/v1/reconciliation/area" => format!("{path}?{span}"),
        path if path.starts_with("/api/v1/trace/") => format!("{path}?batch={}", world.batch),
        _ => path.to_owned(),
    }
}
