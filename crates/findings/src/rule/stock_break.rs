//! A stock opens differently from how it closed: two measurements of one moment.

use tl_domain::balance::Scope;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    let whole = books.areas.iter().filter(|judged| *judged.scope == Scope::Enterprise);
    for one in whole.flat_map(|judged| &judged.account.breaks) {
        let object = format!("{}@{}", one.name, one.span.from);
        found.push(
            Finding::new(Rule::StockBreak, Grade::Finding, &object, one.span.from)
                .says(
                    format!("库存 {} 期初与上期期末不一致，相差 {:+.1} g", one.name, one.grams),
                    format!(
                        "stock {} opens differently from how it closed, by {:+.1} g",
                        one.name, one.grams
                    ),
                )
                .at("/accounts#breaks"),
        );
    }
}
