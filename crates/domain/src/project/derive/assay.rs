//! Samples and assays: the report, its review, whether a failed check stands unexplained.

use tl_ledger::Hash;

use super::counting;
use super::task::{clear, flag, flag_once, settle};
use crate::event::{AssayReport, AssayReview, Body, ReviewDecision, Standing};
use crate::ids::{AssayId, SampleId};
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{AssayRow, Review, Row, RowKey, SampleRow, Table};
use crate::project::verdict::Verdict;

/// Derives a sample anew from its facts, and its assays when it stands for something else now.
pub(in crate::project) fn derive_sample<B: Books>(
    books: &mut B,
    id: SampleId,
) -> Result<(), B::Error> {
    let object = Object::Sample(id);
    let before = sample(books, id)?.and_then(|row| row.subject);
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
    let same = row.subject == before;
    let waiting: Vec<&Fact> = facts.iter().map(|(fact, _)| fact).filter(|_| !taken).collect();
    settle(books, &object, Verdict::MissingParent, &waiting)?;
    if facts.is_empty() {
        books.remove(&RowKey::new(Table::Sample, id))?;
    } else {
        books.put(Row::Sample(row))?;
    }
    if same { Ok(()) } else { assays.into_iter().try_for_each(|a| derive_assay(books, a)) }
}

/// Adds a fact that has just come, the last of its sample in log order; the assay that it reports
/// is derived by itself.
pub(in crate::project) fn extend_sample<B: Books>(
    books: &mut B,
    id: SampleId,
    (fact, body): (&Fact, &Body),
) -> Result<(), B::Error> {
    let (Body::AssayReport(_), Some(mut row)) = (body, sample(books, id)?) else {
        return derive_sample(books, id);
    };
    row.assays += 1;
    if row.subject.is_none() {
        flag(books, &Object::Sample(id), Verdict::MissingParent, fact.id, fact.observed_at)?;
    }
    books.put(Row::Sample(row))
}

fn sample<B: Books>(books: &mut B, id: SampleId) -> Result<Option<SampleRow>, B::Error> {
    Ok(match books.row(&RowKey::new(Table::Sample, id))? {
        Some(Row::Sample(row)) => Some(row),
        _ => None,
    })
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
    let subject = sample(books, report.sample)?.and_then(|row| row.subject);
    let bytes = bytes_that_count(books, fact)?;
    let mut row = reported(id, fact, report);
    row.subject = subject;
    row.quality_failed = quality_failed;
    for (fact, body) in &facts {
        if let Body::AssayReview(review) = body {
            reviewed(&mut row, (report, bytes), (fact, review));
        }
    }
    books.put(Row::Assay(row))
}

/// Adds a fact that has just come, the last of its assay in log order.
pub(in crate::project) fn extend_assay<B: Books>(
    books: &mut B,
    id: AssayId,
    (fact, body): (&Fact, &Body),
) -> Result<(), B::Error> {
    let Body::AssayReview(review) = body else {
        return derive_assay(books, id);
    };
    let Some(Row::Assay(mut row)) = books.row(&RowKey::new(Table::Assay, id))? else {
        let object = Object::Assay(id);
        return flag(books, &object, Verdict::MissingParent, fact.id, fact.observed_at);
    };
    let report_fact = books.fact(id.entry())?;
    let Some((reported, Some(Body::AssayReport(report)))) =
        report_fact.as_ref().map(|reported| (reported, reported.body.as_ref()))
    else {
        return derive_assay(books, id);
    };
    let bytes = bytes_that_count(books, reported)?;
    reviewed(&mut row, (report, bytes), (fact, review));
    books.put(Row::Assay(row))
}

/// An assay as it was reported, before anybody reviewed it.
fn reported(id: AssayId, fact: &Fact, report: &AssayReport) -> AssayRow {
    let report = report.clone();
    let standing = match report.standing {
        Standing::Final => Standing::Preliminary,
        standing => standing,
    };
    let mut evidence = vec![fact.id];
    evidence.extend(fact.corrected_by);
    AssayRow {
        id,
        sample: report.sample,
        subject: None,
        reported_at: fact.observed_at,
        purpose: report.purpose,
        standing,
        side: report.side,
        lab: report.lab,
        report_number: report.report_number,
        analyst: report.analyst,
        review: Review::Pending,
        quality_failed: false,
        determinations: report.determinations,
        quality: report.quality,
        evidence,
    }
}

/// A review covers the bytes that it names: of another version it says nothing, and a correction
/// is a new figure that nobody has looked at yet.
fn reviewed(
    row: &mut AssayRow,
    (report, bytes): (&AssayReport, Hash),
    (fact, review): (&Fact, &AssayReview),
) {
    if review.target.hash != bytes {
        return;
    }
    row.review = match review.decision {
        ReviewDecision::Accept => Review::Accepted,
        ReviewDecision::Return => Review::Returned,
    };
    row.standing = report.standing;
    row.evidence.push(fact.id);
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
