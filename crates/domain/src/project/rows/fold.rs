//! Where the fold of a batch with a long history stands.
//!
//! A row like any other: it follows from the facts of the batch and a rebuild makes it anew. It
//! holds no more than the next fact needs; screens and balances have no use for it.

use serde::{Deserialize, Serialize};

use super::flow::End;
use crate::event::Uncertain;
use crate::ids::{BatchId, EntryId, MeterId};
use crate::quantity::Mass;
use crate::time::Micros;

/// Facts of a batch up to which its fold is made from all of them each time; a longer fold goes on
/// from its row.
pub const FOLDED_WHOLE_MAX: usize = 8;

/// How the mass that counts was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Rank of the kind of fact that said it: the highest counts, of equal ones the last.
    pub rank: u8,
    /// The mass as written.
    pub mass: Mass,
    /// Meter that gave it.
    pub meter: Option<MeterId>,
    /// Calibration block of the meter.
    pub calibration: Option<String>,
    /// Components as entered.
    pub uncertainty: Uncertain,
    /// Entry that said it.
    pub evidence: EntryId,
}

/// What the fold of a batch remembers beside its `BatchRow`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldRow {
    /// The batch.
    pub id: BatchId,
    /// The mass that counts so far.
    pub measured: Option<Measured>,
    /// Where the batch is.
    pub here: End,
    /// Flows that its facts gave; they are numbered in this order, and a void batch shows none.
    pub lines: u32,
    /// Entry that first took more than there was, and when, whether or not it counts at the end.
    pub overdrawn: Option<(EntryId, Micros)>,
    /// The id is that of an entry of another kind, whose own flows are not touched.
    pub foreign: bool,
}
