//! Blocks of label codes that devices draw from with the link down.
//!
//! Blocks are aligned and of one size, and a lease is never removed: its labels outlive it, so its
//! values are not given out again. Where a block lies is the caller's random choice, so that codes
//! can't be enumerated.

use diesel::sql_types::{BigInt, Text};
use tl_domain::code::VALUES;
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;

use super::parsed;
use crate::limits::CODE_BLOCK_VALUES;
use crate::sql::{Conn, Number, Value};
use crate::{Store, StoreError};

/// A block of code values; no other lease of the installation overlaps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLease {
    /// Party that labels.
    pub party: PartyId,
    /// Device that draws.
    pub device: DeviceId,
    /// First value.
    pub start: u64,
    /// Number of values.
    pub count: u64,
    /// End of the lease.
    pub expires_at: Micros,
}

#[derive(diesel::QueryableByName)]
struct LeaseRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    start: i64,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    expires_at: i64,
}

impl Store {
    /// Leases the block that holds `draw`, a random value of the caller below `code::VALUES`
    /// (larger ones are folded into it), or the next free one after it, over the end to the start.
    ///
    /// # Errors
    /// `Taken` when no block is left.
    pub fn lease_codes(
        &self,
        party: &PartyId,
        device: &DeviceId,
        draw: u64,
        expires_at: Micros,
    ) -> Result<CodeLease, StoreError> {
        let wanted = draw % VALUES / CODE_BLOCK_VALUES * CODE_BLOCK_VALUES;
        let sql = "INSERT INTO code_lease (start, count, party, device, expires_at) \
                   VALUES (?, ?, ?, ?, ?)";
        let start = self.write(|conn| {
            let free = match first_free(conn, wanted, VALUES)? {
                None => first_free(conn, 0, wanted)?,
                found => found,
            };
            let start = free.ok_or_else(|| StoreError::Taken {
                what: "every block of label codes from",
                value: wanted.to_string(),
            })?;
            let binds = [
                Value::count(start),
                Value::count(CODE_BLOCK_VALUES),
                Value::text(party.as_str()),
                Value::text(device.as_str()),
                Value::Int(expires_at),
            ];
            conn.run(sql, &binds)?;
            Ok(start)
        })?;
        Ok(CodeLease {
            party: party.clone(),
            device: device.clone(),
            start,
            count: CODE_BLOCK_VALUES,
            expires_at,
        })
    }

    /// Leases of a device that end after `now`, the one that ends first before the others.
    ///
    /// # Errors
    /// The database's.
    pub fn code_leases(
        &self,
        device: &DeviceId,
        now: Micros,
    ) -> Result<Vec<CodeLease>, StoreError> {
        let sql = "SELECT party, start, count, expires_at FROM code_lease \
                   WHERE device = ? AND expires_at > ? ORDER BY expires_at, start";
        let binds = [Value::text(device.as_str()), Value::Int(now)];
        let rows: Vec<LeaseRow> = self.read(|conn| conn.load(sql, &binds))?;
        let lease = |row: LeaseRow| {
            Ok(CodeLease {
                party: parsed("code_lease.party", &row.party)?,
                device: device.clone(),
                start: row.start.unsigned_abs(),
                count: row.count.unsigned_abs(),
                expires_at: row.expires_at,
            })
        };
        rows.into_iter().map(lease).collect()
    }
}

/// The first block in `from..until` that nobody ever leased; both are multiples of a block.
pub(super) fn first_free(
    conn: &mut Conn,
    from: u64,
    until: u64,
) -> Result<Option<u64>, StoreError> {
    if from >= until {
        return Ok(None);
    }
    let at_start = "SELECT COUNT(*) AS number FROM code_lease WHERE start = ?";
    if conn.number(at_start, &[Value::count(from)])? == 0 {
        return Ok(Some(from));
    }
    // Walks the run of leased blocks along the primary key up to its first gap.
    let after_run = "SELECT lease.start + ? AS number FROM code_lease AS lease \
                     WHERE lease.start >= ? AND NOT EXISTS \
                     (SELECT 1 FROM code_lease AS next WHERE next.start = lease.start + ?) \
                     ORDER BY lease.start LIMIT 1";
    let block = Value::count(CODE_BLOCK_VALUES);
    let gap: Option<Number> = conn.one(after_run, &[block.clone(), Value::count(from), block])?;
    Ok(gap.map(|gap| gap.number.unsigned_abs()).filter(|start| *start < until))
}
