//! Devices over real sockets: enrolment, mutual TLS, uploads, blobs, snapshot, renewal, revocation.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use rcgen::{CertificateParams, KeyPair};
use serde::de::DeserializeOwned;
use tl_domain::event::{KeyRole, PartyKind};
use tl_domain::ids::SiteId;
use tl_domain::time::HOUR_MICROS;
use tl_ledger::{Envelope, Hash, SNAPSHOT_TYPE};
use tl_testkit::{self as kit, Signed, Writer};
use tl_wire::device::{
    BlobAnswer, EnrolAnswer, EnrolRequest, EntryResult, HeadAnswer, PreviousEpoch, RenewAnswer,
    RenewRequest, UploadAnswer, enrol_proof,
};
use tl_wire::problem::Problem;
use tl_wire::snapshot::{KnownSample, Snapshot};
use tl_wire::{BUNDLE_MEDIA, bundle};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use super::world::World;
use crate::limits::SNAPSHOT_ARRIVALS_MAX;
use crate::serve::{self, Bound};
use crate::usecase::installation::{
    NewDevice, NewParty, create_party, device_token, register_signers, revoke_device,
};

/// A server on loopback; stops when dropped.
pub(super) struct Running {
    pub(super) world: World,
    pub(super) bound: Bound,
    handles: Vec<ServerHandle>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    pub(super) fn start() -> Self {
        let world = World::new();
        let app = world.app.clone();
        let (send, receive) = mpsc::channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (bound, page, device) = serve::start(&app).expect("bound");
                let handles = vec![page.handle(), device.handle()];
                send.send((bound, handles)).expect("the test waits");
                let (page, device) = tokio::join!(page, device);
                page.and(device).expect("served");
            });
        });
        let (bound, handles) = receive.recv().expect("started");
        Self { world, bound, handles, thread: Some(thread) }
    }

    fn client(&self, identity: Option<&Identity>) -> ureq::Agent {
        let ca = Certificate::from_pem(self.world.app.authority.pem().as_bytes()).expect("CA");
        let client = identity.map(|identity| {
            let leaf = Certificate::from_pem(identity.certificate.as_bytes()).expect("leaf");
            let key = PrivateKey::from_pem(identity.key.as_bytes()).expect("key");
            ClientCert::new_with_certs(&[leaf.to_owned()], key)
        });
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[ca]))
            .client_cert(client)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent()
    }

    fn page(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.bound.page.port())
    }

    fn port(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.bound.device.port())
    }

    fn enrol(&self, token: &str, writer: &Writer) -> (Identity, Result<EnrolAnswer, Problem>) {
        let key = KeyPair::generate().expect("key");
        let csr_pem = request(&key);
        let proof = writer.signer().sign(&enrol_proof(token, &csr_pem));
        let body = EnrolRequest {
            token: token.to_owned(),
            page_csr_pem: Some(csr_pem.clone()),
            csr_pem,
            event_key: writer.key(),
            proof: hex::encode(proof),
            page_names: vec!["gate.lan".to_owned()],
        };
        let answer = self.client(None).post(self.page("/device/v1/enrol")).send_json(&body);
        let mut answer = answer.expect("answer");
        let good = answer.status() == 200;
        let text = answer.body_mut().read_to_string().expect("text");
        let mut identity = Identity { certificate: String::new(), key: key.serialize_pem() };
        if good {
            let enrolled: EnrolAnswer = serde_json::from_str(&text).expect("answer");
            identity.certificate.clone_from(&enrolled.certificate_pem);
            (identity, Ok(enrolled))
        } else {
            (identity, Err(serde_json::from_str(&text).expect("problem")))
        }
    }

    fn snapshot(&self, agent: &ureq::Agent) -> Snapshot {
        let answer = agent.get(self.port("/device/v1/snapshot?have=0")).call();
        let bytes = answer.expect("answer").body_mut().read_to_vec().expect("bytes");
        let envelope = Envelope::parse_as(SNAPSHOT_TYPE, &bytes).expect("envelope");
        serde_json::from_slice(&envelope.payload).expect("snapshot")
    }

    fn upload(&self, agent: &ureq::Agent, entries: &[&Signed]) -> UploadAnswer {
        let mut bytes = Vec::new();
        for entry in entries {
            assert!(bundle::push(&mut bytes, &entry.bytes));
        }
        let answer = agent
            .post(self.port("/device/v1/entries"))
            .header("content-type", BUNDLE_MEDIA)
            .send(&bytes);
        json(answer, 200)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let system = actix_web::rt::System::new();
        for handle in self.handles.drain(..) {
            system.block_on(handle.stop(false));
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}

struct Identity {
    certificate: String,
    key: String,
}

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn json<T: DeserializeOwned>(answer: Answer, status: u16) -> T {
    let mut answer = answer.expect("answer");
    let read = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().expect("text");
    assert_eq!(read, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn request(key: &KeyPair) -> String {
    let params = CertificateParams::default();
    params.serialize_request(key).expect("request").pem().expect("pem")
}

fn writer(name: &str) -> Writer {
    Writer::new(&"alfa".parse().expect("id"), name)
}

#[test]
fn a_device_enrols_once_uploads_and_is_acknowledged() {
    let server = Running::start();
    let mut writer = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &writer);
    let enrolled = enrolled.expect("enrolled");
    assert_eq!(enrolled.device.as_str(), "gate-07");
    assert_eq!((enrolled.epoch, enrolled.role), (1, KeyRole::Gate));
    assert_eq!(enrolled.device_url, server.port(""));
    assert!(enrolled.page_certificate_pem.is_some());
    let (_, again) = server.enrol(&server.world.token, &writer);
    assert_eq!(again.expect_err("burnt").code, "token-invalid");

    let agent = server.client(Some(&identity));
    let head: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    assert_eq!((head.epoch, head.acked_through, head.head), (1, 0, Hash::ZERO));

    let at = server.world.now();
    let register = writer.write(super::world::registered(900), &at);
    let weigh = writer.write(kit::batch_weigh(register.id(), "31000"), &at);
    let answer = server.upload(&agent, &[&register, &weigh]);
    assert!(answer.results.iter().all(|r| matches!(r, EntryResult::Stored { .. })), "{answer:?}");
    assert_eq!((answer.head.acked_through, answer.head.head), (2, weigh.leaf));
    let twice = server.upload(&agent, &[&register, &weigh]);
    assert_eq!(twice.results, answer.results, "the same bytes give the same answer");

    let mut clone = self::writer("gate-07");
    let forked = clone.write(super::world::registered(901), &at);
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
    let entries = [900, 901].map(|number| old.write(super::world::registered(number), &at));
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
fn bad_uploads_are_refused_and_kept_as_evidence() {
    let server = Running::start();
    let mut own = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let at = server.world.now();
    let good = own.write(super::world::registered(900), &at);
    let assay = own.write(kit::assay_report(good.id(), vec![kit::analysed("Tl", "1")]), &at);
    let results = server.upload(&agent, &[&good, &assay]).results;
    assert!(matches!(&results[1], EntryResult::Refused { code, .. } if code == "kind-not-allowed"));

    let mut stranger = writer("gate-99");
    let strange = stranger.write(super::world::registered(902), &at);
    let results = server.upload(&agent, &[&strange]).results;
    assert!(matches!(&results[0], EntryResult::Refused { .. }), "{results:?}");

    let post = |media: &str, bytes: &[u8]| {
        agent.post(server.port("/device/v1/entries")).header("content-type", media).send(bytes)
    };
    let problem: Problem = json(post(BUNDLE_MEDIA, &[0, 9, 1]), 400);
    assert_eq!(problem.code, "bad-request");
    let problem: Problem = json(post("application/json", b"{}"), 400);
    assert!(problem.detail.expect("detail").contains(BUNDLE_MEDIA));
    let large = vec![0; tl_wire::UPLOAD_BYTES_MAX + 1];
    let problem: Problem = json(post(BUNDLE_MEDIA, &large), 413);
    assert_eq!(problem.code, "too-large");
}

#[test]
fn the_device_port_asks_for_a_certificate_of_ours() {
    let server = Running::start();
    let nobody = server.client(None).get(server.port("/device/v1/head")).call();
    assert!(nobody.is_err(), "no certificate, no answer");
    let folder = tempfile::tempdir().expect("folder");
    std::fs::create_dir(folder.path().join("keys")).expect("folder");
    let other = crate::tls::Authority::open(
        folder.path(),
        &folder.path().join("keys"),
        server.world.app.clock.micros(),
    );
    let key = KeyPair::generate().expect("key");
    let now = server.world.app.clock.micros();
    let leaf = other.expect("CA").device(&request(&key), "gate-07", now).expect("leaf");
    let forged = Identity { certificate: leaf, key: key.serialize_pem() };
    let refused = server.client(Some(&forged)).get(server.port("/device/v1/head")).call();
    assert!(refused.is_err(), "a certificate of another CA, no answer");
    let leaf = server.world.app.authority.device(&request(&key), "ghost", now).expect("leaf");
    let ghost = Identity { certificate: leaf, key: key.serialize_pem() };
    let answer = server.client(Some(&ghost)).get(server.port("/device/v1/head")).call();
    let problem: Problem = json(answer, 403);
    assert_eq!(problem.code, "device-unknown");
}

#[test]
fn a_revoked_device_is_out_at_once_and_its_key_is_revoked_in_the_log() {
    let server = Running::start();
    let writer = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &writer);
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let _: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    let app = &server.world.app;
    revoke_device(&app.store, &app.clock, writer.device(), "stolen", None).expect("revoked");
    let problem: Problem = json(agent.get(server.port("/device/v1/head")).call(), 403);
    assert_eq!(problem.code, "device-unknown", "on a connection that was open already");
    let keys = app.store.keys(&"alfa".parse().expect("id")).expect("store");
    let row = keys.iter().find(|row| row.key == writer.key()).expect("key");
    assert!(row.revoked_at.is_some());
}

#[test]
fn a_command_that_revokes_beside_the_server_stops_nobody_else() {
    let server = Running::start();
    let writer = writer("gate-07");
    let (_, enrolled) = server.enrol(&server.world.token, &writer);
    enrolled.expect("enrolled");
    let app = &server.world.app;
    // The command's own process: another store on the same database.
    let command = serve::open_store(&app.config).expect("opened");
    register_signers(&command, &app.keys).expect("keys");
    revoke_device(&command, &app.clock, writer.device(), "stolen", None).expect("revoked");
    server.world.append("alfa", super::world::registered(905));
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

#[test]
fn no_device_gets_a_certificate_with_a_name_of_the_server() {
    let server = Running::start();
    let key = KeyPair::generate().expect("key");
    let csr_pem = request(&key);
    let own = writer("gate-07");
    let ask = |name: &str| {
        let proof = own.signer().sign(&enrol_proof(&server.world.token, &csr_pem));
        let body = EnrolRequest {
            token: server.world.token.clone(),
            page_csr_pem: Some(csr_pem.clone()),
            csr_pem: csr_pem.clone(),
            event_key: own.key(),
            proof: hex::encode(proof),
            page_names: vec!["localhost".to_owned(), name.to_owned()],
        };
        server.client(None).post(server.page("/device/v1/enrol")).send_json(&body)
    };
    for name in ["TL.example", "tl.example", "192.0.2.7"] {
        let problem: Problem = json(ask(name), 400);
        assert!(problem.detail.expect("detail").contains("name of the server"), "{name}");
    }
    let _: EnrolAnswer = json(ask("gate.lan"), 200);
}

#[test]
fn one_shipper_cannot_fill_the_snapshots_of_another_party() {
    let server = Running::start();
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let calcine = kit::batch_register("calcine", "roast", Some("900"));
    let batch = server.world.append("beta", calcine).0;
    for number in 0..SNAPSHOT_ARRIVALS_MAX as u64 + 20 {
        let code = kit::code(10_000 + number);
        server.world.append("beta", super::world::dispatch(&code, batch, "alfa"));
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
fn the_first_use_of_a_renewed_certificate_retires_the_old_one() {
    let server = Running::start();
    let (old, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let agent = server.client(Some(&old));
    server.world.pass(HOUR_MICROS);
    let key = KeyPair::generate().expect("key");
    let body = RenewRequest { csr_pem: request(&key) };
    let renewed: RenewAnswer =
        json(agent.post(server.port("/device/v1/renew")).send_json(&body), 200);
    let _: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    let new = Identity { certificate: renewed.certificate_pem, key: key.serialize_pem() };
    let fresh = server.client(Some(&new));
    let _: HeadAnswer = json(fresh.get(server.port("/device/v1/head")).call(), 200);
    let problem: Problem = json(agent.get(server.port("/device/v1/head")).call(), 403);
    assert!(problem.detail.expect("detail").contains("replaced"));
}

#[test]
fn blobs_resume_where_they_stopped_and_a_wrong_hash_is_refused() {
    let server = Running::start();
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let bytes: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
    let name = Hash::of(&bytes);
    let path = |name: &Hash| server.port(&format!("/device/v1/blobs/{name}"));
    let put = |name: &Hash, offset: usize, piece: &[u8]| {
        let url = format!("{}?offset={offset}&size={}", path(name), bytes.len());
        agent.put(url).send(piece)
    };
    let none: BlobAnswer = json(agent.get(path(&name)).call(), 200);
    assert_eq!(none, BlobAnswer { received: 0, complete: false });
    let half: BlobAnswer = json(put(&name, 0, &bytes[..5000]), 200);
    assert_eq!(half, BlobAnswer { received: 5000, complete: false });
    let gap: BlobAnswer = json(put(&name, 9000, &bytes[9000..]), 200);
    assert_eq!(gap.received, 5000, "a piece behind a gap is not taken");
    let whole: BlobAnswer = json(put(&name, 5000, &bytes[5000..]), 200);
    assert_eq!(whole, BlobAnswer { received: 12_000, complete: true });
    let wrong = Hash::of(b"something else");
    let problem: Problem = json(put(&wrong, 0, &bytes), 422);
    assert_eq!(problem.code, "refused");
    let beyond: Problem = json(put(&wrong, 11_000, &bytes[..2000]), 400);
    assert_eq!(beyond.code, "bad-request");
    let huge = format!("{}?offset=0&size={}", path(&wrong), tl_wire::BLOB_BYTES_MAX + 1);
    let problem: Problem = json(agent.put(huge).send(&bytes[..10]), 413);
    assert_eq!(problem.code, "too-large");
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
    server.world.append("alfa", super::world::registered(903));
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
