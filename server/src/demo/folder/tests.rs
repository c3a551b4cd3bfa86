//! What is there stays, what was made goes.

use std::fs;

use super::Folder;

#[test]
fn a_folder_with_something_in_it_is_refused_and_left_alone() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    let mine = outside.path().join("mine.txt");
    fs::write(&mine, "mine").expect("written");
    let refused = Folder::take(Some(outside.path()), false).expect_err("it is not empty");
    assert!(refused.to_string().contains("not an empty folder"), "{refused}");
    assert_eq!(fs::read_to_string(&mine).expect("still there"), "mine");
}

#[test]
fn a_named_folder_is_emptied_and_stays() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    let folder = Folder::take(Some(outside.path()), false).expect("it is empty");
    fs::create_dir(folder.path().join("keys")).expect("made");
    fs::write(folder.path().join("keys/sign.key"), "secret").expect("written");
    drop(folder);
    assert_eq!(fs::read_dir(outside.path()).expect("still there").count(), 0);
}

#[test]
fn a_folder_that_was_made_is_gone_unless_it_is_kept() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    for (keep, stays) in [(false, false), (true, true)] {
        let path = outside.path().join("new");
        let folder = Folder::take(Some(&path), keep).expect("it can be made");
        fs::write(folder.path().join("sign.key"), "secret").expect("written");
        drop(folder);
        assert_eq!(path.exists(), stays, "keep {keep}");
    }
}
