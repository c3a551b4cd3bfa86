//! Sessions: the token itself never reaches the store, only its hash.

use diesel::sql_types::{BigInt, Text};
use tl_domain::ids::OperatorId;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use super::parsed;
use crate::sql::Value;
use crate::{Store, StoreError};

const COLUMNS: &str = "token, account, created_at, last_seen_at, expires_at, revoked, agent";

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

#[derive(diesel::QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = Text)]
    token: String,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = BigInt)]
    last_seen_at: i64,
    #[diesel(sql_type = BigInt)]
    expires_at: i64,
    #[diesel(sql_type = BigInt)]
    revoked: i64,
    #[diesel(sql_type = Text)]
    agent: String,
}

impl SessionRow {
    fn session(self) -> Result<Session, StoreError> {
        Ok(Session {
            token: parsed("session.token", &self.token)?,
            account: parsed("session.account", &self.account)?,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            revoked: self.revoked != 0,
            agent: self.agent,
        })
    }
}

impl Store {
    /// Adds a session.
    ///
    /// # Errors
    /// The database's.
    pub fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO session ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)");
        let binds = [
            Value::display(session.token),
            Value::text(session.account.as_str()),
            Value::Int(session.created_at),
            Value::Int(session.last_seen_at),
            Value::Int(session.expires_at),
            Value::flag(session.revoked),
            Value::text(&session.agent),
        ];
        self.write(|conn| conn.run(&sql, &binds).map(drop))
    }

    /// The session of a token's hash, revoked and expired ones too: the caller decides.
    ///
    /// # Errors
    /// The database's.
    pub fn session(&self, token: &Hash) -> Result<Option<Session>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM session WHERE token = ?");
        let row: Option<SessionRow> = self.read(|conn| conn.one(&sql, &[Value::display(token)]))?;
        row.map(SessionRow::session).transpose()
    }

    /// Notes a request. A write: callers do it once a minute, not on each request.
    ///
    /// # Errors
    /// The database's.
    pub fn touch_session(&self, token: &Hash, now: Micros) -> Result<(), StoreError> {
        let sql = "UPDATE session SET last_seen_at = ? WHERE token = ? AND last_seen_at < ?";
        let binds = [Value::Int(now), Value::display(token), Value::Int(now)];
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke_session(&self, token: &Hash) -> Result<(), StoreError> {
        let sql = "UPDATE session SET revoked = 1 WHERE token = ?";
        self.write(|conn| conn.run(sql, &[Value::display(token)]).map(drop))
    }

    /// Ends all sessions of an account; gives how many of them were not ended before.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke_sessions(&self, account: &OperatorId) -> Result<u64, StoreError> {
        let sql = "UPDATE session SET revoked = 1 WHERE account = ? AND revoked = 0";
        let changed = self.write(|conn| conn.run(sql, &[Value::text(account.as_str())]))?;
        Ok(changed as u64)
    }

    /// Sessions of an account that are neither revoked nor expired, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn sessions(&self, account: &OperatorId, now: Micros) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM session WHERE account = ? AND revoked = 0 AND expires_at > ? \
             ORDER BY created_at DESC, token"
        );
        let binds = [Value::text(account.as_str()), Value::Int(now)];
        let rows: Vec<SessionRow> = self.read(|conn| conn.load(&sql, &binds))?;
        rows.into_iter().map(SessionRow::session).collect()
    }

    /// Removes sessions that expired before a moment.
    ///
    /// # Errors
    /// The database's.
    pub fn purge_sessions(&self, before: Micros) -> Result<u64, StoreError> {
        let sql = "DELETE FROM session WHERE expires_at < ?";
        let changed = self.write(|conn| conn.run(sql, &[Value::Int(before)]))?;
        Ok(changed as u64)
    }
}
