//! Differences with a partner that all lie one way: their sum is beyond its uncertainty, which
//! keeps shared errors shared (accountancy §2.3).

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    for account in books.partners {
        let Some(sum) = account.cumulated.filter(|sum| sum.significant) else { continue };
        let material = account.material.as_ref().map_or("-", |material| material.as_str());
        let object = format!("{}/{}/{material}", account.shipper, account.receiver);
        let at = |line: &tl_accounts::handover::ComparedLine| line.shipped_at.or(line.received_at);
        let since = account.lines.iter().filter_map(at).min().unwrap_or(books.now);
        let name = books.material(material);
        let latest = account.lines.iter().filter_map(at).max().unwrap_or(since);
        let (shipper, receiver) = (&account.shipper, &account.receiver);
        let count = account.lines.len();
        found.push(
            Finding::new(Rule::PartnerBias, Grade::Finding, &object, since)
                .says(
                    format!(
                        "{shipper} → {receiver} 的{name} {count} 笔交接，累计交接差 {:+.0} g，\
                         超过不确定度（z = {:.1}）",
                        sum.grams, sum.z
                    ),
                    format!(
                        "{count} handovers of {name} from {shipper} to {receiver} differ by \
                         {:+.0} g in all, beyond their uncertainty (z = {:.1})",
                        sum.grams, sum.z
                    ),
                )
                .within(books.year())
                .until(latest)
                .at("/partners"),
        );
    }
}
