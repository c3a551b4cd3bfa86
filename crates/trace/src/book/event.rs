//! What happens in a plant, as the book takes it: sources, and runs that turn some holders' parts
//! into others'.

use crate::number::Ratio;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A batch from outside, or the opening stock of a store: an origin.
    Source(Source),
    /// A transformation, blend, split or move.
    Run(Run),
}

impl Event {
    /// What an answer calls the event: the run's id, the source's batch.
    pub fn name(&self) -> &str {
        match self {
            Self::Source(source) => &source.batch,
            Self::Run(run) => &run.id,
        }
    }
}

/// A batch with its declared content.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The batch; its name is the origin's.
    pub batch: String,
    /// Tonnes (dry).
    pub mass: Ratio,
    /// The substance, in the unit of the book (kg in cases).
    pub substance: Ratio,
}

/// Parts of holders become parts of holders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Its name in refusals.
    pub id: String,
    /// What is taken, in this order.
    pub inputs: Vec<Draw>,
    /// What comes out; what no output accounts for is lost.
    pub outputs: Vec<Fill>,
    /// Set where outputs carry measured substance: whose gap it is.
    pub account: Option<Account>,
}

/// The balance area and period that a gap between measured input and outputs belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The node.
    pub node: String,
    /// The balance period.
    pub period: String,
}

/// Taking from a holder.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// The batch or store.
    pub from: String,
    /// The lot, in a store kept by lots; none takes from all of them alike.
    pub lot: Option<String>,
    /// How much.
    pub quantity: Quantity,
}

/// How much is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// Everything that is held at that moment.
    All,
    /// So many tonnes.
    Tonnes(Ratio),
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct Fill {
    /// Where it goes.
    pub to: Target,
    /// The lot that it is put in as, in a store kept by lots.
    pub lot: Option<String>,
    /// Its mass.
    pub weight: Weight,
    /// Its share of the substance.
    pub basis: Basis,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A store, or a batch, which is made if it is not there yet.
    Holder(String),
    /// Nowhere: a booked loss.
    Loss,
}

/// The mass of an output.
#[derive(Clone, Debug, PartialEq)]
pub enum Weight {
    /// What the other outputs leave of the inputs' mass.
    Rest,
    /// So many tonnes, weighed; need not add up to the inputs.
    Tonnes(Ratio),
}

/// What decides an output's share of the substance.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// Its share of the inputs' mass; all of it where it is the only output.
    Mass,
    /// A stated share.
    Share(Ratio),
    /// Its measured substance; the gap to the inputs becomes an origin of its own.
    Measured(Ratio),
}
