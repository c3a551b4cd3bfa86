//! Verification: plans that hold whatever the mix, draws that repeat, comparisons at their edges.

use tl_statistics::hypergeometric::Population;

use crate::fault::Fault;
use crate::measurement::{Components, censored};
use crate::srd::{self, Consignment, Deltas, Partners, Rule};
use crate::verification::draw;
use crate::verification::items::{self, VerifiedItem};
use crate::verification::laboratory::{LaboratoryResult, is_satisfactory};
use crate::verification::sampling;
use crate::verification::stratified::{self, Goal, ItemStratum};

#[test]
fn a_plan_holds_for_every_mix_of_defects() {
    let stratum =
        |name: &str, items, mean_item| ItemStratum { name: name.into(), items, mean_item };
    let strata = [stratum("drums", 30, 0.9), stratum("bags", 40, 0.4), stratum("lots", 12, 2.1)];
    let goal = Goal { quantity: 5.0, fraction: 1.0, beta: 0.1 };
    let plan = stratified::plan(&strata, &goal).unwrap();
    let missed = |n: usize, defects: u64| {
        Population { size: strata[n].items, marked: defects }.none_found(plan[n].sample)
    };
    let mut worst: f64 = 0.0;
    for drums in 0..=6 {
        for bags in 0..=13 {
            for lots in 0..=3 {
                let hidden = drums as f64 * 0.9 + bags as f64 * 0.4 + lots as f64 * 2.1;
                if hidden >= goal.quantity {
                    worst = worst.max(missed(0, drums) * missed(1, bags) * missed(2, lots));
                }
            }
        }
    }
    assert!(worst <= goal.beta && worst > 0.05, "{worst}");
    for plan in &plan {
        assert!(plan.nondetection.unwrap() <= goal.beta);
    }
}

#[test]
fn a_goal_that_cannot_be_hidden_is_named() {
    let strata = [ItemStratum { name: "bags".into(), items: 3, mean_item: 0.4 }];
    let goal = Goal { quantity: 5.0, fraction: 1.0, beta: 0.1 };
    let fault = stratified::plan(&strata, &goal).unwrap_err();
    assert_eq!((fault.code(), fault.place().as_str()), ("out_of_range", "goal"));
    let empty = [ItemStratum { name: "bags".into(), items: 3, mean_item: 0.0 }];
    let fault = stratified::plan(&empty, &goal).unwrap_err();
    assert_eq!(fault.place(), "strata[0].mean_item");
}

#[test]
fn a_draw_repeats_and_favours_nobody() {
    let drawn = draw::positions(20_260_301, 1000, 60).unwrap();
    assert_eq!(drawn, draw::positions(20_260_301, 1000, 60).unwrap());
    assert_ne!(drawn, draw::positions(20_260_302, 1000, 60).unwrap());
    assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn[59] < 1000);
    assert_eq!(draw::positions(1, 5, 5).unwrap(), [0, 1, 2, 3, 4]);
    let mut counts = [0_u32; 10];
    for seed in 0..4000 {
        for position in draw::positions(seed, 10, 3).unwrap() {
            counts[usize::try_from(position).unwrap()] += 1;
        }
    }
    // 1200 each, σ 29.
    assert!(counts.iter().all(|&count| (1080..1320).contains(&count)), "{counts:?}");
    assert_eq!(draw::positions(1, 5, 6).unwrap_err().code(), "out_of_range");
}

#[test]
fn a_tie_needs_no_extra_item() {
    // 100 items, one falsified: 90 leave exactly 1 in 10.
    assert_eq!(sampling::sample_size(100, 1, 0.1).unwrap().exact, 90);
    assert_eq!(sampling::sample_size(1, 1, 0.05).unwrap().exact, 1);
    assert_eq!(sampling::sample_size(50, 50, 0.05).unwrap().exact, 1);
    assert_eq!(sampling::sample_size(50, 0, 0.05).unwrap_err().code(), "out_of_range");
    let large = sampling::sample_size(1_000_000_000, 1_000_000, 0.05).unwrap();
    assert!(large.nondetection <= 0.05 && large.exact.abs_diff(large.improved) <= 2, "{large:?}");
}

#[test]
fn goals_round_up_to_whole_items() {
    assert_eq!(sampling::defects(5.0, 0.5, 1.0).unwrap(), 10);
    assert_eq!(sampling::defects(5.0, 0.1, 1.0).unwrap(), 50);
    assert_eq!(sampling::defects(5.01, 0.5, 1.0).unwrap(), 11);
    assert_eq!(sampling::defects(0.01, 0.5, 1.0).unwrap(), 1);
    assert!(sampling::defects(5.0, 0.5, 0.0).is_err() && sampling::defects(5.0, 0.5, 1.1).is_err());
}

#[test]
fn recognition_that_fails_is_missed_more_often() {
    let missed = |q| sampling::nondetection(100, 5, 30, q).unwrap();
    assert_eq!(missed(0.0), 1.0);
    assert!(missed(0.3) > missed(0.8) && missed(0.8) > missed(1.0));
    assert_eq!(sampling::nondetection(10, 10, 1, 1.0).unwrap(), 0.0);
    assert_eq!(sampling::nondetection(10, 0, 10, 1.0).unwrap(), 1.0);
}

#[test]
fn comparisons_without_errors_are_refused() {
    let items = [VerifiedItem { operator: 1.0, inspector: 0.9 }];
    let none = Deltas::default();
    let some = Deltas { random: 0.1, systematic: 0.0 };
    let fault = items::compare(5, &items, none, none).unwrap_err();
    assert!(matches!(fault, Fault::NoDeviation { .. }));
    assert!(items::compare(0, &items, some, some).is_err());
    let zero = [VerifiedItem { operator: 0.0, inspector: 0.9 }];
    assert_eq!(items::compare(5, &zero, some, some).unwrap_err().place(), "operator[0]");
    let comparison = items::compare(5, &items, some, none).unwrap();
    assert!((comparison.inspectors_muf(2.0) - 1.5).abs() < 1e-12);
    let exact = LaboratoryResult { value: 1.0, value_u: 0.0, reference: 1.0, reference_u: 0.0 };
    assert!(exact.en(2.0).is_err());
    assert!(is_satisfactory(1.0) && is_satisfactory(-1.0) && !is_satisfactory(-1.01));
}

#[test]
fn partners_are_tested_apart() {
    let partners = |shipper: &str| Partners {
        shipper: shipper.into(),
        receiver: "smelter".into(),
        material: "dust".into(),
    };
    let line = |shipper, receiver| Consignment { shipper, receiver };
    let lines: Vec<_> = (0..12)
        .flat_map(|_| [(partners("a"), line(20.0, 19.4)), (partners("b"), line(20.0, 20.0))])
        .collect();
    let deltas = Deltas { random: 0.02, systematic: 0.008 };
    let rule = Rule { shipper: deltas, receiver: deltas, sigmas: 2.0, de_minimis: 0.5 };
    let results = srd::by_partner(&lines, |_| rule).unwrap();
    assert_eq!(results.len(), 2);
    let a = &results[&partners("a")];
    assert!(a.iter().all(|result| !result.line.is_significant));
    assert!(a[11].cumulative.is_significant && (a[11].cumulative.value - 7.2).abs() < 1e-9);
    assert!(results[&partners("b")].iter().all(|result| !result.cumulative.is_significant));
    // The mass condition alone holds it back.
    let coarse = srd::by_partner(&lines, |_| Rule { de_minimis: 8.0, ..rule }).unwrap();
    assert!(!coarse[&partners("a")][11].cumulative.is_significant);
}

#[test]
fn an_exact_referee_wins() {
    assert_eq!(srd::weighted_mean(&[(10.0, 1.0), (12.0, 0.0)]), Some((12.0, 0.0)));
    assert_eq!(srd::weighted_mean(&[(10.0, 0.0), (12.0, 0.0)]), None);
    assert_eq!(srd::weighted_mean(&[]), None);
    let (mean, u) = srd::weighted_mean(&[(10.0, 1.0), (12.0, 1.0), (11.0, 1.0)]).unwrap();
    assert!((mean - 11.0).abs() < 1e-12 && (u - 1.0 / 3f64.sqrt()).abs() < 1e-12);
}

#[test]
fn components_keep_their_parts() {
    let components = Components {
        wet_mass: 1000.0,
        wet_mass_u: 10.0,
        moisture: 0.2,
        moisture_u: 0.01,
        assay: 500.0,
        assay_u: 0.0,
    };
    let amount = components.amount().unwrap();
    assert!((amount.value - 0.4).abs() < 1e-15);
    assert!((amount.by_mass - 0.004).abs() < 1e-15 && (amount.by_moisture - 0.005).abs() < 1e-15);
    assert_eq!(amount.by_assay, 0.0);
    let empty = Components { assay: 0.0, assay_u: 3.0, ..components }.amount().unwrap();
    assert_eq!(empty.relative_uncertainty(), None);
    assert!((empty.uncertainty() - 0.0024).abs() < 1e-15);
    assert!(Components { moisture: 1.2, ..components }.amount().is_err());
    // Below a detection limit of 12: 6 ± 12/√12.
    let (value, u) = censored(0.0, 12.0);
    assert!((value - 6.0).abs() < 1e-12 && (u - 12f64.sqrt()).abs() < 1e-12);
}
