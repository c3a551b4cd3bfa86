use super::*;
use crate::tidy::tests::failures;

fn manifest(name: &str, sections: &str) -> String {
    format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{sections}")
}

fn arrow_failures(name: &str, sections: &str) -> usize {
    failures(between_crates, &[("crates/x/Cargo.toml", &manifest(name, sections))]).len()
}

#[test]
fn arrows_of_the_table_pass_and_others_fail() {
    let table = [
        ("tl-domain", "[dependencies]\ntl-ledger.workspace = true", 0),
        ("tl-ledger", "[dependencies]\ntl-domain.workspace = true", 1),
        ("tl-report", "[dependencies]\ntl-store.workspace = true", 1),
        ("tl-edge", "[dependencies]\ntl-store.workspace = true", 1),
        ("tl-store", "[dependencies]\ntl-assets.workspace = true", 1),
        ("tl-store", "[dependencies]\ntl-testkit.workspace = true", 1),
        ("tl-store", "[dev-dependencies]\ntl-testkit.workspace = true", 0),
        ("tl-domain", "[dependencies]\ntokio.workspace = true", 1),
        ("tl-wire", "[dependencies]\ndiesel.workspace = true", 1),
        ("tl-witness", "[dependencies]\ntl-ledger.workspace = true", 0),
        ("tl-witness", "[dependencies]\ntl-store.workspace = true", 1),
        ("tl-witness", "[dev-dependencies]\ntl-domain.workspace = true", 1),
        ("tl-witness", "[dependencies]\ndiesel.workspace = true", 1),
        ("tl-newcomer", "", 1),
    ];
    for (name, sections, expected) in table {
        assert_eq!(arrow_failures(name, sections), expected, "{name} {sections}");
    }
}

#[test]
fn versions_and_lints_come_from_the_root() {
    let count = |text: &str| failures(manifests, &[("crates/x/Cargo.toml", text)]).len();
    assert_eq!(count(&manifest("tl-wire", "[dependencies]\nserde = { workspace = true }")), 0);
    assert_eq!(count(&manifest("tl-wire", "[dependencies]\nserde = \"1\"")), 1);
    assert_eq!(count("[package]\nname = \"tl-wire\"\n"), 1);
    assert_eq!(count("[package\n"), 1);
}

#[test]
fn a_version_that_nobody_takes_is_named() {
    let root = "[workspace.dependencies]\nserde = \"1\"\nhex = \"1\"\n";
    let wire = manifest("tl-wire", "[dev-dependencies]\nserde.workspace = true");
    let found = unused(&Tree::of(&[("Cargo.toml", root), ("crates/wire/Cargo.toml", &wire)]));
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["no crate uses hex"]);
}
