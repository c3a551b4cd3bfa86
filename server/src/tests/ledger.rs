//! The ledger from outside: what is signed and when, who reads what, what an agent's head shows.

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service, read_body};
use tl_domain::event::{Body, KeyRole, PartyKind};
use tl_domain::ids::{DeviceId, PartyId};
use tl_ledger::Hash;
use tl_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use tl_ledger::merkle::{TreeHead, verify_consistency};
use tl_ledger::note::{KeyName, VerifierKey};
use tl_ledger::proof::EntryProof;
use tl_ledger::tile::{Bundle, Tile, parse_bundle};
use tl_store::{AlarmCode, Device, DeviceState, Page, Tree, Which};
use tl_testkit::{self as kit, Plant};
use tl_wire::device::CheckpointRequest;

use super::world::World;
use crate::keys;
use crate::ledger::{heads, held, job, opening};
use crate::serve::page_service;
use crate::usecase::installation::{NewParty, create_party};

fn alfa() -> PartyId {
    "alfa".parse().expect("an id")
}

fn tree(world: &World) -> Tree {
    world.app.store.trees_of(&alfa()).expect("store").pop().expect("a log has a tree")
}

fn sign(world: &World) -> Tree {
    job::audit(&world.app).expect("an audit");
    job::tick(&world.app).expect("a tick");
    tree(world)
}

fn note(world: &World) -> String {
    let number = tree(world).number;
    let newest = world.app.store.checkpoint(&alfa(), number, Which::Newest).expect("store");
    newest.expect("signed").text()
}

fn vkey(tree: &Tree) -> VerifierKey {
    tree.vkey.as_ref().expect("signed").parse().expect("a key")
}

/// A device that is enrolled; it need not exist to show a head.
fn device(world: &World) -> Device {
    let device = Device {
        id: "gate-9".parse::<DeviceId>().expect("an id"),
        party: alfa(),
        site: Plant::smelter("alfa").site,
        name: "西门".to_owned(),
        role: KeyRole::Gate,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Active,
        seen_at: None,
    };
    world.app.store.add_device(&device).expect("a new device");
    device
}

fn show(world: &World, device: &Device, held: Option<String>) -> tl_wire::device::CheckpointAnswer {
    held::exchange(&world.app, device, &CheckpointRequest { held }).expect("understood")
}

/// What the real key of a tree signs when somebody else has it.
fn forge(world: &World, tree: &Tree, head: TreeHead) -> String {
    let path = world.app.config.keys.join(format!("tree-{}-{}.key", tree.party, tree.number));
    let signer = keys::read(&path).expect("read").expect("there");
    let name: KeyName = tree.origin.parse().expect("a name");
    Checkpoint::new(&name, head).sign(&name, &signer).expect("signed").to_string()
}

#[actix_web::test]
async fn checkpoints_and_tiles_are_public_entries_are_not() {
    let world = World::new();
    let tree = sign(&world);
    let service = init_service(page_service!(world.app.clone())).await;
    let get = |path: String| TestRequest::get().uri(&path).to_request();
    let text = call_and_read_body(&service, get("/log/alfa/checkpoint".to_owned())).await;
    let signed = SignedCheckpoint::parse(&text).expect("a checkpoint");
    signed.verify(&vkey(&tree), &[]).expect("by the log's key");
    assert_eq!(signed.head(), tree.head);
    let width = u16::try_from(tree.head.size).expect("a small world");
    let tile = Tile { level: 0, index: 0, width };
    let bytes = call_and_read_body(&service, get(format!("/log/alfa/{tile}"))).await;
    let hashes = tile.parse(&bytes).expect("a tile");
    assert_eq!(tl_ledger::merkle::root(&hashes), tree.head.root);
    let bundle = Bundle { index: 0, width };
    let path = format!("/log/alfa/{bundle}");
    let refused = call_service(&service, get(path.clone())).await;
    assert_ne!(refused.status(), StatusCode::OK, "entries are for their owner");
    for (login, expected) in [
        ("ehs", StatusCode::OK),
        ("officer", StatusCode::OK),
        ("partner", StatusCode::NOT_FOUND),
        ("stranger", StatusCode::NOT_FOUND),
    ] {
        let request = TestRequest::get()
            .uri(&path)
            .insert_header(("cookie", world.cookie(login)))
            .to_request();
        let answer = call_service(&service, request).await;
        assert_eq!(answer.status(), expected, "{login}");
        if expected == StatusCode::OK {
            let bytes = read_body(answer).await;
            let entries = parse_bundle(bundle, &bytes).expect("a bundle");
            let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
            assert_eq!(leaves, hashes);
        }
    }
    for path in ["/log/alfa/tile/0/001", "/log/alfa/2/checkpoint", "/log/alfa/1/checkpoint"] {
        let answer = call_service(&service, get(path.to_owned())).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn a_proof_of_an_entry_is_checked_without_the_server() {
    let world = World::new();
    let tree = sign(&world);
    let service = init_service(page_service!(world.app.clone())).await;
    let ask = |id: tl_domain::ids::EntryId| {
        TestRequest::get()
            .uri(&format!("/api/v1/entries/{id}/proof?party=alfa"))
            .insert_header(("cookie", world.cookie("ehs")))
            .to_request()
    };
    let text = call_and_read_body(&service, ask(world.batch)).await;
    let proof = EntryProof::parse(&text).expect("a proof");
    let entry = world.app.store.entry(&alfa(), world.batch).expect("store").expect("there");
    proof.verify(&entry.bytes, &vkey(&tree), &[]).expect("it is in the log");
    let other = world.app.store.entry(&alfa(), world.run).expect("store").expect("there");
    proof.verify(&other.bytes, &vkey(&tree), &[]).expect_err("another entry");
    let new = world.append("alfa", kit::batch_weigh(world.batch, "31841")).0;
    let answer = call_service(&service, ask(new)).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "no checkpoint covers it yet");
}

#[actix_web::test]
async fn after_a_start_nothing_is_signed_before_an_agent_has_shown_its_head() {
    let world = World::new();
    let before = sign(&world);
    let held = note(&world);
    let gate = device(&world);
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    let world = world.restarted();
    assert_eq!(sign(&world).head, before.head, "it waits for the agent");
    show(&world, &gate, None);
    assert_eq!(sign(&world).head, before.head, "who holds nothing shows nothing");
    let answer = show(&world, &gate, Some(held));
    assert_eq!(answer.consistency, [], "the very same head");
    let after = sign(&world);
    assert_eq!(after.head.size, before.head.size + 1);
    let old = SignedCheckpoint::parse(note(&world).as_bytes()).expect("a checkpoint").head();
    world.append("alfa", kit::batch_weigh(world.batch, "31842"));
    let newest = sign(&world).head;
    let answer = show(&world, &gate, Some(forge(&world, &after, old)));
    verify_consistency(old.size, newest.size, &old.root, &newest.root, &answer.consistency)
        .expect("one grows from the other");
}

#[actix_web::test]
async fn a_newer_head_or_another_one_stops_the_signer_for_ever() {
    for (head, code) in [
        (TreeHead { size: 900, root: Hash::of(b"newer") }, AlarmCode::NewerHead),
        (TreeHead { size: 3, root: Hash::of(b"other") }, AlarmCode::SplitView),
    ] {
        let world = World::new();
        let before = sign(&world);
        let gate = device(&world);
        let evidence = forge(&world, &before, head);
        show(&world, &gate, Some(evidence.clone()));
        let alarms = world.app.store.alarms().expect("store");
        let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
        assert_eq!((alarm.code, &alarm.evidence), (code, &evidence));
        show(&world, &gate, Some(note(&world)));
        world.append("alfa", kit::batch_weigh(world.batch, "31841"));
        assert_eq!(sign(&world).head, before.head, "{code:?}");
    }
}

#[actix_web::test]
async fn what_a_restore_lost_of_the_tree_before_does_not_hold_up_the_next_one() {
    let world = World::new();
    let before = sign(&world);
    let gate = device(&world);
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    let reason = tl_domain::event::ContinueReason::Restored;
    world.app.store.open_next_tree(&alfa(), reason).expect("a next tree");
    opening::write_all(&world.app).expect("written");
    let lost = TreeHead { size: before.head.size + 5, root: Hash::of(b"lost") };
    assert_eq!(sign(&world).head.size, 0, "it waits for the agent");
    let evidence = forge(&world, &before, lost);
    show(&world, &gate, Some(evidence.clone()));
    let alarms = world.app.store.alarms().expect("store");
    let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
    assert_eq!((alarm.number, alarm.code), (1, AlarmCode::NewerHead));
    let next = sign(&world);
    assert_eq!((next.number, next.head.size), (2, 2));
    let answer = show(&world, &gate, Some(evidence));
    assert_eq!(answer.continued.len(), 1, "it learns how the log goes on");
    let other = TreeHead { size: 3, root: Hash::of(b"other") };
    let answer = show(&world, &gate, Some(forge(&world, &before, other)));
    assert_eq!(answer.continued.len(), 0, "two histories are no restore");
}

#[actix_web::test]
async fn nothing_is_signed_before_the_log_was_audited() {
    let world = World::new();
    job::tick(&world.app).expect("a tick");
    assert_eq!(tree(&world).head.size, 0);
    assert_eq!(job::audit(&world.app).expect("an audit"), []);
    job::tick(&world.app).expect("a tick");
    assert_ne!(tree(&world).head.size, 0);
}

#[actix_web::test]
async fn what_no_key_of_the_log_signed_is_no_evidence() {
    let world = World::new();
    let tree = sign(&world);
    let gate = device(&world);
    let head = TreeHead { size: 900, root: Hash::of(b"newer") };
    let altered = forge(&world, &tree, head).replacen("900", "901", 1);
    let other_log = note(&world).replacen("/log/alfa", "/log/beta", 1);
    for held in [altered, other_log, "no note".to_owned()] {
        let request = CheckpointRequest { held: Some(held) };
        held::exchange(&world.app, &gate, &request).expect_err("not signed by this log");
    }
    assert_eq!(world.app.store.alarms().expect("store"), []);
}

#[actix_web::test]
async fn a_log_that_was_opened_anew_shows_how_it_goes_on() {
    let world = World::new();
    let old = sign(&world);
    let held = note(&world);
    let gate = device(&world);
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    let reason = tl_domain::event::ContinueReason::SetBack;
    world.app.store.open_next_tree(&alfa(), reason).expect("a next tree");
    assert_eq!(opening::write_all(&world.app).expect("written").len(), 1);
    show(&world, &gate, Some(held.clone()));
    let new = sign(&world);
    assert_eq!((new.number, new.head.size), (2, 2), "its opening and the entry before it");
    let answer = show(&world, &gate, Some(held));
    let [step] = &answer.continued[..] else { panic!("one step, not {:?}", answer.continued) };
    let proof = EntryProof::parse(step.proof.as_bytes()).expect("a proof");
    use base64::Engine as _;
    let entry = base64::engine::general_purpose::STANDARD.decode(&step.entry).expect("base64");
    proof.verify(&entry, &vkey(&new), &[]).expect("entry 0 of the new tree");
    assert_eq!(proof.index, 0);
    let payload = tl_ledger::Envelope::parse(&entry).expect("an envelope").payload;
    let body = tl_domain::event::Entry::read(&payload).expect("an entry").body;
    let Body::LogContinue(body) = body else { panic!("not {body:?}") };
    assert_eq!((body.previous.size, body.previous.root), (old.head.size, old.head.root));
    assert_eq!(body.vkey, vkey(&new).to_string());
}

#[actix_web::test]
async fn the_city_bureau_s_log_has_the_heads_of_its_area_each_time_they_change() {
    let world = World::new();
    let city: PartyId = "city".parse().expect("an id");
    let bureau = NewParty {
        party: city.clone(),
        kind: PartyKind::Bureau,
        name: "市生态环境局".to_owned(),
        area: "451200".to_owned(),
        credit_code: None,
    };
    create_party(&world.app.store, &world.app.keys, &world.app.clock, bureau).expect("a bureau");
    assert_eq!(heads::summarise(&world.app).expect("nothing is signed yet"), 0);
    let alfa_head = sign(&world).head;
    assert_eq!(heads::summarise(&world.app).expect("written"), 1);
    assert_eq!(heads::summarise(&world.app).expect("nothing changed"), 0);
    let page = world.app.store.recent(&city, Page::FIRST).expect("store");
    let Body::LogHeads(written) = &page.rows[0].entry.body else { panic!("{:?}", page.rows[0]) };
    let parties: Vec<&str> = written.heads.iter().map(|one| one.log.as_str()).collect();
    assert_eq!(parties, ["alfa", "beta"], "enterprises of the area, not the bureau itself");
    let alfa = &written.heads[0].head;
    assert_eq!((alfa.size, alfa.root), (alfa_head.size, alfa_head.root));
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    sign(&world);
    assert_eq!(heads::summarise(&world.app).expect("a head changed"), 1);
}
