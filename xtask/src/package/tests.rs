//! What goes into an archive is there, and the installer is a script that a shell reads.

use super::*;

#[test]
fn every_file_of_an_archive_is_in_the_checkout() {
    for (from, _, _) in FILES {
        assert!(workspace::root().join(from).is_file(), "{from}");
    }
    assert!(workspace::root().join("packaging/sample-case.json").is_file());
}

#[test]
fn the_installer_is_read_by_a_plain_shell_and_starts_nothing_that_is_not_enrolled() {
    let script = workspace::root().join("packaging/install.sh");
    let checked = Command::new("sh").arg("-n").arg(&script).output().expect("a shell");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let text = fs::read_to_string(&script).expect("the script");
    for (_, to, _) in FILES.iter().filter(|(_, to, _)| to.starts_with("etc/")) {
        assert!(text.contains(to), "{to} is not installed");
    }
    assert!(text.contains(PROGRAM));
}

#[test]
fn an_archive_holds_every_file_with_its_mode_and_the_same_bytes_make_the_same_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program");
    fs::write(&program, "a program").expect("written");
    let make = || {
        let archive = pack(&TARGETS[0], &program, "1.2.3", folder.path()).expect("packed");
        (fs::read(&archive).expect("bytes"), archive)
    };
    let (first, archive) = make();
    assert_eq!(make().0, first);
    let list = output(Command::new("tar").args(["--list", "--verbose", "--file"]).arg(&archive));
    let list = list.expect("a list");
    for (_, to, _) in FILES {
        assert!(list.contains(&format!("tl-edge-1.2.3-x86_64-linux/{to}")), "{to}: {list}");
    }
    let line = list.lines().find(|line| line.ends_with(PROGRAM)).expect("the program");
    assert!(line.starts_with("-rwxr-xr-x 0/0"), "{line}");
    write_sums(folder.path()).expect("sums");
    output(Command::new("sha256sum").args(["--check", SUMS]).current_dir(folder.path()))
        .expect("the sums hold");
}

#[test]
fn only_known_machines_are_packed_for() {
    assert_eq!(chosen(&[]).expect("all").len(), TARGETS.len());
    assert_eq!(chosen(&["aarch64".to_owned()]).expect("one").len(), 1);
    assert!(chosen(&["mips".to_owned()]).is_err());
}
