//! Accounts of people. Passwords come in hashed; roles are text that the server gives meaning to.

use tl_domain::ids::{OperatorId, PartyId};
use tl_domain::time::Micros;

use crate::{Store, StoreError};

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Opaque id that entries carry as their operator.
    pub id: OperatorId,
    /// What the person types to sign in; unique in the installation.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// Party; absent for system administrators.
    pub party: Option<PartyId>,
    /// Roles, as the server names them.
    pub roles: Vec<String>,
    /// Area code of an officer's competence.
    pub area: Option<String>,
    /// argon2id hash in PHC form.
    pub password_hash: String,
    /// Failed attempts since the last success.
    pub failed: u32,
    /// No attempt counts before this moment.
    pub locked_until: Option<Micros>,
    /// Secret of the second factor, when one is set.
    pub totp: Option<String>,
    /// Whether the person may sign in at all.
    pub active: bool,
}

impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// `Taken` when the login or id is in use.
    pub fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        todo!()
    }

    /// Replaces everything of an account but its id.
    ///
    /// # Errors
    /// `NotFound`, or `Taken` when the new login is in use.
    pub fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        todo!()
    }

    /// The account of a login.
    ///
    /// # Errors
    /// The database's.
    pub fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// The account of an id.
    ///
    /// # Errors
    /// The database's.
    pub fn account(&self, id: &OperatorId) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// Accounts by login: of one party, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn accounts(&self, party: Option<&PartyId>) -> Result<Vec<Account>, StoreError> {
        todo!()
    }

    /// Counts a failed attempt in one step and locks the account for `lock_micros` from `now` when
    /// `attempts_max` is reached; gives the number of failures.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn note_failure(
        &self,
        id: &OperatorId,
        now: Micros,
        attempts_max: u32,
        lock_micros: Micros,
    ) -> Result<u32, StoreError> {
        todo!()
    }

    /// Forgets the failed attempts.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn note_success(&self, id: &OperatorId) -> Result<(), StoreError> {
        todo!()
    }
}
