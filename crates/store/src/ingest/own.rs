//! Entries that the installation signs: what people do on pages.

use tl_domain::event::{Entry, EpochOpen, EpochReason, Head, KeyRole, VERSION};
use tl_domain::ids::{DeviceId, EntryId};
use tl_domain::time::{Micros, Moment};
use tl_ledger::{Envelope, Hash, Signer};
use tl_wire::device::EntryResult;
use uuid::Builder;

use super::Draft;
use super::accept::Intake;
use crate::StoreError;
use crate::verify::Verified;

/// Name under which the installation itself writes in every log.
pub const INSTALLATION: &str = "server";

/// The installation as a device.
pub(super) fn installation() -> DeviceId {
    INSTALLATION.parse().expect("a name of ASCII letters")
}

/// Refuses a draft that could not be signed: too large, or not representable.
pub(super) fn check(draft: &Draft) -> Result<(), StoreError> {
    // The longest numbers that a stream can reach, so that the signed entry is not larger.
    let longest = Place { epoch: 1 << 40, dseq: 1 << 52, prev: Hash::ZERO };
    let entry = entry(draft, &longest);
    // A throwaway key: only size and form matter here.
    sign(&entry, &Signer::from_seed(&[0; 32])).map(drop)
}

/// Where an entry of the installation stands in its stream.
struct Place {
    epoch: u64,
    dseq: u64,
    prev: Hash,
}

fn entry(draft: &Draft, place: &Place) -> Entry {
    let head = Head {
        v: VERSION,
        id: draft.id,
        log: draft.party.clone(),
        device: installation(),
        epoch: place.epoch,
        dseq: place.dseq,
        prev: place.prev,
        observed_at: draft.observed_at.clone(),
        operator: draft.operator.clone(),
        snapshot: None,
        clock: None,
        attest: draft.attest.clone(),
    };
    Entry { head, body: draft.body.clone() }
}

fn sign(entry: &Entry, signer: &Signer) -> Result<Verified, StoreError> {
    let payload = entry.to_payload().map_err(|e| StoreError::Draft(e.to_string()))?;
    // Read back: what other programs read must be what was meant here.
    let entry = Entry::read(&payload).map_err(|e| StoreError::Draft(e.to_string()))?;
    let envelope = Envelope::sign(payload, signer).map_err(|e| StoreError::Draft(e.to_string()))?;
    let bytes = envelope.to_bytes();
    let (leaf, key) = (Hash::leaf(&bytes), signer.public());
    Ok(Verified { entry, bytes, leaf, key, role: KeyRole::Server })
}

impl Intake<'_> {
    /// Numbers, signs and accepts a draft.
    pub(super) fn own(&mut self, draft: &Draft, at: Micros) -> Result<EntryResult, StoreError> {
        let signer = self.shared.signer(&draft.party)?;
        if let Some(known) = self.known.get(&(draft.party.clone(), draft.id)).cloned() {
            // The same form sent twice: the first one counts, whatever the second says.
            return self.stored(&draft.party, &known);
        }
        let log = self.engine.log(self.conn, &draft.party)?;
        let epoch = log.own_epoch;
        let device = installation();
        let stream = log.stream(self.conn, &draft.party, &device, epoch)?.clone();
        if epoch > 1 && stream.acked == 0 {
            self.open_epoch(draft, epoch, &signer, at)?;
        }
        let log = self.engine.log(self.conn, &draft.party)?;
        let stream = log.stream(self.conn, &draft.party, &device, epoch)?;
        let place = Place { epoch, dseq: stream.acked + 1, prev: stream.head };
        let verified = sign(&entry(draft, &place), &signer)?;
        self.accept(&verified, at)
    }

    /// After a restore the installation writes in a new epoch, which names where the old one ended.
    fn open_epoch(
        &mut self,
        draft: &Draft,
        epoch: u64,
        signer: &Signer,
        at: Micros,
    ) -> Result<(), StoreError> {
        let log = self.engine.log(self.conn, &draft.party)?;
        let device = installation();
        let old_epoch = log.latest_epoch(self.conn, &draft.party, &device)?.unwrap_or(1);
        let old = log.stream(self.conn, &draft.party, &device, old_epoch)?.clone();
        let opening = Draft {
            id: derived_id(draft.id, &draft.observed_at),
            body: EpochOpen {
                old_epoch,
                old_dseq: old.acked,
                old_head: old.head,
                reason: EpochReason::Restored,
            }
            .into(),
            operator: None,
            attest: None,
            ..draft.clone()
        };
        let place = Place { epoch, dseq: 1, prev: Hash::ZERO };
        let verified = sign(&entry(&opening, &place), signer)?;
        self.accept(&verified, at).map(drop)
    }
}

/// An id that follows from that of the draft: nothing is drawn in here.
fn derived_id(id: EntryId, at: &Moment) -> EntryId {
    let Hash(digest) = Hash::of(format!("epoch.open/{id}").as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
    EntryId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
