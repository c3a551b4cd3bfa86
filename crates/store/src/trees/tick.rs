//! The tick: every log that grew gets a checkpoint, all in one transaction.
//!
//! Committed rows are read in one state of the database and hashed anew; the leaf of each row and
//! the root of the log's row must come out, else an alarm is raised and nothing is signed. The
//! signer is asked before the write begins; what it signed counts from the commit on. The row of
//! the tree is compared and swapped, and only the process that writes the log does it.

use diesel::sql_types::{BigInt, Binary};
use tl_domain::event::Body;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Frontier, Hash};

use super::alarm::{self, Alarm, AlarmCode};
use super::growth::{Growth, Tile};
use super::{Stored, TREE, Tree, TreeRow, key};
use crate::books::entry_of;
use crate::ingest::INSTALLATION;
use crate::limits::BATCH_ENTRIES_MAX;
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

#[derive(diesel::QueryableByName)]
struct LogRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
pub(super) struct LeafRow {
    #[diesel(sql_type = BigInt)]
    pub(super) idx: i64,
    #[diesel(sql_type = Binary)]
    pub(super) leaf: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub(super) bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct KindRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

/// A tree that has grown, ready to be signed.
struct Grown {
    old: Tree,
    head: TreeHead,
    growth: Growth,
    tiles: Vec<Tile>,
    opening_index: Option<u64>,
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
                        let found = (AlarmCode::RowsChanged, detail);
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

fn grow_all(
    conn: &mut Conn,
    now: Micros,
    permit: &dyn Fn(&Tree) -> Permit,
) -> Result<(Vec<Grown>, Vec<Alarm>), StoreError> {
    let sql = format!(
        "{TREE} WHERE number = (SELECT MAX(number) FROM tree AS last \
                                WHERE last.party = tree.party) \
         AND first_idx + size < (SELECT log.size FROM log WHERE log.party = tree.party) \
         AND NOT EXISTS (SELECT 1 FROM alarm WHERE alarm.party = tree.party \
                         AND alarm.number = tree.number) ORDER BY party"
    );
    let rows: Vec<TreeRow> = conn.load(&sql, &[])?;
    let (mut grown, mut alarms) = (Vec::new(), Vec::new());
    for row in rows {
        // A log whose rows can't be read stops for itself alone.
        let (party, number) = (row.party.parse::<PartyId>(), row.number.unsigned_abs());
        let stored = match (Stored::try_from(row), party) {
            (Ok(stored), _) => stored,
            (Err(StoreError::Damaged(detail)), Ok(party)) => {
                alarms.push(trouble(&party, number, now, (AlarmCode::TreeChanged, detail)));
                continue;
            }
            (Err(error), _) => return Err(error),
        };
        let size = match permit(&stored.tree) {
            Permit::No => continue,
            Permit::Yes => None,
            Permit::At(size) => Some(size),
        };
        let tree = stored.tree.clone();
        let outcome = match grow(conn, stored, size) {
            Err(StoreError::Damaged(detail)) => Err((AlarmCode::RowsChanged, detail)),
            other => other?,
        };
        match outcome {
            Ok(Some(one)) => grown.push(one),
            Ok(None) => {}
            Err(found) => alarms.push(trouble(&tree.party, tree.number, now, found)),
        }
    }
    Ok((grown, alarms))
}

/// What is wrong with the rows of a log, for an alarm.
type Trouble = (AlarmCode, String);

fn trouble(party: &PartyId, number: u64, now: Micros, (code, detail): Trouble) -> Alarm {
    let evidence = String::new();
    Alarm { party: party.clone(), number, code, detail, evidence, noticed_at: now }
}

/// Grows a tree over the log's newest entries, or to a size; `None` while a later tree has no
/// opening entry yet.
fn grow(
    conn: &mut Conn,
    stored: Stored,
    size: Option<u64>,
) -> Result<Result<Option<Grown>, Trouble>, StoreError> {
    let altered = |detail| Ok(Err((AlarmCode::RowsChanged, detail)));
    let Stored { tree, frontier, log_frontier } = stored;
    let opening = match (tree.number, tree.opening_index) {
        (1, _) => None,
        (_, Some(index)) => Some(index),
        (_, None) => match opening_entry(conn, &tree)? {
            Some(index) => Some(index),
            None => return Ok(Ok(None)),
        },
    };
    let sql = "SELECT size, root FROM log WHERE party = ?";
    let log: LogRow = conn
        .one(sql, &[Value::text(tree.party.as_str())])?
        .ok_or_else(|| StoreError::NoLog(tree.party.clone()))?;
    let there = log.size.unsigned_abs();
    let end = size.map_or(there, |size| tree.first_index + size);
    if end > there {
        let (signed, read) = (end - tree.first_index, there - tree.first_index);
        let detail = format!("the signer has signed {signed} entries, the store has {read}");
        return Ok(Err((AlarmCode::SignerAhead, detail)));
    }
    let mut growth = if tree.head.size == 0 {
        Growth::begin(log_frontier, opening)
    } else {
        match edges(conn, &tree, &frontier)? {
            Ok(edges) => Growth::from_stored(frontier, log_frontier, edges),
            Err(detail) => return altered(detail),
        }
    };
    let mut tiles = Vec::new();
    let from = growth.log.size();
    let read = each_leaf(conn, &tree.party, from, end, &mut |_, leaf| {
        growth.push(leaf);
        tiles.append(&mut growth.take_full());
    })?;
    if let Err(detail) = read {
        return altered(detail);
    }
    let root = growth.log.root();
    if end == there && log.root != root.0 {
        return altered(format!("the first {end} entries give root {root}, the log's row another"));
    }
    if growth.is_waiting() {
        return Ok(Ok(None));
    }
    tiles.extend(growth.changed_edges());
    let head = TreeHead { size: growth.tree.size(), root: growth.tree.root() };
    Ok(Ok(Some(Grown { old: tree, head, growth, tiles, opening_index: opening })))
}

/// Reads entries of a log in pages and hashes them anew. The inner error names the first row that
/// is missing or has another leaf.
pub(super) fn each_leaf(
    conn: &mut Conn,
    party: &PartyId,
    from: u64,
    end: u64,
    take: &mut dyn FnMut(u64, Hash),
) -> Result<Result<(), String>, StoreError> {
    let mut next = from;
    while next < end {
        let page_end = end.min(next + BATCH_ENTRIES_MAX as u64);
        let rows: Vec<LeafRow> = conn.load(
            "SELECT idx, leaf, bytes FROM entry WHERE party = ? AND idx >= ? AND idx < ? \
             ORDER BY idx",
            &[Value::text(party.as_str()), Value::count(next), Value::count(page_end)],
        )?;
        for row in rows {
            if row.idx.unsigned_abs() != next {
                break;
            }
            let leaf = Hash::leaf(&row.bytes);
            if row.leaf != leaf.0 {
                let detail = format!("entry {next}: its bytes give leaf {leaf}, its row another");
                return Ok(Err(detail));
            }
            take(next, leaf);
            next += 1;
        }
        if next < page_end {
            return Ok(Err(format!("entry {next} is missing")));
        }
    }
    Ok(Ok(()))
}

/// The hashes of the growing tiles, which must give the tree's root; the inner error says if not.
fn edges(
    conn: &mut Conn,
    tree: &Tree,
    frontier: &Frontier,
) -> Result<Result<Vec<Vec<Hash>>, String>, StoreError> {
    if frontier.root() != tree.head.root {
        return Ok(Err("the stored frontier does not give the signed root".to_owned()));
    }
    let mut edges = Vec::new();
    for (level, width) in (0_u8..).zip(Growth::edge_widths(tree.head.size)) {
        let n = tree.head.size >> (8 * (u32::from(level) + 1));
        let hashes = match width {
            0 => vec![],
            _ => super::read::tile(conn, &tree.party, tree.number, level, n)?.unwrap_or_default(),
        };
        if hashes.len() != width {
            let read = hashes.len();
            return Ok(Err(format!("tile {level}/{n} has {read} hashes, {width} were signed")));
        }
        edges.push(hashes);
    }
    // The subtrees of the tiles, largest first, are the frontier's.
    let mut subtrees = Vec::new();
    for hashes in edges.iter().rev() {
        let mut of_tile = Frontier::new();
        of_tile.extend(hashes.iter().copied());
        subtrees.extend(of_tile.to_bytes());
    }
    if subtrees != frontier.to_bytes() {
        return Ok(Err("the stored tiles do not give the signed root".to_owned()));
    }
    Ok(Ok(edges))
}

/// Log index of the entry that opens a later tree.
pub(super) fn opening_entry(conn: &mut Conn, tree: &Tree) -> Result<Option<u64>, StoreError> {
    let rows: Vec<KindRow> = conn.load(
        "SELECT idx, bytes FROM entry WHERE party = ? AND idx >= ? AND device = ? \
         AND kind = 'log.continue' ORDER BY idx",
        &[
            Value::text(tree.party.as_str()),
            Value::count(tree.first_index),
            Value::text(INSTALLATION),
        ],
    )?;
    for row in rows {
        if let Body::LogContinue(body) = entry_of(&row.bytes)?.body
            && body.origin == tree.origin
        {
            return Ok(Some(row.idx.unsigned_abs()));
        }
    }
    Ok(None)
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
    conn.run(
        "INSERT INTO checkpoint (party, number, size, root, note, signed_at) \
         VALUES (?, ?, ?, ?, ?, ?)",
        &[
            party,
            number,
            Value::count(head.size),
            Value::hash(&head.root),
            Value::text(&signed.note),
            Value::Int(now),
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
