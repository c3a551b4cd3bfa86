//! Cells: what is typed or pasted becomes what it is, or an error that says what to do.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::dec;
use crate::lab::cell::{Cell, CellError, Limits, parse, unit};
use crate::lab::outlier::{against_median, median};
use crate::quantity::{ContentUnit, Reading};

fn read(text: &str) -> Result<Cell, CellError> {
    let (lod, loq) = (dec("0.05"), dec("0.2"));
    let unit = Some(ContentUnit::MilligramPerKilogram);
    parse(text, Limits { unit, lod: Some(&lod), loq: Some(&loq) })
}

/// How a cell shows, with its unit where it is not the column's.
fn shown(text: &str) -> String {
    match read(text) {
        Ok(Cell { reading, unit: Some(ContentUnit::MilligramPerKilogram) }) => reading.display(),
        Ok(Cell { reading, unit: Some(unit) }) => format!("{} {unit}", reading.display()),
        Ok(Cell { reading, unit: None }) => reading.display(),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn cells_are_read_as_they_are_written() {
    for (text, expected) in [
        ("12.3", "12.3"),
        ("1.20", "1.20"),
        ("１２．３", "12.3"),
        ("　12.3\u{a0}", "12.3"),
        ("1,234.5", "1234.5"),
        ("１，２３４", "1234"),
        (".35", "0.35"),
        ("2.5E-05", "0.000025"),
        ("0", "0"),
        ("0.0", "0.0"),
        ("<0.02", "<0.02"),
        ("＜ 0.02", "<0.02"),
        ("<0.02 mg/kg", "<0.02"),
        ("ND", "ND(0.05)"),
        ("n.d.", "ND(0.05)"),
        ("未检出", "ND(0.05)"),
        ("<LOD", "ND(0.05)"),
        ("<LOQ", "0.05~0.2"),
        ("ND(0.02)", "ND(0.02)"),
        ("ND<0.02", "ND(0.02)"),
        ("未检出（<0.02）", "ND(0.02)"),
        ("0.00002L", "ND(0.00002)"),
        ("—", "—"),
        ("—未测", "—"),
        ("/", "—"),
        ("12.3 mg/kg", "12.3"),
        ("12.3µg/g", "12.3"),
        ("12.3 ug/g", "12.3"),
        ("12.3 ppm", "12.3"),
        ("12.3 g/t", "12.3 g/t"),
        ("0.5 g/kg", "0.5 g/kg"),
        ("0.12 %", "0.12 %"),
        ("０.１２％", "0.12 %"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (text, code) in [
        ("", "cell_blank"),
        ("  \u{3000}", "cell_blank"),
        ("O.35", "cell_not_a_number"),
        ("12..3", "cell_not_a_number"),
        ("约12", "cell_not_a_number"),
        ("12-13", "cell_not_a_number"),
        ("+3", "cell_not_a_number"),
        ("007", "cell_not_a_number"),
        ("-0.1", "cell_negative"),
        ("−0.1", "cell_negative"),
        ("0,35", "cell_comma"),
        ("1,23", "cell_comma"),
        ("1,2345", "cell_comma"),
        ("12.3 oz", "cell_unknown_unit"),
        ("12.3 mg", "cell_unknown_unit"),
        ("12.3 mg/L", "cell_unit_kind"),
        ("<0", "cell_bad_limit"),
        ("0L", "cell_bad_limit"),
        ("<", "cell_not_a_number"),
        ("12.3(检出)", "cell_unknown_unit"),
    ] {
        assert_eq!(shown(text), code, "{text}");
    }
    assert_eq!(shown(&"1".repeat(61)), "cell_too_long");
    let nobody = parse("ND", Limits::default()).expect_err("no limit is known");
    assert_eq!(nobody.code(), "cell_no_limit");
}

#[test]
fn messages_say_what_was_read_and_what_to_do() {
    let words = |text: &str| read(text).expect_err("no result");
    assert_eq!(words("").zh(), "结果为空;未检出请填 ND,不要留空或填 0");
    assert!(words("O.35").zh().starts_with("“O.35”不是数字"));
    for text in ["", "O.35", "0,35", "-1", "1 oz", "1 mg/L", "<0", &"1".repeat(99)] {
        let error = words(text);
        assert!(!error.en().is_empty() && !error.zh().is_empty(), "{text}");
    }
}

#[test]
fn units_have_many_spellings_and_one_meaning() {
    for (text, expected) in [
        ("μg/L", ContentUnit::MicrogramPerLitre),
        ("µg/l", ContentUnit::MicrogramPerLitre),
        ("ng/L", ContentUnit::NanogramPerLitre),
        ("ＭＧ／Ｌ", ContentUnit::MilligramPerLitre),
        ("mg/m³", ContentUnit::MilligramPerCubicMetre),
        (" % ", ContentUnit::Percent),
    ] {
        assert_eq!(unit(text), Ok(expected), "{text}");
    }
    assert!(unit("mg").is_err() && unit("").is_err());
}

#[test]
fn a_figure_far_from_the_median_is_asked_about() {
    let history: Vec<Decimal> = [190, 200, 205, 210, 9000].map(Decimal::from).to_vec();
    assert_eq!(median(&history), Some(Decimal::from(205)), "one wrong figure does not move it");
    let unit = ContentUnit::MilligramPerKilogram;
    let far = against_median(Decimal::from(1860), unit, &history).expect("nine times");
    assert_eq!(far.zh(), "1860 mg/kg 为该物料历史中位数的 9 倍,请确认");
    assert_eq!(against_median(Decimal::from(400), unit, &history), None);
    let small = against_median(Decimal::from(20), unit, &history).expect("a tenth");
    assert_eq!(small.times, Decimal::new(1, 1));
    assert_eq!(against_median(Decimal::from(1860), unit, &history[..4]), None, "too few");
    assert_eq!(median(&[Decimal::ONE, Decimal::TWO]), Some(Decimal::new(15, 1)));
}

proptest! {
    #[test]
    fn a_figure_keeps_its_digits(whole in 0_u32..1_000_000, fraction in "[0-9]{1,8}") {
        let text = format!("{whole}.{fraction}");
        let Ok(Cell { reading: Reading::Value { value }, .. }) = read(&text) else {
            return Err(TestCaseError::fail(text));
        };
        prop_assert_eq!(value.as_str(), text.as_str());
        let wide: String = text.chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).expect("a full-width form"))
            .collect();
        prop_assert_eq!(read(&wide), read(&text));
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        if let Ok(cell) = read(&text) {
            // Blank never becomes a result, and a result below its limit never a number.
            prop_assert!(!text.trim().is_empty());
            if text.contains(['<', '＜']) {
                let is_value = matches!(cell.reading, Reading::Value { .. });
                prop_assert!(!is_value);
            }
        }
    }
}
