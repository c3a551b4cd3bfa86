//! Samples and assays: the report, its review, whether a failed check stands unexplained.

use tl_ledger::Hash;

use super::counting;
use super::task::{clear, flag_once, settle};
use crate::event::{Body, ReviewDecision, Standing};
use crate::ids::{AssayId, SampleId};
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{AssayRow, Review, Row, RowKey, SampleRow, Table};
use crate::project::verdict::Verdict;

/// Derives a sample, and the subject of its assays, anew from its facts.
pub(in crate::project) fn derive_sample<B: Books>(
    books: &mut B,
    id: SampleId,
) -> Result<(), B::Error> {
    let object = Object::Sample(id);
    let mut row = SampleRow {
        id,
        code: None,
        code_taken: false,
        lab_name: None,
        subject: None,
        taken_at: None,
        assays: 0,
    };
    let mut assays = Vec::new();
    let facts = counting(books, &object)?;
    for (fact, body) in &facts {
        match body {
            Body::SampleTake(take) if fact.id == id.entry() => {
                row.code.clone_from(&take.code);
                row.lab_name.clone_from(&take.lab_name);
                row.subject = Some(take.subject.clone());
                row.taken_at = Some(fact.observed_at);
            }
            Body::AssayReport(report) if report.sample == id => {
                row.assays += 1;
                assays.push(AssayId::from(fact.id));
            }
            _ => {}
        }
    }
    if let Some(code) = &row.code {
        let owner = match books.row(&RowKey::new(Table::Code, code.as_str()))? {
            Some(Row::Code(owner)) => Some(owner.owner),
            _ => None,
        };
        row.code_taken = owner.is_some_and(|owner| owner != id.entry());
    }
    if row.code_taken {
        row.code = None;
        let since = row.taken_at.unwrap_or_default();
        flag_once(books, &object, Verdict::CodeTaken, (id.entry(), since), Vec::new())?;
    } else {
        clear(books, &object, Verdict::CodeTaken)?;
    }
    let taken = row.subject.is_some();
    let waiting: Vec<&Fact> = facts.iter().map(|(fact, _)| fact).filter(|_| !taken).collect();
    settle(books, &object, Verdict::MissingParent, &waiting)?;
    if facts.is_empty() {
        books.remove(&RowKey::new(Table::Sample, id))?;
    } else {
        books.put(Row::Sample(row))?;
    }
    assays.into_iter().try_for_each(|assay| derive_assay(books, assay))
}

/// Derives an assay anew from its report and reviews; removes it when the report was withdrawn.
pub(in crate::project) fn derive_assay<B: Books>(
    books: &mut B,
    id: AssayId,
) -> Result<(), B::Error> {
    let object = Object::Assay(id);
    let facts = counting(books, &object)?;
    let found = facts.iter().find_map(|(fact, body)| match body {
        Body::AssayReport(report) if fact.id == id.entry() => Some((fact, report)),
        _ => None,
    });
    let Some((fact, report)) = found else {
        let waiting: Vec<&Fact> = facts.iter().map(|(fact, _)| fact).collect();
        settle(books, &object, Verdict::MissingParent, &waiting)?;
        clear(books, &object, Verdict::QualityFailed)?;
        return books.remove(&RowKey::new(Table::Assay, id));
    };
    clear(books, &object, Verdict::MissingParent)?;
    let bytes = bytes_that_count(books, fact)?;
    let mut review = Review::Pending;
    let mut reviews = Vec::new();
    for (fact, body) in &facts {
        // A review covers the bytes that it names: of another version it says nothing, and a
        // correction is a new figure that nobody has looked at yet.
        if let Body::AssayReview(b) = body
            && b.target.hash == bytes
        {
            review = match b.decision {
                ReviewDecision::Accept => Review::Accepted,
                ReviewDecision::Return => Review::Returned,
            };
            reviews.push(fact.id);
        }
    }
    let quality_failed =
        report.quality.iter().any(|check| !check.passed && check.deviation.is_none());
    if quality_failed {
        let failed = report.quality.iter().filter(|check| !check.passed);
        let detail = failed.map(|check| ("check".to_owned(), check.check.clone())).collect();
        let verdict = Verdict::QualityFailed;
        flag_once(books, &object, verdict, (fact.id, fact.observed_at), detail)?;
    } else {
        clear(books, &object, Verdict::QualityFailed)?;
    }
    let subject = match books.row(&RowKey::new(Table::Sample, report.sample))? {
        Some(Row::Sample(sample)) => sample.subject,
        _ => None,
    };
    let mut evidence = vec![fact.id];
    evidence.extend(fact.corrected_by);
    evidence.extend(reviews);
    let standing = if review == Review::Pending && report.standing == Standing::Final {
        Standing::Preliminary
    } else {
        report.standing
    };
    let report = report.clone();
    books.put(Row::Assay(AssayRow {
        id,
        sample: report.sample,
        subject,
        reported_at: fact.observed_at,
        purpose: report.purpose,
        standing,
        side: report.side,
        lab: report.lab,
        report_number: report.report_number,
        analyst: report.analyst,
        review,
        quality_failed,
        determinations: report.determinations,
        quality: report.quality,
        evidence,
    }))
}

/// Leaf hash of the entry that gives a fact's effective body: its own, or its correction's.
pub(in crate::project) fn bytes_that_count<B: Books>(
    books: &mut B,
    fact: &Fact,
) -> Result<Hash, B::Error> {
    Ok(match fact.corrected_by {
        Some(by) => books.fact(by)?.map_or(fact.leaf, |correction| correction.leaf),
        None => fact.leaf,
    })
}
