//! Label codes: who owns one, and who has to be labelled anew.

use super::batch::derive_batch;
use super::task::{clear, flag, settle};
use super::{counting, derive_sample};
use crate::code::{Code, CodeKind};
use crate::event::{Body, Master};
use crate::ids::EntryId;
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{CodeRow, Row, RowKey, Table};
use crate::project::verdict::Verdict;

/// Who owns a code: the first effective claim in the log. Derives batches and samples anew whose
/// claim was lost or won by a correction, and the tasks of handovers and places.
pub(in crate::project) fn derive_code<B: Books>(
    books: &mut B,
    code: &Code,
) -> Result<(), B::Error> {
    let key = RowKey::new(Table::Code, code.as_str());
    let before = match books.row(&key)? {
        Some(Row::Code(row)) => Some(row),
        _ => None,
    };
    let claims: Vec<(Fact, Body, CodeRow)> = counting(books, &Object::Code(code.clone()))?
        .into_iter()
        .filter_map(|(fact, body)| claim(&fact, &body, code).map(|row| (fact, body, row)))
        .collect();
    let after = claims.first().map(|(_, _, row)| row.clone());
    match &after {
        Some(row) => books.put(Row::Code(row.clone()))?,
        None => books.remove(&key)?,
    }
    if let Some(old) = before.filter(|old| after.as_ref() != Some(old)) {
        for row in [Some(old), after].into_iter().flatten() {
            match row.kind {
                CodeKind::Batch => derive_batch(books, row.owner.into())?,
                CodeKind::Sample => derive_sample(books, row.owner.into())?,
                CodeKind::Handover | CodeKind::Place | CodeKind::Command => {}
            }
        }
    }
    for (_, body, _) in &claims {
        if let Body::MasterPut(put) = body {
            derive_plate(books, put.record.id())?;
        }
    }
    let late = claims.iter().skip(1).filter(|(_, _, row)| row.kind == CodeKind::Handover);
    let late: Vec<&Fact> = late.map(|(fact, ..)| fact).collect();
    settle(books, &Object::Handover(code.clone()), Verdict::CodeTaken, &late)
}

/// Adds a fact that has just come, the last about its code in log order: it claims what nobody
/// had, or comes too late.
pub(in crate::project) fn extend_code<B: Books>(
    books: &mut B,
    code: &Code,
    (fact, body): (&Fact, &Body),
) -> Result<(), B::Error> {
    let Some(claimed) = claim(fact, body, code) else {
        return Ok(());
    };
    let key = RowKey::new(Table::Code, code.as_str());
    if books.row(&key)?.is_none() {
        books.put(Row::Code(claimed))?;
    } else if claimed.kind == CodeKind::Handover {
        let object = Object::Handover(code.clone());
        flag(books, &object, Verdict::CodeTaken, fact.id, fact.observed_at)?;
    }
    match body {
        Body::MasterPut(put) => derive_plate(books, put.record.id()),
        _ => Ok(()),
    }
}

/// The task of a place whose plate shows a code that names something else.
pub(super) fn derive_plate<B: Books>(books: &mut B, id: &str) -> Result<(), B::Error> {
    let Ok(place) = id.parse() else {
        return Ok(());
    };
    let place = Object::Place(place);
    let current = match books.row(&RowKey::master("place", id))? {
        Some(Row::Master(row)) => Some(row),
        _ => None,
    };
    let code = current.as_ref().and_then(|row| match &row.record {
        Master::Place(record) => record.code.as_ref(),
        _ => None,
    });
    let owner = match code {
        Some(code) => books.row(&RowKey::new(Table::Code, code.as_str()))?,
        None => None,
    };
    if let (Some(Row::Code(owner)), Some(current)) = (owner, &current)
        && !is_version(books, owner.owner, id)?
    {
        let shown = books.fact(current.entry)?;
        return settle(books, &place, Verdict::CodeTaken, &shown.iter().collect::<Vec<_>>());
    }
    clear(books, &place, Verdict::CodeTaken)
}

/// Whether an entry declares a version of a place.
fn is_version<B: Books>(books: &mut B, entry: EntryId, place: &str) -> Result<bool, B::Error> {
    let fact = books.fact(entry)?;
    Ok(matches!(
        fact.and_then(|fact| fact.body),
        Some(Body::MasterPut(put)) if put.record.what() == "place" && put.record.id() == place
    ))
}

fn claim(fact: &Fact, body: &Body, code: &Code) -> Option<CodeRow> {
    let kind = match body {
        Body::BatchRegister(b) if b.code.as_ref() == Some(code) => CodeKind::Batch,
        Body::SampleTake(b) if b.code.as_ref() == Some(code) => CodeKind::Sample,
        Body::HandoverDispatch(b) if b.code == *code => CodeKind::Handover,
        Body::MasterPut(b) => match &b.record {
            Master::Place(place) if place.code.as_ref() == Some(code) => CodeKind::Place,
            _ => return None,
        },
        _ => return None,
    };
    Some(CodeRow { code: code.clone(), kind, owner: fact.id })
}
