//! Canonical text, refusals and moving the point.

use proptest::prelude::*;

use super::*;

fn text(input: &str) -> String {
    DecimalText::parse(input)
        .map(|value| value.to_string())
        .unwrap_or_else(|error| error.why.into())
}

#[test]
fn decimals_are_kept_and_empty_information_is_dropped() {
    assert_eq!(text("20.00"), "20.00");
    assert_eq!(text("+007.10"), "7.10");
    assert_eq!(text("-0.0"), "0.0");
    assert_eq!(text("-000"), "0");
    assert_eq!(text("-0.02"), "-0.02");
}

#[test]
fn what_is_no_plain_number_is_refused() {
    for bad in ["", "-", "+", ".5", "5.", "1,234", "1e3", " 1", "1 ", "１２", "1.2.3", "--1", "0x1"]
    {
        assert!(DecimalText::parse(bad).is_err(), "{bad:?} was read as a number");
    }
    assert!(DecimalText::parse(&"9".repeat(28)).is_ok());
    assert!(DecimalText::parse(&"9".repeat(29)).is_err());
}

#[test]
fn moving_the_point_keeps_the_significant_digits() {
    let shift = |input: &str, places| {
        DecimalText::parse(input).expect("a number").shifted(places).expect("fits").to_string()
    };
    assert_eq!(shift("0.0042", 3), "4.2");
    assert_eq!(shift("0.00420", 3), "4.20");
    assert_eq!(shift("4.2", -3), "0.0042");
    assert_eq!(shift("-12", 3), "-12000");
    assert_eq!(shift("0.0", 3), "0");
    assert!(DecimalText::parse("1").expect("a number").shifted(40).is_err());
}

proptest! {
    #[test]
    fn any_text_gives_a_number_that_reads_back_or_a_refusal(input in "[-+0-9.,eE ]{0,34}") {
        if let Ok(value) = DecimalText::parse(&input) {
            prop_assert_eq!(DecimalText::parse(value.as_str()), Ok(value.clone()));
            prop_assert_eq!(value.is_zero(), value.to_decimal().is_zero());
            prop_assert_eq!(value.is_negative(), value.to_decimal() < Decimal::ZERO);
        }
    }

    #[test]
    fn a_shift_and_its_inverse_give_the_same_value(whole in 0u32..1_000_000, places in -6i32..6) {
        let value = DecimalText::parse(&format!("{whole}.125")).expect("a number");
        let there = value.shifted(places).expect("fits");
        let back = there.shifted(-places).expect("fits");
        prop_assert_eq!(back.to_decimal(), value.to_decimal());
    }
}
