//! Book stock below zero that no stock take put right in time. A pile runs "out" before it is
//! empty, so it is a hint only (practice §3).

use tl_domain::project::Verdict;
use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.negative_days) * DAY_MICROS;
    for holding in books.holdings.iter().filter(|holding| holding.wet.0.is_sign_negative()) {
        let overdrawn = books.tasks.iter().filter(|task| task.verdict == Verdict::Overdraw);
        let Some(since) = overdrawn.map(|task| task.since).min() else { continue };
        if books.now - since <= allowed {
            continue;
        }
        let (node, material) = (holding.node.as_str(), holding.material.as_str());
        let tonnes = holding.wet.0 / rust_decimal::Decimal::from(1_000_000);
        let (where_, what) = (books.node(node), books.material(material));
        found.push(
            Finding::new(Rule::NegativeStock, Grade::Hint, &format!("{node}/{material}"), since)
                .says(
                    format!("{where_} 的{what}账面为负（{tonnes:.3} t），盘点后才能校正"),
                    format!("{what} in {where_} is below zero in the books ({tonnes:.3} t)"),
                )
                .at("/stock"),
        );
    }
}
