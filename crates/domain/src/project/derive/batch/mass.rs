//! Which figure is the mass of a batch.

use crate::event::Body;
use crate::ids::BatchId;
use crate::project::books::Fact;
use crate::project::derive::amount;
use crate::project::rows::Measured;
use crate::quantity::Mass;

/// What a fact says about the mass of a batch. A weighing wins over the registration, that over the
/// run that made it, that over what a reception says; of two of one kind the later one in the log.
/// Arrival order between kinds plays no part.
pub(super) fn measured(id: BatchId, fact: &Fact, body: &Body) -> Option<Measured> {
    let (rank, mass) = stated(id, fact, body)?;
    amount::is_amount(mass).then(|| read(id, (fact, body), rank, mass.clone()))
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

fn read(id: BatchId, (fact, body): (&Fact, &Body), rank: u8, mass: Mass) -> Measured {
    let (meter, calibration, uncertainty) = match body {
        Body::BatchWeigh(b) => (b.meter.clone(), b.calibration.clone(), b.uncertainty.clone()),
        Body::BatchRegister(b) => (None, None, b.uncertainty.clone()),
        Body::HandoverReceive(b) => {
            let line = b.lines.iter().find(|line| line.batch == Some(id));
            (None, None, line.map(|line| line.uncertainty.clone()).unwrap_or_default())
        }
        _ => (None, None, Vec::new()),
    };
    Measured { rank, mass, meter, calibration, uncertainty, evidence: fact.id }
}
