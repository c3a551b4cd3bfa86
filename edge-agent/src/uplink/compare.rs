//! Comparing checkpoints: the agent shows the one that it holds, and judges the one it gets.
//!
//! Best effort, and never in the way: an error here is a line in the log or an alarm for people,
//! and the round goes on. The held checkpoint is sent whatever stands, because the server raises
//! its own alarm from it.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use tl_wire::device::CheckpointRequest;

use super::Uplink;
use crate::api::{ApiError, Server};
use crate::held::{AlarmCode, Contradiction, Held, Judgement, judge};
use crate::outbox::{WriteError, held_rows};

/// How often checkpoints are compared when nothing is uploaded.
const IDLE: Duration = Duration::from_secs(60);
/// Least pause between two comparisons when entries are being stored.
const BUSY: Duration = Duration::from_secs(5);

/// When checkpoints were compared, and whether the log has grown since.
#[derive(Debug, Default)]
pub(super) struct Comparing {
    last: Option<Instant>,
    grew: bool,
    /// The server has no ledger: said once.
    absent: bool,
}

impl Comparing {
    /// Notes that an upload stored something.
    pub(super) fn grew(&mut self) {
        self.grew = true;
    }

    fn is_due(&self, now: Instant) -> bool {
        let pause = if self.grew { BUSY } else { IDLE };
        self.last.is_none_or(|last| now.saturating_duration_since(last) >= pause)
    }
}

impl<S: Server> Uplink<S> {
    /// Compares checkpoints when it is time to.
    pub(super) fn compare(&mut self, now: Instant) {
        if !self.comparing.is_due(now) {
            return;
        }
        self.comparing.last = Some(now);
        self.comparing.grew = false;
        let compared = self.held().and_then(|held| self.exchange(held.as_ref()));
        if let Err(error) = compared {
            tracing::error!(%error, "checkpoints were not compared");
        }
    }

    /// The newest checkpoint that still verifies; an alarm for those that do not.
    fn held(&self) -> Result<Option<Held>, WriteError> {
        for row in self.outbox.read(held_rows)? {
            match row.verified() {
                Ok(held) => return Ok(Some(held)),
                Err(error) => self.raise(Contradiction {
                    code: AlarmCode::Damaged,
                    detail: format!("{} at size {}: {error}", row.origin, row.size),
                    held: Some(row.note),
                    seen: None,
                    answer: None,
                })?,
            }
        }
        Ok(None)
    }

    fn exchange(&mut self, held: Option<&Held>) -> Result<(), WriteError> {
        let request = CheckpointRequest { held: held.map(|held| held.note.clone()) };
        let answer = match self.server.checkpoint(&request) {
            Ok(answer) => answer,
            Err(error) => return self.unanswered(held, &error),
        };
        self.comparing.absent = false;
        let party = &self.outbox.shared().identity.party;
        match judge(party, held, &answer) {
            Judgement::Nothing => tracing::debug!("the server has no checkpoint yet"),
            Judgement::Keep(kept) => {
                let head = kept.held.head;
                tracing::debug!(origin = kept.held.origin(), size = head.size, "checkpoint held");
                // Both or neither: what is followed and why it is an alarm.
                let lost = kept.lost.clone();
                let new = self.outbox.write(move |tx| {
                    tx.hold(&kept)?;
                    kept.lost.as_ref().map_or(Ok(false), |lost| tx.raise(lost))
                })?;
                if let (true, Some(lost)) = (new, &lost) {
                    tell(lost);
                }
            }
            Judgement::Alarm(found) => self.raise(found)?,
        }
        Ok(())
    }

    fn unanswered(&mut self, held: Option<&Held>, error: &ApiError) -> Result<(), WriteError> {
        match (error, held) {
            // A server of an earlier version, or a log that is not opened yet.
            (ApiError::Problem { status: 404, .. }, _) => {
                if !self.comparing.absent {
                    tracing::warn!(%error, "the server offers no checkpoints of its ledger");
                }
                self.comparing.absent = true;
            }
            (ApiError::Problem { status: 400, detail, .. }, Some(held)) => {
                self.raise(Contradiction {
                    code: AlarmCode::NotKnown,
                    detail: detail.clone(),
                    held: Some(held.note.clone()),
                    seen: None,
                    answer: None,
                })?;
            }
            _ => tracing::warn!(%error, "checkpoints were not compared"),
        }
        Ok(())
    }

    fn raise(&self, found: Contradiction) -> Result<(), WriteError> {
        let kept = found.clone();
        if self.outbox.write(move |tx| tx.raise(&kept))? {
            tell(&found);
        }
        Ok(())
    }
}

fn tell(found: &Contradiction) {
    let (code, detail) = (found.code.as_str(), &found.detail);
    tracing::error!(code, detail, "ALARM: the server's ledger contradicts what it signed before");
}
