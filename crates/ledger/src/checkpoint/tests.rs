//! Checkpoints: published vectors and logs, the example's bytes, who must have signed.

use super::*;
use crate::cosignature;
use crate::tests::{log_key, name, shared, shared_list, signer, witness_key};

const LOG: &str = "tl.example.cn/ledger/gz-01";
const TIME_SECONDS: u64 = 1_767_225_600;

fn head(size: u64) -> TreeHead {
    TreeHead { size, root: Hash::of(&size.to_be_bytes()) }
}

fn signed(size: u64) -> SignedCheckpoint {
    Checkpoint::new(&name(LOG), head(size)).sign(&name(LOG), &signer()).expect("a checkpoint")
}

#[test]
fn prints_three_lines_and_reads_them_back() {
    let checkpoint = Checkpoint::new(&name(LOG), head(1234));
    let text = checkpoint.to_string();
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with("tl.example.cn/ledger/gz-01\n1234\n"));
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint));
    let more = format!("{text}one\ntwo\n");
    let read = Checkpoint::parse(&more).expect("extension lines are legal");
    assert_eq!(read.extensions(), ["one", "two"]);
    assert_eq!(read.to_string(), more);
}

#[test]
fn each_wrong_line_is_named() {
    let root = line::to_base64(&[7; 32]);
    for (text, line) in [
        (String::new(), 1),
        (format!("\n1\n{root}\n"), 1),
        (format!("log\n01\n{root}\n"), 2),
        (format!("log\n9223372036854775808\n{root}\n"), 2),
        (format!("log\n1\n{}\n", line::to_base64(&[7; 31])), 3),
        (format!("log\n1\n{}\n", root.replace('=', "")), 3),
        ("log\n1\n".to_owned(), 3),
        (format!("log\n1\n{root}\n\n"), 4),
        (format!("log\n1\n{root}\nmore\n\n"), 5),
        (format!("log\n1\n{root}"), 1),
    ] {
        let error = Checkpoint::parse(&text).expect_err(&text);
        assert_eq!(error.line, line, "{text:?}: {error}");
    }
}

#[test]
fn the_log_and_every_witness_asked_for_must_have_signed() {
    let log = log_key(LOG, &signer());
    let one = Signer::from_seed(&[1; 32]);
    let witnesses = [witness_key("one.example", &one)];
    let mut checkpoint = signed(7);
    assert!(checkpoint.verify(&log, &[]).is_ok());
    assert!(matches!(
        checkpoint.verify(&log, &witnesses),
        Err(CheckpointError::NotSigned { name, .. }) if name.as_str() == "one.example"
    ));
    let text = checkpoint.note().text().to_owned();
    let line = cosignature::sign(&text, &name("one.example"), &one, TIME_SECONDS).expect("a time");
    checkpoint.add(line).expect("room for a line");
    let held = checkpoint.verify(&log, &witnesses).expect("both signed");
    assert_eq!(
        held.iter().map(|held| held.time_seconds).collect::<Vec<_>>(),
        [None, Some(TIME_SECONDS)]
    );
    // A witness alone does not stand for the log.
    let mut forged = Note::new(text).expect("a text");
    forged.add(checkpoint.note().signatures()[1].clone()).expect("room for a line");
    let forged = SignedCheckpoint::parse(forged.to_string().as_bytes()).expect("a checkpoint");
    assert!(matches!(
        forged.verify(&log, &witnesses),
        Err(CheckpointError::NotSigned { name, .. }) if name.as_str() == LOG
    ));
}

#[test]
fn another_origin_and_a_false_empty_root_are_refused() {
    let other = log_key("tl.example.cn/ledger/gz-02", &signer());
    assert!(matches!(signed(7).verify(&other, &[]), Err(CheckpointError::Origin { .. })));
    let checkpoint = Checkpoint::new(&name(LOG), head(7));
    assert!(matches!(
        checkpoint.sign(&name("other"), &signer()),
        Err(CheckpointError::Origin { .. })
    ));
    let log = log_key(LOG, &signer());
    assert!(matches!(signed(0).verify(&log, &[]), Err(CheckpointError::EmptyRoot(_))));
    let empty = Checkpoint::new(&name(LOG), TreeHead::empty());
    let empty = empty.sign(&name(LOG), &signer()).expect("a checkpoint");
    assert!(empty.verify(&log, &[]).is_ok());
}

#[test]
fn shared_checkpoints_are_judged_as_published() {
    for case in shared_list("notes/checkpoints.json") {
        let text = |member: &str| case[member].as_str().expect("text");
        let key: VerifierKey = text("vkey").parse().expect("a verifier key");
        let judged = SignedCheckpoint::parse(text("note").as_bytes()).and_then(|checkpoint| {
            checkpoint.verify(&key, &[])?;
            assert_eq!(checkpoint.checkpoint().to_string(), text("text"));
            Ok(())
        });
        assert_eq!(judged.is_ok(), text("expect") == "accept", "{}: {judged:?}", text("id"));
        let alone = Checkpoint::parse(text("text"));
        assert_eq!(alone.is_ok(), text("expect") == "accept", "{}: {alone:?}", text("id"));
    }
}

#[test]
fn shared_logs_have_good_checkpoints() {
    let Some(vkey) = shared("logs/gz-01/log.vkey") else { return };
    let key = |bytes: Vec<u8>| -> VerifierKey {
        String::from_utf8(bytes).expect("text").trim_end().parse().expect("a verifier key")
    };
    let read = |path: &str| {
        let bytes = shared(path).expect("beside the others");
        let checkpoint = SignedCheckpoint::parse(&bytes).expect("a checkpoint");
        assert_eq!(checkpoint.to_string().into_bytes(), bytes);
        checkpoint
    };
    let log = key(vkey);
    let witness = [key(shared("logs/gz-01/witness.vkey").expect("beside the others"))];
    for path in ["logs/gz-01/checkpoint", "logs/gz-01/checkpoint.old"] {
        let checkpoint = read(path);
        let held = checkpoint.verify(&log, &witness).expect("both signed");
        assert_eq!(held[1].time_seconds, Some(TIME_SECONDS));
    }
    let forged = read("logs/gz-01-forgeries/size-bumped/checkpoint");
    assert!(matches!(
        forged.verify(&log, &[]),
        Err(CheckpointError::Note(NoteError::Signature { .. }))
    ));
    let tessera = key(shared("logs/tessera-testdata/log.vkey").expect("beside the others"));
    for size in 0..=15 {
        let checkpoint = read(&format!("logs/tessera-testdata/checkpoint.{size}"));
        assert!(checkpoint.verify(&tessera, &[]).is_ok());
        assert_eq!(checkpoint.head().size, size);
    }
}
