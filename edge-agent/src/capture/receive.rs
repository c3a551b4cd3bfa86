//! 到厂登记: a batch begins at the gate, from its own label or with a fresh code.

use tl_domain::code::Code;
use tl_domain::event::{BatchRegister, Declared, EntryRef, Location, Origin, Raw, TicketRef};
use tl_domain::ids::{MaterialId, NodeId, PartyId, StreamId};
use tl_domain::quantity::Mass;

use super::{Context, Done, codes, record};
use crate::outbox::{Tx, WriteError};

/// What is known when a batch begins.
#[derive(Debug, Clone)]
pub(crate) struct Register {
    /// Code scanned or typed; drawn from the lease when absent.
    pub(crate) code: Option<Code>,
    /// What it is.
    pub(crate) material: MaterialId,
    /// Over the fence, or made here.
    pub(crate) origin: Origin,
    /// Where it is.
    pub(crate) node: NodeId,
    /// The stream it came by.
    pub(crate) stream: Option<StreamId>,
    /// Who delivered it.
    pub(crate) supplier: Option<PartyId>,
    /// The shipper's dispatch.
    pub(crate) dispatch: Option<EntryRef>,
    /// Declared net mass.
    pub(crate) declared: Option<Mass>,
    /// The supplier's own name for the lot.
    pub(crate) lot: Option<String>,
    /// Ticket of the weighbridge.
    pub(crate) ticket: Option<TicketRef>,
    /// What the scanner read.
    pub(crate) raw: Option<Raw>,
}

impl Register {
    /// The body of the entry.
    pub(crate) fn body(&self, code: Option<Code>) -> BatchRegister {
        let declared = Declared { mass: self.declared.clone(), lot: self.lot.clone() };
        let empty = declared.mass.is_none() && declared.lot.is_none();
        BatchRegister {
            code,
            material: self.material.clone(),
            origin: self.origin,
            location: Location { node: self.node.clone(), place: None },
            stream: self.stream.clone(),
            supplier: self.supplier.clone(),
            dispatch: self.dispatch.clone(),
            declared: (!empty).then_some(declared),
            mass: None,
            moisture: None,
            uncertainty: Vec::new(),
            parents: Vec::new(),
            ticket: self.ticket.clone(),
            raw: self.raw.clone(),
            blobs: Vec::new(),
        }
    }
}

/// Registers a batch.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn register(
    tx: &mut Tx<'_>,
    context: &Context,
    register: &Register,
) -> Result<Done, WriteError> {
    let id = tx.new_id()?;
    // A fresh code is claimed by this entry only after the rules said that it is free.
    let code = match &register.code {
        Some(code) => code.clone(),
        None => codes::draw(tx, &context.site)?,
    };
    let body = register.body(Some(code.clone()));
    let (entry, notices) = record(tx, context, id, body, code.display())?;
    Ok(Done { entry, notices })
}
