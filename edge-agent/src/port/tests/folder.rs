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

/// A slow export: each look sees more of it, and none of it is read before the last row.
#[test]
fn a_file_that_grows_slowly_waits_for_its_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.csv");
    let mut watch = Watch::new(directory.path(), &[".csv"], 1000);
    let start = Instant::now();
    let mut written = String::new();
    for second in 0..60u64 {
        written.push_str("row\n");
        std::fs::write(&path, &written).expect("written");
        let ready = watch.look(start + Duration::from_millis(second * 900)).expect("listed");
        assert!(ready.is_empty(), "second {second}");
    }
    let end = start + Duration::from_millis(59 * 900);
    assert!(watch.look(end + Duration::from_millis(999)).expect("listed").is_empty());
    let ready = watch.look(end + Duration::from_millis(1000)).expect("listed");
    let (bytes, _) = crate::port::folder::read(&ready[0]).expect("read");
    assert_eq!(bytes.len(), 60 * 4, "all of it");
}

/// Replaced by a copy of the same size and with the same time of writing, as some programs do.
#[test]
fn a_file_that_is_replaced_is_read_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.csv");
    let mut watch = Watch::new(directory.path(), &[".csv"], 1000);
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    std::fs::write(&path, "1\n").expect("written");
    let time = std::fs::metadata(&path).expect("there").modified().expect("a time");
    watch.look(at(0)).expect("listed");
    let ready = watch.look(at(1)).expect("listed");
    watch.done(&ready[0]);
    let copy = directory.path().join("a.tmp");
    std::fs::write(&copy, "2\n").expect("written");
    let file = std::fs::File::options().write(true).open(&copy).expect("opened");
    file.set_modified(time).expect("set");
    drop(file);
    std::fs::rename(&copy, &path).expect("replaced");
    assert!(watch.look(at(2)).expect("listed").is_empty(), "it has to stand still again");
    let ready = watch.look(at(3)).expect("listed");
    assert_eq!(crate::port::folder::read(&ready[0]).expect("read").0, b"2\n");
    // Replaced by nothing for a moment.
    std::fs::remove_file(&path).expect("removed");
    assert!(watch.look(at(4)).expect("listed").is_empty());
    std::fs::write(&path, "3\n").expect("written");
    assert!(watch.look(at(5)).expect("listed").is_empty());
    assert_eq!(watch.look(at(6)).expect("listed").len(), 1);
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
