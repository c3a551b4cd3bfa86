//! Stocks between periods: one unknown to both, taken or not.

use super::super::*;
use super::plants::yard;
use super::{near, of_unit, reconciled};

#[test]
fn a_stock_between_two_months_is_one_unknown() {
    let result = yard(true).reconciled(2);
    let stocks: Vec<&str> =
        result.lines.iter().filter(|line| line.stock).map(|line| line.id.as_str()).collect();
    assert_eq!(stocks, ["stock ore yard @0", "stock ore yard @1", "stock ore yard @2"]);
    let shared = reconciled(&result, "stock ore yard @1");
    assert_eq!(shared.amount.class, "redundant");
    let months = [1, 2].map(|month| of_unit(&result, "yard", month, Quantity::Mass));
    let sums = months.map(|balance| balance.reconciled.expect("reconciled"));
    assert_eq!(sums[0].closing, sums[1].opening);
    assert_eq!(sums[0].closing.value, shared.amount.value);
    let closed = |s: &Sums| {
        let v = |value: Value| value.value.expect("fixed");
        v(s.opening) + v(s.input) - v(s.output) - v(s.closing)
    };
    assert!(sums.iter().all(|sums| closed(sums).abs() < 1e-9));
    // 11 t measured, 8 t moved: pulled towards what moved.
    let found = shared.amount.value.expect("fixed");
    assert!(58.0 < found && found < 61.0, "{found}");
    // The mean of both months has less of an error than the months' errors would sum to.
    let whole = result.balances.iter().find(|balance| {
        balance.of == Of::Scope && balance.period.is_none() && balance.quantity == Quantity::Mass
    });
    let whole = whole.expect("a balance over both").reconciled.expect("reconciled");
    near(whole.input.value.expect("v"), sums.iter().filter_map(|s| s.input.value).sum());
    let apart: f64 = sums.iter().filter_map(|s| Some(s.input.sd?.powi(2))).sum();
    assert!((whole.input.sd.expect("sd") - apart.sqrt()).abs() > 1e-3, "not independent");
}

#[test]
fn a_stock_that_was_not_taken_is_unmeasured_and_follows_from_what_moved() {
    let result = yard(false).reconciled(2);
    let shared = reconciled(&result, "stock - yard @1");
    assert_eq!(shared.amount.class, "observable");
    let raw = |month| &of_unit(&result, "yard", month, Quantity::Mass).raw;
    assert_eq!(raw(1).unaccounted, None);
    assert_eq!(raw(2).missing, ["stock - yard @1"]);
    let whole = result.balances.iter().find(|balance| {
        balance.of == Of::Scope && balance.period.is_none() && balance.quantity == Quantity::Mass
    });
    // 50 + 200 − 184 − 66 over both months: what lay there in between does not matter.
    let whole = whole.expect("over both");
    assert_eq!(whole.raw.unaccounted.as_ref().map(|text| text.as_str()), Some("0"));
}
