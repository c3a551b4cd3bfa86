//! Words that must not stand in certain places: calls in pure crates, SQL outside the store, marks
//! of unfinished work, paths of somebody's machine.
//!
//! Invariant: each ban is one row of the table. Needles that this file itself must not contain are
//! put together from parts.

use super::Finding;
use super::tree::{File, Tree};

/// A ban: which words, in which files, and what to do instead.
struct Ban {
    words: &'static [&'static str],
    /// In code alone, or in comments and strings too.
    scope: Scope,
    applies: fn(&File) -> bool,
    advice: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Code,
    Text,
}

const BANS: &[Ban] = &[
    Ban {
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant::now",
            "thread::sleep",
            "rand::",
            "getrandom",
            "tokio",
            "diesel",
            "actix",
            "Uuid::now_v7",
            "Uuid::new_v4",
            "Utc::now",
            "Local::now",
        ],
        scope: Scope::Code,
        applies: is_pure,
        advice: "a pure crate does no I/O and has no clock: take it as an argument",
    },
    Ban {
        words: &["diesel::", "sql_query", "rusqlite"],
        scope: Scope::Code,
        applies: |file| is_rust(file) && !may_speak_sql(file) && !file.is_test(),
        advice: "SQL belongs in crates/store, the agent's in its outbox",
    },
    Ban {
        words: &[".unwrap()"],
        scope: Scope::Code,
        applies: |file| is_rust(file) && !file.is_test(),
        advice: "answer the error, or expect(\"the invariant in words\")",
    },
    Ban {
        words: &["todo!", "unimplemented!", "dbg!"],
        scope: Scope::Code,
        applies: is_rust,
        advice: "finish it",
    },
    Ban {
        words: &["thread::sleep", "time::sleep"],
        scope: Scope::Code,
        applies: |file| is_rust(file) && file.is_test() && !SLEEPERS.contains(&file.path.as_str()),
        advice: "wait for the thing itself, not for a time",
    },
    Ban {
        words: &[".route(", "web::resource(", "web::scope("],
        scope: Scope::Code,
        applies: |file| file.path.starts_with("server/src/") && file.path != "server/src/router.rs",
        advice: "routes stand together in server/src/router.rs",
    },
    Ban {
        words: &[
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
            concat!("XX", "X"),
            concat!("HA", "CK"),
        ],
        scope: Scope::Text,
        applies: is_written,
        advice: "finish it, or say in an issue what is left",
    },
    Ban {
        words: &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/fa", "rm/")],
        scope: Scope::Text,
        applies: is_written,
        advice: "a path of somebody's machine",
    },
];

const PURE: &[&str] = &[
    "crates/accountancy/src/",
    "crates/device/src/",
    "crates/domain/src/",
    "crates/ledger/src/",
    "crates/reconcile/src/",
    "crates/statistics/src/",
    "crates/trace/src/",
];
const SQL_PLACES: &[&str] = &["crates/store/", "edge-agent/src/outbox"];
/// The one place of the end-to-end tests that polls, always with a deadline.
const SLEEPERS: &[&str] = &["tests/src/wait.rs"];

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs")
}

fn is_pure(file: &File) -> bool {
    is_rust(file) && !file.is_test() && PURE.iter().any(|folder| file.path.starts_with(folder))
}

fn may_speak_sql(file: &File) -> bool {
    SQL_PLACES.iter().any(|folder| file.path.starts_with(folder))
}

/// Everything that people write; lock files are written by tools.
fn is_written(file: &File) -> bool {
    !is_lock(file)
}

fn is_lock(file: &File) -> bool {
    ["Cargo.lock", "package-lock.json"].contains(&file.name())
}

/// Every banned word.
pub(super) fn banned(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for ban in BANS.iter().filter(|ban| (ban.applies)(file)) {
            let lines: Box<dyn Iterator<Item = (usize, &str)>> = match ban.scope {
                Scope::Code => Box::new(file.code_lines()),
                Scope::Text => Box::new(file.lines()),
            };
            for (number, line) in lines {
                if let Some(word) = ban.words.iter().find(|word| has_word(line, word)) {
                    let message = format!("{word}: {}", ban.advice);
                    findings.push(Finding::failure(&file.path, number, message));
                }
            }
        }
    }
    findings
}

/// `use std::{fs, io};` hides what the table looks for.
pub(super) fn grouped_imports(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| is_pure(file)) {
        for (number, line) in file.code_lines() {
            let Some((_, group)) = line.split_once("std::{") else { continue };
            if ["env", "fs", "net", "process", "thread"].iter().any(|name| has_word(group, name)) {
                let message = "a pure crate does no I/O: take it as an argument";
                findings.push(Finding::failure(&file.path, number, message));
            }
        }
    }
    findings
}

/// A lock file names packages and hashes; an address would bind it to somebody's registry.
pub(super) fn lock_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.name() == "package-lock.json") {
        for (number, line) in file.lines() {
            if line.contains("\"resolved\": \"http") {
                let message = "a download address; npm works from name and hash alone";
                findings.push(Finding::failure(&file.path, number, message));
            }
        }
    }
    findings
}

/// Whether the word stands in the line by itself, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || character == '_')
    };
    let open_left = word.starts_with(|first: char| first.is_alphanumeric() || first == '/');
    let open_right = word.ends_with(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        // A relative path may go through a folder of that name.
        let in_path = word.starts_with('/') && before == Some('.');
        !(in_path || (open_left && joins(before)) || (open_right && joins(after)))
    })
}

#[cfg(test)]
mod tests;
