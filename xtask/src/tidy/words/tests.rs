use super::*;
use crate::tidy::tests::failures;

fn lines(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
    failures(rule, &[(path, text)]).into_iter().map(|(_, line)| line).collect()
}

#[test]
fn every_word_of_every_ban_is_found_where_it_applies() {
    let places = [
        "crates/domain/src/a.rs",
        "crates/wire/src/a.rs",
        "server/src/pages/a.rs",
        "tests/it/a.rs",
    ];
    for ban in BANS {
        let path = places.iter().find(|path| (ban.applies)(&Tree::of(&[(path, "")]).files[0]));
        let path = path.expect("each ban applies to one of the places");
        for word in ban.words {
            let text = format!("fn f() {{\n    x {word}\n}}\n");
            let mut found = lines(banned, path, &text);
            found.dedup();
            assert_eq!(found, [2], "{word} in {path}");
        }
    }
}

#[test]
fn comments_strings_and_tests_may_speak_of_calls() {
    let pure = "crates/domain/src/a.rs";
    assert!(lines(banned, pure, "// no std::fs here\nlet a = \"tokio\";\n").is_empty());
    let inline = "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    assert!(lines(banned, pure, inline).is_empty());
    assert!(lines(banned, "crates/domain/src/a/tests.rs", "use std::fs;\n").is_empty());
    assert!(lines(banned, pure, "let operand::x = strand::y;\n").is_empty());
}

#[test]
fn sql_and_routes_have_their_places() {
    let sql = "use diesel::prelude::*;\n";
    assert_eq!(lines(banned, "server/src/a.rs", sql), [1]);
    assert!(lines(banned, "crates/store/src/a.rs", sql).is_empty());
    assert!(lines(banned, "edge-agent/src/outbox/rows.rs", sql).is_empty());
    assert_eq!(lines(banned, "edge-agent/src/page/rows.rs", sql), [1]);
    let route = "app.route(path, get);\n";
    assert_eq!(lines(banned, "server/src/pages/a.rs", route), [1]);
    assert!(lines(banned, "server/src/router.rs", route).is_empty());
}

#[test]
fn machine_paths_are_absolute() {
    let path = format!("see {}main\n", concat!("/wo", "rk/"));
    assert_eq!(lines(banned, "README.md", &path), [1]);
    let relative =
        format!("see ..{}main or frame{}x\n", concat!("/wo", "rk/"), concat!("/wo", "rk/"));
    assert!(lines(banned, "README.md", &relative).is_empty());
}

#[test]
fn grouped_imports_are_seen() {
    let path = "crates/ledger/src/a.rs";
    assert_eq!(lines(grouped_imports, path, "use std::{fmt, fs};\n"), [1]);
    assert!(lines(grouped_imports, path, "use std::{fmt, offset};\n").is_empty());
}

#[test]
fn lock_files_have_no_addresses() {
    let text = "{\n  \"resolved\": \"https://registry.example/a.tgz\"\n}\n";
    assert_eq!(lines(lock_files, "web/package-lock.json", text), [2]);
    assert!(lines(lock_files, "web/package.json", text).is_empty());
}
