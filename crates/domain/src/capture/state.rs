//! Checks against the books: masters, labels, what is left of batches, runs, reviews.

use std::collections::BTreeMap;

use super::refusal::short;
use super::{Capture, Checked, Notice, Refusal, View, laboratory};
use crate::code::Code;
use crate::event::{Body, Master, MasterPut, Portion, RunClose, Take};
use crate::ids::{BatchId, OperatorId};
use crate::project::named::Named;
use crate::project::{BatchRow, BatchState, CodeRow, amount};
use crate::quantity::{Mass, WetMass};

/// Refuses records that the masters don't have or no longer use.
pub(super) fn check_masters<V: View>(
    view: &mut V,
    checked: &mut Checked,
    body: &Body,
) -> Result<(), V::Error> {
    for (what, id) in Named::of(body).masters {
        match view.master(what, &id)? {
            None => checked.refuse(Refusal::UnknownMaster { what, id }),
            Some(row) if !row.active => checked.refuse(Refusal::InactiveMaster { what, id }),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Refuses a label that names something else already.
pub(super) fn check_code<V: View>(
    view: &mut V,
    checked: &mut Checked,
    body: &Body,
) -> Result<(), V::Error> {
    let code = match body {
        Body::BatchRegister(b) => b.code.as_ref(),
        Body::SampleTake(b) => b.code.as_ref(),
        Body::HandoverDispatch(b) => Some(&b.code),
        Body::MasterPut(put) => place_code(put),
        _ => None,
    };
    let Some(code) = code else {
        return Ok(());
    };
    let Some(CodeRow { code, kind, owner }) = view.code(code)? else {
        return Ok(());
    };
    // A new version of a place keeps the plate that hangs there.
    if let Body::MasterPut(put) = body {
        let known = view.master("place", put.record.id())?;
        let same = known.is_some_and(|row| {
            place_code(&MasterPut { record: row.record, active: true }) == Some(&code)
        });
        if same {
            return Ok(());
        }
    }
    checked.refuse(Refusal::CodeTaken { code, kind, owner });
    Ok(())
}

fn place_code(put: &MasterPut) -> Option<&Code> {
    match &put.record {
        Master::Place(place) => place.code.as_ref(),
        _ => None,
    }
}

/// Refuses taking from what is closed or void, and counted items beyond what is left.
pub(super) fn check_batches<V: View>(
    view: &mut V,
    checked: &mut Checked,
    body: &Body,
) -> Result<(), V::Error> {
    let takings = takings(body);
    let outputs = match body {
        Body::RunClose(close) => close.outputs.iter().map(|output| output.batch).collect(),
        _ => Vec::new(),
    };
    let mut named = Named::of(body).batches;
    named.sort_unstable();
    named.dedup();
    for id in named {
        let row = view.batch(id)?.filter(|row| row.state != BatchState::Missing);
        let Some(row) = row else {
            // Outputs must be registered: `check_run` refuses them.
            if !outputs.contains(&id) {
                checked.note(Notice::UnknownBatch { batch: id });
            }
            continue;
        };
        let taking = takings.get(&id);
        let closed = row.state == BatchState::Closed && taking.is_some();
        if closed || row.state == BatchState::Void {
            checked.refuse(Refusal::Closed { batch: label(&row), state: row.state });
        } else if let Some(taking) = taking {
            check_left(view, checked, &row, taking)?;
        }
    }
    Ok(())
}

fn check_left<V: View>(
    view: &mut V,
    checked: &mut Checked,
    row: &BatchRow,
    parts: &[&Mass],
) -> Result<(), V::Error> {
    let Some(left) = row.left else {
        return Ok(());
    };
    let asked: Option<WetMass> = parts.iter().map(|mass| wetted(mass, row)).sum();
    let Some(asked) = asked.filter(|asked| *asked > left) else {
        return Ok(());
    };
    let material = match &row.material {
        Some(material) => view.master("material", material.as_str())?,
        None => None,
    };
    let counted = material.is_some_and(|material| match material.record {
        Master::Material(record) => record.counted,
        _ => false,
    });
    let batch = label(row);
    if counted {
        checked.refuse(Refusal::Overdraw { batch, left, asked });
    } else {
        checked.note(Notice::Overdraw { batch, left, asked });
    }
    Ok(())
}

/// The parts that a body takes, by batch; no part where it takes all that is left.
fn takings(body: &Body) -> BTreeMap<BatchId, Vec<&Mass>> {
    let mut found: BTreeMap<BatchId, Vec<&Mass>> = BTreeMap::new();
    for (batch, part) in parts(body) {
        found.entry(batch).or_default().extend(part);
    }
    found
}

/// Batches that a body takes from; the part, or nothing for all that is left.
fn parts(body: &Body) -> Vec<(BatchId, Option<&Mass>)> {
    match body {
        Body::StorePut(b) => vec![part(&b.portion)],
        Body::WasteDispose(b) => vec![part(&b.portion)],
        Body::BatchSplit(b) => b.parts.iter().map(|p| (b.batch, part(p).1)).collect(),
        Body::BatchBlend(b) => b.inputs.iter().map(part).collect(),
        Body::RunStart(b) => b.inputs.iter().map(part).collect(),
        Body::RunClose(b) => b.inputs.iter().map(part).collect(),
        // What is shipped counts, not what was planned; "all" closes at whatever was shipped.
        Body::HandoverDispatch(b) => b
            .lines
            .iter()
            .filter_map(|line| Some((line, line.portion.as_ref()?)))
            .map(|(line, portion)| (portion.batch, part(portion).1.map(|_| &line.mass)))
            .collect(),
        _ => Vec::new(),
    }
}

fn part(portion: &Portion) -> (BatchId, Option<&Mass>) {
    match &portion.amount {
        Take::All => (portion.batch, None),
        Take::Part { mass } => (portion.batch, Some(mass)),
    }
}

/// Refuses to close a run twice or with an output that has no label or no mass.
pub(super) fn check_run<V: View>(
    view: &mut V,
    checked: &mut Checked,
    body: &Body,
) -> Result<(), V::Error> {
    let Body::RunClose(close) = body else {
        return Ok(());
    };
    let run = view.run(close.run)?;
    match &run {
        Some(run) if run.ended_at.is_some() => {
            checked.refuse(Refusal::RunClosed { run: close.run });
        }
        Some(run) if run.node.is_some() => {}
        _ => checked.note(Notice::UnknownRun { run: close.run.to_string() }),
    }
    if close.outputs.is_empty() {
        checked.note(Notice::NoOutput);
    }
    let mut outputs = Some(WetMass::ZERO);
    for output in &close.outputs {
        let row = view.batch(output.batch)?.filter(|row| row.state != BatchState::Missing);
        let Some(row) = row else {
            checked.refuse(Refusal::OutputUnknown { batch: output.batch });
            outputs = None;
            continue;
        };
        if row.code.is_none() {
            checked.refuse(Refusal::OutputUnlabelled { batch: short(&row.id) });
        }
        if output.mass.is_none() && row.wet.is_none() {
            checked.refuse(Refusal::OutputUnweighed { batch: label(&row) });
        }
        // A weighing of the batch wins over the figure given here.
        let stated = || output.mass.as_ref().and_then(|mass| wetted(mass, &row));
        let wet = row.wet.or_else(stated);
        outputs = outputs.zip(wet).map(|(sum, wet)| sum + wet);
    }
    let started = run.map(|run| run.inputs).unwrap_or_default();
    let inputs = inputs_max(view, &started, close)?;
    if let (Some(inputs), Some(outputs)) = (inputs, outputs)
        && outputs > inputs
    {
        checked.note(Notice::OutputAboveInput { inputs, outputs });
    }
    Ok(())
}

/// Most that a run can have taken: "all" of a batch counts with the whole batch, so that the
/// notice never shows for a run that is in order.
fn inputs_max<V: View>(
    view: &mut V,
    started: &[Portion],
    close: &RunClose,
) -> Result<Option<WetMass>, V::Error> {
    let mut sum = WetMass::ZERO;
    for portion in started.iter().chain(&close.inputs) {
        let Some(row) = view.batch(portion.batch)? else {
            return Ok(None);
        };
        let most = match &portion.amount {
            Take::All => row.wet,
            Take::Part { mass } => wetted(mass, &row),
        };
        let Some(most) = most else {
            return Ok(None);
        };
        sum += most;
    }
    Ok(Some(sum))
}

/// Samples and assays: known or not yet, and never reviewed by who analysed them.
pub(super) fn check_laboratory<V: View>(
    view: &mut V,
    checked: &mut Checked,
    capture: &Capture<'_>,
) -> Result<(), V::Error> {
    match capture.body {
        Body::AssayReport(report) => {
            let sample = view.sample(report.sample)?;
            if sample.is_none_or(|sample| sample.subject.is_none()) {
                let sample = report.sample.to_string();
                checked.note(Notice::UnknownSample { sample });
            }
            laboratory::check_quality(checked, report);
            laboratory::check_workings(view, checked, report)?;
        }
        Body::AssayReview(review) => {
            let Some(reported) = view.assay(review.assay)? else {
                checked.refuse(Refusal::UnknownAssay { assay: review.assay.to_string() });
                return Ok(());
            };
            let analyst = reported.row.analyst.or(reported.operator);
            check_reviewer(checked, analyst.as_ref(), capture.operator);
        }
        Body::SampleSubmit(submit) => laboratory::check_submission(view, checked, submit)?,
        Body::MasterPut(put) => laboratory::check_plan(checked, put),
        Body::PlanApprove(approve) => {
            laboratory::check_approval(view, checked, approve, capture.operator)?;
        }
        _ => {}
    }
    Ok(())
}

fn check_reviewer(
    checked: &mut Checked,
    analyst: Option<&OperatorId>,
    reviewer: Option<&OperatorId>,
) {
    match (analyst, reviewer) {
        (_, None) => checked.refuse(Refusal::NoReviewer {}),
        (Some(analyst), Some(reviewer)) if analyst == reviewer => {
            checked.refuse(Refusal::ReviewerIsAnalyst { operator: reviewer.clone() });
        }
        (Some(_), Some(_)) => {}
        (None, Some(_)) => checked.note(Notice::AnalystUnknown),
    }
}

/// The label that people see, else the end of the id.
fn label(row: &BatchRow) -> String {
    row.code.as_ref().map_or_else(|| short(&row.id), Code::display)
}

fn wetted(mass: &Mass, row: &BatchRow) -> Option<WetMass> {
    amount::wet(mass, amount::percent(row.moisture.as_ref()))
}
