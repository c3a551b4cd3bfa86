//! The rules, one a file. Each looks at the books and adds what it notices.

mod censored_share;
mod copied_assays;
mod device_silent;
mod digit_preference;
mod handover_gap;
mod imbalance;
mod late_entries;
mod manifest_overdue;
mod mending;
mod negative_stock;
mod partner_bias;
mod results;
mod stock_break;
mod stock_take_overdue;

use crate::books::Books;
use crate::finding::Finding;
use crate::thresholds::Thresholds;

/// A rule.
pub(crate) type Look = fn(&Books<'_>, &Thresholds, &mut Vec<Finding>);

/// Every rule.
pub(crate) const ALL: [Look; 13] = [
    imbalance::look,
    partner_bias::look,
    manifest_overdue::look,
    handover_gap::look,
    stock_break::look,
    negative_stock::look,
    stock_take_overdue::look,
    device_silent::look,
    mending::look,
    copied_assays::look,
    digit_preference::look,
    censored_share::look,
    late_entries::look,
];
