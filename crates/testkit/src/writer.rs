//! One device's stream: signed entries with gapless numbers and `prev` hashes.

use tl_domain::event::{Body, Entry, EntryRef, Head, KeyEnrol, KeyRole, VERSION};
use tl_domain::ids::{DeviceId, EntryId, OperatorId, PartyId, SiteId};
use tl_domain::time::Moment;
use tl_ledger::{Envelope, Hash, PublicKey, Signer};

use crate::ids::SeededIds;

/// A device that writes entries.
#[derive(Debug, Clone)]
pub struct Writer {
    log: PartyId,
    device: DeviceId,
    signer: Signer,
    ids: SeededIds,
    /// Epoch of the next entry.
    pub epoch: u64,
    /// Number of the next entry.
    pub dseq: u64,
    /// Leaf hash of the last entry.
    pub prev: Hash,
    /// Who works at the device.
    pub operator: Option<OperatorId>,
}

/// A signed entry.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The envelope's bytes.
    pub bytes: Vec<u8>,
    /// What it says.
    pub entry: Entry,
    /// Leaf hash of the bytes.
    pub leaf: Hash,
}

impl Signed {
    /// Id of the entry.
    #[must_use]
    pub fn id(&self) -> EntryId {
        self.entry.head.id
    }

    /// How other entries name it.
    #[must_use]
    pub fn reference(&self) -> EntryRef {
        EntryRef { id: self.id(), hash: self.leaf }
    }
}

impl Writer {
    /// A device with a key and ids that follow from log and name.
    #[must_use]
    pub fn new(log: &PartyId, device: &str) -> Self {
        let seed = format!("{log}/{device}");
        Self {
            log: log.clone(),
            device: device.parse().expect("device ids in tests are names"),
            signer: Signer::from_seed(&Hash::of(seed.as_bytes()).0),
            ids: SeededIds::new(seed),
            epoch: 1,
            dseq: 1,
            prev: Hash::ZERO,
            operator: None,
        }
    }

    /// Its id.
    #[must_use]
    pub fn device(&self) -> &DeviceId {
        &self.device
    }

    /// The party whose log it writes to.
    #[must_use]
    pub fn log(&self) -> &PartyId {
        &self.log
    }

    /// Its public key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.signer.public()
    }

    /// Its signing key.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The entry that makes its key valid.
    #[must_use]
    pub fn enrolment(&self, role: KeyRole, site: &SiteId) -> KeyEnrol {
        KeyEnrol { device: self.device.clone(), key: self.key(), role, site: Some(site.clone()) }
    }

    /// Signs the next entry of the stream.
    pub fn write(&mut self, body: impl Into<Body>, at: &Moment) -> Signed {
        let id = self.ids.entry(at.micros());
        self.write_as(id, body, at)
    }

    /// Signs the next entry of the stream under a given id.
    pub fn write_as(&mut self, id: EntryId, body: impl Into<Body>, at: &Moment) -> Signed {
        let head = Head {
            v: VERSION,
            id,
            log: self.log.clone(),
            device: self.device.clone(),
            epoch: self.epoch,
            dseq: self.dseq,
            prev: self.prev,
            observed_at: at.clone(),
            operator: self.operator.clone(),
            snapshot: None,
            clock: None,
            attest: None,
        };
        let signed = self.sign(Entry { head, body: body.into() });
        self.dseq += 1;
        self.prev = signed.leaf;
        signed
    }

    /// Signs an entry as it is; the stream does not move.
    #[must_use]
    pub fn sign(&self, entry: Entry) -> Signed {
        let payload = entry.to_payload().expect("entries of tests are representable");
        let envelope = Envelope::sign(payload, &self.signer).expect("and of a size that is signed");
        let bytes = envelope.to_bytes();
        Signed { leaf: Hash::leaf(&bytes), bytes, entry }
    }

    /// A fresh id without an entry.
    pub fn draw_id(&mut self, at: &Moment) -> EntryId {
        self.ids.entry(at.micros())
    }
}
