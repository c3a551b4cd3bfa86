//! Which crate may depend on which: the architecture as a table.
//!
//! Invariant: an arrow that is not in the table is a failure, so a new one is a decision that a
//! reviewer sees. It reads manifests only.

use toml::{Table, Value};

use super::Finding;
use super::tree::{File, Tree};

/// A crate of ours: what it may use, and which crates from outside it must never see.
struct Crate {
    name: &'static str,
    may_use: &'static [&'static str],
    must_not_use: &'static [&'static str],
}

/// What would bring I/O, a clock or randomness into a crate that promises to have none.
const IMPURE: &[&str] = &[
    "actix-web",
    "diesel",
    "getrandom",
    "libsqlite3-sys",
    "rand",
    "rustls",
    "serialport",
    "tempfile",
    "tokio",
    "tracing",
    "ureq",
];
/// What the crates between rules and shells leave to the shells and the store.
const SHELLS_ONLY: &[&str] = &["actix-web", "diesel", "tokio", "ureq"];

/// Where a manifest names what it uses.
const SECTIONS: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

const CRATES: &[Crate] = &[
    Crate { name: "tl-ledger", may_use: &[], must_not_use: IMPURE },
    Crate { name: "tl-device", may_use: &["tl-domain", "tl-ledger"], must_not_use: IMPURE },
    Crate { name: "tl-domain", may_use: &["tl-ledger"], must_not_use: IMPURE },
    Crate { name: "tl-statistics", may_use: &[], must_not_use: IMPURE },
    Crate { name: "tl-accountancy", may_use: &["tl-statistics"], must_not_use: IMPURE },
    Crate { name: "tl-reconcile", may_use: &["tl-statistics"], must_not_use: IMPURE },
    Crate { name: "tl-trace", may_use: &[], must_not_use: IMPURE },
    Crate {
        name: "tl-accounts",
        may_use: &["tl-accountancy", "tl-domain", "tl-ledger", "tl-reconcile", "tl-statistics"],
        must_not_use: IMPURE,
    },
    Crate {
        name: "tl-findings",
        may_use: &["tl-accounts", "tl-domain", "tl-ledger", "tl-statistics"],
        must_not_use: IMPURE,
    },
    Crate {
        name: "tl-lineage",
        may_use: &["tl-domain", "tl-ledger", "tl-trace"],
        must_not_use: IMPURE,
    },
    Crate { name: "tl-assets", may_use: &[], must_not_use: SHELLS_ONLY },
    Crate { name: "tl-wire", may_use: &["tl-domain", "tl-ledger"], must_not_use: SHELLS_ONLY },
    Crate {
        name: "tl-sheets",
        may_use: &["tl-device", "tl-domain", "tl-ledger"],
        must_not_use: IMPURE,
    },
    Crate {
        name: "tl-report",
        may_use: &["tl-assets", "tl-domain", "tl-ledger"],
        must_not_use: SHELLS_ONLY,
    },
    Crate {
        name: "tl-store",
        may_use: &["tl-domain", "tl-ledger", "tl-lineage", "tl-wire"],
        must_not_use: &["actix-web", "ureq"],
    },
    Crate {
        name: "tl-testkit",
        may_use: &["tl-domain", "tl-ledger", "tl-store", "tl-wire"],
        must_not_use: &[],
    },
    Crate {
        name: "tl-edge",
        may_use: &["tl-assets", "tl-device", "tl-domain", "tl-ledger", "tl-report", "tl-wire"],
        must_not_use: &[],
    },
    Crate {
        name: "tl-server",
        may_use: &[
            "tl-accountancy",
            "tl-accounts",
            "tl-assets",
            "tl-device",
            "tl-domain",
            "tl-findings",
            "tl-ledger",
            "tl-lineage",
            "tl-reconcile",
            "tl-report",
            "tl-sheets",
            "tl-statistics",
            "tl-store",
            "tl-trace",
            "tl-wire",
        ],
        must_not_use: &[],
    },
    Crate {
        name: "tl-tests",
        may_use: &[
            "tl-accountancy",
            "tl-accounts",
            "tl-assets",
            "tl-device",
            "tl-domain",
            "tl-ledger",
            "tl-lineage",
            "tl-reconcile",
            "tl-report",
            "tl-sheets",
            "tl-statistics",
            "tl-store",
            "tl-trace",
            "tl-testkit",
            "tl-wire",
        ],
        must_not_use: &[],
    },
    // It must not share the server's fate: no store, no rules, no database.
    Crate {
        name: "tl-witness",
        may_use: &["tl-ledger"],
        must_not_use: &["diesel", "libsqlite3-sys", "pq-sys"],
    },
    Crate { name: "xtask", may_use: &[], must_not_use: &[] },
];

/// Usable by everybody's tests, by nobody's product.
const TESTKIT: &str = "tl-testkit";
/// Fuzz targets are a workspace of their own, made by cargo-fuzz.
const FUZZ_FOLDER: &str = "fuzz/";

/// A crate's manifest, parsed.
struct Manifest<'a> {
    file: &'a File,
    name: String,
    table: Table,
}

/// Arrows that the table does not know.
pub(super) fn between_crates(tree: &Tree) -> Vec<Finding> {
    let (manifests, mut findings) = parse(tree);
    for manifest in &manifests {
        let Some(known) = CRATES.iter().find(|known| known.name == manifest.name) else {
            let message = format!("{} is not in the table of arrows", manifest.name);
            findings.push(Finding::failure(&manifest.file.path, 0, message));
            continue;
        };
        for section in SECTIONS {
            let for_tests = section == "dev-dependencies";
            for used in manifest.names(section) {
                if let Some(why) = known.complaint(&used, for_tests) {
                    let message = format!("{} must not use {used}: {why}", known.name);
                    findings.push(Finding::failure(&manifest.file.path, 0, message));
                }
            }
        }
    }
    findings
}

/// Versions and lints live in the root manifest alone.
pub(super) fn manifests(tree: &Tree) -> Vec<Finding> {
    let (manifests, mut findings) = parse(tree);
    for manifest in &manifests {
        let path = &manifest.file.path;
        if !inherits(manifest.table.get("lints")) {
            findings.push(Finding::failure(path, 0, "has no [lints] workspace = true"));
        }
        for section in SECTIONS {
            let entries = manifest.table.get(section).and_then(Value::as_table);
            for (name, value) in entries.into_iter().flatten() {
                if !inherits(Some(value)) {
                    let message = format!("{name} does not take its version from the workspace");
                    findings.push(Finding::failure(path, 0, message));
                }
            }
        }
    }
    findings
}

/// Versions of the root manifest that no crate takes.
pub(super) fn unused(tree: &Tree) -> Vec<Finding> {
    let root = tree.file("Cargo.toml").and_then(|file| toml::from_str::<Table>(&file.text).ok());
    let Some(root) = root else { return Vec::new() };
    let (manifests, _) = parse(tree);
    let is_used = |name: &String| {
        let uses = |manifest: &Manifest| {
            SECTIONS.iter().any(|section| manifest.names(section).contains(name))
        };
        manifests.iter().any(uses)
    };
    let offered = root.get("workspace").and_then(|table| table.get("dependencies"));
    offered
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .filter(|(name, _)| !is_used(name))
        .map(|(name, _)| Finding::failure("Cargo.toml", 0, format!("no crate uses {name}")))
        .collect()
}

fn inherits(value: Option<&Value>) -> bool {
    let flag = value.and_then(|value| value.get("workspace"));
    flag.and_then(Value::as_bool) == Some(true)
}

impl Crate {
    fn complaint(&self, used: &str, for_tests: bool) -> Option<&'static str> {
        let is_ours = CRATES.iter().any(|known| known.name == used);
        if is_ours && !self.may_use.contains(&used) && !(for_tests && used == TESTKIT) {
            return Some("the table of arrows does not have it");
        }
        if !for_tests && self.must_not_use.contains(&used) {
            return Some("it would bring in what this crate promises to be free of");
        }
        None
    }
}

impl Manifest<'_> {
    fn names(&self, section: &str) -> Vec<String> {
        let entries = self.table.get(section).and_then(Value::as_table);
        entries.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }
}

/// Manifests of our crates; one that can't be read is a finding.
fn parse(tree: &Tree) -> (Vec<Manifest<'_>>, Vec<Finding>) {
    let mut manifests = Vec::new();
    let mut findings = Vec::new();
    let is_manifest =
        |file: &&File| file.name() == "Cargo.toml" && !file.path.starts_with(FUZZ_FOLDER);
    for file in tree.files.iter().filter(is_manifest) {
        match toml::from_str::<Table>(&file.text) {
            Ok(table) => {
                let package = table.get("package").and_then(|package| package.get("name"));
                if let Some(name) = package.and_then(Value::as_str).map(str::to_owned) {
                    manifests.push(Manifest { file, name, table });
                }
            }
            Err(error) => {
                findings.push(Finding::failure(&file.path, 0, format!("no TOML: {error}")));
            }
        }
    }
    (manifests, findings)
}

#[cfg(test)]
mod tests;
