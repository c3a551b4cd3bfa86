//! Growing a tree over what is committed: rows are read in pages, hashed anew and compared.
//!
//! Invariant: what comes out was borne out by every byte of the rows, by the leaf beside them, and,
//! at the log's end, by the root of the log's row. What differs is trouble in words, for an alarm;
//! nothing is written here.

use diesel::sql_types::{BigInt, Binary};
use tl_domain::event::Body;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Frontier, Hash};

use super::alarm::{Alarm, AlarmCode};
use super::fact::AlarmFact;
use super::growth::{Growth, Tile};
use super::tick::Permit;
use super::{Stored, TREE, Tree, TreeRow};
use crate::StoreError;
use crate::books::entry_of;
use crate::ingest::INSTALLATION;
use crate::limits::BATCH_ENTRIES_MAX;
use crate::sql::{Conn, Value};

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
pub(super) struct Grown {
    pub(super) old: Tree,
    pub(super) head: TreeHead,
    pub(super) growth: Growth,
    pub(super) tiles: Vec<Tile>,
    pub(super) opening_index: Option<u64>,
}

/// Every tree that has grown and may be signed, with the alarms of those that must not.
pub(super) fn grow_all(
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
                let found = (AlarmCode::TreeChanged, AlarmFact::RowDamaged { detail });
                alarms.push(trouble(&party, number, now, found));
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
            Err(StoreError::Damaged(detail)) => {
                Err((AlarmCode::RowsChanged, AlarmFact::RowDamaged { detail }))
            }
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
type Trouble = (AlarmCode, AlarmFact);

/// The alarm of what is wrong with the rows of a log.
pub(super) fn trouble(party: &PartyId, number: u64, now: Micros, (code, fact): Trouble) -> Alarm {
    Alarm::new((party, number), code, vec![fact], now)
}

/// Grows a tree over the log's newest entries, or to a size; `None` while a later tree has no
/// opening entry yet.
fn grow(
    conn: &mut Conn,
    stored: Stored,
    size: Option<u64>,
) -> Result<Result<Option<Grown>, Trouble>, StoreError> {
    let altered = |fact| Ok(Err((AlarmCode::RowsChanged, fact)));
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
        let (signed, stored) = (end - tree.first_index, there - tree.first_index);
        return Ok(Err((AlarmCode::SignerAhead, AlarmFact::SignerAhead { signed, stored })));
    }
    let mut growth = if tree.head.size == 0 {
        Growth::begin(log_frontier, opening)
    } else {
        match edges(conn, &tree, &frontier)? {
            Ok(edges) => Growth::from_stored(frontier, log_frontier, edges),
            Err(fact) => return altered(fact),
        }
    };
    let mut tiles = Vec::new();
    let from = growth.log.size();
    let read = each_leaf(conn, &tree.party, from, end, &mut |_, leaf| {
        growth.push(leaf);
        tiles.append(&mut growth.take_full());
    })?;
    if let Err(fact) = read {
        return altered(fact);
    }
    let root = growth.log.root();
    if end == there && log.root != root.0 {
        return altered(AlarmFact::LogRootDiffers { size: end, root });
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
) -> Result<Result<(), AlarmFact>, StoreError> {
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
                return Ok(Err(AlarmFact::EntryAltered { index: next, leaf }));
            }
            take(next, leaf);
            next += 1;
        }
        if next < page_end {
            return Ok(Err(AlarmFact::EntryMissing { index: next }));
        }
    }
    Ok(Ok(()))
}

/// The hashes of the growing tiles, which must give the tree's root; the inner error says if not.
fn edges(
    conn: &mut Conn,
    tree: &Tree,
    frontier: &Frontier,
) -> Result<Result<Vec<Vec<Hash>>, AlarmFact>, StoreError> {
    if frontier.root() != tree.head.root {
        return Ok(Err(AlarmFact::FrontierDiffers));
    }
    let mut edges = Vec::new();
    for (level, width) in (0_u8..).zip(Growth::edge_widths(tree.head.size)) {
        let n = tree.head.size >> (8 * (u32::from(level) + 1));
        let hashes = match width {
            0 => vec![],
            _ => super::read::tile(conn, &tree.party, tree.number, level, n)?.unwrap_or_default(),
        };
        if hashes.len() != width {
            let (stored, signed) = (hashes.len() as u64, width as u64);
            return Ok(Err(AlarmFact::TileWidth { level, tile: n, stored, signed }));
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
        return Ok(Err(AlarmFact::TilesRootDiffers));
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
