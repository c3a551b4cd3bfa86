//! What is odd about an entry: its clock, what it refers to, what it led to.

use crate::event::{Amount, Body, Master, Portion, Take};
use crate::ids::{BatchId, EntryId};
use crate::project::apply::Logged;
use crate::project::books::Books;
use crate::project::derive::amount::is_amount;
use crate::project::derive::{batch_row, bytes_that_count, clear, flag};
use crate::project::named::Named;
use crate::project::object::Object;
use crate::project::rows::{BatchState, Row, RowKey, Table};
use crate::project::verdict::{LATE_AFTER_MICROS, Verdict};
use crate::quantity::WetMass;
use crate::time::Micros;

/// A device's clock may run this far ahead of the server's before its entries are marked.
const FUTURE_AFTER_MICROS: Micros = 5 * 60 * 1_000_000;

/// Verdicts about time. Time never refuses an entry, it flags it.
pub(super) fn clock<B: Books>(books: &mut B, logged: &Logged) -> Result<Vec<Verdict>, B::Error> {
    let head = &logged.entry.head;
    let device = Object::Device(head.device.clone());
    let observed = head.observed_at.micros();
    let ahead = observed - logged.received_at;
    let mut verdicts = Vec::new();
    for (odd, verdict) in [
        (head.clock.is_some(), Verdict::ClockUnsure),
        (ahead > FUTURE_AFTER_MICROS, Verdict::FutureTime),
    ] {
        if odd {
            verdicts.push(verdict);
            flag(books, &device, verdict, head.id, observed)?;
        } else {
            clear(books, &device, verdict)?;
        }
    }
    if -ahead > LATE_AFTER_MICROS {
        verdicts.push(Verdict::Late);
    }
    if let Body::Unknown { kind, .. } = &logged.entry.body {
        verdicts.push(Verdict::UnknownKind);
        flag(books, &Object::Kind(kind.clone()), Verdict::UnknownKind, head.id, observed)?;
    }
    Ok(verdicts)
}

/// What is odd about what a body names.
#[derive(Default)]
pub(super) struct Odd {
    pub(super) verdicts: Vec<Verdict>,
    /// Masters that are not declared, by kind and id.
    pub(super) unknown: Vec<(&'static str, String)>,
}

/// What a body names and the books don't have. Judged before it is applied; what is missing shows
/// as a task when the rows are derived.
pub(super) fn references<B: Books>(books: &mut B, body: &Body) -> Result<Odd, B::Error> {
    let mut odd = Odd::default();
    let named = Named::of(body);
    for id in named.batches {
        match batch_row(books, id)? {
            Some(row) if row.state != BatchState::Missing => {
                let ended = matches!(row.state, BatchState::Closed | BatchState::Void);
                if ended && takes_from(body, id) {
                    odd.verdicts.push(Verdict::Closed);
                }
            }
            _ => odd.verdicts.push(Verdict::MissingParent),
        }
    }
    for object in named.objects {
        if !exists(books, &object)? {
            odd.verdicts.push(Verdict::MissingParent);
        }
    }
    for (what, id) in named.masters {
        if books.row(&RowKey::master(what, &id))?.is_none() {
            odd.verdicts.push(Verdict::UnknownMaster);
            odd.unknown.push((what, id));
        }
    }
    odd.unknown.sort_unstable();
    odd.unknown.dedup();
    if let Body::AssayReview(review) = body
        && let Some(report) = books.fact(review.assay.entry())?
        && bytes_that_count(books, &report)? != review.target.hash
    {
        odd.verdicts.push(Verdict::Stale);
    }
    if let Body::PlanApprove(approve) = body
        && let Some(version) = books.fact(approve.target.id)?
        && bytes_that_count(books, &version)? != approve.target.hash
    {
        odd.verdicts.push(Verdict::Stale);
    }
    if !usable(body) {
        odd.verdicts.push(Verdict::Unusable);
    }
    Ok(odd)
}

/// Verdicts that only the new state shows: overdraw, taken codes, failed checks. `id` is that of
/// the entry whose effective body this is.
pub(super) fn outcome<B: Books>(
    books: &mut B,
    id: EntryId,
    body: &Body,
) -> Result<Vec<Verdict>, B::Error> {
    let mut verdicts = Vec::new();
    for batch_id in Named::of(body).batches {
        if takes_from(body, batch_id) {
            let row = batch_row(books, batch_id)?;
            if row.and_then(|row| row.left).is_some_and(|left| left < WetMass::ZERO) {
                verdicts.push(Verdict::Overdraw);
            }
        }
    }
    let code = match body {
        Body::BatchRegister(b) => b.code.as_ref(),
        Body::SampleTake(b) => b.code.as_ref(),
        Body::HandoverDispatch(b) => Some(&b.code),
        _ => None,
    };
    if let Some(code) = code
        && let Some(Row::Code(row)) = books.row(&RowKey::new(Table::Code, code.as_str()))?
        && row.owner != id
    {
        verdicts.push(Verdict::CodeTaken);
    }
    let shown = match body {
        Body::MasterPut(put) => match &put.record {
            Master::Place(place) => vec![(&place.id, Verdict::CodeTaken)],
            _ => Vec::new(),
        },
        Body::StoreDraw(b) => vec![(&b.place, Verdict::Overdraw)],
        Body::HandoverDispatch(b) => {
            let places = b.lines.iter().filter_map(|line| line.place.as_ref());
            places.map(|place| (place, Verdict::Overdraw)).collect()
        }
        _ => Vec::new(),
    };
    for (place, verdict) in shown {
        let object = Object::Place(place.clone()).to_string();
        let open = books.row(&RowKey::task(&object, verdict))?.is_some();
        verdicts.extend(open.then_some(verdict));
    }
    if let Body::AssayReport(_) = body
        && let Some(Row::Assay(row)) = books.row(&RowKey::new(Table::Assay, id))?
        && row.quality_failed
    {
        verdicts.push(Verdict::QualityFailed);
    }
    Ok(verdicts)
}

fn exists<B: Books>(books: &mut B, object: &Object) -> Result<bool, B::Error> {
    Ok(match object {
        Object::Run(id) => match books.row(&RowKey::new(Table::Run, id))? {
            Some(Row::Run(run)) => run.node.is_some(),
            _ => false,
        },
        Object::Sample(id) => match books.row(&RowKey::new(Table::Sample, id))? {
            Some(Row::Sample(sample)) => sample.subject.is_some(),
            _ => false,
        },
        Object::Assay(id) => books.row(&RowKey::new(Table::Assay, id))?.is_some(),
        _ => true,
    })
}

fn takes_from(body: &Body, id: BatchId) -> bool {
    let takes = |portions: &[Portion]| portions.iter().any(|portion| portion.batch == id);
    match body {
        Body::StorePut(b) => b.portion.batch == id,
        Body::WasteDispose(b) => b.portion.batch == id,
        Body::BatchSplit(b) => b.batch == id,
        Body::BatchBlend(b) => takes(&b.inputs),
        Body::RunStart(b) => takes(&b.inputs),
        Body::RunClose(b) => takes(&b.inputs),
        Body::HandoverDispatch(b) => {
            b.lines.iter().filter_map(|line| line.portion.as_ref()).any(|p| p.batch == id)
        }
        _ => false,
    }
}

/// Whether the masses of a body are amounts.
fn usable(body: &Body) -> bool {
    let amount = |take: &Take| match take {
        Take::All => true,
        Take::Part { mass } => is_amount(mass),
    };
    let portions = |portions: &[Portion]| portions.iter().all(|p| amount(&p.amount));
    match body {
        Body::BatchRegister(b) => b.mass.as_ref().is_none_or(is_amount),
        Body::BatchWeigh(b) => is_amount(&b.net),
        Body::BatchSplit(b) => portions(&b.parts),
        Body::BatchBlend(b) => portions(&b.inputs),
        Body::WasteDispose(b) => amount(&b.portion.amount),
        Body::StorePut(b) => amount(&b.portion.amount),
        Body::StoreDraw(b) => is_amount(&b.mass),
        Body::RunStart(b) => portions(&b.inputs),
        Body::RunClose(b) => portions(&b.inputs),
        Body::FlowReport(b) => {
            b.span.from.micros() < b.span.to.micros()
                && match &b.amount {
                    Amount::Mass(mass) => is_amount(mass),
                    Amount::Volume(volume) => !volume.value.value().is_sign_negative(),
                }
        }
        Body::HandoverDispatch(b) => b.lines.iter().all(|line| is_amount(&line.mass)),
        Body::HandoverReceive(b) => b.lines.iter().all(|line| is_amount(&line.mass)),
        Body::StockTake(b) => b.lines.iter().all(|line| line.mass.as_ref().is_none_or(is_amount)),
        _ => true,
    }
}
