//! Own vectors: whole sessions, every way a frame can be bad, what must not be released.

use proptest::prelude::*;
use serde_json::json;

use super::record::Delimiters;
use super::*;
use crate::case::run_answering;
use crate::checksum::sum8;
use crate::reading::Reading;
use crate::registry::decoder_for;
use crate::replay::{damage_gives_no_other_reading, damaged_streams, same_for_every_cut};
use crate::split::Split;

const HEADER: &str = r"H|\^&|||ICPMS^lab1^1.0|||||||P|LIS2-A2|20261101083000";
const ORDER: &str = "O|1|W-1||^^^Tl|R";
const LAST: &str = "L|1|N";

fn profile() -> Value {
    json!({"protocol": "astm_lis"})
}

fn with(field: &str, value: Value) -> Value {
    let mut profile = profile();
    profile[field] = value;
    profile
}

fn frame(number: usize, text: &str, end: u8) -> Vec<u8> {
    let mut body = vec![b'0' + u8::try_from(number % 8).expect("a digit")];
    body.extend(text.as_bytes());
    body.push(end);
    let sum = format!("{:02X}\r\n", sum8(&body));
    [vec![STX], body, sum.into_bytes()].concat()
}

fn frames(records: &[&str]) -> Vec<Vec<u8>> {
    records.iter().enumerate().map(|(at, it)| frame(at + 1, &format!("{it}\r"), 3)).collect()
}

fn session(frames: &[Vec<u8>]) -> Vec<u8> {
    [vec![ENQ], frames.concat(), vec![EOT]].concat()
}

fn message(results: &[&str]) -> Vec<u8> {
    let records = [&[HEADER, "P|1", ORDER], results, &[LAST]].concat();
    session(&frames(&records))
}

/// Values with their sample and check, reasons, and the answers as one letter each.
fn read(profile: &Value, input: &[u8]) -> String {
    let mut decoder = decoder_for(profile).expect("a good profile");
    let (outputs, replies) = run_answering(decoder.as_mut(), input, Split::Whole);
    let mut words: Vec<String> = outputs
        .into_iter()
        .map(|output| match output {
            Output::Accepted(it) => match it.reading {
                Reading::Assay(assay) => {
                    let check = assay.cross_check.map(|it| format!(" ({it})")).unwrap_or_default();
                    format!("{} {} {}{check}", assay.sample, assay.value, assay.unit)
                }
                other => panic!("a laboratory gives assays, not {other:?}"),
            },
            Output::Rejected(it) => it.reason.name().to_owned(),
            Output::Skipped(_) => "skipped".to_owned(),
        })
        .collect();
    let answers: String = replies.iter().filter_map(|it| it.name.chars().next()).collect();
    words.push(answers);
    words.join(", ")
}

#[test]
fn results_are_released_with_the_last_record() {
    let result = "R|1|^^^Tl^205|4.20|ug/L||N||F||||20261101083000";
    assert_eq!(read(&profile(), &message(&[result])), "W-1 4.20 ug/L, AAAAAA");
    let mut cut = frames(&[HEADER, "P|1", ORDER, result]);
    assert_eq!(read(&profile(), &session(&cut)), "incomplete_message, AAAAA");
    assert_eq!(read(&profile(), &[vec![ENQ], cut.concat()].concat()), "incomplete_message, AAAAA");
    cut.push(frame(5, "L|1|T\r", 3));
    assert_eq!(read(&profile(), &session(&cut)), "incomplete_message, AAAAAA");
    assert_eq!(read(&profile(), &[ENQ, EOT]), "A");
    assert_eq!(read(&profile(), &[EOT, EOT]), "");
}

#[test]
fn the_evidence_of_a_result_is_its_frame() {
    let result = "R|1|^^^Tl^205|4.20|ug/L||N||F";
    let all = frames(&[HEADER, "P|1", ORDER, result, LAST]);
    let mut decoder = decoder_for(&profile()).expect("a good profile");
    let (out, replies) = run_answering(decoder.as_mut(), &session(&all), Split::Size(3));
    let [Output::Accepted(it)] = out.as_slice() else { panic!("one result, got {out:?}") };
    assert_eq!(it.raw, all[3]);
    assert_eq!(it.offset, 1 + all[..3].concat().len() as u64);
    assert_eq!(replies.first().map(|it| it.bytes.clone()), Some(vec![0x06]));
}

#[test]
fn nothing_is_released_before_the_acknowledgement_of_the_last_record() {
    let input = message(&["R|1|^^^Tl^205|4.20|ug/L||N||F"]);
    let mut decoder = decoder_for(&profile()).expect("a good profile");
    let (mut out, mut replies) = (Vec::new(), Vec::new());
    for byte in input {
        decoder.push(&[byte], &mut out);
        replies.append(&mut decoder.take_replies());
        assert_eq!(out.len(), usize::from(replies.len() == 6), "{} answers", replies.len());
    }
}

#[test]
fn bad_frames_are_refused_and_asked_for_again() {
    let result = "R|1|^^^Tl^205|4.20|ug/L||N||F";
    let all = frames(&[HEADER, "P|1", ORDER, result, LAST]);
    let broken = |damage: fn(&mut Vec<u8>)| {
        let mut bad = all[3].clone();
        damage(&mut bad);
        let input = [&all[..3], &[bad, all[3].clone(), all[4].clone()]].concat();
        read(&profile(), &session(&input))
    };
    assert_eq!(broken(|it| it[12] ^= 1), "bad_checksum, W-1 4.20 ug/L, AAAANAA");
    assert_eq!(broken(|it| it[1] = b'9'), "bad_checksum, W-1 4.20 ug/L, AAAANAA");
    assert_eq!(
        broken(|it| {
            let end = it.len() - 2;
            it[end] = b' ';
        }),
        "bad_frame, W-1 4.20 ug/L, AAAANAA"
    );
    // The end was lost: the repetition begins inside, and only it is answered.
    assert_eq!(broken(|it| it.truncate(9)), "bad_frame, W-1 4.20 ug/L, AAAAAA");
    let skipped = [&all[..2], &all[3..]].concat();
    let expected = "bad_sequence, bad_sequence, incomplete_message, AAANN";
    assert_eq!(read(&profile(), &session(&skipped)), expected);
}

#[test]
fn a_repeated_frame_is_kept_once_and_a_changed_one_is_not_taken() {
    let result = |value: &str| format!("R|1|^^^Tl^205|{value}|ug/L||N||F");
    let all = frames(&[HEADER, "P|1", ORDER, &result("4.20"), LAST]);
    let twice = [&all[..4], &all[3..]].concat();
    assert_eq!(read(&profile(), &session(&twice)), "duplicate, W-1 4.20 ug/L, AAAAAAA");
    let other = frame(4, &format!("{}\r", result("4.30")), 3);
    let changed = [&all[..4], &[other], &all[4..]].concat();
    assert_eq!(read(&profile(), &session(&changed)), "bad_sequence, W-1 4.20 ug/L, AAAAANA");
}

#[test]
fn split_records_are_joined_after_each_part_was_checked() {
    let all = [
        frame(1, &format!("{HEADER}\r"), 3),
        frame(2, &format!("{ORDER}\r"), 3),
        frame(3, "R|1|^^^Tl^205|12.", 0x17),
        frame(4, "75|ug/L||N||F\r", 3),
        frame(5, "L|1|N\r", 3),
    ];
    assert_eq!(read(&profile(), &session(&all)), "W-1 12.75 ug/L, AAAAAA");
    let several = [
        frame(1, &format!("{HEADER}\r{ORDER}\rR|1|^^^Tl^205|1|ug/L||N||F\r{LAST}\r"), 3),
        frame(2, &format!("{HEADER}\r{LAST}\r"), 3),
    ];
    assert_eq!(read(&profile(), &session(&several)), "W-1 1 ug/L, AAA");
}

#[test]
fn frames_outside_a_session_get_no_answer() {
    let outside = frames(&[HEADER, LAST]).concat();
    let good = message(&["R|1|^^^Tl|4|ug/L||N||F"]);
    let both = [outside.clone(), vec![EOT], good.clone()].concat();
    assert_eq!(read(&profile(), &both), "no_session, W-1 4 ug/L, AAAAAA");
    assert_eq!(read(&profile(), &[b"xyz".to_vec(), good].concat()), "noise, W-1 4 ug/L, AAAAAA");
    assert_eq!(read(&profile(), &outside), "no_session, ");
}

#[test]
fn a_new_session_gives_up_the_message_before_it() {
    let first = frames(&[HEADER, ORDER, "R|1|^^^Tl^205|1|ug/L||N||F"]);
    let input = [vec![ENQ], first.concat(), message(&["R|1|^^^Tl^205|2|ug/L||N||F"])].concat();
    assert_eq!(read(&profile(), &input), "incomplete_message, W-1 2 ug/L, AAAAAAAAAA");
}

#[test]
fn only_results_of_thallium_that_hold_are_taken() {
    let one = |result: &str| {
        let found = read(&profile(), &message(&[result]));
        found.strip_suffix(", AAAAAA").expect("all acknowledged").to_owned()
    };
    assert_eq!(one("R|1|^^^Tl^205|<0.02|ug/L||<||F"), "W-1 <0.02 ug/L");
    assert_eq!(one("R|1|^^^205Tl|0.00002L|mg/L||N||F"), "W-1 0.00002L mg/L");
    assert_eq!(one("R|1|^^^Tl|ND|ug/L||N||F"), "W-1 ND ug/L");
    assert_eq!(one("R|1|^^^Tl^205|4.2|ppb||N||F"), "W-1 4.2 ug/L");
    assert_eq!(one("R|1|^^^Pb^208|4.2|ug/L||N||F"), "skipped");
    for (result, reason) in [
        ("R|1|^^^Tl^205|0.02|ug/L||<||F", "bad_value"),
        ("R|1|^^^Tl^205|999|ug/L||>||F", "over_range"),
        ("R|1|^^^Tl^205||ug/L||N||F", "bad_value"),
        ("R|1|^^^Tl^205|4,2|ug/L||N||F", "ambiguous_number"),
        ("R|1|^^^Tl^205|4.2|||N||F", "unit_missing"),
        ("R|1|^^^Tl^205|4.2|foo||N||F", "unit_conflict"),
        ("R|1|^^^Tl^205|4.2|ug/L||N||X", "rejected_by_lab"),
        ("R|1|^^^Tl^205|4.2|ug/L||N||I", "rejected_by_lab"),
        ("R|1|^^^Tl^207|4.2|ug/L||N||F", "bad_field"),
        ("R|1|^^^TI^205|4.2|ug/L||N||F", "analyte_missing"),
        ("R|1|^^^TL|4.2|ug/L||N||F", "analyte_missing"),
        ("Z|1", "bad_field"),
    ] {
        assert_eq!(one(result), reason, "{result}");
    }
    let declared = with("test_codes", json!({"TL": "205"}));
    assert_eq!(read(&declared, &message(&["R|1|^^^TL|4.2|ug/L||N||F"])), "W-1 4.2 ug/L, AAAAAA");
    let unit = with("unit", json!("mg/L"));
    assert_eq!(read(&unit, &message(&["R|1|^^^Tl|4.2|ug/L||N||F"])), "W-1 0.0042 mg/L, AAAAAA");
    let solid = with("unit", json!("mg/kg"));
    assert_eq!(read(&solid, &message(&["R|1|^^^Tl|4.2|ug/L||N||F"])), "unit_conflict, AAAAAA");
}

#[test]
fn two_isotopes_of_an_order_are_one_result_with_its_check() {
    let both = ["R|1|^^^Tl^203|4.22|ug/L||N||F", "R|2|^^^Tl^205|4.20|ug/L||N||F"];
    let expected = "W-1 4.22 ug/L, W-1 4.20 ug/L, AAAAAAA";
    assert_eq!(read(&profile(), &message(&both)), expected, "nothing is declared");
    let expected = "skipped, W-1 4.20 ug/L (4.22), AAAAAAA";
    assert_eq!(read(&with("prefer_isotope", json!("205")), &message(&both)), expected);
    let apart = ["R|1|^^^Tl^203|6.40|ug/L||N||F", "R|2|^^^Tl^205|4.20|ug/L||N||F"];
    let mut limit = with("max_isotope_diff_pct", json!(10));
    limit["prefer_isotope"] = json!("205");
    assert_eq!(read(&limit, &message(&apart)), "skipped, isotope_mismatch, AAAAAAA");
    assert_eq!(read(&profile(), &message(&both[..1])), "W-1 4.22 ug/L, AAAAAA");
}

#[test]
fn a_result_needs_an_order_of_its_own_patient() {
    let result = "R|1|^^^Tl^205|4.20|ug/L||N||F";
    let all = frames(&[HEADER, "P|1", result, ORDER, "P|2", result, LAST]);
    assert_eq!(read(&profile(), &session(&all)), "no_order, no_order, AAAAAAAA");
    let unnamed = frames(&[HEADER, "O|1|||^^^Tl", result, LAST]);
    assert_eq!(read(&profile(), &session(&unnamed)), "no_order, AAAAA");
    let other = with("sample_field", json!("instrument"));
    let named = frames(&[HEADER, "O|1||W-2^3|^^^Tl", result, LAST]);
    assert_eq!(read(&other, &session(&named)), "W-2 4.20 ug/L, AAAAA");
    let headless = frames(&[ORDER, result, LAST]);
    let expected = "bad_sequence, bad_sequence, bad_sequence, AAAA";
    assert_eq!(read(&profile(), &session(&headless)), expected);
}

#[test]
fn delimiters_are_those_of_the_header() {
    let records = [r"H|@^\|||x", "O|1|W-1|", "R|1|^^^Tl^205|2.5|ug/L||N||F", LAST];
    assert_eq!(read(&profile(), &session(&frames(&records))), "W-1 2.5 ug/L, AAAAA");
    for header in ["H", "H|", "H||^&", "H|abc", r"H|\^\"] {
        let found = read(&profile(), &session(&frames(&[header, ORDER, LAST])));
        assert_eq!(found, "bad_header, AAAA", "{header}");
    }
    let usual = Delimiters::of_header(HEADER).expect("a header");
    assert_eq!(usual.unescaped("a&F&b&S&c&E&d&X41&e&Q&f&"), "a|b^c&dAe&Q&f&");
    let escaped = frames(&[HEADER, "O|1|W&S&1^x", "R|1|^^^Tl|1|ug/L||N||F", LAST]);
    assert_eq!(read(&profile(), &session(&escaped)), "W^1 1 ug/L, AAAAA");
}

#[test]
fn profiles_are_checked() {
    for wrong in [
        json!({"prefer_isotope": "204"}),
        json!({"test_codes": {"TL": "208"}}),
        json!({"unit": "ppb"}),
        json!({"max_isotope_diff_pct": -1}),
        json!({"units": "ug/L"}),
    ] {
        assert!(build("astm_lis", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

#[test]
fn memory_is_bounded() {
    let mut decoder = decoder_for(&profile()).expect("a good profile");
    let mut out = Vec::new();
    decoder.push(&[ENQ, STX], &mut out);
    for _ in 0..40 {
        decoder.push(&[b'x'; 4096], &mut out);
        assert!(decoder.buffered() <= crate::limits::ASTM_FRAME_BYTES_MAX);
    }
    assert!(matches!(&out[0], Output::Rejected(it) if it.reason == Reason::TooLong));
    decoder.finish(&mut out);
    decoder.push(&[ENQ], &mut out);
    decoder.push(&frame(1, &format!("{HEADER}\r{ORDER}\r"), 3), &mut out);
    for number in 2..60 {
        let text = format!("{}\r", "R|1|^^^Tl|1|ug/L||N||F\r".repeat(1000));
        decoder.push(&frame(number, &text, 3), &mut out);
        assert!(decoder.buffered() <= 2 * crate::limits::ASTM_MESSAGE_BYTES_MAX);
    }
    out.clear();
    decoder.push(&frame(60, "L|1|N\r", 3), &mut out);
    assert!(matches!(out.as_slice(), [Output::Rejected(it)] if it.reason == Reason::TooLong));
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1000, 0usize..6).prop_map(|(value, kind)| match kind {
            0 => vec![ENQ],
            1 => vec![EOT],
            2 => frames(&[HEADER, ORDER]).concat(),
            3 => frame(3, &format!("R|1|^^^Tl^205|{value}|ug/L||N||F\r"), 3),
            4 => frame(4, "L|1|N\r", 3),
            _ => message(&[&format!("R|1|^^^Tl^205|{value}|ug/L||N||F")]),
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, 1 << 17)?;
    }

    #[test]
    fn one_damaged_byte_gives_no_other_reading(
        number in 0u32..10_000,
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let good = message(&[&format!("R|1|^^^Tl^205|{number}|ug/L||N||F")]);
        damage_gives_no_other_reading(&profile(), &good, index, byte)?;
    }
}
