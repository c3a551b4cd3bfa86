//! Master data from pages.

use tl_domain::event::Master;
use tl_domain::project::MasterRow;

use super::super::world::World;
use super::{read, send, size, values};

fn master(world: &World, what: &str, id: &str) -> MasterRow {
    let found = world.app.store.master(&"alfa".parse().expect("id"), what, id);
    found.expect("store").expect("record")
}

#[actix_web::test]
async fn a_material_is_added_with_its_default_and_changed_later() {
    let world = World::new();
    let pairs = [
        ("id", "slag-2"),
        ("name", "水淬渣"),
        ("class", "waste"),
        ("counted", "false"),
        ("waste_code", "321-005-48"),
        ("active", "true"),
        ("default-value", "12.50"),
        ("default-unit", "mg/kg"),
        ("default-basis", "dry"),
        ("default-percent", "30"),
        ("default-source", "2025 年普查"),
    ];
    let answer = send(&world, "admin", "/masters/material/new", &values(&world, &pairs)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let Master::Material(record) = master(&world, "material", "slag-2").record else {
        panic!("a material")
    };
    assert_eq!(record.defaults[0].value.as_str(), "12.50", "digits as written");
    assert_eq!(record.waste_code.as_deref(), Some("321-005-48"));
    let before = size(&world);
    let taken = send(&world, "admin", "/masters/material/new", &values(&world, &pairs)).await;
    assert_eq!((taken.status, size(&world)), (422, before), "an id is never overwritten");
    let form = read(&world, "ehs", "/masters/material/slag-2").await;
    assert!(form.contains("12.50") && form.contains("水淬渣"), "{form}");
    let changed =
        [("name", "水淬渣(旧)"), ("class", "waste"), ("counted", "false"), ("active", "false")];
    let path = "/masters/material/slag-2";
    let answer = send(&world, "ehs", path, &values(&world, &changed)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let row = master(&world, "material", "slag-2");
    let Master::Material(record) = row.record else { panic!("a material") };
    assert!(!row.active && record.defaults.is_empty() && record.waste_code.is_none());
    assert_eq!(send(&world, "gate", path, &values(&world, &changed)).await.status, 403);
}

#[actix_web::test]
async fn every_kind_has_a_form_that_takes_what_it_shows() {
    let world = World::new();
    for (what, pairs) in [
        ("site", &[("offset_minutes", "480"), ("day_start_hour", "8"), ("close_day", "26")][..]),
        ("node", &[("site", "main"), ("kind", "store")]),
        ("place", &[("node", "yard"), ("material", "zn-conc")]),
        (
            "stream",
            &[("from", "outside"), ("to", "yard"), ("material", "zn-conc"), ("role", "input")],
        ),
        ("meter", &[("kind", "belt_scale"), ("site", "main")]),
    ] {
        let mut all = vec![("id", "added-1"), ("name", "新增的"), ("active", "true")];
        all.extend(pairs);
        let path = format!("/masters/{what}/new");
        read(&world, "admin", &path).await;
        let answer = send(&world, "admin", &path, &values(&world, &all)).await;
        assert_eq!(answer.status, 303, "{what}: {}", answer.text);
        assert_eq!(master(&world, what, "added-1").record.what(), what);
        read(&world, "admin", &format!("/masters/{what}/added-1")).await;
        let list = read(&world, "officer", &format!("/masters?what={what}&party=alfa")).await;
        assert!(list.contains("新增的") && !list.contains("/new"), "{list}");
    }
    let wrong = [("id", "b-1"), ("name", "x"), ("site", "nowhere"), ("kind", "store")];
    let answer = send(&world, "admin", "/masters/node/new", &values(&world, &wrong)).await;
    assert_eq!(answer.status, 422, "a site that is not there");
}
