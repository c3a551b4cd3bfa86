use super::*;
use crate::tidy::tests::{failures, warnings};

fn at(path: &str, line: usize) -> Vec<(String, usize)> {
    vec![(path.to_owned(), line)]
}

#[test]
fn long_files_warn_then_fail_and_large_ones_fail() {
    let (fine, long, too_long) = ("\n".repeat(400), "\n".repeat(401), "\n".repeat(701));
    let files = [("a.rs", fine.as_str()), ("b.rs", long.as_str()), ("c.rs", too_long.as_str())];
    assert_eq!(warnings(size, &files), at("b.rs", 0));
    assert_eq!(failures(size, &files), at("c.rs", 0));
    assert_eq!(failures(size, &[("data.bin", &"x".repeat(500_001))]), at("data.bin", 0));
}

#[test]
fn wide_lines_fail_unless_a_word_cannot_be_broken() {
    let wide = format!("// {}\n", "ab ".repeat(33));
    assert_eq!(failures(columns, &[("a.rs", &wide)]), at("a.rs", 1));
    let hash = format!("    let leaf = \"{}\";\n", "0a".repeat(50));
    assert!(failures(columns, &[("a.rs", &hash)]).is_empty());
    // Columns are characters: 100 of them fit, whatever their bytes.
    assert!(failures(columns, &[("a.rs", &"铊".repeat(100))]).is_empty());
}

#[test]
fn a_module_begins_with_its_doc() {
    let plain = "use std::fmt;\n";
    assert_eq!(failures(module_doc, &[("a.rs", plain)]), at("a.rs", 1));
    assert!(failures(module_doc, &[("a.rs", "//! For.\n"), ("src/tests.rs", plain)]).is_empty());
    assert!(failures(module_doc, &[("a.rs", "#![forbid(unsafe_code)]\n//! For.\n")]).is_empty());
}

#[test]
fn white_space_at_ends() {
    assert_eq!(failures(layout, &[("a.md", "one \ntwo\n")]), at("a.md", 1));
    assert_eq!(failures(layout, &[("a.rs", "one")]), at("a.rs", 1));
    assert_eq!(failures(layout, &[("a.rs", "one\n\n")]), at("a.rs", 2));
    assert!(failures(layout, &[("a.rs", "one\n"), ("case.in", "one ")]).is_empty());
}
