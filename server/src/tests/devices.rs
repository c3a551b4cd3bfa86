//! Pages of devices: what each shows, what can be done, who may.

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS};
use tl_ledger::Hash;
use tl_store::{Device, DeviceReport, DeviceState, Rollout};
use tl_testkit as kit;
use tl_wire::offer::EnrolmentOffer;
use tl_wire::update::{MANIFEST_FORMAT, UpdateManifest, Version, file};

use super::world::World;
use crate::serve::page_service;

/// Status, address of a redirect and text of an answer.
async fn answer(world: &World, request: TestRequest, login: &str) -> (StatusCode, String, String) {
    let service = init_service(page_service!(world.app.clone())).await;
    let request = request.insert_header(("cookie", world.cookie(login)));
    let answer = call_service(&service, request.to_request()).await;
    let goal = answer.headers().get(header::LOCATION).map(|goal| goal.to_str().expect("text"));
    let goal = goal.unwrap_or_default().to_owned();
    let status = answer.status();
    (status, goal, String::from_utf8_lossy(&read_body(answer).await).into_owned())
}

async fn get(world: &World, login: &str, path: &str) -> (StatusCode, String) {
    let (status, _, text) = answer(world, TestRequest::get().uri(path), login).await;
    (status, text)
}

async fn post(world: &World, path: &str, pairs: &[(&str, &str)]) -> (StatusCode, String, String) {
    answer(world, TestRequest::post().uri(path).set_form(pairs), "admin").await
}

fn gate(world: &World) -> Device {
    world.app.store.device(&"gate-07".parse().expect("id")).expect("store").expect("device")
}

/// The gate's device enrolled, with a certificate of some days.
fn enrolled(world: &World, days: i64) -> Device {
    let now = world.app.clock.micros();
    let device = Device {
        state: DeviceState::Active,
        key: Some(kit::Writer::new(&"alfa".parse().expect("id"), "gate-07").key()),
        certificate_serial: Some("0a".to_owned()),
        certificate_until: Some(now + days * DAY_MICROS + HOUR_MICROS),
        seen_at: Some(now),
        ..gate(world)
    };
    world.app.store.put_device(&device).expect("enrolled");
    device
}

fn say(world: &World, doc: &serde_json::Value) {
    let (device, at) = (gate(world).id, world.app.clock.micros());
    let report = DeviceReport { device, at, doc: doc.to_string() };
    world.app.store.put_device_report(&report).expect("a report");
}

#[actix_web::test]
async fn the_list_shows_how_each_device_stands() {
    let world = World::new();
    let (_, waiting) = get(&world, "admin", "/devices").await;
    assert!(waiting.contains("东门") && waiting.contains("待登记") && waiting.contains("从未联系"));
    enrolled(&world, 300);
    say(
        &world,
        &serde_json::json!({"version": "1.2.3", "target": "x86_64-linux", "queue": 41,
        "files": 2, "trial": "1.3.0"}),
    );
    let (status, text) = get(&world, "ehs", "/devices").await;
    assert_eq!(status, StatusCode::OK);
    for shown in
        ["41 条记录，2 个附件", "300 天", "1.2.3", "试运行 1.3.0", "正常", "/devices/gate-07"]
    {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!text.contains("/devices/new"), "EHS looks, the administrator enrols");
    let (_, csv) = get(&world, "admin", "/devices.csv").await;
    assert!(csv.contains("41 条记录"), "{csv}");
    for (login, expected) in [("gate", 403), ("officer", 403), ("partner", 404)] {
        let (status, _) = get(&world, login, "/devices?party=alfa").await;
        assert_eq!(status.as_u16(), expected, "{login}");
    }
}

#[actix_web::test]
async fn a_box_is_enrolled_by_the_code_on_the_page_which_is_shown_once() {
    let world = World::new();
    let pairs = [("device", "lab-9"), ("name", "化验室"), ("site", "main"), ("role", "lab")];
    let (status, _, text) = post(&world, "/devices/new", &pairs).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let line = text.split("https://").skip(1).find(|rest| rest.contains("#token="));
    let line = line.and_then(|rest| rest.split('<').next()).expect("the line");
    let line = format!("https://{}", line.trim().replace("&amp;", "&").replace("&#38;", "&"));
    let offer: EnrolmentOffer = line.parse().expect("what a box reads");
    assert_eq!(offer.ca_sha256, world.app.authority.fingerprint());
    assert!(text.contains("<svg"), "the QR");
    let hash = crate::usecase::installation::token_hash(&offer.token);
    let now = world.app.clock.micros();
    let device = world.app.store.use_enrol_token(&hash, now).expect("store").expect("good");
    assert_eq!((device.id.as_str(), device.name.as_str()), ("lab-9", "化验室"));
    let (_, again) = get(&world, "admin", "/devices/lab-9").await;
    assert!(!again.contains(&offer.token), "never shown again");
    let wrong = [("device", "Lab 9!"), ("name", ""), ("site", "nowhere"), ("role", "server")];
    let (status, _, text) = post(&world, "/devices/new", &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("Lab 9!") && text.contains("server"), "what was read comes back");
    let nowhere = [("device", "x-1"), ("name", "x"), ("site", "nowhere"), ("role", "lab")];
    let (status, _, text) = post(&world, "/devices/new", &nowhere).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("has no site nowhere"), "{text}");
}

#[actix_web::test]
async fn a_revocation_needs_its_reason_and_holds_at_once() {
    let world = World::new();
    enrolled(&world, 300);
    say(&world, &serde_json::json!({"version": "1.0.0", "target": "a", "queue": 7}));
    let (_, form) = get(&world, "admin", "/devices/gate-07/revoke").await;
    assert!(form.contains("还有 7 条未上传"), "{form}");
    let (status, _, _) = post(&world, "/devices/gate-07/revoke", &[("reason", "  ")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(gate(&world).state, DeviceState::Active);
    let (status, goal, _) = post(&world, "/devices/gate-07/revoke", &[("reason", "被盗")]).await;
    assert_eq!(
        (status, goal.as_str()),
        (StatusCode::SEE_OTHER, "/devices/gate-07?done=device_revoked")
    );
    assert_eq!(gate(&world).state, DeviceState::Revoked);
    let (_, card) = get(&world, "admin", "/devices/gate-07?done=device_revoked").await;
    for shown in ["设备已注销", "被盗", "已注销"] {
        assert!(card.contains(shown), "{shown}");
    }
    assert!(!card.contains("/devices/gate-07/revoke"), "there is nothing left to revoke");
    let pairs = [("device", "gate-07"), ("name", "东门"), ("site", "main"), ("role", "gate")];
    let (status, _, text) = post(&world, "/devices/new", &pairs).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("was revoked"), "{text}");
}

#[actix_web::test]
async fn a_copied_box_is_told_with_what_to_do_until_the_device_is_enrolled_anew() {
    let world = World::new();
    let device = enrolled(&world, 300);
    let mut own = kit::Writer::new(&"alfa".parse().expect("id"), "gate-07");
    let enrol = tl_domain::event::KeyEnrol {
        device: device.id.clone(),
        key: own.key(),
        role: device.role,
        site: None,
    };
    world.append("alfa", enrol);
    let mut copy = own.clone();
    for (writer, number) in [(&mut own, 901), (&mut copy, 902)] {
        let entry = writer.write(super::world::registered(number), &world.now());
        let mut bundle = Vec::new();
        assert!(tl_wire::bundle::push(&mut bundle, &entry.bytes));
        crate::usecase::upload::entries(&world.app, &device, &bundle).expect("answered");
    }
    let (_, list) = get(&world, "admin", "/devices").await;
    assert!(list.contains("同一设备有两台机器在写"), "{list}");
    let (_, card) = get(&world, "ehs", "/devices/gate-07").await;
    assert!(card.contains("停掉不该用的那台") && card.contains("冲突 1 条"), "{card}");
    let anew = Device { epoch: device.epoch + 1, ..device };
    world.app.store.put_device(&anew).expect("enrolled anew");
    let (_, list) = get(&world, "admin", "/devices").await;
    assert!(!list.contains("同一设备有两台机器在写"), "the matter was settled");
}

#[actix_web::test]
async fn what_goes_wrong_is_said_with_what_to_do() {
    let world = World::new();
    enrolled(&world, 150);
    say(
        &world,
        &serde_json::json!({"version": "1.0.0", "target": "a", "queue": 0,
        "disk_used_bytes": 96, "disk_quota_bytes": 100,
        "alarms": [{"code": "disk_low", "detail": "96 %"}, {"code": "meteor", "detail": "boom"}]}),
    );
    world.pass(3 * HOUR_MICROS);
    let (_, card) = get(&world, "admin", "/devices/gate-07").await;
    let expected =
        ["证书剩 149 天", "终端存储将满", "终端上报异常", "boom", "以来没有联系", "96 %"];
    for shown in expected {
        assert!(card.contains(shown), "{shown}: {card}");
    }
    world.pass(200 * DAY_MICROS);
    let (_, card) = get(&world, "admin", "/devices/gate-07").await;
    assert!(card.contains("证书已到期"), "{card}");
    let wrong = [("mark", "00000000")];
    let (status, _, text) = post(&world, "/devices/gate-07/agree", &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was asked: {text}");
}

#[actix_web::test]
async fn a_program_that_failed_at_a_box_is_told_while_it_is_the_one_that_was_settled() {
    let world = World::new();
    let device = enrolled(&world, 300);
    let signer = tl_ledger::Signer::from_seed(&[5; 32]);
    let config = &world.app.config;
    std::fs::write(config.keys.join("update.pub"), signer.public().to_string()).expect("the key");
    let folder = config.data.join(crate::usecase::updates::FOLDER);
    std::fs::create_dir_all(&folder).expect("the folder");
    let manifest = UpdateManifest {
        v: MANIFEST_FORMAT,
        program: "tl-edge".to_owned(),
        version: Version(1, 1, 0),
        target: "x86_64-linux".to_owned(),
        sha256: Hash::of(b"new"),
        size: 3,
        outbox_min: "00000000000001".to_owned(),
        floor: Version(0, 0, 0),
    };
    let envelope = manifest.sign(&signer).expect("signed");
    std::fs::write(folder.join("a.update"), file(&envelope, b"new")).expect("a file");
    let report = |refused: Hash| {
        serde_json::json!({"version": "1.0.0", "target": "x86_64-linux", "queue": 0,
            "refused": [refused.to_string()]})
    };
    let settle = |version: &str| {
        let rollout = Rollout {
            party: Some(device.party.clone()),
            site: None,
            device: None,
            version: Some(version.to_owned()),
            at: 1,
            person: "root".to_owned(),
        };
        world.app.store.put_rollout(&rollout).expect("settled");
    };
    settle("1.1.0");
    say(&world, &report(Hash::of(b"an older one")));
    let (_, card) = get(&world, "admin", "/devices/gate-07").await;
    assert!(card.contains("可升级到 1.1.0") && !card.contains("升级失败，仍用原程序"), "{card}");
    say(&world, &report(Hash::of(b"new")));
    let (_, card) = get(&world, "admin", "/devices/gate-07").await;
    assert!(card.contains("升级失败，仍用原程序"), "{card}");
    settle("1.2.0");
    let (_, card) = get(&world, "admin", "/devices/gate-07").await;
    assert!(!card.contains("升级失败，仍用原程序"), "another one is settled");
}
