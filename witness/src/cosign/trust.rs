//! Whose checkpoints are cosigned: the logs of the policy, and those that may be trusted at first
//! use.
//!
//! A policy's keys always win. A prefix lets logs in whose key nobody has compared: the first
//! request that is validly signed under the key it announces pins this key for good. Whoever comes
//! first is believed, so a prefix belongs only where the network is trusted at that moment.

use tl_ledger::note::{SignatureType, VerifierKey};
use tl_ledger::policy::Policy;

use super::Denial;
use crate::folder::State;
use crate::limits::ANNOUNCED_BYTES_MAX;

/// Which logs are trusted.
#[derive(Debug)]
pub(crate) struct Trust {
    policy: Policy,
    /// Beginnings of origins whose key is pinned at first sight.
    prefixes: Vec<String>,
}

impl Trust {
    /// The logs of a policy, and those whose origin begins with one of `prefixes`.
    pub(crate) fn new(policy: Policy, prefixes: Vec<String>) -> Self {
        Self { policy, prefixes }
    }

    /// Whether the policy has keys of this log.
    pub(crate) fn names(&self, origin: &str) -> bool {
        self.policy.logs().iter().any(|log| log.key.name().as_str() == origin)
    }

    /// How many logs the policy has.
    pub(crate) fn policy_logs(&self) -> usize {
        self.policy.logs().len()
    }

    /// The keys that count for a log; never empty. `last` is what was cosigned for it.
    pub(crate) fn keys(
        &self,
        origin: &str,
        last: Option<&State>,
        announced: Option<&str>,
    ) -> Result<Vec<VerifierKey>, Denial> {
        let logs = self.policy.logs().iter().map(|log| &log.key);
        let keys: Vec<_> = logs.filter(|key| key.name().as_str() == origin).cloned().collect();
        if !keys.is_empty() {
            return Ok(keys);
        }
        let on_trust = self.prefixes.iter().any(|prefix| origin.starts_with(prefix.as_str()));
        match (last, announced) {
            // Pinned once, pinned for good, also when the prefix was taken back.
            (Some(state), _) if on_trust || state.first_use_seconds().is_some() => {
                Ok(vec![state.log().clone()])
            }
            (None, Some(key)) if on_trust => Ok(vec![announced_key(key, origin)?]),
            (None, None) if on_trust => Err(Denial::NoKeyAnnounced(origin.to_owned())),
            _ => Err(Denial::UnknownLog(origin.to_owned())),
        }
    }
}

fn announced_key(text: &str, origin: &str) -> Result<VerifierKey, Denial> {
    if text.len() > ANNOUNCED_BYTES_MAX {
        return Err(Denial::Announced(format!("longer than {ANNOUNCED_BYTES_MAX} bytes")));
    }
    let key: VerifierKey =
        text.parse().map_err(|error| Denial::Announced(format!("no verifier key: {error}")))?;
    if key.kind() != SignatureType::Ed25519 {
        return Err(Denial::Announced("a log's key is of type 0x01".to_owned()));
    }
    if key.name().as_str() != origin {
        let why =
            format!("the key is of log {:?}, the checkpoint of {origin:?}", key.name().as_str());
        return Err(Denial::Announced(why));
    }
    Ok(key)
}
