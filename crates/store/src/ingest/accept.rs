//! Taking submissions in order: duplicate, gap, fork, broken chain, or the log's next entry.
//!
//! Every decision reads only this log's committed rows and what the same transaction took before,
//! so it does not depend on how entries were cut into uploads.

use std::collections::HashMap;

use tl_domain::event::{Body, Entry};
use tl_domain::ids::{DeviceId, EntryId, PartyId};
use tl_domain::project::{Books, Logged, Row, RowKey, Table, Verdict, apply};
use tl_domain::time::Micros;
use tl_ledger::{Hash, PublicKey};
use tl_wire::device::EntryResult;
use tl_wire::problem::ErrorCode;

use super::Submission;
use super::engine::{Engine, StreamState};
use super::evidence::{Kept, NewEvidence};
use crate::StoreError;
use crate::books::SqlBooks;
use crate::open::Shared;
use crate::sql::Conn;
use crate::verify::{Refused, Verified, role_signs};

/// One transaction's intake.
pub(crate) struct Intake<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) engine: &'a mut Engine,
    pub(super) shared: &'a Shared,
    pub(super) new: Vec<NewEntry>,
    pub(super) evidence: Vec<NewEvidence>,
    /// Entries of this log that have an id of this intake, stored before or taken now.
    pub(super) known: HashMap<(PartyId, EntryId), Known>,
}

/// An entry that the log has.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) index: u64,
    pub(super) leaf: Hash,
}

/// An entry to insert.
pub(super) struct NewEntry {
    pub(super) entry: Entry,
    pub(super) bytes: Vec<u8>,
    pub(super) leaf: Hash,
    pub(super) key: PublicKey,
    pub(super) index: u64,
    pub(super) received_at: Micros,
    pub(super) suspect: bool,
    pub(super) verdicts: Vec<Verdict>,
}

impl Intake<'_> {
    /// Takes one submission.
    pub(super) fn take(&mut self, submission: &Submission) -> Result<EntryResult, StoreError> {
        match submission {
            Submission::Signed(verified, received_at) => self.signed(verified, *received_at),
            Submission::Refused(refused, received_at) => self.refused(refused, *received_at),
            Submission::Own(draft, received_at) => self.own(draft, *received_at),
        }
    }

    fn signed(&mut self, verified: &Verified, at: Micros) -> Result<EntryResult, StoreError> {
        let head = &verified.entry.head;
        let (party, device) = (&head.log, &head.device);
        if let Some(known) = self.known.get(&(party.clone(), head.id)).cloned() {
            if known.leaf == verified.leaf {
                return self.stored(party, &known);
            }
            let kept = NewEvidence::fork(&Source::of(verified, at), known.leaf);
            return self.fork(kept, known.leaf);
        }
        let log = self.engine.log(self.conn, party)?;
        let stream = log.stream(self.conn, party, device, head.epoch)?.clone();
        let source = Source::of(verified, at);
        if head.dseq <= stream.acked {
            return self.repeated(&source);
        }
        if head.dseq > stream.acked + 1 {
            return Ok(EntryResult::Waiting { expected_dseq: stream.acked + 1 });
        }
        if let Some(detail) = chain_error(&verified.entry, &stream) {
            if stream.forked {
                return Ok(EntryResult::Waiting { expected_dseq: stream.acked + 1 });
            }
            return self.count(NewEvidence::refused(&source, ErrorCode::BadPrev, &detail));
        }
        if let Some(detail) = self.correction_error(verified)? {
            return self.count(NewEvidence::refused(&source, ErrorCode::KindNotAllowed, &detail));
        }
        self.accept(verified, at)
    }

    /// Why a device may not correct what its `supersede` names: its role could not have signed it.
    /// One that comes before its target waits for it; it names a hash that only who has the target
    /// can know.
    fn correction_error(&mut self, verified: &Verified) -> Result<Option<String>, StoreError> {
        let Body::Supersede(supersede) = &verified.entry.body else { return Ok(None) };
        let party = &verified.entry.head.log;
        let log = self.engine.log(self.conn, party)?;
        let mut books = SqlBooks { conn: self.conn, party, shelf: &mut log.shelf };
        let kind = books.original_kind(supersede.target.id)?;
        let foreign = kind.filter(|kind| !role_signs(verified.role, kind));
        Ok(foreign.map(|kind| {
            let target = supersede.target.id;
            format!("a key with role {:?} may not correct {kind} {target}", verified.role)
        }))
    }

    fn refused(&mut self, refused: &Refused, at: Micros) -> Result<EntryResult, StoreError> {
        let (party, device) = (&refused.log, &refused.device);
        let leaf = Hash::leaf(&refused.bytes);
        if let Some(kept) = self.kept_by_leaf(party, device, &leaf)? {
            return kept.answer(leaf);
        }
        let log = self.engine.log(self.conn, party)?;
        let latest = log.latest_epoch(self.conn, party, device)?;
        // Only a signature can open an epoch; other bytes take the next number of the latest one.
        let claimed = refused.position.filter(|claimed| {
            claimed.signed || latest.is_none_or(|latest| claimed.epoch <= latest)
        });
        let epoch = claimed.map_or(latest.unwrap_or(1), |claimed| claimed.epoch);
        let stream = log.stream(self.conn, party, device, epoch)?.clone();
        let dseq = claimed.map_or(stream.acked + 1, |claimed| claimed.dseq);
        let source = Source { party, device, epoch, dseq, leaf, bytes: &refused.bytes, at };
        if dseq <= stream.acked {
            return self.repeated(&source);
        }
        let trusted = claimed.is_some_and(|claimed| claimed.signed);
        if dseq > stream.acked + 1 || (stream.forked && !trusted) {
            return Ok(EntryResult::Waiting { expected_dseq: stream.acked + 1 });
        }
        self.count(NewEvidence::refused(&source, refused.code, &refused.detail))
    }

    /// Appends to the log and projects.
    pub(super) fn accept(
        &mut self,
        verified: &Verified,
        received_at: Micros,
    ) -> Result<EntryResult, StoreError> {
        let head = &verified.entry.head;
        let party = &head.log;
        let log = self.engine.log(self.conn, party)?;
        let index = log.frontier.size();
        log.frontier.append(verified.leaf);
        let mut books = SqlBooks { conn: self.conn, party, shelf: &mut log.shelf };
        let suspect = match books.row(&RowKey::new(Table::Key, &verified.key))? {
            Some(Row::Key(key)) => key.revoked_at.is_some(),
            // Entry 0 brings its own key; nothing else is signed by one that the log lacks.
            _ => index != 0,
        };
        let logged = Logged {
            index,
            leaf: verified.leaf,
            entry: verified.entry.clone(),
            received_at,
            suspect,
        };
        let verdicts = apply(&mut books, &logged)?;
        log.advance(&head.device, head.epoch, verified.leaf);
        if matches!(logged.entry.body, Body::LogOpen(_) | Body::KeyEnrol(_) | Body::KeyRevoke(_)) {
            self.engine.key_changes.insert(party.clone());
        }
        let result = EntryResult::Stored {
            leaf: verified.leaf,
            index,
            verdicts: verdicts.iter().map(|verdict| verdict.code().to_owned()).collect(),
        };
        self.known.insert((party.clone(), head.id), Known { index, leaf: verified.leaf });
        self.new.push(NewEntry {
            entry: logged.entry,
            bytes: verified.bytes.clone(),
            leaf: verified.leaf,
            key: verified.key.clone(),
            index,
            received_at,
            suspect,
            verdicts,
        });
        Ok(result)
    }

    /// A number that is taken: by the same bytes, or by others.
    fn repeated(&mut self, source: &Source<'_>) -> Result<EntryResult, StoreError> {
        if let Some(known) = self.entry_by_number(source)? {
            if known.leaf == source.leaf {
                return self.stored(source.party, &known);
            }
            return self.fork(NewEvidence::fork(source, known.leaf), known.leaf);
        }
        match self.kept_by_number(source)? {
            Some(kept) if kept.leaf == source.leaf => kept.answer(source.leaf),
            Some(Kept { leaf, .. }) => self.fork(NewEvidence::fork(source, leaf), leaf),
            None => Err(StoreError::Damaged(format!(
                "number {} of device {} (epoch {}) in the log of {} is acknowledged and missing",
                source.dseq, source.device, source.epoch, source.party
            ))),
        }
    }

    /// Keeps bytes that contradict what is stored; the stream takes nothing after them.
    fn fork(&mut self, kept: NewEvidence, stored: Hash) -> Result<EntryResult, StoreError> {
        let log = self.engine.log(self.conn, &kept.party)?;
        let stream = log.stream(self.conn, &kept.party, &kept.device, kept.epoch)?;
        if !stream.forked {
            stream.forked = true;
            stream.dirty = true;
        }
        let leaf = kept.leaf;
        self.evidence.push(kept);
        Ok(EntryResult::Forked { leaf, stored })
    }

    /// Keeps refused bytes in the place that they take in the stream.
    fn count(&mut self, kept: NewEvidence) -> Result<EntryResult, StoreError> {
        let log = self.engine.log(self.conn, &kept.party)?;
        log.stream(self.conn, &kept.party, &kept.device, kept.epoch)?;
        log.advance(&kept.device, kept.epoch, kept.leaf);
        let (leaf, code, detail) = (kept.leaf, kept.code.clone(), kept.detail.clone());
        self.evidence.push(kept);
        Ok(EntryResult::Refused { leaf, code, detail })
    }
}

/// Bytes with the number that they have or take.
pub(super) struct Source<'a> {
    pub(super) party: &'a PartyId,
    pub(super) device: &'a DeviceId,
    pub(super) epoch: u64,
    pub(super) dseq: u64,
    pub(super) leaf: Hash,
    pub(super) bytes: &'a [u8],
    pub(super) at: Micros,
}

impl<'a> Source<'a> {
    fn of(verified: &'a Verified, at: Micros) -> Self {
        let head = &verified.entry.head;
        Self {
            party: &head.log,
            device: &head.device,
            epoch: head.epoch,
            dseq: head.dseq,
            leaf: verified.leaf,
            bytes: &verified.bytes,
            at,
        }
    }
}

/// Why an entry does not follow on the head of its stream.
fn chain_error(entry: &Entry, stream: &StreamState) -> Option<String> {
    let head = &entry.head;
    if head.prev != stream.head {
        return Some(format!(
            "prev of number {} is {}, the stream's last entry has {}",
            head.dseq, head.prev, stream.head
        ));
    }
    let opens = matches!(entry.body, Body::EpochOpen(_));
    if head.epoch > 1 && head.dseq == 1 && !opens {
        let kind = entry.body.kind();
        return Some(format!("epoch {} begins with {kind}, not with epoch.open", head.epoch));
    }
    None
}
