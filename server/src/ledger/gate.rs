//! The gate: after a start, a tree is signed only when nobody outside has a newer head of it.
//!
//! A machine that was set back to an earlier state (a snapshot of the whole disk, a copy of it
//! started twice) can't know it by itself: its database, keys and memory all agree. Witnesses and
//! agents know. Pure: what was heard comes in, whether to sign goes out.

use std::collections::BTreeSet;

use tl_domain::ids::PartyId;

/// Name of a tree.
pub type TreeName = (PartyId, u64);

/// Who outside can have seen a tree's heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Onlookers {
    /// Witnesses are configured.
    pub witnesses: bool,
    /// The party has devices that are enrolled and not revoked.
    pub devices: bool,
}

/// Whom a tree waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Nobody: it may be signed.
    Nobody,
    /// A witness's answer.
    Witness,
    /// A witness, or an agent's upload.
    WitnessOrAgent,
    /// An agent's upload.
    Agent,
}

/// What was shown of each tree since this start.
#[derive(Debug, Default)]
pub struct Gate {
    shown: BTreeSet<TreeName>,
}

impl Gate {
    /// Somebody outside has shown that there is no newer head.
    pub fn shown(&mut self, tree: TreeName) {
        self.shown.insert(tree);
    }

    /// Whom a tree waits for. A tree that nobody outside can have seen waits for nobody: then a
    /// machine that was set back can't be noticed, and the ledger page says so.
    #[must_use]
    pub fn waits_for(&self, tree: &TreeName, onlookers: Onlookers) -> Waiting {
        if self.shown.contains(tree) {
            return Waiting::Nobody;
        }
        match (onlookers.witnesses, onlookers.devices) {
            (true, true) => Waiting::WitnessOrAgent,
            (true, false) => Waiting::Witness,
            (false, true) => Waiting::Agent,
            (false, false) => Waiting::Nobody,
        }
    }
}

#[cfg(test)]
mod tests;
