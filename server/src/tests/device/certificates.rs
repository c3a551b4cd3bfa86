//! Mutual TLS: whose certificates are taken, which names they carry, renewal.

use rcgen::KeyPair;
use tl_domain::time::HOUR_MICROS;
use tl_wire::device::{
    EnrolAnswer, EnrolRequest, HeadAnswer, RenewAnswer, RenewRequest, enrol_proof,
};
use tl_wire::problem::Problem;

use super::{Identity, Running, json, request, writer};

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
fn the_first_use_of_a_renewed_certificate_retires_the_old_one() {
    let server = Running::start();
    let (old, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let agent = server.client(Some(&old));
    server.world.pass(HOUR_MICROS);
    let key = KeyPair::generate().expect("key");
    let body = RenewRequest { csr_pem: request(&key), page_names: Vec::new(), page_csr_pem: None };
    let renewed: RenewAnswer =
        json(agent.post(server.port("/device/v1/renew")).send_json(&body), 200);
    let _: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    let new = Identity { certificate: renewed.certificate_pem, key: key.serialize_pem() };
    let fresh = server.client(Some(&new));
    let _: HeadAnswer = json(fresh.get(server.port("/device/v1/head")).call(), 200);
    let problem: Problem = json(agent.get(server.port("/device/v1/head")).call(), 403);
    assert!(problem.detail.expect("detail").contains("replaced"));
}
