//! The plants' figures are right before anything is asked of the programs.

use super::*;

fn grams(year: &Year, way: Way) -> i64 {
    year.items.iter().filter(|item| item.way == way).map(|item| item.grams).sum()
}

#[test]
fn totals_are_the_published_ones() {
    assert_eq!(grams(&S1, Way::In), 2_104_000);
    assert_eq!(grams(&S1, Way::Out) + grams(&S1, Way::Discharge), 2_019_990);
    assert_eq!(grams(&T1, Way::In), grams(&T1, Way::Out) + grams(&T1, Way::Discharge));
    assert_eq!(grams(&T5, Way::Out) + grams(&T5, Way::Discharge), 100_300);
}

#[test]
fn parts_and_factors_keep_the_total() {
    for count in [12, 53, 60] {
        let list = parts(52_000_123, count);
        assert_eq!(list.iter().sum::<i64>(), 52_000_123);
        let weighted: Decimal =
            list.iter().enumerate().map(|(i, part)| Decimal::from(*part) * factor(i, count)).sum();
        assert_eq!(weighted, Decimal::from(52_000_123), "{count} parts");
    }
}
