//! The next tree of a log: after a restore, or when somebody holds a newer head than the store.
//!
//! It takes up where the last checkpoint that the entries bear out ended; entries that no such
//! checkpoint covers belong to it. It commits to that checkpoint with its entry 0, `log.continue`,
//! which the server writes; until then nothing of it is signed.

use diesel::sql_types::Text;
use tl_domain::event::ContinueReason;
use tl_domain::ids::PartyId;
use tl_ledger::Frontier;
use tl_ledger::merkle::TreeHead;

use super::audit::walk;
use super::tick::keep_tiles;
use super::{Stored, TREE, Tree, TreeRow, key};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

#[derive(diesel::QueryableByName)]
struct OriginRow {
    #[diesel(sql_type = Text)]
    origin: String,
}

/// A log's first tree, when the log is opened.
pub(crate) fn first_tree(
    conn: &mut Conn,
    party: &PartyId,
    origin: &str,
    opened_at: i64,
) -> Result<(), StoreError> {
    let tree = Tree {
        party: party.clone(),
        number: 1,
        origin: origin.to_owned(),
        vkey: None,
        first_index: 0,
        opening_index: None,
        reason: None,
        head: TreeHead::empty(),
        opened_at,
    };
    insert(conn, &tree, &Frontier::new())
}

/// Opens the next tree of every log and writes the tiles of those before: after a restore.
pub(crate) fn next_trees(conn: &mut Conn, reason: ContinueReason) -> Result<(), StoreError> {
    let rows: Vec<TreeRow> = conn.load(&format!("{TREE} ORDER BY party, number"), &[])?;
    let trees = rows
        .into_iter()
        .map(|row| Stored::try_from(row).map(|stored| stored.tree))
        .collect::<Result<Vec<_>, _>>()?;
    for (at, tree) in trees.iter().enumerate() {
        if trees.get(at + 1).is_some_and(|next| next.party == tree.party) {
            walk(conn, tree, &mut |conn, tiles| keep_tiles(conn, tree, &tiles))?;
        } else {
            next_tree(conn, tree, reason)?;
        }
    }
    Ok(())
}

fn next_tree(conn: &mut Conn, tree: &Tree, reason: ContinueReason) -> Result<Tree, StoreError> {
    let walked = walk(conn, tree, &mut |conn, tiles| keep_tiles(conn, tree, &tiles))?;
    let row: OriginRow = conn
        .one("SELECT origin FROM log WHERE party = ?", &[Value::text(tree.party.as_str())])?
        .ok_or_else(|| StoreError::NoLog(tree.party.clone()))?;
    let number = tree.number + 1;
    let next = Tree {
        party: tree.party.clone(),
        number,
        origin: format!("{}/{number}", row.origin),
        vkey: None,
        first_index: walked.log_frontier.size(),
        opening_index: None,
        reason: Some(reason),
        head: TreeHead::empty(),
        opened_at: tree.opened_at,
    };
    insert(conn, &next, &walked.log_frontier)?;
    Ok(next)
}

fn insert(conn: &mut Conn, tree: &Tree, log_frontier: &Frontier) -> Result<(), StoreError> {
    let [party, number] = key(&tree.party, tree.number);
    let reason = tree.reason.and_then(|reason| serde_json::to_value(reason).ok());
    let log_frontier = log_frontier.to_bytes();
    conn.run(
        "INSERT INTO tree (party, number, origin, vkey, first_idx, opening_idx, reason, size, \
         root, frontier, log_frontier, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
        &[
            party,
            number,
            Value::text(&tree.origin),
            Value::NoText,
            Value::count(tree.first_index),
            Value::NoInt,
            Value::maybe_text(reason.as_ref().and_then(|reason| reason.as_str())),
            Value::hash(&tree.head.root),
            Value::bytes(&[]),
            Value::bytes(&log_frontier),
            Value::Int(tree.opened_at),
        ],
    )?;
    Ok(())
}

impl Store {
    /// Opens the next tree of a log: the newest one is not signed any further. Its entry 0 has to
    /// be written before anything of it is signed.
    ///
    /// # Errors
    /// `NoLog`; `Draft` when the newest tree has nothing signed, so that it can go on itself.
    pub fn open_next_tree(
        &self,
        party: &PartyId,
        reason: ContinueReason,
    ) -> Result<Tree, StoreError> {
        self.write(|conn| {
            let sql = format!("{TREE} WHERE party = ? ORDER BY number DESC LIMIT 1");
            let row: Option<TreeRow> = conn.one(&sql, &[Value::text(party.as_str())])?;
            let row = row.ok_or_else(|| StoreError::NoLog(party.clone()))?;
            let tree = Stored::try_from(row)?.tree;
            if tree.head.size == 0 {
                let origin = &tree.origin;
                return Err(StoreError::Draft(format!("nothing of {origin} was signed yet")));
            }
            next_tree(conn, &tree, reason)
        })
    }

    /// The trees that wait for their entry 0, each with the one before it.
    ///
    /// # Errors
    /// The database's.
    pub fn trees_to_open(&self) -> Result<Vec<(Tree, Tree)>, StoreError> {
        let trees = self.trees()?;
        let newest = |tree: &Tree| {
            !trees.iter().any(|other| other.party == tree.party && other.number > tree.number)
        };
        let mut waiting = Vec::new();
        for pair in trees.windows(2) {
            let [before, tree] = pair else { continue };
            if tree.party != before.party || tree.head.size > 0 || !newest(tree) {
                continue;
            }
            if self.read(|conn| super::grow::opening_entry(conn, tree))?.is_none() {
                waiting.push((tree.clone(), before.clone()));
            }
        }
        Ok(waiting)
    }
}
