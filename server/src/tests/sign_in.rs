//! Signing in: lock-out, ends of sessions, other sites, limits.

use actix_web::http::{StatusCode, header};
use actix_web::test;
use serde_json::{Value, json};
use tl_domain::time::HOUR_MICROS;

use super::world::World;
use crate::auth::password;
use crate::serve::page_service;

const PASSWORD: &str = "correct-horse-gate";

fn world_with_password() -> World {
    let world = World::new();
    let store = &world.app.store;
    let mut account = store.account_by_login("gate").expect("store").expect("account");
    account.password_hash = password::hash(PASSWORD).expect("long enough");
    store.put_account(&account).expect("stored");
    world
}

macro_rules! attempt {
    ($service:expr, $password:expr) => {{
        let request = test::TestRequest::post()
            .uri("/api/v1/session")
            .peer_addr(([127, 0, 0, 1], 1).into())
            .set_json(json!({ "login": "gate", "password": $password }))
            .to_request();
        test::call_service($service, request).await
    }};
}

#[actix_web::test]
async fn five_failures_lock_the_account_for_fifteen_minutes() {
    let world = world_with_password();
    let service = test::init_service(page_service!(world.app.clone())).await;
    for _ in 0..5 {
        assert_eq!(attempt!(&service, "wrong").status(), StatusCode::UNAUTHORIZED);
        world.pass(10_000_000);
    }
    assert_eq!(attempt!(&service, PASSWORD).status(), StatusCode::UNAUTHORIZED, "locked");
    world.pass(16 * 60 * 1_000_000);
    let answer = attempt!(&service, PASSWORD);
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let cookie = answer.headers().get(header::SET_COOKIE).expect("cookie").to_str().expect("text");
    for part in ["__Host-tl_session=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    let value = cookie.split(';').next().expect("value").split_once('=').expect("pair").1;
    let stored = world.app.store.session(&tl_ledger::Hash::of(value.as_bytes())).expect("store");
    assert!(stored.is_some(), "the session is stored under the hash of its token");
}

#[actix_web::test]
async fn one_address_can_try_ten_times_at_once() {
    let world = world_with_password();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let request = test::TestRequest::post()
            .uri("/api/v1/session")
            .peer_addr(([127, 0, 0, 1], 1).into())
            .set_json(json!({ "login": "nobody", "password": "wrong" }))
            .to_request();
        statuses.push(test::call_service(&service, request).await.status());
    }
    assert_eq!(statuses.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(statuses.iter().all(|status| *status == StatusCode::UNAUTHORIZED));
}

#[actix_web::test]
async fn a_session_ends_when_idle_in_any_case_and_on_signing_out() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    macro_rules! me {
        ($cookie:expr) => {{
            let request = test::TestRequest::get()
                .uri("/api/v1/session")
                .insert_header(("cookie", $cookie.clone()))
                .to_request();
            test::call_service(&service, request).await.status()
        }};
    }
    let idle = world.cookie("gate");
    world.pass(7 * HOUR_MICROS);
    assert_eq!(me!(idle), StatusCode::OK);
    world.pass(7 * HOUR_MICROS);
    assert_eq!(me!(idle), StatusCode::OK, "a request keeps it alive");
    world.pass(8 * HOUR_MICROS + 1);
    assert_eq!(me!(idle), StatusCode::UNAUTHORIZED, "idle for more than 8 hours");
    let busy = world.cookie("gate");
    for _ in 0..7 {
        world.pass(3 * HOUR_MICROS);
        assert_eq!(me!(busy), StatusCode::OK);
    }
    world.pass(3 * HOUR_MICROS);
    assert_eq!(me!(busy), StatusCode::UNAUTHORIZED, "older than 24 hours");
    let left = world.cookie("gate");
    let request = test::TestRequest::delete()
        .uri("/api/v1/session")
        .insert_header(("cookie", left.clone()))
        .to_request();
    assert_eq!(test::call_service(&service, request).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(me!(left), StatusCode::UNAUTHORIZED, "signed out");
}

#[actix_web::test]
async fn people_list_and_end_their_own_sessions_only() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let (mine, other) = (world.cookie("gate"), world.cookie("gate"));
    let strange = world.cookie("lab");
    let list = test::TestRequest::get()
        .uri("/api/v1/sessions")
        .insert_header(("cookie", mine.clone()))
        .to_request();
    let rows: Value = test::call_and_read_body_json(&service, list).await;
    assert_eq!(rows["total"], 2);
    let end = |cookie: &str, target: &str| {
        let token = target.split_once('=').expect("pair").1;
        let id = tl_ledger::Hash::of(token.as_bytes());
        test::TestRequest::delete()
            .uri(&format!("/api/v1/sessions/{id}"))
            .insert_header(("cookie", cookie.to_owned()))
            .to_request()
    };
    let answer = test::call_service(&service, end(&mine, &strange)).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let answer = test::call_service(&service, end(&mine, &other)).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let answer = test::call_service(&service, end(&other, &mine)).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "an ended session does nothing");
}

#[actix_web::test]
async fn requests_from_other_sites_change_nothing() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::delete()
        .uri("/api/v1/session")
        .insert_header(("cookie", world.cookie("gate")))
        .insert_header(("sec-fetch-site", "cross-site"))
        .to_request();
    let answer = test::call_service(&service, request).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let body: Value = test::read_body_json(answer).await;
    assert_eq!(body["code"], "forbidden");
}

#[actix_web::test]
async fn failures_are_problems_in_the_language_asked_for() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    for (language, title) in [("zh-CN", "没有找到"), ("en-GB,en", "Not found")] {
        let request = test::TestRequest::get()
            .uri("/api/v1/nothing")
            .insert_header(("accept-language", language))
            .to_request();
        let answer = test::call_service(&service, request).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let media = answer.headers().get(header::CONTENT_TYPE).expect("type");
        assert_eq!(media, "application/problem+json");
        assert!(answer.headers().contains_key("content-security-policy"));
        let body: Value = test::read_body_json(answer).await;
        assert_eq!(body["title"], title);
        assert_eq!(body["type"], "urn:tltrace:error:not-found");
    }
    let request = test::TestRequest::post()
        .uri("/api/v1/session")
        .insert_header(("content-type", "application/json"))
        .set_payload("{")
        .to_request();
    let answer = test::call_service(&service, request).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: Value = test::read_body_json(answer).await;
    assert_eq!(body["code"], "bad-request");
}
