//! Request bodies: the shared one and its forgery, strictness, every status of the protocol.

use super::*;
use crate::tests::{Stored, log_key, name, shared, signer};
use crate::{Checkpoint, Note, Signer, merkle};

const LOG: &str = "tl.example.cn/ledger/gz-01";

fn head(stored: &Stored, size: usize) -> TreeHead {
    TreeHead { size: size as u64, root: merkle::root(&stored.0[0][..size]) }
}

fn request(stored: &Stored, old: usize, new: usize) -> AddCheckpoint {
    let checkpoint = Checkpoint::new(&name(LOG), head(stored, new));
    let checkpoint = checkpoint.sign(&name(LOG), &signer()).expect("a checkpoint");
    let (old_size, new) = (old as u64, new as u64);
    let hashes = merkle::prove_consistency(old_size, new, |at| stored.node(at)).unwrap_or_default();
    AddCheckpoint { old_size, hashes, checkpoint }
}

#[test]
fn a_log_that_grows_is_cosigned_and_printed_alike() {
    let stored = Stored::numbered(20);
    let key = log_key(LOG, &signer());
    for (old, new) in [(0, 0), (0, 5), (5, 5), (5, 6), (8, 20), (7, 20)] {
        let body = request(&stored, old, new);
        assert_eq!(AddCheckpoint::parse(body.to_string().as_bytes()), Ok(body.clone()));
        let last = (old > 0).then(|| head(&stored, old));
        assert_eq!(body.judge(last.as_ref(), &key), Ok(()), "{old} to {new}");
    }
}

#[test]
fn each_refusal_has_its_status() {
    let stored = Stored::numbered(20);
    let key = log_key(LOG, &signer());
    let last = head(&stored, 5);
    let status = |body: &AddCheckpoint, last: Option<&TreeHead>| {
        body.judge(last, &key).map_err(|refusal| refusal.status())
    };
    let body = request(&stored, 5, 9);
    assert_eq!(status(&body, Some(&last)), Ok(()));
    assert_eq!(status(&AddCheckpoint { old_size: 10, ..body.clone() }, Some(&last)), Err(400));
    assert_eq!(status(&body, None), Err(409));
    assert_eq!(status(&request(&stored, 0, 9), Some(&last)), Err(409));
    let other = TreeHead { root: Hash::of(b"a split view"), ..last };
    assert_eq!(status(&body, Some(&other)), Err(422));
    assert_eq!(status(&request(&stored, 5, 5), Some(&other)), Err(422));
    let needless = AddCheckpoint { hashes: body.hashes.clone(), ..request(&stored, 0, 9) };
    assert_eq!(status(&needless, None), Err(422));
    let stranger = log_key(LOG, &Signer::from_seed(&[9; 32]));
    assert_eq!(body.judge(Some(&last), &stranger).map_err(|r| r.status()), Err(403));
    let elsewhere = log_key("elsewhere", &signer());
    assert_eq!(body.judge(Some(&last), &elsewhere).map_err(|r| r.status()), Err(404));
    let forged = body.checkpoint.to_string().replace("\n9\n", "\n8\n");
    let forged = SignedCheckpoint::parse(forged.as_bytes()).expect("the form is right");
    let forged = AddCheckpoint { checkpoint: forged, ..body };
    assert_eq!(status(&forged, Some(&last)), Err(403));
    let empty = Checkpoint::new(&name(LOG), TreeHead { size: 0, root: Hash::of(b"not empty") });
    let checkpoint = empty.sign(&name(LOG), &signer()).expect("a checkpoint");
    let empty = AddCheckpoint { old_size: 0, hashes: Vec::new(), checkpoint };
    assert_eq!(status(&empty, None), Err(422));
}

#[test]
fn the_form_is_strict() {
    let good = request(&Stored::numbered(20), 5, 9).to_string();
    for (from, to) in [
        ("old 5", "old 05"),
        ("old 5", "old"),
        ("old 5", "Old 5"),
        ("old 5\n", ""),
        ("old 5\n", "\nold 5\n"),
        ("=\n", "\n"),
        ("\n\n", "\n"),
        ("\n9\n", "\n+9\n"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        assert!(AddCheckpoint::parse(text.as_bytes()).is_err(), "{text}");
    }
    let many = |count| {
        let body = request(&Stored::numbered(20), 5, 9);
        let body = AddCheckpoint { hashes: vec![Hash::of(b"any"); count], ..body };
        AddCheckpoint::parse(body.to_string().as_bytes())
    };
    assert!(many(63).is_ok());
    assert!(many(64).is_err());
}

#[test]
fn shared_request_is_consistent_and_its_forgery_is_not() {
    let Some(vkey) = shared("logs/gz-01/log.vkey") else { return };
    let key = String::from_utf8(vkey).expect("text").trim_end().parse().expect("a verifier key");
    let old = shared("logs/gz-01/checkpoint.old").expect("beside the others");
    let last = SignedCheckpoint::parse(&old).expect("a checkpoint").head();
    let read = |path| {
        let bytes = shared(path).expect("beside the others");
        let body = AddCheckpoint::parse(&bytes).expect("a request body");
        assert_eq!(body.to_string().into_bytes(), bytes);
        body
    };
    assert_eq!(read("logs/gz-01/consistency.txt").judge(Some(&last), &key), Ok(()));
    let forged = read("logs/gz-01-forgeries/consistency-swapped/consistency.txt");
    assert!(matches!(forged.judge(Some(&last), &key), Err(Refusal::Inconsistent(_))));
}

#[test]
fn a_witness_answers_with_lines_of_a_note() {
    let mut note = Note::new("text\n".into()).expect("a text");
    note.sign(&name("one.example"), &signer()).expect("room");
    note.sign(&name("two.example"), &signer()).expect("room");
    let answer: String = note.signatures().iter().map(ToString::to_string).collect();
    let read = crate::NoteSignature::parse_lines(&answer).expect("own lines");
    assert_eq!(read, note.signatures());
    for wrong in ["", "\n", answer.trim_end(), &format!("{answer}\n"), "409\n"] {
        assert!(crate::NoteSignature::parse_lines(wrong).is_err(), "{wrong:?}");
    }
}
