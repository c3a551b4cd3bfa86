//! When a weight may be captured: N equal frames in a row, no motion, not negative, still live.
//!
//! A check sum does not see swapped digits, so one frame is never enough. A refused frame, a
//! pause or another value starts the count again. Time comes in as an argument (µs, any fixed
//! origin, monotonic); the caller asks `state(now)` and captures only what `capture` returns.
//! Whether a captured weight makes sense for a truck is not decided here.

use serde::{Deserialize, Serialize};

use crate::decoder::Output;
use crate::reading::{Reading, Reason, Weight};

/// When a weight counts as stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StabilityRule {
    /// Equal frames in a row, at least 1.
    #[serde(default = "default_stable_frames")]
    pub stable_frames: u32,
    /// Longest pause between frames, in µs; longer means that there is no signal.
    #[serde(default = "default_silence_max_us")]
    pub silence_max_us: i64,
}

fn default_stable_frames() -> u32 {
    5
}

fn default_silence_max_us() -> i64 {
    2_000_000
}

impl Default for StabilityRule {
    fn default() -> Self {
        Self { stable_frames: default_stable_frames(), silence_max_us: default_silence_max_us() }
    }
}

/// What an operator may be shown now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ScaleState {
    /// Nothing readable arrives.
    NoSignal {
        /// The time of the last good frame, if there ever was one.
        since_us: Option<i64>,
    },
    /// Weights arrive, but not enough equal ones in a row.
    Moving {
        /// The last weight.
        weight: Weight,
        /// Equal frames so far.
        frames: u32,
    },
    /// The same weight for long enough; zero and negative weights can be stable too.
    Stable {
        /// The weight.
        weight: Weight,
        /// When its run of equal frames began.
        since_us: i64,
        /// The number of this stable phase; capturing twice in one phase is the same weight.
        phase: u64,
    },
    /// The device reports more than its range.
    Overload,
    /// The device reports less than its range.
    Underload,
}

/// Why a weight cannot be captured now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureRefusal {
    /// No frames arrive.
    #[error("the scale sends nothing readable; check cable and power")]
    NoSignal,
    /// The load moves.
    #[error("the weight is not stable: {frames} of {wanted} equal readings; wait")]
    Moving {
        /// Equal frames so far.
        frames: u32,
        /// Frames wanted.
        wanted: u32,
    },
    /// Out of range.
    #[error("the scale is out of its range; take load off or zero it")]
    OutOfRange,
    /// Below zero.
    #[error("the weight {0} is negative; zero the empty scale")]
    Negative(String),
    /// Nothing on the scale.
    #[error("the scale shows zero; nothing to capture")]
    Zero,
}

/// A weight that was stable when it was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapturedWeight {
    /// The weight.
    pub weight: Weight,
    /// The raw bytes of the last frame of the run.
    pub raw: Vec<u8>,
    /// When the run of equal frames began, in µs.
    pub since_us: i64,
    /// The last frame of the run, in µs.
    pub last_us: i64,
    /// Equal frames seen.
    pub frames: u32,
    /// The number of the stable phase.
    pub phase: u64,
}

/// Follows one scale.
#[derive(Debug)]
pub struct StabilityWatch {
    rule: StabilityRule,
    run: Option<CapturedWeight>,
    out_of_range: Option<Reason>,
    last_frame_us: Option<i64>,
    phases: u64,
}

impl StabilityWatch {
    /// A watch that has seen nothing; a rule of 0 frames counts as 1.
    pub fn new(rule: StabilityRule) -> Self {
        let rule = StabilityRule { stable_frames: rule.stable_frames.max(1), ..rule };
        Self { rule, run: None, out_of_range: None, last_frame_us: None, phases: 0 }
    }

    /// Takes one output of the scale's decoder; returns the weight that became stable by it.
    pub fn observe(&mut self, output: &Output, now_us: i64) -> Option<CapturedWeight> {
        match output {
            Output::Accepted(accepted) => {
                let Reading::Weight(weight) = &accepted.reading else { return None };
                self.weigh(weight, &accepted.raw, now_us)
            }
            Output::Rejected(rejection) => {
                self.run = None;
                if matches!(rejection.reason, Reason::OverRange | Reason::UnderRange) {
                    self.out_of_range = Some(rejection.reason);
                    self.last_frame_us = Some(now_us);
                }
                None
            }
            Output::Skipped(_) => None,
        }
    }

    /// Forgets what was seen: the next weight has to stand anew.
    pub fn forget(&mut self) {
        self.run = None;
        self.out_of_range = None;
        self.last_frame_us = None;
    }

    /// What may be shown at `now_us`.
    pub fn state(&self, now_us: i64) -> ScaleState {
        let quiet = |last: i64| now_us.saturating_sub(last) > self.rule.silence_max_us;
        if self.last_frame_us.is_none_or(quiet) {
            return ScaleState::NoSignal { since_us: self.last_frame_us };
        }
        match (self.out_of_range, &self.run) {
            (Some(Reason::OverRange), _) => ScaleState::Overload,
            (Some(_), _) => ScaleState::Underload,
            (None, Some(run)) if run.frames >= self.rule.stable_frames => ScaleState::Stable {
                weight: run.weight.clone(),
                since_us: run.since_us,
                phase: run.phase,
            },
            (None, Some(run)) => {
                ScaleState::Moving { weight: run.weight.clone(), frames: run.frames }
            }
            (None, None) => ScaleState::NoSignal { since_us: self.last_frame_us },
        }
    }

    /// The weight to record at `now_us`, or why there is none.
    pub fn capture(&self, now_us: i64) -> Result<CapturedWeight, CaptureRefusal> {
        let wanted = self.rule.stable_frames;
        match self.state(now_us) {
            ScaleState::NoSignal { .. } => Err(CaptureRefusal::NoSignal),
            ScaleState::Overload | ScaleState::Underload => Err(CaptureRefusal::OutOfRange),
            ScaleState::Moving { frames, .. } => Err(CaptureRefusal::Moving { frames, wanted }),
            ScaleState::Stable { weight, .. } if weight.value.is_negative() => {
                Err(CaptureRefusal::Negative(weight.value.to_string()))
            }
            ScaleState::Stable { weight, .. } if weight.value.is_zero() => {
                Err(CaptureRefusal::Zero)
            }
            ScaleState::Stable { .. } => {
                Ok(self.run.clone().expect("a stable state has a run of equal frames"))
            }
        }
    }

    fn weigh(&mut self, weight: &Weight, raw: &[u8], now_us: i64) -> Option<CapturedWeight> {
        let paused = self.last_frame_us.is_some_and(|last| {
            // A clock that goes back breaks the run as well: its length would mean nothing.
            !(0..=self.rule.silence_max_us).contains(&now_us.saturating_sub(last))
        });
        self.last_frame_us = Some(now_us);
        self.out_of_range = None;
        let still = weight.stable != Some(false);
        let run = match self.run.take() {
            Some(mut run) if !paused && still && run.weight == *weight => {
                run.frames = run.frames.saturating_add(1);
                run.last_us = now_us;
                run.raw = raw.to_vec();
                run
            }
            _ => CapturedWeight {
                weight: weight.clone(),
                raw: raw.to_vec(),
                since_us: now_us,
                last_us: now_us,
                frames: u32::from(still),
                phase: 0,
            },
        };
        let became_stable = run.frames == self.rule.stable_frames;
        let run = self.run.insert(run);
        if !became_stable {
            return None;
        }
        self.phases += 1;
        run.phase = self.phases;
        Some(run.clone())
    }
}

#[cfg(test)]
mod tests;
