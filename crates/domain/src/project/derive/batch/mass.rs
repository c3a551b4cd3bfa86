//! Which figure is the mass of a batch.

use crate::event::{Body, Uncertain};
use crate::ids::{BatchId, EntryId, MeterId};
use crate::project::books::Fact;
use crate::project::derive::amount;
use crate::quantity::Mass;

/// How the mass that counts was measured.
#[derive(Clone)]
pub(super) struct Measured {
    pub(super) mass: Mass,
    pub(super) meter: Option<MeterId>,
    pub(super) calibration: Option<String>,
    pub(super) uncertainty: Uncertain,
    pub(super) evidence: EntryId,
}

/// A weighing wins over the registration, that over the run that made it, that over what a
/// reception says; of two of one kind the later one in the log. Arrival order between kinds plays
/// no part.
pub(super) fn measured(id: BatchId, facts: &[(Fact, Body)]) -> Option<Measured> {
    let stated = facts.iter().filter_map(|(fact, body)| {
        let (rank, mass) = stated(id, fact, body)?;
        amount::is_amount(mass).then(|| (rank, read(fact, body, mass.clone(), id)))
    });
    // Of equal ranks the last one is kept.
    stated.max_by_key(|(rank, _)| *rank).map(|(_, measured)| measured)
}

fn stated<'a>(id: BatchId, fact: &Fact, body: &'a Body) -> Option<(u8, &'a Mass)> {
    match body {
        Body::BatchWeigh(weigh) => Some((3, &weigh.net)),
        Body::BatchRegister(register) if fact.id == id.entry() => {
            Some((2, register.mass.as_ref()?))
        }
        Body::RunClose(close) => {
            let made = close.outputs.iter().find(|output| output.batch == id)?;
            Some((1, made.mass.as_ref()?))
        }
        Body::HandoverReceive(receive) => {
            let line = receive.lines.iter().find(|line| line.batch == Some(id))?;
            Some((0, &line.mass))
        }
        _ => None,
    }
}

fn read(fact: &Fact, body: &Body, mass: Mass, id: BatchId) -> Measured {
    let (meter, calibration, uncertainty) = match body {
        Body::BatchWeigh(b) => (b.meter.clone(), b.calibration.clone(), b.uncertainty.clone()),
        Body::BatchRegister(b) => (None, None, b.uncertainty.clone()),
        Body::HandoverReceive(b) => {
            let line = b.lines.iter().find(|line| line.batch == Some(id));
            (None, None, line.map(|line| line.uncertainty.clone()).unwrap_or_default())
        }
        _ => (None, None, Vec::new()),
    };
    Measured { mass, meter, calibration, uncertainty, evidence: fact.id }
}
