//! Assays that an approved plan asks for and that did not come in their term. What waits within its
//! term, a stop, and an outside laboratory's delay are told apart by the plan already (practice
//! §6.1, §8.4): nothing is due but by the plan.

use std::collections::BTreeMap;

use tl_domain::lab::due::{DueState, Occasion};

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    let mut lines: BTreeMap<(&str, &str), Vec<&Occasion>> = BTreeMap::new();
    for occasion in books.due.iter().filter(|one| one.state == DueState::Overdue) {
        let line = (occasion.plan.as_str(), occasion.item.as_str());
        lines.entry(line).or_default().push(occasion);
    }
    for ((plan, item), overdue) in lines {
        let deadlines = || overdue.iter().map(|one| one.deadline);
        let (Some(since), Some(latest)) = (deadlines().min(), deadlines().max()) else { continue };
        let count = overdue.len();
        let first = books.day(since);
        found.push(
            Finding::new(Rule::AssayOverdue, Grade::Finding, &format!("{plan}/{item}"), since)
                .says(
                    format!("检测计划 {item}：{count} 项超期未检，最早应于 {first} 完成"),
                    format!(
                        "plan line {item}: {count} assays are overdue, the first since {first}"
                    ),
                )
                .until(latest)
                .at("/assay-plan"),
        );
    }
}
