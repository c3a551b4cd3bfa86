//! What is said to be missing.

use super::*;

fn target(machine: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.machine == machine).expect("a machine")
}

#[test]
fn nothing_is_said_when_everything_is_there() {
    for target in &TARGETS {
        assert_eq!(target.missing_when(|_| true, |_| true, true), None);
    }
}

#[test]
fn each_missing_tool_is_named_with_how_it_comes() {
    let line = target("aarch64").missing_when(|_| false, |_| false, false).expect("a line");
    for part in [
        "dpkg --add-architecture arm64",
        "gcc-aarch64-linux-gnu",
        "musl-dev:arm64",
        "binutils",
        "rustup target add aarch64-unknown-linux-musl",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let line = target("x86_64").missing_when(|name| name != "musl-gcc", |_| true, true);
    let expected = "missing for x86_64: apt-get install musl-tools";
    assert_eq!(line.as_deref(), Some(expected), "and nothing of the other machine");
}

#[test]
fn a_foreign_program_is_run_by_its_emulator() {
    for target in &TARGETS {
        let command = target.starts(Path::new("/p/tl-edge"));
        let own = target.machine == std::env::consts::ARCH;
        let program = command.get_program().to_string_lossy().into_owned();
        assert_eq!(program == "/p/tl-edge", own, "{program}");
    }
}
