//! The one write path of logs: what comes in waits in a bounded queue, one thread writes what waits
//! in one transaction, and only after its commit the answers go out.

mod accept;
mod answer;
mod commit;
mod engine;
mod evidence;
mod own;
mod queue;
mod thread;

pub(crate) use commit::{insert_verdicts, verdict_row};
pub(crate) use engine::Engine;
pub(crate) use evidence::FORKED;
pub use own::INSTALLATION;
pub(crate) use queue::Queue;
pub(crate) use thread::WriterThread;

use std::collections::BTreeSet;
use std::sync::PoisonError;

use tl_domain::event::{Attest, Body, LogOpen};
use tl_domain::ids::{EntryId, OperatorId, PartyId};
use tl_domain::time::{Micros, Moment};
use tl_ledger::{Frontier, Hash};
use tl_wire::device::EntryResult;

use crate::limits::BATCH_ENTRIES_MAX;
use crate::sql::{Conn, Value};
use crate::verify::{Refused, Verified};
use crate::{Store, StoreError};

/// Something for the log's writer.
#[derive(Debug, Clone)]
pub enum Submission {
    /// A verified entry of a device and when it was received.
    Signed(Box<Verified>, Micros),
    /// Bytes of a device that can't be a fact: kept as evidence, counted in the stream.
    Refused(Box<Refused>, Micros),
    /// What somebody did on a page: the writer numbers and signs it in the installation's stream.
    Own(Box<Draft>, Micros),
}

impl Submission {
    /// Whose log it is for.
    pub(crate) fn party(&self) -> &PartyId {
        match self {
            Self::Signed(verified, _) => &verified.entry.head.log,
            Self::Refused(refused, _) => &refused.log,
            Self::Own(draft, _) => &draft.party,
        }
    }
}

/// An entry that the installation signs for a party.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Whose log.
    pub party: PartyId,
    /// Id of the new entry, drawn by the caller.
    pub id: EntryId,
    /// What happened.
    pub body: Body,
    /// Who did it; absent for what the installation did alone.
    pub operator: Option<OperatorId>,
    /// When it happened.
    pub observed_at: Moment,
    /// The person's own signature, or the mark that the server attests.
    pub attest: Option<Attest>,
}

impl Store {
    /// Stores what comes in, in order; returns when it is durable, one result for each submission.
    /// More than `BATCH_ENTRIES_MAX` are stored in several transactions.
    ///
    /// # Errors
    /// `Busy`, `Fenced`, `NoLog`, `NoSigner`, `WrongSigner`, `Draft`, `Rebuilding`, `Database`:
    /// nothing of the (last) transaction was kept.
    pub fn append(&self, submissions: Vec<Submission>) -> Result<Vec<EntryResult>, StoreError> {
        for submission in &submissions {
            if let Submission::Own(draft, _) = submission {
                self.check_draft(draft)?;
            }
        }
        let mut results = Vec::with_capacity(submissions.len());
        let mut rest = submissions;
        while !rest.is_empty() {
            let next = rest.split_off(rest.len().min(BATCH_ENTRIES_MAX));
            results.extend(self.shared.queue.put(rest)?.wait()?);
            rest = next;
        }
        Ok(results)
    }

    /// Stores entries of the installation from a process that does not write the logs, like a
    /// command beside a running server: that one goes on writing and notices them.
    ///
    /// # Errors
    /// As `append`; nothing was kept then.
    pub fn append_beside(&self, drafts: Vec<(Draft, Micros)>) -> Result<(), StoreError> {
        drafts.iter().try_for_each(|(draft, _)| self.check_draft(draft))?;
        let submissions: Vec<_> =
            drafts.into_iter().map(|(draft, at)| Submission::Own(Box::new(draft), at)).collect();
        self.shared.write(|conn, _| {
            commit::commit(conn, &mut Engine::guest(), &self.shared, &[&submissions])
        })?;
        self.shared.forget_keys(&parties(&submissions));
        Ok(())
    }

    /// Refuses a draft before it is queued when it can't be signed.
    fn check_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let keys = self.key_book(&draft.party)?;
        let signer = self.shared.signer(&draft.party)?;
        let valid = |key: &crate::EnrolledKey| {
            key.key == signer.public()
                && key.role == tl_domain::event::KeyRole::Server
                && key.revoked_at.is_none()
        };
        if !keys.keys(&own::installation()).iter().any(valid) {
            return Err(StoreError::WrongSigner {
                party: draft.party.clone(),
                key: signer.public().to_string(),
            });
        }
        own::check(draft)
    }

    /// Creates a log with its entry 0, signed by the registered key; gives that entry's leaf hash.
    ///
    /// # Errors
    /// `NoSigner`, `WrongSigner`, `LogExists`, `Draft`.
    pub fn open_log(
        &self,
        open: &LogOpen,
        id: EntryId,
        observed_at: &Moment,
        received_at: Micros,
    ) -> Result<Hash, StoreError> {
        let party = &open.party;
        let signer = self.shared.signer(party)?;
        if signer.public() != open.key {
            let key = signer.public().to_string();
            return Err(StoreError::WrongSigner { party: party.clone(), key });
        }
        let draft = Draft {
            party: party.clone(),
            id,
            body: open.clone().into(),
            operator: None,
            observed_at: observed_at.clone(),
            attest: None,
        };
        own::check(&draft)?;
        let host = self.shared.options.origin_host.as_deref().unwrap_or("tltrace.local");
        let origin = format!("{host}/log/{party}");
        let submissions = [Submission::Own(Box::new(draft), received_at)];
        let results = self.shared.write(|conn, engine| {
            insert_log(conn, open, &origin, received_at)?;
            engine.adopt(party);
            commit::commit(conn, engine, &self.shared, &[&submissions])
        })?;
        match results.into_iter().flatten().next() {
            Some(EntryResult::Stored { leaf, .. }) => Ok(leaf),
            other => Err(StoreError::Database(format!("log.open was answered by {other:?}"))),
        }
    }

    /// Takes over a log that another process wrote; that process is fenced from then on.
    ///
    /// # Errors
    /// `NoLog`.
    pub fn take_over(&self, party: &PartyId) -> Result<(), StoreError> {
        self.shared.write(|conn, engine| engine.take_over(conn, party))
    }
}

fn insert_log(
    conn: &mut Conn,
    open: &LogOpen,
    origin: &str,
    opened_at: Micros,
) -> Result<(), StoreError> {
    let empty = Frontier::new();
    let (root, frontier) = (empty.root(), empty.to_bytes());
    let kind = serde_json::to_value(open.kind).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
    let changed = conn.run(
        "INSERT INTO log (party, kind, name, area, credit_code, origin, size, root, frontier, \
         term, own_epoch, projected, opened_at) \
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 1, 1, 0, ?) ON CONFLICT DO NOTHING",
        &[
            Value::text(open.party.as_str()),
            Value::text(kind),
            Value::text(&open.name),
            Value::text(&open.area),
            Value::maybe_text(open.credit_code.as_ref()),
            Value::text(origin),
            Value::hash(&root),
            Value::bytes(&frontier),
            Value::Int(opened_at),
        ],
    )?;
    if changed == 0 {
        return Err(StoreError::LogExists(open.party.clone()));
    }
    crate::trees::first_tree(conn, &open.party, origin, opened_at)
}

impl crate::open::Shared {
    /// The key with which the installation signs for a party.
    pub(crate) fn signer(&self, party: &PartyId) -> Result<tl_ledger::Signer, StoreError> {
        let signers = self.signers.read().unwrap_or_else(PoisonError::into_inner);
        signers.get(party).cloned().ok_or_else(|| StoreError::NoSigner(party.clone()))
    }

    /// Forgets key books that entries have changed.
    pub(crate) fn forget_keys<'a>(&self, parties: impl IntoIterator<Item = &'a PartyId>) {
        let mut books = self.key_books.write().unwrap_or_else(PoisonError::into_inner);
        for party in parties {
            books.remove(party);
        }
    }
}

/// The parties of submissions.
fn parties<'a>(submissions: impl IntoIterator<Item = &'a Submission>) -> BTreeSet<PartyId> {
    submissions.into_iter().map(|submission| submission.party().clone()).collect()
}
