//! Signed notes and checkpoints: no panic, one spelling.
//!
//! The seeds are signed by the two keys below, so that verification is reached.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::{Note, NoteSignature, SignedCheckpoint, VerifierKey};

const LOG: &str =
    "tl.example.cn/ledger/gz-01+893d3ffd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const WITNESS: &str =
    "witness.example.gov.cn/gz+6208d3f4+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(lines) = NoteSignature::parse_lines(text)
    {
        assert_eq!(lines.iter().map(ToString::to_string).collect::<String>(), text);
    }
    let Ok(note) = Note::parse(input) else {
        assert!(SignedCheckpoint::parse(input).is_err(), "a checkpoint is a note");
        return;
    };
    assert_eq!(note.to_string().as_bytes(), input, "a note has one spelling");
    let log: VerifierKey = LOG.parse().expect("a verifier key");
    let witness: VerifierKey = WITNESS.parse().expect("a verifier key");
    let held = note.verify([&log, &witness]).unwrap_or_default();
    assert!(held.len() <= note.signatures().len());
    if let Ok(checkpoint) = SignedCheckpoint::parse(input) {
        assert_eq!(checkpoint.checkpoint().to_string(), note.text());
        if checkpoint.verify(&log, &[]).is_ok() {
            // By the log's key alone: a bad line of another known key rejects the note as a whole.
            let by_log = note.verify([&log]).expect("the same key on the same note");
            assert!(by_log.iter().any(|held| *held.key == log));
        }
    }
});
