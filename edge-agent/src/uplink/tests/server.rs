//! A server in memory that behaves as the real one, and misbehaves when it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tl_domain::event::Entry;
use tl_ledger::{Envelope, Hash};
use tl_wire::bundle;
use tl_wire::device::{
    BlobAnswer, CheckpointAnswer, CheckpointRequest, EntryResult, HeadAnswer, RenewAnswer,
    RenewRequest, UploadAnswer,
};
use tl_wire::report::DeviceReport;
use tl_wire::update::Version;

use crate::api::{ApiError, Server};
use crate::held::tests::log::FakeLog;
use crate::outbox::lock;

/// A server in memory that keeps streams and blobs as the real one does.
#[derive(Clone, Default)]
pub(in crate::uplink) struct Fake(pub(in crate::uplink) Arc<Mutex<Inner>>);

#[derive(Default)]
pub(in crate::uplink) struct Inner {
    /// Entries of each upload.
    pub(in crate::uplink) sizes: Vec<usize>,
    /// Uploads of more entries get no answer: the line is too slow for them.
    pub(in crate::uplink) carries: Option<usize>,
    /// Pieces of blobs that were sent, by hash.
    pub(in crate::uplink) pieces: BTreeMap<String, usize>,
    /// Entries by epoch, in order.
    pub(in crate::uplink) epochs: BTreeMap<u64, Vec<Vec<u8>>>,
    pub(in crate::uplink) refuse: Vec<u64>,
    pub(in crate::uplink) blobs: BTreeMap<String, Vec<u8>>,
    /// Calls of this kind that do their work and then lose the answer.
    pub(in crate::uplink) lose_answers: usize,
    /// Calls that fail before anything happens.
    pub(in crate::uplink) down: usize,
    pub(in crate::uplink) uploads: usize,
    pub(in crate::uplink) piece_limit: usize,
    /// The log that it signs; none is a server of an earlier version.
    pub(in crate::uplink) log: Option<FakeLog>,
    /// Status and detail with which it refuses to compare checkpoints.
    pub(in crate::uplink) refuse_checkpoint: Option<(u16, String)>,
    /// What it was shown.
    pub(in crate::uplink) shown: Vec<Option<String>>,
    /// What it was told of the box; a server of an earlier version answers 404.
    pub(in crate::uplink) told: Vec<DeviceReport>,
    pub(in crate::uplink) knows_no_reports: bool,
}

impl Inner {
    fn head(&self) -> HeadAnswer {
        let (epoch, entries) = self
            .epochs
            .iter()
            .next_back()
            .map_or((1, &[][..]), |(epoch, entries)| (*epoch, entries.as_slice()));
        HeadAnswer {
            epoch,
            acked_through: u64::try_from(entries.len()).expect("small"),
            head: entries.last().map_or(Hash::ZERO, |entry| Hash::leaf(entry)),
            server_time_micros: crate::clock::wall(),
            snapshot_version: 0,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> EntryResult {
        let leaf = Hash::leaf(bytes);
        let envelope = Envelope::parse(bytes).expect("an envelope");
        let entry = Entry::read(&envelope.payload).expect("an entry");
        let refused = self.refuse.contains(&entry.head.dseq);
        let stream = self.epochs.entry(entry.head.epoch).or_default();
        let at = usize::try_from(entry.head.dseq - 1).expect("small");
        if let Some(stored) = stream.get(at) {
            let stored = Hash::leaf(stored);
            return if stored == leaf {
                EntryResult::Stored { leaf, index: entry.head.dseq, verdicts: vec![] }
            } else {
                EntryResult::Forked { leaf, stored }
            };
        }
        if at > stream.len() {
            let expected_dseq = u64::try_from(stream.len()).expect("small") + 1;
            return EntryResult::Waiting { expected_dseq };
        }
        let prev = stream.last().map_or(Hash::ZERO, |entry| Hash::leaf(entry));
        assert_eq!(entry.head.prev, prev, "links hold");
        stream.push(bytes.to_vec());
        if refused {
            let code = "entry-form".to_owned();
            return EntryResult::Refused { leaf, code, detail: "refused here".to_owned() };
        }
        EntryResult::Stored { leaf, index: entry.head.dseq, verdicts: vec!["late".to_owned()] }
    }
}

fn away() -> ApiError {
    ApiError::Unreachable("the line is cut".to_owned())
}

impl Fake {
    fn call<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> Result<T, ApiError> {
        let mut inner = lock(&self.0);
        if inner.down > 0 {
            inner.down -= 1;
            return Err(away());
        }
        Ok(work(&mut inner))
    }

    pub(in crate::uplink) fn stored(&self, epoch: u64) -> Vec<Entry> {
        let inner = lock(&self.0);
        let entries = inner.epochs.get(&epoch).cloned().unwrap_or_default();
        entries
            .iter()
            .map(|bytes| {
                let envelope = Envelope::parse(bytes).expect("an envelope");
                Entry::read(&envelope.payload).expect("an entry")
            })
            .collect()
    }
}

impl Server for Fake {
    fn head(&self) -> Result<HeadAnswer, ApiError> {
        self.call(|inner| inner.head())
    }

    fn upload(&self, body: &[u8]) -> Result<UploadAnswer, ApiError> {
        let (answer, lost) = self.call(|inner| {
            inner.uploads += 1;
            let entries = bundle::split(body).expect("a bundle");
            inner.sizes.push(entries.len());
            if inner.carries.is_some_and(|most| entries.len() > most) {
                return Err(away());
            }
            let results = entries.iter().map(|entry| inner.take(entry)).collect();
            let lost = inner.lose_answers > 0;
            inner.lose_answers = inner.lose_answers.saturating_sub(1);
            Ok((UploadAnswer { results, head: inner.head() }, lost))
        })??;
        if lost { Err(away()) } else { Ok(answer) }
    }

    fn checkpoint(&self, request: &CheckpointRequest) -> Result<CheckpointAnswer, ApiError> {
        self.call(|inner| {
            inner.shown.push(request.held.clone());
            let problem = |status, detail: &str| ApiError::Problem {
                status,
                code: String::new(),
                detail: detail.to_owned(),
            };
            if let Some((status, detail)) = &inner.refuse_checkpoint {
                return Err(problem(*status, detail));
            }
            let log = inner.log.as_ref().ok_or_else(|| problem(404, "no such page"))?;
            Ok(log.answer(request.held.as_deref()))
        })?
    }

    fn snapshot(&self, _have: u64) -> Result<Option<Vec<u8>>, ApiError> {
        Ok(None)
    }

    fn blob(&self, sha256: &str) -> Result<BlobAnswer, ApiError> {
        self.call(|inner| {
            let there = inner.blobs.get(sha256).map_or(0, Vec::len);
            BlobAnswer { received: u64::try_from(there).expect("small"), complete: false }
        })
    }

    fn put_blob(
        &self,
        sha256: &str,
        offset: u64,
        size: u64,
        piece: &[u8],
    ) -> Result<BlobAnswer, ApiError> {
        self.call(|inner| {
            *inner.pieces.entry(sha256.to_owned()).or_default() += 1;
            let limit = inner.piece_limit.max(1);
            let there = inner.blobs.entry(sha256.to_owned()).or_default();
            assert_eq!(u64::try_from(there.len()).expect("small"), offset);
            there.extend(piece.iter().take(limit));
            let received = u64::try_from(there.len()).expect("small");
            let complete = received == size && Hash::of(there).to_string() == sha256;
            BlobAnswer { received, complete }
        })
    }

    fn report(&self, report: &DeviceReport) -> Result<(), ApiError> {
        let mut inner = lock(&self.0);
        inner.told.push(report.clone());
        if inner.knows_no_reports {
            let (code, detail) = (String::new(), String::new());
            return Err(ApiError::Problem { status: 404, code, detail });
        }
        Ok(())
    }

    fn update(&self, _: &str, _: Version) -> Result<Option<Vec<u8>>, ApiError> {
        Err(away())
    }

    fn program(&self, _sha256: &str, _offset: u64) -> Result<Vec<u8>, ApiError> {
        Err(away())
    }

    fn renew(&self, _request: &RenewRequest) -> Result<RenewAnswer, ApiError> {
        Err(away())
    }
}
