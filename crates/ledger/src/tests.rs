//! What the tests of several modules share: the shared vectors, keys, a tree kept in memory.

use crate::merkle::Subtree;
use crate::note::{KeyName, SignatureType, VerifierKey};
use crate::{Hash, Signer};

/// A file of the shared vectors, or `None` with a line when that folder is not there.
pub(crate) fn shared(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases/ledger");
    if !std::path::Path::new(folder).is_dir() {
        eprintln!("skipped: shared cases not found");
        return None;
    }
    Some(std::fs::read(format!("{folder}/{name}")).unwrap_or_else(|e| panic!("{name}: {e}")))
}

/// A JSON list of the shared vectors; empty when they are not there.
pub(crate) fn shared_list(name: &str) -> Vec<serde_json::Value> {
    let Some(bytes) = shared(name) else { return Vec::new() };
    let list: Vec<_> = serde_json::from_slice(&bytes).expect("case file");
    assert!(!list.is_empty(), "{name} is empty");
    list
}

/// The example key of the format reference: seed 00..1f.
pub(crate) fn signer() -> Signer {
    Signer::from_seed(&std::array::from_fn(|i| u8::try_from(i).expect("small")))
}

pub(crate) fn name(text: &str) -> KeyName {
    text.parse().expect("a key name")
}

pub(crate) fn log_key(of: &str, signer: &Signer) -> VerifierKey {
    VerifierKey::new(name(of), SignatureType::Ed25519, signer.public())
}

pub(crate) fn witness_key(of: &str, signer: &Signer) -> VerifierKey {
    VerifierKey::new(name(of), SignatureType::Cosignature, signer.public())
}

/// All complete subtrees of a tree, level by level.
pub(crate) struct Stored(pub(crate) Vec<Vec<Hash>>);

impl Stored {
    /// Leaves that differ from each other: leaf i is i as 8 bytes big-endian.
    pub(crate) fn numbered(size: u64) -> Self {
        Self::over((0..size).map(|i| Hash::leaf(&i.to_be_bytes())).collect())
    }

    pub(crate) fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let pairs = last.chunks_exact(2).map(|pair| Hash::node(&pair[0], &pair[1]));
            levels.push(pairs.collect());
        }
        Self(levels)
    }

    pub(crate) fn node(&self, at: Subtree) -> Result<Hash, ()> {
        let level = self.0.get(usize::from(at.level)).ok_or(())?;
        level.get(usize::try_from(at.index).expect("small")).copied().ok_or(())
    }
}
