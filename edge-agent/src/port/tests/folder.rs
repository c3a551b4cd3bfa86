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
