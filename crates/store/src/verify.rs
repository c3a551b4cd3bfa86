//! From bytes to a verified entry: form, log, device, role and signature.
//!
//! Pure work on one processor core; callers run it in parallel before they hand the entries to the
//! one writer. What only the stream's history can tell (numbers, chain, forks) is the writer's.

use std::collections::HashMap;

use serde::Deserialize;
use tl_domain::event::{Body, Entry, EntryError, KeyRole};
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_ledger::canonical::INTEGER_MAX;
use tl_ledger::{Envelope, EnvelopeError, Hash, PublicKey};
use tl_wire::problem::ErrorCode;

/// A key of a log as `verify` uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrolledKey {
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub role: KeyRole,
    /// Site where its device stands.
    pub site: Option<SiteId>,
    /// Index of the entry that revoked it.
    pub revoked_at: Option<u64>,
}

/// The keys of one log, by device.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyBook {
    devices: HashMap<DeviceId, Vec<EnrolledKey>>,
}

/// An entry whose form and signature are good.
#[derive(Debug, Clone)]
pub struct Verified {
    pub(crate) entry: Entry,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaf: Hash,
    pub(crate) key: PublicKey,
    pub(crate) role: KeyRole,
}

/// A number in a device's stream as refused bytes claim it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Life of the device.
    pub epoch: u64,
    /// Number in that epoch.
    pub dseq: u64,
    /// The claim is covered by a good signature of the device.
    pub signed: bool,
}

/// Bytes that can't be a fact, with what is needed to keep them as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable code.
    pub code: ErrorCode,
    /// What was read, where and why.
    pub detail: String,
    /// Log whose device sent them.
    pub log: PartyId,
    /// Device that sent them.
    pub device: DeviceId,
    /// The number that the bytes claim in that device's stream, when they could be read.
    pub position: Option<Position>,
    /// The bytes as received.
    pub bytes: Vec<u8>,
}

impl KeyBook {
    /// A book of keys.
    pub fn new(keys: impl IntoIterator<Item = (DeviceId, EnrolledKey)>) -> Self {
        let mut devices: HashMap<DeviceId, Vec<EnrolledKey>> = HashMap::new();
        for (device, key) in keys {
            devices.entry(device).or_default().push(key);
        }
        Self { devices }
    }

    /// Keys that a device ever had, in no particular order.
    #[must_use]
    pub fn keys(&self, device: &DeviceId) -> &[EnrolledKey] {
        self.devices.get(device).map_or(&[], Vec::as_slice)
    }
}

impl Verified {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Leaf hash of the bytes.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
}

/// Checks the bytes of one entry that a device sent for a log.
///
/// # Errors
/// `Refused` with the code and what was read; hand it to `append` so that it is kept as evidence.
pub fn verify(
    bytes: &[u8],
    keys: &KeyBook,
    log: &PartyId,
    device: &DeviceId,
) -> Result<Verified, Box<Refused>> {
    let sender = Sender { bytes, log, device };
    let envelope = Envelope::parse(bytes).map_err(|e| {
        let large = matches!(e, EnvelopeError::TooLarge(_) | EnvelopeError::PayloadTooLarge(_));
        let code = if large { ErrorCode::TooLarge } else { ErrorCode::EnvelopeForm };
        sender.refuse(code, e.to_string(), None)
    })?;
    let claimed = Claimed::read(&envelope.payload, &sender);
    let key = signing_key(&envelope, keys, device)
        .map_err(|(code, detail)| sender.refuse(code, detail, claimed.unsigned()))?;
    let entry = Entry::read(&envelope.payload).map_err(|e| {
        let code = match e {
            EntryError::UnknownUnit { .. } => ErrorCode::UnknownUnit,
            EntryError::Head(_) | EntryError::Body { .. } => ErrorCode::EntryForm,
        };
        sender.refuse(code, e.to_string(), claimed.signed())
    })?;
    if entry.head.log != *log || entry.head.device != *device {
        let detail = format!(
            "the entry is of device {} for the log of {}; device {device} writes to that of {log}",
            entry.head.device, entry.head.log
        );
        return Err(sender.refuse(ErrorCode::WrongLog, detail, None));
    }
    if !role_signs(key.role, entry.body.kind()) {
        let detail = format!("a key with role {:?} may not sign {}", key.role, entry.body.kind());
        return Err(sender.refuse(ErrorCode::KindNotAllowed, detail, claimed.signed()));
    }
    let leaf = Hash::leaf(bytes);
    Ok(Verified { entry, bytes: bytes.to_vec(), leaf, key: key.key.clone(), role: key.role })
}

/// Who sent which bytes.
struct Sender<'a> {
    bytes: &'a [u8],
    log: &'a PartyId,
    device: &'a DeviceId,
}

impl Sender<'_> {
    fn refuse(&self, code: ErrorCode, detail: String, position: Option<Position>) -> Box<Refused> {
        Box::new(Refused {
            code,
            detail,
            log: self.log.clone(),
            device: self.device.clone(),
            position,
            bytes: self.bytes.to_vec(),
        })
    }
}

/// Position that a payload claims in the sender's stream, read without regard to the rest.
struct Claimed(Option<(u64, u64)>);

#[derive(Deserialize)]
struct ClaimedFields {
    log: String,
    device: String,
    epoch: u64,
    dseq: u64,
}

impl Claimed {
    fn read(payload: &[u8], sender: &Sender<'_>) -> Self {
        let fields = serde_json::from_slice::<ClaimedFields>(payload).ok().filter(|fields| {
            fields.log == sender.log.as_str() && fields.device == sender.device.as_str()
        });
        let plausible = |n: &u64| (1..=INTEGER_MAX).contains(n);
        Self(
            fields
                .map(|fields| (fields.epoch, fields.dseq))
                .filter(|(epoch, dseq)| plausible(epoch) && plausible(dseq)),
        )
    }

    fn signed(&self) -> Option<Position> {
        self.0.map(|(epoch, dseq)| Position { epoch, dseq, signed: true })
    }

    fn unsigned(&self) -> Option<Position> {
        self.0.map(|(epoch, dseq)| Position { epoch, dseq, signed: false })
    }
}

/// The device's key that signed, revoked or not: what a revoked key signed is stored as suspect.
fn signing_key<'a>(
    envelope: &Envelope,
    keys: &'a KeyBook,
    device: &DeviceId,
) -> Result<&'a EnrolledKey, (ErrorCode, String)> {
    let named = |key: &&EnrolledKey| {
        let id = key.key.id().to_string();
        envelope.signatures.iter().any(|line| line.keyid == id)
    };
    let Some(key) = keys.keys(device).iter().find(named) else {
        let hint = envelope.signatures.first().map_or("none", |line| &line.keyid);
        let detail = format!("key {hint:.40} is not enrolled for device {device}");
        return Err((ErrorCode::UnknownKey, detail));
    };
    envelope.verify(&key.key).map_err(|e| (ErrorCode::BadSignature, e.to_string()))?;
    Ok(key)
}

/// Kinds that every device may sign. What a `supersede` may correct is judged where its target is
/// known.
const EVERY_DEVICE: &[&str] =
    &["device.commission", "epoch.open", "evidence.add", "label.print", "supersede"];
/// Kinds of the gate and the shop floor.
const GATE: &[&str] = &[
    "batch.register",
    "batch.weigh",
    "batch.move",
    "batch.split",
    "batch.blend",
    "batch.void",
    "store.put",
    "store.draw",
    "flow.report",
    "run.start",
    "run.close",
    "sample.take",
    "handover.dispatch",
    "handover.receive",
    "waste.store",
    "waste.dispose",
    "stock.take",
    "shift.handover",
];
/// Kinds of the laboratory.
const LAB: &[&str] =
    &["sample.take", "sample.submit", "assay.report", "assay.review", "shift.handover"];
/// Kinds of the water station.
const WATER: &[&str] = &["monitor.reading", "flow.report", "sample.take"];
/// Kinds by which an installation alone speaks, also in versions that this program does not know.
const INSTALLATION_ONLY: &[&str] = &["log.", "key.", "master.", "period."];

/// Whether a key with this role may sign this kind; unknown kinds may come from every device.
pub(crate) fn role_signs(role: KeyRole, kind: &str) -> bool {
    let lists: &[&[&str]] = match role {
        KeyRole::Server => return true,
        KeyRole::Gate => &[EVERY_DEVICE, GATE],
        KeyRole::Lab => &[EVERY_DEVICE, LAB],
        KeyRole::Plant => &[EVERY_DEVICE, GATE, LAB],
        KeyRole::Water => &[EVERY_DEVICE, WATER],
    };
    let known = Body::KINDS.contains(&kind);
    let reserved = INSTALLATION_ONLY.iter().any(|prefix| kind.starts_with(prefix));
    if known { lists.iter().any(|list| list.contains(&kind)) } else { !reserved }
}

#[cfg(test)]
mod tests;
