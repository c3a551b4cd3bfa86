//! Settings of the installation: substance, host in QR codes.

use diesel::sql_types::Text;

use crate::sql::Value;
use crate::{Store, StoreError};

#[derive(diesel::QueryableByName)]
struct SettingRow {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Store {
    /// A setting.
    ///
    /// # Errors
    /// The database's.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM setting WHERE name = ?";
        let row: Option<SettingRow> = self.read(|conn| conn.one(sql, &[Value::text(name)]))?;
        Ok(row.map(|row| row.value))
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// The database's.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO setting (name, value) VALUES (?, ?) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.write(|conn| conn.run(sql, &[Value::text(name), Value::text(value)]).map(drop))
    }
}
