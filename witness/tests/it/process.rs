//! The witness as a child process: its folder, its address, and a client that reads every answer.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use tl_ledger::note::VerifierKey;
use tl_ledger::{Hash, SignedCheckpoint};

/// A place for one witness: folder, key, policy.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) vkey: VerifierKey,
}

impl Place {
    pub(crate) fn new(policy_lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("witness");
        fs::create_dir(&dir).unwrap();
        let key = dir.join("witness.key");
        let key = key.to_str().unwrap();
        let made = program(&["keygen", "--name", "bureau.example/w1", "--out", key]);
        assert!(made.status.success(), "{made:?}");
        let vkey = String::from_utf8(made.stdout).unwrap().trim_end().parse().unwrap();
        let place = Self { folder, vkey };
        fs::write(place.policy(), format!("{policy_lines}quorum none\n")).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.path("witness")
    }

    fn policy(&self) -> PathBuf {
        self.path("policy")
    }

    /// The arguments of `serve`, on a free port of this machine.
    pub(crate) fn serve(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tl-witness"));
        command.arg("serve").arg("--dir").arg(self.dir()).arg("--policy").arg(self.policy());
        command.args(["--listen", "127.0.0.1:0"]).args(more);
        command
    }

    pub(crate) fn start(&self, more: &[&str]) -> Running {
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.serve(more);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit("  ").next().unwrap().to_owned();
        assert!(address.contains("://"), "{line:?}: {}", self.log());
        Running { child, address }
    }

    /// What the program has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    pub(crate) fn status(&self) -> (bool, String) {
        let dir = self.dir();
        let told = program(&["--lang", "en", "status", "--dir", dir.to_str().unwrap()]);
        (told.status.success(), String::from_utf8(told.stdout).unwrap())
    }
}

/// Runs the program to its end.
pub(crate) fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tl-witness")).args(arguments).output().unwrap()
}

/// A running witness; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: String,
}

/// A client that takes every status as an answer.
pub(crate) fn client() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

pub(crate) fn post(
    client: &ureq::Agent,
    address: &str,
    body: &[u8],
    announced: Option<&str>,
) -> Result<Answer, ureq::Error> {
    let mut request = client.post(format!("{address}/add-checkpoint"));
    if let Some(key) = announced {
        request = request.header("tl-log-key", key);
    }
    request.send(body).and_then(answer)
}

pub(crate) fn get(client: &ureq::Agent, address: &str, path: &str) -> Answer {
    client.get(format!("{address}{path}")).call().and_then(answer).unwrap()
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string()?;
    Ok(Answer { status, kind: kind.unwrap_or_default(), body })
}

impl Running {
    pub(crate) fn post(&self, body: &str) -> Answer {
        post(&client(), &self.address, body.as_bytes(), None).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        get(&client(), &self.address, path)
    }

    /// The last checkpoint cosigned for a log.
    pub(crate) fn checkpoint(&self, origin: &str) -> SignedCheckpoint {
        let answer = self.get(&format!("/{}/checkpoint", Hash::of(origin.as_bytes())));
        assert_eq!(answer.status, 200, "{answer:?}");
        SignedCheckpoint::parse(answer.body.as_bytes()).unwrap()
    }

    /// Ends it as a power cut of the process does.
    pub(crate) fn kill_nine(mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "it ended by itself");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The only alarm's folder.
pub(crate) fn only_alarm(dir: &Path) -> PathBuf {
    let alarms: Vec<_> = fs::read_dir(dir.join("alarms")).unwrap().collect();
    let [alarm] = alarms.as_slice() else { panic!("one alarm, not {alarms:?}") };
    alarm.as_ref().unwrap().path()
}
