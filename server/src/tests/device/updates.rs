//! Programs over the device port: who is offered which, in pieces, and what is never offered.

use std::fs;

use tl_ledger::{Hash, Signer};
use tl_store::Rollout;
use tl_wire::problem::Problem;
use tl_wire::report::DeviceReport;
use tl_wire::update::{MANIFEST_FORMAT, PROGRAM_PIECE_BYTES, UpdateManifest, Version, file};

use super::{Answer, Identity, Running, json, writer};
use crate::usecase::updates::FOLDER;

const TARGET: &str = "x86_64-linux";

fn signer() -> Signer {
    Signer::from_seed(&[5; 32])
}

fn program(version: Version) -> Vec<u8> {
    let size = PROGRAM_PIECE_BYTES * 2 + 77;
    (0..size).map(|at| (at % 251) as u8 ^ version.1 as u8).collect()
}

fn manifest(bytes: &[u8], version: Version) -> UpdateManifest {
    UpdateManifest {
        v: MANIFEST_FORMAT,
        program: "tl-edge".to_owned(),
        version,
        target: TARGET.to_owned(),
        sha256: Hash::of(bytes),
        size: bytes.len() as u64,
        outbox_min: "00000000000001".to_owned(),
        floor: Version(0, 0, 0),
    }
}

/// An installation with the update key and an enrolled device.
fn installed() -> (Running, Identity) {
    let server = Running::start();
    let config = &server.world.app.config;
    fs::write(config.keys.join("update.pub"), signer().public().to_string()).expect("the key");
    fs::create_dir_all(config.data.join(FOLDER)).expect("the folder");
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    assert_eq!(enrolled.expect("enrolled").update_key, Some(signer().public()));
    (server, identity)
}

fn lay(server: &Running, name: &str, bytes: &[u8]) {
    fs::write(server.world.app.config.data.join(FOLDER).join(name), bytes).expect("a file");
}

fn lay_signed(server: &Running, version: Version, by: &Signer) -> Hash {
    let bytes = program(version);
    let envelope = manifest(&bytes, version).sign(by).expect("signed");
    lay(server, &format!("tl-edge-{version}.update"), &file(&envelope, &bytes));
    Hash::of(&bytes)
}

fn settle(server: &Running, party: &str, device: &str, version: Option<&str>) {
    let named = |text: &str| (!text.is_empty()).then_some(text.to_owned());
    let rollout = Rollout {
        party: named(party).and_then(|text| text.parse().ok()),
        site: None,
        device: named(device).and_then(|text| text.parse().ok()),
        version: version.map(str::to_owned),
        at: 1,
        person: "root".to_owned(),
    };
    server.world.app.store.put_rollout(&rollout).expect("settled");
}

fn asked(server: &Running, agent: &ureq::Agent, have: &str) -> Answer {
    agent.get(server.port(&format!("/device/v1/update?target={TARGET}&have={have}"))).call()
}

/// The version that is offered.
fn offered(server: &Running, agent: &ureq::Agent, have: &str) -> Option<Version> {
    let mut answer = asked(server, agent, have).expect("an answer");
    if answer.status() == 204 {
        return None;
    }
    let envelope = answer.body_mut().read_to_vec().expect("bytes");
    Some(UpdateManifest::read(&envelope, &signer().public()).expect("signed").version)
}

#[test]
fn the_narrowest_scope_says_which_version_a_device_gets() {
    let (server, identity) = installed();
    let agent = server.client(Some(&identity));
    for version in [Version(1, 1, 0), Version(1, 2, 0), Version(1, 3, 0)] {
        lay_signed(&server, version, &signer());
    }
    assert_eq!(offered(&server, &agent, "1.0.0"), None, "files alone offer nothing");
    settle(&server, "", "", Some("1.1.0"));
    assert_eq!(offered(&server, &agent, "1.0.0"), Some(Version(1, 1, 0)));
    settle(&server, "alfa", "", Some("1.2.0"));
    assert_eq!(offered(&server, &agent, "1.0.0"), Some(Version(1, 2, 0)));
    settle(&server, "beta", "", Some("1.3.0"));
    assert_eq!(offered(&server, &agent, "1.0.0"), Some(Version(1, 2, 0)), "of another party");
    assert_eq!(offered(&server, &agent, "1.2.0"), None, "it runs already");
    assert_eq!(offered(&server, &agent, "1.10.0"), None, "never an older one");
    settle(&server, "", "gate-07", None);
    assert_eq!(offered(&server, &agent, "1.0.0"), None, "held back");
    let problem: Problem = json(asked(&server, &agent, "new"), 400);
    assert!(problem.detail.expect("words").contains("three numbers"));
}

#[test]
fn a_program_comes_in_pieces_from_any_byte_on_while_it_is_offered() {
    let (server, identity) = installed();
    let agent = server.client(Some(&identity));
    let sha256 = lay_signed(&server, Version(1, 1, 0), &signer());
    let piece = |offset: usize| {
        agent.get(server.port(&format!("/device/v1/update/{sha256}?offset={offset}"))).call()
    };
    let _: Problem = json(piece(0), 404);
    settle(&server, "", "", Some("1.1.0"));
    let whole = program(Version(1, 1, 0));
    let mut had: Vec<u8> = Vec::new();
    while had.len() < whole.len() {
        let mut answer = piece(had.len()).expect("an answer");
        assert_eq!(answer.status(), 200);
        let bytes = answer.body_mut().read_to_vec().expect("bytes");
        assert!(!bytes.is_empty() && bytes.len() <= PROGRAM_PIECE_BYTES);
        // A cut in the middle of a piece: the rest is asked for.
        had.extend(&bytes[..bytes.len().div_ceil(2)]);
    }
    assert_eq!(had, whole);
    assert_eq!(piece(whole.len()).expect("an answer").body_mut().read_to_vec().expect("end"), b"");
    let _: Problem = json(piece(whole.len() + 1), 400);
    settle(&server, "alfa", "", None);
    let _: Problem = json(piece(0), 404);
}

#[test]
fn what_the_update_key_did_not_sign_and_what_was_changed_is_never_offered() {
    let (server, identity) = installed();
    let agent = server.client(Some(&identity));
    settle(&server, "", "", Some("1.1.0"));
    lay_signed(&server, Version(1, 1, 0), &Signer::from_seed(&[6; 32]));
    assert_eq!(offered(&server, &agent, "1.0.0"), None, "another key");
    let bytes = program(Version(1, 1, 0));
    let envelope = manifest(&bytes, Version(1, 1, 0)).sign(&signer()).expect("signed");
    let mut changed = file(&envelope, &bytes);
    *changed.last_mut().expect("bytes") ^= 1;
    lay(&server, "tl-edge-1.1.0.update", &changed);
    assert_eq!(offered(&server, &agent, "1.0.0"), None, "other bytes");
    lay(&server, "tl-edge-1.1.0.update", &file(&envelope, &bytes));
    assert_eq!(offered(&server, &agent, "1.0.0"), Some(Version(1, 1, 0)), "put right");
}

#[test]
fn a_wide_roll_out_stops_where_the_program_failed_at_another_device() {
    let (server, identity) = installed();
    let agent = server.client(Some(&identity));
    let sha256 = lay_signed(&server, Version(1, 1, 0), &signer());
    settle(&server, "", "", Some("1.1.0"));
    let store = &server.world.app.store;
    let own = store.device(&"gate-07".parse().expect("id")).expect("store").expect("device");
    let other =
        tl_store::Device { id: "lab-3".parse().expect("id"), certificate_serial: None, ..own };
    store.add_device(&other).expect("another device");
    let doc = serde_json::json!({"version": "1.0.0", "target": TARGET, "queue": 0,
        "refused": [sha256.to_string()]});
    let report = tl_store::DeviceReport { device: other.id.clone(), at: 1, doc: doc.to_string() };
    store.put_device_report(&report).expect("a report");
    assert_eq!(offered(&server, &agent, "1.0.0"), None);
    settle(&server, "", "gate-07", Some("1.1.0"));
    assert_eq!(offered(&server, &agent, "1.0.0"), Some(Version(1, 1, 0)), "decided for this one");
}

#[test]
fn what_a_device_says_of_itself_is_kept_within_bounds() {
    let (server, identity) = installed();
    let agent = server.client(Some(&identity));
    let said = serde_json::json!({"version": "1.0.0", "target": TARGET, "queue": 12,
        "alarms": (0..99).map(|_| serde_json::json!({"code": "disk_low", "detail": "x"}))
            .collect::<Vec<_>>()});
    let answer = agent.post(server.port("/device/v1/report")).send_json(&said).expect("an answer");
    assert_eq!(answer.status(), 204);
    let kept = server.world.app.store.device_reports(None).expect("store");
    let report: DeviceReport = serde_json::from_str(&kept[0].doc).expect("a report");
    assert_eq!((kept.len(), report.queue, report.alarms.len()), (1, 12, 16));
    assert_eq!(kept[0].at, server.world.app.clock.micros());
}
