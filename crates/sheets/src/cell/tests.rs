//! Cells as values: what is read, and what is refused with a reason.

use proptest::prelude::*;

use super::*;

fn value(text: &str) -> Reading {
    Reading::Value { value: text.parse().expect("a decimal") }
}

#[test]
fn decimals_keep_what_was_written() {
    for (written, kept) in [
        ("1.20", "1.20"),
        ("0.00005", "0.00005"),
        (" １２．５ ", "12.5"),
        ("+7", "7"),
        ("007.50", "7.50"),
        ("1,234,567.8", "1234567.8"),
        ("-0.0", "0.0"),
        ("−3", "-3"),
    ] {
        assert_eq!(decimal(written).expect(written).as_str(), kept);
    }
    for bad in ["", "abc", "1,23", "12,34.5", "1.2.3", ".5", "5.", "1e3", "12 t", "NaN", "--1"] {
        let words = decimal(bad).expect_err(bad);
        assert!(words.zh.contains("不是数字") && words.en.contains("no number"), "{bad}");
    }
}

#[test]
fn blank_zero_below_and_not_detected_are_different_things() {
    let lod: DecimalText = "0.02".parse().expect("a decimal");
    let below = |limit: &str| Reading::Below { limit: limit.parse().expect("a decimal") };
    let absent = |lod: &str| Reading::NotDetected { lod: lod.parse().expect("a decimal") };
    for (written, read) in [
        ("", None),
        ("  ", None),
        ("0", Some(value("0"))),
        ("0.00", Some(value("0.00"))),
        ("12.30", Some(value("12.30"))),
        ("<0.05", Some(below("0.05"))),
        ("＜０.０5", Some(below("0.05"))),
        ("ND(0.5)", Some(absent("0.5"))),
        ("ND（0.5）", Some(absent("0.5"))),
        ("未检出(0.3)", Some(absent("0.3"))),
        ("ND<0.1", Some(absent("0.1"))),
        ("0.00002L", Some(absent("0.00002"))),
        ("未检出", Some(absent("0.02"))),
        ("nd", Some(absent("0.02"))),
        ("未测", Some(Reading::NotMeasured)),
        ("/", Some(Reading::NotMeasured)),
        ("—", Some(Reading::NotMeasured)),
    ] {
        assert_eq!(result(written, Some(&lod)).expect(written), read, "{written}");
    }
    let words = result("未检出", None).expect_err("no limit");
    assert!(words.zh.contains("检出限") && words.en.contains("limit"));
    for bad in ["-3", "<", "约12", "12mg/kg", "ND(x)", "L"] {
        assert!(result(bad, Some(&lod)).is_err(), "{bad}");
    }
}

#[test]
fn months_are_read_as_people_write_them() {
    let january = Month { year: 2026, month: 1 };
    for written in [
        "2026-01",
        "2026-1",
        "2026年1月",
        "2026年01月",
        "2026/1",
        "2026.01",
        "202601",
        "２０２６－０１",
        "2026-01-31",
        "2026年1月5日",
    ] {
        assert_eq!(month(written).expect(written), january, "{written}");
    }
    for bad in
        ["", "1月", "2026", "2026-13", "2026-00", "26-01", "1989-12", "2026-01-02-03", "一月"]
    {
        assert!(month(bad).is_err(), "{bad}");
    }
    assert_eq!(Month { year: 2026, month: 12 }.next(), Month { year: 2027, month: 1 });
}

#[test]
fn a_word_outside_a_list_names_the_list() {
    let list: &[(u8, &[&str])] = &[(1, &["汽车衡", "地磅"]), (2, &["皮带秤"])];
    assert_eq!(choice(" 地 磅", list), Ok(1));
    let words = choice("磅", list).expect_err("unknown");
    assert_eq!(words.zh, "只能填：汽车衡、皮带秤");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
        let _ = result(&text, None);
        let _ = month(&text);
        if let Ok(value) = decimal(&text) {
            prop_assert!(decimal(value.as_str()).is_ok());
        }
    }

    #[test]
    fn written_decimals_come_back(
        whole in 0_u64..1_000_000,
        decimals in 0_usize..9,
        part in 0_u64..1_000_000,
    ) {
        let text = match decimals {
            0 => whole.to_string(),
            _ => format!("{whole}.{part:0decimals$}"),
        };
        let read = decimal(&text).expect("a decimal");
        prop_assert_eq!(read.as_str(), &text);
    }
}
