//! The history as a list of what happened, before anything is signed.
//!
//! Pure: the same seed and start date give the same list. Entries name each other by id; their leaf
//! hashes are known only when the earlier one is signed, so `reference` leaves them open and
//! `fill_reference` puts them in.

use std::collections::HashSet;

use tl_domain::code::{Code, VALUES};
use tl_domain::event::{Body, EntryRef};
use tl_domain::ids::{DeviceId, EntryId, OperatorId, PartyId};
use tl_domain::time::{Micros, Moment};
use tl_ledger::Hash;

use super::rng::Rng;
use crate::clock::CHINA_OFFSET_SECONDS;

/// How long after it happened an entry is received.
const DELAY_MICROS: Micros = 40 * 1_000_000;

/// Somebody at a page, or at a device of the plant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Desk {
    /// Whose log.
    pub(super) party: PartyId,
    /// Who.
    pub(super) operator: Option<OperatorId>,
    /// Device that signs; the installation when absent.
    pub(super) device: Option<DeviceId>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// Where it was recorded.
    pub(super) desk: Desk,
    /// Id of its entry.
    pub(super) id: EntryId,
    /// What.
    pub(super) body: Body,
    /// When it happened.
    pub(super) observed: Micros,
    /// When the server got it.
    pub(super) received: Micros,
}

/// What has happened so far.
#[derive(Debug)]
pub(super) struct Script {
    /// Events in no particular order until `finish`.
    pub(super) events: Vec<Event>,
    /// Random numbers of the whole history.
    pub(super) rng: Rng,
    codes: HashSet<u64>,
}

impl Script {
    /// An empty history.
    pub(super) fn new(seed: u64) -> Self {
        Self { events: Vec::new(), rng: Rng::new(seed), codes: HashSet::new() }
    }

    /// Records something; gives the id of its entry.
    pub(super) fn write(&mut self, desk: &Desk, at: Micros, body: impl Into<Body>) -> EntryId {
        let id = self.id(at);
        let (desk, body) = (desk.clone(), body.into());
        self.events.push(Event { desk, id, body, observed: at, received: at + DELAY_MICROS });
        id
    }

    /// An id drawn at a moment.
    pub(super) fn id(&mut self, at: Micros) -> EntryId {
        let millis = u64::try_from(at / 1000).expect("the history lies after 1970");
        let random = self.rng.ten_bytes();
        EntryId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A label code that nobody has yet.
    pub(super) fn code(&mut self) -> Code {
        loop {
            let value = self.rng.below(VALUES);
            if let Some(code) = Code::issue(value).filter(|_| self.codes.insert(value)) {
                return code;
            }
        }
    }

    /// Brings the events into the order of reception and drops what has not happened yet.
    pub(super) fn finish(mut self, now: Micros) -> Vec<Event> {
        self.events.retain(|event| event.received < now);
        self.events.sort_by_key(|event| event.received);
        self.events
    }
}

/// A moment in China.
pub(super) fn moment(at: Micros) -> Moment {
    Moment::from_micros(at, CHINA_OFFSET_SECONDS).expect("the history lies in our years")
}

/// A reference whose hash is filled in when the entry is signed.
pub(super) fn reference(id: EntryId) -> EntryRef {
    EntryRef { hash: Hash::ZERO, id }
}

/// The reference that a body holds, to fill in its hash.
pub(super) fn reference_of(body: &mut Body) -> Option<&mut EntryRef> {
    match body {
        Body::BatchRegister(b) => b.dispatch.as_mut(),
        Body::HandoverReceive(b) => b.dispatch.as_mut(),
        Body::AssayReview(b) => Some(&mut b.target),
        Body::Supersede(b) => Some(&mut b.target),
        _ => None,
    }
}
