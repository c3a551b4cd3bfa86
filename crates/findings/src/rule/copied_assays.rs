//! Results that equal their neighbour digit by digit, more often than measuring allows: a hint.

use super::results::printed;
use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    for (method, results) in printed(books) {
        if results.len() < thresholds.results_min.max(2) {
            continue;
        }
        let equal: Vec<_> = results
            .windows(2)
            .filter(|pair| pair[0].digits == pair[1].digits)
            .flat_map(|pair| [&pair[0], &pair[1]])
            .collect();
        let share = equal.len() as f64 / 2.0 / (results.len() - 1) as f64 * 100.0;
        let Some(first) = equal.first().filter(|_| share >= thresholds.copied_percent) else {
            continue;
        };
        let count = results.len();
        found.push(
            Finding::new(Rule::CopiedAssays, Grade::Hint, &method, first.at)
                .says(
                    format!("{count} 个结果中 {share:.0} % 与前一个逐位相同"),
                    format!("of {count} results {share:.0} % equal the one before digit by digit"),
                )
                .shown_by(equal.iter().map(|one| one.entry))
                .within(books.year())
                .at("/assays"),
        );
    }
}
