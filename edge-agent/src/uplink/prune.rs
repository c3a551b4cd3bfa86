//! Pruning from time to time, between uploads: rows in the outbox, then the files they named.

use std::time::{Duration, Instant};

use super::{RoundError, Uplink};
use crate::api::Server;

/// How often old bytes that the ledger covers are pruned.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);

impl<S: Server> Uplink<S> {
    pub(super) fn prune(&mut self) -> Result<(), RoundError> {
        if self.pruned.is_some_and(|at| at.elapsed() < PRUNE_EVERY) {
            return Ok(());
        }
        self.pruned = Some(Instant::now());
        let keep_days = self.keep_days;
        let pruned = self.outbox.write(move |tx| tx.prune(keep_days))?;
        for sha256 in &pruned.blobs {
            if let Err(error) = std::fs::remove_file(self.outbox.shared().home.blob(sha256)) {
                tracing::warn!(%error, sha256, "an uploaded blob was not removed");
            }
        }
        if pruned.entries > 0 {
            tracing::info!(entries = pruned.entries, "old covered bytes pruned");
        }
        Ok(())
    }
}
