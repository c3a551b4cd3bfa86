//! Manifests that hold, and everything about them that must not.

use tl_ledger::{Envelope, Hash, SNAPSHOT_TYPE, Signer, canonical};

use super::{
    MANIFEST_BYTES_MAX, MANIFEST_FORMAT, UpdateError, UpdateManifest, Version, elf, file, split,
    target,
};

const PROGRAM: &[u8] = b"a program\nwith\nlines\n";

fn manifest() -> UpdateManifest {
    UpdateManifest {
        v: MANIFEST_FORMAT,
        program: "tl-edge".to_owned(),
        version: Version(1, 10, 0),
        target: "x86_64-linux".to_owned(),
        sha256: Hash::of(PROGRAM),
        size: PROGRAM.len() as u64,
        outbox_min: "00000000000002".to_owned(),
        floor: Version(1, 2, 0),
    }
}

fn signer() -> Signer {
    Signer::from_seed(&[5; 32])
}

#[test]
fn a_file_is_taken_apart_into_what_was_signed() {
    let envelope = manifest().sign(&signer()).expect("signed");
    let whole = file(&envelope, PROGRAM);
    let (first, program) = split(&whole).expect("a file");
    let read = UpdateManifest::read(first, &signer().public()).expect("a manifest");
    assert_eq!(read, manifest());
    assert_eq!(read.check_program(program), Ok(()));
    for damaged in [&program[1..], &program[..program.len() - 1], b"b program\nwith\nlines\n"] {
        assert!(matches!(read.check_program(damaged), Err(UpdateError::Bytes(_))));
    }
}

#[test]
fn another_key_another_type_and_a_changed_byte_are_refused() {
    let envelope = manifest().sign(&signer()).expect("signed");
    let other = Signer::from_seed(&[6; 32]).public();
    let refused = UpdateManifest::read(&envelope, &other);
    assert!(matches!(refused, Err(UpdateError::Signature(_))), "{refused:?}");
    let payload = canonical::to_vec(&manifest()).expect("canonical");
    let as_snapshot = Envelope::sign_as(SNAPSHOT_TYPE, payload, &signer()).expect("signed");
    let refused = UpdateManifest::read(&as_snapshot.to_bytes(), &signer().public());
    assert!(matches!(refused, Err(UpdateError::Signature(_))), "{refused:?}");
    for at in 0..envelope.len() {
        let mut changed = envelope.clone();
        changed[at] ^= 1;
        assert!(UpdateManifest::read(&changed, &signer().public()).is_err(), "byte {at}");
    }
}

#[test]
fn members_that_make_no_sense_are_neither_signed_nor_read() {
    let wrong: [fn(&mut UpdateManifest); 7] = [
        |it| it.v = 2,
        |it| it.target = "../x86_64".to_owned(),
        |it| it.target = String::new(),
        |it| it.size = 0,
        |it| it.size = super::PROGRAM_BYTES_MAX + 1,
        |it| it.outbox_min = "7".to_owned(),
        |it| it.floor = Version(1, 10, 1),
    ];
    for (number, spoil) in wrong.into_iter().enumerate() {
        let mut bad = manifest();
        spoil(&mut bad);
        assert!(matches!(bad.sign(&signer()), Err(UpdateError::Form(_))), "{number}");
        let payload = canonical::to_vec(&bad).expect("canonical");
        let forced = Envelope::sign_as(super::UPDATE_TYPE, payload, &signer()).expect("signed");
        let read = UpdateManifest::read(&forced.to_bytes(), &signer().public());
        assert!(matches!(read, Err(UpdateError::Form(_))), "{number}: {read:?}");
    }
}

#[test]
fn what_has_no_manifest_line_is_no_update_file() {
    assert_eq!(split(b""), Err(UpdateError::NoManifest));
    assert_eq!(split(b"no line"), Err(UpdateError::NoManifest));
    assert_eq!(split(&vec![b'x'; MANIFEST_BYTES_MAX * 2]), Err(UpdateError::NoManifest));
    let (envelope, program) = split(b"{}\n").expect("two parts");
    assert_eq!((envelope, program), (&b"{}"[..], &b""[..]));
    let key = signer().public();
    assert!(matches!(UpdateManifest::read(envelope, &key), Err(UpdateError::Signature(_))));
}

#[test]
fn versions_are_compared_as_numbers() {
    let version = |text: &str| text.parse::<Version>().expect(text);
    assert!(version("0.10.0") > version("0.9.9") && version("1.0.0") > version("0.99.99"));
    assert_eq!(version("3.2.1").to_string(), "3.2.1");
    for bad in [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "1.2.x",
        "01.2.3",
        "1..3",
        "+1.2.3",
        "1.2.3-rc1",
        "1.2.4294967296",
    ] {
        assert!(bad.parse::<Version>().is_err(), "{bad}");
    }
}

/// The head of a program with one header of a kind.
fn head(machine: u16, kind: u32) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18..20].copy_from_slice(&machine.to_le_bytes());
    bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
    bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
    bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
    bytes[64..68].copy_from_slice(&kind.to_le_bytes());
    bytes
}

#[test]
fn a_programs_head_says_for_which_machine_it_is_and_whether_it_stands_alone() {
    let facts = |machine, kind| elf::Executable::of(&head(machine, kind)).expect("a program");
    assert_eq!(facts(62, 1).target, Some("x86_64-linux"));
    assert_eq!(facts(183, 1).target, Some("aarch64-linux"));
    assert_eq!(facts(40, 1).target, None, "no agent is built for it");
    assert!(facts(62, 1).is_static && !facts(62, 3).is_static);
    assert_eq!(elf::Executable::of(b"#!/bin/sh\n"), None);
    assert_eq!(elf::Executable::of(&head(62, 1)[..66]), None, "cut");
    let own = std::fs::read(std::env::current_exe().expect("its path")).expect("its bytes");
    assert_eq!(elf::Executable::of(&own).and_then(|it| it.target), Some(&*target()));
}
