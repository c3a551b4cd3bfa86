//! Cosignatures: the example of the format reference, times, another text or key.

use super::*;
use crate::tests::{name, signer, witness_key};

const TEXT: &str = "tl.example.cn/ledger/gz-01\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n";

#[test]
fn the_message_is_header_time_and_text() {
    let expected = format!("cosignature/v1\ntime 1767225600\n{TEXT}");
    assert_eq!(message(1_767_225_600, TEXT), expected.into_bytes());
}

#[test]
fn signs_with_its_time_and_verifies_nothing_else() {
    let line = sign(TEXT, &name("witness.example"), &signer(), 1_767_225_600).expect("a time");
    assert!(line.is_by(&witness_key("witness.example", &signer())));
    assert_eq!(line.bytes[..8], 1_767_225_600_u64.to_be_bytes());
    let key = signer().public();
    assert_eq!(verify(&key, TEXT, &line.bytes), Some(1_767_225_600));
    for at in [0, 7, 8, 71] {
        let mut wrong = line.bytes.clone();
        wrong[at] ^= 1;
        assert_eq!(verify(&key, TEXT, &wrong), None, "byte {at}");
    }
    assert_eq!(verify(&key, "other\n", &line.bytes), None);
    assert_eq!(verify(&Signer::from_seed(&[7; 32]).public(), TEXT, &line.bytes), None);
    assert_eq!(verify(&key, TEXT, &line.bytes[..71]), None);
    assert_eq!(verify(&key, TEXT, &[&line.bytes[..], &[0]].concat()), None);
}

#[test]
fn a_plain_signature_is_no_cosignature_and_times_have_bounds() {
    let key = signer().public();
    let plain = [&7_u64.to_be_bytes()[..], &signer().sign(TEXT.as_bytes())].concat();
    assert_eq!(verify(&key, TEXT, &plain), None);
    let late = TIME_SECONDS_MAX + 1;
    let beyond = [&late.to_be_bytes()[..], &signer().sign(&message(late, TEXT))].concat();
    assert_eq!(verify(&key, TEXT, &beyond), None);
    for time in [0, late, u64::MAX] {
        assert_eq!(sign(TEXT, &name("w"), &signer(), time), Err(TimeError(time)));
    }
}
