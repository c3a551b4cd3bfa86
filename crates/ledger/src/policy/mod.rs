//! C2SP tlog-policy: a file that says whose checkpoints count.
//!
//! It names logs, witnesses, groups of witnesses and one quorum. A checkpoint counts when one of
//! the logs signed it and enough witnesses cosigned it; a signature of a named key that fails
//! rejects it whatever the others say. URLs are kept for those who fetch, and never used here.

mod parse;

#[cfg(test)]
mod tests;

pub use parse::{PolicyFault, PolicyLineError};

use std::collections::BTreeSet;

use crate::Hash;
use crate::checkpoint::SignedCheckpoint;
use crate::merkle::TreeHead;
use crate::note::{NoteError, SignatureType, Verified, VerifierKey};

/// Largest policy that is read, in bytes.
pub const POLICY_BYTES_MAX: usize = 1_000_000;
/// Most logs, witnesses and groups, each; the format asks for at least 32.
pub const POLICY_ITEMS_MAX: usize = 1_024;
/// The quorum that asks for no witness.
const NONE: &str = "none";

/// A log whose checkpoints count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the origin.
    pub key: VerifierKey,
    /// Where it is served.
    pub url: Option<String>,
}

/// A witness under the name that the policy gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Name within the policy: bytes as they stand there.
    pub name: Vec<u8>,
    /// Its cosignature key.
    pub key: VerifierKey,
    /// Where checkpoints are submitted.
    pub url: Option<String>,
}

/// Witnesses of which some are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGroup {
    /// Name within the policy.
    pub name: Vec<u8>,
    /// How many members must have witnessed, 1 to their number.
    pub threshold: usize,
    /// Witnesses or groups that stand before this one.
    pub members: Vec<Vec<u8>>,
}

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    /// `None`: no witness is asked for.
    quorum: Option<Vec<u8>>,
}

/// Why a policy does not accept a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// None of the policy's logs has this origin.
    #[error("the policy names no log {0:?}")]
    UnknownLog(String),
    /// A signature fails, or none is by a key of the policy.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its own log did not sign.
    #[error("log {0} has not signed this checkpoint")]
    NotSigned(String),
    /// The empty tree has one root only.
    #[error("the root of an empty log is SHA-256 of nothing, not {0}")]
    EmptyRoot(Hash),
    /// Too few witnesses.
    #[error("the quorum {quorum} is not reached; cosigned by: {cosigned}")]
    Quorum {
        /// Name of the quorum.
        quorum: String,
        /// Names of the witnesses that did cosign.
        cosigned: String,
    },
}

impl Policy {
    /// Logs whose checkpoints count.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Witnesses, whether the quorum needs them or not.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Groups in the order of the file.
    #[must_use]
    pub fn groups(&self) -> &[PolicyGroup] {
        &self.groups
    }

    /// Name of the quorum; `None` when no witness is asked for.
    #[must_use]
    pub fn quorum(&self) -> Option<&[u8]> {
        self.quorum.as_deref()
    }

    /// Judges a checkpoint; gives every signature of the policy's keys on it.
    ///
    /// # Errors
    /// Which log or how many witnesses are missing, or which signature fails.
    pub fn accept<'p>(
        &'p self,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Vec<Verified<'p>>, PolicyError> {
        let origin = checkpoint.checkpoint().origin();
        let known = |log: &&PolicyLog| log.key.name().as_str() == origin;
        if !self.logs.iter().any(|log| known(&log)) {
            return Err(PolicyError::UnknownLog(origin.to_owned()));
        }
        let logs = self.logs.iter().filter(known).map(|log| &log.key);
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        let verified = checkpoint.note().verify(logs.chain(witnesses))?;
        if !verified.iter().any(|held| held.key.kind() == SignatureType::Ed25519) {
            return Err(PolicyError::NotSigned(origin.to_owned()));
        }
        let head = checkpoint.head();
        if head.size == 0 && head != TreeHead::empty() {
            return Err(PolicyError::EmptyRoot(head.root));
        }
        let cosigned: BTreeSet<&[u8]> = self
            .witnesses
            .iter()
            .filter(|witness| verified.iter().any(|held| *held.key == witness.key))
            .map(|witness| witness.name.as_slice())
            .collect();
        match &self.quorum {
            Some(quorum) if !self.witnessed(cosigned.clone()).contains(quorum.as_slice()) => {
                let names: Vec<_> = cosigned.iter().map(|name| shown(name)).collect();
                Err(PolicyError::Quorum { quorum: shown(quorum), cosigned: names.join(", ") })
            }
            _ => Ok(verified),
        }
    }

    /// A policy file that says the same; names keep their bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |words: &[&[u8]], url: Option<&str>| {
            out.extend(words.join(&b' '));
            out.extend(url.map(|url| format!(" {url}")).unwrap_or_default().bytes());
            out.push(b'\n');
        };
        for log in &self.logs {
            line(&[b"log", log.key.to_string().as_bytes()], log.url.as_deref());
        }
        for witness in &self.witnesses {
            let key = witness.key.to_string();
            line(&[b"witness", &witness.name, key.as_bytes()], witness.url.as_deref());
        }
        for group in &self.groups {
            let threshold = group.threshold.to_string();
            let mut words = vec![&b"group"[..], group.name.as_slice(), threshold.as_bytes()];
            words.extend(group.members.iter().map(Vec::as_slice));
            line(&words, None);
        }
        line(&[b"quorum", self.quorum().unwrap_or(NONE.as_bytes())], None);
        out
    }

    /// Names that have witnessed: the witnesses given and every group they fill. Members stand
    /// before their group, so one pass is enough.
    fn witnessed<'p>(&'p self, mut names: BTreeSet<&'p [u8]>) -> BTreeSet<&'p [u8]> {
        for group in &self.groups {
            let present = group.members.iter().filter(|name| names.contains(name.as_slice()));
            if present.count() >= group.threshold {
                names.insert(&group.name);
            }
        }
        names
    }
}

/// A name for people; bytes that are no UTF-8 are replaced.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
