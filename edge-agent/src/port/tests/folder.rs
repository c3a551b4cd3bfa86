//! A watched folder: which files are ready.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::port::folder::{Settled, Watch};

#[test]
fn a_file_is_read_only_when_it_stands_still() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut watch = Watch::new(directory.path(), &[".csv"], 1000);
    let path = directory.path().join("a.CSV");
    std::fs::write(&path, "1").expect("written");
    std::fs::write(directory.path().join("~a.csv"), "draft").expect("written");
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let names = |watch: &mut Watch, millis| {
        let files = watch.look(at(millis)).expect("listed");
        files.into_iter().map(|file| file.name).collect::<Vec<_>>()
    };
    assert!(names(&mut watch, 0).is_empty());
    assert!(names(&mut watch, 900).is_empty());
    std::fs::write(&path, "12").expect("written");
    assert!(names(&mut watch, 1100).is_empty(), "it grew");
    assert_eq!(names(&mut watch, 2100), ["a.CSV"]);
    let file = Settled { path, name: "a.CSV".to_owned() };
    watch.done(&file);
    assert!(names(&mut watch, 9000).is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_an_error_not_a_crash() {
    let mut watch = Watch::new(Path::new("/nonexistent/folder"), &[".csv"], 0);
    assert!(watch.look(Instant::now()).is_err());
}

#[test]
fn a_file_that_fails_is_tried_less_and_less_often() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.csv");
    std::fs::write(&path, "1").expect("written");
    let mut watch = Watch::new(directory.path(), &[".csv"], 0);
    let file = Settled { path: path.clone(), name: "a.csv".to_owned() };
    let mut now = Instant::now();
    for pause in [5, 10, 20, 40, 80, 80] {
        assert_eq!(watch.look(now).expect("listed"), std::slice::from_ref(&file));
        watch.later(&file, now);
        now += Duration::from_secs(pause) - Duration::from_millis(1);
        assert!(watch.look(now).expect("listed").is_empty(), "not before {pause} s");
        now += Duration::from_millis(1);
    }
    std::fs::write(&path, "12").expect("written");
    assert_eq!(watch.look(now).expect("listed").len(), 1, "a change counts at once");
}

#[test]
fn a_folder_with_too_many_files_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    for number in 0..=10_000 {
        std::fs::File::create(directory.path().join(number.to_string())).expect("made");
    }
    let mut watch = Watch::new(directory.path(), &[".csv"], 0);
    let error = watch.look(Instant::now()).expect_err("too many");
    assert!(error.to_string().contains("10000"), "{error}");
    std::fs::remove_file(directory.path().join("7")).expect("removed");
    assert!(watch.look(Instant::now()).is_ok());
}
