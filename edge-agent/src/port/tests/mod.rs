//! Ports over a real outbox: what becomes an entry, once, and what is set aside.

mod command;
mod folder;
mod hid;
mod instrument;
mod lab;
mod line;
mod modbus;
mod monitor;
mod serial;
mod tables;
mod tickets;
mod trucks;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use serde_json::Value;
use tl_domain::event::Entry;
use tl_ledger::Envelope;

use super::Ports;
use super::folder::Settled;
use crate::board::Board;
use crate::config::{Config, PortConfig};
use crate::outbox::schema::{entry, quarantine};
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{Counts, Writer, counts};
use crate::port;
use crate::site::SharedSite;

/// Pause between looks at what another thread does.
const LOOK: Duration = Duration::from_millis(5);
/// Longest wait for another thread.
const WAIT: Duration = Duration::from_secs(30);

/// One folder port of an enrolled agent.
pub(super) struct Bench {
    directory: tempfile::TempDir,
    pub(super) ports: Ports,
    _writer: Writer,
    pub(super) config: Config,
}

impl Bench {
    pub(in crate::port) fn new(ports: &str) -> Self {
        let (directory, home) = enrolled();
        let text = ports.replace("DIR", &directory.path().display().to_string());
        let config = Config::parse(&text).expect("a configuration");
        let (outbox, writer) = open(&home);
        let board = Arc::new(Board::default());
        let stop = Arc::new(AtomicBool::new(false));
        let site = SharedSite::default();
        let ports = Ports::new(&config, &outbox, &site, &board, &stop);
        Self { directory, ports, _writer: writer, config }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> Settled {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        Settled { path, name: name.to_owned() }
    }

    fn tickets(&self) -> port::tickets::Tickets {
        let PortConfig::TicketFolder(port) = self.config.ports[0].clone() else {
            panic!("not a ticket folder");
        };
        port::tickets::Tickets::new(self.ports.clone(), port).expect("a mapping")
    }

    fn lab(&self) -> port::lab::Lab {
        let PortConfig::LabFolder(port) = self.config.ports[0].clone() else {
            panic!("not a lab folder");
        };
        port::lab::Lab::new(self.ports.clone(), port)
    }

    fn entries(&self) -> Vec<(String, Value, String)> {
        let rows: Vec<(String, Option<Vec<u8>>)> = self
            .ports
            .outbox
            .read(|db| {
                entry::table.order(entry::position).select((entry::kind, entry::envelope)).load(db)
            })
            .expect("rows");
        rows.into_iter()
            .map(|(kind, bytes)| {
                let envelope = Envelope::parse(&bytes.expect("kept")).expect("an envelope");
                let entry = Entry::read(&envelope.payload).expect("an entry");
                (kind, entry.body.to_value(), entry.head.observed_at.to_string())
            })
            .collect()
    }

    pub(in crate::port) fn kinds(&self) -> Vec<String> {
        self.entries().into_iter().map(|(kind, _, _)| kind).collect()
    }

    fn counts(&self) -> Counts {
        self.ports.outbox.read(counts).expect("counted")
    }

    /// Waits until something is so; what is waited for happens on another thread.
    pub(super) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let until = Instant::now() + WAIT;
        while !is_so() {
            assert!(Instant::now() < until, "{what}: {:?}", self.ports.board.ports());
            std::thread::park_timeout(LOOK);
        }
    }

    fn reasons(&self) -> Vec<String> {
        self.ports
            .outbox
            .read(|db| {
                quarantine::table.order(quarantine::number).select(quarantine::reason).load(db)
            })
            .expect("rows")
    }
}
