//! What the rules look up and write while they project one log.

use tl_ledger::Hash;

use super::object::Object;
use super::rows::{FlowRow, Row, RowKey};
use crate::event::Body;
use crate::ids::{DeviceId, EntryId};
use crate::time::Micros;

/// An entry as it counts now: its own body, or that of the correction that won.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Index in the log of the original entry: the order of folding.
    pub index: u64,
    /// Id of the original entry.
    pub id: EntryId,
    /// Leaf hash of the original entry.
    pub leaf: Hash,
    /// When it happened, by the device's clock.
    pub observed_at: Micros,
    /// Offset of that clock in seconds east of UTC.
    pub offset_seconds: i32,
    /// Device that wrote it.
    pub device: DeviceId,
    /// The effective body; `None` when a correction withdrew the entry.
    pub body: Option<Body>,
    /// The supersede entry that gave the effective body, if any.
    pub corrected_by: Option<EntryId>,
    /// Signed by a key that was revoked before: out of every fold until released.
    pub suspect: bool,
}

impl Fact {
    /// Whether it is a fact of an object in whose history it stands. A correction is one of the
    /// entry that it names alone: what else it changed, the corrected entry says.
    #[must_use]
    pub fn folds(&self, object: &Object) -> bool {
        matches!(object, Object::Entry(_)) || !matches!(self.body, Some(Body::Supersede(_)))
    }
}

/// Which supersede counts for a target: the last by log index.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// The original entry.
    pub target: EntryId,
    /// The supersede entry that wins.
    pub by: EntryId,
    /// The effective body; `None` withdraws the target.
    pub body: Option<Body>,
}

/// Rows and facts of one log, as the projection sees them; each write is seen by later reads.
pub trait Books {
    /// What can go wrong underneath; never a matter of rules.
    type Error;

    /// An entry by id, with the correction that counts now.
    ///
    /// # Errors
    /// The store's.
    fn fact(&mut self, id: EntryId) -> Result<Option<Fact>, Self::Error>;

    /// Kind of an entry as it was signed, whatever corrections say.
    ///
    /// # Errors
    /// The store's.
    fn original_kind(&mut self, id: EntryId) -> Result<Option<String>, Self::Error>;

    /// Facts that touch an object, by index; see `Fact::folds`.
    ///
    /// # Errors
    /// The store's.
    fn facts(&mut self, object: &Object) -> Result<Vec<Fact>, Self::Error>;

    /// Keeps an entry as a fact and as part of the history of the objects that it touches. Called
    /// again for a known entry it only adds objects; the effective body is kept by `correct`.
    ///
    /// # Errors
    /// The store's.
    fn record(&mut self, fact: &Fact, objects: &[Object]) -> Result<(), Self::Error>;

    /// Makes a correction count.
    ///
    /// # Errors
    /// The store's.
    fn correct(&mut self, correction: &Correction) -> Result<(), Self::Error>;

    /// A row by key.
    ///
    /// # Errors
    /// The store's.
    fn row(&mut self, key: &RowKey) -> Result<Option<Row>, Self::Error>;

    /// The flows that an entry or batch owns, by line.
    ///
    /// # Errors
    /// The store's.
    fn flows(&mut self, owner: EntryId) -> Result<Vec<FlowRow>, Self::Error>;

    /// Writes a row, in place of one with the same key.
    ///
    /// # Errors
    /// The store's.
    fn put(&mut self, row: Row) -> Result<(), Self::Error>;

    /// Removes a row that no fact supports any more.
    ///
    /// # Errors
    /// The store's.
    fn remove(&mut self, key: &RowKey) -> Result<(), Self::Error>;
}
