//! A log that can grow, and lie: two branches of numbered entries with a common beginning.

use tl_ledger::merkle::{self, root_of_range};
use tl_ledger::note::{SignatureType, VerifierKey};
use tl_ledger::witness::AddCheckpoint;
use tl_ledger::{Checkpoint, Hash, KeyName, Signer, TreeHead};

/// Entries that both branches share.
pub(crate) const FORK: u64 = 8;

/// A log with its key; `branches[b]` are the leaf hashes of branch `b`.
pub(crate) struct Log {
    name: KeyName,
    signer: Signer,
    branches: [Vec<Hash>; 2],
}

impl Log {
    /// A log whose branches have `size` entries each.
    pub(crate) fn new(origin: &str, size: u64) -> Self {
        let branch = |branch: u64| {
            let text = |at| format!("{origin} {at} {}", if at < FORK { 0 } else { branch });
            (0..size).map(|at| Hash::leaf(text(at).as_bytes())).collect()
        };
        let seed = Hash::of(origin.as_bytes()).0;
        Self {
            name: origin.parse().unwrap(),
            signer: Signer::from_seed(&seed),
            branches: [branch(0), branch(1)],
        }
    }

    pub(crate) fn origin(&self) -> &str {
        self.name.as_str()
    }

    pub(crate) fn key(&self) -> VerifierKey {
        VerifierKey::new(self.name.clone(), SignatureType::Ed25519, self.signer.public())
    }

    pub(crate) fn head(&self, branch: usize, size: u64) -> TreeHead {
        let leaves = &self.branches[branch][..usize::try_from(size).unwrap()];
        TreeHead { size, root: merkle::root(leaves) }
    }

    /// The request that shows how a branch grew.
    pub(crate) fn request(&self, branch: usize, old: u64, new: u64) -> AddCheckpoint {
        let leaves = &self.branches[branch];
        let plan = merkle::consistency_plan(old, new).unwrap_or_default();
        let hashes = plan.into_iter().map(|range| {
            root_of_range(range, |tree| {
                let start = usize::try_from(tree.index << tree.level).unwrap();
                Ok::<_, ()>(merkle::root(&leaves[start..start + (1 << tree.level)]))
            })
            .unwrap()
        });
        let checkpoint = Checkpoint::new(&self.name, self.head(branch, new));
        let checkpoint = checkpoint.sign(&self.name, &self.signer).unwrap();
        AddCheckpoint { old_size: old, hashes: hashes.collect(), checkpoint }
    }

    /// The branches that a head belongs to.
    pub(crate) fn branches_of(&self, head: TreeHead) -> Vec<usize> {
        (0..2).filter(|branch| self.head(*branch, head.size) == head).collect()
    }
}
