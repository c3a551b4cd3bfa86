//! Masters, keys, label codes, tasks and periods.

use std::sync::{Arc, PoisonError};

use tl_domain::code::Code;
use tl_domain::ids::PartyId;
use tl_domain::project::{CodeRow, KeyRow, MasterRow, PeriodRow, TaskRow};

use super::{doc, docs};
use crate::sql::{Value, key_text};
use crate::verify::{EnrolledKey, KeyBook};
use crate::{Store, StoreError};

impl Store {
    /// Newest versions of all masters, by kind and id.
    ///
    /// # Errors
    /// The database's.
    pub fn masters(&self, party: &PartyId) -> Result<Vec<MasterRow>, StoreError> {
        let sql = "SELECT doc FROM master_row WHERE party = ? ORDER BY key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }

    /// The newest version of a master: `what` as in `Master::what`.
    ///
    /// # Errors
    /// The database's.
    pub fn master(
        &self,
        party: &PartyId,
        what: &str,
        id: &str,
    ) -> Result<Option<MasterRow>, StoreError> {
        let key = format!("{what}/{id}");
        let binds = [Value::text(party.as_str()), Value::display(key_text(&key))];
        let sql = "SELECT doc FROM master_row WHERE party = ? AND key = ?";
        self.read(|conn| doc(conn, sql, &binds))
    }

    /// Keys of a log.
    ///
    /// # Errors
    /// The database's.
    pub fn keys(&self, party: &PartyId) -> Result<Vec<KeyRow>, StoreError> {
        let sql = "SELECT doc FROM key_row WHERE party = ? ORDER BY key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }

    /// The keys of a log for `verify`; kept until a key is enrolled or revoked.
    ///
    /// # Errors
    /// `NoLog`.
    pub fn key_book(&self, party: &PartyId) -> Result<Arc<KeyBook>, StoreError> {
        let books = self.shared.key_books.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = books.get(party) {
            return Ok(Arc::clone(book));
        }
        drop(books);
        // Locked while it is read: a commit that changes keys forgets the book after this.
        let mut books = self.shared.key_books.write().unwrap_or_else(PoisonError::into_inner);
        if self.log(party)?.is_none() {
            return Err(StoreError::NoLog(party.clone()));
        }
        let keys = self.keys(party)?.into_iter().map(|row| {
            let key = EnrolledKey {
                key: row.key,
                role: row.role,
                site: row.site,
                revoked_at: row.revoked_at,
            };
            (row.device, key)
        });
        let book = Arc::new(KeyBook::new(keys));
        books.insert(party.clone(), Arc::clone(&book));
        Ok(book)
    }

    /// What a label code names.
    ///
    /// # Errors
    /// The database's.
    pub fn code(&self, party: &PartyId, code: &Code) -> Result<Option<CodeRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::text(code.as_str())];
        self.read(|conn| doc(conn, "SELECT doc FROM code_row WHERE party = ? AND key = ?", &binds))
    }

    /// Open tasks, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn tasks(&self, party: &PartyId) -> Result<Vec<TaskRow>, StoreError> {
        let sql = "SELECT doc FROM task_row WHERE party = ? ORDER BY since, key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }

    /// Closed periods by end.
    ///
    /// # Errors
    /// The database's.
    pub fn periods(&self, party: &PartyId) -> Result<Vec<PeriodRow>, StoreError> {
        let sql = "SELECT doc FROM period_row WHERE party = ? ORDER BY until, key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }
}
