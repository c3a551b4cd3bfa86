//! Accounts of people. Passwords come in hashed; roles are text that the server gives meaning to.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::ids::{OperatorId, PartyId};
use tl_domain::time::Micros;

use super::{maybe_parsed, parsed, roles_read, roles_value};
use crate::sql::{Conn, Number, Value};
use crate::{Store, StoreError};

const COLUMNS: &str = "id, login, name, party, roles, area, password_hash, failed, locked_until, \
                       totp, active";

/// Locks double at most this often; what they reach is bounded before.
const DOUBLINGS_MAX: u32 = 30;

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

#[derive(diesel::QueryableByName)]
struct AccountRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    login: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    party: Option<String>,
    #[diesel(sql_type = Text)]
    roles: String,
    #[diesel(sql_type = Nullable<Text>)]
    area: Option<String>,
    #[diesel(sql_type = Text)]
    password_hash: String,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    locked_until: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    totp: Option<String>,
    #[diesel(sql_type = BigInt)]
    active: i64,
}

impl AccountRow {
    fn account(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: parsed("account.id", &self.id)?,
            login: self.login,
            name: self.name,
            party: maybe_parsed("account.party", self.party.as_deref())?,
            roles: roles_read("account.roles", &self.roles)?,
            area: self.area,
            password_hash: self.password_hash,
            failed: failures(self.failed),
            locked_until: self.locked_until,
            totp: self.totp,
            active: self.active != 0,
        })
    }
}

impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// `Taken` when the login or id is in use.
    pub fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO account ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT DO NOTHING"
        );
        let mut binds = vec![Value::text(account.id.as_str())];
        binds.extend(values(account));
        self.write(|conn| {
            refuse_taken_login(conn, account)?;
            if conn.run(&sql, &binds)? == 0 {
                return Err(StoreError::Taken { what: "account", value: account.id.to_string() });
            }
            Ok(())
        })
    }

    /// Replaces everything of an account but its id.
    ///
    /// # Errors
    /// `NotFound`, or `Taken` when the new login is in use.
    pub fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let sql = "UPDATE account SET login = ?, name = ?, party = ?, roles = ?, area = ?, \
                   password_hash = ?, failed = ?, locked_until = ?, totp = ?, active = ? \
                   WHERE id = ?";
        let mut binds = values(account);
        binds.push(Value::text(account.id.as_str()));
        self.write(|conn| {
            refuse_taken_login(conn, account)?;
            found(conn.run(sql, &binds)?, &account.id)
        })
    }

    /// The account of a login.
    ///
    /// # Errors
    /// The database's.
    pub fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        self.one_account("login", login)
    }

    /// The account of an id.
    ///
    /// # Errors
    /// The database's.
    pub fn account(&self, id: &OperatorId) -> Result<Option<Account>, StoreError> {
        self.one_account("id", id.as_str())
    }

    /// Accounts by login: of one party, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn accounts(&self, party: Option<&PartyId>) -> Result<Vec<Account>, StoreError> {
        let rows: Vec<AccountRow> = self.read(|conn| match party {
            Some(party) => conn.load(
                &format!("SELECT {COLUMNS} FROM account WHERE party = ? ORDER BY login"),
                &[Value::text(party.as_str())],
            ),
            None => conn.load(&format!("SELECT {COLUMNS} FROM account ORDER BY login"), &[]),
        })?;
        rows.into_iter().map(AccountRow::account).collect()
    }

    /// Counts a failed attempt in one step and locks the account from `now` when `attempts_max` is
    /// reached: for `lock_micros`, twice as long after each further failure, at most `lock_most`.
    /// Gives the number of failures since the last success. Attempts during a lock neither count
    /// nor prolong it; after it each failure locks again at once.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn note_failure(
        &self,
        id: &OperatorId,
        now: Micros,
        attempts_max: u32,
        lock_micros: Micros,
        lock_most: Micros,
    ) -> Result<u32, StoreError> {
        let count = "UPDATE account SET failed = failed + 1, locked_until = NULL \
                     WHERE id = ? AND (locked_until IS NULL OR locked_until <= ?)";
        let account = Value::text(id.as_str());
        self.write(|conn| {
            let counted = conn.run(count, &[account.clone(), Value::Int(now)])? == 1;
            let failed: Option<Number> = conn.one(
                "SELECT failed AS number FROM account WHERE id = ?",
                std::slice::from_ref(&account),
            )?;
            let failed = failures(failed.ok_or_else(|| unknown(id))?.number);
            if counted && failed >= attempts_max {
                let doublings = (failed - attempts_max).min(DOUBLINGS_MAX);
                let locked = lock_micros.saturating_mul(1 << doublings).min(lock_most);
                let until = Value::Int(now.saturating_add(locked));
                let lock = "UPDATE account SET locked_until = ? WHERE id = ?";
                conn.run(lock, &[until, account.clone()])?;
            }
            Ok(failed)
        })
    }

    /// Forgets the failed attempts.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn note_success(&self, id: &OperatorId) -> Result<(), StoreError> {
        let sql = "UPDATE account SET failed = 0, locked_until = NULL WHERE id = ?";
        self.write(|conn| found(conn.run(sql, &[Value::text(id.as_str())])?, id))
    }

    fn one_account(&self, column: &str, value: &str) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM account WHERE {column} = ?");
        let row: Option<AccountRow> = self.read(|conn| conn.one(&sql, &[Value::text(value)]))?;
        row.map(AccountRow::account).transpose()
    }
}

/// Values of the columns after the id.
fn values(account: &Account) -> Vec<Value<'_>> {
    let maybe = |text: &Option<String>| Value::maybe_text(text.as_ref());
    vec![
        Value::text(&account.login),
        Value::text(&account.name),
        Value::maybe_text(account.party.as_ref()),
        roles_value(&account.roles),
        maybe(&account.area),
        Value::text(&account.password_hash),
        Value::Int(i64::from(account.failed)),
        Value::maybe_int(account.locked_until),
        maybe(&account.totp),
        Value::flag(account.active),
    ]
}

/// The transaction holds the only write, so nobody takes the login between this and the change.
fn refuse_taken_login(conn: &mut Conn, account: &Account) -> Result<(), StoreError> {
    let others = conn.number(
        "SELECT COUNT(*) AS number FROM account WHERE login = ? AND id <> ?",
        &[Value::text(&account.login), Value::text(account.id.as_str())],
    )?;
    if others == 0 {
        return Ok(());
    }
    Err(StoreError::Taken { what: "login", value: account.login.clone() })
}

fn failures(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

fn found(changed: usize, id: &OperatorId) -> Result<(), StoreError> {
    if changed == 0 { Err(unknown(id)) } else { Ok(()) }
}

fn unknown(id: &OperatorId) -> StoreError {
    StoreError::NotFound { what: "account", value: id.to_string() }
}
