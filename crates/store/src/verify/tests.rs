//! What is refused, with which code, and what it says.

use tl_domain::event::{BatchWeigh, KeyRevoke, Supersede};
use tl_domain::ids::PartyId;
use tl_testkit::{FakeClock, Signed, Writer, analysed, assay_report, batch_register, batch_weigh};

use super::*;

fn book(writers: &[(&Writer, KeyRole)]) -> KeyBook {
    KeyBook::new(writers.iter().map(|(writer, role)| {
        let key = EnrolledKey { key: writer.key(), role: *role, site: None, revoked_at: None };
        (writer.device().clone(), key)
    }))
}

fn party() -> PartyId {
    "hc-smelter".parse().expect("a name")
}

fn refused(bytes: &[u8], keys: &KeyBook, device: &Writer) -> Refused {
    *verify(bytes, keys, device.log(), device.device()).expect_err("refused")
}

fn weighing(gate: &mut Writer) -> (Signed, BatchWeigh) {
    let clock = FakeClock::default();
    let batch = gate.draw_id(&clock.now());
    let body = batch_weigh(batch, "32450");
    (gate.write(body.clone(), &clock.now()), body)
}

#[test]
fn what_was_signed_by_an_enrolled_key_is_verified() {
    let mut gate = Writer::new(&party(), "gate-1");
    let (signed, _) = weighing(&mut gate);
    let keys = book(&[(&gate, KeyRole::Gate)]);
    let verified = verify(&signed.bytes, &keys, gate.log(), gate.device()).expect("good");
    assert_eq!((verified.leaf(), verified.entry()), (signed.leaf, &signed.entry));
}

#[test]
fn bytes_that_are_no_envelope_are_refused() {
    let mut gate = Writer::new(&party(), "gate-1");
    let (signed, _) = weighing(&mut gate);
    let keys = book(&[(&gate, KeyRole::Gate)]);
    let spaced = [b" ".as_slice(), &signed.bytes].concat();
    for bytes in [b"".as_slice(), b"{}", &signed.bytes[..100], &spaced] {
        let refused = refused(bytes, &keys, &gate);
        assert_eq!((refused.code, refused.position), (ErrorCode::EnvelopeForm, None));
        assert_eq!(refused.bytes, bytes, "kept as received");
    }
    let long = refused(&vec![b'{'; 70_000], &keys, &gate);
    assert_eq!(long.code, ErrorCode::TooLarge);
}

#[test]
fn a_wrong_signature_claims_its_number_without_proof() {
    let mut gate = Writer::new(&party(), "gate-1");
    let (signed, _) = weighing(&mut gate);
    let keys = book(&[(&gate, KeyRole::Gate)]);
    // A signature of the right key over other bytes.
    let (other, _) = weighing(&mut gate);
    let mut envelope = Envelope::parse(&signed.bytes).expect("an envelope");
    envelope.signatures = Envelope::parse(&other.bytes).expect("an envelope").signatures;
    let forged = refused(&envelope.to_bytes(), &keys, &gate);
    assert_eq!(forged.code, ErrorCode::BadSignature);
    assert_eq!(forged.position, Some(Position { epoch: 1, dseq: 1, signed: false }));
    let stranger = refused(&signed.bytes, &KeyBook::default(), &gate);
    assert_eq!(stranger.code, ErrorCode::UnknownKey);
    assert!(stranger.detail.contains("gate-1"), "{}", stranger.detail);
}

#[test]
fn a_body_without_form_is_refused_with_the_member() {
    let mut gate = Writer::new(&party(), "gate-1");
    let keys = book(&[(&gate, KeyRole::Gate)]);
    let now = FakeClock::default().now();
    let (_, body) = weighing(&mut gate);
    let mut value = Body::from(body).to_value();
    value["net"]["unit"] = "lb".into();
    let bad = Body::Unknown { kind: "batch.weigh".to_owned(), body: value };
    let signed = gate.write(bad, &now);
    let unit = refused(&signed.bytes, &keys, &gate);
    assert_eq!(unit.code, ErrorCode::UnknownUnit);
    assert!(unit.detail.contains("lb"), "{}", unit.detail);
    assert_eq!(unit.position, Some(Position { epoch: 1, dseq: 2, signed: true }));
}

#[test]
fn an_entry_for_another_log_or_of_another_device_is_refused() {
    let mut gate = Writer::new(&party(), "gate-1");
    let (signed, _) = weighing(&mut gate);
    let keys = book(&[(&gate, KeyRole::Gate)]);
    let elsewhere: PartyId = "hc-mine".parse().expect("a name");
    let wrong = verify(&signed.bytes, &keys, &elsewhere, gate.device()).expect_err("refused");
    assert_eq!((wrong.code, wrong.position), (ErrorCode::WrongLog, None));
    assert!(wrong.detail.contains("hc-smelter") && wrong.detail.contains("hc-mine"));
}

#[test]
fn roles_sign_their_own_kinds() {
    let mut gate = Writer::new(&party(), "gate-1");
    let clock = FakeClock::default();
    let now = clock.now();
    let register = gate.write(batch_register("dust", "yard", None), &now);
    let assay = gate.write(assay_report(register.id(), vec![analysed("Tl", "1")]), &now);
    let revoke = KeyRevoke {
        device: gate.device().clone(),
        key: gate.key(),
        reason: "by itself".to_owned(),
    };
    let revoke = gate.write(revoke, &now);
    let supersede = gate.write(
        Supersede {
            target: register.reference(),
            reason: "wrong".to_owned(),
            approved_by: "boss".parse().expect("a name"),
            replacement: None,
        },
        &now,
    );
    let unknown = Body::Unknown { kind: "finding.note".to_owned(), body: serde_json::json!({}) };
    let unknown = gate.write(unknown, &now);
    let later = Body::Unknown { kind: "key.lend".to_owned(), body: serde_json::json!({}) };
    let later = gate.write(later, &now);
    for (role, allowed) in [
        (KeyRole::Server, [true, true, true, true, true, true]),
        (KeyRole::Gate, [true, false, false, true, true, false]),
        (KeyRole::Lab, [false, true, false, true, true, false]),
        (KeyRole::Plant, [true, true, false, true, true, false]),
        (KeyRole::Water, [false, false, false, true, true, false]),
    ] {
        let keys = book(&[(&gate, role)]);
        let entries = [&register, &assay, &revoke, &supersede, &unknown, &later];
        for (signed, allowed) in entries.into_iter().zip(allowed) {
            let result = verify(&signed.bytes, &keys, gate.log(), gate.device());
            let code = result.as_ref().map_err(|refused| refused.code).err();
            let expected = (!allowed).then_some(ErrorCode::KindNotAllowed);
            assert_eq!(code, expected, "{role:?} {}", signed.entry.body.kind());
        }
    }
}
