//! Tickets of the weighbridge's own software: one entry pair for each finished ticket, once.
//!
//! The key is the software and the ticket's number. A ticket that is there already is nothing new;
//! an edited one becomes a `supersede` of what it changes. A truck that was weighed once is only
//! listed (待回皮). Rows that can't be used are quarantined and hold up nobody else.

use std::time::{Duration, Instant};

use serde_json::Value;
use tl_device::ticket::{
    Direction, Ticket, TicketFile, TicketMapping, TicketState, read_cells, read_csv,
};
use tl_domain::event::{
    BatchWeigh, Body, DispatchLine, EntryRef, HandoverDispatch, HandoverKind, Origin, Supersede,
    TicketRef,
};
use tl_domain::ids::{BatchId, EntryId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};
use tl_domain::time::Moment;
use tl_ledger::Hash;

use super::folder::{self, Settled, Watch};
use super::{Ports, workbook};
use crate::board::PortState;
use crate::capture::receive::Register;
use crate::capture::{codes, record_fact};
use crate::config::TicketFolder;
use crate::outbox::{Appended, Draft, Quarantined, TicketRow, Tx, WriteError, ticket_by_number};
use crate::site::Site;

/// Pause before a file is tried again whose rows could not all be recorded.
const RETRY: Duration = Duration::from_secs(5);

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
            match watch.look(Instant::now()) {
                Ok(files) => {
                    self.ports.board.set(name, PortState::Open, "");
                    for file in files {
                        match self.take(&file) {
                            Ok(true) => watch.done(&file),
                            Ok(false) => watch.later(&file, RETRY),
                            Err(error) => {
                                tracing::warn!(port = name, file = file.name, %error, "not read");
                                self.ports.board.bad(name, &format!("{}: {error}", file.name));
                                watch.later(&file, RETRY);
                            }
                        }
                    }
                }
                Err(error) => self.ports.board.set(name, PortState::Gone, &error.to_string()),
            }
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
            self.ports.outbox.write(move |tx| list_open(tx, &config, &read, &digest))?;
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
        let (row, raw) = (known.filter(|_| recorded), read.raw_line.clone());
        let number = read.number.clone();
        let written = self.ports.outbox.write(move |tx| {
            let job = Job { config: &config, site: &site, read: &read, mapped: &mapped };
            match &row {
                Some(row) => job.correct(tx, row, &digest),
                None => job.first(tx, &digest),
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

struct Mapped {
    material: tl_domain::ids::MaterialId,
    partner: Option<tl_domain::ids::PartyId>,
    ticket: TicketRef,
}

struct Job<'a> {
    config: &'a TicketFolder,
    site: &'a Site,
    read: &'a Ticket,
    mapped: &'a Mapped,
}

fn list_open(
    tx: &mut Tx<'_>,
    config: &TicketFolder,
    read: &Ticket,
    digest: &str,
) -> Result<(), WriteError> {
    save(tx, config, read, digest, None, None)
}

impl Job<'_> {
    /// A ticket seen for the first time: registration and weighing, or a dispatch.
    fn first(&self, tx: &mut Tx<'_>, digest: &str) -> Result<(), WriteError> {
        let id = tx.new_id()?;
        match self.read.direction {
            Direction::In => {
                // Without a lease the batch has no label yet; that holds up no truck.
                let code = codes::draw(tx, self.site).ok();
                let register = self.register().body(code);
                let first = self.append(tx, id, register.clone())?;
                let weigh = self.weigh(BatchId::from(id))?;
                let weigh_id = tx.new_id()?;
                let second = self.append(tx, weigh_id, weigh.clone())?;
                let first = (first, Body::from(register).to_value());
                let second = (second, Body::from(weigh).to_value());
                save(tx, self.config, self.read, digest, Some(first), Some(second))
            }
            Direction::Out => {
                let code = codes::draw(tx, self.site)?;
                let dispatch = self.dispatch(code)?;
                let first = self.append(tx, id, dispatch.clone())?;
                let first = (first, Body::from(dispatch).to_value());
                save(tx, self.config, self.read, digest, Some(first), None)
            }
        }
    }

    /// An edited ticket: corrects what differs and leaves the rest alone.
    fn correct(&self, tx: &mut Tx<'_>, row: &TicketRow, digest: &str) -> Result<(), WriteError> {
        let old: Value = parse(row.register_body.as_deref())?;
        let target = reference(row.register_id.as_deref(), row.register_leaf.as_deref())?;
        let code = old.get("code").and_then(Value::as_str).and_then(|code| code.parse().ok());
        let was_out = old.get("lines").is_some();
        if was_out != (self.read.direction == Direction::Out) {
            return Err(crate::capture::refuse(
                "磅单的进出方向被改动,请人工更正",
                "the ticket's direction changed; correct it by hand",
            ));
        }
        let new = match (self.read.direction, code) {
            (Direction::In, code) => Body::from(self.register().body(code)).to_value(),
            (Direction::Out, Some(code)) => Body::from(self.dispatch(code)?).to_value(),
            (Direction::Out, None) => return Err(damaged()),
        };
        if new != old {
            self.supersede(tx, target.clone(), new.clone())?;
        }
        let mut weigh = None;
        if row.weigh_id.is_some() {
            let old: Value = parse(row.weigh_body.as_deref())?;
            let weighed = self.weigh(BatchId::from(target.id))?;
            let body = Body::from(weighed).to_value();
            if body != old {
                let target = reference(row.weigh_id.as_deref(), row.weigh_leaf.as_deref())?;
                self.supersede(tx, target, body.clone())?;
            }
            weigh = Some(body);
        }
        tx.save_ticket(&TicketRow {
            digest: digest.to_owned(),
            shown: shown(self.read),
            register_body: Some(new.to_string()),
            weigh_body: weigh.map(|body| body.to_string()),
            ..row.clone()
        })
    }

    fn supersede(
        &self,
        tx: &mut Tx<'_>,
        target: EntryRef,
        replacement: Value,
    ) -> Result<(), WriteError> {
        let id = tx.new_id()?;
        let body = Supersede {
            target,
            reason: format!("地磅软件 {} 修改了磅单 {}", self.config.software, self.read.number),
            approved_by: self.config.approved_by.clone(),
            replacement: Some(replacement),
        };
        let draft = Draft::now(body, None, self.read.number.clone());
        tx.append_as(id, draft).map(|_| ())
    }

    fn append(
        &self,
        tx: &mut Tx<'_>,
        id: EntryId,
        body: impl Into<Body>,
    ) -> Result<Appended, WriteError> {
        let read = self.read;
        let at = [read.gross_at, read.tare_at].into_iter().flatten().max().map(Moment::new);
        let draft = Draft { body: body.into(), operator: None, subject: read.number.clone(), at };
        record_fact(tx, id, draft)
    }

    fn register(&self) -> Register {
        Register {
            code: None,
            material: self.mapped.material.clone(),
            origin: Origin::Arrival,
            node: self.config.node.clone(),
            stream: None,
            supplier: self.mapped.partner.clone(),
            dispatch: None,
            declared: None,
            lot: None,
            ticket: Some(self.mapped.ticket.clone()),
            raw: None,
        }
    }

    fn weigh(&self, batch: BatchId) -> Result<BatchWeigh, WriteError> {
        let mass = |value: &Option<tl_device::DecimalText>| {
            value.as_ref().map(|value| self.mass(value)).transpose()
        };
        Ok(BatchWeigh {
            batch,
            gross: mass(&self.read.gross)?,
            tare: mass(&self.read.tare)?,
            net: mass(&self.read.net)?.ok_or_else(damaged)?,
            moisture: None,
            meter: self.config.meter.clone(),
            calibration: None,
            manual: None,
            ticket: Some(self.mapped.ticket.clone()),
            uncertainty: Vec::new(),
            raw: Some(tl_domain::event::Raw {
                base64: encode(self.read.raw_line.as_bytes()),
                decoder: "ticket".to_owned(),
            }),
            blobs: Vec::new(),
        })
    }

    fn mass(&self, value: &tl_device::DecimalText) -> Result<Mass, WriteError> {
        let number: DecimalText = value.as_str().parse().map_err(|_| damaged())?;
        let unit = match self.read.unit {
            tl_device::MassUnit::T => MassUnit::Tonne,
            _ => MassUnit::Kilogram,
        };
        Ok(Mass::wet(number, unit))
    }

    fn dispatch(&self, code: tl_domain::code::Code) -> Result<HandoverDispatch, WriteError> {
        let net = self.read.net.as_ref().ok_or_else(damaged)?;
        let record = self.site.material(self.mapped.material.as_str());
        Ok(HandoverDispatch {
            code,
            kind: HandoverKind::Delivery,
            manifest_number: None,
            from: self.config.node.clone(),
            to: self.mapped.partner.clone(),
            carrier: None,
            lines: vec![DispatchLine {
                line: 1,
                material: self.mapped.material.clone(),
                portion: None,
                place: None,
                mass: self.mass(net)?,
                moisture: None,
                contents: vec![],
                waste_code: record.and_then(|record| record.waste_code.clone()),
                containers: None,
                uncertainty: Vec::new(),
            }],
            blobs: Vec::new(),
        })
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// What the lists show of a ticket.
fn shown(read: &Ticket) -> String {
    let weight = |value: &Option<tl_device::DecimalText>| {
        value.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string)
    };
    format!(
        "{} {} 毛 {} 皮 {} {}",
        read.plate.as_deref().unwrap_or("—"),
        read.material_name.as_deref().unwrap_or("—"),
        weight(&read.gross),
        weight(&read.tare),
        read.unit.symbol()
    )
}

type Recorded = (Appended, Value);

fn save(
    tx: &mut Tx<'_>,
    config: &TicketFolder,
    read: &Ticket,
    digest: &str,
    register: Option<Recorded>,
    weigh: Option<Recorded>,
) -> Result<(), WriteError> {
    let id = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.0.id.to_string());
    let leaf = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.0.leaf.0.to_vec());
    let body = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.1.to_string());
    tx.save_ticket(&TicketRow {
        software: config.software.clone(),
        number: read.number.clone(),
        digest: digest.to_owned(),
        shown: shown(read),
        register_id: id(&register),
        register_leaf: leaf(&register),
        register_body: body(&register),
        weigh_id: id(&weigh),
        weigh_leaf: leaf(&weigh),
        weigh_body: body(&weigh),
    })
}

fn parse(text: Option<&str>) -> Result<Value, WriteError> {
    serde_json::from_str(text.ok_or_else(damaged)?).map_err(|_| damaged())
}

fn reference(id: Option<&str>, leaf: Option<&[u8]>) -> Result<EntryRef, WriteError> {
    let id = id.and_then(|id| id.parse().ok()).ok_or_else(damaged)?;
    let hash = leaf.and_then(Hash::from_slice).ok_or_else(damaged)?;
    Ok(EntryRef { hash, id })
}

fn damaged() -> WriteError {
    WriteError::Storage("the ticket's row is damaged".to_owned())
}
