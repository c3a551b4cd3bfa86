//! The rules, one a file. Each looks at the books and adds what it notices.

mod arrival_unweighed;
mod assay_overdue;
mod censored_share;
mod copied_assays;
mod device_silent;
mod digit_preference;
mod handover_gap;
mod high_intake;
mod imbalance;
mod late_entries;
mod manifest_overdue;
mod mending;
mod monitor_disagrees;
mod negative_stock;
mod partner_bias;
mod report_gap;
mod results;
mod stock_break;
mod stock_take_overdue;
mod storage_days;
mod unlicensed_receiver;

use crate::books::Books;
use crate::finding::Finding;
use crate::thresholds::Thresholds;

/// A rule.
pub(crate) type Look = fn(&Books<'_>, &Thresholds, &mut Vec<Finding>);

/// Every rule.
pub(crate) const ALL: [Look; 20] = [
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
    unlicensed_receiver::look,
    high_intake::look,
    assay_overdue::look,
    storage_days::look,
    arrival_unweighed::look,
    report_gap::look,
    monitor_disagrees::look,
];
