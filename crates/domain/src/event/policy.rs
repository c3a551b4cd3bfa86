//! What a bureau settles for the enterprises of an area, as a record of its own log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::RecordId;
use crate::quantity::DecimalText;

/// 核算口径: what a bureau settles once for the enterprises of an area. Stands in the bureau's log,
/// so that a limit that was moved can be named. What is absent is settled by the next wider area,
/// at last by the defaults of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// Id: the area code, so that an area has one policy.
    pub id: RecordId,
    /// False marks "abnormal" per quarter that a city accepts over all its enterprises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_marks_per_quarter: Option<DecimalText>,
    /// Amount that matters (SQ), in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significant_grams: Option<DecimalText>,
    /// Largest detectable share of the throughput in per cent; above it a balance can't be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_percent_max: Option<DecimalText>,
    /// Working days to explain an alarm before it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation_days: Option<u32>,
    /// Why, in the words of the bureau.
    pub reason: String,
}

/// 规则阈值: from what on audit rules speak, for the enterprises of an area. Stands in the bureau's
/// log as a policy does; a figure that is absent is settled by the next wider area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdRecord {
    /// Id: the area code, so that an area has one record.
    pub id: RecordId,
    /// Figures by the name of the threshold.
    pub figures: BTreeMap<String, DecimalText>,
    /// Why, in the words of the bureau.
    pub reason: String,
}
