//! Proof files: no panic, one spelling, and only the bytes that were logged are proven.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::merkle::inclusion_plan;
use tl_ledger::{EntryProof, Hash};

fuzz_target!(|input: &[u8]| {
    let Ok(proof) = EntryProof::parse(input) else { return };
    assert_eq!(proof.to_string().as_bytes(), input, "a proof file has one spelling");
    if proof.verify_inclusion(&Hash::leaf(b"1")).is_ok() {
        let plan = inclusion_plan(proof.index, proof.checkpoint.head().size);
        assert_eq!(plan.map(|plan| plan.len()), Some(proof.hashes.len()));
        assert!(proof.verify_inclusion(&Hash::leaf(b"2")).is_err());
    }
});
