//! What lies outside a person's sight is not found, and looks from outside are recorded.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::Value;
use tl_store::Page;

use super::world::World;
use crate::serve::page_service;

#[actix_web::test]
async fn a_party_that_exists_and_one_that_does_not_look_the_same_from_outside() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    for outsider in ["partner", "stranger"] {
        let mut answers = Vec::new();
        for party in ["alfa", "no-such-party"] {
            let uri = format!("/api/v1/batches/{}?party={party}", world.batch);
            let request = test::TestRequest::get()
                .uri(&uri)
                .insert_header(("cookie", world.cookie(outsider)))
                .to_request();
            let answer = test::call_service(&service, request).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            answers.push(test::read_body(answer).await);
        }
        assert_eq!(answers[0], answers[1], "{outsider} can tell parties apart");
    }
    let looks = world.app.store.access_records(&"alfa".parse().expect("id"), Page::FIRST);
    assert_eq!(looks.expect("store").total, 0, "what was not shown is no look");
}

#[actix_web::test]
async fn an_officer_s_look_is_recorded_and_the_enterprise_sees_it() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let uri = format!("/api/v1/batches/{}?party=alfa", world.batch);
    let request = test::TestRequest::get()
        .uri(&uri)
        .insert_header(("cookie", world.cookie("officer")))
        .to_request();
    assert_eq!(test::call_service(&service, request).await.status(), StatusCode::OK);
    let request = test::TestRequest::get()
        .uri("/api/v1/looks")
        .insert_header(("cookie", world.cookie("ehs")))
        .to_request();
    let looks: Value = test::call_and_read_body_json(&service, request).await;
    assert_eq!(looks["total"], 1);
    assert_eq!(looks["rows"][0]["account"], "op-officer");
    assert_eq!(looks["rows"][0]["what"], format!("GET /api/v1/batches/{}", world.batch));
}

#[actix_web::test]
async fn a_partner_sees_the_half_addressed_to_it_and_nothing_else_of_the_shipper() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let uri = format!("/api/v1/handovers/{}", world.handover.as_str());
    let ask = |login: &str, uri: &str| {
        test::TestRequest::get()
            .uri(uri)
            .insert_header(("cookie", world.cookie(login)))
            .to_request()
    };
    let seen: Value = test::call_and_read_body_json(&service, ask("partner", &uri)).await;
    assert_eq!(seen["rows"][0]["dispatch"]["party"], "alfa");
    assert_eq!(seen["rows"][0]["dispatch"]["half"]["shipped"][0]["mass"]["value"], "500");
    let entry = seen["rows"][0]["dispatch"]["half"]["entry"].as_str().expect("id").to_owned();
    for uri in [format!("/api/v1/entries/{entry}"), format!("/api/v1/entries/{entry}?party=alfa")] {
        let answer = test::call_service(&service, ask("partner", &uri)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{uri}");
    }
    let looks = world.app.store.access_records(&"alfa".parse().expect("id"), Page::FIRST);
    let looks = looks.expect("store");
    assert_eq!(looks.total, 1);
    assert_eq!(looks.rows[0].from.as_ref().map(ToString::to_string).as_deref(), Some("beta"));
}
