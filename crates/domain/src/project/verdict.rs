//! Verdicts: what is odd about an entry that was accepted (DESIGN §6).

use serde::{Deserialize, Serialize};

use crate::time::{DAY_MICROS, Micros};

/// An entry that arrives this long after it happened is marked late.
pub const LATE_AFTER_MICROS: Micros = 3 * DAY_MICROS;

macro_rules! verdicts {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// What is odd about an accepted entry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        pub enum Verdict {
            $($(#[$doc])* #[serde(rename = $code)] $name,)+
        }

        impl Verdict {
            /// Every verdict.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// In Chinese, for screens.
            #[must_use]
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)+ }
            }

            /// In English, for screens.
            #[must_use]
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }

            /// The verdict of a code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|verdict| verdict.code() == code)
            }
        }
    };
}

verdicts! {
    /// More was taken from a batch or place than the books have.
    Overdraw = "overdraw", "取用量超过账面", "more was taken than the books have";
    /// An entry that this one builds on is not in the log (yet).
    MissingParent = "missing_parent", "引用的记录尚未收到", "an entry it refers to is missing";
    /// The label code belongs to another object of the party.
    CodeTaken = "code_taken", "标签码已被占用，需换标", "the label code is taken: relabel";
    /// Received more than three days after it happened.
    Late = "late", "迟报", "received late";
    /// The device did not trust its clock.
    ClockUnsure = "clock_unsure", "设备时钟未核准", "the device's clock is unsure";
    /// It claims to have happened after it was received.
    FutureTime = "future_time", "记录时间晚于接收时间", "it claims a time in the future";
    /// A kind or version that this program does not know.
    UnknownKind = "unknown_kind", "未知事项，升级后再入账", "unknown kind, kept until an upgrade";
    /// A site, node, stream, material, place or meter that is not in the masters.
    UnknownMaster = "unknown_master", "基础资料中没有", "it names a master that is not declared";
    /// It builds on a state that another entry changed before.
    Stale = "stale", "对象状态已变", "the object's state has changed before";
    /// Signed by a revoked key, or contrary to what else is known; out of balances until released.
    Suspect = "suspect", "存疑，未计入平衡", "suspect, out of balances until released";
    /// The object was closed or void before.
    Closed = "closed", "对象已关闭或作废", "the object was closed or void before";
    /// Quantities that can't be used together (unit, basis or moisture).
    Unusable = "unusable", "数量无法用于平衡", "quantities that can't be used in a balance";
    /// A file that it names has not arrived: judged when it is read, for files come after entries.
    BlobMissing = "blob_missing", "附件尚未收到", "a file that it names has not arrived";
    /// A check of the laboratory's series failed.
    QualityFailed = "quality_failed", "质控不合格", "a check of the series failed";
}
