//! Reading trees: heads, checkpoints, tiles, bundles of entries, places of entries.
//!
//! Invariant: nothing is given out that the newest checkpoint does not cover.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::Hash;
use tl_ledger::merkle::TreeHead;

use super::growth::TILE_WIDTH;
use super::{Checkpoint, Stored, TREE, Tree, TreeRow, key, stored};
use crate::sql::{Conn, Number, Value};
use crate::{Store, StoreError};

#[derive(diesel::QueryableByName)]
struct TileRow {
    #[diesel(sql_type = Binary)]
    hashes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct CheckpointRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = BigInt)]
    signed_at: i64,
}

#[derive(diesel::QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(diesel::QueryableByName)]
struct BytesRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

/// Which checkpoint of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest one.
    Newest,
    /// The one of this size.
    Size(u64),
    /// The newest one that a witness signed.
    Witnessed,
}

/// A tile as it is stored.
pub(super) fn tile(
    conn: &mut Conn,
    party: &PartyId,
    number: u64,
    level: u8,
    n: u64,
) -> Result<Option<Vec<Hash>>, StoreError> {
    let [party, number] = key(party, number);
    let row: Option<TileRow> = conn.one(
        "SELECT hashes FROM tile WHERE party = ? AND number = ? AND level = ? AND n = ?",
        &[party, number, Value::Int(i64::from(level)), Value::count(n)],
    )?;
    Ok(row.map(|row| row.hashes.chunks_exact(32).filter_map(Hash::from_slice).collect()))
}

impl Store {
    /// All trees, by party and number. Those of a party one of whose rows can't be read are left
    /// out, so that they keep no other log waiting; its audit raises the alarm.
    ///
    /// # Errors
    /// The database's.
    pub fn trees(&self) -> Result<Vec<Tree>, StoreError> {
        let rows: Vec<TreeRow> =
            self.read(|conn| conn.load(&format!("{TREE} ORDER BY party, number"), &[]))?;
        let (mut trees, mut damaged) = (Vec::new(), BTreeSet::new());
        for row in rows {
            let party = row.party.clone();
            match Stored::try_from(row) {
                Ok(stored) => trees.push(stored.tree),
                Err(StoreError::Damaged(_)) => drop(damaged.insert(party)),
                Err(error) => return Err(error),
            }
        }
        trees.retain(|tree: &Tree| !damaged.contains(tree.party.as_str()));
        Ok(trees)
    }

    /// The trees of a party, oldest first; the last one grows.
    ///
    /// # Errors
    /// The database's.
    pub fn trees_of(&self, party: &PartyId) -> Result<Vec<Tree>, StoreError> {
        let sql = format!("{TREE} WHERE party = ? ORDER BY number");
        let rows: Vec<TreeRow> =
            self.read(|conn| conn.load(&sql, &[Value::text(party.as_str())]))?;
        rows.into_iter().map(|row| Stored::try_from(row).map(|stored| stored.tree)).collect()
    }

    /// A tree.
    ///
    /// # Errors
    /// The database's.
    pub fn tree(&self, party: &PartyId, number: u64) -> Result<Option<Tree>, StoreError> {
        Ok(self.read(|conn| stored(conn, party, number))?.map(|stored| stored.tree))
    }

    /// The tree with an origin, as checkpoints name it.
    ///
    /// # Errors
    /// The database's.
    pub fn tree_by_origin(&self, origin: &str) -> Result<Option<Tree>, StoreError> {
        let sql = format!("{TREE} WHERE origin = ?");
        let row: Option<TreeRow> = self.read(|conn| conn.one(&sql, &[Value::text(origin)]))?;
        row.map(|row| Stored::try_from(row).map(|stored| stored.tree)).transpose()
    }

    /// A checkpoint of a tree with the lines of its witnesses.
    ///
    /// # Errors
    /// The database's.
    pub fn checkpoint(
        &self,
        party: &PartyId,
        number: u64,
        which: Which,
    ) -> Result<Option<Checkpoint>, StoreError> {
        self.read_all(|conn| {
            let mut binds = key(party, number).to_vec();
            let only = match which {
                Which::Newest => "",
                Which::Size(size) => {
                    binds.push(Value::count(size));
                    "AND size = ?"
                }
                Which::Witnessed => {
                    "AND EXISTS (SELECT 1 FROM cosignature \
                     WHERE cosignature.party = checkpoint.party \
                     AND cosignature.number = checkpoint.number \
                     AND cosignature.size = checkpoint.size)"
                }
            };
            let sql = format!(
                "SELECT size, root, note, signed_at FROM checkpoint \
                 WHERE party = ? AND number = ? {only} ORDER BY size DESC LIMIT 1"
            );
            let Some(row) = conn.one::<CheckpointRow>(&sql, &binds)? else { return Ok(None) };
            let [party, number] = key(party, number);
            let lines: Vec<LineRow> = conn.load(
                "SELECT line FROM cosignature WHERE party = ? AND number = ? AND size = ? \
                 ORDER BY witness",
                &[party, number, Value::Int(row.size)],
            )?;
            let damaged = || StoreError::Damaged(format!("checkpoint of size {}", row.size));
            Ok(Some(Checkpoint {
                head: TreeHead {
                    size: row.size.unsigned_abs(),
                    root: Hash::from_slice(&row.root).ok_or_else(damaged)?,
                },
                note: row.note.clone(),
                cosignatures: lines.into_iter().map(|row| row.line).collect(),
                signed_at: row.signed_at,
            }))
        })
    }

    /// The first `width` hashes of a tile; `None` when the tree does not have that many.
    ///
    /// # Errors
    /// The database's.
    pub fn tile(
        &self,
        party: &PartyId,
        number: u64,
        (level, n): (u8, u64),
        width: usize,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        let hashes = self.read(|conn| tile(conn, party, number, level, n))?;
        Ok(hashes.filter(|hashes| hashes.len() >= width).map(|mut hashes| {
            hashes.truncate(width);
            hashes
        }))
    }

    /// The first `width` entries of bundle `n` of a tree, as they were signed; `None` when the
    /// newest checkpoint does not cover that many.
    ///
    /// # Errors
    /// The database's.
    pub fn bundle(
        &self,
        tree: &Tree,
        n: u64,
        width: usize,
    ) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let start = n.saturating_mul(TILE_WIDTH as u64);
        let end = start.saturating_add(width as u64);
        if width == 0 || width > TILE_WIDTH || end > tree.head.size {
            return Ok(None);
        }
        self.entries_at(tree, start, end).map(Some)
    }

    /// The entries at places `start..end` of a tree.
    fn entries_at(&self, tree: &Tree, start: u64, end: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut ranges = Vec::new();
        let mut from = start;
        if tree.opening_index.is_some() && start == 0 && end > 0 {
            // The opening of a later tree stands elsewhere in the log than in the tree.
            ranges.push((tree.index_of(0), tree.index_of(0)));
            from = 1;
        }
        if from < end {
            ranges.push((tree.index_of(from), tree.index_of(end - 1)));
        }
        let mut found = BTreeMap::new();
        self.read_all(|conn| {
            let sql = "SELECT idx, bytes FROM entry WHERE party = ? AND idx >= ? AND idx <= ?";
            for (from, to) in ranges {
                let binds =
                    [Value::text(tree.party.as_str()), Value::count(from), Value::count(to)];
                let rows: Vec<BytesRow> = conn.load(sql, &binds)?;
                found.extend(rows.into_iter().map(|row| (row.idx.unsigned_abs(), row.bytes)));
            }
            Ok(())
        })?;
        let indexes = (start..end).map(|place| tree.index_of(place));
        let missing = |index| StoreError::Damaged(format!("entry {index} is missing"));
        indexes.map(|index| found.remove(&index).ok_or_else(|| missing(index))).collect()
    }

    /// Log index of an entry; `None` when the log does not have it.
    ///
    /// # Errors
    /// The database's.
    pub fn log_index(&self, party: &PartyId, id: EntryId) -> Result<Option<u64>, StoreError> {
        let row: Option<Number> = self.read(|conn| {
            conn.one(
                "SELECT idx AS number FROM entry WHERE party = ? AND id = ?",
                &[Value::text(party.as_str()), Value::display(id)],
            )
        })?;
        Ok(row.map(|row| row.number.unsigned_abs()))
    }

    /// The tree that covers a log index, with the place in it; `None` before a checkpoint does.
    ///
    /// # Errors
    /// The database's.
    pub fn covering_tree(
        &self,
        party: &PartyId,
        log_index: u64,
    ) -> Result<Option<(Tree, u64)>, StoreError> {
        let covers = |tree: Tree| {
            let place = tree.place_of(log_index).filter(|place| *place < tree.head.size)?;
            Some((tree, place))
        };
        Ok(self.trees_of(party)?.into_iter().find_map(covers))
    }
}
