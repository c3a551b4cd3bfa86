//! The probation of a new program, seen from inside it: when it may be accepted.
//!
//! Accepted after it was well for a while without a break and, where the program before it reached
//! the server, has reached it too: a program that records but can't send would else stay for good.

use std::time::{Duration, Instant};

use tl_ledger::Hash;

use super::programs::Programs;
use crate::home::Home;

/// How the launcher tells a program which one it is.
pub(super) const PROGRAM_VARIABLE: &str = "TL_EDGE_PROGRAM";
/// How long a new program may take to reach the server before the old one comes back.
const CONTACT_MAX: Duration = Duration::from_secs(24 * 3600);

/// What is known of this run.
#[derive(Debug)]
pub(crate) struct Probation {
    programs: Programs,
    needs_contact: bool,
    well_for: Duration,
    began: Instant,
    well_since: Option<Instant>,
    open: bool,
}

/// What follows from a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing yet.
    Wait,
    /// Accepted just now.
    Accepted,
    /// It failed: this process is to end.
    Failed,
}

impl Probation {
    /// The probation of this process, when it is on one.
    pub(crate) fn of(home: &Home, well_for: Duration) -> Option<Self> {
        let own: Hash = std::env::var(PROGRAM_VARIABLE).ok()?.parse().ok()?;
        let programs = Programs::of(home);
        let trial = programs.journal().ok()?.trial.filter(|it| it.program.sha256 == own)?;
        tracing::info!(version = %trial.program.version, "on probation");
        Some(Self::new(programs, trial.needs_contact, well_for))
    }

    fn new(programs: Programs, needs_contact: bool, well_for: Duration) -> Self {
        let began = Instant::now();
        Self { programs, needs_contact, well_for, began, well_since: None, open: true }
    }

    /// Looks at how the program is.
    pub(crate) fn look(&mut self, well: bool, met: bool, now: Instant) -> Finding {
        if !self.open {
            return Finding::Wait;
        }
        if !well {
            self.well_since = None;
            return Finding::Wait;
        }
        let since = *self.well_since.get_or_insert(now);
        let met = met || !self.needs_contact;
        if met && now.duration_since(since) >= self.well_for {
            return match self.programs.accept() {
                Ok(()) => {
                    self.open = false;
                    tracing::info!("the new program is accepted");
                    Finding::Accepted
                }
                Err(error) => {
                    tracing::error!(error = %format!("{error:#}"), "not accepted");
                    Finding::Wait
                }
            };
        }
        if !met && now.duration_since(self.began) >= CONTACT_MAX {
            tracing::error!("the new program did not reach the server: back to the one before");
            self.open = false;
            if let Err(error) = self.programs.use_up() {
                tracing::error!(error = %format!("{error:#}"), "the journal was not written");
            }
            return Finding::Failed;
        }
        Finding::Wait
    }

    /// The program is asked to end while it is well: that is no failure of it.
    pub(crate) fn asked_to_end(&self) {
        if self.open
            && self.well_since.is_some()
            && let Err(error) = self.programs.return_start()
        {
            tracing::warn!(error = %format!("{error:#}"), "the start was not given back");
        }
    }
}

#[cfg(test)]
mod tests;
