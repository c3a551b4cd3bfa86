//! The ledger's public face: who signs heads of trees, when, and what outsiders are shown.
//!
//! ```text
//! each second   store.tick ─► gate: may this tree be signed? ─► signer (key file) ─► commit
//!                                   ▲                                  │
//! agents' held heads ─► held ───────┘        witnesses ◄── witness ◄───┘
//! ```
//!
//! Invariant: nothing is signed for a tree before its log was audited since the start, and before
//! somebody outside this machine has shown that no newer head of it exists, where there is such a
//! somebody. What is signed is served as
//! tlog-tiles, with its proofs (`proof`). The rows and their hashing are the store's business.

pub mod gate;
pub mod heads;
pub mod held;
pub mod job;
pub mod opening;
pub mod proof;
pub mod signer;
pub mod witness;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tl_domain::event::PartyHead;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_store::Tree;

pub use gate::{Gate, Onlookers, Waiting};
pub use signer::{FileSigner, TreeSigner};
pub use witness::Witness;

/// What the ledger keeps in memory.
pub struct Ledger {
    /// Signs heads.
    pub signer: Box<dyn TreeSigner>,
    /// What was shown of each tree since this start.
    pub gate: Mutex<Gate>,
    /// Other parties' programs that cosign heads.
    pub witnesses: Vec<Witness>,
    /// Logs whose stored entries, tiles and checkpoints were compared since this start, and when.
    pub audited: Mutex<BTreeMap<PartyId, Micros>>,
    /// What each city bureau's log says last of its area.
    pub summaries: Mutex<BTreeMap<PartyId, Vec<PartyHead>>>,
}

impl Ledger {
    /// A ledger that signs with `signer`.
    #[must_use]
    pub fn new(signer: Box<dyn TreeSigner>, witnesses: Vec<Witness>) -> Self {
        Self {
            signer,
            gate: Mutex::default(),
            witnesses,
            audited: Mutex::default(),
            summaries: Mutex::default(),
        }
    }

    /// When a log was last audited since this start.
    #[must_use]
    pub fn audited_at(&self, party: &PartyId) -> Option<Micros> {
        self.audited.lock().unwrap_or_else(PoisonError::into_inner).get(party).copied()
    }

    /// An audit of a log is done: what it has found stands as an alarm.
    pub fn audit_done(&self, party: &PartyId, at: Micros) {
        let mut audited = self.audited.lock().unwrap_or_else(PoisonError::into_inner);
        audited.insert(party.clone(), at);
    }

    /// Somebody outside has shown that there is no newer head of a tree.
    pub fn shown(&self, party: &PartyId, number: u64) {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.shown((party.clone(), number));
    }

    /// Whom a tree waits for before it is signed.
    #[must_use]
    pub fn waits_for(&self, tree: &Tree, devices: bool) -> Waiting {
        let onlookers = Onlookers { witnesses: !self.witnesses.is_empty(), devices };
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.waits_for(&(tree.party.clone(), tree.number), onlookers)
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("witnesses", &self.witnesses).finish_non_exhaustive()
    }
}
