//! Trees and proofs against the definitions of RFC 6962, published vectors and every tampering.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::tests::{Stored, shared, shared_list};

/// Largest tree whose every proof is tried.
const TRIED_SIZE_MAX: u64 = 300;

/// The definition, word for word: split at the largest power of two below n.
fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = leaves.split_at(split);
            Hash::node(&root_by_definition(left), &root_by_definition(right))
        }
    }
}

#[test]
fn the_eight_standard_leaves_give_the_published_root() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(
        frontier.root().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for leaf in leaves {
        frontier.append(Hash::leaf(&hex::decode(leaf).expect("hex")));
    }
    assert_eq!(
        frontier.root().to_string(),
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
}

proptest! {
    #[test]
    fn root_follows_the_definition_and_survives_storage(size in 0_usize..300, cut in 0_usize..300) {
        let leaves: Vec<Hash> = (0..size).map(|i| Hash::leaf(&i.to_be_bytes())).collect();
        let cut = cut.min(size);
        let mut frontier = Frontier::new();
        frontier.extend(leaves[..cut].iter().copied());
        let stored = frontier.to_bytes();
        let mut loaded = Frontier::from_bytes(frontier.size(), &stored).expect("own bytes");
        prop_assert_eq!(&loaded, &frontier);
        loaded.extend(leaves[cut..].iter().copied());
        prop_assert_eq!(loaded.root(), root_by_definition(&leaves));
        prop_assert_eq!(loaded.size(), size as u64);
        prop_assert!(Frontier::from_bytes(loaded.size() + 1, &loaded.to_bytes()).is_err()
            || (loaded.size() + 1).count_ones() == loaded.size().count_ones());
    }
}

/// RFC 6962 §2.1.1, word for word.
fn path_by_definition(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if m < k {
        (path_by_definition(m, left), right)
    } else {
        (path_by_definition(m - k, right), left)
    };
    path.push(root_by_definition(sibling));
    path
}

/// RFC 6962 §2.1.2, word for word.
fn subproof_by_definition(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![root_by_definition(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if m <= k {
        (subproof_by_definition(m, left, whole), right)
    } else {
        (subproof_by_definition(m - k, right, false), left)
    };
    proof.push(root_by_definition(sibling));
    proof
}

fn roots_up_to(stored: &Stored) -> Vec<Hash> {
    let mut frontier = Frontier::new();
    let mut roots = vec![frontier.root()];
    for leaf in &stored.0[0] {
        frontier.append(*leaf);
        roots.push(frontier.root());
    }
    roots
}

/// Every proof that differs from this one in one place: a bit, a hash more or less, an exchange.
fn tampered(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[Hash::of(b"more")]].concat()];
    all.push([&[Hash::of(b"more")], proof].concat());
    for at in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[at].0[at % 32] ^= 1 << (at % 8);
        all.push(changed);
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        all.push(shorter);
        if at > 0 {
            let mut exchanged = proof.to_vec();
            exchanged.swap(at - 1, at);
            all.push(exchanged);
        }
    }
    all
}

#[test]
fn every_inclusion_proof_up_to_300_holds_and_no_tampered_one_does() {
    let stored = Stored::numbered(TRIED_SIZE_MAX);
    let roots = roots_up_to(&stored);
    for (size, root) in (0..).zip(&roots) {
        let node = |at| stored.node(at);
        assert_eq!(
            prove_inclusion(size, size, node),
            Err(ProveError::IndexOutside { index: size, size })
        );
        for index in 0..size {
            let leaf = stored.0[0][usize::try_from(index).expect("small")];
            let proof = prove_inclusion(index, size, node).expect("in the tree");
            let verify = |index, leaf: &Hash, proof: &[Hash], root: &Hash| {
                verify_inclusion(index, size, leaf, proof, root)
            };
            assert_eq!(verify(index, &leaf, &proof, root), Ok(()), "{index} of {size}");
            assert!(verify(index ^ 1, &leaf, &proof, root).is_err(), "{index} of {size}");
            assert!(verify(index, &Hash::of(b"other"), &proof, root).is_err());
            // All tamperings of every proof would take minutes; each size gets its turn.
            if size <= 40 || (index + size) % 17 == 0 {
                for wrong in tampered(&proof) {
                    assert!(verify(index, &leaf, &wrong, root).is_err(), "{index} of {size}");
                }
            }
        }
    }
}

#[test]
fn every_consistency_proof_up_to_300_holds_and_no_tampered_one_does() {
    let stored = Stored::numbered(TRIED_SIZE_MAX);
    let roots = roots_up_to(&stored);
    for (new, new_root) in (0..).zip(&roots) {
        let node = |at| stored.node(at);
        assert!(prove_consistency(0, new, node).is_err());
        assert!(prove_consistency(new + 1, new, node).is_err());
        for (old, old_root) in (1..=new).zip(&roots[1..]) {
            let proof = prove_consistency(old, new, node).expect("sizes in order");
            let verify = |old_root: &Hash, new_root: &Hash, proof: &[Hash]| {
                verify_consistency(old, new, old_root, new_root, proof)
            };
            assert_eq!(verify(old_root, new_root, &proof), Ok(()), "{old} to {new}");
            assert!(verify(&Hash::of(b"other"), new_root, &proof).is_err());
            assert!(verify(old_root, &Hash::of(b"other"), &proof).is_err());
            if new <= 40 || (old + new) % 17 == 0 {
                for wrong in tampered(&proof) {
                    assert!(verify(old_root, new_root, &wrong).is_err(), "{old} to {new}");
                }
            }
        }
    }
}

#[test]
fn proofs_are_those_of_the_definition() {
    let stored = Stored::numbered(70);
    let leaves = &stored.0[0];
    for size in 1..=leaves.len() {
        for m in 0..size {
            let (index, count) = (m as u64, size as u64);
            let path = prove_inclusion(index, count, |at| stored.node(at)).expect("in the tree");
            assert_eq!(path, path_by_definition(m, &leaves[..size]));
            let proof = prove_consistency(index + 1, count, |at| stored.node(at)).expect("sizes");
            assert_eq!(proof, subproof_by_definition(m + 1, &leaves[..size], true));
        }
    }
}

#[test]
fn a_proof_in_a_log_of_ten_millions_asks_for_few_subtrees() {
    let size = 10_000_019;
    for index in [0, 1, 4_999_999, 8_388_607, 8_388_608, size - 1] {
        let plan = inclusion_plan(index, size).expect("in the log");
        assert!(plan.len() <= 24, "{index}: {} hashes", plan.len());
        let asked: usize = plan.iter().map(|range| range.subtrees().count()).sum();
        assert!(asked <= 48, "{index}: {asked} subtrees");
    }
    assert_eq!(inclusion_plan(SIZE_MAX - 1, SIZE_MAX).map(|plan| plan.len()), Some(62));
    assert!(inclusion_plan(u64::MAX - 1, u64::MAX).is_some());
    assert!(consistency_plan(u64::MAX - 1, u64::MAX).is_some());
}

#[test]
fn sizes_that_prove_nothing_are_refused_by_name() {
    let root = Hash::of(b"root");
    assert_eq!(
        verify_inclusion(u64::MAX, 1, &root, &[], &root),
        Err(ProofError::IndexOutside { index: u64::MAX, size: 1 })
    );
    assert_eq!(
        verify_consistency(0, 1, &Hash::of(b""), &root, &[]),
        Err(ProofError::Sizes { old: 0, new: 1 })
    );
    assert_eq!(
        verify_consistency(2, 1, &root, &root, &[]),
        Err(ProofError::Sizes { old: 2, new: 1 })
    );
    assert_eq!(verify_consistency(0, 0, &root, &root, &[]), Ok(()));
    assert_eq!(
        verify_consistency(3, 3, &root, &root, &[root]),
        Err(ProofError::TooLong { read: 1, used: 0 })
    );
    assert_eq!(verify_inclusion(0, 2, &root, &[], &root), Err(ProofError::TooShort { read: 0 }));
}

/// 32 bytes in base64; some vectors use other lengths, which no `Hash` can be.
fn hash_of(value: &Value) -> Option<Hash> {
    Hash::from_slice(&STANDARD.decode(value.as_str().expect("text")).expect("base64"))
}

fn hashes_of(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(Vec::new()), |list| list.iter().map(hash_of).collect())
}

fn number_of(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

#[test]
fn shared_inclusion_vectors_are_judged_as_published() {
    let mut cases = shared_list("merkle/inclusion.json");
    if let Some(bytes) = shared("merkle/ct-argon2020-inclusion.json") {
        let mut case: Value = serde_json::from_slice(&bytes).expect("case file");
        case["want"] = "accept".into();
        cases.push(case);
    }
    for case in cases {
        let judged = || {
            let (leaf, root) = (hash_of(&case["leafHash"])?, hash_of(&case["root"])?);
            let proof = hashes_of(&case["proof"])?;
            let (index, size) = (number_of(&case["leafIdx"]), number_of(&case["treeSize"]));
            verify_inclusion(index, size, &leaf, &proof, &root).ok()
        };
        assert_eq!(judged().is_some(), case["want"] == "accept", "{}", case["path"]);
    }
}

#[test]
fn shared_consistency_vectors_are_judged_as_published() {
    for case in shared_list("merkle/consistency.json") {
        let judged = || {
            let (old, new) = (hash_of(&case["root1"])?, hash_of(&case["root2"])?);
            let proof = hashes_of(&case["proof"])?;
            let (size1, size2) = (number_of(&case["size1"]), number_of(&case["size2"]));
            verify_consistency(size1, size2, &old, &new, &proof).ok()
        };
        // One case accepts roots that are not 32 bytes long: no tree over SHA-256 has such.
        let representable = hash_of(&case["root1"]).is_some();
        let accepted = case["want"] == "accept" && representable;
        assert_eq!(judged().is_some(), accepted, "{} {}", case["path"], case["desc"]);
    }
}

#[test]
fn shared_accumulated_trees_agree_with_two_other_builders() {
    let Some(bytes) = shared("merkle/accumulated-130.json") else { return };
    let case: Value = serde_json::from_slice(&bytes).expect("case file");
    let max = number_of(&case["max"]);
    let leaf = |i: u64| Hash::leaf(&[u8::try_from(i).expect("small")]);
    let stored = Stored::over((0..max).map(leaf).collect());
    let (mut roots, mut inclusion, mut consistency) = (String::new(), String::new(), String::new());
    let push = |out: &mut String, m: u64, n: u64, proof: Vec<Hash>| {
        write!(out, "{m} {n}").expect("text");
        proof.iter().for_each(|hash| write!(out, " {hash}").expect("text"));
        out.push('\n');
    };
    let all = roots_up_to(&stored);
    for (n, root) in (0..=max).zip(&all).skip(1) {
        writeln!(roots, "{n} {root}").expect("text");
        for i in 0..n {
            let proof = prove_inclusion(i, n, |at| stored.node(at)).expect("in the tree");
            push(&mut inclusion, i, n, proof);
        }
        for m in 1..=n {
            let proof = prove_consistency(m, n, |at| stored.node(at)).expect("sizes in order");
            push(&mut consistency, m, n, proof);
        }
    }
    for (what, text) in [("roots", roots), ("inclusion", inclusion), ("consistency", consistency)] {
        let digest = hex::encode(Sha256::digest(text));
        assert_eq!(case["sha256"][what], digest.as_str(), "{what}");
    }
}

#[test]
fn shared_roots_of_large_and_standard_trees_agree() {
    let Some(bytes) = shared("merkle/big-roots.json") else { return };
    let case: Value = serde_json::from_slice(&bytes).expect("case file");
    let wanted = case["roots"].as_object().expect("roots");
    let mut frontier = Frontier::new();
    let mut met = 0;
    for i in 0..1_000_000_u64 {
        frontier.append(Hash::leaf(&i.to_be_bytes()));
        if let Some(root) = wanted.get(&frontier.size().to_string()) {
            assert_eq!(root, frontier.root().to_string().as_str(), "size {}", frontier.size());
            met += 1;
        }
    }
    assert_eq!(met, wanted.len());
    let bytes = shared("merkle/rfc6962-8-leaves.json").expect("beside the others");
    let case: Value = serde_json::from_slice(&bytes).expect("case file");
    let leaves: Vec<Hash> = case["leaves_hex"]
        .as_array()
        .expect("leaves")
        .iter()
        .map(|leaf| Hash::leaf(&hex::decode(leaf.as_str().expect("text")).expect("hex")))
        .collect();
    for size in 0..=leaves.len() {
        let root = root(&leaves[..size]).to_string();
        assert_eq!(case["roots_by_size"][size], root.as_str());
    }
}
