//! Envelopes: no panic, and what is accepted is written again byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::{Envelope, canonical};

fuzz_target!(|input: &[u8]| {
    if let Ok(envelope) = Envelope::parse(input) {
        assert_eq!(envelope.to_bytes(), input, "an envelope has one spelling");
        assert!(canonical::check_object(&envelope.payload).is_ok());
    }
    if let Ok(envelope) = Envelope::parse_laid_out(input) {
        let again = Envelope::parse(&envelope.to_bytes());
        assert_eq!(again.as_ref(), Ok(&envelope), "its own bytes are canonical");
    }
});
