//! Batches and places: what is there, and what people do with it.

use tl_domain::code::Code;
use tl_domain::event::{
    BatchBlend, BatchMove, BatchRegister, BatchSplit, BatchVoid, BatchWeigh, Body, LabelPrint,
    StoreDraw, StorePut,
};
use tl_domain::ids::{BatchId, MeterId, PartyId};
use tl_domain::project::{AssayRow, BatchRow, FlowRow, Object, SampleRow};
use tl_domain::time::Moment;
use tl_store::{BatchFilter, EntryView, Page, Paged};

use super::capture::{Form, Recorded, record, record_with_batches};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordBatch};
use crate::error::Failure;

/// A batch with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchCard {
    /// The batch.
    pub batch: BatchRow,
    /// Batches made of it.
    pub children: Vec<BatchRow>,
    /// Its movements.
    pub flows: Vec<FlowRow>,
    /// Samples that stand for it.
    pub samples: Vec<SampleRow>,
    /// Assays of those.
    pub assays: Vec<AssayRow>,
}

/// Batches, the last registered first.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    filter: &BatchFilter,
    page: Page,
) -> Result<Paged<BatchRow>, Failure> {
    Ok(app.store.batches(permit.party(), filter, page)?)
}

/// A batch with its relations.
///
/// # Errors
/// `NotFound`.
pub fn card(app: &App, permit: &Permit<ReadParty>, id: BatchId) -> Result<BatchCard, Failure> {
    let party = permit.party();
    let batch = app.store.batch(party, id)?.ok_or_else(Failure::not_found)?;
    let object = Object::Batch(id);
    Ok(BatchCard {
        batch,
        children: app.store.batch_children(party, id)?,
        flows: app.store.flows_of(party, id.entry())?,
        samples: app.store.samples_of(party, &object)?,
        assays: app.store.assays_of(party, &object)?,
    })
}

/// The batch that holds a label code.
///
/// # Errors
/// `NotFound`.
pub fn by_code(app: &App, permit: &Permit<ReadParty>, code: &Code) -> Result<BatchRow, Failure> {
    app.store.batch_by_code(permit.party(), code)?.ok_or_else(Failure::not_found)
}

/// Every entry that touches a batch, by index.
///
/// # Errors
/// `NotFound` for a batch that is not there.
pub fn history(
    app: &App,
    permit: &Permit<ReadParty>,
    id: BatchId,
) -> Result<Vec<EntryView>, Failure> {
    app.store.batch(permit.party(), id)?.ok_or_else(Failure::not_found)?;
    Ok(app.store.history(permit.party(), &Object::Batch(id))?)
}

/// The calibration block of a meter when something is weighed on it by hand: the key of its
/// short-term error. None where the meter was never commissioned.
///
/// # Errors
/// The store's.
pub fn calibration(
    app: &App,
    permit: &Permit<RecordBatch>,
    meter: &MeterId,
    form: &Form,
) -> Result<Option<String>, Failure> {
    let at = form.observed_at.as_ref().map_or_else(|| app.clock.micros(), Moment::micros);
    Ok(app.store.calibration_at(permit.party(), meter, at)?)
}

/// Copies of a label that were printed so far, by whomever of the party.
///
/// # Errors
/// The store's.
pub fn copies_printed(app: &App, party: &PartyId, code: &Code) -> Result<u32, Failure> {
    let history = app.store.history(party, &Object::Code(code.clone()))?;
    let copies = history.iter().filter(|view| view.corrected_by.is_none()).map(|view| match &view
        .entry
        .body
    {
        Body::LabelPrint(print) => print.copies,
        _ => 0,
    });
    Ok(copies.fold(0, u32::saturating_add))
}

macro_rules! captures_with_batches {
    ($($(#[$doc:meta])* $name:ident($body:ty);)+) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// `Refused` by the rules of capture; the store's. Nothing is kept then.
        pub fn $name(
            app: &App,
            permit: &Permit<RecordBatch>,
            batches: Vec<(Form, BatchRegister)>,
            form: Form,
            body: $body,
        ) -> Result<Recorded, Failure> {
            record_with_batches(app, permit, batches, form, body.into())
        }
    )+};
}

captures_with_batches! {
    /// Registers a batch and weighs it in the same step.
    register_weighed(BatchWeigh);
    /// Registers parts and splits a batch into them in the same step.
    split_into(BatchSplit);
    /// Registers a batch and blends others into it in the same step.
    blend_into(BatchBlend);
}

macro_rules! captures {
    ($($(#[$doc:meta])* $name:ident($body:ty);)+) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// `Refused` by the rules of capture; the store's.
        pub fn $name(
            app: &App,
            permit: &Permit<RecordBatch>,
            form: Form,
            body: $body,
        ) -> Result<Recorded, Failure> {
            record(app, permit, form, body.into())
        }
    )+};
}

captures! {
    /// Registers a batch.
    register(BatchRegister);
    /// Weighs a batch.
    weigh(BatchWeigh);
    /// Moves a batch to another node or place.
    relocate(BatchMove);
    /// Splits a batch into registered ones.
    split(BatchSplit);
    /// Blends batches into a registered one.
    blend(BatchBlend);
    /// Declares that a batch was registered by mistake.
    void(BatchVoid);
    /// Empties a batch into a place.
    put(StorePut);
    /// Draws from a place.
    draw(StoreDraw);
    /// Hands out a label.
    print_label(LabelPrint);
}
