//! Reading rows and facts onto the shelf, many at a time.

use std::collections::BTreeSet;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::event::{Body, Entry};
use tl_domain::ids::EntryId;
use tl_domain::project::{Fact, RowKey, Table};
use tl_ledger::{Envelope, Hash};

use super::SqlBooks;
use super::shelf::{Kept, Shelf};
use crate::StoreError;
use crate::rows::{from_doc, key, shape};
use crate::sql::{Value, list};

/// Tables that are small and asked for at every entry: read once, whole.
const READ_WHOLE: [Table; 3] = [Table::Holding, Table::Key, Table::Master];
/// Columns of a fact; `e` is the entry, `c` its correction.
const FACT: &str = "e.idx, e.id, e.leaf, e.suspect, e.bytes, c.winner, c.kind AS new_kind, \
                    c.body AS new_body";

#[derive(diesel::QueryableByName)]
struct FactRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    suspect: i64,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    winner: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    new_kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    new_body: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct LinkRow {
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(embed)]
    fact: FactRow,
}

#[derive(diesel::QueryableByName)]
struct DocRow {
    #[diesel(sql_type = Text)]
    doc: String,
}

/// An entry from its stored envelope.
pub(crate) fn entry_of(bytes: &[u8]) -> Result<Entry, StoreError> {
    let damaged = |what: String| StoreError::Damaged(format!("a stored entry: {what}"));
    let envelope = Envelope::parse(bytes).map_err(|e| damaged(e.to_string()))?;
    Entry::read(&envelope.payload).map_err(|e| damaged(e.to_string()))
}

impl FactRow {
    fn kept(self) -> Result<Kept, StoreError> {
        let damaged = |what: &str| StoreError::Damaged(format!("entry {}: {what}", self.id));
        let entry = entry_of(&self.bytes)?;
        let kind = entry.body.kind().to_owned();
        let body = match (&self.winner, &self.new_kind, &self.new_body) {
            (None, ..) => Some(entry.body),
            (Some(_), Some(kind), Some(body)) => {
                let value = serde_json::from_str(body).map_err(|e| damaged(&e.to_string()))?;
                Some(Body::read(kind, value).map_err(|e| damaged(&e.to_string()))?)
            }
            (Some(_), ..) => None,
        };
        let observed = &entry.head.observed_at;
        let fact = Fact {
            index: self.idx.unsigned_abs(),
            id: entry.head.id,
            leaf: Hash::from_slice(&self.leaf).ok_or_else(|| damaged("its leaf hash"))?,
            observed_at: observed.micros(),
            offset_seconds: observed.at().offset().local_minus_utc(),
            device: entry.head.device.clone(),
            body,
            corrected_by: match &self.winner {
                Some(winner) => Some(winner.parse().map_err(|_| damaged("its correction"))?),
                None => None,
            },
            suspect: self.suspect != 0,
        };
        Ok(Kept { fact, kind })
    }
}

/// Facts by id; ids that are not there are remembered as such.
pub(super) fn facts(books: &mut SqlBooks<'_>, wanted: &[EntryId]) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT {FACT} FROM entry e \
         LEFT JOIN correction c ON c.party = e.party AND c.target = e.id \
         WHERE e.party = ? AND e.id = ANY_OF(?)"
    );
    let ids = list(wanted.iter().map(EntryId::to_string));
    let rows: Vec<FactRow> = books.conn.load(&sql, &[Value::text(books.party.as_str()), ids])?;
    for row in rows {
        let kept = row.kept()?;
        books.shelf.facts.insert(kept.fact.id, Some(kept));
    }
    for id in wanted {
        books.shelf.facts.entry(*id).or_insert(None);
    }
    Ok(())
}

/// The facts of objects; corrections are facts of the entry that they name alone.
pub(super) fn links(books: &mut SqlBooks<'_>, wanted: &[String]) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT l.object, {FACT} FROM link l \
         JOIN entry e ON e.party = l.party AND e.idx = l.idx \
         LEFT JOIN correction c ON c.party = e.party AND c.target = e.id \
         WHERE l.party = ? AND l.object = ANY_OF(?) \
         AND (e.kind <> 'supersede' OR l.object LIKE 'entry:%')"
    );
    let rows: Vec<LinkRow> =
        books.conn.load(&sql, &[Value::text(books.party.as_str()), list(wanted)])?;
    for object in wanted {
        // What this transaction linked before is not in the table yet.
        let mut pending = books.shelf.new_links.get(object).cloned().unwrap_or_default();
        pending.retain(|_, id| object.starts_with("entry:") || !is_correction(books.shelf, *id));
        books.shelf.linked.insert(object.clone(), pending);
    }
    for row in rows {
        let id: EntryId = row
            .fact
            .id
            .parse()
            .map_err(|_| StoreError::Damaged(format!("entry id {:?}", row.fact.id)))?;
        let linked = books.shelf.linked.entry(row.object).or_default();
        linked.insert(row.fact.idx.unsigned_abs(), id);
        // A fact that is here already may hold a correction that is not written yet.
        if !matches!(books.shelf.facts.get(&id), Some(Some(_))) {
            let kept = row.fact.kept()?;
            books.shelf.facts.insert(id, Some(kept));
        }
    }
    Ok(())
}

fn is_correction(shelf: &Shelf, id: EntryId) -> bool {
    let kept = shelf.facts.get(&id).and_then(Option::as_ref);
    kept.is_some_and(|kept| kept.kind == "supersede")
}

/// All open tasks of objects.
pub(super) fn tasks(
    books: &mut SqlBooks<'_>,
    mut objects: BTreeSet<String>,
) -> Result<(), StoreError> {
    objects.retain(|object| !books.shelf.tasks_of.contains(object));
    if objects.is_empty() {
        return Ok(());
    }
    let sql = "SELECT doc FROM task_row WHERE party = ? AND object = ANY_OF(?)";
    let binds = [Value::text(books.party.as_str()), list(objects.iter().cloned())];
    keep(books, Table::Task, sql, &binds)?;
    books.shelf.tasks_of.extend(objects);
    Ok(())
}

/// Puts the rows of a query on the shelf, except where it holds newer ones.
fn keep(
    books: &mut SqlBooks<'_>,
    table: Table,
    sql: &str,
    binds: &[Value<'_>],
) -> Result<(), StoreError> {
    for DocRow { doc } in books.conn.load(sql, binds)? {
        let row = from_doc(table, &doc)?;
        books.shelf.rows.entry(row.key()).or_insert(Some(row));
    }
    Ok(())
}

/// All rows of a table that is read whole.
pub(super) fn table(books: &mut SqlBooks<'_>, table: Table) -> Result<(), StoreError> {
    if !READ_WHOLE.contains(&table) || books.shelf.complete.contains(&table) {
        return Ok(());
    }
    let sql = format!("SELECT doc FROM {} WHERE party = ?", shape(table).0);
    keep(books, table, &sql, &[Value::text(books.party.as_str())])?;
    books.shelf.complete.insert(table);
    Ok(())
}

/// Rows of a table by key; keys that are not there are remembered as such.
pub(super) fn rows(
    books: &mut SqlBooks<'_>,
    table: Table,
    wanted: &[RowKey],
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT doc FROM {} WHERE party = ? AND key = ANY_OF(?)", shape(table).0);
    let binds = [Value::text(books.party.as_str()), list(wanted.iter().map(key))];
    keep(books, table, &sql, &binds)?;
    for key in wanted {
        books.shelf.rows.entry(key.clone()).or_insert(None);
    }
    Ok(())
}

/// All flows of owners.
pub(super) fn flows(books: &mut SqlBooks<'_>, owners: &[EntryId]) -> Result<(), StoreError> {
    if owners.is_empty() {
        return Ok(());
    }
    let sql = "SELECT doc FROM flow_row WHERE party = ? AND owner = ANY_OF(?)";
    let binds = [Value::text(books.party.as_str()), list(owners.iter().map(EntryId::to_string))];
    keep(books, Table::Flow, sql, &binds)?;
    books.shelf.flows_of.extend(owners);
    Ok(())
}
