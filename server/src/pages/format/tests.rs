//! Figures and times as people see them.

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn digits_stay_as_written() {
    for (given, shown) in [
        ("1.20", "1.20"),
        ("0", "0"),
        ("1000", "1,000"),
        ("2104000", "2,104,000"),
        ("-12345.6700", "−12,345.6700"),
        ("100", "100"),
    ] {
        assert_eq!(grouped(given), shown);
    }
}

#[test]
fn calculated_figures_round_half_away_and_never_to_minus_zero() {
    assert_eq!(rounded(decimal("72970.5"), 0), "72,971");
    assert_eq!(rounded(decimal("-0.0004"), 2), "0.00");
    assert_eq!(rounded(decimal("2.345"), 2), "2.35");
    assert_eq!(signed(decimal("12"), 1), "+12.0");
    assert_eq!(signed(decimal("0.04"), 1), "0.0");
    assert_eq!(signed(decimal("-3"), 0), "−3");
}

#[test]
fn traces_keep_three_digits_that_matter() {
    for (given, shown) in [
        ("3812.04", "3,812"),
        ("100", "100"),
        ("20.234", "20.2"),
        ("4.3249", "4.32"),
        ("0.0006892", "0.000689"),
        ("0", "0"),
    ] {
        assert_eq!(significant(decimal(given)), shown);
    }
}

#[test]
fn masses_show_whole_kilograms_and_lose_nothing() {
    assert_eq!(tonnes(WetMass(decimal("32450000"))), "32.450");
    assert_eq!(tonnes(WetMass(decimal("32450000.5"))), "32.4500005");
    assert_eq!(tonnes(WetMass(decimal("-2000000000"))), "−2,000.000");
}

#[test]
fn closure_over_one_hundred_is_not_clipped_and_nothing_divides_by_zero() {
    assert_eq!(percent(decimal("1003"), decimal("1000")).as_deref(), Some("100.3"));
    assert_eq!(percent(decimal("1"), decimal("0")), None);
}

#[test]
fn times_are_local_to_the_site() {
    let at = 1_795_394_466_123_456;
    assert_eq!(minute(at, 480), "2026-11-23 08:41");
    assert_eq!(minute(at, 0), "2026-11-23 00:41");
    assert_eq!(input_minute(at, 480), "2026-11-23T08:41");
    assert!(precise(at, 480).ends_with("+08:00"));
    assert_eq!(minute(i64::MAX, 480), i64::MAX.to_string(), "no panic beyond chrono's range");
}

#[test]
fn bytes_and_long_texts() {
    assert_eq!(
        hex_dump(b"\x02+003245\r"),
        "000000  02 2b 30 30 33 32 34 35 0d                       ·+003245·\n"
    );
    assert_eq!(shortened("氧化锌精矿", 3), "氧化锌…");
    assert_eq!(shortened("锌", 3), "锌");
}
