//! The compact row: so much of one holder became part of another.
//!
//! Two databases must keep the very same, so a row is whole numbers, text and bytes. Invariant: it
//! follows from one projection row and the entry that this row rests on, and from nothing else. It
//! holds no substance: what a batch contains is looked up in the assays when the rows are woven.

use tl_domain::time::Micros;

#[cfg(test)]
mod tests;

/// What stands at one end of a movement, within one party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// Beyond the fence, or not known.
    Outside,
    /// Disposed of: a booked loss.
    Loss,
    /// A batch, by its id.
    Batch(u128),
    /// A run, by its id.
    Run(u128),
    /// A pile, tank or bin.
    Place(String),
    /// The process of a node: neither batch nor place.
    Process(String),
    /// A store node without a place.
    Stock(String),
    /// A line of a handover, under way from the one to the other.
    Transit {
        /// Who shipped it.
        from: String,
        /// Who is to receive it; empty when it is not in this system.
        to: String,
        /// Code of the handover.
        code: String,
        /// Number of the line.
        line: u32,
    },
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A batch came in over the fence.
    Arrival = 1,
    /// A batch was there when the books were opened.
    Opening = 2,
    /// A batch was made in a node.
    Produce = 3,
    /// A batch began by splitting or blending.
    Relabel = 4,
    /// Part of the source became part of the target.
    Carry = 5,
    /// A batch was closed: nothing is left of it, whatever the masses say.
    Close = 6,
    /// A run, with its node as the source.
    Run = 7,
    /// A run made a batch; its mass is that of the batch.
    Output = 8,
}

/// A row of the event graph of one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Batch, run or entry whose facts give it.
    pub owner: u128,
    /// Number within the owner.
    pub line: u32,
    /// What it says.
    pub kind: Kind,
    /// Where from.
    pub source: Holder,
    /// Where to.
    pub target: Holder,
    /// Beginning of the span.
    pub since: Micros,
    /// End of the span, or the moment.
    pub until: Micros,
    /// Wet mass in milligrams.
    pub wet: Option<i64>,
    /// Dry mass in milligrams, where it was booked dry.
    pub dry: Option<i64>,
    /// Volume in millilitres.
    pub volume: Option<i64>,
    /// Moisture as entered, in parts per million.
    pub moisture: Option<i64>,
    /// Material, on rows by which something comes to be or is measured.
    pub material: Option<String>,
    /// Declared stream.
    pub stream: Option<String>,
}

/// Bytes that are no holder, or a number that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a row of the event graph holds {0}")]
pub struct Damaged(pub String);

impl Kind {
    /// The number that databases keep.
    #[must_use]
    pub fn number(self) -> i64 {
        self as i64
    }

    /// From that number.
    ///
    /// # Errors
    /// `Damaged` for another number.
    pub fn from_number(number: i64) -> Result<Self, Damaged> {
        const ALL: [Kind; 8] = [
            Kind::Arrival,
            Kind::Opening,
            Kind::Produce,
            Kind::Relabel,
            Kind::Carry,
            Kind::Close,
            Kind::Run,
            Kind::Output,
        ];
        let found = ALL.into_iter().find(|kind| kind.number() == number);
        found.ok_or_else(|| Damaged(format!("the kind {number}")))
    }

    /// Whether a batch comes to be by it.
    pub(crate) fn begins(self) -> bool {
        matches!(self, Self::Arrival | Self::Opening | Self::Produce | Self::Relabel)
    }
}

/// Between the parts of a transit.
const SEPARATOR: char = '\n';

impl Holder {
    /// A tag and the id or name: 17 bytes for a batch.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let tagged = |tag: u8, rest: &[u8]| [&[tag], rest].concat();
        match self {
            Self::Outside => vec![0],
            Self::Loss => vec![1],
            Self::Batch(id) => tagged(2, &id.to_be_bytes()),
            Self::Run(id) => tagged(3, &id.to_be_bytes()),
            Self::Place(name) => tagged(4, name.as_bytes()),
            Self::Process(name) => tagged(5, name.as_bytes()),
            Self::Stock(name) => tagged(6, name.as_bytes()),
            Self::Transit { from, to, code, line } => {
                tagged(7, format!("{from}\n{to}\n{code}\n{line}").as_bytes())
            }
        }
    }

    /// From these bytes.
    ///
    /// # Errors
    /// `Damaged` for bytes that no holder has.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let wrong = || Damaged(format!("the holder {bytes:02x?}"));
        let (tag, rest) = bytes.split_first().ok_or_else(wrong)?;
        let id = || rest.try_into().map(u128::from_be_bytes).map_err(|_| wrong());
        let name = || std::str::from_utf8(rest).map(str::to_owned).map_err(|_| wrong());
        Ok(match tag {
            0 if rest.is_empty() => Self::Outside,
            1 if rest.is_empty() => Self::Loss,
            2 => Self::Batch(id()?),
            3 => Self::Run(id()?),
            4 => Self::Place(name()?),
            5 => Self::Process(name()?),
            6 => Self::Stock(name()?),
            7 => {
                let text = name()?;
                let parts: Vec<&str> = text.split(SEPARATOR).collect();
                let [from, to, code, line] = parts[..] else { return Err(wrong()) };
                let line = line.parse().map_err(|_| wrong())?;
                Self::Transit { from: from.into(), to: to.into(), code: code.into(), line }
            }
            _ => return Err(wrong()),
        })
    }
}
