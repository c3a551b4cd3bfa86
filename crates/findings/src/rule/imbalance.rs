//! A test over balance periods fired: loss or bias. An enterprise's or a site's alarm is a finding
//! once the days to explain it are over; a node's explains, so it is a hint (practice §8.2).

use tl_accounts::evaluate::AlarmResult;
use tl_accounts::marks::Reason;
use tl_domain::balance::Scope;

use crate::books::{Books, Judged};
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    for judged in books.areas {
        let serious = |alarm: &&AlarmResult| alarm.level != "warning" && !alarm.explained;
        let mut alarms: Vec<_> = judged.account.alarms.iter().filter(serious).collect();
        alarms.sort_by_key(|alarm| alarm.span);
        // Periods that alarm one after another are one finding; a pause begins the next.
        for run in alarms.chunk_by(|a, b| b.span.from <= a.span.to) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                found.push(finding(books, judged, first, last));
            }
        }
    }
}

fn finding(
    books: &Books<'_>,
    judged: &Judged<'_>,
    first: &AlarmResult,
    last: &AlarmResult,
) -> Finding {
    let node = matches!(judged.scope, Scope::Node(_));
    let over = judged.marks.reasons.contains(&Reason::Alarm) && !judged.marks.trial;
    let grade = if over && !node { Grade::Finding } else { Grade::Hint };
    let area = tl_accounts::area::name(judged.scope);
    let (zh_area, en_area) = books.area(judged.scope);
    let (zh_way, en_way) = match last.direction.as_str() {
        "gain" => (
            "产出大于投入，先查未检投料、期初库存、计量偏差",
            "more came out than went in: look for unassayed feed, old stock, bias first",
        ),
        _ => ("少于账面：损失或计量偏差", "less than booked: loss or bias"),
    };
    let grams = last.grams.abs();
    let mut found = Finding::new(Rule::Imbalance, grade, &area, first.span.to);
    found.explain_by = judged.marks.explain_until.filter(|_| !node);
    found
        .until(last.span.to)
        .says(
            format!(
                "{zh_area}：{zh_way}，{grams:.0} g，检验值 {:.2} 超过 {:.2}",
                last.statistic, last.limit
            ),
            format!(
                "{en_area}: {en_way}, {grams:.0} g, statistic {:.2} above {:.2}",
                last.statistic, last.limit
            ),
        )
        .at(format!("/accounts?scope={area}"))
}
