//! Numbers against hand-made values and against each other.

use super::*;

fn ratio(text: &str) -> Ratio {
    parse(text).expect("a number")
}

#[test]
fn decimals_and_fractions_are_read_exactly() {
    assert_eq!(ratio("12/100"), ratio("0.12"));
    assert_eq!(ratio("-3/4"), ratio("-0.75"));
    assert_eq!(ratio("1.5e3"), ratio("1500"));
    assert_eq!(ratio("1e-07"), ratio("1/10000000"));
    assert_eq!(ratio(".5"), ratio("1/2"));
    assert_eq!(ratio("+7."), ratio("7"));
    assert_eq!(plain(&ratio("6/8")), "3/4");
}

#[test]
fn what_is_no_number_is_refused() {
    let bad = ["", "NaN", "inf", "-", "1/0", "1/-2", "1e999999999", "1.2.3", "e5", "0x10", "1 2"];
    for text in bad {
        assert_eq!(parse(text), Err(NotANumber), "{text}");
    }
    assert_eq!(parse(&"9".repeat(DIGITS_BEYOND)), Err(NotANumber));
}

const DIGITS_BEYOND: usize = 5_000;

#[test]
fn wide_keeps_a_hundred_bits_through_a_thousand_steps() {
    let factors = ["1/3", "7/11", "9/10", "999/1000", "13/17"];
    let mut exact = ratio("1");
    let mut wide = Wide::whole();
    for step in 0..1_000 {
        let factor = ratio(factors[step % factors.len()]);
        exact = &exact * &factor + &factor;
        wide = wide.times(&Wide::of(&factor)).plus(&Wide::of(&factor));
    }
    let near = wide.exact().expect("finite");
    let error = ((near - &exact) / exact).float().abs();
    assert!(error < 1e-27, "{error:e}");
    let third = Wide::whole().over(&Wide::new(3.0)).times(&Wide::new(3.0)).minus(&Wide::whole());
    assert!(third.float().abs() < 1e-30);
}

#[test]
fn a_compensated_sum_loses_nothing_to_many_terms() {
    let mut sum = Compensated::default();
    sum.add(1.0);
    for _ in 0..1_000_000 {
        sum.add(1e-16);
    }
    assert!((sum.value() - (1.0 + 1e-10)).abs() < 1e-15);
}

#[test]
fn the_nearest_float_of_a_long_fraction() {
    let text = concat!(
        "1277326006758813009711485345263771533437977974719654413712729659324999426320256153018847",
        "60999984080288259790898146255573177/2430756746811218099857127430676355867855636554695699",
        "161975074983536075644731521606445312500000000000000000000000000000000000"
    );
    // Of Python's fractions.
    assert_eq!(ratio(text).float(), 0.052_548_491_675_872_95);
    assert_eq!(ratio("1/3").float(), 1.0 / 3.0);
    assert_eq!(ratio("-1e300").float(), -1e300);
    assert_eq!(ratio("1e-320").float(), 1e-320);
    assert_eq!(ratio("0").float(), 0.0);
    assert_eq!(ratio("9007199254740993").float(), 9_007_199_254_740_992.0);
    for (above, below) in [(7_i64, 11_i64), (123_456_789, 997), (1, 1_000_003)] {
        let near = (above as f64) / (below as f64);
        assert_eq!(Ratio::new(above.into(), below.into()).float(), near);
    }
}
