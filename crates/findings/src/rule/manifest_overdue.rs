//! A manifest of hazardous waste that nobody received in its working days. Delivery notes of ore
//! and products have no such term (practice §7).

use std::collections::BTreeSet;

use tl_accounts::workdays;
use tl_domain::event::HandoverKind;
use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    for halves in books.handovers {
        let (Some((_, half)), None) = (halves.dispatch, halves.receive) else { continue };
        if half.kind != Some(HandoverKind::Manifest) || half.partner.is_none() {
            continue;
        }
        let days = thresholds.manifest_working_days;
        let due = workdays::after(half.at, days, books.offset, &BTreeSet::new());
        if books.now <= due {
            continue;
        }
        let waited = (books.now - half.at) / DAY_MICROS;
        let code = half.code.as_str();
        let number = half.manifest_number.as_deref().unwrap_or(code);
        found.push(
            Finding::new(Rule::ManifestOverdue, Grade::Finding, code, due)
                .says(
                    format!("联单 {number} 发出 {waited} 天未签收，时限 {days} 个工作日"),
                    format!(
                        "manifest {number} was shipped {waited} days ago and not received; \
                         {days} working days are allowed"
                    ),
                )
                .shown_by([half.entry])
                .at(format!("/handovers/{code}")),
        );
    }
}
