//! Why something has no answer: a code for programs, a place, a sentence for people.
//!
//! Invariant: each variant names where it was found and what would help; codes are stable. A fault
//! is an answer ("this cannot be standardised"), not a failure of the program.

use crate::Language;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Errors that are zero, or periods whose errors are one and the same.
    #[error(
        "the covariance cannot be standardised: given the periods before it, period {period} has \
         no variance left; enter the missing measurement errors, or leave the period out"
    )]
    NotPositiveDefinite {
        /// The first such period, from 1.
        period: usize,
    },
    /// A covariance whose two halves differ.
    #[error("{place} differs from its mirror image; a covariance is symmetric")]
    NotSymmetric {
        /// The cell.
        place: String,
    },
    /// Something needed is not there.
    #[error("{place} is missing")]
    Missing {
        /// What is missing.
        place: String,
    },
    /// Something is there, but it is of another type.
    #[error("{place} is {found}, {wanted} is needed")]
    WrongType {
        /// Where.
        place: String,
        /// What stands there.
        found: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// NaN or infinite.
    #[error("{place} is {found}, which is no number; leave unmeasured figures out")]
    NotANumber {
        /// Where.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A standard deviation or a mass below zero.
    #[error("{place} is {found}; a standard deviation, mass or count cannot be negative")]
    Negative {
        /// Where.
        place: String,
        /// What stands there.
        found: f64,
    },
    /// A figure outside of what it can be.
    #[error("{place} is {found}, {wanted} is needed")]
    OutOfRange {
        /// Where.
        place: String,
        /// What stands there.
        found: f64,
        /// What is needed.
        wanted: &'static str,
    },
    /// A list that does not fit the others.
    #[error("{place} has {found} values, {wanted} are needed")]
    Length {
        /// Which list.
        place: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// More than a bound allows.
    #[error("{place} has {found} values, at most {most} are taken")]
    TooMany {
        /// Which list.
        place: String,
        /// How many there are.
        found: usize,
        /// How many are taken.
        most: usize,
    },
    /// Less than it takes to say anything.
    #[error("{place} has {found} values, it takes at least {least} to say anything")]
    TooFew {
        /// Which list.
        place: String,
        /// How many there are.
        found: usize,
        /// How many it takes.
        least: usize,
    },
    /// A word, node or name that is not known here.
    #[error("{place} says {found:?}, known are: {known}")]
    Unknown {
        /// Where.
        place: String,
        /// What stands there.
        found: String,
        /// What could stand there.
        known: String,
    },
    /// The same name twice.
    #[error("{place} repeats {found:?}; names must differ")]
    Repeated {
        /// Where the second one stands.
        place: String,
        /// The name.
        found: String,
    },
    /// A transfer from a node to itself.
    #[error("{place} leads from {node:?} to itself")]
    SelfTransfer {
        /// Which transfer.
        place: String,
        /// The node.
        node: String,
    },
    /// A difference whose standard deviation is zero has no z.
    #[error("{place} has no measurement error at all, so it cannot be tested; enter its errors")]
    NoDeviation {
        /// Which line.
        place: String,
    },
}

impl Fault {
    /// The stable code of this fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPositiveDefinite { .. } => "covariance_not_positive_definite",
            Self::NotSymmetric { .. } => "covariance_not_symmetric",
            Self::Missing { .. } => "missing_field",
            Self::WrongType { .. } => "wrong_type",
            Self::NotANumber { .. } => "not_a_number",
            Self::Negative { .. } => "negative",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Length { .. } => "length_mismatch",
            Self::TooMany { .. } => "too_many",
            Self::TooFew { .. } => "too_few",
            Self::Unknown { .. } => "unknown_name",
            Self::Repeated { .. } => "repeated_name",
            Self::SelfTransfer { .. } => "transfer_to_itself",
            Self::NoDeviation { .. } => "no_standard_deviation",
        }
    }

    /// Where it was found.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::NotPositiveDefinite { period } => format!("period {period}"),
            Self::NotSymmetric { place }
            | Self::Missing { place }
            | Self::WrongType { place, .. }
            | Self::NotANumber { place, .. }
            | Self::Negative { place, .. }
            | Self::OutOfRange { place, .. }
            | Self::Length { place, .. }
            | Self::TooMany { place, .. }
            | Self::TooFew { place, .. }
            | Self::Unknown { place, .. }
            | Self::Repeated { place, .. }
            | Self::SelfTransfer { place, .. }
            | Self::NoDeviation { place } => place.clone(),
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Zh => self.chinese(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::NotPositiveDefinite { period } => format!(
                "协方差矩阵非正定,无法标准化:在前面各期已知时,第 {period} 期没有剩余方差;\
                 请补录缺失的测量误差,或剔除该期"
            ),
            Self::NotSymmetric { place } => format!("{place} 与其对称位置不相等,协方差必须对称"),
            Self::Missing { place } => format!("缺少 {place}"),
            Self::WrongType { place, found, wanted } => {
                format!("{place} 的类型不符:读到 {found},应为 {wanted}")
            }
            Self::NotANumber { place, found } => {
                format!("{place} 读到 {found},不是数;未测的量请留空")
            }
            Self::Negative { place, found } => {
                format!("{place} 为 {found};标准差、质量和计数不能为负")
            }
            Self::OutOfRange { place, found, wanted } => {
                format!("{place} 为 {found},超出范围,应满足:{wanted}")
            }
            Self::Length { place, found, wanted } => {
                format!("{place} 有 {found} 个值,应有 {wanted} 个")
            }
            Self::TooMany { place, found, most } => {
                format!("{place} 有 {found} 个值,最多接受 {most} 个")
            }
            Self::TooFew { place, found, least } => {
                format!("{place} 有 {found} 个值,至少要 {least} 个才能估计")
            }
            Self::Unknown { place, found, known } => {
                format!("{place} 写的是“{found}”,可用的有:{known}")
            }
            Self::Repeated { place, found } => format!("{place} 重复了“{found}”,名称不能重复"),
            Self::SelfTransfer { place, node } => format!("{place} 从“{node}”转到自身"),
            Self::NoDeviation { place } => {
                format!("{place} 没有任何测量误差,无法检验;请录入误差")
            }
        }
    }
}
