//! Many entries that came days after they happened. Outages explain them, so it is a hint.

use tl_domain::project::Verdict;
use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

/// Days that are looked back.
const DAYS: i64 = 30;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let since = books.now - DAYS * DAY_MICROS;
    let late =
        |task: &&tl_domain::project::TaskRow| task.verdict == Verdict::Late && task.since >= since;
    let tasks: Vec<_> = books.tasks.iter().filter(late).collect();
    let count: u64 = tasks.iter().map(|task| task.count).sum();
    let Some(first) = tasks.iter().map(|task| task.since).min() else { return };
    if count < thresholds.late_entries {
        return;
    }
    found.push(
        Finding::new(Rule::LateEntries, Grade::Hint, "month", first)
            .says(
                format!("近 {DAYS} 天有 {count} 条记录事后三天以上才到"),
                format!("{count} entries of the last {DAYS} days came more than three days late"),
            )
            .shown_by(tasks.iter().map(|task| task.entry))
            .within(books.month())
            .at("/tasks"),
    );
}
