//! Own vectors: every place of the point, every bit that refuses, both check rules.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damage_gives_no_other_reading, damaged_streams, same_for_every_cut};

fn profile(checksum: &str) -> Value {
    json!({"protocol": "toledo_continuous", "checksum": checksum})
}

fn frame(status: [u8; 3], fields: &str) -> Vec<u8> {
    [&[START], &status[..], fields.as_bytes(), &[END]].concat()
}

fn checked(status: [u8; 3], fields: &str) -> Vec<u8> {
    let body = frame(status, fields);
    let check = complement7(&body);
    [body, vec![check]].concat()
}

fn read(status: [u8; 3], fields: &str) -> String {
    brief(&profile("none"), &frame(status, fields)).join(", ")
}

#[test]
fn status_a_places_the_point() {
    for (point, shown) in [
        (2, "123456"),
        (3, "12345.6"),
        (4, "1234.56"),
        (5, "123.456"),
        (6, "12.3456"),
        (7, "1.23456"),
    ] {
        let read = read([0x28 | point, 0x30, 0x20], "123456000000");
        assert_eq!(read, format!("{shown} kg gross stable"));
    }
}

#[test]
fn zeros_that_are_not_weighed_must_be_declared() {
    let fields = "000200000010";
    assert_eq!(read([0x29, 0x30, 0x20], fields), "ambiguous_dummy_zero");
    for (dummy, point, weight, tare) in [
        ("included", 1, "200", "10"),
        ("excluded", 1, "2000", "100"),
        ("excluded", 0, "20000", "1000"),
        ("included", 0, "200", "10"),
    ] {
        let mut declared = profile("none");
        declared["dummy_zero"] = json!(dummy);
        let out = crate::replay::decode(
            &declared,
            &frame([0x28 | point, 0x30, 0x20], fields),
            crate::split::Split::Whole,
        );
        let [Output::Accepted(it)] = out.as_slice() else { panic!("a weight, got {out:?}") };
        let Reading::Weight(found) = &it.reading else { panic!("a weight") };
        let values = (found.value.as_str(), found.tare.as_ref().map(DecimalText::as_str));
        assert_eq!(values, (weight, Some(tare)), "{dummy} {point}");
    }
}

#[test]
fn status_b_and_c_are_read_bit_by_bit() {
    let weight = "012450000000";
    assert_eq!(read([0x2a, 0x31, 0x20], weight), "12450 kg net stable");
    assert_eq!(read([0x2a, 0x32, 0x20], weight), "-12450 kg gross stable");
    assert_eq!(read([0x2a, 0x38, 0x20], weight), "12450 kg gross moving");
    assert_eq!(read([0x2a, 0x10, 0x20], weight), "12450 kg gross stable", "bit 5 of B differs");
    assert_eq!(read([0x2a, 0x20, 0x20], weight), "12450 lb gross stable");
    assert_eq!(read([0x2a, 0x30, 0x21], weight), "12450 g gross stable");
    assert_eq!(read([0x2a, 0x30, 0x22], weight), "12450 t gross stable");
    assert_eq!(read([0x2a, 0x30, 0x28], weight), "12450 kg gross stable", "the print key");
    assert_eq!(read([0x2a, 0x34, 0x20], weight), "over_range");
    assert_eq!(read([0x2a, 0x36, 0x20], weight), "under_range");
    assert_eq!(read([0x2a, 0x70, 0x20], weight), "not_zeroed");
    assert_eq!(read([0x2a, 0x30, 0x30], weight), "bad_field", "expanded");
    assert_eq!(read([0x2a, 0x30, 0x23], weight), "bad_field", "ounces");
    assert_eq!(read([0x0a, 0x30, 0x20], weight), "bad_field");
    assert_eq!(read([0x22, 0x30, 0x20], weight), "bad_field", "no increment");
}

#[test]
fn fields_are_digits_with_leading_blanks() {
    assert_eq!(read([0x2a, 0x30, 0x20], " 12450     0"), "12450 kg gross stable");
    for fields in ["12 450000000", "      000000", "012450      ", "01245.000000", "-12450000000"] {
        assert_eq!(read([0x2a, 0x30, 0x20], fields), "bad_field", "{fields}");
    }
}

#[test]
fn a_check_character_is_demanded_where_it_is_declared() {
    let good = checked([0x2a, 0x30, 0x20], "031220000000");
    assert_eq!(brief(&profile("twos7"), &good), ["31220 kg gross stable"]);
    let mut bad = good.clone();
    bad[6] = b'8';
    assert_eq!(
        brief(&profile("twos7"), &[bad, good].concat()).join(" "),
        "bad_checksum 31220 kg gross stable"
    );
    let parity: Vec<u8> = checked([0x2a, 0x30, 0x20], "031220000000")
        .into_iter()
        .map(|byte| if byte.count_ones() % 2 == 1 { byte | 0x80 } else { byte })
        .collect();
    let mut seven = profile("twos7");
    seven["strip_parity"] = json!(true);
    assert_eq!(brief(&seven, &parity), ["31220 kg gross stable"]);
    assert_eq!(brief(&profile("twos7"), &parity), ["bad_frame"]);
}

#[test]
fn the_check_rule_must_be_declared() {
    assert!(build("toledo_continuous", json!({})).is_err());
    assert!(build("toledo_continuous", json!({"checksum": "xor"})).is_err());
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1_000_000, 0u8..16, 2u8..8).prop_map(|(number, b, point)| {
            checked([0x28 | point, 0x30 | b, 0x20], &format!("{number:06}000000"))
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile("twos7"), &input, seed, 128)?;
        same_for_every_cut(&profile("none"), &input, seed, 128)?;
    }

    #[test]
    fn one_damaged_byte_gives_no_other_reading(
        number in 0u32..1_000_000,
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let good = checked([0x2c, 0x30, 0x20], &format!("{number:06}000000"));
        damage_gives_no_other_reading(&profile("twos7"), &good, index, byte)?;
    }
}
