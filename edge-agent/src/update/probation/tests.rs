//! When a new program has proved itself.

use tl_wire::update::Version;

use super::super::programs::tests::{empty, manifest};
use super::*;

const WELL: Duration = Duration::from_secs(120);

fn on_trial(needs_contact: bool) -> (tempfile::TempDir, Programs, Probation) {
    let (directory, programs) = empty();
    let it = manifest(b"new", Version(2, 0, 0));
    programs.stage(&it, b"new").expect("staged");
    programs.begin(&it, needs_contact).expect("on probation");
    assert!(programs.use_start().expect("a start"));
    let probation = Probation::new(programs.clone(), needs_contact, WELL);
    (directory, programs, probation)
}

fn accepted(programs: &Programs) -> bool {
    programs.journal().expect("a journal").accepted.is_some()
}

#[test]
fn it_has_to_be_well_without_a_break() {
    let (_directory, programs, mut probation) = on_trial(false);
    let begin = Instant::now();
    assert_eq!(probation.look(true, false, begin), Finding::Wait);
    assert_eq!(probation.look(false, false, begin + WELL / 2), Finding::Wait, "it hung");
    assert_eq!(probation.look(true, false, begin + WELL), Finding::Wait, "from here on again");
    assert!(!accepted(&programs));
    assert_eq!(probation.look(true, false, begin + WELL * 2), Finding::Accepted);
    assert!(accepted(&programs));
    assert_eq!(probation.look(true, false, begin + WELL * 3), Finding::Wait, "once");
}

#[test]
fn one_that_never_reaches_the_server_goes_back_after_a_day() {
    let (_directory, programs, mut probation) = on_trial(true);
    let begin = Instant::now();
    assert_eq!(probation.look(true, false, begin), Finding::Wait);
    assert_eq!(probation.look(true, false, begin + WELL * 2), Finding::Wait);
    assert_eq!(probation.look(true, false, begin + CONTACT_MAX + WELL), Finding::Failed);
    let trial = programs.journal().expect("a journal").trial.expect("a trial");
    assert_eq!(trial.starts_left, 0, "the next launch returns");
}

#[test]
fn one_that_reaches_the_server_stays() {
    let (_directory, programs, mut probation) = on_trial(true);
    let begin = Instant::now();
    probation.look(true, false, begin);
    assert_eq!(probation.look(true, true, begin + WELL), Finding::Accepted);
    assert!(accepted(&programs));
}

#[test]
fn being_asked_to_end_while_well_costs_no_start() {
    let (_directory, programs, mut probation) = on_trial(false);
    let left = || programs.journal().expect("a journal").trial.map(|trial| trial.starts_left);
    let before = left();
    probation.asked_to_end();
    assert_eq!(left(), before, "it was not well yet");
    probation.look(true, false, Instant::now());
    probation.asked_to_end();
    assert_eq!(left(), before.map(|left| left + 1));
}
