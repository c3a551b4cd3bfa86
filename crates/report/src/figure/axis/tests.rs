//! Ticks are round, inside the range, and written as people do.

use chrono::FixedOffset;
use proptest::prelude::*;

use super::{Ticks, grouped, time_ticks};

fn texts(low: f64, high: f64) -> Vec<String> {
    let ticks = Ticks::between(low, high, 5);
    ticks.values.iter().map(|value| ticks.text(*value)).collect()
}

fn china() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("a real offset")
}

/// 2026-01-01 00:00 in China.
const NEW_YEAR: i64 = 1_767_196_800_000_000;
const DAY: i64 = 86_400_000_000;

fn time_texts(days: i64, wanted: usize) -> Vec<String> {
    let ticks = time_ticks(NEW_YEAR, NEW_YEAR + days * DAY, china(), wanted);
    ticks.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn amounts_are_round() {
    assert_eq!(texts(0.0, 5.0), ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(texts(0.0, 0.0053), ["0.000", "0.002", "0.004"]);
    assert_eq!(texts(-20.0, 30.0), ["−20", "−10", "0", "10", "20", "30"]);
    assert_eq!(texts(0.0, 2_104_000.0), ["0", "500,000", "1,000,000", "1,500,000", "2,000,000"]);
    assert_eq!(texts(3.0, 3.0), ["3"]);
}

#[test]
fn thousands_and_signs() {
    assert_eq!(grouped(1_234_567.5, 1), "1,234,567.5");
    assert_eq!(grouped(-999.0, 0), "−999");
    assert_eq!(grouped(-0.0001, 2), "0.00");
}

#[test]
fn times_fall_on_the_sites_own_midnight() {
    assert_eq!(time_texts(1, 5), ["01-01", "06:00", "12:00", "18:00", "01-02"]);
    assert_eq!(time_texts(10, 6), ["01-01", "01-03", "01-05", "01-07", "01-09", "01-11"]);
    assert_eq!(time_texts(365, 6), ["2026-01", "2026-04", "2026-07", "2026-10", "2027-01"]);
}

proptest! {
    #[test]
    fn ticks_stay_inside_and_rise(
        low in -1e6..1e6_f64,
        span in 1e-6..1e6_f64,
        wanted in 2..9_usize,
    ) {
        let high = low + span;
        let ticks = Ticks::between(low, high, wanted);
        prop_assert!(ticks.values.len() <= wanted + 1);
        let slack = span * 1e-6;
        prop_assert!(ticks.values.iter().all(|v| *v >= low - slack && *v <= high + slack));
        prop_assert!(ticks.values.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn time_ticks_stay_inside(
        start in -4_000_000_000..4_000_000_000_i64,
        span in 1..400_000_000_i64,
    ) {
        let (from, to) = (start * 1_000_000, (start + span) * 1_000_000);
        let ticks = time_ticks(from, to, china(), 6);
        prop_assert!(ticks.len() <= 40);
        prop_assert!(ticks.iter().all(|(at, _)| (from..=to).contains(at)));
        prop_assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
