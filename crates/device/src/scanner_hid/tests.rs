//! Own vectors: what each key types, codes typed with Alt, lost keys, evdev events.

use proptest::prelude::*;
use serde_json::json;

use super::evdev::{ReportBuilder, usage};
use super::*;
use crate::replay::{brief, damaged_streams, decode, same_for_every_cut};
use crate::split::Split;

fn profile() -> Value {
    json!({"protocol": "hid_boot_keyboard", "layout": "us", "aim": "none"})
}

fn report(modifiers: u8, keys: &[u8]) -> Vec<u8> {
    let mut report = vec![modifiers, 0];
    report.extend(keys);
    report.resize(REPORT_BYTES, 0);
    report
}

/// Press and release.
fn key(modifiers: u8, usage: u8) -> Vec<u8> {
    [report(modifiers, &[usage]), report(0, &[])].concat()
}

/// The reports of ASCII text on a US keyboard.
fn typed(text: &str) -> Vec<u8> {
    let find = |character: u8| {
        (0u8..=0x63).find_map(|usage| match Layout::Us.key(usage) {
            Key::Character { plain, .. } if plain == character => Some((0, usage)),
            Key::Character { shifted, .. } if shifted == character => Some((0x02, usage)),
            _ => None,
        })
    };
    text.bytes()
        .flat_map(|character| {
            let (modifiers, usage) = find(character).expect("a key of the layout");
            key(modifiers, usage)
        })
        .collect()
}

fn data(input: &[u8]) -> String {
    let words = decode(&profile(), input, Split::Whole).into_iter().map(|output| match output {
        Output::Accepted(it) => match it.reading {
            Reading::Scan(scan) => scan.data,
            other => panic!("a scanner gives scans, not {other:?}"),
        },
        Output::Rejected(it) => it.reason.name().to_owned(),
        Output::Skipped(it) => panic!("a scanner skips nothing, but {it:?}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_printable_character_can_be_typed() {
    let all: String = (0x20..0x7f).map(|it| char::from(it as u8)).collect();
    assert_eq!(data(&typed(&format!("{all}\r"))), all);
}

#[test]
fn keypad_control_and_alt_codes_are_understood() {
    let keypad: Vec<u8> =
        (0x54..=0x63).filter(|it| *it != 0x58).flat_map(|it| key(0, it)).collect();
    assert_eq!(data(&[keypad, key(0, 0x58)].concat()), "/*-+1234567890.");
    let gs1 = json!({"protocol": "hid_boot_keyboard", "layout": "us"});
    let with =
        |gs: &[u8]| brief(&gs1, &[&typed("]d210L1"), gs, &typed("21S9\r")].concat()).join("");
    let ctrl = key(0x01, 0x30);
    let alt = [
        report(4, &[0x62]),
        report(4, &[]),
        report(4, &[0x5a]),
        report(4, &[]),
        report(4, &[0x61]),
        report(0, &[]),
    ]
    .concat();
    assert!(with(&ctrl).contains(r#""data":"10L1\u001d21S9""#), "{}", with(&ctrl));
    assert_eq!(with(&ctrl), with(&alt));
    let no_ascii = [
        report(4, &[0x5a]),
        report(4, &[]),
        report(4, &[0x5d]),
        report(4, &[0x5e]),
        report(0, &[]),
    ]
    .concat();
    assert_eq!(
        data(&[typed("ab"), no_ascii, typed("c\r"), typed("d\r")].concat()),
        "bad_encoding, d"
    );
}

#[test]
fn caps_lock_is_a_key_like_others() {
    let caps = key(0, 0x39);
    let input = [caps.clone(), typed("aB1"), caps, typed("aB\r")].concat();
    assert_eq!(data(&input), "Ab1aB");
}

#[test]
fn keys_pressed_together_and_held_keys_count_once() {
    let together = [
        report(0, &[4, 5]),
        report(0, &[4, 5, 6]),
        report(0, &[6]),
        report(0, &[6, 4]),
        report(0, &[0x28]),
        report(0, &[]),
    ]
    .concat();
    assert_eq!(data(&together), "abca");
}

#[test]
fn a_key_without_a_character_refuses_its_scan_and_no_other() {
    for unknown in [key(0, 0x3a), key(0x08, 4), key(0x04, 4), key(0x01, 0x1e), key(0, 0x64)] {
        let input = [typed("a"), unknown, typed("b\r"), typed("c\r")].concat();
        assert_eq!(data(&input), "unknown_key, c");
    }
    let lost = [typed("a"), report(0, &[1; 6]), typed("b\rc\r")].concat();
    assert_eq!(data(&lost), "bad_frame, c");
    assert_eq!(data(&typed("\ra\r")), "empty, a");
    assert_eq!(data(&typed("ab")), "truncated");
    assert_eq!(data(&[report(2, &[]), report(0, &[])].concat()), "");
    assert_eq!(data(&[1, 2, 3]), "truncated");
    let mut short = profile();
    short["max_len"] = json!(3);
    assert_eq!(brief(&short, &typed("abcde\r")), ["too_long"]);
}

#[test]
fn the_reports_of_a_scan_are_its_evidence() {
    let input = typed("ab\r");
    let out = decode(&profile(), &[report(0, &[]), input.clone()].concat(), Split::Size(3));
    let [Output::Accepted(it)] = out.as_slice() else { panic!("one scan, got {out:?}") };
    // The release of the last key comes after the scan.
    assert_eq!((it.offset, it.raw.as_slice()), (8, &input[..input.len() - REPORT_BYTES]));
}

#[test]
fn the_layout_must_be_declared_and_known() {
    for wrong in [json!({}), json!({"layout": "fr"}), json!({"layout": "us", "sufix": "\r"})] {
        assert!(build("hid_boot_keyboard", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

#[test]
fn events_of_linux_give_the_same_reports() {
    let mut builder = ReportBuilder::default();
    let mut input = Vec::new();
    // Shift down, A down (and repeating), A up, Shift up, 1, Enter.
    for (code, pressed) in [
        (42, true),
        (30, true),
        (30, true),
        (30, false),
        (42, false),
        (2, true),
        (2, false),
        (28, true),
        (28, false),
    ] {
        input.extend(builder.event(code, pressed).into_iter().flatten());
    }
    assert_eq!(data(&input), "A1");
    let letters: String = (16..51)
        .filter_map(|code| match Layout::Us.key(usage(code)?) {
            Key::Character { plain, .. } => Some(char::from(plain)),
            _ => None,
        })
        .filter(char::is_ascii_lowercase)
        .collect();
    assert_eq!(letters, "qwertyuiopasdfghjklzxcvbnm");
    assert_eq!(usage(183), None);
    let rollover = (16..24).filter_map(|code| builder.event(code, true)).last();
    assert_eq!(rollover, Some([0, 0, 1, 1, 1, 1, 1, 1]));
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams("[a-zA-Z0-9/:.-]{0,12}\r".prop_map(|text| typed(&text))),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, RAW_BYTES_MAX + 600)?;
    }
}
