//! The outer shape of files: size, columns, the words a module begins with, white space.
//!
//! Invariant: limits are the constants below. What a file says is for other rules.

use super::Finding;
use super::tree::{File, Tree};

/// Above this a file needs a reason.
const LINES_WARNING: usize = 400;
/// Above this it is two files.
const LINES_FAILURE: usize = 700;
const COLUMNS: usize = 100;
/// A word longer than this can't be broken: a hash, an address, coded bytes.
const UNBREAKABLE_COLUMNS: usize = 60;
/// Third-party files come by lock file, pictures are made; nothing large is kept.
const FILE_BYTES: usize = 500_000;

/// Texts that people write, whose white space is checked.
const WRITTEN: &[&str] = &[".css", ".html", ".js", ".md", ".rs", ".sh", ".sql", ".toml", ".yml"];

/// Files too long to read, or too large to keep.
pub(super) fn size(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        if file.size > FILE_BYTES {
            let message = format!("{} bytes, the limit is {FILE_BYTES}", file.size);
            findings.push(Finding::failure(&file.path, 0, message));
        }
    }
    for file in tree.rust() {
        let count = file.text.lines().count();
        let message = format!("{count} lines, the aim is under {LINES_WARNING}");
        if count > LINES_FAILURE {
            findings.push(Finding::failure(&file.path, 0, message));
        } else if count > LINES_WARNING {
            findings.push(Finding::warning(&file.path, 0, message));
        }
    }
    findings
}

/// Rust lines wider than a page.
pub(super) fn columns(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        for (number, line) in file.lines() {
            let columns = line.chars().count();
            let is_unbreakable =
                line.split_whitespace().any(|word| word.chars().count() > UNBREAKABLE_COLUMNS);
            if columns > COLUMNS && !is_unbreakable {
                let message = format!("{columns} columns, the limit is {COLUMNS}");
                findings.push(Finding::failure(&file.path, number, message));
            }
        }
    }
    findings
}

/// A module says first what it is for.
pub(super) fn module_doc(tree: &Tree) -> Vec<Finding> {
    let begins_with_doc = |file: &&File| {
        let mut lines = file.text.lines().map(str::trim);
        lines
            .find(|line| !line.is_empty() && !line.starts_with("#!["))
            .is_none_or(|line| line.starts_with("//!"))
    };
    tree.rust()
        .filter(|file| !file.is_test() && !begins_with_doc(file))
        .map(|file| Finding::failure(&file.path, 1, "does not begin with what it is for (//!)"))
        .collect()
}

/// No space at the end of a line, one line end at the end of a file.
pub(super) fn layout(tree: &Tree) -> Vec<Finding> {
    let is_written = |file: &&File| WRITTEN.iter().any(|ending| file.path.ends_with(ending));
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(is_written) {
        for (number, line) in file.lines() {
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::failure(&file.path, number, "white space at the end"));
            }
        }
        if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
            let last = file.text.lines().count();
            findings.push(Finding::failure(&file.path, last, "must end with one line end"));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
