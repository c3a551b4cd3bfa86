//! Reads how many tests passed and failed from the closing lines of cargo-nextest or cargo test.
//!
//! Invariant: what is not understood is not counted; a run without a closing line has no tally,
//! which its caller must take for a failure.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Group;
use anyhow::{Context, Result};

/// How long to read on after the runner has ended: something it left may hold the pipe open.
const DRAIN: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

/// Counts of tests; all zero until a closing line was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Takes one line of the runner's output into account.
    pub(crate) fn read_line(&mut self, line: &str) {
        let line = plain(line);
        if let Some(counts) = nextest_counts(&line).or_else(|| cargo_test_counts(&line)) {
            self.add(counts);
        }
    }

    fn add(&mut self, counts: &str) {
        for part in without_brackets(counts).split([',', ';']) {
            let mut words = part.split_whitespace();
            let Some(Ok(number)) = words.next().map(str::parse::<u64>) else { continue };
            match words.next() {
                Some("passed") => self.passed += number,
                Some("skipped" | "ignored") => self.skipped += number,
                Some("measured" | "filtered") | None => {}
                // failed, timed out, exec failed: no kind of failure is lost.
                Some(_) => self.failed += number,
            }
        }
    }
}

/// `Summary [ 1.2s] 12 tests run: 10 passed (1 slow), 2 failed, 0 skipped`
fn nextest_counts(line: &str) -> Option<&str> {
    let (head, counts) = line.split_once(" run:")?;
    let is_summary = head.trim_start().starts_with("Summary [");
    is_summary.then_some(counts)
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1s`
fn cargo_test_counts(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("test result: ")?;
    let (_verdict, counts) = rest.split_once(". ")?;
    let end = counts.find("; finished").unwrap_or(counts.len());
    counts.get(..end)
}

/// The line without colour codes.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // An escape sequence ends with its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

/// `10 passed (1 slow, 1 leaky), 2 failed` without what stands in brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|&character| {
            if character == '(' {
                depth += 1;
            }
            let keep = depth == 0;
            if character == ')' {
                depth = depth.saturating_sub(1);
            }
            keep
        })
        .collect()
}

/// Runs a test runner with its output on ours and counts from its closing lines.
pub(crate) fn run(command: &mut Command) -> Result<(ExitStatus, Tally)> {
    let mut group = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let tally = Arc::new(Mutex::new(Tally::default()));
    let output = group.child().stdout.take().context("the runner's output is piped")?;
    let errors = group.child().stderr.take().context("the runner's errors are piped")?;
    let readers = [
        pass_on(output, std::io::stdout(), Arc::clone(&tally)),
        pass_on(errors, std::io::stderr(), Arc::clone(&tally)),
    ];
    let status = group.wait()?;
    let deadline = Instant::now() + DRAIN;
    while Instant::now() < deadline && readers.iter().any(|reader| !reader.is_finished()) {
        thread::sleep(POLL);
    }
    let tally = *tally.lock().expect("a reader never panics while it counts");
    Ok((status, tally))
}

fn pass_on(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    tally: Arc<Mutex<Tally>>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(from.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            // A terminal that went away must not stop the count.
            let _ = to.write_all(&line).and_then(|()| to.flush());
            if let Ok(mut tally) = tally.lock() {
                tally.read_line(&String::from_utf8_lossy(&line));
            }
            line.clear();
        }
    })
}

#[cfg(test)]
mod tests;
