//! Material that came over the fence with more than the bureau lets pass without an approval
//! (高铊原料). Silent until a bureau settles a figure: no mark without a source (practice §7).

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive as _;
use tl_domain::event::SampleSubject;
use tl_domain::ids::BatchId;
use tl_domain::project::{AssayRow, FlowKind, FlowRow, Review};
use tl_domain::quantity::{Basis, ContentUnit, Reading};

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let Some(limit) = thresholds.intake_mg_per_kg else { return };
    let arrivals: BTreeMap<BatchId, &FlowRow> = books
        .flows
        .iter()
        .filter(|flow| flow.kind == FlowKind::Arrival)
        .filter_map(|flow| Some((flow.batch?, flow)))
        .collect();
    for assay in books.assays.iter().filter(|assay| assay.review != Review::Returned) {
        let Some(SampleSubject::Batches(shares)) = &assay.subject else { continue };
        let came = shares.iter().find_map(|share| arrivals.get(&share.batch));
        let (Some(flow), Some(content)) = (came, content(books, assay)) else { continue };
        if content <= limit {
            continue;
        }
        let material = flow.material.as_ref().map_or("-", |material| material.as_str());
        let name = books.material(material);
        let entry = assay.id.entry();
        found.push(
            Finding::new(Rule::HighIntake, Grade::Finding, &entry.to_string(), flow.since)
                .says(
                    format!(
                        "进厂{name}含铊 {content:.0} mg/kg（干基），高于内控限值 {limit} mg/kg"
                    ),
                    format!(
                        "{name} came in with {content:.0} mg/kg dry, above the limit of \
                         {limit} mg/kg"
                    ),
                )
                .shown_by([entry, flow.owner])
                .at(format!("/entries/{entry}")),
        );
    }
}

/// The measured content in mg/kg dry; what lies below a limit is no proof of more.
fn content(books: &Books<'_>, assay: &AssayRow) -> Option<f64> {
    let own = assay.determinations.iter().find(|one| one.analyte == *books.substance)?;
    let Reading::Value { value } = &own.result else { return None };
    let times = own.unit.times(ContentUnit::MilligramPerKilogram)?;
    let dry = own.basis.is_none_or(|basis| basis == Basis::Dry);
    dry.then(|| value.value().saturating_mul(times).to_f64()).flatten()
}
