//! Worksheets: checks stand where the template says.

use proptest::prelude::*;
use serde_json::json;

use crate::event::{CheckKind, SeriesRules};
use crate::lab::worksheet::{SAMPLES_MAX, Stand, csv, run_list};

fn rules() -> SeriesRules {
    let template = json!({"template": [
        {"check": "curve", "first": true, "last": false},
        {"check": "blank", "first": true, "last": false},
        {"check": "duplicate", "every": 3, "first": false, "last": false},
        {"check": "drift", "every": 3, "first": false, "last": true}]});
    serde_json::from_value(template).expect("rules")
}

#[test]
fn checks_stand_between_the_samples() {
    use CheckKind::{Blank, Curve, Drift, Duplicate};
    let lines = run_list(Some(&rules()), 4).expect("few samples");
    let stands: Vec<Stand> = lines.iter().map(|line| line.stand).collect();
    let check = |kind| Stand::Check(kind, None);
    assert_eq!(
        stands,
        [
            check(Curve),
            check(Blank),
            Stand::Sample(0),
            Stand::Sample(1),
            Stand::Sample(2),
            Stand::Check(Duplicate, Some(2)),
            check(Drift),
            Stand::Sample(3),
            Stand::Check(Duplicate, Some(3)),
            check(Drift),
        ]
    );
    assert_eq!(lines.last().map(|line| line.position), Some(10));
    let names = ["S-1", "S,2", "=S3", "S-4"].map(str::to_owned);
    let text = csv(&lines, &names);
    assert!(text.contains("\r\n4,\"S,2\",sample\r\n5,\"'=S3\",sample\r\n"), "{text}");
    assert!(text.contains("6,\"'=S3 duplicate\",duplicate"), "{text}");
}

#[test]
fn without_a_template_samples_stand_alone() {
    let lines = run_list(None, 2).expect("few");
    assert_eq!(
        lines.iter().map(|l| l.stand).collect::<Vec<_>>(),
        [Stand::Sample(0), Stand::Sample(1)]
    );
    assert_eq!(run_list(Some(&rules()), 0), Some(Vec::new()));
    assert_eq!(run_list(None, SAMPLES_MAX + 1), None);
}

proptest! {
    #[test]
    fn every_sample_stands_once_and_checks_are_enough(samples in 1_usize..SAMPLES_MAX) {
        let lines = run_list(Some(&rules()), samples).expect("not too many");
        let own: Vec<usize> = lines.iter().filter_map(|line| match line.stand {
            Stand::Sample(sample) => Some(sample),
            Stand::Check(..) => None,
        }).collect();
        prop_assert_eq!(own, (0..samples).collect::<Vec<_>>());
        let duplicates = lines.iter().filter(|line| {
            matches!(line.stand, Stand::Check(CheckKind::Duplicate, Some(_)))
        });
        prop_assert_eq!(duplicates.count(), samples.div_ceil(3));
    }
}
