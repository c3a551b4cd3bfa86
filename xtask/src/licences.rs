//! `cargo xtask licences`: every crate and npm package of the lock files against `licences.toml`.
//!
//! Invariant: what states no licence, or one that is not on the list, is a failure by name.
//! It reads what packages say of themselves, not their files.

use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitCode;

use crate::workspace;

/// The list, and the npm lock file that is read beside cargo's.
const LIST: &str = "licences.toml";
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// A package as a lock file names it.
struct Package {
    name: String,
    licence: Option<String>,
}

/// What may be used, by SPDX name, and what was read by hand.
struct Policy {
    allowed: BTreeSet<String>,
    read_by_hand: BTreeMap<String, String>,
}

/// Checks all packages.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    workspace::no_more(arguments)?;
    Ok(if passes()? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks all packages; true when every licence is allowed.
pub(crate) fn passes() -> Result<bool> {
    let text = fs::read_to_string(workspace::root().join(LIST))
        .with_context(|| format!("cannot read {LIST}"))?;
    let policy = Policy::parse(&text)?;
    let mut packages = crates(&workspace::metadata(&["--filter-platform", PLATFORM])?);
    for lock in npm_locks()? {
        packages.extend(npm_packages(&lock));
    }
    let complaints: Vec<String> =
        packages.iter().filter_map(|package| policy.complaint(package)).collect();
    for complaint in &complaints {
        println!("{complaint}");
    }
    println!("{} packages, {} refused", packages.len(), complaints.len());
    Ok(complaints.is_empty())
}

impl Policy {
    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table =
            toml::from_str(text).with_context(|| format!("{LIST} is no TOML"))?;
        let allowed = table.get("allowed").and_then(toml::Value::as_array);
        let allowed = allowed.with_context(|| format!("{LIST} has no list `allowed`"))?;
        let by_hand = table.get("read_by_hand").and_then(toml::Value::as_table);
        let text_of = |value: &toml::Value| value.as_str().map(str::to_owned);
        Ok(Self {
            allowed: allowed.iter().filter_map(text_of).collect(),
            read_by_hand: by_hand
                .into_iter()
                .flatten()
                .filter_map(|(name, licence)| Some((name.clone(), text_of(licence)?)))
                .collect(),
        })
    }

    /// Why a package may not be used, None when it may.
    fn complaint(&self, package: &Package) -> Option<String> {
        let stated = self.read_by_hand.get(&package.name).or(package.licence.as_ref());
        let Some(stated) = stated else {
            return Some(format!("{}: states no licence", package.name));
        };
        if self.allows(stated) {
            return None;
        }
        Some(format!("{}: {stated} is not on the list of {LIST}", package.name))
    }

    /// An expression is allowed when one side of an OR is, and both sides of an AND are.
    fn allows(&self, expression: &str) -> bool {
        let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let tokens: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = tokens.as_slice();
        let answer = self.any(&mut rest);
        answer == Some(true) && rest.is_empty()
    }

    fn any(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut answer = self.all(rest)?;
        while take(rest, "OR") {
            answer |= self.all(rest)?;
        }
        Some(answer)
    }

    fn all(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut answer = self.one(rest)?;
        while take(rest, "AND") {
            answer &= self.one(rest)?;
        }
        Some(answer)
    }

    fn one(&self, rest: &mut &[&str]) -> Option<bool> {
        if take(rest, "(") {
            let answer = self.any(rest)?;
            return take(rest, ")").then_some(answer);
        }
        let (name, after) = rest.split_first()?;
        *rest = after;
        if !take(rest, "WITH") {
            return Some(self.allowed.contains(*name));
        }
        let (exception, after) = rest.split_first()?;
        *rest = after;
        Some(self.allowed.contains(&format!("{name} WITH {exception}")))
    }
}

fn take(rest: &mut &[&str], token: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if *first == token => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn crates(metadata: &Value) -> Vec<Package> {
    let packages = metadata["packages"].as_array();
    packages
        .into_iter()
        .flatten()
        .map(|package| Package {
            name: package["name"].as_str().unwrap_or_default().to_owned(),
            licence: package["license"].as_str().map(str::to_owned),
        })
        .collect()
}

/// The npm lock files of the checkout, parsed.
fn npm_locks() -> Result<Vec<Value>> {
    let tree = crate::tidy::tree::Tree::read()?;
    tree.files
        .iter()
        .filter(|file| file.name() == "package-lock.json")
        .map(|file| {
            serde_json::from_str(&file.text).with_context(|| format!("{} is no JSON", file.path))
        })
        .collect()
}

fn npm_packages(lock: &Value) -> Vec<Package> {
    let packages = lock["packages"].as_object();
    packages
        .into_iter()
        .flatten()
        // The empty key is our own manifest.
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, package)| Package {
            name: path.rsplit_once("node_modules/").map_or(path.as_str(), |(_, name)| name).into(),
            licence: package["license"].as_str().map(str::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests;
