//! A bureau settles what holds for its enterprises: signed, named, computed anew, taken back.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::{Value, json};
use tl_domain::event::PartyKind;
use tl_store::Account;

use super::world::World;
use crate::accounts::job;
use crate::auth::role::Function;
use crate::auth::{Level, Roles};
use crate::serve::page_service;
use crate::usecase::installation::{NewParty, create_party};

/// A city's bureau with an officer of each function.
pub(super) fn with_bureau(world: &World) {
    let party: tl_domain::ids::PartyId = "hechi".parse().expect("id");
    let new = NewParty {
        party: party.clone(),
        kind: PartyKind::Bureau,
        name: "河池市生态环境局".to_owned(),
        area: "451200".to_owned(),
        credit_code: None,
    };
    create_party(&world.app.store, &world.app.keys, &world.app.clock, new).expect("party");
    for (login, function) in
        [("supervises", Function::Supervision), ("measures", Function::Monitoring)]
    {
        let account = Account {
            id: format!("op-{login}").parse().expect("id"),
            login: login.to_owned(),
            name: login.to_owned(),
            party: Some(party.clone()),
            roles: Roles::officer(Level::City, function).to_texts(),
            area: Some("451200".to_owned()),
            password_hash: "$argon2id$none".to_owned(),
            failed: 0,
            locked_until: None,
            totp: None,
            active: true,
        };
        world.app.store.add_account(&account).expect("account");
    }
}

#[actix_web::test]
async fn a_bureau_settles_its_city_and_takes_it_back() {
    let world = World::new();
    with_bureau(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    world.two_months("99000");
    job::once(&world.app).expect("computed");
    let before = ask!(world, &service, "ehs", "/api/v1/accounts")["account"]["limits"].clone();

    let asked = json!({"id": "4512", "false_marks_per_quarter": "0.01", "significant_grams": "500",
        "reason": "2026 年下半年"});
    let (status, answer) = send!(world, &service, "supervises", "/api/v1/policies", asked);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    job::once(&world.app).expect("computed anew");

    let rows = ask!(world, &service, "ehs", "/api/v1/policies");
    let city = &rows["rows"][0];
    assert_eq!((&city["city"], &city["enterprises"]), (&json!("4512"), &json!(2)), "{rows}");
    assert_eq!(city["significant_grams"]["value"], 500.0);
    assert_eq!(city["significant_grams"]["source"]["bureau"], "hechi");
    assert_eq!(city["significant_grams"]["source"]["entry"], answer["id"]);
    assert_eq!(city["explanation_days"]["source"], Value::Null);
    let after = ask!(world, &service, "ehs", "/api/v1/accounts")["account"]["limits"].clone();
    assert_eq!(after, city["limits"], "the enterprise is judged by what the list says");
    let sigmas = |limits: &Value| limits["act_sigmas"].as_f64().expect("a number");
    assert!(sigmas(&after) > sigmas(&before), "fewer false marks, wider limits: {before} {after}");

    let uri = "/api/v1/policies/4512/withdraw";
    let (status, answer) = send!(world, &service, "supervises", uri, json!({}));
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    job::once(&world.app).expect("computed anew");
    let again = ask!(world, &service, "ehs", "/api/v1/accounts")["account"]["limits"].clone();
    assert_eq!(again, before);
    let (status, _) = send!(world, &service, "supervises", uri, json!({}));
    assert_eq!(status, StatusCode::NOT_FOUND, "taken back once");
}

#[actix_web::test]
async fn only_supervision_settles_and_only_for_its_own_area() {
    let world = World::new();
    with_bureau(&world);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let asked = json!({"id": "4512", "explanation_days": 5, "reason": "试"});
    for login in ["measures", "ehs", "admin", "sysadmin", "officer"] {
        let (status, answer) = send!(world, &service, login, "/api/v1/policies", asked);
        assert_eq!(status, StatusCode::FORBIDDEN, "{login}: {answer}");
    }
    let beyond = json!({"id": "45", "explanation_days": 0, "significant_grams": "-1",
        "reason": "试"});
    let (status, answer) = send!(world, &service, "supervises", "/api/v1/policies", beyond);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let detail = answer["detail"].as_str().expect("words");
    for field in ["id: area 45", "explanation_days", "significant_grams"] {
        assert!(detail.contains(field), "{detail}");
    }
    let rows = ask!(world, &service, "ehs", "/api/v1/policies");
    assert_eq!(rows["rows"][0]["explanation_days"]["value"], 10.0, "nothing half done");
}
