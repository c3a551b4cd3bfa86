//! What the writer remembers between transactions: heads of logs and streams, rows, facts.
//!
//! Everything here is a copy of committed rows. After an error it is forgotten and read again; only
//! the terms that were claimed stay, because they are what fences this process.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::sql_types::{BigInt, Binary};
use tl_domain::ids::{DeviceId, PartyId};
use tl_ledger::{Frontier, Hash};

use crate::StoreError;
use crate::books::Shelf;
use crate::limits::CACHE_ITEMS_MAX;
use crate::sql::{Conn, Value};

/// State of all logs that this process writes.
#[derive(Default)]
pub(crate) struct Engine {
    logs: HashMap<PartyId, LogState>,
    /// Terms under which this process writes.
    claims: HashMap<PartyId, i64>,
    /// Claims of the open transaction.
    claiming: Vec<(PartyId, i64)>,
    /// Logs whose keys the open transaction changes, or another process may have changed.
    pub(super) key_changes: BTreeSet<PartyId>,
    /// Writes once beside the process that holds the claims, and claims nothing itself.
    guest: bool,
}

/// A log as it will be after the open transaction.
pub(crate) struct LogState {
    pub(super) term: i64,
    pub(super) frontier: Frontier,
    pub(super) own_epoch: u64,
    pub(super) streams: BTreeMap<(DeviceId, u64), StreamState>,
    /// Latest epoch of devices that were asked for.
    pub(super) latest: HashMap<DeviceId, Option<u64>>,
    pub(super) shelf: Shelf,
    /// Size and root as committed: what the compare-and-swap expects.
    pub(super) committed: (u64, Hash),
}

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamState {
    pub(super) acked: u64,
    pub(super) head: Hash,
    pub(super) forked: bool,
    pub(super) dirty: bool,
}

#[derive(diesel::QueryableByName)]
struct LogRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Binary)]
    frontier: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    term: i64,
    #[diesel(sql_type = BigInt)]
    own_epoch: i64,
    #[diesel(sql_type = BigInt)]
    projected: i64,
}

#[derive(diesel::QueryableByName)]
struct StreamRow {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    acked: i64,
    #[diesel(sql_type = Binary)]
    head: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    forked: i64,
}

impl Engine {
    /// An engine for one transaction beside the process that writes the logs: it leaves their terms
    /// alone, and the compare-and-swap of the log's row is all that guards it.
    pub(super) fn guest() -> Self {
        Self { guest: true, ..Self::default() }
    }

    /// Forgets what is remembered of a log when a guest of another process has written it since.
    /// Who took the log over has changed its term as well, and is not mistaken for a guest.
    pub(super) fn notice_guests(
        &mut self,
        conn: &mut Conn,
        party: &PartyId,
    ) -> Result<(), StoreError> {
        let Some(log) = self.logs.get(party) else { return Ok(()) };
        let size = conn.one::<crate::sql::Number>(
            "SELECT size AS number FROM log WHERE party = ? AND term = ?",
            &[Value::text(party.as_str()), Value::Int(log.term)],
        )?;
        if size.is_some_and(|size| size.number.unsigned_abs() != log.committed.0) {
            self.logs.remove(party);
            self.key_changes.insert(party.clone());
        }
        Ok(())
    }

    /// Forgets what was not committed, or may not have been.
    pub(crate) fn forget(&mut self) {
        self.logs.clear();
        self.claiming.clear();
        self.key_changes.clear();
    }

    /// Forgets what is remembered of the logs, when their projections change by another way.
    pub(crate) fn forget_logs(&mut self) {
        self.logs.clear();
    }

    /// After a commit: claims hold, and what is remembered is bounded. Gives the logs whose keys
    /// have changed.
    pub(crate) fn settle(&mut self) -> BTreeSet<PartyId> {
        self.claims.extend(self.claiming.drain(..));
        let kept: usize = self.logs.values().map(|log| log.shelf.len()).sum();
        if kept > CACHE_ITEMS_MAX {
            self.logs.clear();
        }
        std::mem::take(&mut self.key_changes)
    }

    /// A log that this transaction creates is this process's.
    pub(super) fn adopt(&mut self, party: &PartyId) {
        self.claiming.push((party.clone(), 1));
    }

    /// The log's state, read and claimed when this process has not written it yet.
    pub(super) fn log(
        &mut self,
        conn: &mut Conn,
        party: &PartyId,
    ) -> Result<&mut LogState, StoreError> {
        if !self.logs.contains_key(party) {
            let state = self.load(conn, party)?;
            self.logs.insert(party.clone(), state);
        }
        Ok(self.logs.get_mut(party).expect("inserted above"))
    }

    fn load(&mut self, conn: &mut Conn, party: &PartyId) -> Result<LogState, StoreError> {
        let row: LogRow = conn
            .one(
                "SELECT size, root, frontier, term, own_epoch, projected FROM log WHERE party = ?",
                &[Value::text(party.as_str())],
            )?
            .ok_or_else(|| StoreError::NoLog(party.clone()))?;
        if row.projected != row.size {
            return Err(StoreError::Rebuilding(party.clone()));
        }
        let claiming = self.claiming.iter().find(|(claimed, _)| claimed == party);
        let claimed = claiming.map(|(_, term)| *term).or(self.claims.get(party).copied());
        let term = match claimed {
            Some(term) if term == row.term => term,
            Some(_) => return Err(StoreError::Fenced(party.clone())),
            None if self.guest => row.term,
            None => self.claim(conn, party, row.term)?,
        };
        let damaged = |what: String| StoreError::Damaged(format!("log of {party}: {what}"));
        let size = row.size.unsigned_abs();
        let frontier =
            Frontier::from_bytes(size, &row.frontier).map_err(|e| damaged(e.to_string()))?;
        let root = frontier.root();
        if row.root != root.0 {
            return Err(damaged(format!("its frontier gives root {root}, not the stored one")));
        }
        Ok(LogState {
            term,
            committed: (size, root),
            frontier,
            own_epoch: row.own_epoch.unsigned_abs(),
            streams: BTreeMap::new(),
            latest: HashMap::new(),
            shelf: Shelf::default(),
        })
    }

    fn claim(&mut self, conn: &mut Conn, party: &PartyId, term: i64) -> Result<i64, StoreError> {
        let changed = conn.run(
            "UPDATE log SET term = term + 1 WHERE party = ? AND term = ?",
            &[Value::text(party.as_str()), Value::Int(term)],
        )?;
        if changed == 0 {
            return Err(StoreError::Fenced(party.clone()));
        }
        self.claiming.push((party.clone(), term + 1));
        Ok(term + 1)
    }

    /// Makes sure that this process writes a log; claims it when nothing was written yet.
    pub(crate) fn hold(&mut self, conn: &mut Conn, party: &PartyId) -> Result<(), StoreError> {
        let term = self.log(conn, party)?.term;
        let held = conn.number(
            "SELECT COUNT(*) AS number FROM log WHERE party = ? AND term = ?",
            &[Value::text(party.as_str()), Value::Int(term)],
        )?;
        if held == 0 {
            return Err(StoreError::Fenced(party.clone()));
        }
        Ok(())
    }

    /// Claims a log whoever wrote it before.
    pub(super) fn take_over(&mut self, conn: &mut Conn, party: &PartyId) -> Result<(), StoreError> {
        let term = conn.one::<crate::sql::Number>(
            "SELECT term AS number FROM log WHERE party = ?",
            &[Value::text(party.as_str())],
        )?;
        let term = term.ok_or_else(|| StoreError::NoLog(party.clone()))?.number;
        self.logs.remove(party);
        self.claim(conn, party, term).map(drop)
    }

    /// Claims every log, before a rebuild.
    pub(crate) fn take_over_all(
        &mut self,
        conn: &mut Conn,
        parties: &[PartyId],
    ) -> Result<(), StoreError> {
        parties.iter().try_for_each(|party| self.take_over(conn, party))
    }
}

impl LogState {
    /// Where a stream stands; an unknown one stands before its first entry.
    pub(super) fn stream(
        &mut self,
        conn: &mut Conn,
        party: &PartyId,
        device: &DeviceId,
        epoch: u64,
    ) -> Result<&mut StreamState, StoreError> {
        let key = (device.clone(), epoch);
        if !self.streams.contains_key(&key) {
            let row: Option<StreamRow> = conn.one(
                "SELECT epoch, acked, head, forked FROM stream \
                 WHERE party = ? AND device = ? AND epoch = ?",
                &[Value::text(party.as_str()), Value::text(device.as_str()), Value::count(epoch)],
            )?;
            let state = match row {
                None => StreamState { acked: 0, head: Hash::ZERO, forked: false, dirty: false },
                Some(row) => StreamState {
                    acked: row.acked.unsigned_abs(),
                    head: Hash::from_slice(&row.head).ok_or_else(|| {
                        StoreError::Damaged(format!("head of {device}, epoch {epoch}"))
                    })?,
                    forked: row.forked != 0,
                    dirty: false,
                },
            };
            self.streams.insert(key.clone(), state);
        }
        Ok(self.streams.get_mut(&key).expect("inserted above"))
    }

    /// The latest epoch in which a device wrote.
    pub(super) fn latest_epoch(
        &mut self,
        conn: &mut Conn,
        party: &PartyId,
        device: &DeviceId,
    ) -> Result<Option<u64>, StoreError> {
        if !self.latest.contains_key(device) {
            let row: Option<StreamRow> = conn.one(
                "SELECT epoch, acked, head, forked FROM stream WHERE party = ? AND device = ? \
                 ORDER BY epoch DESC LIMIT 1",
                &[Value::text(party.as_str()), Value::text(device.as_str())],
            )?;
            self.latest.insert(device.clone(), row.map(|row| row.epoch.unsigned_abs()));
        }
        // What this process wrote since may be newer than the row.
        let own = self
            .streams
            .range((device.clone(), 0)..=(device.clone(), u64::MAX))
            .filter(|(_, stream)| stream.acked > 0)
            .map(|((_, epoch), _)| *epoch)
            .next_back();
        Ok(self.latest.get(device).copied().flatten().max(own))
    }

    /// Moves a stream on to the entry or evidence that took its next number.
    pub(super) fn advance(&mut self, device: &DeviceId, epoch: u64, leaf: Hash) {
        if let Some(stream) = self.streams.get_mut(&(device.clone(), epoch)) {
            stream.acked += 1;
            stream.head = leaf;
            stream.dirty = true;
        }
    }
}
