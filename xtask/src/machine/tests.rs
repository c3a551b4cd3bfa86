use super::*;

#[test]
fn everything_missing_is_one_line_with_the_command() {
    let line = missing(BUILD_NEEDS, |_| false).unwrap();
    assert!(!line.contains('\n'), "{line}");
    assert!(line.ends_with("apt-get install gcc nodejs npm"), "{line}");
}

#[test]
fn only_what_is_missing_is_named() {
    let line = missing(BUILD_NEEDS, |programs| programs != ["npm"]).unwrap();
    assert!(line.contains("npm") && !line.contains("gcc"), "{line}");
    assert_eq!(missing(BUILD_NEEDS, |_| true), None);
}

#[test]
fn a_shell_is_found_and_a_folder_is_no_program() {
    assert!(find("sh").is_some());
    assert!(find("no-such-program-here").is_none());
    assert!(!is_program(Path::new("/usr/bin")));
}
