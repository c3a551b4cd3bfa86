//! Rows that an outside program reads from another database: it writes CSV, we read it.
//!
//! The program is declared with its whole path and its arguments; no shell reads them. It gets a
//! bare environment, no input, a time and a bound for what it writes; who stays longer, or writes
//! more, is ended with all its children, and nothing of what it wrote counts.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tl_device::ticket::{TicketFile, TicketMapping, read_csv};

use crate::config::TicketCommand;
use crate::run::spawn;

/// Most bytes that a program may write.
const OUTPUT_BYTES_MAX: u64 = 8 << 20;
/// Of what it says beside that, the end is shown.
const SAID_CHARS_MAX: usize = 400;
/// Bytes of it that are kept.
const SAID_BYTES_MAX: u64 = 64 << 10;
/// How often is asked whether it is done.
const ASK_EVERY: Duration = Duration::from_millis(20);
/// After its end its output is waited for so long: a child of it may hold the line.
const REST: Duration = Duration::from_secs(2);
/// Where programs are looked for by programs.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/mssql-tools18/bin:/opt/mssql-tools/bin";
/// Values of the environment that stand in a file.
const FROM_FILE: &str = "file:";

/// A program as declared.
pub(super) struct Command {
    program: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    timeout: Duration,
}

impl Command {
    /// Nothing runs yet.
    pub(super) fn new(config: &TicketCommand) -> Self {
        Self {
            program: config.program.clone(),
            arguments: config.arguments.clone(),
            environment: config.environment.clone(),
            timeout: Duration::from_secs(config.timeout_seconds.into()),
        }
    }

    /// Whether the query asks for one page at a time.
    pub(super) fn is_paged(&self) -> bool {
        self.arguments.iter().any(|it| it.contains("{limit}"))
    }

    /// The rows behind a stamp.
    ///
    /// # Errors
    /// What the program said, or what is wrong with what it wrote.
    pub(super) fn read(
        &self,
        since: &str,
        limit: u32,
        mapping: &TicketMapping,
        stopping: &dyn Fn() -> bool,
    ) -> Result<TicketFile, String> {
        let bytes = self.run(since, limit, stopping)?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(format!(
                "{} wrote nothing, not even the names of columns",
                self.program.display()
            ));
        }
        read_csv(&bytes, mapping).map_err(|error| error.to_string())
    }

    fn run(&self, since: &str, limit: u32, stopping: &dyn Fn() -> bool) -> Result<Vec<u8>, String> {
        let name = self.program.display();
        let limit = limit.to_string();
        let mut command = std::process::Command::new(&self.program);
        let filled = |text: &String| text.replace("{since}", since).replace("{limit}", &limit);
        command.args(self.arguments.iter().map(filled)).env_clear();
        command.env("PATH", PATH).env("LANG", "C.UTF-8").env("HOME", "/nonexistent");
        for (key, value) in &self.environment {
            command.env(key, secret(value)?);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let group = Group::of(&child);
        let output = listen(child.stdout.take(), OUTPUT_BYTES_MAX)?;
        let said = listen(child.stderr.take(), SAID_BYTES_MAX)?;
        let until = Instant::now() + self.timeout;
        let mut written = None;
        let status = loop {
            if written.is_none() {
                written = output.try_recv().ok();
            }
            if written.as_ref().is_some_and(|it| it.len() as u64 > OUTPUT_BYTES_MAX) {
                group.end(&mut child);
                return Err(format!(
                    "{name} wrote more than {OUTPUT_BYTES_MAX} bytes; put {{limit}} into the \
                     query, or a later `start`"
                ));
            }
            if let Some(status) = child.try_wait().map_err(|error| format!("{name}: {error}"))? {
                break status;
            }
            if Instant::now() >= until || stopping() {
                group.end(&mut child);
                let seconds = self.timeout.as_secs();
                return Err(format!("{name} was ended after {seconds} s"));
            }
            std::thread::sleep(ASK_EVERY);
        };
        let written = written.or_else(|| output.recv_timeout(REST).ok());
        if written.is_none() {
            // Children that it left behind hold the line, so the group is still theirs.
            group.end(&mut child);
        }
        if !status.success() {
            let said = said.recv_timeout(REST).unwrap_or_default();
            return Err(format!("{name}: {status}: {}", tail(&said)));
        }
        let written = written.ok_or_else(|| format!("{name} ended and left its output open"))?;
        if written.len() as u64 > OUTPUT_BYTES_MAX {
            return Err(format!("{name} wrote more than {OUTPUT_BYTES_MAX} bytes"));
        }
        Ok(written)
    }
}

/// The process group of a program and its children.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(i32::try_from(child.id()).ok().map(Pid::from_raw))
    }

    /// Ends all of it. The program itself is waited for, so that its number is free only then.
    fn end(&self, child: &mut Child) {
        if let Some(group) = self.0 {
            // Nobody may be left: that is no error.
            let _ = killpg(group, Signal::SIGKILL);
        }
        if let Err(error) = child.wait() {
            tracing::warn!(%error, "a program that was ended");
        }
    }
}

/// Reads a line of the program to its end or beyond a bound, on a thread of its own.
fn listen(
    line: Option<impl Read + Send + 'static>,
    bytes_max: u64,
) -> Result<Receiver<Vec<u8>>, String> {
    let (done, heard) = channel();
    let line = line.ok_or("the program has no output")?;
    spawn("tickets-output", move || {
        let (mut bytes, mut line) = (Vec::new(), line);
        if let Err(error) = line.by_ref().take(bytes_max + 1).read_to_end(&mut bytes) {
            tracing::warn!(%error, "a program's output");
        }
        // Who asked may be gone.
        let _ = done.send(bytes);
        // The rest is read and dropped, so that no program stands still or breaks by us.
        let _ = std::io::copy(&mut line, &mut std::io::sink());
    })
    .map_err(|error| error.to_string())?;
    Ok(heard)
}

/// A value of the environment, or the first line of the file that it names.
fn secret(value: &str) -> Result<String, String> {
    let Some(path) = value.strip_prefix(FROM_FILE) else {
        return Ok(value.to_owned());
    };
    let mut line = String::new();
    let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
    BufReader::new(file.take(SAID_BYTES_MAX))
        .read_line(&mut line)
        .map_err(|error| format!("{path}: {error}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The end of what a program said.
fn tail(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let text = text.trim();
    let skip = text.chars().count().saturating_sub(SAID_CHARS_MAX);
    text.chars().skip(skip).map(|it| if it.is_control() { ' ' } else { it }).collect()
}
