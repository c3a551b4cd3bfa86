//! A finished ticket as entries: what is appended at first, and what an edit corrects.
//!
//! Everything of one ticket happens in one transaction with its row, so that a ticket is never half
//! recorded. Which tickets get here is decided by the intake.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tl_device::ticket::{Direction, Ticket};
use tl_domain::event::{
    BatchWeigh, Body, DispatchLine, EntryRef, HandoverDispatch, HandoverKind, Origin, Raw,
    Supersede, TicketRef,
};
use tl_domain::ids::{BatchId, EntryId, MaterialId, PartyId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};
use tl_domain::time::Moment;

use super::row::{damaged, parse, reference, save, shown};
use crate::capture::receive::Register;
use crate::capture::{codes, record_fact, refuse};
use crate::config::TicketRules;
use crate::outbox::{Appended, Draft, TicketRow, Tx, WriteError, calibration_at};
use crate::site::Site;

pub(super) struct Mapped {
    pub(super) material: MaterialId,
    pub(super) partner: Option<PartyId>,
    pub(super) ticket: TicketRef,
}

pub(super) struct Job<'a> {
    pub(super) rules: &'a TicketRules,
    pub(super) site: &'a Site,
    pub(super) read: &'a Ticket,
    pub(super) mapped: &'a Mapped,
}

impl Job<'_> {
    /// A ticket seen for the first time: registration and weighing, or a dispatch.
    pub(super) fn first(&self, tx: &mut Tx<'_>, digest: &str) -> Result<(), WriteError> {
        let id = tx.new_id()?;
        match self.read.direction {
            Direction::In => {
                // Without a lease the batch has no label yet; that holds up no truck.
                let code = codes::draw(tx, self.site).ok();
                let register = self.register().body(code);
                let first = self.append(tx, id, register.clone())?;
                let weigh = self.weigh(tx, BatchId::from(id))?;
                let weigh_id = tx.new_id()?;
                let second = self.append(tx, weigh_id, weigh.clone())?;
                let first = (first, Body::from(register).to_value());
                let second = (second, Body::from(weigh).to_value());
                save(tx, self.rules, self.read, digest, Some(first), Some(second))
            }
            Direction::Out => {
                let code = codes::draw(tx, self.site)?;
                let dispatch = self.dispatch(code)?;
                let first = self.append(tx, id, dispatch.clone())?;
                let first = (first, Body::from(dispatch).to_value());
                save(tx, self.rules, self.read, digest, Some(first), None)
            }
        }
    }

    /// An edited ticket: corrects what differs and leaves the rest alone.
    pub(super) fn correct(
        &self,
        tx: &mut Tx<'_>,
        row: &TicketRow,
        digest: &str,
    ) -> Result<(), WriteError> {
        let old: Value = parse(row.register_body.as_deref())?;
        let target = reference(row.register_id.as_deref(), row.register_leaf.as_deref())?;
        let code = old.get("code").and_then(Value::as_str).and_then(|code| code.parse().ok());
        let was_out = old.get("lines").is_some();
        if was_out != (self.read.direction == Direction::Out) {
            return Err(refuse(
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
            let weighed = self.weigh(tx, BatchId::from(target.id))?;
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
            plate: self.read.plate.clone(),
            material: self.read.material_name.clone(),
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
            reason: format!("地磅软件 {} 修改了磅单 {}", self.rules.software, self.read.number),
            approved_by: self.rules.approved_by.clone(),
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
        let (at, subject) = (self.at(), self.read.number.clone());
        let draft = Draft { body: body.into(), operator: None, subject, at };
        record_fact(tx, id, draft)
    }

    fn register(&self) -> Register {
        Register {
            code: None,
            material: self.mapped.material.clone(),
            origin: Origin::Arrival,
            node: self.rules.node.clone(),
            stream: None,
            supplier: self.mapped.partner.clone(),
            dispatch: None,
            declared: None,
            lot: None,
            ticket: Some(self.mapped.ticket.clone()),
            raw: None,
        }
    }

    /// When the truck was weighed last.
    fn at(&self) -> Option<Moment> {
        [self.read.gross_at, self.read.tare_at].into_iter().flatten().max().map(Moment::new)
    }

    /// The calibration block that the scale was in then; a ticket without times is in none.
    fn calibration(&self, tx: &mut Tx<'_>) -> Result<Option<String>, WriteError> {
        match (&self.rules.meter, self.at()) {
            (Some(meter), Some(at)) => {
                Ok(calibration_at(tx.connection, meter.as_str(), at.micros())?)
            }
            _ => Ok(None),
        }
    }

    fn weigh(&self, tx: &mut Tx<'_>, batch: BatchId) -> Result<BatchWeigh, WriteError> {
        let mass = |value: &Option<tl_device::DecimalText>| {
            value.as_ref().map(|value| self.mass(value)).transpose()
        };
        Ok(BatchWeigh {
            batch,
            gross: mass(&self.read.gross)?,
            tare: mass(&self.read.tare)?,
            net: mass(&self.read.net)?.ok_or_else(damaged)?,
            moisture: None,
            meter: self.rules.meter.clone(),
            calibration: self.calibration(tx)?,
            manual: None,
            ticket: Some(self.mapped.ticket.clone()),
            uncertainty: Vec::new(),
            raw: Some(Raw {
                base64: STANDARD.encode(self.read.raw_line.as_bytes()),
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
            from: self.rules.node.clone(),
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
