//! Which figures of the books are duplicates, and of what.

use tl_domain::balance::Records;
use tl_domain::event::{Determination, Purpose, SampleShare, SampleSubject, Side, Standing};
use tl_domain::ids::BatchId;
use tl_domain::project::{AssayRow, Review};
use tl_domain::quantity::{Basis, ContentUnit, Reading};

use super::{at, entry, id, later};
use crate::own_errors::{ClassPercent, OwnError, Subject, of};

/// An assay of a sample of a batch.
fn assay(number: u128, sample: u128, batch: u128, content: &str) -> AssayRow {
    let batch: BatchId = entry(batch).into();
    AssayRow {
        id: entry(10_000 + number).into(),
        sample: entry(20_000 + sample).into(),
        subject: Some(SampleSubject::Batches(vec![SampleShare { batch, weight: None }])),
        reported_at: later(at("2026-05-01T08:00:00+08:00"), i64::try_from(number).expect("few")),
        purpose: Purpose::Receiving,
        standing: Standing::Final,
        side: Side::Own,
        lab: None,
        report_number: None,
        analyst: None,
        review: Review::Accepted,
        quality_failed: false,
        determinations: vec![Determination {
            analyte: id("Tl"),
            result: match content.strip_prefix('<') {
                Some(limit) => Reading::Below { limit: limit.parse().expect("decimal") },
                None => Reading::Value { value: content.parse().expect("decimal") },
            },
            unit: ContentUnit::MilligramPerKilogram,
            basis: Some(Basis::Dry),
            method: Some(id("icp-ms")),
            uncertainty: Vec::new(),
        }],
        quality: Vec::new(),
        evidence: vec![entry(10_000 + number)],
    }
}

fn found(assays: Vec<AssayRow>) -> Vec<OwnError> {
    let records = Records { assays, ..Records::default() };
    of(&records, &id("Tl"), &[], ClassPercent::default())
}

#[test]
fn repeated_assays_of_a_sample_give_the_laboratory_s_error() {
    // Pairs that differ by 4 % of their mean: s = 0.04/√2 = 2.83 %.
    let pair = |n: u128| [assay(2 * n, n, n, "98"), assay(2 * n + 1, n, n, "102")];
    let errors = found((0..25).flat_map(pair).collect());
    assert_eq!(errors.len(), 1, "one sample per batch tells nothing of sampling: {errors:#?}");
    let error = &errors[0];
    let lab = Subject::Assay { lab: "own".to_owned(), method: Some(id("icp-ms")) };
    assert_eq!(error.subject, lab);
    assert!((error.percent - 2.83).abs() < 0.05, "{}", error.percent);
    assert_eq!((error.count, error.verdict.as_str()), (25, "offered"));
    assert!(error.interval_percent.0 < 2.83 && error.interval_percent.1 > 2.83);
}

#[test]
fn two_samples_of_one_batch_give_sampling_and_assay_together() {
    let pair = |n: u128| [assay(2 * n, 2 * n, n, "90"), assay(2 * n + 1, 2 * n + 1, n, "110")];
    let errors = found((0..8).flat_map(pair).collect());
    assert_eq!(errors.len(), 1);
    assert!(matches!(errors[0].subject, Subject::Sampling { .. }));
    assert!((errors[0].percent - 14.1).abs() < 0.3);
    // Eight pairs are few, but they lie beyond the class figure all together.
    assert!(["too_few", "worse_than_class"].contains(&errors[0].verdict.as_str()));
}

#[test]
fn a_second_assay_is_no_second_sample() {
    // Three assays of the first sample, one of the second: the group has two figures, not four.
    let assays = vec![
        assay(0, 0, 0, "100"),
        assay(1, 0, 0, "100"),
        assay(2, 0, 0, "100"),
        assay(3, 1, 0, "110"),
        assay(4, 2, 1, "100"),
        assay(5, 3, 1, "110"),
    ];
    let errors = found(assays);
    let sampling = errors.iter().find(|one| matches!(one.subject, Subject::Sampling { .. }));
    assert_eq!(sampling.expect("two groups").count, 2);
}

#[test]
fn what_does_not_stand_tells_nothing() {
    let pair = |n: u128| [assay(2 * n, n, n, "98"), assay(2 * n + 1, n, n, "102")];
    let mut assays: Vec<AssayRow> = (0..10).flat_map(pair).collect();
    for one in &mut assays {
        one.review = Review::Returned;
    }
    assert!(found(assays.clone()).is_empty());
    for one in &mut assays {
        (one.review, one.side) = (Review::Accepted, Side::Supplier);
    }
    assert!(found(assays).is_empty());
    let limits = |n: u128| [assay(2 * n, n, n, "<0.02"), assay(2 * n + 1, n, n, "<0.02")];
    assert!(found((0..10).flat_map(limits).collect()).is_empty(), "limits are no duplicates");
}
