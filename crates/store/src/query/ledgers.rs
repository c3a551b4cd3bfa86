//! What a bureau looks at in the ledgers of its area: each question is one query for all of them.
//!
//! Nothing here depends on how many entries the logs have, but `growth`, which reads the days
//! asked for of one log. Checkpoints and streams are looked up by key; verdicts, evidence and
//! revoked keys are few.

use std::collections::{BTreeMap, HashMap};

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::Body;
use tl_domain::ids::{DeviceId, EntryId, PartyId};
use tl_domain::project::{CodeRow, Verdict};
use tl_domain::time::{DAY_MICROS, Micros};

use crate::books::entry_of;
use crate::rows::read;
use crate::sql::{Conn, Number, Value, list};
use crate::{Store, StoreError};

/// Code of evidence that contradicts a stored entry.
const FORKED: &str = "forked";

/// What is known of a party's log besides its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogState {
    /// When the newest checkpoint of its newest tree was signed.
    pub signed_at: Option<Micros>,
    /// Lines of witnesses under the newest checkpoint that has any: witness, its size, received.
    pub cosigned: Vec<(String, u64, Micros)>,
    /// When its newest entry was received.
    pub newest_received: Option<Micros>,
    /// Entries with each verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Bytes that were refused and kept as evidence, with the time of the last.
    pub refused: (u64, Option<Micros>),
    /// Bytes that contradict a stored entry, with the time of the last.
    pub forks: (u64, Option<Micros>),
    /// Numbers that a device says it wrote and the log does not have.
    pub gaps: Vec<StreamGap>,
    /// Devices with a revoked key, and what was received of them that is suspect.
    pub windows: Vec<SuspectWindow>,
}

/// Numbers of a stream that never came: the device went on in another epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamGap {
    /// Device.
    pub device: DeviceId,
    /// Epoch that was left.
    pub epoch: u64,
    /// Last number that the log has.
    pub acked: u64,
    /// Last number that the device says it wrote.
    pub written: u64,
}

/// Entries of a device that are suspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectWindow {
    /// Device.
    pub device: DeviceId,
    /// When its key was revoked last, by the time of receipt; `None` when no key was.
    pub revoked_at: Option<Micros>,
    /// Entries that are suspect.
    pub entries: u64,
    /// The first and the last of them, by time of receipt.
    pub span: Option<(Micros, Micros)>,
}

#[derive(diesel::QueryableByName)]
struct MomentRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    at: i64,
}

#[derive(diesel::QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    witness: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = BigInt)]
    received_at: i64,
}

#[derive(diesel::QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

#[derive(diesel::QueryableByName)]
struct EpochRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    acked: i64,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct WindowRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

#[derive(diesel::QueryableByName)]
struct DayRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(diesel::QueryableByName)]
struct CodeOfRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    doc: String,
}

const NEWEST: &str = "t.party = ANY_OF(?) AND t.number = \
                      (SELECT MAX(number) FROM tree AS last WHERE last.party = t.party)";

/// States by party while they are read.
struct States(HashMap<String, LogState>);

impl States {
    fn of(&mut self, party: String) -> &mut LogState {
        self.0.entry(party).or_default()
    }

    fn checkpoints(&mut self, conn: &mut Conn, parties: &[Value<'_>]) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT t.party AS party, c.signed_at AS at FROM tree t JOIN checkpoint c \
             ON c.party = t.party AND c.number = t.number AND c.size = t.size WHERE {NEWEST}"
        );
        for row in conn.load::<MomentRow>(&sql, parties)? {
            self.of(row.party).signed_at = Some(row.at);
        }
        let sql = format!(
            "SELECT k.party AS party, k.witness AS witness, k.size AS size, \
             k.received_at AS received_at FROM tree t JOIN cosignature k \
             ON k.party = t.party AND k.number = t.number AND k.size = \
             (SELECT MAX(m.size) FROM cosignature m \
              WHERE m.party = t.party AND m.number = t.number) WHERE {NEWEST} ORDER BY k.witness"
        );
        for row in conn.load::<LineRow>(&sql, parties)? {
            let line = (row.witness, row.size.unsigned_abs(), row.received_at);
            self.of(row.party).cosigned.push(line);
        }
        let sql = "SELECT l.party AS party, e.received_at AS at FROM log l JOIN entry e \
                   ON e.party = l.party AND e.idx = l.size - 1 WHERE l.party = ANY_OF(?)";
        for row in conn.load::<MomentRow>(sql, parties)? {
            self.of(row.party).newest_received = Some(row.at);
        }
        Ok(())
    }

    fn oddities(&mut self, conn: &mut Conn, parties: &[Value<'_>]) -> Result<(), StoreError> {
        let sql = "SELECT party, code, COUNT(*) AS number, MAX(idx) AS last FROM verdict \
                   WHERE party = ANY_OF(?) GROUP BY party, code";
        for row in conn.load::<CountRow>(sql, parties)? {
            if let Some(verdict) = Verdict::from_code(&row.code) {
                self.of(row.party).verdicts.insert(verdict, row.number.unsigned_abs());
            }
        }
        let sql = "SELECT party, code, COUNT(*) AS number, MAX(received_at) AS last \
                   FROM evidence WHERE party = ANY_OF(?) GROUP BY party, code";
        for row in conn.load::<CountRow>(sql, parties)? {
            let forked = row.code == FORKED;
            let state = self.of(row.party);
            let kept = if forked { &mut state.forks } else { &mut state.refused };
            kept.0 += row.number.unsigned_abs();
            kept.1 = kept.1.max(row.last);
        }
        Ok(())
    }

    fn gaps(&mut self, conn: &mut Conn, parties: &[Value<'_>]) -> Result<(), StoreError> {
        // The first entry of a later epoch says how far the device had got in the one before.
        let sql = "SELECT s.party AS party, s.device AS device, before.acked AS acked, \
                   e.bytes AS bytes FROM stream s \
                   JOIN stream before ON before.party = s.party AND before.device = s.device \
                   AND before.epoch = s.epoch - 1 \
                   JOIN entry e ON e.party = s.party AND e.device = s.device \
                   AND e.epoch = s.epoch AND e.dseq = 1 WHERE s.party = ANY_OF(?)";
        for row in conn.load::<EpochRow>(sql, parties)? {
            let entry = entry_of(&row.bytes)?;
            let Body::EpochOpen(open) = &entry.body else { continue };
            let acked = row.acked.unsigned_abs();
            if open.old_dseq > acked {
                let device = device(&row.device)?;
                let (epoch, written) = (open.old_epoch, open.old_dseq);
                self.of(row.party).gaps.push(StreamGap { device, epoch, acked, written });
            }
        }
        Ok(())
    }

    fn windows(&mut self, conn: &mut Conn, parties: &[Value<'_>]) -> Result<(), StoreError> {
        let sql = "SELECT k.party AS party, k.device AS device, COUNT(*) AS number, \
                   MAX(e.received_at) AS first, MAX(e.received_at) AS last FROM key_row k \
                   JOIN entry e ON e.party = k.party AND e.idx = k.revoked_at \
                   WHERE k.party = ANY_OF(?) GROUP BY k.party, k.device";
        for row in conn.load::<WindowRow>(sql, parties)? {
            let (device, revoked_at) = (device(&row.device)?, Some(row.last));
            let window = SuspectWindow { device, revoked_at, entries: 0, span: None };
            self.of(row.party).windows.push(window);
        }
        let sql = "SELECT e.party AS party, e.device AS device, COUNT(*) AS number, \
                   MIN(e.received_at) AS first, MAX(e.received_at) AS last FROM verdict v \
                   JOIN entry e ON e.party = v.party AND e.idx = v.idx \
                   WHERE v.party = ANY_OF(?) AND v.code = ? GROUP BY e.party, e.device";
        let mut binds = parties.to_vec();
        binds.push(Value::text(Verdict::Suspect.code()));
        for row in conn.load::<WindowRow>(sql, &binds)? {
            let (device, entries) = (device(&row.device)?, row.number.unsigned_abs());
            let span = Some((row.first, row.last));
            let windows = &mut self.of(row.party).windows;
            match windows.iter_mut().find(|window| window.device == device) {
                Some(window) => (window.entries, window.span) = (entries, span),
                None => {
                    windows.push(SuspectWindow { device, revoked_at: None, entries, span });
                }
            }
        }
        Ok(())
    }
}

fn device(text: &str) -> Result<DeviceId, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged(format!("device {text:?}")))
}

impl Store {
    /// What is known of the logs of these parties, by party; those without anything are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn log_states(
        &self,
        parties: &[PartyId],
    ) -> Result<BTreeMap<PartyId, LogState>, StoreError> {
        let mut states = States(HashMap::new());
        self.read_all(|conn| {
            let binds = [list(parties.iter().map(PartyId::as_str))];
            states.checkpoints(conn, &binds)?;
            states.oddities(conn, &binds)?;
            states.gaps(conn, &binds)?;
            states.windows(conn, &binds)
        })?;
        let named = states.0.into_iter().map(|(party, state)| {
            let party = party.parse().map_err(|_| StoreError::Damaged(format!("{party:?}")))?;
            Ok((party, state))
        });
        named.collect()
    }

    /// Entries of a log by day of receipt, from `since` on: days since 1970 at `offset` from UTC.
    ///
    /// # Errors
    /// The database's.
    pub fn growth(
        &self,
        party: &PartyId,
        since: Micros,
        offset: Micros,
    ) -> Result<Vec<(i64, u64)>, StoreError> {
        let party = Value::text(party.as_str());
        let rows: Vec<DayRow> = self.read_all(|conn| {
            let sql = "SELECT size AS number FROM log WHERE party = ?";
            let (mut low, mut high) = (0, conn.number(sql, std::slice::from_ref(&party))?);
            // Entries stand in the log as they were received, but for some milliseconds.
            while low < high {
                let middle = low + (high - low) / 2;
                let sql = "SELECT received_at AS number FROM entry WHERE party = ? AND idx = ?";
                let binds = [party.clone(), Value::Int(middle)];
                match conn.one::<Number>(sql, &binds)? {
                    Some(row) if row.number < since => low = middle + 1,
                    _ => high = middle,
                }
            }
            let sql = "SELECT (received_at + ?) / ? AS day, COUNT(*) AS number FROM entry \
                       WHERE party = ? AND idx >= ? GROUP BY 1 ORDER BY 1";
            let binds = [Value::Int(offset), Value::Int(DAY_MICROS), party, Value::Int(low)];
            conn.load(sql, &binds)
        })?;
        Ok(rows.into_iter().map(|row| (row.day, row.number.unsigned_abs())).collect())
    }

    /// Where a label code is in use: party, what it names, the entry that claimed it.
    ///
    /// # Errors
    /// The database's.
    pub fn code_in_use(
        &self,
        parties: &[PartyId],
        code: &Code,
    ) -> Result<Vec<(PartyId, CodeKind, EntryId)>, StoreError> {
        let binds = [list(parties.iter().map(PartyId::as_str)), Value::text(code.as_str())];
        let rows: Vec<CodeOfRow> = self.read(|conn| {
            let sql = "SELECT party, doc FROM code_row WHERE party = ANY_OF(?) AND key = ? \
                       ORDER BY party";
            conn.load(sql, &binds)
        })?;
        let found = rows.into_iter().map(|row| {
            let party = row.party.parse().map_err(|_| StoreError::Damaged(row.party.clone()))?;
            let code: CodeRow = read(&row.doc)?;
            Ok((party, code.kind, code.owner))
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests;
