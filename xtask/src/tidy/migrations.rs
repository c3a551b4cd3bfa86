//! Migrations of both databases go in step, and each can be taken back.
//!
//! Invariant: the folders under `migrations/sqlite` and `migrations/postgres` have the same names,
//! and every migration has both directions. Whether the resulting tables are equal is the store's
//! test.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

const PAIR: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];
const ALL: &[&str] = &["migrations/sqlite/", "migrations/postgres/", "migrations/edge/"];
const DIRECTIONS: [&str; 2] = ["up.sql", "down.sql"];

/// Migrations that stand on one side alone, or go one way alone.
pub(super) fn pairs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (side, other) in [(PAIR[0], PAIR[1]), (PAIR[1], PAIR[0])] {
        for name in names(tree, side).difference(&names(tree, other)) {
            let message = format!("has no counterpart in {other}");
            findings.push(Finding::failure(&format!("{side}{name}"), 0, message));
        }
    }
    for side in ALL {
        for name in names(tree, side) {
            for direction in DIRECTIONS {
                let path = format!("{side}{name}/{direction}");
                if tree.file(&path).is_none() {
                    findings.push(Finding::failure(&path, 0, "is missing"));
                }
            }
        }
    }
    findings
}

fn names(tree: &Tree, side: &str) -> BTreeSet<String> {
    tree.files
        .iter()
        .filter_map(|file| file.path.strip_prefix(side)?.split_once('/'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests;
