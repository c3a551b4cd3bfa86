//! Proofs from stored tiles: that an entry is under a checkpoint, that one head follows another.
//!
//! Invariant: a proof that leaves here leads to the root that was signed; tiles that do not are an
//! error that names the tree, never a wrong proof.

use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::Hash;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::proof::EntryProof;
use tl_ledger::tile::{Tile, TileReader, tile_bytes};
use tl_store::{Checkpoint, Store, StoreError, Tree, Which};

use crate::error::Failure;
use tl_wire::problem::ErrorCode;

/// Why a tree gave no proof.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Tiles or checkpoints that contradict each other.
    #[error("{origin}: {reason}; run `tl-server doctor`")]
    Damaged {
        /// Origin of the tree.
        origin: String,
        /// What is wrong.
        reason: String,
    },
}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Store(error) => error.into(),
            TreeError::Damaged { .. } => Self::internal(&error),
        }
    }
}

fn damaged(tree: &Tree, reason: impl ToString) -> TreeError {
    TreeError::Damaged { origin: tree.origin.clone(), reason: reason.to_string() }
}

/// Reads the tiles of a tree at a size.
fn reader<'a>(
    store: &'a Store,
    tree: &'a Tree,
    size: u64,
) -> TileReader<impl FnMut(Tile) -> Result<Vec<u8>, String> + 'a> {
    TileReader::new(size, move |tile: Tile| {
        let place = (tile.level, tile.index);
        let hashes = store.tile(&tree.party, tree.number, place, usize::from(tile.width));
        match hashes {
            Ok(Some(hashes)) => Ok(tile_bytes(&hashes)),
            Ok(None) => Err("it is not stored".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    })
}

/// Root of a tree at a size up to its newest checkpoint.
///
/// # Errors
/// `Damaged` when the tiles can't give it.
pub fn root_at(store: &Store, tree: &Tree, size: u64) -> Result<Hash, TreeError> {
    if size == 0 {
        return Ok(TreeHead::empty().root);
    }
    reader(store, tree, tree.head.size).root(size).map_err(|error| damaged(tree, error))
}

/// Consistency proof between two heads of a tree; empty from size 0.
///
/// # Errors
/// `Damaged` when the tiles lead to another root of either.
pub fn consistency(
    store: &Store,
    tree: &Tree,
    old: &TreeHead,
    new: &TreeHead,
) -> Result<Vec<Hash>, TreeError> {
    if old.size == 0 || old.size == new.size {
        return Ok(Vec::new());
    }
    reader(store, tree, new.size).consistency(old, new).map_err(|error| damaged(tree, error))
}

/// An entry of a log with its proof.
#[derive(Debug)]
pub struct Proven {
    /// Tree that covers it.
    pub tree: Tree,
    /// The checkpoint that the proof leads to.
    pub checkpoint: Checkpoint,
    /// The proof.
    pub proof: EntryProof,
}

/// Proves an entry; `None` when the log does not have it or no checkpoint covers it yet.
/// The checkpoint is the newest one that a witness signed when that covers it, else the newest.
///
/// # Errors
/// The database's, or `Damaged`.
pub fn entry(store: &Store, party: &PartyId, id: EntryId) -> Result<Option<Proven>, TreeError> {
    let Some(index) = store.log_index(party, id)? else { return Ok(None) };
    let Some((tree, place)) = store.covering_tree(party, index)? else { return Ok(None) };
    let witnessed = store.checkpoint(party, tree.number, Which::Witnessed)?;
    let covering = witnessed.filter(|checkpoint| checkpoint.head.size > place);
    let checkpoint = match covering {
        Some(checkpoint) => checkpoint,
        None => store
            .checkpoint(party, tree.number, Which::Newest)?
            .ok_or_else(|| damaged(&tree, "it has a head and no checkpoint"))?,
    };
    let proof = at_place(store, &tree, &checkpoint, place)?;
    Ok(Some(Proven { tree, checkpoint, proof }))
}

/// The proof of a place of a tree under a checkpoint of it.
///
/// # Errors
/// `Damaged` when the tiles lead to another root.
pub fn at_place(
    store: &Store,
    tree: &Tree,
    checkpoint: &Checkpoint,
    place: u64,
) -> Result<EntryProof, TreeError> {
    let inclusion = reader(store, tree, checkpoint.head.size)
        .inclusion(place, &checkpoint.head)
        .map_err(|error| damaged(tree, error))?;
    let signed = SignedCheckpoint::parse(checkpoint.text().as_bytes())
        .map_err(|error| damaged(tree, error))?;
    Ok(EntryProof { extra: None, index: place, hashes: inclusion.hashes, checkpoint: signed })
}

/// The failure of an entry that no checkpoint covers yet.
#[must_use]
pub fn not_yet() -> Failure {
    Failure::new(ErrorCode::NotFound, "no checkpoint covers this entry yet: ask again in a second")
}
