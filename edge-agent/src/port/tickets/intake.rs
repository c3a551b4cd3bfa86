//! Rows of tickets, wherever they come from: entries once, corrections, open trucks, quarantine.
//!
//! The key is the software and the ticket's number. A ticket that is there already is nothing new;
//! an edited one becomes a `supersede` of what it changes. A row that can't be used is set aside
//! with its reason and holds up nobody else.

use tl_device::ticket::{Ticket, TicketFile, TicketMapping, TicketState};
use tl_domain::event::TicketRef;

use super::record::{Job, Mapped};
use super::row;
use crate::config::TicketRules;
use crate::outbox::{Quarantined, WriteError, ticket_by_number};
use crate::port::Ports;

/// What takes the tickets of one weighbridge.
pub(super) struct Intake {
    pub(super) ports: Ports,
    /// Name of the port.
    pub(super) name: String,
    pub(super) rules: TicketRules,
    pub(super) mapping: TicketMapping,
}

/// What became of the rows of one file or answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Taken {
    pub(super) accepted: i64,
    pub(super) refused: i64,
    /// Some may be taken another time: masters, mapping or lease may be there then.
    pub(super) later: bool,
}

impl Intake {
    /// Checks the saved mapping.
    pub(super) fn new(ports: Ports, name: String, rules: TicketRules) -> anyhow::Result<Self> {
        let mapping = rules.mapping().map_err(|error| anyhow::anyhow!("port {name}: {error}"))?;
        Ok(Self { ports, name, rules, mapping })
    }

    /// Takes all rows; `source` names where they stand.
    ///
    /// # Errors
    /// The outbox's; then some rows may be recorded, and come again as known ones.
    pub(super) fn take_rows(&self, source: &str, read: TicketFile) -> Result<Taken, WriteError> {
        let mut taken = Taken::default();
        for row in read.rows {
            match row {
                Ok(ticket) => match self.take_ticket(ticket) {
                    Ok(()) => taken.accepted += 1,
                    Err(Held::Aside(reason, detail, raw)) => {
                        self.set_aside(source, reason, &detail, raw.as_bytes())?;
                        taken.later = true;
                        taken.refused += 1;
                    }
                    Err(Held::Outbox(error)) => return Err(error),
                },
                Err(error) => {
                    let code = error.problem.code();
                    let detail = format!("{} ({error})", error.problem.reason_zh());
                    self.set_aside(source, code, &detail, error.value.as_bytes())?;
                    taken.refused += 1;
                }
            }
        }
        Ok(taken)
    }

    /// Keeps what must not become an entry, with its reason.
    ///
    /// # Errors
    /// The outbox's.
    pub(super) fn set_aside(
        &self,
        source: &str,
        reason: &str,
        detail: &str,
        raw: &[u8],
    ) -> Result<(), WriteError> {
        self.ports.board.bad(&self.name, &format!("{source}: {detail}"));
        let what = Quarantined {
            port: self.name.clone(),
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
            .read(|db| ticket_by_number(db, &self.rules.software, &read.number))?;
        if known.as_ref().is_some_and(|row| row.digest == digest) {
            return Ok(());
        }
        let finished = read.state == TicketState::Complete;
        let recorded = known.as_ref().is_some_and(|row| row.register_id.is_some());
        if !finished && recorded {
            return Err(held(&read, "reopened", "已完成的磅单又变为未完成,原记录保留"));
        }
        let rules = self.rules.clone();
        if !finished {
            self.ports.outbox.write(move |tx| row::save(tx, &rules, &read, &digest, None, None))?;
            return Ok(());
        }
        let name = read.material_name.clone().unwrap_or_default();
        let Some(material) = self.rules.materials.get(&name).cloned() else {
            let detail = format!("物料“{name}”没有对应关系,请在 [port.materials] 中添加");
            return Err(held(&read, "unmapped_material", &detail));
        };
        let mapped = Mapped {
            material,
            partner: read
                .partner
                .as_ref()
                .and_then(|partner| self.rules.suppliers.get(partner).cloned()),
            ticket: TicketRef { number: read.number.clone(), software: rules.software.clone() },
        };
        let site = self.ports.site.now();
        let (number, raw) = (read.number.clone(), read.raw_line.clone());
        let written = self.ports.outbox.write(move |tx| {
            let job = Job { rules: &rules, site: &site, read: &read, mapped: &mapped };
            // Asked again here, where nothing comes in between: two ports may hold one ticket.
            match ticket_by_number(tx.connection, &rules.software, &read.number)? {
                Some(row) if row.digest == digest => Ok(()),
                Some(row) if row.register_id.is_some() => job.correct(tx, &row, &digest),
                _ => job.first(tx, &digest),
            }
        });
        match written {
            Ok(()) => {
                self.ports.board.good(&self.name);
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
