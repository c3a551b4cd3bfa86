//! Every way in which an answer can agree with what is held, or contradict it.

pub(crate) mod log;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::event::{ContinueReason, LogContinue, TreeHead as NamedHead};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{SignatureType, VerifierKey};
use tl_wire::device::CheckpointAnswer;

use super::*;
use log::{FakeLog, FakeTree, leaf};

fn party() -> PartyId {
    "plant-a".parse().expect("an id")
}

/// What an agent holds that saw the newest head of a log.
fn pinned(log: &FakeLog) -> Held {
    kept(judge(&party(), None, &log.answer(None))).held
}

fn kept(judgement: Judgement) -> Kept {
    match judgement {
        Judgement::Keep(kept) => *kept,
        other => panic!("not kept: {other:?}"),
    }
}

fn code(held: Option<&Held>, answer: &CheckpointAnswer) -> AlarmCode {
    match judge(&party(), held, answer) {
        Judgement::Alarm(found) => {
            assert_eq!(found.held.as_deref(), held.map(|held| held.note.as_str()));
            assert_eq!(found.seen, answer.checkpoint);
            assert!(!found.detail.is_empty());
            let whole = found.answer.expect("kept");
            assert_eq!(serde_json::from_str::<CheckpointAnswer>(&whole).expect("JSON"), *answer);
            found.code
        }
        other => panic!("no alarm: {other:?}"),
    }
}

fn answer_to(log: &FakeLog, held: &Held) -> CheckpointAnswer {
    log.answer(Some(&held.note))
}

#[test]
fn the_first_key_is_pinned_and_growth_needs_its_proof() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    assert_eq!((held.origin(), held.head.size), ("tl.example/log/plant-a", 5));
    log.tree().grow(8);
    let answer = answer_to(&log, &held);
    let newer = kept(judge(&party(), Some(&held), &answer));
    assert_eq!((newer.held.head, newer.ends, newer.lost), (log.tree().head(13), None, None));
    assert_eq!(newer.held.vkey, held.vkey);
    for spoil in [
        |answer: &mut CheckpointAnswer| answer.consistency.clear(),
        |answer: &mut CheckpointAnswer| answer.consistency[0] = Hash::of(b"other"),
        |answer: &mut CheckpointAnswer| answer.consistency.push(Hash::of(b"more")),
    ] {
        let mut spoilt = answer.clone();
        spoil(&mut spoilt);
        assert_eq!(code(Some(&held), &spoilt), AlarmCode::Split);
    }
}

#[test]
fn a_history_that_was_altered_is_a_split() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.tree().leaves[2] = leaf("altered", 2);
    assert_eq!(code(Some(&held), &answer_to(&log, &held)), AlarmCode::Split, "the same size");
    log.tree().grow(3);
    assert_eq!(code(Some(&held), &answer_to(&log, &held)), AlarmCode::Split, "a larger one");
}

#[test]
fn the_same_head_is_confirmed_and_takes_new_lines() {
    let log = FakeLog::new(5);
    let held = pinned(&log);
    let mut answer = answer_to(&log, &held);
    let witness = tl_ledger::Signer::from_seed(&[90; 32]);
    let mut signed = parse(answer.checkpoint.as_deref().expect("a note")).expect("a checkpoint");
    let name = "witness.example".parse().expect("a name");
    let key = VerifierKey::new(name, SignatureType::Cosignature, witness.public());
    let line = tl_ledger::NoteSignature::new(&key, vec![0; 72]);
    signed.add(line).expect("one more");
    answer.checkpoint = Some(signed.to_string());
    let again = kept(judge(&party(), Some(&held), &answer)).held;
    assert_eq!(again.head, held.head);
    assert!(again.note.contains("witness.example"));
}

#[test]
fn a_smaller_head_is_an_alarm() {
    let mut log = FakeLog::new(9);
    let held = pinned(&log);
    log.tree().leaves.truncate(8);
    assert_eq!(code(Some(&held), &answer_to(&log, &held)), AlarmCode::Smaller);
}

#[test]
fn a_note_that_the_pinned_key_did_not_sign_is_an_alarm() {
    let log = FakeLog::new(5);
    let held = pinned(&log);
    let mut other = FakeTree::new("tl.example/log/plant-a", 66);
    other.leaves = log.trees[0].leaves.clone();
    let mut answer = log.answer(None);
    answer.checkpoint = Some(other.newest());
    answer.vkey = Some(other.vkey().to_string());
    assert_eq!(code(Some(&held), &answer), AlarmCode::Unverified, "another key, even if named");
    answer.checkpoint = Some(log.trees[0].newest().replacen("\n5\n", "\n6\n", 1));
    assert_eq!(code(Some(&held), &answer), AlarmCode::Unverified, "altered");
    answer.checkpoint = Some("no note".to_owned());
    assert_eq!(code(Some(&held), &answer), AlarmCode::Unverified, "none");
    assert_eq!(code(None, &answer), AlarmCode::Unverified, "nor as the first");
    answer.checkpoint = log.answer(None).checkpoint;
    assert_eq!(code(None, &answer), AlarmCode::Unverified, "the first with another key");
}

#[test]
fn a_witness_s_key_and_an_endless_note_are_not_pinned() {
    let log = FakeLog::new(5);
    let tree = &log.trees[0];
    let mut answer = log.answer(None);
    let kind = SignatureType::Cosignature;
    let key = VerifierKey::new(tree.name.clone(), kind, tree.signer.public());
    answer.vkey = Some(key.to_string());
    assert_eq!(code(None, &answer), AlarmCode::Unverified);
    let note = tree.newest().replacen("\n\n", &format!("\n{}\n\n", "x".repeat(70_000)), 1);
    let answer = CheckpointAnswer { checkpoint: Some(note), ..log.answer(None) };
    match judge(&party(), None, &answer) {
        Judgement::Alarm(found) => {
            assert_eq!(found.code, AlarmCode::Unverified);
            assert_eq!(found.seen.map(|note| note.len()), Some(NOTE_KEPT_BYTES_MAX));
        }
        other => panic!("no alarm: {other:?}"),
    }
}

#[test]
fn nothing_signed_yet_is_nothing() {
    let log = FakeLog::new(5);
    let held = pinned(&log);
    let nothing = CheckpointAnswer::default();
    assert_eq!(judge(&party(), None, &nothing), Judgement::Nothing);
    assert_eq!(judge(&party(), Some(&held), &nothing), Judgement::Nothing);
    let without_key = CheckpointAnswer { vkey: None, ..log.answer(None) };
    assert_eq!(judge(&party(), None, &without_key), Judgement::Nothing);
}

#[test]
fn from_the_empty_tree_everything_grows() {
    let mut log = FakeLog::new(0);
    let held = pinned(&log);
    log.tree().grow(4);
    let newer = kept(judge(&party(), Some(&held), &answer_to(&log, &held)));
    assert_eq!(newer.held.head.size, 4);
}

#[test]
fn next_trees_are_followed_by_their_openings() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.tree().grow(3);
    log.continue_at(8);
    let second = log.clone();
    log.tree().grow(2);
    log.continue_at(5);
    let one = kept(judge(&party(), Some(&held), &answer_to(&second, &held)));
    assert_eq!(one.held.origin(), "tl.example/log/plant-a/2");
    assert_eq!((one.held.first_index, one.ends, one.lost), (8, Some(8), None));
    assert_eq!(one.held.covers(), 8 + 3 - 1);
    let two = kept(judge(&party(), Some(&held), &answer_to(&log, &held)));
    assert_eq!(two.held.origin(), "tl.example/log/plant-a/3");
    assert_eq!((two.held.first_index, two.ends, two.lost), (13, Some(8), None));
    let from_the_second = kept(judge(&party(), Some(&one.held), &answer_to(&log, &one.held)));
    assert_eq!(from_the_second.held.head, two.held.head);
    let mut grown = log.clone();
    grown.tree().grow(1);
    let mut answer = answer_to(&log, &held);
    answer.checkpoint = grown.answer(None).checkpoint;
    let between = kept(judge(&party(), Some(&held), &answer));
    assert_eq!(between.held.head, two.held.head, "what is proven is held, the rest comes next");
}

#[test]
fn a_tree_that_is_pinned_first_covers_from_where_it_begins_in_the_log() {
    let mut log = FakeLog::new(20);
    log.continue_at(12);
    log.tree().grow(5);
    let held = pinned(&log);
    assert_eq!((held.origin(), held.head.size), ("tl.example/log/plant-a/2", 8));
    assert_eq!((held.first_index, held.covers()), (12, 12 + 8 - 1));
    // What an earlier server left open is learnt from a later one, and only then.
    let earlier = CheckpointAnswer { first_index: None, ..log.answer(None) };
    let unknown = kept(judge(&party(), None, &earlier)).held;
    assert_eq!(unknown.first_index, 0);
    log.tree().grow(1);
    let learnt = kept(judge(&party(), Some(&unknown), &answer_to(&log, &unknown))).held;
    assert_eq!((learnt.first_index, learnt.covers()), (12, 12 + 9 - 1));
    let other = CheckpointAnswer { first_index: Some(900), ..answer_to(&log, &held) };
    assert_eq!(kept(judge(&party(), Some(&held), &other)).held.first_index, 12);
}

#[test]
fn a_next_tree_behind_the_held_head_is_followed_with_an_alarm() {
    let mut log = FakeLog::new(9);
    let held = pinned(&log);
    log.continue_at(6);
    let answer = answer_to(&log, &held);
    let followed = kept(judge(&party(), Some(&held), &answer));
    assert_eq!((followed.held.first_index, followed.ends), (6, Some(6)));
    let lost = followed.lost.expect("an alarm");
    assert_eq!((lost.code, lost.held), (AlarmCode::SetBack, Some(held.note)));
    assert_eq!(lost.seen, answer.checkpoint);
    assert!(lost.detail.contains("size 9") && lost.detail.contains("size 6"), "{}", lost.detail);
}

#[test]
fn a_next_tree_of_an_altered_history_is_a_split() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.tree().leaves[1] = leaf("altered", 1);
    log.tree().grow(3);
    let same_size = {
        let mut log = log.clone();
        log.continue_at(5);
        log
    };
    log.continue_at(8);
    for log in [log, same_size] {
        assert_eq!(code(Some(&held), &answer_to(&log, &held)), AlarmCode::Split);
    }
}

#[test]
fn another_tree_without_a_sound_chain_is_an_alarm() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.continue_at(5);
    let good = answer_to(&log, &held);
    kept(judge(&party(), Some(&held), &good));
    let proof_of_another = log.trees[1].proof(1).to_string();
    let mut twice = good.clone();
    twice.continued.push(good.continued[0].clone());
    let endless = vec![good.continued[0].clone(); 65];
    let mut cases = vec![
        ("no step", CheckpointAnswer { continued: Vec::new(), ..good.clone() }),
        ("too many", CheckpointAnswer { continued: endless, ..good.clone() }),
        ("a tree that continues another", twice),
    ];
    let mut spoil = |what, spoil: &dyn Fn(&mut tl_wire::device::Continued)| {
        let mut spoilt = good.clone();
        spoil(&mut spoilt.continued[0]);
        cases.push((what, spoilt));
    };
    spoil("no base64", &|step| step.entry.insert(0, '*'));
    spoil("no proof", &|step| step.proof.clear());
    spoil("the proof of entry 1", &|step| step.proof = proof_of_another.clone());
    spoil("an entry that is not there", &|step| {
        let body = body(&log, |_| {});
        let other = FakeLog { party: party(), trees: Vec::new() };
        let mut bytes = other.opening(LogContinue { reason: ContinueReason::KeyLost, ..body });
        bytes.truncate(bytes.len());
        step.entry = STANDARD.encode(bytes);
    });
    for (what, answer) in cases {
        assert_eq!(code(Some(&held), &answer), AlarmCode::OtherOrigin, "{what}");
    }
}

/// What the second tree of a log says, altered.
fn body(log: &FakeLog, alter: impl FnOnce(&mut LogContinue)) -> LogContinue {
    let (before, next) = (&log.trees[0], &log.trees[1]);
    let head = before.head(before.leaves.len());
    let mut body = LogContinue {
        origin: next.name.to_string(),
        previous: NamedHead { origin: before.name.to_string(), root: head.root, size: head.size },
        reason: ContinueReason::Restored,
        vkey: next.vkey().to_string(),
    };
    alter(&mut body);
    body
}

#[test]
fn an_opening_that_says_something_else_is_no_chain() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.continue_at(5);
    let strange = FakeTree::new("tl.example/log/strange", 50);
    let with = |opening: Vec<u8>| {
        let mut log = log.clone();
        let tree = log.tree();
        tree.leaves[0] = Hash::leaf(&opening);
        tree.opening = opening;
        answer_to(&log, &held)
    };
    kept(judge(&party(), Some(&held), &with(log.opening(body(&log, |_| {})))));
    let (key, name) = (strange.vkey().to_string(), strange.name.to_string());
    let other_key = log::vkey_of(&log.trees[1].name, &strange.signer).to_string();
    let own = log.trees[0].name.to_string();
    type Alter<'a> = Box<dyn Fn(&mut LogContinue) + 'a>;
    let alters: [(&str, Alter<'_>); 6] = [
        ("another tree before", Box::new(|body| body.previous.origin = name.clone())),
        ("the held tree itself", Box::new(|body| body.origin = own.clone())),
        ("a key of another name", Box::new(|body| body.vkey = key.clone())),
        ("another key", Box::new(|body| body.vkey = other_key.clone())),
        ("no key", Box::new(|body| body.vkey = "key".to_owned())),
        ("another origin", Box::new(|body| body.origin = name.clone())),
    ];
    for (what, alter) in &alters {
        let answer = with(log.opening(body(&log, alter)));
        assert_eq!(code(Some(&held), &answer), AlarmCode::OtherOrigin, "{what}");
    }
    let foreign = FakeLog { party: "plant-b".parse().expect("an id"), trees: Vec::new() };
    let answer = with(foreign.opening(body(&log, |_| {})));
    assert_eq!(code(Some(&held), &answer), AlarmCode::OtherOrigin, "another party's entry");
}

#[test]
fn the_shown_head_of_a_next_tree_must_agree_with_the_chain() {
    let mut log = FakeLog::new(5);
    let held = pinned(&log);
    log.continue_at(5);
    let mut answer = answer_to(&log, &held);
    let size = log.tree().head(3).size;
    let other = TreeHead { size, root: Hash::of(b"other") };
    answer.checkpoint = Some(log.tree().sign(other).to_string());
    assert_eq!(code(Some(&held), &answer), AlarmCode::Split);
    let mut strange = FakeTree::new("tl.example/log/plant-a/2", 50);
    strange.leaves = log.tree().leaves.clone();
    answer.checkpoint = Some(strange.newest());
    assert_eq!(code(Some(&held), &answer), AlarmCode::Unverified);
}

#[test]
fn what_a_server_writes_into_sizes_never_overflows() {
    let log = FakeLog::new(5);
    let mut held = pinned(&log);
    held.first_index = u64::MAX - 1;
    assert_eq!(held.covers(), u64::MAX);
    held.head.size = 0;
    assert_eq!(held.covers(), u64::MAX - 1);
}

#[test]
fn every_alarm_says_in_both_languages_what_it_means_and_whom_to_call() {
    for code in AlarmCode::ALL {
        assert_eq!(AlarmCode::of(code.as_str()), Some(code));
        let words = code.words();
        assert!(words.zh.contains("采集") && words.en.contains("apture"), "{words:?}");
        let to_bureau = words.zh.contains("生态环境局") && words.en.contains("bureau");
        assert_eq!(to_bureau, code != AlarmCode::Damaged, "{words:?}");
    }
}
