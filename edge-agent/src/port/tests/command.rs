//! Tickets through an outside program: its CSV, its failures, its time.

use std::time::Instant;

use super::Bench;
use super::tables::table;

/// A shell stands for sqlcmd, mysql and mdb-export; `$1` is the mark.
fn port(script: &str, more: &str) -> String {
    format!(
        "
[[port]]
kind = 'ticket_command'
name = 'bridge'
program = '/bin/sh'
arguments = ['-c', '''{script}''', 'sql', '{{since}}']
start = '2026-11-01 00:00:00'
software = 'bridge-1'
node = 'gate'
approved_by = 'u-7'
{more}
[port.materials]
'锌精矿' = 'ore'
[port.mapping]
unit = 'kg'
date_format = '%Y-%m-%d %H:%M:%S'
default_direction = 'in'
stamp = 'changed'
columns = {{ number = 'no', material = 'goods', gross = 'gross', tare = 'tare' }}
"
    )
}

const ROWS: &str = "printf 'no,goods,gross,tare,changed\\n'; \
                    printf 'A1,锌精矿,32450,12450,2026-11-20 08:00:00\\n'";

#[test]
fn what_a_program_writes_is_read_like_a_file() {
    let bench = Bench::new(&port(&format!("{ROWS}; echo \"$1\" >> DIR/marks"), ""));
    let table = table(&bench);
    for _ in 0..2 {
        table.look().expect("read");
    }
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
    let marks = std::fs::read_to_string(bench.directory.path().join("marks")).expect("read");
    // The start; then three days behind the newest row.
    assert_eq!(marks, "2026-11-01 00:00:00\n2026-11-17 08:00:00\n");
}

#[test]
fn a_program_that_fails_gives_no_rows_and_its_words() {
    let bench = Bench::new(&port(&format!("{ROWS}; echo 'Login failed' >&2; exit 1"), ""));
    let why = table(&bench).look().expect_err("it failed");
    assert!(why.contains("Login failed") && why.contains('1'), "{why}");
    assert!(bench.kinds().is_empty(), "what it wrote before does not count");
    let bench = Bench::new(&port("true", ""));
    let why = table(&bench).look().expect_err("nothing");
    assert!(why.contains("wrote nothing"), "{why}");
    let bench = Bench::new(&port("echo 'Msg 208, Invalid object name'", ""));
    let why = table(&bench).look().expect_err("no table");
    assert!(why.contains("columns"), "{why}");
}

#[test]
fn a_program_that_stays_too_long_is_ended_with_its_children() {
    let script = format!("{ROWS}; sleep 600 & echo $! > DIR/child; wait");
    let bench = Bench::new(&port(&script, "timeout_seconds = 1"));
    let began = Instant::now();
    let why = table(&bench).look().expect_err("too long");
    assert!(why.contains("after 1 s"), "{why}");
    assert!(began.elapsed().as_secs() < 60, "it was not waited for");
    let child = std::fs::read_to_string(bench.directory.path().join("child")).expect("read");
    let about = std::path::Path::new("/proc").join(child.trim()).join("stat");
    bench.until("the child is ended", || {
        // A zombie that nobody waits for is ended as well.
        std::fs::read_to_string(&about).map_or(true, |stat| stat.contains(") Z "))
    });
    assert!(bench.kinds().is_empty());
}

#[test]
fn a_child_that_holds_the_line_does_not_hold_the_port() {
    let bench = Bench::new(&port(&format!("{ROWS}; sleep 600 &"), ""));
    let why = table(&bench).look().expect_err("the line stays open");
    assert!(why.contains("left its output open"), "{why}");
}

#[test]
fn a_program_that_never_ends_its_output_is_cut() {
    let bench = Bench::new(&port("while :; do echo 0123456789012345678901234567890; done", ""));
    let why = table(&bench).look().expect_err("too much");
    assert!(why.contains("more than 8388608 bytes"), "{why}");
}

/// Nothing of our own environment reaches it but what is declared; secrets stand in files.
#[test]
fn its_environment_is_bare_and_secrets_come_from_files() {
    let script = format!("env > DIR/env; test \"$PASSWORD\" = geheim && {{ {ROWS}; }}");
    let more = "environment = { PASSWORD = 'file:DIR/password', USER = 'reader' }";
    let bench = Bench::new(&port(&script, more));
    let why = table(&bench).look().expect_err("no file");
    assert!(why.contains("password"), "{why}");
    std::fs::write(bench.directory.path().join("password"), "geheim\r\n").expect("written");
    table(&bench).look().expect("read");
    assert_eq!(bench.kinds().len(), 2);
    let env = std::fs::read_to_string(bench.directory.path().join("env")).expect("read");
    let mut names: Vec<&str> =
        env.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.retain(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"));
    names.sort_unstable();
    assert_eq!(names, ["HOME", "LANG", "PASSWORD", "PATH", "USER"]);
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let text = port("true", "").replace("/bin/sh", "/nonexistent/sqlcmd");
    let bench = Bench::new(&text);
    let why = table(&bench).look().expect_err("no program");
    assert!(why.contains("/nonexistent/sqlcmd"), "{why}");
}
