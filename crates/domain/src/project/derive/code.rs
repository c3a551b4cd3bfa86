//! Label codes: who owns one, and who has to be labelled anew.

use super::batch::derive_batch;
use super::task::{clear, settle};
use super::{counting, derive_sample};
use crate::code::{Code, CodeKind};
use crate::event::{Body, Master};
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
    if let (Some(Row::Code(owner)), Some(current)) = (owner, &current) {
        let versions = books.facts(&Object::Versions("place", id.to_owned()))?;
        if versions.iter().all(|version| version.id != owner.owner) {
            let shown: Vec<&Fact> = versions.iter().filter(|v| v.id == current.entry).collect();
            return settle(books, &place, Verdict::CodeTaken, &shown);
        }
    }
    clear(books, &place, Verdict::CodeTaken)
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
