//! Ports: scanners, scales and watched folders, each on a thread of its own.
//!
//! A port opens its device, hands bytes to the decoder that its profile declares, and opens it
//! again with growing pauses when it is gone. What it read and refused is on the board; only what
//! became an entry is in the outbox.

mod exchange;
pub(crate) mod folder;
mod hid;
mod instrument;
pub(crate) mod lab;
mod line;
mod modbus;
mod monitor;
mod scale;
mod scanner;
mod serial;
mod tcp;
pub(crate) mod tickets;
pub(crate) mod workbook;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};
use tl_domain::event::KeyRole;
use tl_domain::ids::OperatorId;

pub(crate) use scale::{Scale, Scales};

use crate::board::Board;
use crate::capture::Context;
use crate::config::{Config, PortConfig};
use crate::home::Home;
use crate::outbox::Outbox;
use crate::run::spawn;
use crate::site::SharedSite;

/// What every port works with.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) outbox: Outbox,
    pub(crate) site: SharedSite,
    pub(crate) board: Arc<Board>,
    pub(crate) scales: Scales,
    pub(crate) home: Home,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Ports {
    /// Ports of a configuration, not started yet.
    pub(crate) fn new(
        config: &Config,
        outbox: &Outbox,
        site: &SharedSite,
        board: &Arc<Board>,
        stop: &Arc<AtomicBool>,
    ) -> Self {
        let mut scales = BTreeMap::new();
        for port in &config.ports {
            board.add(port.name(), port.kind());
            if let Some(rules) = port.scale() {
                let clock = outbox.shared().clock.clone();
                scales.insert(port.name().to_owned(), Arc::new(Scale::new(&rules, clock)));
            }
        }
        Self {
            outbox: outbox.clone(),
            site: site.clone(),
            board: board.clone(),
            scales: Arc::new(scales),
            home: outbox.shared().home.clone(),
            stop: stop.clone(),
        }
    }

    /// Starts one thread for each port.
    ///
    /// # Errors
    /// A profile or address that can't be used, before anything runs.
    pub(crate) fn start(&self, config: &Config) -> Result<Vec<JoinHandle<()>>> {
        let role = self.outbox.shared().identity.role;
        for port in &config.ports {
            may_sign(role, port).map_err(|why| anyhow!("port {}: {why}", port.name()))?;
        }
        config.ports.iter().map(|port| self.start_one(port)).collect()
    }

    fn start_one(&self, port: &PortConfig) -> Result<JoinHandle<()>> {
        let ports = self.clone();
        match port.clone() {
            PortConfig::ScannerTcp(port) => scanner::start_tcp(ports, port),
            PortConfig::ScannerSerial(port) => scanner::start_serial(ports, port),
            PortConfig::ScannerHid(port) => hid::start(ports, port),
            PortConfig::ScaleSerial(port) => scale::start_serial(ports, port),
            PortConfig::ScaleTap(port) => scale::start_tap(ports, port),
            PortConfig::ScaleTcp(port) => scale::start_tcp(ports, port),
            PortConfig::TicketFolder(port) => {
                let tickets = tickets::Tickets::new(ports, port)?;
                spawn("tickets", move || tickets.run())
            }
            PortConfig::TicketSqlite(port) => {
                let table = tickets::Table::sqlite(ports, &port)?;
                spawn("tickets", move || table.run())
            }
            PortConfig::TicketCommand(port) => {
                let table = tickets::Table::command(ports, &port)?;
                spawn("tickets", move || table.run())
            }
            PortConfig::LabFolder(port) => {
                let lab = lab::Lab::new(ports, port);
                spawn("lab", move || lab.run())
            }
            PortConfig::LabTcp(port) => instrument::start_tcp(ports, port),
            PortConfig::LabSerial(port) => instrument::start_serial(ports, port),
            PortConfig::MonitorTcp(port) => monitor::start(ports, port),
            PortConfig::ModbusSerial(port) => modbus::start_serial(ports, port),
            PortConfig::ModbusTcp(port) => modbus::start_tcp(ports, port),
        }
    }

    /// Whether the agent is stopping.
    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits, or less when the agent stops.
    pub(crate) fn pause(&self, time: Duration) {
        let step = Duration::from_millis(50);
        let mut left = time;
        while !self.stopping() && !left.is_zero() {
            let now = left.min(step);
            std::thread::sleep(now);
            left -= now;
        }
    }

    /// The masters as they are now, and who acts.
    pub(crate) fn context(&self, operator: Option<OperatorId>) -> Context {
        Context { site: self.site.now(), operator }
    }
}

/// Whether a device of this role may sign what a port gives (docs/entry-format.md): the server
/// refuses the entries otherwise, long after the device was told that they are kept.
fn may_sign(role: KeyRole, port: &PortConfig) -> Result<(), String> {
    let (kind, needs) = match port {
        PortConfig::MonitorTcp(_) => ("monitor.reading", &[KeyRole::Water][..]),
        PortConfig::ModbusSerial(_) | PortConfig::ModbusTcp(_) => {
            ("flow.report", &[KeyRole::Gate, KeyRole::Plant, KeyRole::Water][..])
        }
        PortConfig::TicketFolder(_)
        | PortConfig::TicketSqlite(_)
        | PortConfig::TicketCommand(_) => ("batch.register", &[KeyRole::Gate, KeyRole::Plant][..]),
        PortConfig::LabTcp(_) | PortConfig::LabSerial(_) => {
            ("assay.report", &[KeyRole::Lab, KeyRole::Plant][..])
        }
        _ => return Ok(()),
    };
    if needs.contains(&role) {
        return Ok(());
    }
    Err(format!(
        "this device is enrolled as {role:?} and may not sign {kind}; enrol one as {needs:?} for it"
    ))
}
