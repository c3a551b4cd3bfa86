//! Which programs may be installed.

use tl_ledger::{Hash, Signer};
use tl_wire::update::{Version, file};

use super::super::programs::tests::manifest;
use super::super::programs::{Installed, Trial};
use super::*;

fn refused(journal: &Journal, manifest: &UpdateManifest, outbox: Option<&str>) -> String {
    format!("{:#}", check_rules(journal, manifest, outbox).expect_err("refused"))
}

#[test]
fn only_a_program_for_this_machine_and_outbox_above_the_floor_is_taken() {
    let good = manifest(b"new", Version(2, 0, 0));
    let journal = Journal { floor: Some(Version(1, 5, 0)), ..Journal::default() };
    check_rules(&journal, &good, Some("00000000000007")).expect("good");
    let below = UpdateManifest { version: Version(1, 4, 9), ..good.clone() };
    assert!(refused(&journal, &below, None).contains("floor"));
    let elsewhere = UpdateManifest { target: "riscv64-linux".to_owned(), ..good.clone() };
    assert!(refused(&journal, &elsewhere, None).contains("another machine"));
    let other = UpdateManifest { program: "tl-server".to_owned(), ..good.clone() };
    assert!(refused(&journal, &other, None).contains("tl-server"));
    let newer = UpdateManifest { outbox_min: "00000000000008".to_owned(), ..good.clone() };
    assert!(refused(&journal, &newer, Some("00000000000007")).contains("in between"));
    let own = Installed { version: good.version, sha256: good.sha256 };
    let same = Journal { accepted: Some(own.clone()), ..Journal::default() };
    assert!(refused(&same, &good, None).contains("already in use"));
    let floor = Version(0, 1, 0);
    let trial = Trial { program: own, starts_left: 3, floor, needs_contact: false };
    let busy = Journal { trial: Some(trial), ..Journal::default() };
    assert!(refused(&busy, &good, None).contains("on probation"));
}

#[test]
fn only_the_pinned_key_signs_updates() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = Home::new(directory.path());
    let signer = Signer::from_seed(&[3; 32]);
    let whole = file(&manifest(b"new", Version(2, 0, 0)).sign(&signer).expect("signed"), b"new");
    assert!(verified(&home, &whole).is_err(), "no key was given at enrolment");
    home.write(UPDATE_KEY, signer.public().to_string().as_bytes()).expect("pinned");
    assert_eq!(verified(&home, &whole).expect("signed").sha256, Hash::of(b"new"));
    let other = Signer::from_seed(&[4; 32]).public();
    home.write(UPDATE_KEY, other.to_string().as_bytes()).expect("another key");
    assert!(verified(&home, &whole).is_err());
}
