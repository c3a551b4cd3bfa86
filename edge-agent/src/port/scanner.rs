//! Scanners on TCP and on serial lines: a scan fills the page's form, or records at a station.
//!
//! The answer (06h done, 15h refused) goes out only after what the scan means is durable.

#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;
use socket2::{SockRef, TcpKeepalive};
use tl_device::{Accepted, Output, Reading};

use super::Ports;
use super::line::{READ_TIMEOUT, Stream, keep_open, open_serial, read_until_gone};
use crate::board::PortState;
use crate::capture::station;
use crate::config::{ScannerSerial, ScannerTcp, Station, scanner_profile};
use crate::outbox::WriteError;
use crate::run::spawn;
use crate::words::Words;

/// Scanners that may be connected to one listening port.
const CONNECTIONS_MAX: usize = 8;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A scanner that is quiet for so long is asked whether it is still there.
const PROBE_AFTER: Duration = Duration::from_secs(15);
/// Time between two such questions.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Questions without an answer after which the link is dead.
const PROBES: u32 = 3;
/// Longest wait until an answer can be sent; a full line is a dead one.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// Sent after a scan that was taken.
const ACK: u8 = 0x06;
/// Sent after a scan that was refused.
const NAK: u8 = 0x15;

/// What a scanner's thread works with.
#[derive(Clone)]
struct Scanner {
    ports: Ports,
    name: String,
    answer: bool,
    profile: Value,
    station: Option<Station>,
}

pub(super) fn start_tcp(ports: Ports, config: ScannerTcp) -> Result<JoinHandle<()>> {
    let scanner = Scanner::new(ports, &config.name, &config.profile, config.station)?;
    let scanner = Scanner { answer: config.answer, ..scanner };
    match (config.connect, config.listen) {
        (Some(address), _) => spawn("scanner", move || scanner.connect(&address)),
        (None, Some(address)) => {
            let listener = TcpListener::bind(address)
                .with_context(|| format!("port {}: cannot listen on {address}", config.name))?;
            listener.set_nonblocking(true)?;
            let chosen = listener.local_addr()?;
            let file = format!("port-{}.addr", scanner.name);
            scanner.ports.home.write(&file, chosen.to_string().as_bytes())?;
            tracing::info!(port = scanner.name, address = %chosen, "scanner port listens");
            spawn("scanner", move || scanner.listen(&listener))
        }
        (None, None) => Err(anyhow!("port {}: neither `connect` nor `listen`", config.name)),
    }
}

pub(super) fn start_serial(ports: Ports, config: ScannerSerial) -> Result<JoinHandle<()>> {
    let scanner = Scanner::new(ports, &config.name, &config.profile, config.station)?;
    let scanner = Scanner { answer: config.answer, ..scanner };
    spawn("scanner", move || scanner.keep(|| open_serial(&config.line)))
}

/// Bounds every wait on a connection: a scanner without power or cable says no goodbye, and
/// would keep its place for ever.
fn watched(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
    stream.set_nodelay(true)?;
    let probes =
        TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY).with_retries(PROBES);
    SockRef::from(stream).set_tcp_keepalive(&probes)
}

impl Scanner {
    /// A scanner that gets no answers.
    fn new(ports: Ports, name: &str, profile: &Value, station: Option<Station>) -> Result<Self> {
        let profile = scanner_profile(profile).map_err(|error| anyhow!(error))?;
        Ok(Self { ports, name: name.to_owned(), answer: false, profile, station })
    }

    fn keep<S: Stream>(&self, open: impl FnMut() -> std::io::Result<S>) {
        match tl_device::decoder_for(&self.profile) {
            Ok(mut decoder) => {
                let take = |output: Output, stream: &mut S| self.take(&output, stream);
                keep_open(&self.ports, &self.name, open, decoder.as_mut(), take);
            }
            Err(error) => self.ports.board.set(&self.name, PortState::Gone, &error.to_string()),
        }
    }

    fn connect(&self, address: &str) {
        self.keep(|| {
            let mut last = std::io::Error::new(ErrorKind::NotFound, "the name has no address");
            for address in address.to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                    Ok(stream) => return watched(&stream).map(|()| stream),
                    Err(error) => last = error,
                }
            }
            Err(last)
        });
    }

    fn listen(&self, listener: &TcpListener) {
        self.ports.board.set(&self.name, PortState::Open, "waiting for scanners");
        let connected = Arc::new(AtomicUsize::new(0));
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        while !self.ports.stopping() {
            match listener.accept() {
                Ok((stream, peer)) if connected.load(Ordering::Acquire) < CONNECTIONS_MAX => {
                    tracing::info!(port = self.name, %peer, "scanner connected");
                    connected.fetch_add(1, Ordering::AcqRel);
                    let (scanner, count) = (self.clone(), connected.clone());
                    let served = spawn("scanner", move || {
                        scanner.serve(stream);
                        count.fetch_sub(1, Ordering::AcqRel);
                    });
                    match served {
                        Ok(thread) => threads.push(thread),
                        Err(error) => tracing::error!(%error, "a scanner was turned away"),
                    }
                }
                Ok((_, peer)) => tracing::warn!(%peer, "too many scanners on this port"),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    threads.retain(|thread| !thread.is_finished());
                    self.ports.pause(ACCEPT_PAUSE);
                }
                Err(error) => {
                    tracing::warn!(%error, port = self.name, "accept failed");
                    self.ports.pause(ACCEPT_PAUSE);
                }
            }
        }
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a scanner's thread ended by a panic");
            }
        }
    }

    fn serve(&self, mut stream: TcpStream) {
        let ready = stream.set_nonblocking(false).and_then(|()| watched(&stream));
        let decoder = tl_device::decoder_for(&self.profile);
        if let (Ok(()), Ok(mut decoder)) = (ready, decoder) {
            let mut take = |output: Output, stream: &mut TcpStream| self.take(&output, stream);
            let why = read_until_gone(&self.ports, &mut stream, decoder.as_mut(), &mut take);
            tracing::info!(port = self.name, why, "scanner gone");
        }
    }

    fn take<S: Stream>(&self, output: &Output, stream: &mut S) {
        let done = match output {
            Output::Accepted(accepted) => {
                let Reading::Scan(scan) = &accepted.reading else {
                    return;
                };
                self.scan(&scan.data, accepted)
            }
            Output::Rejected(rejection) => {
                Err(Words::new(rejection.detail.clone(), rejection.detail.clone()))
            }
            Output::Skipped(_) => return,
        };
        match &done {
            Ok(()) => self.ports.board.good(&self.name),
            Err(words) => {
                tracing::warn!(port = self.name, reason = words.en, "scan refused");
                self.ports.board.bad(&self.name, &words.zh);
            }
        }
        if self.answer {
            let answer = if done.is_ok() { ACK } else { NAK };
            if let Err(error) = stream.write_all(&[answer]).and_then(|()| stream.flush()) {
                tracing::debug!(%error, "the scanner took no answer");
            }
        }
    }

    fn scan(&self, data: &str, accepted: &Accepted) -> Result<(), Words> {
        let Some(station) = &self.station else {
            self.ports.board.scan(&self.name, data, &accepted.raw);
            return Ok(());
        };
        if self.ports.board.repeats(&self.name, data) {
            return Ok(());
        }
        let purpose = format!("station {data}");
        let scale = station.scale.as_ref().and_then(|name| self.ports.scales.get(name)).cloned();
        let weight = scale.as_ref().map(|scale| scale.capture(&purpose)).transpose()?;
        let (weighing, phase) = weight.unzip();
        let held = scale.zip(phase);
        if held.as_ref().is_some_and(|(scale, phase)| scale.recorded(*phase, &purpose)) {
            // The load did not move since: the answer was lost, not the weight.
            return Ok(());
        }
        let context = self.ports.context(None);
        let (station, text, raw) = (station.clone(), data.to_owned(), accepted.raw.clone());
        let (claim, named) = (held.clone(), purpose.clone());
        let written = self.ports.outbox.write(move |tx| {
            let did = station::scan(tx, &context, &station, &text, &raw, weighing)?;
            claim.map_or(Ok(()), |(scale, phase)| scale.claim(phase, &named))?;
            Ok(did)
        });
        if let Some((scale, phase)) = held {
            scale.settle(phase, &purpose, written.is_ok());
        }
        let did = written.map_err(|error: WriteError| error.words())?;
        tracing::debug!(port = self.name, did, "scan recorded");
        // The page shows it as well; a repeat is no error here.
        self.ports.board.scan(&self.name, data, &accepted.raw);
        Ok(())
    }
}
