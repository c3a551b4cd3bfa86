//! Why an event is refused.

use crate::number::Ratio;

/// An event that was refused, and where it stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("event {index} ({event}): {reason}")]
pub struct Refused {
    /// Its index in the book, from 0.
    pub index: usize,
    /// Its name.
    pub event: String,
    /// Why.
    pub reason: Reason,
}

/// Why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// More is taken than is held.
    #[error("takes {asked} t from {from}, which holds {held} t")]
    Overdraw {
        /// The holder.
        from: String,
        /// Tonnes held.
        held: Box<Ratio>,
        /// Tonnes asked for.
        asked: Box<Ratio>,
    },
    /// A name that no store, source or earlier output has.
    #[error("{id} is unknown here: no store, source or earlier output is called so")]
    UnknownId {
        /// The name.
        id: String,
    },
    /// A name that only a later event makes.
    #[error("{id} is used before it is made, by event {by}")]
    MadeLater {
        /// The name.
        id: String,
        /// The event that makes it.
        by: String,
    },
    /// A batch that is made, by way of others, from itself.
    #[error("a loop of blends: {}", through.join(" is made from "))]
    Loop {
        /// The batches on the loop, each made from the next; the first is also the last.
        through: Vec<String>,
    },
    /// A lot that its store does not hold.
    #[error("{store} holds no lot {lot}")]
    UnknownLot {
        /// The store.
        store: String,
        /// The lot.
        lot: String,
    },
    /// One name for two things.
    #[error("{id} is declared twice")]
    DuplicateId {
        /// The name.
        id: String,
    },
    /// No name.
    #[error("a batch or store without a name")]
    EmptyId,
    /// A batch or store called like the loss.
    #[error("LOSS names what is lost; no batch or store may be called so")]
    ReservedId,
    /// Stores come before events.
    #[error("a store is declared after the first event")]
    StoreAfterEvents,
    /// A mass below zero.
    #[error("a negative mass: {of}")]
    NegativeMass {
        /// Of what.
        of: String,
    },
    /// An amount of substance below zero.
    #[error("a negative amount of substance: {of}")]
    NegativeSubstance {
        /// Of what.
        of: String,
    },
    /// A share below zero.
    #[error("a negative share: {of}")]
    NegativeShare {
        /// Of which output.
        of: String,
    },
    /// More goes out than came in.
    #[error("the shares of the outputs add up to {sum}, more than 1")]
    SharesOverOne {
        /// Their sum.
        sum: Box<Ratio>,
    },
    /// Weighed outputs leave less than nothing for the rest.
    #[error("the outputs weigh {outputs} t and the inputs {inputs} t: no rest is left")]
    NoRest {
        /// Tonnes in.
        inputs: Box<Ratio>,
        /// Tonnes of the weighed outputs.
        outputs: Box<Ratio>,
    },
    /// More than one output takes the rest.
    #[error("two outputs take the rest")]
    TwoRests,
    /// Nothing was weighed in, so no share by mass can be told.
    #[error("the inputs weigh nothing, so their substance has no shares by mass")]
    NoMassToShare,
    /// Measured and stated shares in one run, or measured ones that no account is named for.
    #[error("measured outputs want a node and period, and no stated shares beside them")]
    MixedBases,
    /// All measured outputs hold nothing, though the inputs do.
    #[error("the inputs hold substance and all outputs measured none: no shares can be told")]
    NothingMeasured,
    /// Exact totals grew beyond the budget of the book.
    #[error("exact fractions grew beyond the budget")]
    Budget,
    /// The graph is full.
    #[error("more nodes or edges than the graph can number")]
    Full,
}

impl Reason {
    /// The code that programs go by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overdraw { .. } => "overdraw",
            Self::UnknownId { .. } => "unknown_id",
            Self::MadeLater { .. } => "used_before_made",
            Self::Loop { .. } => "loop",
            Self::UnknownLot { .. } => "unknown_lot",
            Self::DuplicateId { .. } => "duplicate_id",
            Self::EmptyId => "empty_id",
            Self::ReservedId => "reserved_id",
            Self::StoreAfterEvents => "store_after_events",
            Self::NegativeMass { .. } => "negative_mass",
            Self::NegativeSubstance { .. } => "negative_substance",
            Self::NegativeShare { .. } => "negative_share",
            Self::SharesOverOne { .. } => "shares_over_one",
            Self::NoRest { .. } => "no_rest",
            Self::TwoRests => "two_rests",
            Self::NoMassToShare => "no_mass_to_share",
            Self::MixedBases => "mixed_bases",
            Self::NothingMeasured => "nothing_measured",
            Self::Budget => "budget",
            Self::Full => "full",
        }
    }
}
