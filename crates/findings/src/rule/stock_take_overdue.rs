//! The last stock take of the enterprise is too long ago; stops by the calendar are left out by the
//! marks already.

use tl_accounts::marks::Reason;
use tl_domain::balance::Scope;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    for judged in books.areas.iter().filter(|judged| *judged.scope == Scope::Enterprise) {
        if !judged.marks.reasons.contains(&Reason::StockTakeOverdue) {
            continue;
        }
        let since = judged.account.periods.last().map_or(books.now, |period| period.span.to);
        found.push(
            Finding::new(Rule::StockTakeOverdue, Grade::Finding, "enterprise", since)
                .says(
                    "全部库存盘点超期，平衡期无法结束",
                    "the stock take of everything is overdue: the period can't end",
                )
                .at("/stock-takes"),
        );
    }
}
