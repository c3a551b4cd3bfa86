//! Signed envelopes: published form, refusals, shared vectors.

use serde_json::Value;

use super::*;

fn signer() -> Signer {
    Signer::from_seed(&std::array::from_fn(|i| u8::try_from(i).expect("small")))
}

#[test]
fn signs_and_reads_back_the_same_bytes() {
    let envelope = Envelope::sign(br#"{"a":"1.20"}"#.to_vec(), &signer()).expect("canonical");
    let bytes = envelope.to_bytes();
    let read = Envelope::parse(&bytes).expect("own bytes");
    assert_eq!(read, envelope);
    assert_eq!(read.to_bytes(), bytes);
    read.verify(&signer().public()).expect("own signature");
    assert_eq!(read.key_hint(), Some(signer().public().id()));
    assert_eq!(signer().public().id().to_string(), "56475aa75463474c");
}

#[test]
fn a_changed_bit_anywhere_in_the_payload_fails() {
    let envelope = Envelope::sign(br#"{"a":"1.20"}"#.to_vec(), &signer()).expect("canonical");
    for at in 0..envelope.payload.len() {
        let mut forged = envelope.clone();
        forged.payload[at] ^= 1;
        assert!(forged.verify(&signer().public()).is_err());
    }
    let other = Signer::from_seed(&[9; 32]).public();
    assert!(envelope.verify(&other).is_err());
}

#[test]
fn limits_and_form_are_refused_by_name() {
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(PAYLOAD_BYTES_MAX));
    assert!(matches!(
        Envelope::sign(large.into_bytes(), &signer()),
        Err(EnvelopeError::PayloadTooLarge(_))
    ));
    assert!(matches!(
        Envelope::parse(&vec![b'x'; ENVELOPE_BYTES_MAX + 1]),
        Err(EnvelopeError::TooLarge(_))
    ));
    assert!(matches!(Envelope::parse(b"{} "), Err(EnvelopeError::EnvelopeForm(_))));
    let bytes = Envelope::sign(b"{}".to_vec(), &signer()).expect("canonical").to_bytes();
    let text = String::from_utf8(bytes).expect("UTF-8");
    let other_type = text.replace("tl.event", "tl.ack");
    assert!(matches!(
        Envelope::parse(other_type.as_bytes()),
        Err(EnvelopeError::PayloadType { .. })
    ));
    let unknown = text.replacen("\"payload\"", "\"extra\":1,\"payload\"", 1);
    assert!(matches!(Envelope::parse(unknown.as_bytes()), Err(EnvelopeError::Members(_))));
}

#[test]
fn an_envelope_laid_out_anew_is_the_same_entry() {
    let envelope = Envelope::sign(br#"{"a":"1.20"}"#.to_vec(), &signer()).expect("canonical");
    let value: Value = serde_json::from_slice(&envelope.to_bytes()).expect("JSON");
    let pretty = serde_json::to_vec_pretty(&value).expect("JSON");
    assert!(matches!(Envelope::parse(&pretty), Err(EnvelopeError::EnvelopeForm(_))));
    let read = Envelope::parse_laid_out(&pretty).expect("only white space differs");
    assert_eq!(read.to_bytes(), envelope.to_bytes());
    let text = String::from_utf8(pretty).expect("UTF-8");
    let twice = text.replacen("\"payload\"", "\"payload\": \"\", \"payload\"", 1);
    assert!(matches!(Envelope::parse_laid_out(twice.as_bytes()), Err(EnvelopeError::Members(_))));
    let more = text.replacen("\"payload\"", "\"more\": 1, \"payload\"", 1);
    assert!(Envelope::parse_laid_out(more.as_bytes()).is_err());
    let spaced = Envelope::sign_as(PAYLOAD_TYPE, br#"{"a":1}"#.to_vec(), &signer());
    let mut spaced = spaced.expect("canonical");
    spaced.payload = br#"{"a": 1}"#.to_vec();
    assert!(matches!(
        Envelope::parse_laid_out(&spaced.to_bytes()),
        Err(EnvelopeError::PayloadForm(_))
    ));
    let large = vec![b' '; 3 * ENVELOPE_BYTES_MAX + 1];
    assert!(matches!(Envelope::parse_laid_out(&large), Err(EnvelopeError::TooLarge(_))));
}

#[test]
fn shared_dsse_vectors_are_judged_as_published() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases/ledger/dsse/events.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: shared cases not found");
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("case file");
    assert!(!cases.is_empty());
    for case in cases {
        let id = case["id"].as_str().expect("id");
        let bytes = canonical::to_vec(&case["envelope"]).expect("representable");
        assert_eq!(Hash::leaf(&bytes).to_string(), case["leaf_hash"].as_str().expect("leaf"));
        let key: PublicKey =
            case["public_key_hex"].as_str().expect("key").parse().expect("a public key");
        let judged = Envelope::parse(&bytes).and_then(|envelope| envelope.verify(&key));
        // Which log an entry belongs to is no matter of this crate.
        let accepted = matches!(case["want"].as_str(), Some("accept" | "reject-by-policy"));
        assert_eq!(judged.is_ok(), accepted, "{id}: {judged:?}");
    }
}
