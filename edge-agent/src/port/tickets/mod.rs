//! Tickets of the weighbridge's own software: one entry pair for each finished ticket, once.
//!
//! The key is the software and the ticket's number. A ticket that is there already is nothing new;
//! an edited one becomes a `supersede` of what it changes. A truck that was weighed once is only
//! listed (待回皮). Rows that can't be used are quarantined and hold up nobody else.

mod record;
mod row;

use tl_device::ticket::{Ticket, TicketFile, TicketMapping, TicketState, read_cells, read_csv};
use tl_domain::event::TicketRef;
use tl_ledger::Hash;

use record::{Job, Mapped};

use super::folder::{self, Settled, Watch};
use super::{Ports, workbook};
use crate::config::TicketFolder;
use crate::outbox::{Quarantined, WriteError, ticket_by_number};

/// The watched folder of one weighbridge.
pub(crate) struct Tickets {
    ports: Ports,
    config: TicketFolder,
    mapping: TicketMapping,
}

impl Tickets {
    /// Checks the saved mapping; nothing is read yet.
    pub(super) fn new(ports: Ports, config: TicketFolder) -> anyhow::Result<Self> {
        let mapping: TicketMapping = serde_json::from_value(config.mapping.clone())
            .map_err(|error| anyhow::anyhow!("port {}: mapping: {error}", config.name))?;
        mapping
            .check()
            .map_err(|error| anyhow::anyhow!("port {}: mapping: {error}", config.name))?;
        Ok(Self { ports, config, mapping })
    }

    /// Watches until the agent stops.
    pub(super) fn run(self) {
        let name = &self.config.name;
        let mut watch = Watch::new(&self.config.path, &[".csv", ".xlsx"], self.config.settle_ms);
        while !self.ports.stopping() {
            folder::read_ready(&self.ports, name, &mut watch, |file| self.take(file));
            self.ports.pause(folder::LOOK_EVERY);
        }
    }

    /// Reads one file; `false` when some rows have to be tried again.
    pub(super) fn take(&self, file: &Settled) -> anyhow::Result<bool> {
        let (bytes, sha256) = folder::read(file)?;
        if self.ports.outbox.is_read(&self.config.name, sha256)? {
            return Ok(true);
        }
        let read = match self.decode(&file.name, &bytes) {
            Ok(read) => read,
            Err(reason) => {
                self.set_aside(&file.name, "unreadable_file", &reason, &[])?;
                return Ok(self.finish(file, sha256, (0, 1))?);
            }
        };
        let (mut accepted, mut refused, mut later) = (0, 0, false);
        for row in read.rows {
            match row {
                Ok(ticket) => match self.take_ticket(ticket) {
                    Ok(()) => accepted += 1,
                    Err(Held::Aside(reason, detail, raw)) => {
                        self.set_aside(&file.name, reason, &detail, raw.as_bytes())?;
                        // Masters, mapping or lease may be there the next time.
                        later = true;
                        refused += 1;
                    }
                    Err(Held::Outbox(error)) => return Err(error.into()),
                },
                Err(error) => {
                    let code = error.problem.code();
                    let detail = format!("{} ({error})", error.problem.reason_zh());
                    self.set_aside(&file.name, code, &detail, error.value.as_bytes())?;
                    refused += 1;
                }
            }
        }
        if later {
            return Ok(false);
        }
        Ok(self.finish(file, sha256, (accepted, refused))?)
    }

    fn decode(&self, name: &str, bytes: &[u8]) -> Result<TicketFile, String> {
        if name.to_ascii_lowercase().ends_with(".xlsx") {
            let rows = workbook::rows(bytes, &self.mapping.date_format)?;
            return read_cells(&rows, &self.mapping).map_err(|error| error.to_string());
        }
        read_csv(bytes, &self.mapping).map_err(|error| error.to_string())
    }

    fn finish(&self, file: &Settled, sha256: Hash, counts: (i64, i64)) -> Result<bool, WriteError> {
        let (port, name) = (self.config.name.clone(), file.name.clone());
        self.ports.outbox.write(move |tx| tx.note_read(&port, &name, sha256, counts))?;
        tracing::info!(file = file.name, tickets = counts.0, refused = counts.1, "tickets read");
        Ok(true)
    }

    fn set_aside(
        &self,
        source: &str,
        reason: &str,
        detail: &str,
        raw: &[u8],
    ) -> Result<(), WriteError> {
        self.ports.board.bad(&self.config.name, &format!("{source}: {detail}"));
        let what = Quarantined {
            port: self.config.name.clone(),
            source: source.to_owned(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            raw: raw.to_vec(),
        };
        self.ports.outbox.write(move |tx| tx.put_aside(&what))
    }

    /// One ticket in one transaction: nothing, entries, corrections, or a place on the list.
    fn take_ticket(&self, read: Ticket) -> Result<(), Held> {
        let digest = read.content_hash();
        let known = self
            .ports
            .outbox
            .read(|db| ticket_by_number(db, &self.config.software, &read.number))?;
        if known.as_ref().is_some_and(|row| row.digest == digest) {
            return Ok(());
        }
        let finished = read.state == TicketState::Complete;
        let recorded = known.as_ref().is_some_and(|row| row.register_id.is_some());
        if !finished && recorded {
            return Err(held(&read, "reopened", "已完成的磅单又变为未完成,原记录保留"));
        }
        let config = self.config.clone();
        if !finished {
            self.ports
                .outbox
                .write(move |tx| row::save(tx, &config, &read, &digest, None, None))?;
            return Ok(());
        }
        let name = read.material_name.clone().unwrap_or_default();
        let Some(material) = self.config.materials.get(&name).cloned() else {
            let detail = format!("物料“{name}”没有对应关系,请在 [port.materials] 中添加");
            return Err(held(&read, "unmapped_material", &detail));
        };
        let mapped = Mapped {
            material,
            partner: read
                .partner
                .as_ref()
                .and_then(|partner| self.config.suppliers.get(partner).cloned()),
            ticket: TicketRef { number: read.number.clone(), software: config.software.clone() },
        };
        let site = self.ports.site.now();
        let (number, raw) = (read.number.clone(), read.raw_line.clone());
        let written = self.ports.outbox.write(move |tx| {
            let job = Job { config: &config, site: &site, read: &read, mapped: &mapped };
            // Asked again here, where nothing comes in between: two folders may hold one ticket.
            match ticket_by_number(tx.connection, &config.software, &read.number)? {
                Some(row) if row.digest == digest => Ok(()),
                Some(row) if row.register_id.is_some() => job.correct(tx, &row, &digest),
                _ => job.first(tx, &digest),
            }
        });
        match written {
            Ok(()) => {
                self.ports.board.good(&self.config.name);
                Ok(())
            }
            Err(WriteError::Refused(words)) => {
                Err(Held::Aside("refused", format!("磅单 {number}:{}", words.zh), raw))
            }
            Err(error) => Err(Held::Outbox(error)),
        }
    }
}

/// Why a ticket is not recorded now.
#[derive(Debug)]
enum Held {
    /// Reason, explanation, row.
    Aside(&'static str, String, String),
    Outbox(WriteError),
}

impl From<WriteError> for Held {
    fn from(error: WriteError) -> Self {
        Self::Outbox(error)
    }
}

fn held(read: &Ticket, reason: &'static str, detail: &str) -> Held {
    Held::Aside(reason, format!("磅单 {}:{detail}", read.number), read.raw_line.clone())
}
