//! What registers mean: types, orders, scales, parts, and the step of a value.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::layout::Part;
use super::*;

fn layout(parts: Value) -> Layout {
    serde_json::from_value(parts).expect("a layout")
}

/// Value and step as text.
fn read(parts: Value, registers: &[u16]) -> (String, String) {
    let total = layout(parts).read(registers).expect("a total");
    (total.value.to_string(), total.resolution.to_string())
}

fn text(value: &str, step: &str) -> (String, String) {
    (value.to_owned(), step.to_owned())
}

#[test]
fn each_type_is_read_in_each_order() {
    let one = |kind: &str, words: &str, scale: &str, registers: &[u16]| {
        let parts = json!([{"address": 0, "type": kind, "words": words, "scale": scale}]);
        read(parts, registers)
    };
    assert_eq!(one("u16", "high_first", "0.1", &[65_535]), text("6553.5", "0.1"));
    assert_eq!(one("u32", "high_first", "1", &[1, 2]), text("65538", "1"));
    assert_eq!(one("u32", "low_first", "1", &[2, 1]), text("65538", "1"));
    assert_eq!(one("i32", "high_first", "0.01", &[0, 250]), text("2.50", "0.01"));
    assert_eq!(one("u64", "high_first", "1", &[0, 1, 0, 0]), text("4294967296", "1"));
    assert_eq!(one("u64", "low_first", "1", &[0, 0, 1, 0]), text("4294967296", "1"));
    assert_eq!(one("bcd32", "high_first", "0.001", &[0x1234, 0x5678]), text("12345.678", "0.001"));
    assert_eq!(one("bcd64", "low_first", "1", &[0x78, 0x56, 0, 0]), text("560078", "1"));
    let bits = 123_456.7_f32.to_bits();
    let (high, low) = ((bits >> 16) as u16, bits as u16);
    assert_eq!(one("f32", "high_first", "1", &[high, low]), text("123456.7", "0.0078125"));
    assert_eq!(one("f32", "low_first", "1", &[low, high]), text("123456.7", "0.0078125"));
    let bits = 123_456_789.125_f64.to_bits();
    let words: Vec<u16> = (0..4).rev().map(|at| (bits >> (at * 16)) as u16).collect();
    let (value, step) = one("f64", "high_first", "1", &words);
    assert_eq!(value, "123456789.125");
    assert!(step.parse::<Decimal>().expect("a step") < Decimal::new(2, 8), "{step}");
}

#[test]
fn bytes_may_stand_low_first_in_their_registers() {
    let parts = json!([{"address": 0, "type": "u32", "words": "low_first", "bytes": "low_first"}]);
    assert_eq!(read(parts, &[0x0200, 0x0100]), text("65538", "1"));
}

/// A large total in single precision loses what stands behind its step: it is said, not hidden.
#[test]
fn the_step_of_floating_point_grows_with_the_total() {
    let step = |value: f32| {
        let bits = value.to_bits();
        let parts = json!([{"address": 0, "type": "f32", "words": "high_first"}]);
        read(parts, &[(bits >> 16) as u16, bits as u16]).1
    };
    assert_eq!(step(1.0), "0.00000011920928955078125");
    assert_eq!(step(16_777_216.0), "2");
    assert_eq!(step(20_000_000.0), "2");
    assert_eq!(step(100_000_000.0), "8");
    // In kg with a scale of 1000 a step is tonnes.
    let parts = json!([{"address": 0, "type": "f32", "words": "high_first", "scale": "1000"}]);
    assert_eq!(read(parts, &[0x4b80, 0]), text("16777216000", "2000"));
}

#[test]
fn parts_are_read_at_once_and_added() {
    let parts = json!([
        {"address": 100, "type": "u32", "words": "high_first"},
        {"address": 104, "type": "u16", "scale": "0.001"},
    ]);
    let layout = layout(parts);
    let request = layout.request(1, Table::Holding).expect("a request");
    assert_eq!(request.data_bytes(), 10);
    assert_eq!(request.frame(Framing::Rtu)[..6], hex("01 03 00 64 00 05"));
    let total = layout.read(&[0, 12, 9, 9, 345]).expect("a total");
    assert_eq!(
        total,
        Total { value: "12.345".parse().unwrap(), resolution: "0.001".parse().unwrap() }
    );
    assert_eq!(layout.describe(), "u32@100:words=high_first:x1+u16@104:x0.001");
    // A whole part and a fraction in floating point: as fine as the fraction.
    let mixed = json!([
        {"address": 0, "type": "u32", "words": "high_first"},
        {"address": 2, "type": "f32", "words": "high_first"},
    ]);
    let bits = 0.5_f32.to_bits();
    let (value, step) = read(mixed, &[0, 7, (bits >> 16) as u16, bits as u16]);
    assert_eq!(value, "7.5");
    assert!(step.starts_with("0.0000000"), "{step}");
}

#[test]
fn what_cannot_be_a_total_is_refused() {
    let fault = |kind: &str, registers: &[u16]| {
        let parts = json!([{"address": 7, "type": kind, "words": "high_first"}]);
        layout(parts).read(registers).expect_err(kind).to_string()
    };
    assert!(fault("bcd32", &[0x12a4, 0]).contains("12A40000h"));
    assert!(fault("f32", &[0x7fc0, 0]).contains("NaN"));
    assert!(fault("f32", &[0x7f80, 0]).contains("no number"));
    assert!(fault("f32", &[0x7f00, 0]).contains("too large"));
    assert!(fault("i32", &[0xffff, 0xffff]).contains("-1"));
    assert!(fault("u32", &[1]).contains("not in the answer"));
}

#[test]
fn declarations_that_cannot_work_are_refused() {
    let wrong = |parts: Value| {
        let parts: Vec<Part> = serde_json::from_value(parts).expect("parts");
        Layout::new(parts).request(1, Table::Input).expect_err("a declaration").to_string()
    };
    assert!(wrong(json!([])).contains("0 parts"));
    assert!(wrong(json!([{"address": 3, "type": "u32"}])).contains("words"));
    assert!(wrong(json!([{"address": 3, "type": "u16", "scale": "0"}])).contains("scale"));
    assert!(wrong(json!([{"address": 3, "type": "u16", "scale": "-1"}])).contains("scale"));
    let apart = json!([{"address": 0, "type": "u16"}, {"address": 125, "type": "u16"}]);
    assert!(wrong(apart).contains("126 registers"));
    let end = json!([{"address": 65_535, "type": "u32", "words": "low_first"}]);
    assert!(wrong(end).contains("65535"));
    let unknown = json!([{"address": 0, "type": "u16", "length": 2}]);
    assert!(serde_json::from_value::<Layout>(unknown).is_err());
}
