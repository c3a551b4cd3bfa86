use super::*;

fn tally(lines: &[&str]) -> Tally {
    let mut tally = Tally::default();
    for line in lines {
        tally.read_line(line);
    }
    tally
}

#[test]
fn nextest_closing_lines() {
    let table = [
        ("     Summary [   0.123s] 12 tests run: 12 passed, 3 skipped", (12, 0, 3)),
        ("     Summary [  61.0s] 1 test run: 1 passed (1 slow), 0 skipped", (1, 0, 0)),
        (
            "  Summary [ 9.1s] 9 tests run: 5 passed (1 slow, 2 leaky), 3 failed (1 leaky), \
             1 timed out, 2 skipped",
            (5, 4, 2),
        ),
        ("     Summary [   0.1s] 4/12 tests run: 3 passed, 1 exec failed, 0 skipped", (3, 1, 0)),
        (
            "\u{1b}[32;1m     Summary\u{1b}[0m [ 0.1s] \u{1b}[1m2\u{1b}[0m tests run: \
          \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped",
            (2, 0, 0),
        ),
    ];
    for (line, (passed, failed, skipped)) in table {
        assert_eq!(tally(&[line]), Tally { passed, failed, skipped }, "{line}");
    }
}

#[test]
fn cargo_test_lines_add_up() {
    let counted = tally(&[
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
         finished in 0.00s",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; \
         finished in 2.30s",
    ]);
    assert_eq!(counted, Tally { passed: 5, failed: 1, skipped: 1 });
}

#[test]
fn other_lines_count_nothing() {
    let lines = ["12 tests run: 12 passed", "running 3 tests", "Summary of the month", ""];
    assert_eq!(tally(&lines), Tally::default());
}

#[test]
fn a_run_is_counted_and_its_status_kept() {
    let script = "echo 'Summary [ 1s] 2 tests run: 1 passed, 1 failed, 0 skipped' >&2; exit 100";
    let (status, counted) = run(Command::new("sh").args(["-c", script])).unwrap();
    assert_eq!(status.code(), Some(100));
    assert_eq!(counted, Tally { passed: 1, failed: 1, skipped: 0 });
}
