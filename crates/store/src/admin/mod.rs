//! What the installation knows besides the logs: people, sessions, devices, leases, looks.

mod access;
mod accounts;
mod devices;
mod leases;
mod page_users;
mod sessions;
mod settings;

pub use access::AccessRecord;
pub use accounts::Account;
pub use devices::{Device, DeviceState, EnrolToken};
pub use leases::CodeLease;
pub use page_users::PageUser;
pub use sessions::Session;
