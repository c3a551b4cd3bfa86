//! What is settled from known weights, what a scanner's check says, how scales stand.

use rust_decimal::Decimal;
use serde_json::json;
use tl_device::checksum::{XorNibble, xor};

use super::scanner::compare;
use super::settle::{Loaded, Written, settle};
use super::standing::{declared, scale_lines};
use crate::config::Config;
use crate::outbox::CommissionRow;

const LAYOUT: &str = "TL-LAYOUT 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+./:-";

fn load(known: &str, digits: &str) -> Loaded {
    let mut body = vec![b'+'];
    body.extend(digits.bytes());
    let check = XorNibble::Plus37.characters(xor(&body));
    let frame = [&[2][..], &body, &check, &[3]].concat();
    Loaded::new(known.parse().expect("a weight"), &frame.repeat(12))
}

fn weight(text: &str) -> Written {
    text.parse().expect("a weight")
}

#[test]
fn several_known_weights_are_all_compared() {
    let loads = [load("12450 kg", "0124500"), load("20 t", "0200200")];
    let settled = settle(&loads, None, &weight("20 kg")).expect("within 20 kg");
    assert_eq!(settled.profile["layout"], "6d+dp");
    assert_eq!(settled.shown[1].1.to_string(), "20020 kg");
    assert_eq!(settled.raw.len(), 24, "a frame of each load");
    let far = settle(&loads, None, &weight("19 kg")).expect_err("20 kg are too much");
    assert!(far.zh.contains("20020 kg") && far.zh.contains("0.02"), "{far:?}");
    let none = settle(&[], None, &weight("1 kg")).expect_err("no weights");
    assert!(none.en.contains("1 to 8"), "{none:?}");
}

#[test]
fn a_declared_layout_must_show_the_weight() {
    let loads = [load("12450 kg", "0124500")];
    let six = json!({"protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg", "stable_n": 7});
    let settled = settle(&loads, Some(&six), &weight("0 kg")).expect("fits");
    assert_eq!(settled.profile, six, "as it was declared");
    let none = json!({"protocol": "yaohua_tf9"});
    assert!(settle(&loads, Some(&none), &weight("0 kg")).is_err());
}

#[test]
fn weights_are_written_with_their_unit() {
    assert_eq!(weight("12,450 kg").grams(), Decimal::from(12_450_000));
    assert_eq!(weight("12.450t").grams(), Decimal::from(12_450_000));
    for text in ["12450", "kg", "12450 lb", "1 2 x"] {
        assert!(text.parse::<Written>().is_err(), "{text}");
    }
}

#[test]
fn a_scanner_is_told_what_is_set_wrong() {
    assert!(compare(LAYOUT).is_ok());
    let said = |read: &str| compare(read).expect_err(read).zh;
    assert!(said(&LAYOUT.to_lowercase()).contains("大小写"));
    let german = LAYOUT.replace('Y', "#").replace('Z', "Y").replace('#', "Z");
    assert!(said(&german).contains("美式"));
    assert!(said(&LAYOUT.replace(':', "Ö")).contains(":→Ö"));
    assert!(said(&format!("{LAYOUT}X")).contains("读到"));
    assert!(said(&LAYOUT[..40]).contains("读到 40 个"));
    assert!(said("HTTPS://TL.EXAMPLE/B/7Q3M9K2X5D").contains("不是校验码"));
}

#[test]
fn the_configuration_that_differs_and_the_verification_that_is_due_are_named() {
    let config = Config::parse(
        "[[port]]\nkind = 'scale_serial'\nname = 'a'\npath = '/dev/x'\nmeter = 'm-a'\n\
         profile = { protocol = 'mt_sics' }\n\
         [[port]]\nkind = 'scale_serial'\nname = 'b'\npath = '/dev/y'\nmeter = 'm-b'\n",
    )
    .expect("a layout may be left to the commissioning");
    let today = "2026-11-24".parse().expect("a day");
    let lines = |rows: &[CommissionRow]| scale_lines(&declared(&config), rows, today);
    let before = lines(&[]);
    assert!(before[0].1.zh.contains("使用配置声明的格式"), "{before:?}");
    assert!(before[1].1.zh.contains("不能称重"), "{before:?}");
    let row = |port: &str, meter: &str, profile: &str, due: &str| CommissionRow {
        port: port.to_owned(),
        meter: Some(meter.to_owned()),
        calibration: Some(format!("{meter}/1")),
        profile: profile.to_owned(),
        certificate: Some("JZ-7".to_owned()),
        next_due: Some(due.to_owned()),
        entry_id: None,
        at_micros: 0,
    };
    let sics = r#"{"protocol":"mt_sics"}"#;
    let rows = [row("a", "m-a", sics, "2027-01-01"), row("b", "m-b", sics, "2026-11-23")];
    let after = lines(&rows);
    assert_eq!(after.iter().map(|it| it.0).collect::<Vec<_>>(), ["ok", "warn"]);
    assert!(after[1].1.zh.contains("已过期"), "{after:?}");
    let text = r#"{"protocol":"text_st"}"#;
    let differs = lines(&[row("a", "m-a", text, "2027-01-01")]);
    assert!(differs[0].1.zh.contains("mt_sics") && differs[0].1.zh.contains("text_st"));
    // Another meter at the same port is another scale.
    let other = lines(&[row("a", "m-old", sics, "2027-01-01")]);
    assert!(other[0].1.zh.contains("未检定"), "{other:?}");
}
