//! UUIDv7 from a seed and a counter.

use tl_domain::ids::EntryId;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use uuid::Builder;

/// A source of ids that is the same in every run.
#[derive(Debug, Clone)]
pub struct SeededIds {
    seed: String,
    count: u64,
}

impl SeededIds {
    /// Ids of a seed; different seeds give different ids.
    #[must_use]
    pub fn new(seed: impl ToString) -> Self {
        Self { seed: seed.to_string(), count: 0 }
    }

    /// The next id, drawn at a moment.
    pub fn entry(&mut self, at: Micros) -> EntryId {
        self.count += 1;
        let Hash(digest) = Hash::of(format!("{}/{}", self.seed, self.count).as_bytes());
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let millis = u64::try_from(at / 1000).expect("test times are after 1970");
        EntryId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}
