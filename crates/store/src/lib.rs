//! The store: every log, what it means, and what the installation knows of people and devices.
//!
//! ```text
//! bytes ─► verify (pure, in parallel) ─► append ─► queue ─► one writer thread ─► COMMIT ─► answers
//!                                                             │ chain, log, tree, project::apply
//! pages ◄─ queries ◄─ projection tables ◄─────────────────────┘     rebuild makes them anew
//! ```
//!
//! SQLite (embedded) or PostgreSQL, chosen by URL when the store is opened. All SQL of the server
//! lives here and no type of the database shows in a public signature. There is no clock and no
//! randomness in here: times, tokens and ids come in as arguments. All functions block.

mod accounts;
mod admin;
mod backup;
#[cfg(feature = "bench")]
mod bench;
mod blobs;
mod books;
mod check;
mod dump;
mod error;
mod ingest;
pub mod limits;
mod lineage;
mod open;
mod query;
mod rebuild;
mod rows;
mod sql;
mod trees;
mod verify;

#[cfg(test)]
mod tests;

pub use accounts::{
    AlarmSeen, AreaPeriods, AreaState, Due, EVERYTHING, PeriodDoc, STATE_ONLY, StatesOf,
};
pub use admin::{
    AccessRecord, Account, CodeLease, Device, DeviceEnd, DeviceReport, DeviceState, EnrolToken,
    ForkedStream, PageUser, Rollout, Session,
};
pub use backup::{BackupReport, LogHead};
pub use blobs::{BlobBounds, BlobState};
pub use check::{CheckReport, Finding};
pub use error::StoreError;
pub use ingest::{Draft, INSTALLATION, Submission};
pub use lineage::{LineageState, LoadedRegion};
pub use open::{Options, Store, create_postgres_database, drop_postgres_database};
pub use query::{
    BalanceFacts, BatchFilter, EntryView, HandoverPair, LogState, LogView, Page, Paged, PlanFacts,
    StoredEntry, StreamGap, StreamHead, SuspectWindow,
};
pub use trees::{
    Alarm, AlarmCode, AlarmFact, AlarmState, Checkpoint, HeadToSign, Permit, SignedHead, Tick,
    Tree, Which,
};
pub use verify::{EnrolledKey, KeyBook, Position, Refused, Verified, verify};
