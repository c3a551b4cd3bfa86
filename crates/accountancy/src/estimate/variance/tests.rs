//! Closed forms of single mean squares, limits of differences.

use super::*;
use crate::estimate::Span;

const EVIDENCE: Evidence = Evidence { count: 10, wanted: 20, span: Span { first: 0, last: 1 } };

#[test]
fn a_mean_square_has_the_chi_squared_interval() {
    // χ² with 10 degrees of freedom: 3.24697 and 20.48318 (tables).
    let estimate = MeanSquare { value: 4.0, dof: 10.0 }.estimate(EVIDENCE);
    assert_eq!(estimate.value, 2.0);
    assert!((estimate.interval.low - (40.0 / 20.483_177_f64).sqrt()).abs() < 1e-6);
    assert!((estimate.interval.high - (40.0 / 3.246_973_f64).sqrt()).abs() < 1e-6);
}

#[test]
fn nothing_to_subtract_leaves_the_exact_interval() {
    let square = MeanSquare { value: 4.0, dof: 10.0 };
    let estimate = difference(square, MeanSquare { value: 0.0, dof: 7.0 }, EVIDENCE);
    let alone = square.estimate(EVIDENCE);
    assert!((estimate.interval.low / alone.interval.low - 1.0).abs() < 1e-12);
    assert!((estimate.interval.high / alone.interval.high - 1.0).abs() < 1e-12);
    assert_eq!(estimate.dof, 10.0);
}

#[test]
fn the_lower_end_is_zero_where_the_f_test_says_so() {
    // At the F quantile the difference is just significant: both tests are one.
    let f = fisher::upper_quantile(TAIL, 8.0, 30.0);
    let smaller = MeanSquare { value: 1.0, dof: 30.0 };
    let at = |ratio: f64| difference_interval(MeanSquare { value: ratio, dof: 8.0 }, smaller).low;
    assert!(at(f).abs() < 1e-9);
    assert!(at(f * 1.01) > 0.0 && at(f * 0.99) < 0.0);
}

#[test]
fn a_negative_difference_reads_zero_and_says_so() {
    let larger = MeanSquare { value: 1.0, dof: 10.0 };
    let smaller = MeanSquare { value: 2.0, dof: 10.0 };
    let estimate = difference(larger, smaller, EVIDENCE);
    assert!(estimate.was_negative);
    assert_eq!((estimate.value, estimate.interval.low), (0.0, 0.0));
    assert!(estimate.interval.high > 0.0);
    assert!((estimate.dof - 2.0).abs() < 1e-12);
}
