//! Sheets sent to the API: balances are answered and forgotten, flow sheets stored once.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::Value;
use tl_sheets::template;

use super::check::check;
use super::world::World;
use crate::serve::page_service;

const BALANCE: &str = "/api/v1/sheets/balance";
const FLOWSHEET: &str = "/api/v1/sheets/flowsheet?site=main";

/// Sends a file as somebody; the status and the answer.
async fn send(world: &World, login: &str, path: &str, file: &[u8]) -> (StatusCode, Value) {
    let service = test::init_service(page_service!(world.app.clone())).await;
    let mut request = test::TestRequest::post()
        .uri(path)
        .insert_header(("content-type", "application/octet-stream"))
        .set_payload(file.to_vec());
    if login != "anonymous" {
        request = request.insert_header(("cookie", world.cookie(login)));
    }
    let answer = test::call_service(&service, request.to_request()).await;
    let status = answer.status();
    (status, serde_json::from_slice(&test::read_body(answer).await).unwrap_or_default())
}

fn size(world: &World) -> usize {
    let party = "alfa".parse().expect("a name");
    world.app.store.masters(&party).expect("masters").len()
}

fn assert_fits(path: &str, status: &str, body: &Value) {
    let document: Value = serde_json::from_str(&crate::openapi::text()).expect("JSON");
    let content = &document["paths"][path]["post"]["responses"][status]["content"];
    let media = content.as_object().expect("documented").values().next().expect("a media type");
    let wrong = check(&document, &media["schema"], body);
    assert!(wrong.is_empty(), "{wrong:#?}\n{body:#}");
}

#[actix_web::test]
async fn a_balance_sheet_is_answered_and_nothing_is_stored() {
    let world = World::new();
    let before = size(&world);
    let file = template::balance_csv();
    for login in ["ehs", "gate", "officer"] {
        let (status, body) = send(&world, login, BALANCE, file.as_bytes()).await;
        assert_eq!(status, 200, "{login}: {body}");
        assert_fits(BALANCE, "200", &body);
        assert_eq!(body["retrospective"], true);
        let own = crate::usecase::sheets::balance(file.as_bytes(), &"Tl".parse().expect("a name"));
        let own = serde_json::to_value(own.expect("a report")).expect("JSON");
        assert_eq!(body, own, "the same figures as the command");
    }
    assert_eq!(send(&world, "anonymous", BALANCE, file.as_bytes()).await.0, 401);
    assert_eq!(size(&world), before);
}

#[actix_web::test]
async fn every_bad_cell_is_in_the_answer() {
    let world = World::new();
    let bad = template::balance_csv().replace("3520.40", "约三千").replace("2026-01", "一月");
    let (status, body) = send(&world, "ehs", BALANCE, bad.as_bytes()).await;
    assert_eq!(status, 422);
    assert_fits(BALANCE, "422", &body);
    let problems = body["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 10, "nine months and a mass");
    assert_eq!((&problems[2]["row"], &problems[2]["column"]), (&3.into(), &"G".into()));
    assert_eq!(body["code"], "refused");
    let (status, _) = send(&world, "ehs", BALANCE, b"PK\x03\x04 no workbook").await;
    assert_eq!(status, 422);
    let large = vec![b'a'; crate::limits::BODY_BYTES_MAX + 1];
    assert_eq!(send(&world, "ehs", BALANCE, &large).await.0, 413);
}

#[actix_web::test]
async fn a_flow_sheet_is_previewed_then_stored_once() {
    let world = World::new();
    let before = size(&world);
    let file = template::flowsheet("制酸").expect("known").expect("a workbook");
    let (status, body) = send(&world, "ehs", FLOWSHEET, &file).await;
    assert_eq!(status, 200, "{body}");
    assert_fits("/api/v1/sheets/flowsheet", "200", &body);
    let preview = &body["preview"];
    let count = |key: &str| preview[key].as_u64().expect("a count") as usize;
    let total = count("added") + count("changed") + count("unchanged");
    assert_eq!(preview["records"].as_array().expect("records").len(), total);
    assert!(count("added") > 20);
    assert_eq!(size(&world), before, "a preview stores nothing");

    let store = format!("{FLOWSHEET}&store=true");
    let (status, body) = send(&world, "ehs", &store, &file).await;
    assert_eq!(status, 201, "{body}");
    assert_fits("/api/v1/sheets/flowsheet", "201", &body);
    let stored = body["stored"].as_array().expect("entries").len();
    assert_eq!(stored, count("added") + count("changed"));
    assert_eq!(size(&world), before + count("added"));

    let (status, body) = send(&world, "ehs", &store, &file).await;
    assert_eq!((status.as_u16(), body["stored"].as_array().map(Vec::len)), (200, Some(0)));
    assert_eq!(body["preview"]["unchanged"].as_u64(), Some(total as u64), "the same again");
}

#[actix_web::test]
async fn a_flow_sheet_needs_the_right_person_and_a_known_site() {
    let world = World::new();
    let file = template::flowsheet_csv("选厂").expect("known");
    assert_eq!(send(&world, "gate", FLOWSHEET, file.as_bytes()).await.0, 403);
    let elsewhere = "/api/v1/sheets/flowsheet?site=nowhere&store=true";
    let (status, body) = send(&world, "ehs", elsewhere, file.as_bytes()).await;
    assert_eq!(status, 400);
    assert!(body["detail"].as_str().expect("a detail").contains("site nowhere"), "{body}");
    let before = size(&world);
    let bad = file.replace("排放", "流走");
    let (status, body) =
        send(&world, "ehs", &format!("{FLOWSHEET}&store=true"), bad.as_bytes()).await;
    assert_eq!(status, 422, "{body}");
    assert_eq!(size(&world), before, "nothing half done");
}
