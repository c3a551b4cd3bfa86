//! Tickets of the weighbridge's own software: watched files, or a table that is read up to a mark.
//!
//! Where rows come from is here and in `table`; what they become is in `intake`, the same for all.
//! Nothing is ever written to the software's files or tables.

mod command;
mod intake;
mod record;
mod row;
mod sqlite;
mod table;
pub(crate) mod trucks;

use tl_device::ticket::{TicketFile, read_cells, read_csv};
use tl_ledger::Hash;

use intake::Intake;
pub(super) use table::Table;

use super::folder::{self, Settled, Watch};
use super::{Ports, workbook};
use crate::config::TicketFolder;
use crate::outbox::WriteError;

/// The watched folder of one weighbridge.
pub(crate) struct Tickets {
    config: TicketFolder,
    intake: Intake,
}

impl Tickets {
    /// Checks the saved mapping; nothing is read yet.
    pub(super) fn new(ports: Ports, config: TicketFolder) -> anyhow::Result<Self> {
        let intake = Intake::new(ports, config.name.clone(), config.rules.clone())?;
        Ok(Self { config, intake })
    }

    /// Watches until the agent stops.
    pub(super) fn run(self) {
        let (name, ports) = (&self.config.name, &self.intake.ports);
        let mut watch = Watch::new(&self.config.path, &[".csv", ".xlsx"], self.config.settle_ms);
        while !ports.stopping() {
            folder::read_ready(ports, name, &mut watch, |file| self.take(file));
            ports.pause(folder::LOOK_EVERY);
        }
    }

    /// Reads one file; `false` when some rows have to be tried again.
    pub(super) fn take(&self, file: &Settled) -> anyhow::Result<bool> {
        let (bytes, sha256) = folder::read(file)?;
        let intake = &self.intake;
        if intake.ports.outbox.is_read(&self.config.name, sha256)? {
            return Ok(true);
        }
        let read = match self.decode(&file.name, &bytes) {
            Ok(read) => read,
            Err(reason) => {
                intake.set_aside(&file.name, "unreadable_file", &reason, &[])?;
                return Ok(self.finish(file, sha256, (0, 1))?);
            }
        };
        let taken = intake.take_rows(&file.name, read)?;
        if taken.later {
            return Ok(false);
        }
        Ok(self.finish(file, sha256, (taken.accepted, taken.refused))?)
    }

    fn decode(&self, name: &str, bytes: &[u8]) -> Result<TicketFile, String> {
        let mapping = &self.intake.mapping;
        if name.to_ascii_lowercase().ends_with(".xlsx") {
            let rows = workbook::rows(bytes, &mapping.date_format)?;
            return read_cells(&rows, mapping).map_err(|error| error.to_string());
        }
        read_csv(bytes, mapping).map_err(|error| error.to_string())
    }

    fn finish(&self, file: &Settled, sha256: Hash, counts: (i64, i64)) -> Result<bool, WriteError> {
        let (port, name) = (self.config.name.clone(), file.name.clone());
        self.intake.ports.outbox.write(move |tx| tx.note_read(&port, &name, sha256, counts))?;
        tracing::info!(file = file.name, tickets = counts.0, refused = counts.1, "tickets read");
        Ok(true)
    }
}
