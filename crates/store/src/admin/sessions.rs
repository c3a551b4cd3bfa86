//! Sessions: the token itself never reaches the store, only its hash.

use tl_domain::ids::OperatorId;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use crate::{Store, StoreError};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token.
    pub token: Hash,
    /// Whose it is.
    pub account: OperatorId,
    /// When it began.
    pub created_at: Micros,
    /// Last request.
    pub last_seen_at: Micros,
    /// End, whatever happens.
    pub expires_at: Micros,
    /// Ended by the person or an administrator.
    pub revoked: bool,
    /// What the browser calls itself, for the list of sessions.
    pub agent: String,
}

impl Store {
    /// Adds a session.
    ///
    /// # Errors
    /// The database's.
    pub fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        todo!()
    }

    /// The session of a token's hash, revoked and expired ones too: the caller decides.
    ///
    /// # Errors
    /// The database's.
    pub fn session(&self, token: &Hash) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    /// Notes a request. A write: callers do it once a minute, not on each request.
    ///
    /// # Errors
    /// The database's.
    pub fn touch_session(&self, token: &Hash, now: Micros) -> Result<(), StoreError> {
        todo!()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke_session(&self, token: &Hash) -> Result<(), StoreError> {
        todo!()
    }

    /// Ends all sessions of an account; gives how many there were.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke_sessions(&self, account: &OperatorId) -> Result<u64, StoreError> {
        todo!()
    }

    /// Sessions of an account that are neither revoked nor expired, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn sessions(&self, account: &OperatorId, now: Micros) -> Result<Vec<Session>, StoreError> {
        todo!()
    }

    /// Removes sessions that expired before a moment.
    ///
    /// # Errors
    /// The database's.
    pub fn purge_sessions(&self, before: Micros) -> Result<u64, StoreError> {
        todo!()
    }
}
