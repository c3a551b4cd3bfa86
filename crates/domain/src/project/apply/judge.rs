//! What is odd about an entry: its clock, what it refers to, what it led to.

use super::raise;
use crate::event::{Body, Portion, Take};
use crate::ids::BatchId;
use crate::project::apply::Logged;
use crate::project::books::{Books, Fact};
use crate::project::derive::{clear, flag};
use crate::project::named::Named;
use crate::project::object::Object;
use crate::project::rows::{BatchRow, BatchState, Row, RowKey, Table};
use crate::project::verdict::{LATE_AFTER_MICROS, Verdict};
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
        let object = Object::Kind(kind.clone());
        raise(books, &mut verdicts, &object, Verdict::UnknownKind, (head.id, observed))?;
    }
    Ok(verdicts)
}

/// Verdicts about what an entry names and the books don't have. Judged before it is applied.
pub(super) fn references<B: Books>(
    books: &mut B,
    fact: &Fact,
    body: &Body,
) -> Result<Vec<Verdict>, B::Error> {
    let at = (fact.id, fact.observed_at);
    let mut verdicts = Vec::new();
    let named = Named::of(body);
    for id in named.batches {
        match batch(books, id)? {
            Some(row) if row.state != BatchState::Missing => {
                let withdrawn = matches!(row.state, BatchState::Closed | BatchState::Void);
                if withdrawn && takes_from(body, id) {
                    verdicts.push(Verdict::Closed);
                }
            }
            _ => raise(books, &mut verdicts, &Object::Batch(id), Verdict::MissingParent, at)?,
        }
    }
    for object in named.objects {
        if !exists(books, &object)? {
            raise(books, &mut verdicts, &object, Verdict::MissingParent, at)?;
        }
    }
    for (what, id) in named.masters {
        if books.row(&RowKey::master(what, &id))?.is_none() {
            let object = Object::Master(what, id);
            raise(books, &mut verdicts, &object, Verdict::UnknownMaster, at)?;
        }
    }
    if let Body::AssayReview(review) = body {
        let reviewed = books.fact(review.target.id)?;
        if reviewed.is_some_and(|reviewed| reviewed.leaf != review.target.hash) {
            verdicts.push(Verdict::Stale);
        }
    }
    if !usable(body) {
        verdicts.push(Verdict::Unusable);
    }
    Ok(verdicts)
}

/// Verdicts that only the new state shows: overdraw, taken codes, failed checks.
pub(super) fn outcome<B: Books>(
    books: &mut B,
    fact: &Fact,
    body: &Body,
) -> Result<Vec<Verdict>, B::Error> {
    let mut verdicts = Vec::new();
    for id in Named::of(body).batches {
        if takes_from(body, id) {
            let row = batch(books, id)?;
            let over = row.and_then(|row| row.left).is_some_and(|left| left.0.is_sign_negative());
            if over {
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
        && row.owner != fact.id
    {
        verdicts.push(Verdict::CodeTaken);
        if let Body::HandoverDispatch(_) = body {
            let object = Object::Handover(code.clone());
            flag(books, &object, Verdict::CodeTaken, fact.id, fact.observed_at)?;
        }
    }
    if let Body::StoreDraw(b) = body {
        let open = books.tasks(&Object::Place(b.place.clone()))?;
        if open.iter().any(|task| task.verdict == Verdict::Overdraw) {
            verdicts.push(Verdict::Overdraw);
        }
    }
    if let Body::AssayReport(_) = body
        && let Some(Row::Assay(row)) = books.row(&RowKey::new(Table::Assay, fact.id))?
        && row.quality_failed
    {
        verdicts.push(Verdict::QualityFailed);
    }
    Ok(verdicts)
}

fn batch<B: Books>(books: &mut B, id: BatchId) -> Result<Option<BatchRow>, B::Error> {
    Ok(match books.row(&RowKey::new(Table::Batch, id))? {
        Some(Row::Batch(row)) => Some(row),
        _ => None,
    })
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
        Take::Part { mass } => mass.check().is_ok(),
    };
    let portions = |portions: &[Portion]| portions.iter().all(|p| amount(&p.amount));
    match body {
        Body::BatchRegister(b) => b.mass.as_ref().is_none_or(|mass| mass.check().is_ok()),
        Body::BatchWeigh(b) => b.net.check().is_ok(),
        Body::StorePut(b) => amount(&b.portion.amount),
        Body::StoreDraw(b) => b.mass.check().is_ok(),
        Body::RunStart(b) => portions(&b.inputs),
        Body::RunClose(b) => portions(&b.inputs),
        Body::FlowReport(b) => {
            b.span.from.micros() < b.span.to.micros()
                && match &b.amount {
                    crate::event::Amount::Mass(mass) => mass.check().is_ok(),
                    crate::event::Amount::Volume(volume) => {
                        !volume.value.value().is_sign_negative()
                    }
                }
        }
        Body::HandoverDispatch(b) => b.lines.iter().all(|line| line.mass.check().is_ok()),
        Body::HandoverReceive(b) => b.lines.iter().all(|line| line.mass.check().is_ok()),
        Body::StockTake(b) => {
            b.lines.iter().all(|line| line.mass.as_ref().is_none_or(|mass| mass.check().is_ok()))
        }
        _ => true,
    }
}
