//! A holder's state: its layers, what each weighed, how much of it was taken.

use std::collections::VecDeque;

use crate::graph::NodeId;
use crate::number::Ratio;

/// How a store gives out what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Well mixed: everything taken has the composition of the whole.
    Mixed,
    /// The oldest layer first.
    Fifo,
    /// The newest layer first.
    Lifo,
    /// By lot: a draw names the lot; one that names none takes from all alike.
    Lot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Batch,
    Store(Mode),
}

impl Kind {
    /// Whether what is put in becomes one with what is there.
    pub(super) fn mixes(self) -> bool {
        matches!(self, Self::Batch | Self::Store(Mode::Mixed))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) held: Ratio,
    /// All layers there ever were; `live` are those not taken whole, the oldest first.
    pub(super) layers: Vec<Layer>,
    pub(super) live: VecDeque<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) node: NodeId,
    pub(super) mass: Ratio,
    /// The fraction of all it ever held that is left; also told for a layer without mass.
    pub(super) fraction: Ratio,
    pub(super) lot: Option<String>,
}

impl Layer {
    /// Tonnes left.
    pub(super) fn left(&self) -> Ratio {
        &self.mass * &self.fraction
    }
}
