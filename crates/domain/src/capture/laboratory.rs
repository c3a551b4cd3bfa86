//! The laboratory's checks at capture: series, workings, submission sheets, plans.
//!
//! A failed blank stops submission; any other failure needs a stated deviation. Facts from files do
//! not come by here: they are flagged, never held back.

use super::refusal::Field;
use super::{Checked, Notice, Refusal, View};
use crate::event::{
    AssayReport, Determination, Master, MasterPut, PlanApprove, QualityControl, SampleSubmit,
    WorkingOf,
};
use crate::ids::OperatorId;
use crate::lab::formula;
use crate::lab::mapping::LabMapping;
use crate::lab::plan::AssayPlan;
use crate::quantity::Reading;

/// A failed check: the blank stops, the others ask for a deviation.
pub(super) fn check_quality(checked: &mut Checked, report: &AssayReport) {
    let failed = || report.quality.iter().filter(|check| !check.passed);
    if let Some(blank) = failed().find(|check| check.check == "blank") {
        checked.refuse(Refusal::BlankFailed { read: blank.value.clone().unwrap_or_default() });
    }
    let explained = |check: &&QualityControl| {
        check.deviation.as_ref().is_some_and(|words| !words.trim().is_empty())
    };
    let names = |checks: Vec<&QualityControl>| {
        checks.iter().map(|check| check.check.as_str()).collect::<Vec<_>>().join(", ")
    };
    let others = || failed().filter(|check| check.check != "blank");
    let bare: Vec<_> = others().filter(|check| !explained(check)).collect();
    if !bare.is_empty() {
        checked.refuse(Refusal::DeviationMissing { checks: names(bare) });
    }
    let stated: Vec<_> = others().filter(explained).collect();
    if !stated.is_empty() {
        checked.note(Notice::QualityFailed { checks: names(stated) });
    }
}

/// A result that carries its working must be what that gives.
pub(super) fn check_workings<V: View>(
    view: &mut V,
    checked: &mut Checked,
    report: &AssayReport,
) -> Result<(), V::Error> {
    for working in report.record.iter().flat_map(|record| &record.workings) {
        let own = |d: &&Determination| d.analyte == working.analyte;
        let Some(determination) = report.determinations.iter().find(own) else {
            continue;
        };
        let digits = match &determination.method {
            Some(id) => view.master("method", id.as_str())?.and_then(|row| match row.record {
                Master::Method(method) => method.series.and_then(|series| series.digits),
                _ => None,
            }),
            None => None,
        };
        check_working(checked, working, determination, digits);
    }
    Ok(())
}

fn check_working(
    checked: &mut Checked,
    working: &WorkingOf,
    determination: &Determination,
    digits: Option<u32>,
) {
    let worked = match formula::work(&working.working, digits) {
        Ok(worked) => worked,
        Err(error) => {
            let (analyte, read) = (working.analyte.clone(), determination.result.display());
            checked.refuse(Refusal::WorkingMismatch { analyte, read, worked: error.zh() });
            return;
        }
    };
    let same = worked.unit == determination.unit
        && same_figures(&worked.reading, &determination.result)
        && (worked.basis.is_none() || worked.basis == determination.basis);
    if !same {
        let read = format!("{} {}", determination.result.display(), determination.unit);
        let analyte = working.analyte.clone();
        checked.refuse(Refusal::WorkingMismatch { analyte, read, worked: worked.formula });
    }
}

/// Equal in value and in kind; trailing zeros do not matter.
fn same_figures(worked: &Reading, reported: &Reading) -> bool {
    let kind = std::mem::discriminant(worked) == std::mem::discriminant(reported);
    kind && worked.bounds() == reported.bounds()
}

/// A sheet names a laboratory, samples and what is wanted of them.
pub(super) fn check_submission<V: View>(
    view: &mut V,
    checked: &mut Checked,
    submit: &SampleSubmit,
) -> Result<(), V::Error> {
    let blank = submit.number.trim().is_empty() || submit.lab_name.trim().is_empty();
    if blank || submit.lines.is_empty() || submit.analytes.is_empty() {
        checked.refuse(Refusal::Empty { field: Field::Lines });
    }
    for line in &submit.lines {
        if view.sample(line.sample)?.is_none_or(|sample| sample.subject.is_none()) {
            checked.note(Notice::UnknownSample { sample: line.sample.to_string() });
        }
    }
    Ok(())
}

/// An assay plan must read as one, a mapping too.
pub(super) fn check_plan(checked: &mut Checked, put: &MasterPut) {
    if let Master::AssayPlan(record) = &put.record
        && let Err(error) = AssayPlan::read(record)
    {
        checked.refuse(Refusal::PlanUnread { reason: error.to_string() });
    }
    if let Master::LabMapping(record) = &put.record
        && let Err(reason) = LabMapping::read(record)
    {
        checked.refuse(Refusal::MappingUnread { reason });
    }
}

/// A second person approves the newest version, in the own name.
pub(super) fn check_approval<V: View>(
    view: &mut V,
    checked: &mut Checked,
    approve: &PlanApprove,
    operator: Option<&OperatorId>,
) -> Result<(), V::Error> {
    if operator.is_none() {
        checked.refuse(Refusal::NoReviewer {});
    }
    // An unknown plan is refused with the other masters.
    let Some(row) = view.master(crate::project::PLAN, approve.plan.as_str())? else {
        return Ok(());
    };
    let signs = operator == Some(&approve.approved_by);
    if row.entry != approve.target.id || !signs {
        checked.refuse(Refusal::NotThatVersion {});
    }
    let Master::AssayPlan(record) = &row.record else {
        return Ok(());
    };
    match AssayPlan::read(record) {
        Err(error) => checked.refuse(Refusal::PlanUnread { reason: error.to_string() }),
        Ok(plan) if plan.drafted_by == approve.approved_by => {
            checked.refuse(Refusal::ApproverIsDrafter { operator: plan.drafted_by });
        }
        Ok(_) => {}
    }
    Ok(())
}
