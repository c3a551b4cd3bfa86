//! The tick: every log that grew gets a checkpoint, all in one transaction.
//!
//! Committed rows are read in one state of the database and hashed anew; the leaf of each row and
//! the root of the log's row must come out, else an alarm is raised and nothing is signed. The
//! signer is asked before the write begins; what it signed counts from the commit on. The row of
//! the tree is compared and swapped, and only the process that writes the log does it.

use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::merkle::TreeHead;

use super::alarm::{self, Alarm, AlarmCode};
use super::fact::AlarmFact;
use super::grow::{Grown, grow_all, trouble};
use super::growth::Tile;
use super::{Tree, key, links};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Whether a tree may be signed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Not now.
    No,
    /// As far as the log goes.
    Yes,
    /// At this size alone: the signer signed it already, and what it signed has to come out again
    /// before it goes on.
    At(u64),
}

/// What a signer is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadToSign {
    /// The tree as its last checkpoint has it.
    pub tree: Tree,
    /// The new head.
    pub head: TreeHead,
}

/// What a signer gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The signed note.
    pub note: String,
    /// Verifier key of the tree.
    pub vkey: String,
}

/// What a tick did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tick {
    /// Trees with a new checkpoint, and its head.
    pub signed: Vec<(Tree, TreeHead)>,
    /// Alarms that are new.
    pub alarms: Vec<Alarm>,
    /// Logs that another process writes.
    pub fenced: Vec<PartyId>,
}

impl Store {
    /// Signs the head of every tree that grew and may be signed. `permit` is asked first, `sign`
    /// with all heads at once: it gives one answer for each, `None` for one that it refuses.
    ///
    /// # Errors
    /// The database's; then nothing of the tick was kept.
    pub fn tick(
        &self,
        now: Micros,
        permit: &dyn Fn(&Tree) -> Permit,
        sign: &mut dyn FnMut(&[HeadToSign]) -> Vec<Option<SignedHead>>,
    ) -> Result<Tick, StoreError> {
        let (grown, mut alarms) = self.read_all(|conn| grow_all(conn, now, permit))?;
        let mut tick = Tick::default();
        if grown.is_empty() && alarms.is_empty() {
            return Ok(tick);
        }
        // Held before anything is signed: who was taken over signs nothing more.
        let (grown, fenced) = self.shared.write(|conn, engine| {
            let (mut held, mut fenced) = (Vec::new(), Vec::new());
            for one in grown {
                match engine.hold(conn, &one.old.party) {
                    Ok(()) => held.push(one),
                    Err(StoreError::Fenced(party)) => fenced.push(party),
                    Err(StoreError::Rebuilding(_)) => {}
                    Err(StoreError::Damaged(detail)) => {
                        let found = (AlarmCode::RowsChanged, AlarmFact::RowDamaged { detail });
                        alarms.push(trouble(&one.old.party, one.old.number, now, found));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok((held, fenced))
        })?;
        tick.fenced = fenced;
        let heads: Vec<HeadToSign> = grown
            .iter()
            .map(|grown| HeadToSign { tree: grown.old.clone(), head: grown.head })
            .collect();
        let signed = sign(&heads);
        let ready: Vec<(Grown, SignedHead)> = grown
            .into_iter()
            .zip(signed)
            .filter_map(|(grown, signed)| signed.map(|signed| (grown, signed)))
            .collect();
        self.shared.write(|conn, engine| {
            for (grown, signed) in &ready {
                engine.hold(conn, &grown.old.party)?;
                keep(conn, grown, signed, now)?;
            }
            let mut new = Vec::new();
            for raised in std::mem::take(&mut alarms) {
                if alarm::raise(conn, &raised)? {
                    new.push(raised);
                }
            }
            tick.alarms = new;
            Ok(())
        })?;
        tick.signed = ready.into_iter().map(|(grown, _)| (grown.old, grown.head)).collect();
        Ok(tick)
    }
}

fn keep(
    conn: &mut Conn,
    grown: &Grown,
    signed: &SignedHead,
    now: Micros,
) -> Result<(), StoreError> {
    let Grown { old, head, growth, tiles, opening_index } = grown;
    let (frontier, log_frontier) = (growth.tree.to_bytes(), growth.log.to_bytes());
    let [party, number] = key(&old.party, old.number);
    let changed = conn.run(
        "UPDATE tree SET size = ?, root = ?, frontier = ?, log_frontier = ?, vkey = ?, \
         opening_idx = ? WHERE party = ? AND number = ? AND size = ? AND root = ? \
         AND NOT EXISTS (SELECT 1 FROM alarm WHERE alarm.party = tree.party \
                         AND alarm.number = tree.number)",
        &[
            Value::count(head.size),
            Value::hash(&head.root),
            Value::bytes(&frontier),
            Value::bytes(&log_frontier),
            Value::text(&signed.vkey),
            Value::maybe_int(opening_index.and_then(|index| i64::try_from(index).ok())),
            party.clone(),
            number.clone(),
            Value::count(old.head.size),
            Value::hash(&old.head.root),
        ],
    )?;
    if changed == 0 {
        return Err(StoreError::Fenced(old.party.clone()));
    }
    keep_tiles(conn, old, tiles)?;
    let link = links::next(conn, old, head, &signed.note, now)?;
    conn.run(
        "INSERT INTO checkpoint (party, number, size, root, note, signed_at, ordinal, link) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            party,
            number,
            Value::count(head.size),
            Value::hash(&head.root),
            Value::text(&signed.note),
            Value::Int(now),
            Value::count(link.ordinal),
            Value::display(link.hash),
        ],
    )?;
    Ok(())
}

/// Writes tiles; the growing ones replace what they were.
pub(super) fn keep_tiles(conn: &mut Conn, tree: &Tree, tiles: &[Tile]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value<'_>>> = tiles
        .iter()
        .map(|tile| {
            let [party, number] = key(&tree.party, tree.number);
            let hashes: Vec<u8> = tile.hashes.iter().flat_map(|hash| hash.0).collect();
            vec![
                party,
                number,
                Value::Int(i64::from(tile.level)),
                Value::count(tile.n),
                Value::Bytes(hashes.into()),
            ]
        })
        .collect();
    conn.insert(
        "INSERT INTO tile (party, number, level, n, hashes)",
        "ON CONFLICT (party, number, level, n) DO UPDATE SET hashes = excluded.hashes",
        &rows,
    )?;
    Ok(())
}
