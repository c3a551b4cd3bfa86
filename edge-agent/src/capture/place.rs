//! 仓位: unloading closes a label into its place, feeding draws from the place by belt scale.
//!
//! After unloading there is no truck label any more: whoever feeds scans the plate of the place and
//! gives the scale's figures. A totaliser gives the mass as the difference of its two readings.

use tl_domain::event::{PlaceRecord, StoreDraw, StorePut};
use tl_domain::ids::{MeterId, NodeId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};

use super::process::Input;
use super::{Context, Done, record, refuse};
use crate::outbox::{Tx, WriteError};

/// Batches are emptied into a place; one entry for each.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn unload(
    tx: &mut Tx<'_>,
    context: &Context,
    place: &PlaceRecord,
    inputs: &[Input],
) -> Result<Done, WriteError> {
    let mut done: Option<Done> = None;
    let mut notices = Vec::new();
    for input in inputs {
        let body = StorePut { portion: input.portion(), place: place.id.clone() };
        let id = tx.new_id()?;
        let subject = format!("{} → {}", input.batch.name(), place.name);
        let (entry, more) = record(tx, context, id, body, subject)?;
        notices.extend(more);
        done = Some(Done { entry, notices: Vec::new() });
    }
    let done = done.ok_or_else(|| {
        refuse("请先扫描要卸入的批次", "scan the batches that are unloaded first")
    })?;
    Ok(Done { notices, ..done })
}

/// How much was drawn.
#[derive(Debug, Clone)]
pub(crate) enum Drawn {
    /// As weighed or typed.
    Mass(Mass),
    /// A totaliser at both ends.
    Readings {
        /// Before.
        start: DecimalText,
        /// After.
        end: DecimalText,
        /// Its unit.
        unit: MassUnit,
    },
}

impl Drawn {
    /// The wet mass; a totaliser never runs backwards.
    ///
    /// # Errors
    /// A refusal that repeats both readings.
    pub(crate) fn mass(&self) -> Result<Mass, WriteError> {
        match self {
            Self::Mass(mass) => Ok(mass.clone()),
            Self::Readings { start, end, unit } => {
                let carried = end.value() - start.value();
                if carried.is_sign_negative() || carried.is_zero() {
                    return Err(refuse(
                        format!("累计读数止 {end} 不大于起 {start},请核对;换表或回零请分两段填"),
                        format!(
                            "the totaliser ends at {end}, not above {start}; check it, or report a \
                             reset in two parts"
                        ),
                    ));
                }
                Ok(Mass::wet(DecimalText::from(carried), *unit))
            }
        }
    }
}

/// Material is drawn from a place and goes into a node.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn draw(
    tx: &mut Tx<'_>,
    context: &Context,
    place: &PlaceRecord,
    drawn: &Drawn,
    (to, meter): (NodeId, Option<MeterId>),
) -> Result<Done, WriteError> {
    let body = StoreDraw {
        place: place.id.clone(),
        mass: drawn.mass()?,
        to: Some(to),
        stream: None,
        batch: None,
        meter,
        uncertainty: Vec::new(),
    };
    let id = tx.new_id()?;
    let (entry, notices) = record(tx, context, id, body, place.name.clone())?;
    Ok(Done { entry, notices })
}
