//! What the launcher picks, also where the power went between two steps.

use tl_wire::update::Version;

use super::super::programs::tests::{empty, manifest};
use super::*;

fn picked(programs: &Programs) -> Option<String> {
    let choice = choose(programs).expect("a choice")?;
    Some(String::from_utf8(std::fs::read(choice.path).expect("bytes")).expect("text"))
}

#[test]
fn a_box_that_was_never_updated_runs_what_it_came_with() {
    let (_directory, programs) = empty();
    assert_eq!(picked(&programs), None);
}

#[test]
fn a_new_program_is_started_three_times_and_no_more() {
    let (_directory, programs) = empty();
    for (bytes, version) in [("old", Version(1, 0, 0)), ("new", Version(2, 0, 0))] {
        let it = manifest(bytes.as_bytes(), version);
        programs.stage(&it, bytes.as_bytes()).expect("staged");
        programs.begin(&it, false).expect("on probation");
        if bytes == "old" {
            assert_eq!(picked(&programs).as_deref(), Some("old"));
            programs.accept().expect("accepted");
        }
    }
    for _ in 0..3 {
        assert_eq!(picked(&programs).as_deref(), Some("new"));
    }
    assert_eq!(picked(&programs).as_deref(), Some("old"), "it never proved itself");
    assert_eq!(picked(&programs).as_deref(), Some("old"));
    assert!(programs.journal().expect("a journal").trial.is_none());
}

/// The power goes after the journal was written and before the link was turned.
#[test]
fn a_cut_between_journal_and_link_is_made_good() {
    let (_directory, programs) = empty();
    let it = manifest(b"new", Version(2, 0, 0));
    programs.stage(&it, b"new").expect("staged");
    programs.begin(&it, false).expect("on probation");
    programs.point(None).expect("the link as it was before");
    assert_eq!(picked(&programs).as_deref(), Some("new"));
    // And on the way back: the link points to the old one already, the journal does not know.
    programs.use_up().expect("no start is left");
    programs.point(None).expect("turned back");
    assert_eq!(picked(&programs), None);
    assert_eq!(programs.journal().expect("a journal").refused, vec![it.sha256]);
}

#[test]
fn a_program_whose_bytes_are_gone_or_changed_is_given_up() {
    let (_directory, programs) = empty();
    let it = manifest(b"new", Version(2, 0, 0));
    let path = programs.stage(&it, b"new").expect("staged");
    programs.begin(&it, false).expect("on probation");
    std::fs::write(path, b"half").expect("what a bad disk leaves");
    assert_eq!(picked(&programs), None);
    assert_eq!(programs.journal().expect("a journal").refused, vec![it.sha256]);
}

/// A newer package was installed on the box: its program runs, and nothing older is taken for new.
#[test]
fn a_box_whose_own_program_is_newer_runs_it() {
    let (_directory, programs) = empty();
    let it = manifest(b"old", Version(0, 0, 9));
    programs.stage(&it, b"old").expect("staged");
    programs.begin(&it, false).expect("on probation");
    assert_eq!(picked(&programs).as_deref(), Some("old"), "what is tried is tried");
    programs.accept().expect("accepted");
    assert_eq!(picked(&programs), None);
    let version = programs.journal().expect("a journal").version();
    assert_eq!(version, own_version());
}
