//! The running agent's own socket, for commands of the same machine: hear a scale's line, watch
//! a scanner, record a commissioning.
//!
//! One JSON object a line in each direction; one client at a time; only who may read the agent's
//! directory gets to the socket. The agent checks everything again that it signs.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::RecvTimeoutError;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::record::{Commissioning, commission};
use crate::outbox::{CommissionRow, WriteError};
use crate::port::Ports;
use crate::run::spawn;
use crate::words::Words;

/// Name of the socket in the agent's directory.
pub(super) const SOCKET: &str = "control.sock";
/// Longest request: bytes of several loads in base64.
const REQUEST_BYTES_MAX: u64 = 2 << 20;
/// Longest wait for a request, and for a client that takes nothing.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the socket and the stop are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Looks without bytes after which a client is asked whether it is still there.
const QUIET_LOOKS: u32 = 10;

/// What a command asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// Bytes of a scale's line as they come, until the client goes.
    Listen(String),
    /// Scans and refusals of a scanner's port, until the client goes.
    Watch(String),
    /// A commissioning of a scale.
    Scale(Box<Commissioning>),
    /// A scanner passed the layout check: port and what it sends around the data.
    Scanner(String, serde_json::Value),
}

/// What the agent answers.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// Bytes of a line, hexadecimal.
    Bytes(String),
    /// A scan: data, and the bytes as they came, hexadecimal.
    Scan(String, String),
    /// A refusal of the port.
    Bad(String),
    /// Nothing came.
    Quiet,
    /// The entry: its id and number, the calibration block, the layout in use.
    Recorded(String, u64, String, serde_json::Value),
    /// It is kept.
    Kept,
    /// It is not done: why, in both languages.
    Refused(String, String),
}

impl Reply {
    fn refused(words: Words) -> Self {
        Self::Refused(words.zh, words.en)
    }
}

/// Listens on the socket.
///
/// # Errors
/// The socket can't be made.
pub(crate) fn start(ports: &Ports) -> Result<JoinHandle<()>> {
    let path = ports.home.file(SOCKET);
    // One that a killed agent left behind; whoever runs beside us has lost it anyway.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("cannot make the socket {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let ports = ports.clone();
    spawn("control", move || {
        while !ports.stopping() {
            match listener.accept() {
                Ok((client, _)) => serve(&ports, client),
                Err(error) if error.kind() == ErrorKind::WouldBlock => ports.pause(LOOK),
                Err(error) => {
                    tracing::warn!(%error, "the control socket");
                    ports.pause(CLIENT_TIMEOUT);
                }
            }
        }
        let _ = std::fs::remove_file(&path);
    })
}

fn serve(ports: &Ports, mut client: UnixStream) {
    let served = read(&client).and_then(|request| match request {
        Ok(Request::Listen(port)) => listen(ports, &mut client, &port),
        Ok(Request::Watch(port)) => watch(ports, &mut client, &port),
        Ok(Request::Scale(asked)) => {
            let reply = match commission(ports, &asked) {
                Ok(done) => Reply::Recorded(
                    done.entry.id.to_string(),
                    done.entry.dseq,
                    done.calibration,
                    done.profile,
                ),
                Err(words) => Reply::refused(words),
            };
            answer(&mut client, &reply)
        }
        Ok(Request::Scanner(port, found)) => {
            let reply = match keep_scanner(ports, port, &found) {
                Ok(()) => Reply::Kept,
                Err(error) => Reply::refused(error.words()),
            };
            answer(&mut client, &reply)
        }
        Err(words) => answer(&mut client, &Reply::refused(words)),
    });
    if let Err(error) = served {
        tracing::debug!(%error, "a command went away");
    }
}

fn read(client: &UnixStream) -> std::io::Result<Result<Request, Words>> {
    client.set_nonblocking(false)?;
    client.set_read_timeout(Some(CLIENT_TIMEOUT))?;
    client.set_write_timeout(Some(CLIENT_TIMEOUT))?;
    let mut line = String::new();
    BufReader::new(client.take(REQUEST_BYTES_MAX)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line).map_err(|error| {
        Words::new(format!("请求无法识别:{error}"), format!("the request cannot be read: {error}"))
    }))
}

fn answer(client: &mut UnixStream, reply: &Reply) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    client.write_all(&line)
}

fn listen(ports: &Ports, client: &mut UnixStream, port: &str) -> std::io::Result<()> {
    let Some(scale) = ports.scales.get(port) else {
        let words = Words::new(
            format!("配置中没有名为 {port} 的秤端口"),
            format!("no scale port is named {port:?} in the configuration"),
        );
        return answer(client, &Reply::refused(words));
    };
    let bytes = scale.listen();
    let mut quiet = 0;
    while !ports.stopping() {
        match bytes.recv_timeout(LOOK) {
            Ok(piece) => {
                quiet = 0;
                answer(client, &Reply::Bytes(hex::encode(piece)))?;
            }
            Err(RecvTimeoutError::Timeout) => {
                quiet += 1;
                if quiet % QUIET_LOOKS == 0 {
                    answer(client, &Reply::Quiet)?;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(())
}

fn watch(ports: &Ports, client: &mut UnixStream, port: &str) -> std::io::Result<()> {
    let rejected = || ports.board.ports().get(port).map(|it| (it.rejected, it.detail.clone()));
    let Some((mut before, _)) = rejected() else {
        let words = Words::new(
            format!("配置中没有名为 {port} 的端口"),
            format!("no port is named {port:?} in the configuration"),
        );
        return answer(client, &Reply::refused(words));
    };
    let mut newest = ports.board.newest_scan();
    // Scans count from here on: the command tells people to scan when it hears this.
    answer(client, &Reply::Quiet)?;
    let mut quiet = 0;
    while !ports.stopping() {
        ports.pause(LOOK);
        quiet += 1;
        if let Some(scan) = ports.board.scan_after(newest) {
            newest = scan.number;
            if scan.port == port {
                answer(client, &Reply::Scan(scan.data, scan.raw))?;
            }
        }
        if let Some((now, detail)) = rejected().filter(|(now, _)| *now > before) {
            before = now;
            answer(client, &Reply::Bad(detail))?;
        }
        if quiet % QUIET_LOOKS == 0 {
            answer(client, &Reply::Quiet)?;
        }
    }
    Ok(())
}

fn keep_scanner(ports: &Ports, port: String, found: &serde_json::Value) -> Result<(), WriteError> {
    let profile = found.to_string();
    ports.outbox.write(move |tx| {
        let row = CommissionRow {
            port,
            meter: None,
            calibration: None,
            profile,
            certificate: None,
            next_due: None,
            entry_id: None,
            at_micros: tx.now(),
        };
        tx.keep_commission(&row)
    })
}
