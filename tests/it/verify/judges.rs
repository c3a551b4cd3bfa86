//! Programs that judge: ours, and three that share no code with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tl_tests::program;

use super::export::Export;

/// Names a Go compiler.
const GO_VARIABLE: &str = "TL_TEST_GO";
/// Names a Python that has securesystemslib.
const PYTHON_VARIABLE: &str = "TL_TEST_PYTHON";
/// Where Debian puts golang.org/x/mod.
const GO_FOLDER: &str = "/usr/share/gocode";
/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Checkpoint,
    Proof,
    Consistency,
    Fsck,
    Event,
}
use Check::{Consistency, Event, Fsck, Proof};

pub(super) const ALL: [Check; 5] = [Check::Checkpoint, Proof, Consistency, Fsck, Event];

/// Programs that judge.
pub(super) struct Judges {
    server: PathBuf,
    documents: PathBuf,
    go: Option<PathBuf>,
    python: Option<PathBuf>,
    has_openssl: bool,
}

impl Judges {
    pub(super) fn find(folder: &Path) -> Result<Self> {
        let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify");
        let go = std::env::var_os(GO_VARIABLE).map(PathBuf::from);
        let go = go.map(|go| build(&go, &documents, folder)).transpose()?;
        let python = std::env::var_os(PYTHON_VARIABLE).map(PathBuf::from);
        let present = |tool: &str| {
            let mut command = Command::new(tool);
            program::run(command.arg("--version")).is_ok()
        };
        let has_openssl = present("openssl") && present("xxd");
        for (there, line) in [
            (go.is_some(), format!("the verifier in Go, {GO_VARIABLE} is not set")),
            (python.is_some(), format!("securesystemslib, {PYTHON_VARIABLE} is not set")),
            (has_openssl, "the verifier in bash, openssl or xxd is not installed".to_owned()),
        ] {
            if !there {
                println!("skipped: {line}");
            }
        }
        Ok(Self { server: program::server()?, documents, go, python, has_openssl })
    }

    /// The commands that can judge this, by their names.
    fn commands(&self, check: Check, export: &Export) -> Vec<(&'static str, Command)> {
        let mut commands = vec![("tl-server", self.by_server(check, export))];
        let word = check.word();
        let files = export.files(check);
        if let (Some(go), true) = (&self.go, check != Event) {
            let mut command = Command::new(go);
            command.arg(word).arg(export.path("log.vkey")).args(&files);
            commands.push(("tlverify", command));
        }
        let in_shell = matches!(check, Check::Checkpoint | Proof | Event);
        if self.has_openssl && in_shell {
            let mut command = Command::new("bash");
            command.arg(self.documents.join("verify.sh")).arg(word);
            match check {
                Event => command.arg(export.key()),
                _ => command.arg(export.path("log.vkey")),
            };
            command.args(&files);
            commands.push(("verify.sh", command));
        }
        if let (Some(python), Event) = (&self.python, check) {
            let mut command = Command::new(python);
            command.arg(self.documents.join("dsse.py")).arg(export.key()).args(&files);
            commands.push(("dsse.py", command));
        }
        commands
    }

    fn by_server(&self, check: Check, export: &Export) -> Command {
        let mut command = Command::new(&self.server);
        command.args(["--lang", "en", "ledger", "check", check.word()]);
        let files = export.files(check);
        match check {
            Consistency => command.arg(&files[0]).arg("--old").arg(&files[1]),
            _ => command.args(&files),
        };
        match check {
            Event => command.args(["--key", &export.key()]),
            _ => command.arg("--vkey").arg(export.path("log.vkey")),
        };
        command
    }

    /// Every judge that can must answer with this exit code.
    pub(super) fn expect(
        &self,
        check: Check,
        export: &Export,
        code: i32,
        what: &str,
    ) -> Result<()> {
        for (name, mut command) in self.commands(check, export) {
            let output = program::run(&mut command)?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(
                output.status.code() == Some(code),
                "{what}, {check:?}: {name} ended with {}, {code} wanted: {said}",
                output.status
            );
            let reasons = said.lines().count();
            ensure!(code == 0 || reasons > 0, "{what}, {check:?}: {name} gave no reason");
        }
        Ok(())
    }
}

impl Check {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Proof => "proof",
            Self::Consistency => "consistency",
            Self::Fsck => "fsck",
            Self::Event => "event",
        }
    }
}

fn build(go: &Path, documents: &Path, folder: &Path) -> Result<PathBuf> {
    let built = folder.join("tlverify");
    let mut command = Command::new(go);
    command.env("GO111MODULE", "off").env("GOPATH", GO_FOLDER).arg("build").arg("-o").arg(&built);
    program::succeed(command.arg(documents.join("tlverify.go"))).context("the verifier in Go")?;
    Ok(built)
}
