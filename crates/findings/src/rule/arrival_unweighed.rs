//! Lots that came over the fence and have no mass: without one nothing of them is in the balance.

use tl_domain::project::FlowKind;
use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.unweighed_days) * DAY_MICROS;
    let arrivals = books.flows.iter().filter(|flow| flow.kind == FlowKind::Arrival);
    for flow in arrivals.filter(|flow| books.now - flow.since > allowed) {
        if flow.wet.is_some() || flow.dry.is_some() || flow.volume.is_some() {
            continue;
        }
        let days = (books.now - flow.since) / DAY_MICROS;
        let name = books.material(flow.material.as_ref().map_or("-", |id| id.as_str()));
        let id = flow.owner;
        found.push(
            Finding::new(Rule::ArrivalUnweighed, Grade::Finding, &id.to_string(), flow.since)
                .says(
                    format!("{name}到厂 {days} 天没有过磅数据，未计入平衡"),
                    format!("{name} came {days} days ago and has no mass: it is in no balance"),
                )
                .shown_by(flow.evidence.iter().copied())
                .at(format!("/batches/{id}")),
        );
    }
}
