//! The command's side of the agent's socket.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::control::{Reply, Request, SOCKET};

/// Longest wait for a line of the agent; it says every second that it is there.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A question to the running agent, and its answers.
pub(super) struct Link {
    lines: BufReader<UnixStream>,
}

impl Link {
    /// Asks the running agent.
    ///
    /// # Errors
    /// No agent runs in this directory.
    pub(super) fn ask(directory: &Path, request: &Request) -> Result<Self> {
        let path = directory.join(SOCKET);
        let mut stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => anyhow::anyhow!(
                "采集终端没有运行:请先启动 tl-edge run --dir {0},再做检定 (the agent of {0} does \
                 not run; start it first, it holds the line and signs)",
                directory.display()
            ),
            _ => anyhow::anyhow!("{}: {error}", path.display()),
        })?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        Ok(Self { lines: BufReader::new(stream) })
    }

    /// The next answer.
    ///
    /// # Errors
    /// The agent refused, or is gone.
    pub(super) fn next(&mut self) -> Result<Reply> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line);
        if read.context("采集终端没有回答 (no answer from the agent)")? == 0 {
            bail!("采集终端已停止 (the agent ended)");
        }
        match serde_json::from_str(&line)? {
            Reply::Refused(zh, en) => bail!("{zh} ({en})"),
            reply => Ok(reply),
        }
    }

    /// Bytes of the line for a time, or until `enough` says so.
    ///
    /// # Errors
    /// The agent refused, or is gone.
    pub(super) fn bytes(
        &mut self,
        time: Duration,
        most: usize,
        mut enough: impl FnMut(&[u8]) -> bool,
    ) -> Result<Vec<u8>> {
        let end = Instant::now() + time;
        let mut bytes = Vec::new();
        while Instant::now() < end {
            if let Reply::Bytes(piece) = self.next()? {
                bytes.extend(hex::decode(piece)?);
                let surplus = bytes.len().saturating_sub(most);
                bytes.drain(..surplus);
                if enough(&bytes) {
                    break;
                }
            }
        }
        Ok(bytes)
    }
}
