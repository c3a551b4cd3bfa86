//! Scanners on TCP and on serial lines: a scan fills the page's form, or records at a station.
//!
//! The answer (06h done, 15h refused) goes out only after what the scan means is durable.

#[cfg(test)]
mod tests;

use std::net::TcpStream;
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};
use serde_json::Value;
use tl_device::{Accepted, Output, Reading};

use super::Ports;
use super::line::{Stream, keep_open, read_until_gone};
use super::{serial, tcp};
use crate::board::PortState;
use crate::capture::station;
use crate::commission::is_layout_check;
use crate::config::{ScannerSerial, ScannerTcp, Station, scanner_profile};
use crate::outbox::WriteError;
use crate::run::spawn;
use crate::words::Words;

/// Scanners that may be connected to one listening port.
const CONNECTIONS_MAX: usize = 8;
/// Sent after a scan that was taken.
const ACK: u8 = 0x06;
/// Sent after a scan that was refused.
const NAK: u8 = 0x15;

/// What a scanner's thread works with.
#[derive(Clone)]
pub(super) struct Scanner {
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
        (Some(address), _) => spawn("scanner", move || scanner.keep(|| tcp::connect(&address))),
        (None, Some(address)) => {
            let listener = tcp::bind(&scanner.ports, &scanner.name, address)?;
            spawn("scanner", move || {
                let (ports, name) = (scanner.ports.clone(), scanner.name.clone());
                let serve = move |stream, _| scanner.serve(stream);
                tcp::accept(&ports, &name, &listener, CONNECTIONS_MAX, serve);
            })
        }
        (None, None) => Err(anyhow!("port {}: neither `connect` nor `listen`", config.name)),
    }
}

pub(super) fn start_serial(ports: Ports, config: ScannerSerial) -> Result<JoinHandle<()>> {
    let scanner = Scanner::new(ports, &config.name, &config.profile, config.station)?;
    let scanner = Scanner { answer: config.answer, ..scanner };
    serial::warn_of_number(&config.name, &config.line.path);
    spawn("scanner", move || scanner.keep(|| serial::open(&config.line)))
}

impl Scanner {
    /// A scanner that gets no answers.
    fn new(ports: Ports, name: &str, profile: &Value, station: Option<Station>) -> Result<Self> {
        let profile = scanner_profile(profile).map_err(|error| anyhow!(error))?;
        Ok(Self::silent(ports, name, profile, station))
    }

    /// A scanner with a profile that was checked, and without a line for answers.
    pub(super) fn silent(
        ports: Ports,
        name: &str,
        profile: Value,
        station: Option<Station>,
    ) -> Self {
        Self { ports, name: name.to_owned(), answer: false, profile, station }
    }

    /// What its decoder is made from.
    pub(super) fn profile(&self) -> &Value {
        &self.profile
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

    fn serve(&self, mut stream: TcpStream) {
        match tl_device::decoder_for(&self.profile) {
            Ok(mut decoder) => {
                let mut take = |output: Output, stream: &mut TcpStream| self.take(&output, stream);
                let why = read_until_gone(&self.ports, &mut stream, decoder.as_mut(), &mut take);
                tracing::info!(port = self.name, why, "scanner gone");
            }
            Err(error) => self.ports.board.set(&self.name, PortState::Gone, &error.to_string()),
        }
    }

    fn take<S: Stream>(&self, output: &Output, stream: &mut S) {
        let Some(done) = self.judge(output) else {
            return;
        };
        if self.answer {
            let answer = if done { ACK } else { NAK };
            if let Err(error) = stream.write_all(&[answer]).and_then(|()| stream.flush()) {
                tracing::debug!(%error, "the scanner took no answer");
            }
        }
    }

    /// Takes what a scanner without answers gave.
    pub(super) fn hear(&self, output: &Output) {
        self.judge(output);
    }

    /// Records or shows a scan; whether that was done, or none for what is no scan.
    fn judge(&self, output: &Output) -> Option<bool> {
        let done = match output {
            Output::Accepted(accepted) => {
                let Reading::Scan(scan) = &accepted.reading else {
                    return None;
                };
                self.scan(&scan.data, accepted)
            }
            Output::Rejected(rejection) => {
                Err(Words::new(rejection.detail.clone(), rejection.detail.clone()))
            }
            Output::Skipped(_) => return None,
        };
        match &done {
            Ok(()) => self.ports.board.good(&self.name),
            Err(words) => {
                tracing::warn!(port = self.name, reason = words.en, "scan refused");
                self.ports.board.bad(&self.name, &words.zh);
            }
        }
        Some(done.is_ok())
    }

    fn scan(&self, data: &str, accepted: &Accepted) -> Result<(), Words> {
        let checks = is_layout_check(data);
        let Some(station) = self.station.as_ref().filter(|_| !checks) else {
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
