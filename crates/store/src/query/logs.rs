//! Logs and the streams of devices.

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::event::PartyKind;
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;
use tl_ledger::Hash;

use crate::sql::Value;
use crate::{Store, StoreError};

/// A party's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogView {
    /// Whose.
    pub party: PartyId,
    /// What the party is.
    pub kind: PartyKind,
    /// Name as registered.
    pub name: String,
    /// Administrative area code.
    pub area: String,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
    /// Name of the log in checkpoints.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// When it was opened.
    pub opened_at: Micros,
}

/// Where a device's stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHead {
    /// Latest epoch that the device wrote in.
    pub epoch: u64,
    /// Highest number of it that is durable, refused entries included.
    pub acked_through: u64,
    /// Leaf hash of that entry.
    pub head: Hash,
}

#[derive(diesel::QueryableByName)]
struct LogRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    area: String,
    #[diesel(sql_type = Nullable<Text>)]
    credit_code: Option<String>,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    opened_at: i64,
}

#[derive(diesel::QueryableByName)]
struct StreamRow {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    acked: i64,
    #[diesel(sql_type = Binary)]
    head: Vec<u8>,
}

const LOG: &str =
    "SELECT party, kind, name, area, credit_code, origin, size, root, opened_at FROM log";

impl TryFrom<LogRow> for LogView {
    type Error = StoreError;

    fn try_from(row: LogRow) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged(format!("log of {:?}", row.party));
        Ok(Self {
            party: row.party.parse().map_err(|_| damaged())?,
            kind: serde_json::from_value(row.kind.into()).map_err(|_| damaged())?,
            name: row.name,
            area: row.area,
            credit_code: row.credit_code,
            origin: row.origin,
            size: row.size.unsigned_abs(),
            root: Hash::from_slice(&row.root).ok_or_else(damaged)?,
            opened_at: row.opened_at,
        })
    }
}

impl Store {
    /// All logs by party.
    ///
    /// # Errors
    /// The database's.
    pub fn logs(&self) -> Result<Vec<LogView>, StoreError> {
        let rows: Vec<LogRow> =
            self.read(|conn| conn.load(&format!("{LOG} ORDER BY party"), &[]))?;
        rows.into_iter().map(LogView::try_from).collect()
    }

    /// A party's log.
    ///
    /// # Errors
    /// The database's.
    pub fn log(&self, party: &PartyId) -> Result<Option<LogView>, StoreError> {
        let sql = format!("{LOG} WHERE party = ?");
        let row: Option<LogRow> =
            self.read(|conn| conn.one(&sql, &[Value::text(party.as_str())]))?;
        row.map(LogView::try_from).transpose()
    }

    /// Where a device's stream stands; `None` when it wrote nothing yet.
    ///
    /// # Errors
    /// The database's.
    pub fn stream_head(
        &self,
        party: &PartyId,
        device: &DeviceId,
    ) -> Result<Option<StreamHead>, StoreError> {
        let row: Option<StreamRow> = self.read(|conn| {
            conn.one(
                "SELECT epoch, acked, head FROM stream WHERE party = ? AND device = ? \
                 ORDER BY epoch DESC LIMIT 1",
                &[Value::text(party.as_str()), Value::text(device.as_str())],
            )
        })?;
        row.map(|row| {
            let head = Hash::from_slice(&row.head)
                .ok_or_else(|| StoreError::Damaged(format!("head of device {device}")))?;
            Ok(StreamHead {
                epoch: row.epoch.unsigned_abs(),
                acked_through: row.acked.unsigned_abs(),
                head,
            })
        })
        .transpose()
    }
}
