//! A station: a QR scanner on TCP whose every scan is recorded, and its answer when it is durable.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use tl_domain::code::{Code, CodeKind, qr_text};

/// Answer of the agent: recorded and durable.
pub const DONE: u8 = 0x06;
/// Answer of the agent: refused.
pub const REFUSED: u8 = 0x15;
/// Longest wait for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Configuration of an agent with a page and one station, on free ports.
pub const CONFIGURATION: &str = r#"
[page]
listen = "127.0.0.1:0"
[uplink]
retry_max_seconds = 1
poll_seconds = 1
[[port]]
kind = "scanner_tcp"
name = "gate"
listen = "127.0.0.1:0"
answer = true
profile = { suffix = "\r", aim = "required" }
[port.station]
material = "zn-conc"
node = "yard"
"#;
/// File in which the agent writes the station's address.
pub const ADDRESS_FILE: &str = "port-gate.addr";

/// A scanner that is connected to a station.
pub struct Scanner {
    line: TcpStream,
}

impl Scanner {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let line = TcpStream::connect(address).context("the station does not listen")?;
        line.set_nodelay(true)?;
        line.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Self { line })
    }

    /// Scans a batch's label; gives the agent's answer.
    ///
    /// # Errors
    /// No answer came.
    pub fn scan(&mut self, code: &Code) -> Result<u8> {
        self.read(&qr_text("localhost", CodeKind::Batch, code))
    }

    /// Reads any QR code; gives the agent's answer.
    ///
    /// # Errors
    /// No answer came.
    pub fn read(&mut self, text: &str) -> Result<u8> {
        self.line.write_all(format!("]Q1{text}\r").as_bytes())?;
        let mut answer = [0];
        self.line.read_exact(&mut answer).context("no answer to the scan")?;
        Ok(answer[0])
    }
}
