//! Results as laboratories write them, and what must not become one.

use rust_decimal::Decimal;

use super::unit::Concentration;
use super::value::{Measured, NotDetected};
use crate::reading::Reason;

fn read(cell: &str) -> Result<Measured, Reason> {
    Measured::parse(cell, '.').map_err(|refusal| refusal.reason)
}

#[test]
fn numbers_limits_and_words_are_kept_apart() {
    for (cell, text) in [
        ("4.20", "4.20"),
        ("1.2E-3", "0.0012"),
        ("<0.02", "<0.02"),
        ("＜ 0.02", "<0.02"),
        ("0.00002L", "0.00002L"),
        ("ND", "ND"),
        ("N.D.", "ND"),
        ("未检出", "未检出"),
        ("0", "0"),
    ] {
        assert_eq!(read(cell).map(|it| it.text()), Ok(text.to_owned()), "{cell}");
    }
    assert_eq!(read("未检出"), Ok(Measured::NotDetected(NotDetected::Weijianchu)));
    assert_ne!(read("0.02L"), read("<0.02"));
    assert_ne!(read("ND"), read("0"));
}

#[test]
fn what_is_no_result_is_refused() {
    for cell in ["", "-", "--", "OR", "n/a", "<", "L", "<-1", "ND0.02", "0.02 L x", "NaN", "1e99"] {
        assert_eq!(read(cell), Err(Reason::BadValue), "{cell}");
    }
    assert_eq!(read(">100"), Err(Reason::OverRange));
    assert_eq!(read("1,234"), Err(Reason::AmbiguousNumber));
}

#[test]
fn limits_are_converted_and_words_are_not() {
    let unit = |text: &str| Concentration::parse(text).expect("a unit");
    let convert = |cell: &str| {
        let read = read(cell).expect("a result");
        read.convert(&unit("mg/L"), &unit("ug/L")).expect("exact").text()
    };
    assert_eq!(convert("0.00002L"), "0.02L");
    assert_eq!(convert("<0.0042"), "<4.2");
    assert_eq!(convert("ND"), "ND");
}

#[test]
fn a_word_agrees_with_no_value() {
    let agrees = |own: &str, its: &str| {
        read(own).expect("own").agrees(&read(its).expect("its"), Decimal::TEN)
    };
    assert!(agrees("ND", "未检出") && agrees("ND", "<0.02") && agrees("0.02L", "0.01"));
    assert!(!agrees("ND", "4.2") && !agrees("4.2", "ND") && !agrees("0.02L", "4.2"));
}
