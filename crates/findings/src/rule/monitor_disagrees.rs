//! An outlet's monitor and the results by hand tell different months. Means of months only, never
//! single hours (practice §4.3); both measure with errors of their own, so it is a hint.

use rust_decimal::prelude::ToPrimitive as _;

use crate::books::Books;
use crate::compare;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

/// Hours of a monitor that make a month's mean: half of one.
const HOURS_MIN: usize = 360;
/// Results by hand that make one.
const RESULTS_MIN: usize = 4;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let (masters, substance) = (books.masters, books.substance);
    for row in compare::outlets(masters, books.assays, books.monitors, substance, books.offset) {
        let (Some(own), Some(online)) = (&row.own, &row.online) else { continue };
        let enough = own.count >= RESULTS_MIN && online.count >= HOURS_MIN;
        let ratio = row.ratio().and_then(|ratio| ratio.to_f64());
        let Some(ratio) = ratio.filter(|ratio| enough && *ratio > thresholds.monitor_factor) else {
            continue;
        };
        let unit = row.unit.sign();
        let (by_hand, by_monitor) = (own.mean.round_dp(6), online.mean.round_dp(6));
        let (name, month) = (&row.name, &row.month);
        found.push(
            Finding::new(Rule::MonitorDisagrees, Grade::Hint, row.stream.as_str(), row.since)
                .within(month)
                .says(
                    format!(
                        "{name} {month}：手工均值 {by_hand} {unit}，在线均值 {by_monitor} {unit}，\
                         相差 {ratio:.1} 倍"
                    ),
                    format!(
                        "{name} {month}: mean by hand {by_hand} {unit}, by the monitor \
                         {by_monitor} {unit}, {ratio:.1} times apart"
                    ),
                )
                .shown_by([own.last, online.last])
                .at("/flows"),
        );
    }
}
