//! The program as a service: told when ready and alive, updated, and brought back.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tl_ledger::{Hash, Signer};
use tl_wire::update::{MANIFEST_FORMAT, UpdateManifest, Version, file, target};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tl-edge");
const WAIT: Duration = Duration::from_secs(60);

/// An enrolled directory without ports, page and server.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("written");
    };
    let identity = serde_json::json!({
        "device": "edge-1", "party": "plant-a", "site": "site-a", "role": "plant", "epoch": 1,
        "device_url": "https://127.0.0.1:1",
        "snapshot_key": Signer::from_seed(&[9; 32]).public().to_string(),
    });
    write("device.json", &identity.to_string());
    write("event.key", &hex::encode([7; 32]));
    write("update.pub", &signer().public().to_string());
    write(
        "config.toml",
        "[outbox]\nballast_bytes = 0\n[uplink]\nenabled = false\n[update]\nprobation_seconds = 0\n",
    );
    directory
}

fn signer() -> Signer {
    Signer::from_seed(&[5; 32])
}

struct Running(Child);

impl Drop for Running {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A service manager that listens.
struct Manager(UnixDatagram);

impl Manager {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("a socket");
        socket.set_read_timeout(Some(WAIT)).expect("a time limit");
        Self(socket)
    }

    fn hears(&self) -> String {
        let mut buffer = [0; 256];
        let length = self.0.recv(&mut buffer).expect("the program says something");
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    }

    fn waits_for(&self, word: &str) {
        let deadline = Instant::now() + WAIT;
        while self.hears() != word {
            assert!(Instant::now() < deadline, "{word} was not said");
        }
    }
}

fn start(verb: &str, directory: &Path, socket: &Path) -> Running {
    let mut command = Command::new(PROGRAM);
    command.arg(verb).arg("--dir").arg(directory);
    command.env("NOTIFY_SOCKET", socket).env("WATCHDOG_USEC", "300000");
    command.env_remove("WATCHDOG_PID").stdout(Stdio::null()).stderr(Stdio::null());
    Running(command.spawn().expect("started"))
}

#[test]
fn the_service_manager_hears_ready_and_then_again_and_again_that_all_is_well() {
    let directory = directory();
    let socket = directory.path().join("notify");
    let manager = Manager::at(&socket);
    let mut agent = start("run", directory.path(), &socket);
    assert_eq!(manager.hears(), "READY=1", "first of all");
    for _ in 0..3 {
        assert_eq!(manager.hears(), "WATCHDOG=1");
    }
    let id = agent.0.id().to_string();
    assert!(Command::new("kill").arg(&id).status().expect("kill").success());
    manager.waits_for("STOPPING=1");
    assert!(agent.0.wait().expect("ended").success());
}

/// An update file of a shell script that passes for the program.
fn update(directory: &Path, script: &str, version: Version) -> std::path::PathBuf {
    let program = format!("#!/bin/sh\n{script}\n").into_bytes();
    let manifest = UpdateManifest {
        v: MANIFEST_FORMAT,
        program: "tl-edge".to_owned(),
        version,
        target: target(),
        sha256: Hash::of(&program),
        size: program.len() as u64,
        outbox_min: "00000000000001".to_owned(),
        floor: Version(0, 1, 0),
    };
    let path = directory.join("tl-edge.update");
    let envelope = manifest.sign(&signer()).expect("signed");
    fs::write(&path, file(&envelope, &program)).expect("written");
    path
}

fn command(arguments: &[&str], directory: &Path) -> Output {
    Command::new(PROGRAM).args(arguments).arg("--dir").arg(directory).output().expect("started")
}

fn journal(directory: &Path) -> serde_json::Value {
    let text = fs::read(directory.join("programs/journal.json")).expect("a journal");
    serde_json::from_slice(&text).expect("JSON")
}

/// Makes the outbox, so that there is something to test on.
fn ran_once(directory: &Path) {
    let socket = directory.join("first");
    let manager = Manager::at(&socket);
    let agent = start("launch", directory, &socket);
    manager.waits_for("READY=1");
    drop(agent);
}

#[test]
fn a_program_that_dies_is_tried_three_times_and_the_old_one_comes_back() {
    let directory = directory();
    let dir = directory.path();
    ran_once(dir);
    let script = format!("case $1 in self-test) exec {PROGRAM} \"$@\";; *) exit 3;; esac");
    let path = update(dir, &script, Version(9, 0, 0));
    let done = command(&["update", path.to_str().expect("text")], dir);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for _ in 0..3 {
        assert_eq!(command(&["launch"], dir).status.code(), Some(3), "the new one is tried");
    }
    let socket = dir.join("notify");
    let manager = Manager::at(&socket);
    let agent = start("launch", dir, &socket);
    manager.waits_for("READY=1");
    drop(agent);
    let journal = journal(dir);
    assert!(journal["trial"].is_null() && journal["accepted"].is_null(), "{journal}");
    assert_eq!(journal["refused"].as_array().map(Vec::len), Some(1), "{journal}");
}

#[test]
fn a_program_that_fails_its_self_test_or_is_not_ours_is_never_started() {
    let directory = directory();
    let dir = directory.path();
    ran_once(dir);
    let path = update(dir, "echo broken tables >&2; exit 1", Version(9, 0, 0));
    let refused = command(&["update", path.to_str().expect("text")], dir);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("broken tables"), "{said}");
    assert!(!dir.join("programs/journal.json").exists(), "no probation began");
    let left = fs::read_dir(dir.join("programs")).expect("a folder").flatten();
    let copies = left.filter(|it| it.file_name().to_string_lossy().starts_with("self-test"));
    assert_eq!(copies.count(), 0, "the copy is gone");
    let mut bytes = fs::read(&path).expect("read");
    *bytes.last_mut().expect("bytes") ^= 1;
    let damaged = dir.join("damaged.update");
    fs::write(&damaged, bytes).expect("written");
    let refused = command(&["update", damaged.to_str().expect("text")], dir);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("SHA-256 is"), "{said}");
    fs::write(dir.join("update.pub"), Signer::from_seed(&[6; 32]).public().to_string())
        .expect("another key");
    let refused = command(&["update", path.to_str().expect("text")], dir);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("update key"), "{said}");
}

#[test]
fn a_program_that_is_well_is_accepted_and_runs_from_then_on() {
    let directory = directory();
    let dir = directory.path();
    ran_once(dir);
    let path = update(dir, &format!("exec {PROGRAM} \"$@\""), Version(9, 1, 0));
    let done = command(&["update", path.to_str().expect("text")], dir);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let socket = dir.join("notify");
    let manager = Manager::at(&socket);
    let agent = start("launch", dir, &socket);
    manager.waits_for("READY=1");
    let deadline = Instant::now() + WAIT;
    while journal(dir)["accepted"].is_null() {
        manager.waits_for("WATCHDOG=1");
        assert!(Instant::now() < deadline, "{}", journal(dir));
    }
    drop(agent);
    assert_eq!(journal(dir)["accepted"]["version"], "9.1.0");
    let shown = command(&["update"], dir);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("9.1.0"));
}
