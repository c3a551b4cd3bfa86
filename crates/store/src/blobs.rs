//! Files that entries name by their SHA-256: received in pieces, kept on disk beside the database.
//!
//! A piece is durable in its file before the database counts it, and a file gets its last name only
//! after its bytes were hashed; so a kill at any moment loses nothing that was acknowledged, and
//! what is more on disk than in the database is written again. Each party has its own files: who
//! knows a hash does not get another party's bytes. Blobs are never removed here.

mod place;
mod room;

#[cfg(test)]
mod tests;

pub(crate) use place::{BlobPlace, Copied, hash_file, sync_folder};
pub use room::BlobBounds;

use std::path::PathBuf;

use diesel::sql_types::BigInt;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_wire::BLOB_BYTES_MAX;

use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// How much of a blob is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobState {
    /// Bytes in all, as announced with the first piece.
    pub size: u64,
    /// Bytes received without a gap.
    pub received: u64,
    /// All bytes are there, durable, and have the hash they are named by.
    pub complete: bool,
}

#[derive(diesel::QueryableByName)]
struct BlobRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = BigInt)]
    received: i64,
    #[diesel(sql_type = BigInt)]
    complete: i64,
}

impl Store {
    /// How much of a party's blob is there; `None` when no piece of it ever came. Finishes what a
    /// kill interrupted between the last byte and its acknowledgement.
    ///
    /// # Errors
    /// `Blob` when the installation keeps no blobs; the database's and the file system's.
    pub fn blob(&self, party: &PartyId, name: &Hash) -> Result<Option<BlobState>, StoreError> {
        let place = self.blob_place(party, name)?;
        match self.blob_state(&place, party)? {
            Some(state) if state.received == state.size && !state.complete => {}
            state => return Ok(state),
        }
        let _turn = place.wait_turn()?;
        // Whoever had the turn before may have done it.
        match self.blob_state(&place, party)? {
            Some(state) if state.received == state.size && !state.complete => {
                match self.complete_blob(&place, party, state.size) {
                    Err(StoreError::Blob { .. }) => Ok(Some(BlobState { received: 0, ..state })),
                    other => other.map(Some),
                }
            }
            state => Ok(state),
        }
    }

    /// Takes a piece of a blob of `size` bytes that begins at `offset`; gives how much is there
    /// then, durably. A piece behind a gap is not taken, and bytes that are there already are
    /// skipped: the caller goes on at `received`. The last byte completes the blob.
    ///
    /// # Errors
    /// `Blob` when the piece does not fit the size, the size is another one than announced, or all
    /// bytes are there and have another hash (they are dropped then); `BlobQuota` and `DiskLow` if
    /// there is no room; `NoLog`; the database's and the file system's.
    pub fn put_blob_piece(
        &self,
        party: &PartyId,
        name: &Hash,
        size: u64,
        offset: u64,
        bytes: &[u8],
        now: Micros,
    ) -> Result<BlobState, StoreError> {
        let end = offset.checked_add(bytes.len() as u64);
        if size > BLOB_BYTES_MAX || end.is_none_or(|end| end > size) {
            let reason = format!(
                "a piece of {} bytes at {offset} does not fit into {size} bytes (at most \
                 {BLOB_BYTES_MAX})",
                bytes.len()
            );
            return Err(wrong(name, reason));
        }
        let place = self.blob_place(party, name)?;
        let _turn = place.wait_turn()?;
        let bounds = self.shared.blob_bounds.get();
        let row = self.write(|conn| announce(conn, party, name, (size, bounds), now))?;
        let state = place.state(&row)?;
        if state.complete || offset > state.received {
            return Ok(state);
        }
        self.require_disk(size - state.received)?;
        let known = usize::try_from(state.received - offset).unwrap_or(usize::MAX);
        let fresh = bytes.get(known..).unwrap_or_default();
        let received = state.received + fresh.len() as u64;
        if state.received < size || size == 0 {
            place.write_at(state.received, fresh)?;
            self.write(|conn| note_received(conn, party, name, received, now))?;
        }
        if received == size {
            return self.complete_blob(&place, party, size);
        }
        Ok(BlobState { size, received, complete: false })
    }

    fn blob_state(
        &self,
        place: &BlobPlace,
        party: &PartyId,
    ) -> Result<Option<BlobState>, StoreError> {
        let row = self.read(|conn| blob_row(conn, party, &place.name))?;
        row.map(|row| place.state(&row)).transpose()
    }

    /// The file of a complete blob; `None` while bytes of it are missing.
    ///
    /// # Errors
    /// As `blob`.
    pub fn blob_path(&self, party: &PartyId, name: &Hash) -> Result<Option<PathBuf>, StoreError> {
        let complete = self.blob(party, name)?.is_some_and(|state| state.complete);
        let place = self.blob_place(party, name)?;
        Ok(complete.then(|| place.whole().to_owned()))
    }

    /// Where a party's blob lies.
    pub(crate) fn blob_place(&self, party: &PartyId, name: &Hash) -> Result<BlobPlace, StoreError> {
        let Some(folder) = &self.shared.options.blob_dir else {
            return Err(wrong(name, "this installation has no folder for blobs".to_owned()));
        };
        Ok(BlobPlace::new(folder, party, name))
    }

    /// All bytes are there: checks them, gives the file its name, and says so in the database.
    fn complete_blob(
        &self,
        place: &BlobPlace,
        party: &PartyId,
        size: u64,
    ) -> Result<BlobState, StoreError> {
        let name = &place.name;
        if let Some(other) = place.settle()? {
            let forget = "UPDATE blob SET received = 0, complete = 0 WHERE party = ? AND name = ?";
            let binds = [Value::text(party.as_str()), Value::display(name)];
            self.write(|conn| conn.run(forget, &binds).map(drop))?;
            let reason = format!(
                "its {size} bytes have SHA-256 {other} and were dropped: check the file at the \
                 sender and send it again"
            );
            return Err(wrong(name, reason));
        }
        let complete = "UPDATE blob SET received = size, complete = 1 WHERE party = ? AND name = ?";
        let binds = [Value::text(party.as_str()), Value::display(name)];
        self.write(|conn| conn.run(complete, &binds).map(drop))?;
        Ok(BlobState { size, received: size, complete: true })
    }
}

/// The row of a blob, made with its first piece.
fn announce(
    conn: &mut Conn,
    party: &PartyId,
    name: &Hash,
    (size, bounds): (u64, Option<&BlobBounds>),
    now: Micros,
) -> Result<BlobRow, StoreError> {
    let (owner, text) = (Value::text(party.as_str()), Value::display(name));
    if let Some(row) = blob_row(conn, party, name)? {
        let announced = row.size.unsigned_abs();
        if announced == size {
            return Ok(row);
        }
        if row.received > 0 {
            let reason = format!(
                "announced with {announced} bytes before and with {size} now; {} are here",
                row.received
            );
            return Err(wrong(name, reason));
        }
        room::require_quota(conn, party, (announced, size), bounds)?;
        let change = "UPDATE blob SET size = ? WHERE party = ? AND name = ?";
        conn.run(change, &[Value::count(size), owner, text])?;
        return Ok(BlobRow { size: size.cast_signed(), ..row });
    }
    let logs = "SELECT COUNT(*) AS number FROM log WHERE party = ?";
    if conn.number(logs, std::slice::from_ref(&owner))? == 0 {
        return Err(StoreError::NoLog(party.clone()));
    }
    room::require_quota(conn, party, (0, size), bounds)?;
    conn.run(
        "INSERT INTO blob (party, name, size, received, complete, received_at) \
         VALUES (?, ?, ?, 0, 0, ?)",
        &[owner, text, Value::count(size), Value::Int(now)],
    )?;
    Ok(BlobRow { size: size.cast_signed(), received: 0, complete: 0 })
}

fn blob_row(conn: &mut Conn, party: &PartyId, name: &Hash) -> Result<Option<BlobRow>, StoreError> {
    conn.one(
        "SELECT size, received, complete FROM blob WHERE party = ? AND name = ?",
        &[Value::text(party.as_str()), Value::display(name)],
    )
}

/// Counts bytes that are durable; a blob whose file was lost is incomplete again.
fn note_received(
    conn: &mut Conn,
    party: &PartyId,
    name: &Hash,
    received: u64,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE blob SET received = ?, complete = 0, received_at = ? \
               WHERE party = ? AND name = ?";
    let binds = [
        Value::count(received),
        Value::Int(now),
        Value::text(party.as_str()),
        Value::display(name),
    ];
    conn.run(sql, &binds).map(drop)
}

fn wrong(name: &Hash, reason: String) -> StoreError {
    StoreError::Blob { name: name.to_string(), reason }
}
