//! Laboratory instruments on a line (ASTM sessions): results become reports before they are
//! acknowledged.
//!
//! A message gives its results with its last record, all in one transaction, and the ACK of that
//! frame goes out only after it. A message whose ACK was lost comes again and is known. Results
//! find their samples as those of files do; blanks of a message go with its reports as checks.

use std::net::TcpStream;
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};
use serde_json::Value;
use tl_device::{Output, Reading, Reason};

use super::exchange::{converse, converse_again};
use super::lab::record::{self, Series, Source};
use super::{Ports, folder, serial, tcp};
use crate::config::{LabRules, LabSerial, LabTcp};
use crate::outbox::WriteError;
use crate::run::spawn;

/// Instruments that may be connected to one listening port.
const CONNECTIONS_MAX: usize = 8;

/// An instrument, or several of one kind on one listening port.
#[derive(Clone)]
pub(super) struct Instrument {
    ports: Ports,
    name: String,
    profile: Value,
    rules: LabRules,
}

pub(super) fn start_tcp(ports: Ports, config: LabTcp) -> Result<JoinHandle<()>> {
    let LabTcp { name, connect, listen, profile, rules } = config;
    let instrument = Instrument { ports, name, profile, rules };
    match (connect, listen) {
        (Some(address), _) => spawn("lab", move || {
            instrument.with_tray(|| {
                let keep = |outputs| instrument.keep(&address, outputs);
                let open = || tcp::connect(&address);
                let (ports, name) = (&instrument.ports, &instrument.name);
                converse_again(ports, name, open, &instrument.profile, keep);
            });
        }),
        (None, Some(address)) => {
            let listener = tcp::bind(&instrument.ports, &instrument.name, address)?;
            spawn("lab", move || {
                instrument.with_tray(|| {
                    let served = instrument.clone();
                    let serve = move |stream, peer: std::net::SocketAddr| {
                        served.serve(stream, &peer.to_string());
                    };
                    let (ports, name) = (&instrument.ports, &instrument.name);
                    tcp::accept(ports, name, &listener, CONNECTIONS_MAX, serve);
                });
            })
        }
        (None, None) => Err(anyhow!("port {}: neither `connect` nor `listen`", instrument.name)),
    }
}

pub(super) fn start_serial(ports: Ports, config: LabSerial) -> Result<JoinHandle<()>> {
    let LabSerial { name, line, profile, rules } = config;
    let instrument = Instrument { ports, name, profile, rules };
    spawn("lab", move || {
        instrument.with_tray(|| {
            let path = line.path.display().to_string();
            let keep = |outputs| instrument.keep(&path, outputs);
            let (ports, name) = (&instrument.ports, &instrument.name);
            converse_again(ports, name, || serial::open(&line), &instrument.profile, keep);
        });
    })
}

impl Instrument {
    #[cfg(test)]
    pub(super) fn new(ports: Ports, config: LabTcp) -> Self {
        let LabTcp { name, profile, rules, .. } = config;
        Self { ports, name, profile, rules }
    }

    /// Serves the device, and beside it matches waiting results with samples taken later.
    fn with_tray(&self, serve: impl FnOnce()) {
        let waiting = self.clone();
        let tray = spawn("tray", move || waiting.match_until_stopped());
        serve();
        match tray.map(JoinHandle::join) {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the tray's thread ended by a panic"),
            Err(error) => tracing::error!(%error, "waiting results are not matched"),
        }
    }

    fn match_until_stopped(&self) {
        while !self.ports.stopping() {
            if let Err(error) = record::match_waiting(&self.ports, &self.name) {
                tracing::warn!(port = self.name, %error, "waiting results were not matched");
            }
            self.ports.pause(folder::LOOK_EVERY);
        }
    }

    /// Listens to one connection until it is gone.
    pub(super) fn serve(&self, mut stream: TcpStream, peer: &str) {
        let keep = |outputs| self.keep(peer, outputs);
        let why = converse(&self.ports, &self.name, &mut stream, &self.profile, keep);
        tracing::info!(port = self.name, peer, why, "instrument gone");
    }

    /// Records what a read gave, in one transaction.
    pub(super) fn keep(&self, peer: &str, outputs: Vec<Output>) -> Result<(), WriteError> {
        let mut series = Series {
            origin: peer.to_owned(),
            file: None,
            results: Vec::new(),
            refused: Vec::new(),
            quality: Vec::new(),
        };
        for output in outputs {
            match output {
                Output::Accepted(accepted) if record::is_blank(&self.rules, &accepted) => {
                    if let (Reading::Assay(assay), Some(limit)) =
                        (&accepted.reading, &self.rules.blank_limit)
                    {
                        series.quality.push(record::blank_check(assay, limit));
                    }
                }
                Output::Accepted(accepted) => series.results.push(accepted),
                // A frame that came again: it was kept with the first one.
                Output::Rejected(refused) if refused.reason == Reason::Duplicate => {}
                Output::Rejected(refused) => series.refused.push(refused),
                Output::Skipped(_) => {}
            }
        }
        if series.results.is_empty() && series.refused.is_empty() {
            return Ok(());
        }
        let details: Vec<String> = series.refused.iter().map(|it| it.detail.clone()).collect();
        let this = (self.name.clone(), self.rules.clone(), self.profile.clone());
        let site = self.ports.site.now();
        let counts = self.ports.outbox.write(move |tx| {
            let (name, rules, profile) = &this;
            tx.admit()?;
            record::record(tx, &site, &Source::new(name, rules, profile), &series)
        })?;
        (0..counts.0).for_each(|_| self.ports.board.good(&self.name));
        for detail in &details {
            self.ports.board.bad(&self.name, detail);
        }
        Ok(())
    }
}
