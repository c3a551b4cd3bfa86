//! Settings of the installation: substance, host in QR codes.

use crate::{Store, StoreError};

impl Store {
    /// A setting.
    ///
    /// # Errors
    /// The database's.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        todo!()
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// The database's.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        todo!()
    }
}
