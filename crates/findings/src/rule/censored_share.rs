//! Most results lie below a limit: the method is too coarse for what it has to tell. A hint.

use tl_domain::quantity::Reading;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let results = books.assays.iter().flat_map(|assay| {
        let own = assay.determinations.iter().filter(|one| one.analyte == *books.substance);
        own.filter(|one| !matches!(one.result, Reading::NotMeasured))
            .map(move |one| (assay, !matches!(one.result, Reading::Value { .. })))
    });
    let (mut all, mut below) = (0_usize, Vec::new());
    for (assay, is_below) in results {
        all += 1;
        if is_below {
            below.push(assay);
        }
    }
    let share = below.len() as f64 / all.max(1) as f64 * 100.0;
    let Some(first) = below.first() else { return };
    if all < thresholds.results_min || share < thresholds.censored_percent {
        return;
    }
    found.push(
        Finding::new(Rule::CensoredShare, Grade::Hint, "all", first.reported_at)
            .says(
                format!("{all} 个结果中 {share:.0} % 低于检出限或测定下限，方法偏粗"),
                format!(
                    "of {all} results {share:.0} % lie below a limit: the method is too coarse"
                ),
            )
            .shown_by(below.iter().map(|assay| assay.id.entry()))
            .within(books.year())
            .at("/assays"),
    );
}
