//! 装车 and 接收: the two halves of a handover, each in its own party's log.

use tl_domain::code::Code;
use tl_domain::event::{
    Decision, DispatchLine, EntryRef, HandoverDispatch, HandoverKind, HandoverReceive, Location,
    Origin, ReceiveLine,
};
use tl_domain::ids::{NodeId, PartyId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};
use tl_wire::snapshot::ExpectedArrival;

use super::process::Input;
use super::receive::{self, Register};
use super::{Context, Done, codes, record, refuse};
use crate::outbox::{Tx, WriteError};

/// What leaves on one truck.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    /// Code of the handover; drawn from the lease when absent.
    pub(crate) code: Option<Code>,
    /// 交接单 or 联单.
    pub(crate) kind: HandoverKind,
    /// 国家联单编号.
    pub(crate) manifest_number: Option<String>,
    /// Node it leaves.
    pub(crate) from: NodeId,
    /// Receiver, when it is in this system.
    pub(crate) to: Option<PartyId>,
    /// What is on it.
    pub(crate) inputs: Vec<Input>,
}

/// Records what leaves.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn dispatch(
    tx: &mut Tx<'_>,
    context: &Context,
    dispatch: &Dispatch,
) -> Result<Done, WriteError> {
    if dispatch.inputs.is_empty() {
        return Err(refuse("请先扫描装车的批次", "scan the batches on the truck first"));
    }
    if dispatch.kind == HandoverKind::Manifest && dispatch.manifest_number.is_none() {
        return Err(refuse(
            "危险废物须填写国家联单编号",
            "hazardous waste needs its national manifest number",
        ));
    }
    let id = tx.new_id()?;
    let code = match &dispatch.code {
        Some(code) => code.clone(),
        None => codes::draw(tx, &context.site)?,
    };
    let lines = dispatch.inputs.iter().zip(1..).map(|(input, line)| one(context, input, line));
    let body = HandoverDispatch {
        code: code.clone(),
        kind: dispatch.kind,
        manifest_number: dispatch.manifest_number.clone(),
        from: dispatch.from.clone(),
        to: dispatch.to.clone(),
        carrier: None,
        lines: lines.collect::<Result<_, _>>()?,
        blobs: Vec::new(),
    };
    let (entry, notices) = record(tx, context, id, body, code.display())?;
    Ok(Done { entry, notices })
}

fn one(context: &Context, input: &Input, line: u32) -> Result<DispatchLine, WriteError> {
    let material = input.batch.material.parse().map_err(|_| no_material(input))?;
    let mass = match (&input.part, input.batch.left) {
        (Some(mass), _) => mass.clone(),
        (None, Some(left)) if left > rust_decimal::Decimal::ZERO => {
            let kilograms = (left / MassUnit::Kilogram.grams()).normalize();
            Mass::wet(DecimalText::from(kilograms), MassUnit::Kilogram)
        }
        (None, _) => {
            let name = input.batch.name();
            return Err(refuse(
                format!("批次 {name} 没有剩余重量,请先过磅或填写装车重量"),
                format!("batch {name} has no mass left; weigh it or enter the mass loaded"),
            ));
        }
    };
    let record = context.site.material(&input.batch.material);
    Ok(DispatchLine {
        line,
        material,
        portion: Some(input.portion()),
        place: None,
        mass,
        moisture: None,
        contents: vec![],
        waste_code: record.and_then(|record| record.waste_code.clone()),
        containers: None,
        uncertainty: Vec::new(),
    })
}

fn no_material(input: &Input) -> WriteError {
    let name = input.batch.name();
    refuse(format!("批次 {name} 没有登记物料"), format!("batch {name} has no registered material"))
}

/// How one line of a dispatch arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    /// Number of the dispatch's line.
    pub(crate) line: u32,
    /// What was taken.
    pub(crate) mass: Mass,
    /// What was refused.
    pub(crate) refused: Option<Mass>,
    /// Code on the container's label, which the receiver's batch keeps.
    pub(crate) code: Option<Code>,
}

/// What the receiver says.
#[derive(Debug, Clone)]
pub(crate) struct Reception {
    /// The dispatch it answers.
    pub(crate) arrival: ExpectedArrival,
    /// Where it was unloaded.
    pub(crate) node: NodeId,
    /// The decision.
    pub(crate) decision: Decision,
    /// Reason of a refusal or difference.
    pub(crate) reason: Option<String>,
    /// The lines.
    pub(crate) lines: Vec<Arrived>,
}

/// Records a reception: a batch of our own for each line that was taken, then the half itself.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn receive(
    tx: &mut Tx<'_>,
    context: &Context,
    reception: &Reception,
) -> Result<Done, WriteError> {
    let dispatch = &reception.arrival.dispatch;
    let plain = reception.decision == Decision::Accept;
    if !plain && reception.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(refuse("部分接收或拒收须填写原因", "a refusal needs a reason"));
    }
    let half = EntryRef { hash: reception.arrival.hash, id: reception.arrival.entry };
    let mut lines = Vec::new();
    let mut notices = Vec::new();
    for arrived in &reception.lines {
        let shipped = dispatch.lines.iter().find(|line| line.line == arrived.line);
        let batch = match shipped {
            Some(shipped) if reception.decision != Decision::Refuse => {
                let done = receive::register(
                    tx,
                    context,
                    &Register {
                        code: arrived.code.clone(),
                        material: shipped.material.clone(),
                        origin: Origin::Arrival,
                        node: reception.node.clone(),
                        stream: None,
                        supplier: Some(reception.arrival.from.clone()),
                        dispatch: Some(half.clone()),
                        declared: Some(shipped.mass.clone()),
                        lot: None,
                        ticket: None,
                        raw: None,
                    },
                )?;
                notices.extend(done.notices);
                Some(done.entry.id.into())
            }
            _ => None,
        };
        lines.push(ReceiveLine {
            line: arrived.line,
            material: shipped.map(|shipped| shipped.material.clone()),
            mass: arrived.mass.clone(),
            refused: arrived.refused.clone(),
            batch,
            uncertainty: Vec::new(),
        });
    }
    let body = HandoverReceive {
        code: dispatch.code.clone(),
        from: reception.arrival.from.clone(),
        dispatch: Some(half),
        location: Location { node: reception.node.clone(), place: None },
        decision: reception.decision,
        reason: reception.reason.clone(),
        lines,
        raw: None,
        blobs: Vec::new(),
    };
    let id = tx.new_id()?;
    let (entry, more) = record(tx, context, id, body, dispatch.code.display())?;
    notices.extend(more);
    Ok(Done { entry, notices })
}
