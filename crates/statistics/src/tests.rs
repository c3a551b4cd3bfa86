use proptest::prelude::*;
use serde_json::Value;

use crate::hypergeometric::Population;
use crate::{
    beta, chi_squared, correction, error_function, fisher, fraction, gamma, normal, quadrature,
    run_length, student, sum,
};

/// Values computed with 60 digits, and counting formulas with exact fractions.
const KNOWN: &str = include_str!("../tests/vectors/known.json");

fn rows(name: &str) -> Vec<Vec<f64>> {
    let known: Value = serde_json::from_str(KNOWN).unwrap();
    let rows = known[name].as_array().unwrap();
    assert!(!rows.is_empty());
    let row = |row: &Value| row.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    rows.iter().map(row).collect()
}

#[track_caller]
fn close(got: f64, want: f64, relative: f64, what: &str) {
    let near = (got - want).abs() <= relative * want.abs();
    assert!(near, "{what}: {got:e}, wanted {want:e}, off by {:e}", (got - want) / want);
}

#[test]
fn normal_keeps_its_digits_in_both_tails() {
    for row in rows("normal") {
        let x = row[0];
        close(normal::cdf(x), row[1], 2e-14, &format!("cdf({x})"));
        close(normal::sf(x), row[2], 2e-14, &format!("sf({x})"));
        close(error_function::erf(x), row[3], 1e-15, &format!("erf({x})"));
        if row[4] > 1e-300 {
            close(error_function::erfc(x), row[4], 1e-14, &format!("erfc({x})"));
        }
    }
    for row in rows("normal_upper_quantile") {
        close(normal::upper_quantile(row[0]), row[1], 1e-14, &format!("upper({})", row[0]));
    }
    assert_eq!(normal::quantile(0.5), 0.0);
    assert_eq!(normal::quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal::quantile(1.0), f64::INFINITY);
    assert!(normal::quantile(1.5).is_nan() && normal::cdf(f64::NAN).is_nan());
}

#[test]
fn gamma_functions_match_known_values() {
    for row in rows("ln_gamma") {
        let got = gamma::ln_gamma(row[0]);
        assert!((got - row[1]).abs() <= 1e-14 * row[1].abs().max(1.0), "ln_gamma({})", row[0]);
    }
    for row in rows("gamma") {
        let what = format!("P, Q({}, {})", row[0], row[1]);
        close(gamma::lower_regularised(row[0], row[1]), row[2], 1e-13, &what);
        close(gamma::upper_regularised(row[0], row[1]), row[3], 1e-11, &what);
    }
    assert!(gamma::ln_gamma(-1.0).is_nan());
}

#[test]
fn chi_squared_quantiles_match_known_values() {
    for row in rows("chi2_upper_quantile") {
        let what = format!("upper({}, {})", row[0], row[1]);
        close(chi_squared::upper_quantile(row[0], row[1]), row[2], 1e-13, &what);
    }
    for row in rows("chi2_quantile") {
        let what = format!("quantile({}, {})", row[0], row[1]);
        close(chi_squared::quantile(row[0], row[1]), row[2], 1e-13, &what);
    }
    assert!(chi_squared::quantile(0.5, 0.0).is_nan());
}

#[test]
fn beta_student_and_fisher_match_known_values() {
    for row in rows("beta") {
        let what = format!("I_{}({}, {})", row[2], row[0], row[1]);
        close(beta::regularised(row[0], row[1], row[2], 1.0 - row[2]), row[3], 1e-11, &what);
    }
    for row in rows("student") {
        let what = format!("t sf({}, {})", row[0], row[1]);
        close(student::sf(row[0], row[1]), row[2], 1e-12, &what);
    }
    for row in rows("fisher") {
        let what = format!("F sf({}, {}, {})", row[0], row[1], row[2]);
        close(fisher::sf(row[0], row[1], row[2]), row[3], 1e-12, &what);
    }
}

#[test]
fn hypergeometric_matches_exact_fractions() {
    for row in rows("hypergeometric") {
        let population = Population { size: row[0] as u64, marked: row[1] as u64 };
        let got = population.probability(row[2] as u64, row[3] as u64);
        close(got, row[4], 1e-11, &format!("{row:?}"));
    }
    for row in rows("smallest_sample") {
        let population = Population { size: row[0] as u64, marked: row[1] as u64 };
        assert_eq!(population.smallest_sample(row[2]), row[3] as u64, "{row:?}");
    }
    for row in rows("none_recognised") {
        let population = Population { size: row[0] as u64, marked: row[1] as u64 };
        close(
            population.none_recognised(row[2] as u64, row[3]),
            row[4],
            1e-11,
            &format!("{row:?}"),
        );
    }
}

#[test]
fn a_big_population_takes_no_longer_than_a_small_one() {
    let population = Population { size: 4_000_000_000, marked: 40_000_000 };
    let sample = population.smallest_sample(0.05);
    assert_eq!(sample, 299);
    assert!(population.none_found(sample) <= 0.05 && population.none_found(sample - 1) > 0.05);
}

#[test]
fn page_matches_a_fine_markov_chain() {
    for row in rows("page") {
        let got = run_length::exceedance(row[0], row[1], row[2] as usize, row[3]);
        assert!((got - row[4]).abs() < 2e-7, "{row:?}: {got}");
    }
    // Finer panels change nothing.
    for (k, h, periods) in [(0.5, 4.136, 24), (0.0, 12.0, 36), (1.0, 2.9, 12)] {
        let thirds = run_length::exceedance(k, h, periods, 0.0);
        let finer = run_length::exceedance_with(k, h, periods, 0.0, 1.0);
        assert!((thirds / finer - 1.0).abs() < 1e-12, "{thirds} {finer}");
    }
    // Published average run lengths for k = 0.5 (Siegmund; Montgomery table 9.3).
    for (h, shift, length) in [(4.0, 0.0, 335.37), (4.0, 1.0, 8.38), (5.0, 0.0, 930.89)] {
        let got = run_length::average(0.5, h, shift);
        assert!((got / length - 1.0).abs() < 2e-3, "h {h}, shift {shift}: {got}");
    }
}

#[test]
fn a_threshold_gives_back_its_rate() {
    for (k, periods, alpha) in
        [(0.5, 24, 0.05), (0.0, 36, 0.01), (1.0, 12, 0.025), (0.25, 100, 1e-6)]
    {
        let h = run_length::threshold(k, periods, alpha);
        let back = run_length::exceedance(k, h, periods, 0.0);
        assert!((back / alpha - 1.0).abs() < 1e-10, "k {k}, {periods} periods: {back}");
    }
    assert_eq!(run_length::threshold(3.0, 1, 0.05), run_length::SMALLEST_THRESHOLD);
    assert!(run_length::threshold(0.5, 0, 0.05).is_nan());
    assert!(run_length::threshold(0.5, 24, 0.0).is_nan());
    // One period: P(z − k > h) is a plain tail.
    let h = run_length::threshold(0.5, 1, 0.05);
    assert!((h + 0.5 - normal::upper_quantile(0.05)).abs() < 1e-12);
}

#[test]
fn shares_of_a_rate_add_up() {
    assert_eq!(correction::bonferroni(0.05, 10), 0.005);
    close(correction::sidak(0.05, 10), 0.005_116_196_891_823_743, 1e-14, "sidak");
    close(correction::family_rate(correction::sidak(0.05, 111), 111), 0.05, 1e-14, "family");
    assert!(correction::bonferroni(0.05, 0).is_nan() && correction::sidak(-0.1, 3).is_nan());
}

#[test]
fn nodes_integrate_a_polynomial_exactly() {
    let integral: f64 =
        quadrature::panels(3.0, 2.0, 8).iter().map(|n| n.weight * n.at.powi(15)).sum();
    close(integral, 3f64.powi(16) / 16.0, 1e-13, "x^15 over 0..3");
}

#[test]
fn sums_keep_what_cancels() {
    assert_eq!(sum::of([1e16, 1.0, -1e16]), 1.0);
    assert_eq!(sum::of([0.1; 10]), 1.0);
    assert_eq!(sum::of([f64::INFINITY, 1.0]), f64::INFINITY);
}

#[test]
fn a_decimal_becomes_the_fraction_it_meant() {
    assert_eq!(fraction::plain(0.05), Some((5, 100)));
    assert_eq!(fraction::plain(1.0 / 3.0), Some((1, 3)));
    assert_eq!(fraction::plain(0.123_456_789), Some((123_456_789, 1_000_000_000)));
    assert_eq!(fraction::plain(1.0), None);
    assert_eq!(fraction::plain(f64::NAN), None);
}

proptest! {
    #[test]
    fn normal_quantile_is_the_inverse(x in -37.0f64..37.0) {
        let back = if x > 0.0 {
            normal::upper_quantile(normal::sf(x))
        } else {
            normal::quantile(normal::cdf(x))
        };
        prop_assert!((back - x).abs() < 1e-12, "{back}");
        prop_assert_eq!(normal::cdf(x), normal::sf(-x));
    }

    #[test]
    fn tails_add_up_to_one(x in 0.0f64..300.0, dof in 0.1f64..200.0, other in 0.1f64..200.0) {
        prop_assert!((chi_squared::cdf(x, dof) + chi_squared::sf(x, dof) - 1.0).abs() < 1e-13);
        prop_assert!((fisher::cdf(x, dof, other) + fisher::sf(x, dof, other) - 1.0).abs() < 1e-12);
        prop_assert!((student::cdf(x, dof) + student::sf(x, dof) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn quantiles_are_inverses(
        ln_q in -60.0f64..-0.01,
        dof in 0.2f64..500.0,
        other in 0.5f64..500.0,
    ) {
        let q = ln_q.exp();
        let near = |got: f64| (got / q - 1.0).abs() < 1e-9;
        prop_assert!(near(chi_squared::sf(chi_squared::upper_quantile(q, dof), dof)));
        prop_assert!(near(student::sf(student::upper_quantile(q, dof), dof)));
        let f = fisher::upper_quantile(q, dof, other);
        prop_assert!(f.is_infinite() || f > 1e290 || near(fisher::sf(f, dof, other)));
        let low = chi_squared::quantile(q, dof);
        prop_assert!(low < 1e-290 || near(chi_squared::cdf(low, dof)));
    }

    #[test]
    fn counts_sum_to_one(size in 1u64..300, marked in 0u64..300, sample in 0u64..300) {
        let (marked, sample) = (marked.min(size), sample.min(size));
        let population = Population { size, marked };
        prop_assert!((population.cdf(sample, sample) - 1.0).abs() < 1e-11);
        let direct = population.none_found(sample);
        prop_assert!((direct - population.probability(sample, 0)).abs() < 1e-12);
        prop_assert!((population.none_recognised(sample, 0.0) - 1.0).abs() < 1e-11);
    }

    #[test]
    fn the_smallest_sample_is_the_smallest(
        size in 1u64..2000,
        marked in 1u64..50,
        limit in 0.001f64..0.9,
    ) {
        let population = Population { size, marked: marked.min(size) };
        let sample = population.smallest_sample(limit);
        prop_assert!(population.none_found_within(sample, limit));
        prop_assert!(sample == 0 || !population.none_found_within(sample - 1, limit));
    }

    #[test]
    fn a_higher_threshold_is_passed_more_seldom(
        k in 0.0f64..1.5,
        h in 0.1f64..8.0,
        n in 1usize..40,
    ) {
        let low = run_length::exceedance(k, h, n, 0.0);
        prop_assert!(run_length::exceedance(k, h + 0.5, n, 0.0) < low);
        prop_assert!(run_length::exceedance(k, h, n + 1, 0.0) > low);
        prop_assert!(run_length::exceedance(k, h, n, 0.3) > low);
    }
}
