//! Enrolment: once per token, a replaced box, a party that a command created.

use tl_domain::event::{KeyRole, PartyKind};
use tl_ledger::Hash;
use tl_testkit::{self as kit, Writer};
use tl_wire::device::{EntryResult, HeadAnswer, PreviousEpoch};

use super::{Running, json, writer};
use crate::serve;
use crate::usecase::installation::{NewDevice, NewParty, create_party, device_token};

#[test]
fn a_device_enrols_once_uploads_and_is_acknowledged() {
    let server = Running::start();
    let mut own = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &own);
    let enrolled = enrolled.expect("enrolled");
    assert_eq!(enrolled.device.as_str(), "gate-07");
    assert_eq!((enrolled.epoch, enrolled.role), (1, KeyRole::Gate));
    assert_eq!(enrolled.device_url, server.port(""));
    assert!(enrolled.page_certificate_pem.is_some());
    let (_, again) = server.enrol(&server.world.token, &own);
    assert_eq!(again.expect_err("burnt").code, "token-invalid");

    let agent = server.client(Some(&identity));
    let head: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    assert_eq!((head.epoch, head.acked_through, head.head), (1, 0, Hash::ZERO));

    let at = server.world.now();
    let register = own.write(super::super::world::registered(900), &at);
    let weigh = own.write(kit::batch_weigh(register.id(), "31000"), &at);
    let answer = server.upload(&agent, &[&register, &weigh]);
    assert!(answer.results.iter().all(|r| matches!(r, EntryResult::Stored { .. })), "{answer:?}");
    assert_eq!((answer.head.acked_through, answer.head.head), (2, weigh.leaf));
    let twice = server.upload(&agent, &[&register, &weigh]);
    assert_eq!(twice.results, answer.results, "the same bytes give the same answer");

    let mut clone = writer("gate-07");
    let forked = clone.write(super::super::world::registered(901), &at);
    let results = server.upload(&agent, &[&forked]).results;
    let expected = EntryResult::Forked { leaf: forked.leaf, stored: register.leaf };
    assert_eq!(results, vec![expected]);

    let party = "alfa".parse().expect("id");
    let batch = server.world.app.store.batch(&party, register.id().into()).expect("store");
    assert_eq!(batch.expect("batch").wet.expect("weighed").0.to_string(), "31000000");
}

#[test]
fn a_replaced_box_keeps_its_id_and_learns_where_the_old_one_ended() {
    let server = Running::start();
    let mut old = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &old);
    assert_eq!(enrolled.expect("enrolled").previous, None);
    let at = server.world.now();
    let entries = [900, 901].map(|number| old.write(super::super::world::registered(number), &at));
    server.upload(&server.client(Some(&identity)), &[&entries[0], &entries[1]]);

    let app = &server.world.app;
    let device = NewDevice {
        device: "gate-07".parse().expect("id"),
        party: "alfa".parse().expect("id"),
        site: tl_testkit::Plant::smelter("alfa").site,
        name: "东门".to_owned(),
        role: KeyRole::Gate,
    };
    let token = device_token(&app.store, &app.clock, device.clone()).expect("token");
    // Another key: the testkit derives it from log and name.
    let new = Writer::new(&"alfa".parse().expect("id"), "gate-07-new");
    let (_, enrolled) = server.enrol(&token, &new);
    let enrolled = enrolled.expect("enrolled");
    let previous = PreviousEpoch { epoch: 1, dseq: 2, head: entries[1].leaf };
    assert_eq!((enrolled.device.as_str(), enrolled.epoch), ("gate-07", 2));
    assert_eq!(enrolled.previous, Some(previous.clone()));
    // The answer was lost: the same key asks again.
    let token = device_token(&app.store, &app.clock, device).expect("token");
    let (_, again) = server.enrol(&token, &new);
    let again = again.expect("enrolled");
    assert_eq!((again.epoch, again.previous), (2, Some(previous)));
}

#[test]
fn a_party_that_a_command_creates_can_write_without_a_restart() {
    let server = Running::start();
    let app = &server.world.app;
    let command = serve::open_store(&app.config).expect("opened");
    let new = NewParty {
        party: "gamma".parse().expect("id"),
        kind: PartyKind::Enterprise,
        name: "gamma".to_owned(),
        area: "451202".to_owned(),
        credit_code: None,
    };
    create_party(&command, &app.keys, &app.clock, new).expect("created");
    let device = NewDevice {
        device: "gate-08".parse().expect("id"),
        party: "gamma".parse().expect("id"),
        site: tl_testkit::Plant::smelter("gamma").site,
        name: "东门".to_owned(),
        role: KeyRole::Gate,
    };
    let token = device_token(&command, &app.clock, device).expect("token");
    let (_, enrolled) =
        server.enrol(&token, &Writer::new(&"gamma".parse().expect("id"), "gate-08"));
    assert_eq!(enrolled.expect("enrolled").party.as_str(), "gamma");
}
