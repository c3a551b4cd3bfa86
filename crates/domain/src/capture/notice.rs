//! What is odd about a capture and may be signed all the same.

use super::refusal::{short, tonnes};
use crate::ids::BatchId;
use crate::quantity::WetMass;

/// Something to show beside the button; the entry will carry a verdict or a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// More is taken from bulk than the books have (账面负库存).
    Overdraw {
        /// Label code or short id of the batch.
        batch: String,
        /// What is left by the books.
        left: WetMass,
        /// What is to be taken.
        asked: WetMass,
    },
    /// The books here don't have the batch (yet).
    UnknownBatch {
        /// The batch.
        batch: BatchId,
    },
    /// The books here don't have the run (yet).
    UnknownRun {
        /// The run as text.
        run: String,
    },
    /// The books here don't have the sample (yet).
    UnknownSample {
        /// The sample as text.
        sample: String,
    },
    /// A run gives more than it took, wet as weighed: added water, unlabelled feed or a mistake.
    OutputAboveInput {
        /// What it took, at most.
        inputs: WetMass,
        /// What it gives.
        outputs: WetMass,
    },
    /// A run ends without any output.
    NoOutput,
    /// Nobody knows who analysed the sample, so the four-eyes rule can't be checked.
    AnalystUnknown,
    /// A check of the series failed and a deviation is stated: the bureau sees it.
    QualityFailed {
        /// The checks that failed.
        checks: String,
    },
}

impl Notice {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overdraw { .. } => "overdraw",
            Self::UnknownBatch { .. } => "unknown_batch",
            Self::UnknownRun { .. } => "unknown_run",
            Self::UnknownSample { .. } => "unknown_sample",
            Self::OutputAboveInput { .. } => "output_above_input",
            Self::NoOutput => "no_output",
            Self::AnalystUnknown => "analyst_unknown",
            Self::QualityFailed { .. } => "quality_failed",
        }
    }

    /// In Chinese, with what to do.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Overdraw { batch, left, asked } => format!(
                "批次 {batch} 账面剩余 {}，本次取 {}：可以提交，将标为待核，盘点或复秤后消除",
                tonnes(*left),
                tonnes(*asked)
            ),
            Self::UnknownBatch { batch } => {
                format!("本机尚无批次 {}：可以提交，收到登记后自动对上", short(batch))
            }
            Self::UnknownRun { run } => {
                format!("本机尚无工序运行 {}：可以提交，收到开始记录后自动对上", short(run))
            }
            Self::UnknownSample { sample } => {
                format!("本机尚无样品 {}：可以提交，收到采样记录后自动对上", short(sample))
            }
            Self::OutputAboveInput { inputs, outputs } => format!(
                "产出 {} 大于投入 {}：请先查漏记的投料、加水和衡器，再核对标签",
                tonnes(*outputs),
                tonnes(*inputs)
            ),
            Self::NoOutput => "本次运行没有产出：若有产出，请先登记批次再结束".to_owned(),
            Self::AnalystUnknown => "检测人不明，无法核对检测与复核是否为同一人".to_owned(),
            Self::QualityFailed { checks } => {
                format!("质控不合格（{checks}），已填偏离说明：可以提交，监管部门可见")
            }
        }
    }

    /// In English, with what to do.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::Overdraw { batch, left, asked } => format!(
                "batch {batch} has {} left by the books and {} is taken: may be signed, will be \
                 marked until a stock take or a new weighing settles it",
                tonnes(*left),
                tonnes(*asked)
            ),
            Self::UnknownBatch { batch } => format!(
                "batch {} is not known here yet: may be signed, joins up with its registration",
                short(batch)
            ),
            Self::UnknownRun { run } => format!(
                "run {} is not known here yet: may be signed, joins up with its start",
                short(run)
            ),
            Self::UnknownSample { sample } => format!(
                "sample {} is not known here yet: may be signed, joins up with its taking",
                short(sample)
            ),
            Self::OutputAboveInput { inputs, outputs } => format!(
                "output {} is above input {}: look for feed not recorded, added water and the \
                 scale, then for a wrong label",
                tonnes(*outputs),
                tonnes(*inputs)
            ),
            Self::NoOutput => {
                "the run has no output: if there is one, register its batch first".to_owned()
            }
            Self::AnalystUnknown => {
                "nobody knows who analysed it, so analyst and reviewer can't be compared".to_owned()
            }
            Self::QualityFailed { checks } => {
                format!("checks failed ({checks}), deviation stated: the bureau sees it")
            }
        }
    }
}
