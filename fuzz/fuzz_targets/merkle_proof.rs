//! Merkle proofs of any sizes: no panic, and nothing is accepted that has not exactly the hashes
//! its place in the tree asks for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::Hash;
use tl_ledger::merkle::{consistency_plan, inclusion_plan, verify_consistency, verify_inclusion};

fuzz_target!(|input: (u64, u64, Vec<[u8; 32]>)| {
    let (at, size, hashes) = input;
    let hashes: Vec<Hash> = hashes.into_iter().map(Hash).collect();
    let root = Hash::of(b"root");
    let plan = inclusion_plan(at, size).map(|plan| plan.len());
    let judged = verify_inclusion(at, size, &root, &hashes, &root);
    assert!(judged.is_err() || plan == Some(hashes.len()));
    let plan = consistency_plan(at, size).map(|plan| plan.len());
    let judged = verify_consistency(at, size, &root, &root, &hashes);
    assert!(judged.is_err() || at == 0 || plan == Some(hashes.len()));
});
