//! Reading the event graph: all of one party, with what its contents follow from.

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::ids::PartyId;
use tl_domain::project::MasterRow;
use tl_lineage::{Books, Holder, Kind, Row};

use super::damaged;
use crate::query::docs;
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

const COLUMNS: &str = "owner, line, kind, source, target, since, until, wet, dry, volume, \
                       moisture, material, stream";

/// A party's log and how far it has grown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageState {
    /// The party.
    pub party: PartyId,
    /// Entries in its log.
    pub size: u64,
}

#[derive(diesel::QueryableByName)]
struct LineageRow {
    #[diesel(sql_type = Binary)]
    owner: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    line: i64,
    #[diesel(sql_type = BigInt)]
    kind: i64,
    #[diesel(sql_type = Binary)]
    source: Vec<u8>,
    #[diesel(sql_type = Binary)]
    target: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    since: i64,
    #[diesel(sql_type = BigInt)]
    until: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    wet: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    dry: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    volume: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    moisture: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    material: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    stream: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct StateRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
}

impl Store {
    /// Every party and how far its log has grown, by party.
    ///
    /// # Errors
    /// The database's.
    pub fn lineage_states(&self) -> Result<Vec<LineageState>, StoreError> {
        let sql = "SELECT party, size FROM log ORDER BY party";
        let rows: Vec<StateRow> = self.read(|conn| conn.load(sql, &[]))?;
        let state = |row: StateRow| {
            let party = row.party.parse();
            let party = party.map_err(|_| StoreError::Damaged(format!("party {:?}", row.party)))?;
            Ok(LineageState { party, size: row.size.unsigned_abs() })
        };
        rows.into_iter().map(state).collect()
    }

    /// What the event graph of a party follows from, and how far the log had grown then: one
    /// consistent view of the database.
    ///
    /// # Errors
    /// The database's; `NoLog`; `Rebuilding`; `Damaged` for a row that nothing of ours wrote.
    pub fn lineage_books(&self, party: &PartyId) -> Result<(Books, u64), StoreError> {
        let name = || [Value::text(party.as_str())];
        self.read_all(|conn| {
            // While projections are made anew the rows are not those of the log's size.
            let sizes = "SELECT CASE WHEN projected = size THEN size ELSE -1 END AS number \
                         FROM log WHERE party = ?";
            let size = conn.one::<crate::sql::Number>(sizes, &name())?;
            let size = size.ok_or_else(|| StoreError::NoLog(party.clone()))?.number;
            let size = u64::try_from(size).map_err(|_| StoreError::Rebuilding(party.clone()))?;
            let sql = format!("SELECT {COLUMNS} FROM lineage_row WHERE party = ?");
            let rows: Vec<LineageRow> = conn.load(&sql, &name())?;
            let assays = "SELECT doc FROM assay_row WHERE party = ? ORDER BY reported_at, key";
            let takes = "SELECT doc FROM stock_take_row WHERE party = ? ORDER BY at, key";
            let masters = "SELECT doc FROM master_row WHERE party = ? ORDER BY key";
            let masters: Vec<MasterRow> = docs(conn, masters, &name())?;
            let books = Books {
                party: party.clone(),
                rows: rows.into_iter().map(LineageRow::row).collect::<Result<_, _>>()?,
                assays: docs(conn, assays, &name())?,
                takes: docs(conn, takes, &name())?,
                masters: masters.into_iter().map(|row| row.record).collect(),
            };
            Ok((books, size))
        })
    }
}

impl LineageRow {
    fn row(self) -> Result<Row, StoreError> {
        let owner = self.owner.try_into().map(u128::from_be_bytes);
        let owner =
            owner.map_err(|bytes| StoreError::Damaged(format!("the owner {bytes:02x?}")))?;
        Ok(Row {
            owner,
            line: u32::try_from(self.line)
                .map_err(|_| StoreError::Damaged(format!("line {}", self.line)))?,
            kind: Kind::from_number(self.kind).map_err(|error| damaged(&error))?,
            source: Holder::from_bytes(&self.source).map_err(|error| damaged(&error))?,
            target: Holder::from_bytes(&self.target).map_err(|error| damaged(&error))?,
            since: self.since,
            until: self.until,
            wet: self.wet,
            dry: self.dry,
            volume: self.volume,
            moisture: self.moisture,
            material: self.material,
            stream: self.stream,
        })
    }
}

#[derive(diesel::QueryableByName)]
struct PartyLine {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(embed)]
    row: LineageRow,
}

/// Every row as text, the same on both databases.
pub(crate) fn dump(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let sql = format!("SELECT party, {COLUMNS} FROM lineage_row");
    let rows: Vec<PartyLine> = conn.load(&sql, &[])?;
    let line = |PartyLine { party, row }| Ok(format!("lineage_row {party} {:?}", row.row()?));
    rows.into_iter().map(line).collect()
}
