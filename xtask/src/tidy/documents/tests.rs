use super::*;
use crate::tidy::tests::failures;

#[test]
fn named_paths_exist() {
    let text = "See `server/src/router.rs` and `crates/wire/`.\nRun `cargo xtask test`.\n\
                Then `server/src/gone.rs`.\n";
    let files =
        [("ARCHITECTURE.md", text), ("server/src/router.rs", ""), ("crates/wire/src/lib.rs", "")];
    assert_eq!(failures(paths_exist, &files), [("ARCHITECTURE.md".to_owned(), 3)]);
}

#[test]
fn every_dependency_has_a_row_and_every_row_a_dependency() {
    let manifest = "[workspace.dependencies]\nours = { path = \"crates/ours\" }\n\
                    serde = \"1\"\nsha2 = { version = \"1\" }\n";
    let list = "| crate | why |\n| `serde` | JSON |\n| `gone` | once |\n";
    let files = [("Cargo.toml", manifest), ("docs/dependencies.md", list)];
    let expected = [("docs/dependencies.md".to_owned(), 0), ("docs/dependencies.md".to_owned(), 3)];
    assert_eq!(failures(dependencies_explained, &files), expected);
}
