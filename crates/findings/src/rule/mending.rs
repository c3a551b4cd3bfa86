//! What the enterprise itself can mend and did not in time: a label code on two objects, a failed
//! check of a series without an explanation.

use tl_domain::project::{TaskRow, Verdict};
use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.mending_days) * DAY_MICROS;
    for task in books.tasks.iter().filter(|task| books.now - task.since > allowed) {
        match task.verdict {
            Verdict::CodeTaken => found.push(about(task, Rule::LabelConflict).says(
                "同一标签编号贴在两件物品上，至今未换标",
                "one label code names two objects and was not replaced",
            )),
            Verdict::QualityFailed => found.push(about(task, Rule::QualityFailed).says(
                "检测系列质控不合格，至今没有重测，也没有偏离说明",
                "a check of the series failed; there is neither a repetition nor an explanation",
            )),
            _ => {}
        }
    }
}

fn about(task: &TaskRow, rule: Rule) -> Finding {
    let path = format!("/entries/{}", task.entry);
    Finding::new(rule, Grade::Finding, &task.object, task.since).shown_by([task.entry]).at(path)
}
