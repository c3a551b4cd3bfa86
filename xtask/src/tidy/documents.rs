//! Documents that speak of the code stay true: the files they name exist, and every dependency is
//! explained.
//!
//! Invariant: a path is what stands in backticks and begins with a folder of ours. Whether the
//! words around it are true is for people.

use toml::{Table, Value};

use super::Finding;
use super::tree::Tree;

/// Documents whose paths are checked.
const DOCUMENTS: &[&str] = &["README.md", "README.zh-CN.md", "ARCHITECTURE.md"];
/// Folders of ours that a path in a document may begin with.
const FOLDERS: &[&str] = &[
    "crates/",
    "docs/",
    "edge-agent/",
    "fuzz/",
    "migrations/",
    "server/",
    "tests/",
    "web/",
    "xtask/",
];
const DEPENDENCIES: &str = "docs/dependencies.md";

/// Paths in documents that lead nowhere.
pub(super) fn paths_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in DOCUMENTS.iter().filter_map(|path| tree.file(path)) {
        for (number, line) in document.lines() {
            for path in in_backticks(line).filter(|text| is_path(text)) {
                if !exists(tree, path) {
                    let message = format!("there is no {path}");
                    findings.push(Finding::failure(&document.path, number, message));
                }
            }
        }
    }
    findings
}

/// Dependencies of the root manifest without a row in the list, and rows without a dependency.
pub(super) fn dependencies_explained(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.file("Cargo.toml") else { return Vec::new() };
    let Ok(table) = toml::from_str::<Table>(&manifest.text) else {
        return vec![Finding::failure("Cargo.toml", 0, "is no TOML")];
    };
    let used = table.get("workspace").and_then(|table| table.get("dependencies"));
    let used: Vec<&str> = used
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.get("path").is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    let text = tree.file(DEPENDENCIES).map_or("", |file| file.text.as_str());
    let rows: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix("| `")?.split('`').next()?)))
        .collect();
    let mut findings = Vec::new();
    for name in used.iter().filter(|name| !rows.iter().any(|(_, row)| row == *name)) {
        let message = format!("does not say why we depend on {name}");
        findings.push(Finding::failure(DEPENDENCIES, 0, message));
    }
    for (number, row) in rows.iter().filter(|(_, row)| !used.contains(row)) {
        let message = format!("{row} is no dependency of the root manifest");
        findings.push(Finding::failure(DEPENDENCIES, *number, message));
    }
    findings
}

fn in_backticks(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(text: &str) -> bool {
    let starts = FOLDERS.iter().any(|folder| text.starts_with(folder));
    starts && !text.contains([' ', '*', '{', '<', '…'])
}

fn exists(tree: &Tree, path: &str) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    tree.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
}

#[cfg(test)]
mod tests;
