use super::*;
use std::io::{BufRead, BufReader};

/// A shell whose own child prints its process id and then waits for a long time.
fn shell_with_child(script: &str) -> (Group, Pid) {
    let mut group =
        Group::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::piped())).unwrap();
    let mut line = String::new();
    let pipe = group.child().stdout.take().unwrap();
    BufReader::new(pipe).read_line(&mut line).unwrap();
    (group, Pid::from_raw(line.trim().parse().unwrap()))
}

/// Alive means: there and not a zombie that its new parent has yet to collect.
fn alive(process: Pid) -> bool {
    match std::fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(stat) => !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'),
        Err(_) => false,
    }
}

#[test]
fn dropping_a_group_ends_the_childs_child() {
    let (group, grandchild) = shell_with_child("sleep 600 & echo $!; wait");
    assert!(alive(grandchild));
    drop(group);
    assert!(!alive(grandchild));
}

#[test]
fn a_leader_that_ends_takes_its_stragglers_along() {
    let (mut group, grandchild) = shell_with_child("sleep 600 >/dev/null & echo $!; exit 3");
    assert_eq!(group.wait().unwrap().code(), Some(3));
    assert!(!alive(grandchild));
}

#[test]
fn a_missing_program_is_named() {
    let error = succeeds(&mut Command::new("no-such-program-here")).unwrap_err();
    assert!(format!("{error:#}").contains("no-such-program-here"), "{error:#}");
}

#[test]
fn a_failure_is_a_failure() {
    assert!(!succeeds(&mut Command::new("false")).unwrap());
    assert!(require(&mut Command::new("false"), "the step").is_err());
}
