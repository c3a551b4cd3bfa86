use super::*;

#[test]
fn a_stale_file_fails_the_check_and_is_repaired_by_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docs").join("list.md");
    assert!(!settle(&path, "list.md", "one\n", Mode::Check).unwrap());
    assert!(settle(&path, "list.md", "one\n", Mode::Write).unwrap());
    assert!(settle(&path, "list.md", "one\n", Mode::Check).unwrap());
    assert!(!settle(&path, "list.md", "two\n", Mode::Check).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
}

#[test]
fn the_first_difference_is_counted_from_one() {
    assert_eq!(first_difference("a\nb\n", "a\nc\n"), 2);
    assert_eq!(first_difference("", "a\n"), 1);
}

#[test]
fn a_program_that_fails_is_quoted() {
    let error = printed(Path::new("sh"), &["-c", "echo no such page >&2; exit 2"]).unwrap_err();
    assert!(format!("{error:#}").contains("no such page"), "{error:#}");
    assert_eq!(printed(Path::new("echo"), &["text"]).unwrap(), "text\n");
}
