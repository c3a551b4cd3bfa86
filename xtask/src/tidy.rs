//! `cargo xtask tidy`: house rules that no compiler and no lint checks.
//!
//! Invariant: each rule is a function from the checkout to its findings, so each is tested with a
//! sample that breaks it. A finding names file, line and rule; a warning does not fail the task.

mod arrows;
mod code;
mod documents;
mod migrations;
mod shape;
pub(crate) mod tree;
mod words;

use anyhow::Result;
use std::process::ExitCode;

use self::tree::Tree;
use crate::workspace;

/// What a rule found wrong at one place.
#[derive(Debug)]
struct Finding {
    path: String,
    /// From 1; 0 speaks of the whole file.
    line: usize,
    level: Level,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Warning,
    Failure,
}

impl Finding {
    fn failure(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, level: Level::Failure, message: message.into() }
    }

    fn warning(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::failure(path, line, message) }
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[(&str, Rule)] = &[
    ("arrows", arrows::between_crates),
    ("manifests", arrows::manifests),
    ("unused", arrows::unused),
    ("size", shape::size),
    ("columns", shape::columns),
    ("module-doc", shape::module_doc),
    ("layout", shape::layout),
    ("words", words::banned),
    ("groups", words::grouped_imports),
    ("lock-files", words::lock_files),
    ("migrations", migrations::pairs),
    ("paths", documents::paths_exist),
    ("dependencies", documents::dependencies_explained),
];

/// Prints every finding of every rule.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    workspace::no_more(arguments)?;
    Ok(if passes()? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs every rule on the checkout; true when there is no failure.
pub(crate) fn passes() -> Result<bool> {
    let tree = Tree::read()?;
    let mut failures = 0;
    let mut warnings = 0;
    for (name, rule) in RULES {
        for finding in rule(&tree) {
            let place = match finding.line {
                0 => finding.path.clone(),
                line => format!("{}:{line}", finding.path),
            };
            let level = match finding.level {
                Level::Warning => {
                    warnings += 1;
                    "warning"
                }
                Level::Failure => {
                    failures += 1;
                    "error"
                }
            };
            println!("{level}: {place}: {} [{name}]", finding.message);
        }
    }
    println!("{} files, {failures} errors, {warnings} warnings", tree.files.len());
    Ok(failures == 0)
}

#[cfg(test)]
mod tests;
