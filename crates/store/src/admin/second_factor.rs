//! The second factor of an account: one-time passwords by time, and codes for who lost the phone.
//!
//! A step of time and a recovery code are used up in the statement that checks them, so two
//! requests at once can't both get in with the same digits. The secret stands in its account; it
//! must be read to be checked, so backups hold it.

use tl_domain::ids::OperatorId;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use crate::sql::Value;
use crate::{Store, StoreError};

impl Store {
    /// Sets the secret (base32) and the hashes of the recovery codes in place of earlier ones;
    /// `None` takes the second factor away.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn put_second_factor(
        &self,
        id: &OperatorId,
        secret: Option<&str>,
        recovery: &[Hash],
    ) -> Result<(), StoreError> {
        let account = Value::text(id.as_str());
        self.write(|conn| {
            let sql = "UPDATE account SET totp = ?, totp_step = NULL WHERE id = ?";
            if conn.run(sql, &[Value::maybe_text(secret), account.clone()])? == 0 {
                return Err(StoreError::NotFound { what: "account", value: id.to_string() });
            }
            let forget = "DELETE FROM recovery_code WHERE account = ?";
            conn.run(forget, std::slice::from_ref(&account))?;
            for code in recovery {
                let sql = "INSERT INTO recovery_code (code, account) VALUES (?, ?)";
                conn.run(sql, &[Value::display(code), account.clone()])?;
            }
            Ok(())
        })
    }

    /// Uses up a step of time; `false` when it, or a later one, was used before.
    ///
    /// # Errors
    /// The database's.
    pub fn use_totp_step(&self, id: &OperatorId, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET totp_step = ? \
                   WHERE id = ? AND totp IS NOT NULL AND (totp_step IS NULL OR totp_step < ?)";
        let binds = [Value::Int(step), Value::text(id.as_str()), Value::Int(step)];
        Ok(self.write(|conn| conn.run(sql, &binds))? == 1)
    }

    /// Uses up a recovery code; `false` when the account has no such unused one.
    ///
    /// # Errors
    /// The database's.
    pub fn use_recovery_code(
        &self,
        id: &OperatorId,
        code: &Hash,
        now: Micros,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE recovery_code SET used_at = ? \
                   WHERE code = ? AND account = ? AND used_at IS NULL";
        let binds = [Value::Int(now), Value::display(code), Value::text(id.as_str())];
        Ok(self.write(|conn| conn.run(sql, &binds))? == 1)
    }

    /// Recovery codes of an account that nobody has used.
    ///
    /// # Errors
    /// The database's.
    pub fn recovery_codes_left(&self, id: &OperatorId) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS number FROM recovery_code \
                   WHERE account = ? AND used_at IS NULL";
        let left = self.read(|conn| conn.number(sql, &[Value::text(id.as_str())]))?;
        Ok(u64::try_from(left).unwrap_or(0))
    }
}
