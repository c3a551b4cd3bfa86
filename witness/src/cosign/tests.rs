//! The witness against a log that may fork, a clock that may run backwards and a folder that may be
//! damaged. Heads are real: trees of numbered entries whose branches share a beginning.

mod property;
mod stop;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use tl_ledger::merkle::{self, root_of_range};
use tl_ledger::note::SignatureType;
use tl_ledger::policy::Policy;
use tl_ledger::{Checkpoint, Signer, TreeHead};

use super::*;
use crate::alarm::Evidence;
use crate::folder::Beginning;

const ORIGIN: &str = "tl.example.cn/log/hc-zinc";
const NOON: u64 = 1_800_000_000;
/// Entries that both branches share.
const FORK: u64 = 10;

fn log_signer() -> Signer {
    Signer::from_seed(&[1; 32])
}

fn log_key() -> VerifierKey {
    let name = ORIGIN.parse().unwrap();
    VerifierKey::new(name, SignatureType::Ed25519, log_signer().public())
}

fn witness_key() -> CosignKey {
    CosignKey::new("bureau.example/w1".parse().unwrap(), Signer::from_seed(&[2; 32]))
}

/// Leaf hashes of a branch; branches differ from `FORK` on.
fn leaves(branch: u8, size: u64) -> Vec<Hash> {
    let branch_at = |at| if at < FORK { 0 } else { branch };
    (0..size).map(|at| Hash::leaf(format!("{at} {}", branch_at(at)).as_bytes())).collect()
}

fn head(branch: u8, size: u64) -> TreeHead {
    TreeHead { size, root: merkle::root(&leaves(branch, size)) }
}

fn signed(head: TreeHead) -> SignedCheckpoint {
    let name = ORIGIN.parse().unwrap();
    Checkpoint::new(&name, head).sign(&name, &log_signer()).unwrap()
}

fn request(branch: u8, old: u64, new: u64) -> AddCheckpoint {
    let all = leaves(branch, new);
    let plan = merkle::consistency_plan(old, new).unwrap_or_default();
    let hashes = plan.into_iter().map(|range| {
        root_of_range(range, |tree| {
            let start = usize::try_from(tree.index << tree.level).unwrap();
            Ok::<_, ()>(merkle::root(&all[start..start + (1 << tree.level)]))
        })
        .unwrap()
    });
    AddCheckpoint { old_size: old, hashes: hashes.collect(), checkpoint: signed(head(branch, new)) }
}

fn policy(lines: &str) -> Policy {
    Policy::parse(format!("{lines}quorum none\n").as_bytes()).unwrap()
}

fn open(root: &Path, trust: Trust, now: u64) -> Witness {
    let beginning = if root.join("witness.vkey").exists() {
        Beginning::IfKeyIsInside
    } else {
        Beginning::Asked
    };
    let key = witness_key();
    let folder = Folder::open(root, key.verifier(), beginning).unwrap();
    Witness::start(key, trust, folder, Clock::Set(AtomicU64::new(now))).unwrap()
}

fn named() -> Trust {
    Trust::new(policy(&format!("log {}\n", log_key())), Vec::new())
}

fn fresh() -> (TempDir, Witness) {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path(), named(), NOON);
    (folder, witness)
}

fn set(witness: &Witness, now: u64) {
    let Clock::Set(seconds) = &witness.clock else { unreachable!("tests set the clock") };
    seconds.store(now, Ordering::SeqCst);
}

fn ask(witness: &Witness, request: &AddCheckpoint) -> Result<NoteSignature, Denial> {
    witness.add(request.to_string().as_bytes(), None)
}

fn status(witness: &Witness, request: &AddCheckpoint) -> u16 {
    ask(witness, request).map_or_else(|denial| denial.status(), |_| 200)
}

fn kinds(witness: &Witness) -> Vec<Kind> {
    witness.alarms().list().unwrap().into_iter().map(|name| name.kind).collect()
}

fn kept(witness: &Witness) -> SignedCheckpoint {
    witness.checkpoint(&Hash::of(ORIGIN.as_bytes())).unwrap().unwrap()
}

/// The time of our cosignature on a checkpoint that verifies under both keys.
fn cosigned_at(checkpoint: &SignedCheckpoint) -> Option<u64> {
    let (log, witness) = (log_key(), [witness_key().verifier().clone()]);
    let held = checkpoint.verify(&log, &witness).unwrap();
    held.iter().find_map(|held| held.time_seconds)
}

#[test]
fn a_growing_log_is_cosigned_and_what_is_served_verifies() {
    let (folder, witness) = fresh();
    for (old, new) in [(0, 0), (0, 5), (5, 5), (5, 12), (12, 13)] {
        let request = request(1, old, new);
        let line = ask(&witness, &request).unwrap();
        let mut note = request.checkpoint.clone();
        note.add(line).unwrap();
        assert_eq!(cosigned_at(&note), Some(NOON));
        assert_eq!(kept(&witness).to_string(), note.to_string());
    }
    drop(witness);
    let again = open(folder.path(), named(), NOON);
    assert_eq!(kept(&again).head(), head(1, 13), "a restart forgets nothing");
}

#[test]
fn each_status_of_the_protocol_is_given() {
    let (_folder, witness) = fresh();
    assert_eq!(status(&witness, &request(1, 0, 5)), 200);
    assert_eq!(status(&witness, &request(1, 5, 12)), 200);
    assert_eq!(ask(&witness, &request(1, 5, 13)).unwrap_err().size(), Some(12));
    assert_eq!(status(&witness, &AddCheckpoint { old_size: 20, ..request(1, 5, 13) }), 400);
    assert_eq!(status(&witness, &AddCheckpoint { hashes: vec![], ..request(1, 12, 13) }), 422);
    assert_eq!(witness.add(b"old 1\n", None).unwrap_err().status(), 400);
    let other = request(1, 12, 13).to_string().replace(ORIGIN, "elsewhere");
    assert_eq!(witness.add(other.as_bytes(), None).unwrap_err().status(), 404);
    let forged = request(1, 12, 13).to_string().replace("\n13\n", "\n14\n");
    assert_eq!(witness.add(forged.as_bytes(), None).unwrap_err().status(), 403);
    assert_eq!(kept(&witness).head(), head(1, 12));
}

#[test]
fn lines_of_strangers_are_not_kept() {
    let (_folder, witness) = fresh();
    let mut request = request(1, 0, 5);
    let stranger = CosignKey::new("else/w9".parse().unwrap(), Signer::from_seed(&[9; 32]));
    let text = request.checkpoint.note().text().to_owned();
    let name = stranger.verifier().name();
    let line = tl_ledger::cosignature::sign(&text, name, stranger.signer(), NOON).unwrap();
    request.checkpoint.add(line).unwrap();
    ask(&witness, &request).unwrap();
    assert_eq!(kept(&witness).note().signatures().len(), 2);
}

#[test]
fn the_same_head_gets_a_fresh_time_once_a_second() {
    let (_folder, witness) = fresh();
    let first = ask(&witness, &request(1, 0, 5)).unwrap();
    assert_eq!(ask(&witness, &request(1, 5, 5)).unwrap(), first);
    set(&witness, NOON + 60);
    assert_ne!(ask(&witness, &request(1, 5, 5)).unwrap(), first);
}

#[test]
fn a_clock_that_ran_backwards_stops_signing_until_it_is_right() {
    let (_folder, witness) = fresh();
    ask(&witness, &request(1, 0, 5)).unwrap();
    for (now, expected) in [(NOON - 1, 503), (1_000, 503), (0, 503), (NOON, 200)] {
        set(&witness, now);
        assert_eq!(status(&witness, &request(1, 5, 6)), expected, "at {now}");
    }
}

#[test]
fn another_root_for_the_same_size_is_evidence_whatever_the_old_size_says() {
    for old in [12, 0, 5, 12 + 9] {
        let (_folder, witness) = fresh();
        ask(&witness, &request(1, 0, 12)).unwrap();
        let fork = AddCheckpoint { old_size: old, hashes: vec![], ..request(2, 0, 12) };
        let expected = match old {
            12 => 422,
            old if old > 12 => 400,
            _ => 409,
        };
        assert_eq!(status(&witness, &fork), expected);
        assert_eq!(status(&witness, &fork), expected, "and again");
        let names = witness.alarms().list().unwrap();
        let [name] = names.as_slice() else { panic!("one alarm, not {names:?}") };
        assert_eq!((name.kind, name.size), (Kind::Split, 12));
        let read = |evidence| witness.alarms().read(*name, evidence).unwrap();
        let kept = SignedCheckpoint::parse(&read(Evidence::Kept)).unwrap();
        let offered = SignedCheckpoint::parse(&read(Evidence::Offered)).unwrap();
        assert!(kept.verify(&log_key(), &[]).is_ok() && offered.verify(&log_key(), &[]).is_ok());
        assert_eq!((kept.head(), offered.head()), (head(1, 12), head(2, 12)));
        let words = String::from_utf8(read(Evidence::Alarm)).unwrap();
        assert!(words.contains("two roots for size 12"), "{words}");
        assert_eq!(status(&witness, &request(1, 12, 13)), 200, "the first view goes on");
    }
}

#[test]
fn a_larger_head_with_a_wrong_proof_is_a_suspicion_that_a_good_proof_settles() {
    let (folder, witness) = fresh();
    ask(&witness, &request(1, 0, 12)).unwrap();
    let wrong = AddCheckpoint { hashes: vec![Hash::ZERO], ..request(1, 12, 15) };
    assert_eq!(status(&witness, &wrong), 422);
    assert_eq!(kinds(&witness), [Kind::Unproven]);
    assert_eq!(witness.health().unwrap(), Health { logs: 1, suspicions: 1, ..Health::default() });
    drop(witness);
    let witness = open(folder.path(), named(), NOON);
    assert_eq!(status(&witness, &request(1, 12, 15)), 200);
    assert_eq!(kinds(&witness), [Kind::Settled]);
}

#[test]
fn a_suspicion_becomes_a_split_when_the_other_branch_is_cosigned_at_its_size() {
    let (_folder, witness) = fresh();
    ask(&witness, &request(1, 0, 12)).unwrap();
    assert_eq!(status(&witness, &request(2, 12, 15)), 422);
    assert_eq!(kinds(&witness), [Kind::Unproven]);
    assert_eq!(status(&witness, &request(1, 12, 15)), 200);
    assert_eq!(kinds(&witness), [Kind::Split, Kind::Unproven]);
}

#[test]
fn evidence_is_bounded_and_refusals_go_on() {
    let (_folder, witness) = fresh();
    ask(&witness, &request(1, 0, 12)).unwrap();
    let many = u64::try_from(crate::limits::ALARMS_PER_LOG_MAX).unwrap() + 3;
    for more in 1..=many {
        assert_eq!(status(&witness, &request(2, 12, 12 + more)), 422);
    }
    assert_eq!(kinds(&witness).len(), crate::limits::ALARMS_PER_LOG_MAX);
}

#[test]
fn a_key_is_pinned_at_first_use_and_stays_when_the_prefix_goes() {
    let folder = tempfile::tempdir().unwrap();
    let trust = || Trust::new(policy(""), vec!["tl.example.cn/log/".to_owned()]);
    let witness = open(folder.path(), trust(), NOON);
    let body = request(1, 0, 5).to_string();
    let key = log_key().to_string();
    let impostor = Signer::from_seed(&[7; 32]);
    let name: tl_ledger::KeyName = ORIGIN.parse().unwrap();
    let other = VerifierKey::new(name.clone(), SignatureType::Ed25519, impostor.public());
    let status = |announced: Option<&str>| {
        witness.add(body.as_bytes(), announced).map_or_else(|denial| denial.status(), |_| 200)
    };
    assert_eq!(status(None), 404);
    assert_eq!(status(Some("nonsense")), 400);
    assert_eq!(status(Some(&witness_key().verifier().to_string())), 400);
    assert_eq!(status(Some(&other.to_string())), 403);
    assert_eq!(witness.health().unwrap().logs, 0, "who has not signed leaves nothing behind");
    assert_eq!(status(Some(&key)), 200);
    let forged = Checkpoint::new(&name, head(2, 20)).sign(&name, &impostor).unwrap();
    let forged = AddCheckpoint { old_size: 5, hashes: vec![], checkpoint: forged }.to_string();
    let refused = witness.add(forged.as_bytes(), Some(&other.to_string())).unwrap_err();
    assert_eq!(refused.status(), 403, "the key is pinned");
    drop(witness);
    let witness = open(folder.path(), Trust::new(policy(""), Vec::new()), NOON);
    assert_eq!(self::status(&witness, &request(1, 5, 6)), 200);
}

#[test]
fn a_log_that_left_the_policy_is_not_known_any_more() {
    let (folder, witness) = fresh();
    ask(&witness, &request(1, 0, 5)).unwrap();
    drop(witness);
    let witness = open(folder.path(), Trust::new(policy(""), Vec::new()), NOON);
    assert_eq!(status(&witness, &request(1, 5, 6)), 404);
}
