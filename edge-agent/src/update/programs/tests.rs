//! Programs that come, are tried, stay or go; the journal and the link after every step.

use tl_wire::update::MANIFEST_FORMAT;

use super::*;

/// A manifest of these bytes.
pub(in crate::update) fn manifest(bytes: &[u8], version: Version) -> UpdateManifest {
    UpdateManifest {
        v: MANIFEST_FORMAT,
        program: PROGRAM.to_owned(),
        version,
        target: tl_wire::update::target(),
        sha256: Hash::of(bytes),
        size: bytes.len() as u64,
        outbox_min: "00000000000001".to_owned(),
        floor: Version(0, 1, 0),
    }
}

/// Programs in a directory that is gone after the test.
pub(in crate::update) fn empty() -> (tempfile::TempDir, Programs) {
    let directory = tempfile::tempdir().expect("a directory");
    let programs = Programs::of(&Home::new(directory.path()));
    (directory, programs)
}

fn link(programs: &Programs) -> Option<String> {
    let aim = fs::read_link(programs.root.join(LINK)).ok()?;
    Some(aim.to_string_lossy().into_owned())
}

#[test]
fn an_accepted_program_stays_and_older_ones_are_swept() {
    let (_directory, programs) = empty();
    assert_eq!(programs.journal().expect("none"), Journal::default());
    for (bytes, version) in [(b"one", Version(1, 0, 0)), (b"two", Version(2, 0, 0))] {
        let it = manifest(bytes, version);
        let path = programs.stage(&it, bytes).expect("staged");
        assert_eq!(fs::read(&path).expect("there"), bytes);
        assert_eq!(programs.stage(&it, bytes).expect("again"), path);
        programs.begin(&it, false).expect("on probation");
        assert_eq!(link(&programs), Some(it.sha256.to_string()));
        assert!(programs.use_start().expect("a start"));
        programs.accept().expect("accepted");
    }
    let journal = programs.journal().expect("a journal");
    assert_eq!(journal.version(), Version(2, 0, 0));
    assert_eq!((journal.trial, journal.floor), (None, Some(Version(0, 1, 0))));
    assert!(!programs.root.join(Hash::of(b"one").to_string()).exists(), "swept");
    assert!(programs.root.join(Hash::of(b"two").to_string()).exists());
}

#[test]
fn a_program_that_fails_is_remembered_and_the_one_before_comes_back() {
    let (_directory, programs) = empty();
    let (old, new) = (manifest(b"old", Version(1, 0, 0)), manifest(b"new", Version(2, 0, 0)));
    programs.stage(&old, b"old").expect("staged");
    programs.begin(&old, false).expect("on probation");
    programs.accept().expect("accepted");
    programs.stage(&new, b"new").expect("staged");
    programs.begin(&new, false).expect("on probation");
    for left in (0..STARTS).rev() {
        assert!(programs.use_start().expect("a start"));
        let trial = programs.journal().expect("a journal").trial.expect("a trial");
        assert_eq!(trial.starts_left, left);
    }
    assert!(!programs.use_start().expect("none is left"));
    let journal = programs.give_up().expect("given up");
    assert_eq!(journal.accepted.expect("the old one").sha256, old.sha256);
    assert_eq!(journal.refused, vec![new.sha256]);
    assert_eq!(link(&programs), Some(old.sha256.to_string()));
    assert_eq!(programs.give_up().expect("again").refused, vec![new.sha256], "nothing changes");
}

#[test]
fn damaged_bytes_are_never_laid_down_and_changed_ones_never_run() {
    let (_directory, programs) = empty();
    let it = manifest(b"good", Version(1, 0, 0));
    assert!(programs.stage(&it, b"evil").is_err());
    let path = programs.stage(&it, b"good").expect("staged");
    let installed = Installed { version: it.version, sha256: it.sha256 };
    assert!(programs.path(&installed).is_ok());
    fs::write(&path, b"evil").expect("changed on the disk");
    assert!(programs.path(&installed).is_err());
    programs.stage(&it, b"good").expect("laid down anew");
    assert!(programs.path(&installed).is_ok());
}

#[test]
fn a_start_is_given_back_to_a_program_that_was_asked_to_end() {
    let (_directory, programs) = empty();
    let it = manifest(b"it", Version(1, 0, 0));
    programs.stage(&it, b"it").expect("staged");
    programs.begin(&it, true).expect("on probation");
    let left = || programs.journal().expect("a journal").trial.map(|trial| trial.starts_left);
    programs.use_start().expect("a start");
    assert_eq!(left(), Some(STARTS - 1));
    programs.return_start().expect("given back");
    programs.return_start().expect("never more than all");
    assert_eq!(left(), Some(STARTS));
    programs.use_up().expect("used up");
    assert_eq!(left(), Some(0));
}
