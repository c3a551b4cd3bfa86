//! What ports keep beside the entries: files read, quarantine, results without a sample.

use diesel::prelude::*;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use super::schema::{quarantine, read_file, unmatched};
use super::{Db, Outbox, Tx, WriteError};

/// Most damaged pieces that are kept of one port and reason.
pub(crate) const DAMAGE_ROWS_MAX: i64 = 1000;

/// 2020-01-01: a clock that stands before it is wrong.
const NEVER_BEFORE: Micros = 1_577_836_800_000_000;

/// Something that must not become an entry.
#[derive(Debug, Clone)]
pub(crate) struct Quarantined {
    /// Port that read it.
    pub(crate) port: String,
    /// File or device.
    pub(crate) source: String,
    /// Stable name of the reason.
    pub(crate) reason: String,
    /// What was read, why it is refused, what to do.
    pub(crate) detail: String,
    /// The bytes.
    pub(crate) raw: Vec<u8>,
}

/// A line of a tray as it is shown: four texts.
pub(crate) type TrayLine = (String, String, String, String);

/// Newest lines of the quarantine: port, source, reason, detail.
pub(crate) fn quarantined(db: &mut Db, limit: i64) -> QueryResult<Vec<TrayLine>> {
    quarantine::table
        .order(quarantine::number.desc())
        .limit(limit)
        .select((quarantine::port, quarantine::source, quarantine::reason, quarantine::detail))
        .load(db)
}

/// Newest results without a sample: port, sample's name, result, file.
pub(crate) fn unmatched_results(db: &mut Db, limit: i64) -> QueryResult<Vec<TrayLine>> {
    unmatched::table
        .order(unmatched::number.desc())
        .limit(limit)
        .select((unmatched::port, unmatched::sample, unmatched::shown, unmatched::file))
        .load(db)
}

/// Names of samples that a port's results wait for.
pub(crate) fn unmatched_names(db: &mut Db, port: &str) -> QueryResult<Vec<String>> {
    unmatched::table.filter(unmatched::port.eq(port)).select(unmatched::sample).distinct().load(db)
}

/// A result that waits for its sample.
#[derive(Debug, Clone)]
pub(crate) struct Unmatched<'a> {
    /// Port that read it.
    pub(crate) port: &'a str,
    /// The sample's name in the file.
    pub(crate) sample: &'a str,
    /// The report without its sample, as JSON.
    pub(crate) report: String,
    /// Name of the file.
    pub(crate) file: &'a str,
    /// The result as shown.
    pub(crate) shown: String,
}

impl Outbox {
    /// Whether a port read these bytes before.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn is_read(&self, port: &str, sha256: Hash) -> Result<bool, WriteError> {
        let key = (port.to_owned(), sha256.to_string());
        let rows: i64 = self.read(|db| read_file::table.find(key).count().get_result(db))?;
        Ok(rows > 0)
    }
}

impl Tx<'_> {
    /// Keeps something with the reason why it is no entry; the same again is not kept twice.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn put_aside(&mut self, what: &Quarantined) -> Result<(), WriteError> {
        let same: i64 = quarantine::table
            .filter(quarantine::port.eq(&what.port))
            .filter(quarantine::reason.eq(&what.reason))
            .filter(quarantine::detail.eq(&what.detail))
            .filter(quarantine::raw.eq(&what.raw))
            .count()
            .get_result(self.connection)?;
        if same > 0 {
            return Ok(());
        }
        diesel::insert_into(quarantine::table)
            .values((
                quarantine::port.eq(&what.port),
                quarantine::source.eq(&what.source),
                quarantine::reason.eq(&what.reason),
                quarantine::detail.eq(&what.detail),
                quarantine::raw.eq(&what.raw),
                quarantine::seen_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Keeps damage that nobody was told is kept, up to a bound for each port and reason: a line
    /// with a wrong setting gives it without end. `false` when there is enough of it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn put_damage_aside(&mut self, what: &Quarantined) -> Result<bool, WriteError> {
        let kept: i64 = quarantine::table
            .filter(quarantine::port.eq(&what.port))
            .filter(quarantine::reason.eq(&what.reason))
            .count()
            .get_result(self.connection)?;
        if kept >= DAMAGE_ROWS_MAX {
            return Ok(false);
        }
        self.put_aside(what).map(|()| true)
    }

    /// Notes that a file was read to its end, with how much was accepted and refused.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_read(
        &mut self,
        port: &str,
        name: &str,
        sha256: Hash,
        (accepted, refused): (i64, i64),
    ) -> Result<(), WriteError> {
        diesel::insert_or_ignore_into(read_file::table)
            .values((
                read_file::port.eq(port),
                read_file::sha256.eq(sha256.to_string()),
                read_file::name.eq(name),
                read_file::read_micros.eq(self.now()),
                read_file::accepted.eq(accepted),
                read_file::refused.eq(refused),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// The wall clock, once it goes with the server's; without it nothing can be said to be old.
    pub(crate) fn trusted_wall(&self) -> Option<Micros> {
        let clock = &self.shared.clock;
        clock.is_trusted().then(|| clock.wall())
    }

    /// Forgets what a port noted by `note_read` before a moment; gives how much that was. What was
    /// noted by a clock that stood before this program was written stays.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn forget_read(&mut self, port: &str, before: Micros) -> Result<usize, WriteError> {
        let old = read_file::table
            .filter(read_file::port.eq(port))
            .filter(read_file::read_micros.ge(NEVER_BEFORE).and(read_file::read_micros.lt(before)));
        Ok(diesel::delete(old).execute(self.connection)?)
    }

    /// What was noted under a key by `note_read`, when it was.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn known_as(&mut self, port: &str, key: Hash) -> Result<Option<String>, WriteError> {
        let key = (port.to_owned(), key.to_string());
        let row = read_file::table.find(key).select(read_file::name).first(self.connection);
        Ok(row.optional()?)
    }

    /// Bytes that are in the quarantine for a reason: the newest ones, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn bytes_aside(
        &mut self,
        port: &str,
        reason: &str,
        limit: i64,
    ) -> Result<Vec<Vec<u8>>, WriteError> {
        let mut found: Vec<Vec<u8>> = quarantine::table
            .filter(quarantine::port.eq(port).and(quarantine::reason.eq(reason)))
            .order(quarantine::number.desc())
            .limit(limit)
            .select(quarantine::raw)
            .load(self.connection)?;
        found.reverse();
        Ok(found)
    }

    /// Takes bytes out of the quarantine that were there until the rest of them came.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn release_aside(
        &mut self,
        port: &str,
        reason: &str,
        raw: &[u8],
    ) -> Result<(), WriteError> {
        let same = quarantine::table
            .filter(quarantine::port.eq(port))
            .filter(quarantine::reason.eq(reason))
            .filter(quarantine::raw.eq(raw));
        diesel::delete(same).execute(self.connection)?;
        Ok(())
    }

    /// Puts a result into the tray.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn add_unmatched(&mut self, result: &Unmatched<'_>) -> Result<(), WriteError> {
        diesel::insert_into(unmatched::table)
            .values((
                unmatched::port.eq(result.port),
                unmatched::sample.eq(result.sample),
                unmatched::report.eq(&result.report),
                unmatched::file.eq(result.file),
                unmatched::shown.eq(&result.shown),
                unmatched::seen_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Takes a name's reports out of the tray, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn take_unmatched(
        &mut self,
        port: &str,
        sample: &str,
    ) -> Result<Vec<String>, WriteError> {
        let waiting =
            || unmatched::table.filter(unmatched::port.eq(port).and(unmatched::sample.eq(sample)));
        let reports =
            waiting().order(unmatched::number).select(unmatched::report).load(self.connection)?;
        diesel::delete(waiting()).execute(self.connection)?;
        Ok(reports)
    }
}
