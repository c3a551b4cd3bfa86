//! Devices over real sockets: a server on loopback and what its devices ask of it, by noun.

mod blobs;
mod certificates;
mod enrolment;
mod lapsed;
mod revocation;
mod snapshot;
mod updates;
mod uploads;

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use rcgen::{CertificateParams, KeyPair};
use serde::de::DeserializeOwned;
use tl_ledger::{Envelope, SNAPSHOT_TYPE};
use tl_testkit::{Signed, Writer};
use tl_wire::device::{EnrolAnswer, EnrolRequest, UploadAnswer, enrol_proof};
use tl_wire::problem::Problem;
use tl_wire::snapshot::Snapshot;
use tl_wire::{BUNDLE_MEDIA, bundle};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use super::world::World;
use crate::serve::{self, Bound};

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
