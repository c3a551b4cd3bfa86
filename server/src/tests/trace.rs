//! Traces over the API: two enterprises with a handover between them, and a bureau.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::Value;
use tl_domain::event::{BatchRegister, Decision, HandoverReceive, Location, Origin, ReceiveLine};
use tl_domain::ids::EntryId;
use tl_store::Page;
use tl_testkit as kit;

use super::world::{World, dispatch};
use crate::serve::page_service;
use crate::trace::job;

const CODE: u64 = 90;

fn register(material: &str, kg: &str, origin: Origin) -> BatchRegister {
    let body = kit::batch_register(material, "yard", Some(kg));
    BatchRegister { origin, moisture: Some(kit::moisture("10")), ..body }
}

impl World {
    fn assayed(&self, party: &str, batch: EntryId, content: &str) {
        let sample = self.append(party, kit::sample_of_batch(batch)).0;
        self.append(party, kit::assay_report(sample, vec![kit::analysed("Tl", content)]));
    }

    /// A lot of alfa of which 500 kg went to beta: the lot, and what beta made of it.
    fn chain(&self) -> (EntryId, EntryId) {
        let lot = self.append("alfa", register("calcine", "10000", Origin::Arrival)).0;
        self.assayed("alfa", lot, "40");
        self.append("alfa", dispatch(&kit::code(CODE), lot, "beta"));
        let got = self.append("beta", register("calcine", "500", Origin::Arrival)).0;
        self.append(
            "beta",
            HandoverReceive {
                code: kit::code(CODE),
                from: "alfa".parse().expect("id"),
                dispatch: None,
                location: Location { node: "yard".parse().expect("id"), place: None },
                decision: Decision::Accept,
                reason: None,
                lines: vec![ReceiveLine {
                    line: 1,
                    mass: kit::kilograms("500"),
                    material: None,
                    refused: None,
                    batch: Some(got.into()),
                    uncertainty: Vec::new(),
                }],
                raw: None,
                blobs: Vec::new(),
            },
        );
        self.append("beta", kit::store_put(kit::part(got, "200"), "pile-1"));
        (lot, got)
    }
}

/// Asks as a person; the status and the answer.
macro_rules! ask {
    ($world:expr, $service:expr, $login:expr, $uri:expr) => {{
        let request = test::TestRequest::get()
            .uri(&format!("/api/v1/trace/{}", $uri))
            .insert_header(("cookie", $world.cookie($login)))
            .to_request();
        let answer = test::call_service(&$service, request).await;
        let status = answer.status();
        let body: Value = test::read_body_json(answer).await;
        (status, body)
    }};
}

fn grams(value: &Value) -> f64 {
    value["grams"].as_f64().expect("grams")
}

#[actix_web::test]
async fn a_bureau_sees_the_chain_and_leaves_a_record_at_each_party() {
    for backend in kit::backends() {
        let world = World::on(backend);
        let (lot, got) = world.chain();
        let service = test::init_service(page_service!(world.app.clone())).await;
        let uri = format!("backward?party=beta&batch={got}");
        let (status, body) = ask!(world, service, "officer", uri);
        assert_eq!((status, &body["state"]), (StatusCode::OK, &"loading".into()));
        assert!(body["loading"]["total"].is_u64());
        job::once(&world.app).expect("loaded");
        let (_, body) = ask!(world, service, "officer", uri);
        assert_eq!(body["state"], "ready");
        assert_eq!(body["rows"][0]["version"]["id"], lot.to_string());
        assert_eq!(body["rows"][0]["version"]["party"], "alfa");
        assert_eq!(body["rows"][0]["origin"], "lot");
        assert!((grams(&body["whole"]) - 0.45 * 40.0).abs() < 1e-9, "{body}");
        assert!((grams(&body["sum"]) - grams(&body["whole"])).abs() < 1e-9);
        for party in ["alfa", "beta"] {
            let looks = world.app.store.access_records(&party.parse().expect("id"), Page::FIRST);
            assert!(looks.expect("store").total > 0, "{party} was looked at");
        }
        // Forward from the lot: what beta has is part of where it is, and all of it is somewhere.
        let (_, body) = ask!(world, service, "officer", format!("forward?party=alfa&batch={lot}"));
        let rows = body["rows"].as_array().expect("rows");
        let beta: f64 = rows
            .iter()
            .filter(|row| row["version"]["party"] == "beta")
            .map(|row| grams(&row["amounts"]))
            .sum();
        assert!((beta - 18.0).abs() < 1e-9, "{body}");
        assert!((grams(&body["sum"]) - 360.0).abs() < 1e-9);
        // A late assay is seen by the next question, before any job ran.
        world.assayed("alfa", lot, "60");
        let (_, body) = ask!(world, service, "officer", format!("forward?party=alfa&batch={lot}"));
        assert!((grams(&body["sum"]) - 450.0).abs() < 1e-9, "{body}");
        job::once(&world.app).expect("kept up");
        let (_, body) = ask!(world, service, "officer", uri);
        assert!((grams(&body["sum"]) - 0.45 * 50.0).abs() < 1e-9, "{body}");
        let family = format!("genealogy?party=beta&batch={got}&depth=5");
        let (_, body) = ask!(world, service, "officer", family);
        let kinds: Vec<_> = body["versions"].as_array().expect("versions").iter().collect();
        assert!(kinds.iter().any(|version| version["kind"] == "handover"), "{body}");
        assert_eq!(body["edges"].as_array().expect("edges").len(), 2);
    }
}

#[actix_web::test]
async fn an_enterprise_sees_its_own_half_and_nothing_behind_it() {
    let world = World::new();
    let (lot, got) = world.chain();
    job::once(&world.app).expect("loaded");
    let service = test::init_service(page_service!(world.app.clone())).await;
    for uri in [
        format!("backward?batch={got}"),
        format!("backward?handover={}", kit::code(CODE).as_str()),
        format!("genealogy?batch={got}&depth=20"),
    ] {
        let (status, body) = ask!(world, service, "partner", uri);
        assert_eq!((status, &body["state"]), (StatusCode::OK, &"ready".into()), "{uri}");
        let text = body.to_string();
        assert!(!text.contains(&lot.to_string()) && !text.contains("\"alfa\""), "{text}");
        assert!(text.contains(&got.to_string()), "{text}");
    }
    let (_, body) = ask!(world, service, "partner", format!("backward?batch={got}"));
    assert_eq!(grams(&body["sum"]), 0.0, "the shipper's content is not the receiver's to see");
    assert_eq!(body["rows"][0]["origin"], "unvalued");
    // One step down: what left rests in the handover, whatever became of it.
    let (_, body) = ask!(world, service, "ehs", format!("forward?batch={lot}"));
    let rows = body["rows"].as_array().expect("rows");
    let line = rows.iter().find(|row| row["version"]["kind"] == "handover").expect("a line");
    assert_eq!(line["version"]["handover"]["to"], "beta");
    assert!((grams(&line["amounts"]) - 18.0).abs() < 1e-9);
    assert!(!body.to_string().contains(&got.to_string()));
    for login in ["partner", "stranger"] {
        let (status, _) = ask!(world, service, login, format!("backward?party=alfa&batch={lot}"));
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let looks = world.app.store.access_records(&"alfa".parse().expect("id"), Page::FIRST);
    assert_eq!(looks.expect("store").total, 0);
}

#[actix_web::test]
async fn pages_add_up_and_questions_that_mean_nothing_are_refused() {
    let world = World::new();
    let (lot, _) = world.chain();
    let pile = world.append("alfa", kit::store_put(kit::part(lot, "100"), "waste-1")).0;
    let service = test::init_service(page_service!(world.app.clone())).await;
    let (_, whole) = ask!(world, service, "ehs", format!("forward?batch={lot}"));
    let total = whole["total"].as_u64().expect("total");
    assert!(total >= 3, "{whole}");
    let (_, cut) = ask!(world, service, "ehs", format!("forward?batch={lot}&limit=1&offset=1"));
    assert_eq!(cut["rows"].as_array().expect("rows").len(), 1);
    assert_eq!(cut["rest"]["count"], total - 1);
    let shown = grams(&cut["rows"][0]["amounts"]) + grams(&cut["rest"]["amounts"]);
    assert!((shown - grams(&cut["sum"])).abs() < 1e-9);
    for uri in [
        "backward".to_owned(),
        format!("backward?batch={lot}&place=pile-1"),
        format!("backward?batch={lot}&limit=501"),
        format!("genealogy?batch={lot}&depth=21"),
        "backward?code=NOPE".to_owned(),
    ] {
        assert_eq!(ask!(world, service, "ehs", uri).0, StatusCode::BAD_REQUEST, "{uri}");
    }
    assert_eq!(ask!(world, service, "ehs", format!("backward?batch={pile}")).0, 404);
}
