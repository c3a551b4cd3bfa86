//! Verifier keys: no panic, one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::VerifierKey;

fuzz_target!(|input: &str| {
    if let Ok(key) = input.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), input);
    }
});
