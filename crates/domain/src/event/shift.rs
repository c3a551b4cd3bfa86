//! A shift that one person hands to the next.

use serde::{Deserialize, Serialize};

use crate::ids::OperatorId;

/// 交接班: what was open when a shift ended. The entry is the giver's; the taker has signed in at the
/// same device with badge and PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftHandover {
    /// Who took the shift over.
    pub taken_by: OperatorId,
    /// 待回皮: batches and trucks that were weighed once, by code or plate-free name.
    pub half_weighed: Vec<String>,
    /// Pots that did not go to the laboratory yet.
    pub unsent_samples: Vec<String>,
    /// 待核: what was asked and not answered.
    pub questions: Vec<String>,
    /// Runs that are open.
    pub runs: Vec<String>,
    /// Entries of the device that wait for the server.
    pub waiting: u64,
    /// What the giver adds in words; may be empty.
    pub remark: String,
}
