//! The signed snapshot: what a device learns of its site, in versions.

use tl_domain::event::KeyRole;
use tl_domain::ids::SiteId;
use tl_domain::time::HOUR_MICROS;
use tl_ledger::{Envelope, SNAPSHOT_TYPE};
use tl_testkit as kit;
use tl_wire::snapshot::{KnownSample, Snapshot};

use super::{Running, writer};
use crate::limits::SNAPSHOT_ARRIVALS_MAX;
use crate::usecase::installation::{NewDevice, device_token};

#[test]
fn one_shipper_cannot_fill_the_snapshots_of_another_party() {
    let server = Running::start();
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let calcine = kit::batch_register("calcine", "roast", Some("900"));
    let batch = server.world.append("beta", calcine).0;
    for number in 0..SNAPSHOT_ARRIVALS_MAX as u64 + 20 {
        let code = kit::code(10_000 + number);
        server.world.append("beta", super::super::world::dispatch(&code, batch, "alfa"));
    }
    let snapshot = server.snapshot(&server.client(Some(&identity)));
    assert_eq!(snapshot.expected.len(), SNAPSHOT_ARRIVALS_MAX);
}

#[test]
fn the_snapshot_names_recent_samples_of_the_site_and_of_the_pages() {
    let server = Running::start();
    let app = &server.world.app;
    let token = |name: &str, site: SiteId| {
        let device = NewDevice {
            device: name.parse().expect("id"),
            party: "alfa".parse().expect("id"),
            site,
            name: name.to_owned(),
            role: KeyRole::Lab,
        };
        device_token(&app.store, &app.clock, device).expect("token")
    };
    let main = tl_testkit::Plant::smelter("alfa").site;
    let tokens = [token("lab-1", main), token("far-1", "far".parse().expect("id"))];
    let at = server.world.now();
    let mut here = writer("gate-07");
    let mut far = writer("far-1");
    let agents = [
        server.enrol(&server.world.token, &here).0,
        server.enrol(&tokens[1], &far).0,
        server.enrol(&tokens[0], &writer("lab-1")).0,
    ]
    .map(|identity| server.client(Some(&identity)));
    let mut named = kit::sample_of_batch(server.world.batch);
    (named.code, named.lab_name) = (Some(kit::code(99)), Some("W-1".to_owned()));
    let named = here.write(named, &at);
    let distant = far.write(kit::sample_of_batch(server.world.batch), &at);
    server.upload(&agents[0], &[&named]);
    server.upload(&agents[1], &[&distant]);

    let known = |id, code, lab_name: Option<&str>| KnownSample {
        id,
        code,
        lab_name: lab_name.map(str::to_owned),
    };
    let of_page = known(server.world.sample, None, None);
    let of_gate = known(named.id(), Some(kit::code(99)), Some("W-1"));
    let of_far = known(distant.id(), None, None);
    assert_eq!(server.snapshot(&agents[2]).samples, [of_gate, of_page.clone()], "newest first");
    assert_eq!(server.snapshot(&agents[1]).samples, [of_far, of_page]);
    server.world.pass(91 * 24 * HOUR_MICROS);
    assert_eq!(server.snapshot(&agents[2]).samples, []);
}

#[test]
fn the_snapshot_is_signed_versioned_and_leases_never_overlap() {
    let server = Running::start();
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    let enrolled = enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let read = || {
        let mut answer =
            agent.get(server.port("/device/v1/snapshot?have=0")).call().expect("answer");
        let bytes = answer.body_mut().read_to_vec().expect("bytes");
        let envelope = Envelope::parse_as(SNAPSHOT_TYPE, &bytes).expect("envelope");
        envelope.verify(&enrolled.snapshot_key).expect("signed by the installation");
        serde_json::from_slice::<Snapshot>(&envelope.payload).expect("snapshot")
    };
    let first = read();
    assert_eq!(first.device.as_str(), "gate-07");
    assert!(first.masters.len() > 10 && !first.batches.is_empty());
    assert_eq!(first.expected.len(), 1, "what beta sent to alfa");
    assert_eq!(first.leases.len(), 1);
    let url = server.port(&format!("/device/v1/snapshot?have={}", first.version));
    assert_eq!(agent.get(url).call().expect("answer").status(), 204);
    server.world.append("alfa", super::super::world::registered(903));
    let second = read();
    assert_eq!(second.version, first.version + 1);
    assert_eq!(second.leases, first.leases, "a lease stays as long as half of it is left");
    server.world.pass(61 * 24 * HOUR_MICROS);
    let third = read();
    assert_eq!(third.leases.len(), 2);
    let start = |index: usize| third.leases[index].start.parse::<u64>().expect("number");
    let (low, high) = (start(0).min(start(1)), start(0).max(start(1)));
    assert!(low + third.leases[0].count <= high, "leases overlap");
}
