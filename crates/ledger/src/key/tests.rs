//! Keys: the published edge cases of Ed25519, own refusals.

use serde_json::Value;

use super::*;
use crate::tests::{shared, signer};

#[test]
fn a_key_reads_as_it_prints_and_refuses_what_is_none() {
    let key = signer().public();
    assert_eq!(key.to_string().parse(), Ok(key));
    assert!(matches!("00".parse::<PublicKey>(), Err(KeyError::Text(_))));
    // The neutral element: everybody could sign for it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(PublicKey::from_bytes(&neutral), Err(KeyError::Point));
}

#[test]
fn shared_edge_cases_are_judged_strictly_and_never_against_openssl() {
    let Some(bytes) = shared("ed25519/cctv.jsonl") else { return };
    let text = String::from_utf8(bytes).expect("text");
    let mut accepted = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("one case a line");
        let text = |member: &str| case[member].as_str().expect("text");
        let signature = hex::decode(text("sig")).expect("hex");
        let holds = text("key")
            .parse::<PublicKey>()
            .is_ok_and(|key| key.verifies(text("msg").as_bytes(), &signature));
        assert_eq!(Value::from(holds), case["dalek_verify_strict"], "case {}", case["number"]);
        assert!(!holds || case["openssl_3"] == true, "case {}", case["number"]);
        accepted += usize::from(holds);
    }
    assert!(accepted > 0, "some of them are good");
}
