//! Further things that must not matter: the order of terms and partners, the unit of differences;
//! and a period without variance of its own is named, wherever it stands.

use proptest::prelude::*;

use super::properties::{SETTINGS, near, strata};
use crate::evaluation::Evaluation;
use crate::fault::Fault;
use crate::period::Series;
use crate::srd::{self, Consignment, Deltas, Partners, Rule};
use crate::stratum::{self, Role, Stratum};
use crate::verification::items::{self, VerifiedItem};
use crate::verification::laboratory::LaboratoryResult;

fn pairs(count: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.1f64..500.0, 0.1f64..500.0), 1..count)
}

fn deltas() -> impl Strategy<Value = Deltas> {
    (0.001f64..0.1, 0.0f64..0.05).prop_map(|(random, systematic)| Deltas { random, systematic })
}

/// The same terms in each period, in another order.
fn turned(series: &Series, turn: usize) -> Series {
    let mut periods = series.periods().to_vec();
    for period in &mut periods {
        let count = period.terms.len();
        period.terms.rotate_left(turn % count);
        period.terms.reverse();
    }
    Series::new(periods).unwrap()
}

/// Another limit than any figure of these series meets by rounding alone.
fn alarms(evaluation: &Evaluation) -> [Option<usize>; 4] {
    let standardised = evaluation.standardised.as_ref().unwrap();
    [evaluation.first_muf, evaluation.first_cumuf, standardised.first_up, standardised.first_down]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_terms_does_not_matter(strata in strata(5), turn in 0usize..20) {
        let series = stratum::series(&strata, 5).unwrap();
        let left = Evaluation::of(&series, SETTINGS);
        let right = Evaluation::of(&turned(&series, turn), SETTINGS);
        prop_assert!(near(&left.muf, &right.muf, 100.0));
        prop_assert!(near(&left.sigma_cumuf, &right.sigma_cumuf, 1.0));
        prop_assert_eq!(alarms(&left), alarms(&right));
        let (left, right) = (left.standardised.unwrap(), right.standardised.unwrap());
        prop_assert!(near(&left.residuals.sitmuf, &right.residuals.sitmuf, 1.0));
        prop_assert!(near(&left.page.up, &right.page.up, 1.0));
    }

    #[test]
    fn the_unit_moves_no_alarm(strata in strata(5), exponent in -6i32..7) {
        // Powers of two are exact, so that no limit is passed by rounding.
        let factor = 2f64.powi(exponent);
        let mut scaled = strata.clone();
        for stratum in &mut scaled {
            stratum.amounts.iter_mut().for_each(|amount| *amount *= factor);
            stratum.sigma_absolute *= factor;
        }
        let evaluated = |strata: &[Stratum]| {
            Evaluation::of(&stratum::series(strata, 5).unwrap(), SETTINGS)
        };
        let (left, right) = (evaluated(&strata), evaluated(&scaled));
        prop_assert_eq!(alarms(&left), alarms(&right));
        let (left, right) = (left.standardised.unwrap(), right.standardised.unwrap());
        prop_assert_eq!(left.residuals.sitmuf, right.residuals.sitmuf);
        prop_assert_eq!(left.page, right.page);
        prop_assert_eq!(left.gemuf, right.gemuf);
    }

    #[test]
    fn a_period_without_variance_is_named(strata in strata(6), empty in 0usize..6) {
        // Nothing comes in or goes out in it and nothing lies there: no figure, no error.
        let mut flows: Vec<Stratum> =
            strata.into_iter().filter(|stratum| stratum.role != Role::Inventory).collect();
        prop_assume!(!flows.is_empty());
        for stratum in &mut flows {
            stratum.amounts[empty] = 0.0;
            stratum.sigma_absolute = 0.0;
        }
        let series = stratum::series(&flows, 6).unwrap();
        let evaluation = Evaluation::of(&series, SETTINGS);
        prop_assert_eq!(
            evaluation.standardised.as_ref().unwrap_err(),
            &Fault::NotPositiveDefinite { period: empty + 1 }
        );
        // What needs no standardisation is there all the same.
        prop_assert_eq!(evaluation.sigma[empty], 0.0);
        prop_assert!(evaluation.sigma.iter().enumerate().all(|(t, s)| t == empty || *s > 0.0));
        prop_assert_eq!(evaluation.muf.len(), 6);
    }

    #[test]
    fn a_period_that_repeats_anothers_errors_is_named(
        flows in prop::collection::vec(1.0f64..100.0, 2..8),
        delta in 0.001f64..0.2,
        share in 0.1f64..5.0,
    ) {
        // One long-term error for all: the second period is the first one times a factor.
        let mut stratum = Stratum::exact("in", Role::Receipt, flows.clone());
        stratum.delta_long = delta;
        let periods = flows.len();
        let evaluated = |stratum: Stratum| {
            let series = stratum::series(&[stratum], periods).unwrap();
            Evaluation::of(&series, SETTINGS)
        };
        let fault = evaluated(stratum.clone()).standardised.unwrap_err();
        prop_assert_eq!(fault, Fault::NotPositiveDefinite { period: 2 });
        // A random error of its own gives each period back what it needs.
        stratum.delta_random = delta * share;
        prop_assert!(evaluated(stratum).standardised.is_ok());
    }

    #[test]
    fn the_unit_of_differences_does_not_matter(
        lines in pairs(20),
        shipper in deltas(),
        receiver in deltas(),
        factor in 0.001f64..1000.0,
    ) {
        let scaled = |factor: f64| -> Vec<srd::LineResult> {
            let rule = Rule { shipper, receiver, sigmas: 2.0, de_minimis: 0.5 * factor };
            let lines: Vec<Consignment> = lines
                .iter()
                .map(|(s, r)| Consignment { shipper: s * factor, receiver: r * factor })
                .collect();
            srd::evaluate(&lines, &rule).unwrap()
        };
        for (left, right) in scaled(1.0).iter().zip(scaled(factor)) {
            for (a, b) in [(left.line, right.line), (left.cumulative, right.cumulative)] {
                prop_assert!(near(&[a.z], &[b.z], 1.0));
                prop_assert!(near(&[a.sigma], &[b.sigma / factor], 0.0));
            }
            prop_assert!(near(&[left.best_estimate], &[right.best_estimate / factor], 0.0));
        }
        let verified = |factor: f64| {
            let items: Vec<VerifiedItem> = lines
                .iter()
                .map(|(o, i)| VerifiedItem { operator: o * factor, inspector: i * factor })
                .collect();
            items::compare(1_000, &items, shipper, receiver).unwrap()
        };
        let (left, right) = (verified(1.0), verified(factor));
        prop_assert!(near(&[left.z], &[right.z], 1.0));
        prop_assert!(near(&[left.difference], &[right.difference / factor], 1.0));
        let en = |factor: f64| {
            let [value, reference] = [lines[0].0, lines[0].1].map(|x| x * factor);
            let u = 0.3 * factor;
            LaboratoryResult { value, value_u: u, reference, reference_u: u }.en(2.0).unwrap()
        };
        prop_assert!(near(&[en(1.0)], &[en(factor)], 1.0));
    }

    #[test]
    fn the_order_of_lines_does_not_matter_to_their_sum(
        lines in pairs(20),
        shipper in deltas(),
        receiver in deltas(),
    ) {
        let rule = Rule { shipper, receiver, sigmas: 2.0, de_minimis: 0.0 };
        let consignments: Vec<Consignment> =
            lines.iter().map(|(s, r)| Consignment { shipper: *s, receiver: *r }).collect();
        let mut turned = consignments.clone();
        turned.reverse();
        let last = |lines: &[Consignment]| {
            srd::evaluate(lines, &rule).unwrap().last().unwrap().cumulative
        };
        let (left, right) = (last(&consignments), last(&turned));
        prop_assert!(near(&[left.value, left.sigma], &[right.value, right.sigma], 1.0));
        // Each pair of partners by itself: what lies between its lines changes nothing.
        let of = |name: &str| Partners {
            shipper: name.into(),
            receiver: "r".into(),
            material: "m".into(),
        };
        let mixed: Vec<(Partners, Consignment)> =
            consignments.iter().flat_map(|line| [(of("a"), *line), (of("b"), *line)]).collect();
        let found = srd::by_partner(&mixed, |_| rule).unwrap();
        let alone = srd::evaluate(&consignments, &rule).unwrap();
        prop_assert_eq!(&found[&of("a")], &alone);
        prop_assert_eq!(&found[&of("b")], &alone);
    }
}
