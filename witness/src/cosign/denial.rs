//! Why the witness does not cosign, and what it answers.
//!
//! Statuses are those of c2sp.org/tlog-witness; what the protocol has no word for is the witness's
//! own fault and answered with 5xx, never with a signature.

use tl_ledger::witness::{Refusal, RequestError};

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Denial {
    /// The body is no request.
    #[error("{0}")]
    Malformed(#[from] RequestError),
    /// The header that announces a key holds none, or another log's.
    #[error("tl-log-key: {0}")]
    Announced(String),
    /// Neither the policy nor trust at first use covers this origin.
    #[error("log {0:?} is not known here")]
    UnknownLog(String),
    /// Trust at first use would cover it, but no key came with the request.
    #[error(
        "log {0:?} may be taken on trust at first use; announce its key in the header tl-log-key"
    )]
    NoKeyAnnounced(String),
    /// The table of logs on trust is full.
    #[error(
        "no more logs are taken on trust at first use; the operator has to name this one's key"
    )]
    TooManyLogs,
    /// What the protocol refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Signing has stopped for this log.
    #[error("this witness has stopped signing for this log: {0}")]
    Stopped(String),
    /// The clock shows what can't be.
    #[error("{0}")]
    Clock(ClockFault),
    /// Nothing was stored, so nothing is signed.
    #[error("nothing was cosigned: {0}")]
    Storage(String),
}

/// What is wrong with the clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClockFault {
    /// Before the last cosignature.
    #[error("the witness's clock ran backwards: it shows {now}, the last cosignature says {last}")]
    Backwards {
        /// Time now.
        now: String,
        /// Time of the last cosignature of this log.
        last: String,
    },
    /// Before this program was written.
    #[error("the witness's clock is not set: it shows {now}")]
    NotSet {
        /// Time now.
        now: String,
    },
}

impl Denial {
    /// HTTP status of the answer.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::Announced(_) => 400,
            Self::UnknownLog(_) | Self::NoKeyAnnounced(_) => 404,
            Self::Refused(refusal) => refusal.status(),
            Self::Stopped(_) => 500,
            Self::TooManyLogs | Self::Clock(_) | Self::Storage(_) => 503,
        }
    }

    /// The size that the protocol wants in the answer to a wrong old size.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Self::Refused(Refusal::OtherOldSize { last, .. }) => Some(*last),
            _ => None,
        }
    }
}
