//! Notes: the published vectors, own refusals, signing and reading back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::tests::{log_key, name, shared_list, signer, witness_key};

const LOG: &str = "tl.example.cn/ledger/gz-01";
const VKEY: &str =
    "tl.example.cn/ledger/gz-01+893d3ffd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const C2SP_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn signed(text: &str) -> Note {
    let mut note = Note::new(text.to_owned()).expect("a text");
    note.sign(&name(LOG), &signer()).expect("room for a line");
    note
}

#[test]
fn a_verifier_key_has_one_spelling() {
    let key = log_key(LOG, &signer());
    assert_eq!(key.to_string(), VKEY);
    assert_eq!(VKEY.parse(), Ok(key.clone()));
    assert_eq!(key.id().to_string(), "893d3ffd");
    let witness = witness_key(LOG, &signer());
    assert_ne!(witness.id(), key.id());
    assert_eq!(witness.to_string().parse(), Ok(witness));
    // The material of this key holds a plus sign: only the first two separate.
    let plus = "other.example/log+883d07bd+Af43K0VS3IToHiOh8avlBotIkPXL+PWRoAGns1iI3P+N";
    assert_eq!(plus.parse::<VerifierKey>().map(|key| key.to_string()), Ok(plus.to_owned()));
}

#[test]
fn a_wrong_verifier_key_is_refused_by_its_part() {
    type Wrong = fn(&VerifierKeyError) -> bool;
    let cases: [(String, Wrong); 9] = [
        ("no key".into(), |e| matches!(e, VerifierKeyError::Parts(_))),
        (VKEY.replace(LOG, ""), |e| matches!(e, VerifierKeyError::Name(_))),
        (VKEY.replace(LOG, "a b"), |e| matches!(e, VerifierKeyError::Name(_))),
        (VKEY.replace(LOG, "a\u{a0}b"), |e| matches!(e, VerifierKeyError::Name(_))),
        (VKEY.replace("893d", "893D"), |e| matches!(e, VerifierKeyError::Id(_))),
        (VKEY.replace("893d", "893e"), |e| matches!(e, VerifierKeyError::OtherId { .. })),
        (VKEY.replace("TG4", "TG="), |e| matches!(e, VerifierKeyError::Base64)),
        (VKEY.replace("AQOh", "BgOh"), |e| matches!(e, VerifierKeyError::Type(6))),
        (format!("{LOG}+893d3ffd+AQAA"), |e| matches!(e, VerifierKeyError::Length(2))),
    ];
    for (text, expected) in cases {
        let error = text.parse::<VerifierKey>().expect_err(&text);
        assert!(expected(&error), "{text}: {error}");
    }
}

#[test]
fn signs_verifies_and_prints_the_same_bytes() {
    let note = signed("first\n\nafter a blank line\n");
    let bytes = note.to_string();
    let read = Note::parse(bytes.as_bytes()).expect("own note");
    assert_eq!(read, note);
    assert_eq!(read.to_string(), bytes);
    let key = log_key(LOG, &signer());
    let held = read.verify([&key]).expect("own signature");
    assert_eq!(held, [Verified { key: &key, time_seconds: None }]);
    let c2sp: VerifierKey = C2SP_VKEY.parse().expect("published key");
    let note = Note::parse(C2SP_NOTE.as_bytes()).expect("published note");
    assert!(note.verify([&c2sp]).is_ok());
    assert!(matches!(note.verify([&key]), Err(NoteError::OnlyUnknownKeys(_))));
}

#[test]
fn a_key_of_the_same_name_or_the_same_id_is_unknown() {
    let note = signed("text\n");
    let other_key = log_key(LOG, &Signer::from_seed(&[7; 32]));
    let other_name = log_key("tl.example.cn/ledger/gz-02", &signer());
    for key in [&other_key, &other_name, &witness_key(LOG, &signer())] {
        assert!(matches!(note.verify([key]), Err(NoteError::OnlyUnknownKeys(_))));
    }
}

#[test]
fn a_known_key_that_fails_rejects_whatever_else_holds() {
    let mut note = signed("text\n");
    let witness = Signer::from_seed(&[7; 32]);
    let key = log_key("other.example/log", &witness);
    let wrong = NoteSignature::new(&key, witness.sign(b"another text\n").to_vec());
    note.add(wrong).expect("room for a line");
    let own = log_key(LOG, &signer());
    assert!(note.verify([&own]).is_ok());
    assert!(matches!(note.verify([&own, &key]), Err(NoteError::Signature { name, .. })
        if name.as_str() == "other.example/log"));
}

#[test]
fn form_is_refused_with_its_line() {
    let good = signed("one\ntwo\n").to_string();
    let line = |bytes: &str| match Note::parse(bytes.as_bytes()) {
        Err(NoteError::Line(error)) => error.line,
        other => panic!("{bytes:?}: {other:?}"),
    };
    assert_eq!(line(&good.replace("— ", "—")), 4);
    assert_eq!(line(&good.replace("— ", "- ")), 4);
    assert_eq!(line(&good.replace("gz-01 ", "gz-01  ")), 4);
    assert_eq!(line(&good.replace("gz-01 ", "gz+01 ")), 4);
    assert_eq!(line(&format!("{good}— a AAAAAA==\n")), 5);
    assert_eq!(line(&format!("{good}trailing\n")), 5);
    assert_eq!(Note::parse(good.trim_end().as_bytes()), Err(NoteError::CutOff));
    assert_eq!(Note::parse(format!("{good}\n").as_bytes()), Err(NoteError::NoSignature));
    assert_eq!(Note::parse(b"one\n"), Err(NoteError::NoBlankLine));
    assert!(matches!(
        Note::parse(good.replace("two", "t\two").as_bytes()),
        Err(NoteError::Text(TextError::Control { at: 5, byte: b'\t' }))
    ));
    assert!(matches!(Note::parse(b"\xff\n\n"), Err(NoteError::Text(TextError::NotUtf8 { at: 0 }))));
    assert!(matches!(
        Note::parse(&vec![b'a'; NOTE_BYTES_MAX + 1]),
        Err(NoteError::Text(TextError::TooLarge { .. }))
    ));
    assert_eq!(Note::new("no end".into()), Err(NoteError::TextEnd));
}

#[test]
fn a_hundred_lines_are_read_and_no_more() {
    let mut note = signed("text\n");
    for seed in 1..NOTE_SIGNATURES_MAX {
        let signer = Signer::from_seed(&[u8::try_from(seed).expect("small"); 32]);
        note.sign(&name(&format!("w{seed}.example")), &signer).expect("room for a line");
    }
    let text = note.to_string();
    let read = Note::parse(text.as_bytes()).expect("as many as are read");
    assert!(read.verify([&log_key(LOG, &signer())]).is_ok());
    assert!(note.sign(&name("one.more"), &Signer::from_seed(&[200; 32])).is_err());
    let more = format!("{text}{}", note.signatures()[0]);
    assert_eq!(Note::parse(more.as_bytes()), Err(NoteError::TooManySignatures(101)));
}

#[test]
fn shared_notes_are_judged_as_published() {
    for case in shared_list("notes/notes.json") {
        let text = |member: &str| case[member].as_str().expect("text").to_owned();
        let keys: Vec<VerifierKey> = case["vkeys"]
            .as_array()
            .expect("keys")
            .iter()
            .map(|key| key.as_str().expect("text").parse().expect("a verifier key"))
            .collect();
        let bytes = STANDARD.decode(text("note_b64")).expect("base64");
        let judged = Note::parse(&bytes).and_then(|note| note.verify(&keys).map(|held| held.len()));
        assert_eq!(judged.is_ok(), text("expect") == "accept", "{}: {judged:?}", text("id"));
    }
}

proptest! {
    #[test]
    fn what_is_read_prints_again_as_it_was(
        text in "[a-z\\n—é ]{0,40}",
        lines in prop::collection::vec(
            ("[a-z/.]{1,8}", prop::collection::vec(any::<u8>(), 5..80)),
            1..4,
        ),
    ) {
        let mut bytes = format!("{text}\n\n");
        for (name, blob) in &lines {
            bytes.push_str(&format!("— {name} {}\n", STANDARD.encode(blob)));
        }
        let note = Note::parse(bytes.as_bytes()).expect("a note's form");
        prop_assert_eq!(note.to_string(), bytes);
    }

    #[test]
    fn one_changed_byte_never_passes(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let good = signed("tl\n1234\n铊\n").to_string().into_bytes();
        let mut bytes = good.clone();
        bytes[at.index(good.len())] ^= 1 << bit;
        let key = log_key(LOG, &signer());
        let accepted = Note::parse(&bytes).is_ok_and(|note| note.verify([&key]).is_ok());
        prop_assert!(!accepted);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes);
        }
    }
}
