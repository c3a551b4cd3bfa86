//! Values as people type them.

use super::*;
use crate::i18n::Lang;

fn typed(pairs: &[(&str, &str)]) -> Typed {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Typed::new(Words(Lang::Zh), pairs.iter().map(own).collect())
}

#[test]
fn digits_come_full_width_and_with_separators_and_keep_their_text() {
    for (text, kept) in
        [("１２．５０", "12.50"), ("32,450", "32450"), (" 1.20 ", "1.20"), ("1，000", "1000")]
    {
        let mut form = typed(&[("net", text)]);
        assert_eq!(form.decimal("net").expect("a number").as_str(), kept);
        assert!(!form.is_wrong());
    }
}

#[test]
fn what_is_no_number_is_named_beside_its_field() {
    let mut form = typed(&[("net", "O.35")]);
    assert_eq!(form.decimal("net"), None);
    let field = form.field("net", "净重", FieldKind::Number);
    assert!(field.error.contains("O.35"), "{}", field.error);
    assert_eq!(field.value, "O.35", "the value comes back as typed");
}

#[test]
fn blank_zero_below_and_not_detected_are_different() {
    let read = |is, text| typed(&[("r-is", is), ("r", text)]).reading("r");
    let number = |text: &str| text.parse::<DecimalText>().expect("a number");
    assert_eq!(read("value", ""), None, "blank is refused");
    assert_eq!(read("value", "0"), Some(Reading::Value { value: number("0") }));
    assert_eq!(read("below", "0.02"), Some(Reading::Below { limit: number("0.02") }));
    assert_eq!(read("value", "<0.02"), Some(Reading::Below { limit: number("0.02") }));
    assert_eq!(read("not_detected", "0.02"), Some(Reading::NotDetected { lod: number("0.02") }));
    assert_eq!(read("not_detected", ""), None, "ND needs its limit");
    assert_eq!(read("not_measured", ""), Some(Reading::NotMeasured));
    assert_eq!(read("not_measured", "3"), None);
    assert_eq!(read("ND", "3"), None, "an unknown qualifier is refused");
}

#[test]
fn local_times_carry_the_sites_offset() {
    let mut form = typed(&[("at", "2026-11-23T08:41"), ("bad", "tomorrow")]);
    let at = form.minute("at", 480).expect("a time");
    assert_eq!(at.as_str(), "2026-11-23T08:41:00.000+08:00");
    assert_eq!(form.minute("bad", 480), None);
    assert!(form.field("bad", "", FieldKind::Minute).error.contains("tomorrow"));
}

#[test]
fn a_mass_needs_a_known_unit_and_is_never_negative() {
    let mut form = typed(&[("net", "32.45"), ("net-unit", "lb")]);
    assert_eq!(form.mass("net", "net-unit"), None);
    let mut form = typed(&[("net", "-1"), ("net-unit", "t")]);
    assert_eq!(form.mass("net", "net-unit"), None);
    let mut form = typed(&[("net", "32.45"), ("net-unit", "t"), ("net-basis", "dry")]);
    let mass = form.mass("net", "net-unit").expect("a mass");
    assert_eq!((mass.basis, mass.value.as_str()), (Basis::Dry, "32.45"));
}
