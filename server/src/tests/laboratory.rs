//! The assay plan and submission sheets, from entries to answers and pages.

use actix_web::test;
use serde_json::{Value, json};
use tl_domain::event::Body;
use tl_domain::ids::EntryId;
use tl_testkit as kit;

use super::world::World;
use crate::serve::page_service;

/// A plan of `alfa` that somebody drafted: each arrival of concentrate within ten days.
pub(super) fn plan(drafted_by: &str) -> Body {
    let item = json!({"item": "conc", "material": "zn-conc", "frequency": "each_batch",
        "analyte": "Tl", "term_days": 10, "basis": {"standard": "内控", "clause": "3"}});
    let record = json!({"what": "assay_plan", "id": "plan-1", "name": "铊检测计划", "site": "main",
        "drafted_by": drafted_by, "valid_from": "2026-01-01T00:00:00+08:00",
        "valid_to": "2028-01-01T00:00:00+08:00", "items": [item]});
    Body::read("master.put", json!({"active": true, "record": record})).expect("a plan")
}

/// A sheet with the sample of `alfa`.
pub(super) fn sheet(sample: EntryId) -> Body {
    let body = json!({"number": "SY-20261101-1", "lab_name": "某检测公司", "commission": "W-7",
        "analytes": ["Tl"], "due": "2026-11-20T00:00:00+08:00", "sampled_by": "received",
        "lines": [{"sample": sample.to_string(), "seal": "F-0001"}]});
    Body::read("sample.submit", body).expect("a sheet")
}

impl World {
    /// A plan that a second person approved, and a sheet that went out.
    pub(super) fn laboratory(&self) -> EntryId {
        let (id, hash) = self.append("alfa", plan("op-lab"));
        let approve = json!({"plan": "plan-1", "decision": "accept", "approved_by": "op-ehs",
            "target": {"id": id.to_string(), "hash": hash.to_string()}});
        self.append("alfa", Body::read("plan.approve", approve).expect("an approval"));
        self.append("alfa", sheet(self.sample)).0
    }

    /// The sheet that `laboratory` sent out.
    pub(super) fn submission(&self) -> EntryId {
        let party = "alfa".parse().expect("id");
        let page = tl_store::Page::FIRST;
        let found = self.app.store.submissions(&party, page).expect("store");
        found.rows.first().expect("a sheet").entry
    }
}

#[actix_web::test]
async fn what_is_due_follows_from_plan_and_facts() {
    for backend in kit::backends() {
        println!("on {backend:?}");
        due_follows(&World::on(backend)).await;
    }
}

async fn due_follows(world: &World) {
    let service = test::init_service(page_service!(world.app.clone())).await;
    macro_rules! got {
        ($path:expr, $login:expr) => {{
            let request = test::TestRequest::get()
                .uri($path)
                .insert_header(("cookie", world.cookie($login)))
                .to_request();
            let answer = test::call_service(&service, request).await;
            assert_eq!(answer.status(), 200, "{}", $path);
            test::read_body(answer).await
        }};
    }
    macro_rules! answer {
        ($path:expr) => {
            serde_json::from_slice::<Value>(&got!($path, "ehs")).expect("JSON")
        };
    }
    let none = answer!("/api/v1/assay-plan/due");
    assert_eq!((&none["total"], &none["completion_percent"]), (&json!(0), &Value::Null));
    world.laboratory();
    let due = answer!("/api/v1/assay-plan/due");
    assert_eq!(
        due["counts"],
        json!({"due": 1, "done": 1, "waiting": 0, "overdue": 0,
        "excused": 0}),
        "the one arrival has its assay: {due:#}"
    );
    assert_eq!(due["completion_percent"], "100.0");
    let entries = due["rows"][0]["entries"].as_array().expect("entries");
    assert_eq!(entries[0], world.assay.0.to_string(), "with the entry that satisfied it");
    // Another lot, that nobody assays.
    world.append("alfa", super::world::registered(900));
    assert_eq!(answer!("/api/v1/assay-plan/due")["counts"]["waiting"], 1);
    world.pass(11 * tl_domain::time::DAY_MICROS);
    let late = answer!("/api/v1/assay-plan/due?limit=1");
    assert_eq!(
        (&late["counts"]["overdue"], &late["completion_percent"]),
        (&json!(1), &json!("50.0"))
    );
    assert_eq!((late["rows"].as_array().expect("rows").len(), &late["total"]), (1, &json!(2)));
    let lines = answer!("/api/v1/assay-plan");
    assert_eq!(lines["rows"][0]["approved_by"], "op-ehs");
    let sheets = answer!("/api/v1/submissions");
    assert_eq!(
        (&sheets["rows"][0]["open"], &sheets["rows"][0]["days_waiting"]),
        (&json!(1), &json!(11))
    );
    let page = got!("/assay-plan", "ehs");
    let text = String::from_utf8_lossy(&page);
    assert!(text.contains("50.0") && text.contains("超期"), "{text}");
    let sheet = got!(&format!("/submissions/{}", world.submission()), "lab");
    let text = String::from_utf8_lossy(&sheet);
    assert!(text.contains("SY-20261101-1") && text.contains("F-0001"), "{text}");
    assert!(text.contains("仅对来样负责"), "{text}");
}

#[actix_web::test]
async fn nobody_approves_the_own_plan() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let ehs = world.app.store.account_by_login("ehs").expect("store").expect("account").id;
    for (drafted_by, status) in [(ehs.to_string(), 422), ("op-lab".to_owned(), 201)] {
        let (id, hash) = world.append("alfa", plan(&drafted_by));
        let body = json!({"body": {"plan": "plan-1", "decision": "accept",
            "approved_by": ehs.to_string(),
            "target": {"id": id.to_string(), "hash": hash.to_string()}}});
        let request = test::TestRequest::post()
            .uri("/api/v1/assay-plan/approvals")
            .insert_header(("cookie", world.cookie("ehs")))
            .set_json(body)
            .to_request();
        let answer = test::call_service(&service, request).await;
        assert_eq!(answer.status(), status, "drafted by {drafted_by}");
    }
}
