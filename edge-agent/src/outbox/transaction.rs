//! Inside the writer's transaction: the stream's numbers, and appending a signed entry.
//!
//! An entry gets the next number, the previous entry's leaf hash and its signature here and only
//! here, so that `dseq` has no gaps, `prev` no branches, and an epoch after the first begins with
//! `epoch.open`. Capture adds its working state through the same connection: both become durable
//! together.

use diesel::prelude::*;
use tl_domain::event::{Body, Entry, EntryRef, Head, VERSION};
use tl_domain::ids::{EntryId, OperatorId};
use tl_domain::time::{Micros, Moment};
use tl_ledger::{Envelope, Hash};

use super::schema::{blob, entry, stream};
use super::{Shared, WriteError, from_db, to_db};
use crate::capture::occasion::Occasion;
use crate::clock;
use crate::home::Identity;

/// Where the stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) epoch: u64,
    pub(super) dseq: u64,
    pub(super) head: Hash,
    pub(super) last_micros: Micros,
}

impl Stream {
    /// Reads the stream, making it at the first start.
    pub(super) fn load(
        connection: &mut SqliteConnection,
        identity: &Identity,
    ) -> anyhow::Result<Self> {
        let first = (
            stream::only_row.eq(1),
            stream::epoch.eq(to_db(identity.epoch)),
            stream::dseq.eq(0),
            stream::head.eq(Hash::ZERO.0.to_vec()),
            stream::last_micros.eq(0),
            stream::acked_epoch.eq(to_db(identity.epoch)),
            stream::acked_through.eq(0),
            stream::pruned_position.eq(0),
        );
        diesel::insert_or_ignore_into(stream::table).values(first).execute(connection)?;
        let (epoch, dseq, head, last_micros): (i64, i64, Vec<u8>, i64) = stream::table
            .select((stream::epoch, stream::dseq, stream::head, stream::last_micros))
            .first(connection)?;
        let head = Hash::from_slice(&head)
            .ok_or_else(|| anyhow::anyhow!("the stream's head is no hash: the file is damaged"))?;
        Ok(Self { epoch: from_db(epoch), dseq: from_db(dseq), head, last_micros })
    }
}

/// What is to become an entry.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// What happened.
    pub(crate) body: Body,
    /// Who did it.
    pub(crate) operator: Option<OperatorId>,
    /// What people call it on the queue page.
    pub(crate) subject: String,
    /// When it happened, if not now.
    pub(crate) at: Option<Moment>,
}

impl Draft {
    /// Something that happens now.
    pub(crate) fn now(
        body: impl Into<Body>,
        operator: Option<&OperatorId>,
        subject: impl Into<String>,
    ) -> Self {
        Self { body: body.into(), operator: operator.cloned(), subject: subject.into(), at: None }
    }
}

/// An entry as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Its id.
    pub(crate) id: EntryId,
    /// Epoch of the stream.
    pub(crate) epoch: u64,
    /// Number in the stream.
    pub(crate) dseq: u64,
    /// Leaf hash.
    pub(crate) leaf: Hash,
}

/// The writer's transaction as a job sees it.
pub(crate) struct Tx<'a> {
    /// For working state; entries go through `append`.
    pub(crate) connection: &'a mut SqliteConnection,
    pub(super) stream: &'a mut Stream,
    pub(super) shared: &'a Shared,
    refused_for_room: bool,
    /// When the job's captures happened, if not now.
    pub(crate) occasion: Option<Occasion>,
    /// Entries of the job whose kinds have no room for what they rest on.
    pub(crate) unproven: Vec<EntryRef>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(
        connection: &'a mut SqliteConnection,
        stream: &'a mut Stream,
        shared: &'a Shared,
    ) -> Self {
        let (occasion, unproven) = (None, Vec::new());
        Self { connection, stream, shared, refused_for_room: false, occasion, unproven }
    }

    /// Whether `append` refused because there is no room.
    pub(super) fn refused_for_room(&self) -> bool {
        self.refused_for_room
    }

    /// Whether there is room for something that is no entry but has to be kept.
    ///
    /// # Errors
    /// `NoRoom` or `DiskFull`.
    pub(crate) fn admit(&mut self) -> Result<(), WriteError> {
        self.shared.room.admit().inspect_err(|_| self.refused_for_room = true)
    }

    /// The clock now; never behind the last entry.
    pub(crate) fn now(&self) -> Micros {
        self.shared.clock.wall().max(self.stream.last_micros)
    }

    /// When the job's captures happened: `now` unless an occasion says otherwise.
    pub(crate) fn happened(&self, now: Micros) -> Micros {
        self.occasion.as_ref().map_or(now, |occasion| occasion.at_micros)
    }

    /// A moment with the plant's offset.
    pub(crate) fn moment(&self, micros: Micros) -> Moment {
        self.shared.clock.moment(micros)
    }

    /// Signs and appends an entry; it is durable when the job's answer comes.
    ///
    /// # Errors
    /// `NoRoom` or `DiskFull` at a full store, `Form` for what can't be signed.
    pub(crate) fn append(&mut self, draft: Draft) -> Result<Appended, WriteError> {
        let id = self.new_id()?;
        self.append_as(id, draft)
    }

    /// A fresh id, for bodies that must name the entry before it is appended.
    pub(crate) fn new_id(&self) -> Result<EntryId, WriteError> {
        clock::new_id(self.now()).map_err(|error| WriteError::Storage(error.to_string()))
    }

    /// Appends an entry under an id drawn before.
    ///
    /// # Errors
    /// As `append`.
    pub(crate) fn append_as(&mut self, id: EntryId, draft: Draft) -> Result<Appended, WriteError> {
        self.admit()?;
        let begins = self.stream.dseq == 0 && self.stream.epoch > 1;
        if begins && !matches!(draft.body, Body::EpochOpen(_)) {
            self.begin_replaced()?;
        }
        let wall = self.shared.clock.wall();
        let clock = self.shared.clock.flag(wall, self.stream.last_micros);
        let version = self.shared.snapshot_version.load(std::sync::atomic::Ordering::Acquire);
        let head = Head {
            v: VERSION,
            id,
            log: self.shared.identity.party.clone(),
            device: self.shared.identity.device.clone(),
            epoch: self.stream.epoch,
            dseq: self.stream.dseq + 1,
            prev: self.stream.head,
            observed_at: draft.at.unwrap_or_else(|| self.shared.clock.moment(self.happened(wall))),
            operator: draft.operator,
            snapshot: (version > 0).then_some(version),
            clock,
            attest: None,
        };
        self.seal(Entry { head, body: draft.body }, &draft.subject, wall)
    }

    /// Signs an entry whose numbers fit the stream, and moves the stream on.
    pub(super) fn seal(
        &mut self,
        sealed: Entry,
        subject: &str,
        wall: Micros,
    ) -> Result<Appended, WriteError> {
        let form = |error: String| WriteError::Form(error);
        let payload = sealed.to_payload().map_err(|error| form(error.to_string()))?;
        let envelope = Envelope::sign(payload, &self.shared.signer)
            .map_err(|error| form(error.to_string()))?
            .to_bytes();
        let leaf = Hash::leaf(&envelope);
        let head = &sealed.head;
        diesel::insert_into(entry::table)
            .values((
                entry::epoch.eq(to_db(head.epoch)),
                entry::dseq.eq(to_db(head.dseq)),
                entry::id.eq(head.id.to_string()),
                entry::kind.eq(sealed.body.kind()),
                entry::subject.eq(subject),
                entry::operator.eq(head.operator.as_ref().map(|it| it.as_str())),
                entry::prev.eq(head.prev.0.to_vec()),
                entry::leaf.eq(leaf.0.to_vec()),
                entry::envelope.eq(Some(envelope)),
                entry::recorded_micros.eq(wall),
                entry::state.eq("waiting"),
            ))
            .execute(self.connection)?;
        let last_micros = self.stream.last_micros.max(wall);
        diesel::update(stream::table)
            .set((
                stream::epoch.eq(to_db(head.epoch)),
                stream::dseq.eq(to_db(head.dseq)),
                stream::head.eq(leaf.0.to_vec()),
                stream::last_micros.eq(last_micros),
            ))
            .execute(self.connection)?;
        *self.stream = Stream { epoch: head.epoch, dseq: head.dseq, head: leaf, last_micros };
        Ok(Appended { id: head.id, epoch: head.epoch, dseq: head.dseq, leaf })
    }

    /// Notes a blob that was put into its file before; the entry that names it follows.
    pub(crate) fn note_blob(
        &mut self,
        reference: &tl_domain::event::BlobRef,
    ) -> Result<(), WriteError> {
        diesel::insert_or_ignore_into(blob::table)
            .values((
                blob::sha256.eq(reference.sha256.to_string()),
                blob::media.eq(&reference.media),
                blob::name.eq(&reference.name),
                blob::size.eq(to_db(reference.size)),
                blob::complete.eq(false),
                blob::stored_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        Ok(())
    }
}
