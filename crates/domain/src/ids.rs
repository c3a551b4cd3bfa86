//! One registry of typed ids.
//!
//! Ids of entries and of what entries create (batches, runs, samples, assays) are UUIDv7 drawn by
//! the shell; ids of parties, devices and masters are short names given by people. A batch id can't
//! be passed where a run id is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

/// Text that is no id of the kind expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {read:?}: expected {expected}")]
pub struct IdError {
    what: &'static str,
    read: String,
    expected: &'static str,
}

macro_rules! entry_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id as an entry id: what an entry creates is named by that entry.
            #[must_use]
            pub fn entry(self) -> EntryId {
                EntryId(self.0)
            }
        }

        impl From<EntryId> for $name {
            fn from(id: EntryId) -> Self {
                Self(id.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_uuid(stringify!($name), text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

/// Id of an entry: UUIDv7, lower-case, hyphenated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct EntryId(pub Uuid);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for EntryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse_uuid("entry id", text).map(Self)
    }
}

impl<'de> Deserialize<'de> for EntryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

entry_ids! {
    /// A batch (批次): the id of its `batch.register` entry.
    BatchId,
    /// A run (工序运行): the id of its `run.start` entry.
    RunId,
    /// A sample (样品): the id of its `sample.take` entry.
    SampleId,
    /// An assay (检测): the id of its `assay.report` entry.
    AssayId,
}

/// One spelling only: signed bytes must not name one thing in two ways.
fn parse_uuid(what: &'static str, text: &str) -> Result<Uuid, IdError> {
    let wrong = || IdError {
        what,
        read: text.chars().take(60).collect(),
        expected: "a UUIDv7 in lower case with hyphens",
    };
    let id = Uuid::try_parse(text).map_err(|_| wrong())?;
    let canonical = id.hyphenated().to_string() == text && id.get_version_num() == 7;
    if canonical { Ok(id) } else { Err(wrong()) }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_name(stringify!($name), text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

names! {
    /// A party (主体): enterprise, bureau, outside lab or carrier; names its log.
    PartyId,
    /// A device or installation that signs entries.
    DeviceId,
    /// A person within a party; opaque, the name lives outside every log.
    OperatorId,
    /// A site (厂区).
    SiteId,
    /// A node (节点): a material balance area.
    NodeId,
    /// A stream (物流) between nodes or over the fence.
    StreamId,
    /// A material (物料).
    MaterialId,
    /// A place (仓位): pile, tank, bin, hopper with a fixed plate.
    PlaceId,
    /// A scale, belt scale, flow or level meter.
    MeterId,
    /// An assay method with its limits.
    MethodId,
    /// A substance or property that is determined: `Tl`, `Cd`, `moisture`, `density`.
    Analyte,
    /// Any other master record (limit, assay plan, calendar).
    RecordId,
}

/// Longest name of a party, device or master.
pub const NAME_CHARS_MAX: usize = 64;

fn parse_name(what: &'static str, text: &str) -> Result<String, IdError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !text.is_empty() && text.len() <= NAME_CHARS_MAX && text.chars().all(allowed);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(IdError {
            what,
            read: text.chars().take(80).collect(),
            expected: "1 to 64 of A-Z a-z 0-9 - _ .",
        })
    }
}
