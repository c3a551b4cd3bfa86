//! What the agent knows of its site: the newest signed snapshot, indexed for captures.
//!
//! A snapshot is taken only when its signature is the installation's, it is meant for this device
//! and its version grows; it never touches the outbox's entries. Before the first one there are no
//! masters and nobody can sign in, but ports already record.

use std::sync::{Arc, PoisonError, RwLock};

use tl_domain::code::Code;
use tl_domain::event::{
    Master, MaterialRecord, MeterRecord, MethodRecord, NodeRecord, PlaceRecord, SiteRecord,
    StreamRecord,
};
use tl_ledger::{Envelope, SNAPSHOT_TYPE};
use tl_wire::snapshot::{KnownBatch, KnownSample, Snapshot, SnapshotUser};

use crate::home::Identity;
use crate::outbox::{Mark, Outbox, StoredSnapshot, WriteError, stored_snapshot};

/// The version of the snapshot format that this program reads.
const SNAPSHOT_FORMAT: u32 = 1;

/// Why a snapshot is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    /// Form or signature.
    #[error("the snapshot is not signed by the installation: {0}")]
    Envelope(#[from] tl_ledger::EnvelopeError),
    /// Its members.
    #[error("the snapshot cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// Another format.
    #[error("snapshot format {0} is not known; upgrade this program")]
    Format(u32),
    /// Not for us.
    #[error("the snapshot is for device {0}")]
    Device(String),
    /// Older than what is there.
    #[error("snapshot version {read} is not newer than {have}")]
    Stale {
        /// Version read.
        read: u64,
        /// Version in use.
        have: u64,
    },
    /// The outbox.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The site as captures see it.
#[derive(Debug, Default)]
pub(crate) struct Site {
    /// The snapshot, once there is one.
    pub(crate) snapshot: Option<Snapshot>,
    /// Own entries up to here are already in its figures.
    pub(crate) covers: Option<Mark>,
    /// When it came, microseconds since 1970.
    pub(crate) received_micros: i64,
}

impl Site {
    /// Version of the masters; 0 for none.
    pub(crate) fn version(&self) -> u64 {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.version)
    }

    fn masters(&self) -> impl Iterator<Item = &Master> {
        self.snapshot.iter().flat_map(|snapshot| &snapshot.masters)
    }

    /// The site's own record.
    pub(crate) fn record(&self) -> Option<&SiteRecord> {
        self.masters().find_map(|master| match master {
            Master::Site(record) => Some(record),
            _ => None,
        })
    }

    /// Materials in the order of the snapshot.
    pub(crate) fn materials(&self) -> impl Iterator<Item = &MaterialRecord> {
        self.masters().filter_map(|master| match master {
            Master::Material(record) => Some(record),
            _ => None,
        })
    }

    /// A material by its id.
    pub(crate) fn material(&self, id: &str) -> Option<&MaterialRecord> {
        self.materials().find(|record| record.id.as_str() == id)
    }

    /// A method by its id.
    pub(crate) fn method(&self, id: &str) -> Option<&MethodRecord> {
        self.masters().find_map(|master| match master {
            Master::Method(record) if record.id.as_str() == id => Some(record),
            _ => None,
        })
    }

    /// Nodes in the order of the snapshot.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &NodeRecord> {
        self.masters().filter_map(|master| match master {
            Master::Node(record) => Some(record),
            _ => None,
        })
    }

    /// Places in the order of the snapshot.
    pub(crate) fn places(&self) -> impl Iterator<Item = &PlaceRecord> {
        self.masters().filter_map(|master| match master {
            Master::Place(record) => Some(record),
            _ => None,
        })
    }

    /// A place by its id.
    pub(crate) fn place(&self, id: &str) -> Option<&PlaceRecord> {
        self.places().find(|record| record.id.as_str() == id)
    }

    /// A place by the code on its plate.
    pub(crate) fn place_of_code(&self, code: &Code) -> Option<&PlaceRecord> {
        self.places().find(|record| record.code.as_ref() == Some(code))
    }

    /// Streams in the order of the snapshot.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &StreamRecord> {
        self.masters().filter_map(|master| match master {
            Master::Stream(record) => Some(record),
            _ => None,
        })
    }

    /// Meters in the order of the snapshot.
    pub(crate) fn meters(&self) -> impl Iterator<Item = &MeterRecord> {
        self.masters().filter_map(|master| match master {
            Master::Meter(record) => Some(record),
            _ => None,
        })
    }

    /// The name of a person, else the id.
    pub(crate) fn person(&self, operator: &str) -> String {
        let user = self.users().iter().find(|user| user.operator.as_str() == operator);
        user.map_or_else(|| operator.to_owned(), |user| user.name.clone())
    }

    /// A batch that the server knows, by id.
    pub(crate) fn batch(&self, id: &str) -> Option<&KnownBatch> {
        let batches = self.snapshot.iter().flat_map(|snapshot| &snapshot.batches);
        batches.into_iter().find(|batch| batch.id.to_string() == id)
    }

    /// A batch that the server knows, by code.
    pub(crate) fn batch_of_code(&self, code: &str) -> Option<&KnownBatch> {
        let batches = self.snapshot.iter().flat_map(|snapshot| &snapshot.batches);
        batches
            .into_iter()
            .find(|batch| batch.code.as_ref().is_some_and(|known| known.as_str() == code))
    }

    /// A sample that the server knows, by id.
    pub(crate) fn sample(&self, id: &str) -> Option<&KnownSample> {
        self.samples().iter().find(|sample| sample.id.to_string() == id)
    }

    /// A sample that the server knows, by the code of its pot.
    pub(crate) fn sample_of_code(&self, code: &str) -> Option<&KnownSample> {
        let of_code = |sample: &&KnownSample| {
            sample.code.as_ref().is_some_and(|known| known.as_str() == code)
        };
        self.samples().iter().find(of_code)
    }

    /// The newest sample that the server knows under a laboratory's name.
    pub(crate) fn sample_of_lab_name(&self, name: &str) -> Option<&KnownSample> {
        self.samples().iter().find(|sample| sample.lab_name.as_deref() == Some(name))
    }

    fn samples(&self) -> &[KnownSample] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.samples)
    }

    /// People who may sign in.
    pub(crate) fn users(&self) -> &[SnapshotUser] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.users)
    }
}

/// The site in use, shared by ports, page and uplink.
#[derive(Clone, Default)]
pub(crate) struct SharedSite(Arc<RwLock<Arc<Site>>>);

impl SharedSite {
    /// The site as it is now.
    pub(crate) fn now(&self) -> Arc<Site> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, site: Site, outbox: &Outbox) {
        outbox.set_snapshot_version(site.version());
        if let Some(record) = site.record() {
            outbox.shared().clock.set_offset(record.offset_minutes);
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    /// Takes over the snapshot that was stored before.
    ///
    /// # Errors
    /// The outbox can't be read; a damaged snapshot is only logged, the next one replaces it.
    pub(crate) fn load(&self, outbox: &Outbox) -> Result<(), WriteError> {
        let Some(stored) = outbox.read(stored_snapshot)? else {
            return Ok(());
        };
        match verify(&stored.envelope, &outbox.shared().identity) {
            Ok(read) => {
                let (covers, received_micros) = (Some(stored.covers), stored.received_micros);
                self.set(Site { snapshot: Some(read), covers, received_micros }, outbox);
            }
            Err(error) => tracing::error!(%error, "the stored snapshot cannot be used"),
        }
        Ok(())
    }

    /// Verifies, stores and uses a snapshot; `covers` is how far the server was when it was asked.
    ///
    /// # Errors
    /// `SnapshotError`; the one in use stays.
    pub(crate) fn take(
        &self,
        bytes: Vec<u8>,
        covers: Mark,
        outbox: &Outbox,
    ) -> Result<u64, SnapshotError> {
        let read = verify(&bytes, &outbox.shared().identity)?;
        let (version, have) = (read.version, self.now().version());
        if version <= have {
            return Err(SnapshotError::Stale { read: version, have });
        }
        let received_micros = outbox.shared().clock.wall();
        let stored = StoredSnapshot { envelope: bytes, covers, received_micros };
        outbox.write(move |tx| tx.store_snapshot(version, &stored))?;
        self.set(Site { snapshot: Some(read), covers: Some(covers), received_micros }, outbox);
        Ok(version)
    }
}

fn verify(bytes: &[u8], identity: &Identity) -> Result<Snapshot, SnapshotError> {
    let envelope = Envelope::parse_as(SNAPSHOT_TYPE, bytes)?;
    envelope.verify(&identity.snapshot_key)?;
    let read: Snapshot = serde_json::from_slice(&envelope.payload)?;
    if read.v != SNAPSHOT_FORMAT {
        return Err(SnapshotError::Format(read.v));
    }
    if read.device != identity.device || read.party != identity.party {
        return Err(SnapshotError::Device(format!("{}/{}", read.party, read.device)));
    }
    Ok(read)
}
