//! Marks in words with their tone, the same on every page.

use tl_accounts::marks::{BalanceMark, DataMark};

use super::super::part::Tone;
use crate::i18n::Words;

/// 数据质量.
pub(crate) fn data(t: Words, mark: DataMark) -> (Tone, &'static str) {
    let tone = match mark {
        DataMark::Complete => Tone::Good,
        DataMark::Pending => Tone::Note,
        DataMark::Insufficient => Tone::Watch,
    };
    (tone, t.data_mark(mark))
}

/// 平衡.
pub(crate) fn balance(t: Words, mark: BalanceMark) -> (Tone, &'static str) {
    let tone = match mark {
        BalanceMark::Consistent => Tone::Good,
        BalanceMark::Undecidable => Tone::Note,
        BalanceMark::Watch => Tone::Watch,
        BalanceMark::Abnormal => Tone::Bad,
    };
    (tone, t.balance_state_mark(mark))
}
