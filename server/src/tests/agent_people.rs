//! Which people a box holds: those who work at its site, and no PIN hash of anybody else.

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_and_read_body_json, call_service, init_service};
use serde_json::{Value, json};
use tl_domain::event::KeyRole;
use tl_ledger::{Envelope, SNAPSHOT_TYPE};
use tl_store::{Device, DeviceState, PageUser};
use tl_wire::snapshot::Snapshot;

use super::people::AGENT_PERSON;
use super::world::World;
use crate::serve::page_service;
use crate::usecase::snapshot;

const PIN_HASH: &str = "$argon2id$of-";

fn add(world: &World, operator: &str, role: &str, sites: Option<&[&str]>) {
    let ids = |sites: &[&str]| sites.iter().map(|site| site.parse().expect("id")).collect();
    let user = PageUser {
        party: "alfa".parse().expect("id"),
        operator: operator.parse().expect("id"),
        name: operator.to_owned(),
        pin_hash: format!("{PIN_HASH}{operator}"),
        badge: None,
        roles: vec![role.to_owned()],
        active: operator != "left",
        sites: sites.map(ids),
    };
    world.app.store.put_page_user(&user).expect("stored");
}

fn device(site: &str, role: KeyRole) -> Device {
    Device {
        id: format!("box-{site}").parse().expect("id"),
        party: "alfa".parse().expect("id"),
        site: site.parse().expect("id"),
        name: site.to_owned(),
        role,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Active,
        seen_at: None,
    }
}

/// Operators in a box's snapshot; nobody else's hash stands anywhere in its bytes.
fn held(world: &World, device: &Device) -> Vec<String> {
    let bytes = snapshot::signed(&world.app, device, None).expect("made").expect("newer");
    let payload = Envelope::parse_as(SNAPSHOT_TYPE, &bytes).expect("envelope").payload;
    let snapshot: Snapshot = serde_json::from_slice(&payload).expect("snapshot");
    let text = String::from_utf8(payload).expect("text");
    assert_eq!(text.matches(PIN_HASH).count(), snapshot.users.len());
    snapshot.users.into_iter().map(|user| user.operator.to_string()).collect()
}

#[test]
fn a_box_holds_the_people_of_its_site_alone() {
    let world = World::new();
    add(&world, "everywhere", "gate", None);
    add(&world, "left", "gate", None);
    add(&world, "manager", "ehs", None);
    add(&world, "nowhere", "gate", Some(&[]));
    add(&world, "smelter", "gate", Some(&["main"]));
    add(&world, "river", "gate", Some(&["river"]));
    add(&world, "rover", "lab", Some(&["main", "river"]));
    let here = |site, role| {
        let mut held = held(&world, &device(site, role));
        held.retain(|operator| operator != AGENT_PERSON);
        held
    };
    assert_eq!(here("main", KeyRole::Plant), ["everywhere", "manager", "rover", "smelter"]);
    assert_eq!(here("river", KeyRole::Gate), ["everywhere", "manager", "river", "rover"]);
    // At a water station people record nothing.
    assert_eq!(here("river", KeyRole::Water), ["manager", "river", "rover"]);
}

#[actix_web::test]
async fn the_administrator_keeps_a_person_to_a_site() {
    let world = World::new();
    let service = init_service(page_service!(world.app.clone())).await;
    let put = |operator: &str, sites: Value| {
        TestRequest::post()
            .uri(&format!("/api/v1/people/{operator}/sites"))
            .insert_header(("cookie", world.cookie("admin")))
            .set_json(json!({ "sites": sites }))
            .to_request()
    };
    let (main, river) = (device("main", KeyRole::Plant), device("river", KeyRole::Gate));
    assert_eq!((held(&world, &main).len(), held(&world, &river).len()), (1, 1));
    let before = snapshot::version(&world.app, &river).expect("version");
    let done = call_service(&service, put(AGENT_PERSON, json!(["main"]))).await;
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    assert_eq!((held(&world, &main).len(), held(&world, &river).len()), (1, 0));
    assert!(snapshot::version(&world.app, &river).expect("version") > before);

    for (operator, sites, status) in [
        (AGENT_PERSON, json!(["mian"]), StatusCode::UNPROCESSABLE_ENTITY),
        ("somebody-else", json!(["main"]), StatusCode::NOT_FOUND),
        (AGENT_PERSON, Value::Null, StatusCode::NO_CONTENT),
    ] {
        let answer = call_service(&service, put(operator, sites)).await;
        assert_eq!(answer.status(), status, "{operator}");
    }
    assert_eq!(held(&world, &river).len(), 1, "every site again");

    let list = TestRequest::get()
        .uri("/api/v1/people")
        .insert_header(("cookie", world.cookie("admin")))
        .to_request();
    let people: Value = call_and_read_body_json(&service, list).await;
    assert_eq!(people["rows"][0]["id"], AGENT_PERSON);
    assert_eq!(people["rows"][0]["sites"], Value::Null);
    assert!(!people.to_string().contains("argon2"), "no hash leaves by this way");
}
