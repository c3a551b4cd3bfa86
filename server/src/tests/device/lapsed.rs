//! A certificate that has ended: asked for with the event key, agreed to, issued; everybody else
//! gets nothing.

use rcgen::KeyPair;
use tl_domain::time::DAY_MICROS;
use tl_testkit::Writer;
use tl_wire::device::{LapsedAnswer, LapsedRequest};
use tl_wire::problem::ErrorCode;

use super::{Running, request, writer};
use crate::usecase::installation::revoke_device;
use crate::usecase::lapsed::{agree, asked, take};

fn lapsed(own: &Writer) -> LapsedRequest {
    let csr_pem = request(&KeyPair::generate().expect("key"));
    let mut body = LapsedRequest {
        device: own.device().clone(),
        event_key: own.key(),
        page_csr_pem: Some(csr_pem.clone()),
        csr_pem,
        page_names: vec!["gate.lan".to_owned()],
        proof: String::new(),
    };
    body.proof = hex::encode(own.signer().sign(&body.proof_text()));
    body
}

#[test]
fn a_device_whose_certificate_has_ended_gets_a_new_one_when_somebody_agrees() {
    let server = Running::start();
    let app = &server.world.app;
    let own = writer("gate-07");
    let (_, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    let body = lapsed(&own);
    let refused = |body: &LapsedRequest| take(app, body).expect_err("refused").code;
    assert_eq!(refused(&body), ErrorCode::Conflict, "it has not ended yet");
    server.world.pass(401 * DAY_MICROS);
    let Ok(LapsedAnswer::Waiting { mark }) = take(app, &body) else { panic!("nobody agreed") };
    let (id, now) = (own.device(), app.clock.micros());
    assert!(agree(&app.store, id, "00000000", "admin", now).is_err(), "another mark");
    agree(&app.store, id, &mark.to_lowercase(), "admin", now).expect("agreed");
    let other = lapsed(&own);
    assert!(matches!(take(app, &other), Ok(LapsedAnswer::Waiting { .. })), "another request");
    let again = asked(&app.store, id).expect("store").expect("asked");
    agree(&app.store, id, &again.mark, "admin", now).expect("agreed");
    let Ok(LapsedAnswer::Issued { certificate_pem, page_certificate_pem }) = take(app, &other)
    else {
        panic!("agreed to")
    };
    let facts = crate::tls::facts_of_pem(&certificate_pem).expect("a certificate");
    assert_eq!(facts.common_name, "gate-07");
    assert!(page_certificate_pem.is_some());
    let row = app.store.device(id).expect("store").expect("device");
    assert_eq!(row.certificate_serial, Some(facts.serial));
    let kept = asked(&app.store, id).expect("store").expect("asked");
    assert_eq!((kept.agreed_by.as_deref(), kept.issued_at), (Some("admin"), Some(now)));
    assert_eq!(refused(&other), ErrorCode::Conflict, "once");
}

#[test]
fn another_key_a_changed_request_and_a_revoked_device_get_nothing() {
    let server = Running::start();
    let app = &server.world.app;
    let own = writer("gate-07");
    let (_, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    server.world.pass(401 * DAY_MICROS);
    let refused = |body: &LapsedRequest| take(app, body).expect_err("refused").code;
    let mut changed = lapsed(&own);
    changed.csr_pem = request(&KeyPair::generate().expect("key"));
    assert_eq!(refused(&changed), ErrorCode::BadRequest);
    let mut stranger = lapsed(&writer("gate-08"));
    stranger.device = own.device().clone();
    let signer = writer("gate-08");
    stranger.proof = hex::encode(signer.signer().sign(&stranger.proof_text()));
    assert_eq!(refused(&stranger), ErrorCode::DeviceUnknown);
    revoke_device(&app.store, &app.clock, own.device(), "stolen", None).expect("revoked");
    assert_eq!(refused(&lapsed(&own)), ErrorCode::DeviceUnknown);
}
