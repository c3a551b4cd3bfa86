//! Lineage: from the books of parties to the event graph of a region.
//!
//! ```text
//! flows, runs, handovers ─► gather ─► compact rows ─► weave ─► versions with parts ─► region
//!   (projection rows)                 (kept in SQL)     ▲      (one party at a time)   (all)
//!                                     assays, masters ──┘
//! ```
//!
//! Rows hold masses and who took what from whom, never an origin: a late assay touches no row.
//! `weave` is a function of one party's rows and nothing else, so a correction and a replay from
//! zero give the same versions. Pure: no clock, no SQL, no randomness; the seed of keys is an
//! argument.

mod content;
mod gather;
mod region;
mod row;
mod weave;

pub use gather::{Gathered, RECEIVE_LINE, RUN_LINE, of_flow, of_reception, of_run};
pub use region::{
    Amounts, Answer, Edge, Extent, Link, OriginKind, OriginShare, RefreshError, Region,
    RegionBuilder, RestingShare, Subject, VersionView, Walk, Window,
};
pub use row::{Damaged, Holder, Kind, Row};
pub use tl_trace::batches::{BatchError, Key};
pub use tl_trace::graph::Scratch;
pub use weave::{Books, Keyring, Lot, Parting, Version, What, weave};
