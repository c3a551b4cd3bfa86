//! Proof files: the shared log and its forgeries, an own file, strictness line by line.

use super::*;
use crate::note::NoteError;
use crate::tests::{Stored, log_key, name, shared, signer, witness_key};
use crate::{Checkpoint, Signer, TreeHead, cosignature, merkle};

const LOG: &str = "tl.example.cn/ledger/gz-01";
/// Entries `0`, `1`, `2` as text; the proof is of `1`. Written once, kept as the format's sample.
const SAMPLE: &str = include_str!("sample.tlog-proof");

fn sample() -> EntryProof {
    let entries = ["0", "1", "2"].map(|entry| Hash::leaf(entry.as_bytes()));
    let stored = Stored::over(entries.to_vec());
    let hashes = merkle::prove_inclusion(1, 3, |at| stored.node(at)).expect("in the tree");
    let head = TreeHead { size: 3, root: merkle::root(&entries) };
    let checkpoint = Checkpoint::new(&name(LOG), head);
    let mut checkpoint = checkpoint.sign(&name(LOG), &signer()).expect("a checkpoint");
    let text = checkpoint.note().text().to_owned();
    let witness = Signer::from_seed(&[1; 32]);
    let line = cosignature::sign(&text, &name("witness.example"), &witness, 1_767_225_600);
    checkpoint.add(line.expect("a time")).expect("room for a line");
    EntryProof { extra: None, index: 1, hashes, checkpoint }
}

#[test]
fn the_file_is_written_and_read_byte_for_byte() {
    let proof = sample();
    assert_eq!(proof.to_string(), SAMPLE);
    assert_eq!(EntryProof::parse(SAMPLE.as_bytes()), Ok(proof.clone()));
    let log = log_key(LOG, &signer());
    let witness = [witness_key("witness.example", &Signer::from_seed(&[1; 32]))];
    assert_eq!(proof.verify(b"1", &log, &witness).map(|held| held.len()), Ok(2));
    let extra = EntryProof { extra: Some(b"anything".to_vec()), ..proof };
    let text = extra.to_string();
    assert!(text.contains("\nextra YW55dGhpbmc=\nindex 1\n"));
    assert_eq!(EntryProof::parse(text.as_bytes()), Ok(extra));
}

#[test]
fn another_entry_index_hash_or_key_proves_nothing() {
    let log = log_key(LOG, &signer());
    let proof = sample();
    assert!(matches!(proof.verify(b"2", &log, &[]), Err(EntryProofError::Proof(_))));
    for index in [0, 2, 3, u64::MAX] {
        let other = EntryProof { index, ..sample() };
        assert!(matches!(other.verify(b"1", &log, &[]), Err(EntryProofError::Proof(_))));
    }
    for at in 0..proof.hashes.len() {
        let mut other = sample();
        other.hashes[at].0[31] ^= 1;
        assert!(matches!(other.verify(b"1", &log, &[]), Err(EntryProofError::Proof(_))));
    }
    let stranger = log_key(LOG, &Signer::from_seed(&[9; 32]));
    assert!(matches!(
        proof.verify(b"1", &stranger, &[]),
        Err(EntryProofError::Checkpoint(CheckpointError::Note(NoteError::OnlyUnknownKeys(_))))
    ));
    let nobody = [witness_key("nobody.example", &Signer::from_seed(&[2; 32]))];
    assert!(matches!(
        proof.verify(b"1", &log, &nobody),
        Err(EntryProofError::Checkpoint(CheckpointError::NotSigned { .. }))
    ));
}

#[test]
fn a_wrong_line_is_named_by_its_number() {
    for (from, to, number) in [
        ("proof@v1", "proof@v2", 1),
        ("index 1", "index 01", 2),
        ("index 1", "index -1", 2),
        ("index 1", "index  1", 2),
        ("index 1", "Index 1", 2),
        ("index 1", "extra \nindex 1", 2),
        ("index 1", "extra a\nindex 1", 2),
        ("index 1", "extra YQ==\nextra YQ==\nindex 1", 3),
        ("index 1\n", "", 2),
        ("=\n", "\n", 3),
        ("\n3\n", "\n03\n", 7),
        ("— tl.", "- tl.", 10),
    ] {
        let text = SAMPLE.replacen(from, to, 1);
        assert_ne!(text, SAMPLE);
        let line = match EntryProof::parse(text.as_bytes()) {
            Err(EntryProofError::Line(error)) => error.line,
            Err(EntryProofError::Checkpoint(CheckpointError::Line(error))) => error.line,
            Err(EntryProofError::Checkpoint(CheckpointError::Note(NoteError::Line(error)))) => {
                error.line
            }
            other => panic!("{from:?} to {to:?}: {other:?}"),
        };
        assert_eq!(line, number, "{from:?} to {to:?}");
    }
    assert!(EntryProof::parse(b"").is_err());
    assert!(EntryProof::parse(b"c2sp.org/tlog-proof@v1\n\n").is_err());
    assert!(EntryProof::parse(SAMPLE.replace('\n', "\r\n").as_bytes()).is_err());
    assert!(EntryProof::parse(format!("{SAMPLE}\n").as_bytes()).is_err());
    let many = format!("index 1\n{}", "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n".repeat(70));
    assert!(EntryProof::parse(SAMPLE.replace("index 1\n", &many).as_bytes()).is_err());
}

#[test]
fn shared_proof_is_accepted_and_each_forgery_refused() {
    let Some(vkey) = shared("logs/gz-01/log.vkey") else { return };
    let key = String::from_utf8(vkey).expect("text").trim_end().parse().expect("a verifier key");
    let judge = |proof: &str, entry: &str| {
        let proof = shared(proof).expect("beside the others");
        let entry = shared(entry).expect("beside the others");
        let proof = EntryProof::parse(&proof).expect("all of them have the right form");
        proof.verify(&entry, &key, &[]).map(|held| held.len())
    };
    let (proof, entry) = ("logs/gz-01/entry.tlog-proof", "logs/gz-01/entry.bin");
    assert_eq!(judge(proof, entry), Ok(1));
    let forged = |case: &str, file: &str| format!("logs/gz-01-forgeries/{case}/{file}");
    for case in ["wrong-index", "proof-extra-hash", "proof-short"] {
        let judged = judge(&forged(case, "entry.tlog-proof"), entry);
        assert!(matches!(judged, Err(EntryProofError::Proof(_))), "{case}: {judged:?}");
    }
    let judged = judge(proof, &forged("entry-altered", "entry.bin"));
    assert!(matches!(judged, Err(EntryProofError::Proof(ProofError::Root { .. }))));
}
