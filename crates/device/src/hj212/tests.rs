//! Own vectors: units, marks, parts, answers, editions, damage.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::case::run_answering;
use crate::registry::decoder_for;
use crate::replay::{brief, damage_gives_no_other_reading, damaged_streams, same_for_every_cut};
use crate::split::Split;

const MN: &str = "010000A8900016F000169DC0";

fn profile() -> Value {
    json!({"protocol": "hj212", "edition": "2017", "units": "standard"})
}

fn with(field: &str, value: Value) -> Value {
    let mut profile = profile();
    profile[field] = value;
    profile
}

fn telegram(cn: &str, flag: u8, cp: &str) -> Vec<u8> {
    frame_of(&format!(
        "QN=20261101083000123;ST=32;CN={cn};PW=123456;MN={MN};Flag={flag};CP=&&{cp}&&"
    ))
}

fn live(items: &str) -> Vec<u8> {
    telegram("2011", 5, &format!("DataTime=20261101083000;{items}"))
}

/// The values in ng/L (with `!` where not usable) or mg, the reasons, and the answers.
fn read(profile: &Value, input: &[u8]) -> String {
    let mut decoder = decoder_for(profile).expect("a good profile");
    let (outputs, replies) = run_answering(decoder.as_mut(), input, Split::Whole);
    let mut words: Vec<String> = outputs
        .into_iter()
        .map(|output| match output {
            Output::Accepted(it) => match it.reading {
                Reading::Water(water) => {
                    let mark = if water.usable { "" } else { "!" };
                    format!("{} {}{mark}", water.stat, water.value_ng_per_l)
                }
                Reading::WaterLoad(load) => format!("{} mg", load.value_mg),
                other => serde_json::to_string(&other).expect("plain data"),
            },
            Output::Rejected(it) => it.reason.name().to_owned(),
            Output::Skipped(it) => it.item.unwrap_or_else(|| "held".to_owned()),
        })
        .collect();
    words.extend(replies.iter().map(|it| format!("> {}", it.name)));
    words.join(", ")
}

#[test]
fn the_example_of_the_standard_is_a_command() {
    let input = b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;\
                  Flag=5;CP=&&RtdInterval=30&&1C80\r\n";
    let found = brief(&profile(), input).join("");
    assert!(found.contains(r#""cn":"1062""#) && found.contains(r#""RtdInterval":"30""#), "{found}");
    assert!(found.contains(r#""needs_reply":true"#), "{found}");
}

#[test]
fn thallium_is_taken_in_ng_per_l_and_nothing_is_converted_by_guess() {
    let value = |text: &str| read(&profile(), &live(&format!("w20089-Rtd={text},w20089-Flag=N")));
    assert_eq!(value("4200"), "Rtd 4200, > 9014");
    assert_eq!(value("0"), "Rtd 0, > 9014");
    for impossible in ["0.0042", "4.2", "42.0", "12000", "00042"] {
        assert_eq!(value(impossible), "unit_conflict, > 9014", "{impossible}");
    }
    for no_value in ["--", "", "-5", "1e3", "4,2", "NaN"] {
        let found = value(no_value);
        assert!(found.starts_with("bad_"), "{no_value}: {found}");
    }
    let read_as = |unit: &str, text: &str| {
        let units = with("units", json!({"w20089": unit}));
        read(&units, &live(&format!("w20089-Rtd={text},w20089-Flag=N")))
    };
    assert_eq!(read_as("mg/L", "0.0042"), "Rtd 4200, > 9014");
    assert_eq!(read_as("ug/L", "4.2"), "Rtd 4200, > 9014");
    assert_eq!(read_as("ng/L", "4.25"), "Rtd 4.25, > 9014");
    let mut open = profile();
    open.as_object_mut().expect("an object").remove("units");
    assert_eq!(read(&open, &live("w20089-Rtd=4200,w20089-Flag=N")), "unit_missing, > 9014");
}

#[test]
fn every_mark_but_n_is_kept_and_not_usable() {
    for mark in "FMSDCTB".chars() {
        let input = live(&format!("w20089-Rtd=1,w20089-Flag={mark}"));
        assert_eq!(read(&profile(), &input), "Rtd 1!, > 9014");
    }
    assert_eq!(read(&profile(), &live("w20089-Rtd=1")), "Rtd 1!, > 9014");
    for wrong in ["X", "n", "NN", ""] {
        let input = live(&format!("w20089-Rtd=1,w20089-Flag={wrong}"));
        assert_eq!(read(&profile(), &input), "bad_field, > 9014", "{wrong}");
    }
}

#[test]
fn an_hour_has_several_values_and_a_mass() {
    let cp = "DataTime=20261101080000;w00000-Avg=17.5,w00000-Flag=N;w20089-Cou=1.25,\
              w20089-Min=100,w20089-Avg=120,w20089-Max=140,w20089-Flag=N";
    let expected = "w00000, 1.25 mg, Min 100, Avg 120, Max 140, > 9014";
    assert_eq!(read(&profile(), &telegram("2061", 5, cp)), expected);
    let declared = with("units", json!({"w20089": "ug/L"}));
    let expected = "w00000, unit_missing, Min 100000, Avg 120000, Max 140000, > 9014";
    assert_eq!(read(&declared, &telegram("2061", 5, cp)), expected);
    let cadmium = with("factors", json!(["w20115"]));
    let input = live("w20115-Rtd=1.5,w20115-Flag=N;w20089-Rtd=1,w20089-Flag=N");
    assert_eq!(read(&cadmium, &input), "Rtd 1500, w20089, > 9014");
    let twice = live("w20089-Rtd=1,w20089-Rtd=2,w20089-Flag=N");
    assert_eq!(read(&profile(), &twice), "Rtd 1, bad_field, > 9014");
}

#[test]
fn the_answer_is_the_one_of_the_standard() {
    let mut decoder = decoder_for(&profile()).expect("a good profile");
    let (_, replies) =
        run_answering(decoder.as_mut(), &live("w20089-Rtd=1,w20089-Flag=N"), Split::Whole);
    let expected = format!("QN=20261101083000123;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&");
    assert_eq!(
        replies.iter().map(|it| it.bytes.clone()).collect::<Vec<_>>(),
        [frame_of(&expected)]
    );
    assert_eq!(read(&profile(), &telegram("2011", 4, "")), "", "no bit A, no answer");
    let notice = telegram("9013", 5, "");
    assert!(!read(&profile(), &notice).contains("> 9014"), "a notice has another answer");
}

#[test]
fn the_same_telegram_again_is_answered_and_kept_once() {
    let one = live("w20089-Rtd=1,w20089-Flag=N");
    let twice = [one.clone(), one].concat();
    assert_eq!(read(&profile(), &twice), "Rtd 1, duplicate, > 9014, > 9014");
}

fn part(qn: u32, count: u16, number: u16, items: &str) -> Vec<u8> {
    frame_of(&format!(
        "QN=20261101090500{qn:03};ST=32;CN=2061;PW=123456;MN={MN};Flag=7;PNUM={count};\
         PNO={number};CP=&&DataTime=20261101080000;{items}&&"
    ))
}

#[test]
fn parts_count_when_all_are_there() {
    let first = part(1, 2, 1, "w20089-Min=1,w20089-Flag=N");
    let second = part(2, 2, 2, "w20089-Max=3,w20089-Flag=N");
    let both = [first.clone(), second.clone()].concat();
    assert_eq!(read(&profile(), &both), "held, Min 1, Max 3, > 9014, > 9014");
    let turned = [second.clone(), first.clone()].concat();
    assert_eq!(read(&profile(), &turned), "held, Min 1, Max 3, > 9014, > 9014");
    assert_eq!(read(&profile(), &first), "held, incomplete_message, > 9014");
    let resent = [first.clone(), part(3, 2, 1, "w20089-Min=1,w20089-Flag=N"), second].concat();
    assert_eq!(read(&profile(), &resent), "held, duplicate, Min 1, Max 3, > 9014, > 9014, > 9014");
    let other = [first, part(3, 2, 1, "w20089-Min=2,w20089-Flag=N")].concat();
    assert_eq!(read(&profile(), &other), "held, bad_sequence, incomplete_message, > 9014, > 9014");
    assert_eq!(read(&profile(), &part(1, 2, 3, "w20089-Min=1")), "bad_field");
    assert_eq!(read(&profile(), &part(1, 99, 1, "w20089-Min=1")), "too_long, > 9014");
}

#[test]
fn the_edition_is_declared() {
    let old = json!({"protocol": "hj212", "edition": "2005", "units": "standard"});
    let input = frame_of(
        "ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817;B01-Rtd=36.91;\
         041-Rtd=120,041-Flag=N&&",
    );
    assert_eq!(read(&old, &input), "B01, Rtd 120");
    let hour = frame_of(
        "QN=20260824003817000;ST=32;CN=2061;PW=123456;MN=LD130133000015;Flag=1;CP=&&\
         DataTime=20160824000000;041-Avg=120&&",
    );
    assert_eq!(read(&old, &hour), "Avg 120, > 9014");
    assert_eq!(read(&profile(), &hour), "wrong_edition");
    assert_eq!(read(&old, &live("w20089-Rtd=1,w20089-Flag=N")), "wrong_edition");
    assert!(
        build("hj212", json!({"edition": "2025"}))
            .is_err_and(|it| { it.to_string().contains("2025 is not read yet") })
    );
    for wrong in [
        json!({"units": "standard"}),
        json!({"edition": "2018"}),
        json!({"edition": "2017", "units": {"w20089": "mg/kg"}}),
        json!({"edition": "2017", "units": {"x": "mg/L"}}),
        json!({"edition": "2017", "units": "mg/L"}),
        json!({"edition": "2017", "units": {"w20089": "ppb"}}),
        json!({"edition": "2017", "factors": ["w99999"]}),
        json!({"edition": "2017", "unit": "standard"}),
    ] {
        assert!(build("hj212", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

#[test]
fn other_monitors_get_no_answer() {
    let input = live("w20089-Rtd=1,w20089-Flag=N");
    assert_eq!(read(&with("mn", json!("X")), &input), "wrong_address");
    assert_eq!(read(&with("pw", json!("000000")), &input), "bad_field");
    assert_eq!(read(&with("pw", json!("123456")), &input), "Rtd 1, > 9014");
    let short = frame_of("QN=20261101083000123;ST=32;CN=2011;MN=X;Flag=5;CP=&&&&");
    assert_eq!(read(&with("strict_mn", json!(true)), &short), "bad_field");
    assert_eq!(read(&profile(), &short), "> 9014");
}

#[test]
fn damage_is_refused_without_an_answer_and_loses_no_neighbour() {
    let good = live("w20089-Rtd=1,w20089-Flag=N");
    let behind = |damage: Vec<u8>| read(&profile(), &[damage, good.clone()].concat());
    let mut lost = good.clone();
    lost.remove(40);
    assert_eq!(behind(lost), "bad_frame, Rtd 1, > 9014");
    let mut flipped = good.clone();
    flipped[40] ^= 1;
    assert_eq!(behind(flipped), "bad_checksum, Rtd 1, > 9014");
    let no_line_end = good.strip_suffix(b"\r\n").expect("a line end").to_vec();
    assert_eq!(behind(no_line_end.clone()), "bad_frame, Rtd 1, > 9014");
    assert_eq!(read(&profile(), &no_line_end), "truncated");
    assert_eq!(behind(b"##1360QN=2026".to_vec()), "too_long, Rtd 1, > 9014");
    assert_eq!(behind(b"##12".to_vec()), "bad_frame, Rtd 1, > 9014");
    assert_eq!(behind(b"#1 #2 #".to_vec()), "noise, Rtd 1, > 9014");
    let long = frame_of(&format!(
        "QN=20261101083000123;ST=32;CN=3020;MN=X;Flag=5;CP=&&Info={}&&",
        "x".repeat(946)
    ));
    assert_eq!(behind(long), "too_long, Rtd 1, > 9014");
}

#[test]
fn segments_of_another_form_are_refused() {
    for segment in [
        "",
        "QN=20261101083000123;ST=32;CN=2011;MN=X;Flag=5",
        "QN=20261101083000123;ST=32;CN=2011;MN=X;Flag=5;CP=&&",
        "QN=20261101083000123,ST=32;CN=2011;MN=X;Flag=5;CP=&&&&",
        "QN=2026;ST=32;CN=2011;MN=X;Flag=5;CP=&&&&",
        "QN=20261101083000123;ST=32;CN=20;MN=X;Flag=5;CP=&&&&",
        "QN=20261101083000123;ST=32;CN=2011;MN=X;MN=Y;Flag=5;CP=&&&&",
        "QN=20261101083000123;ST=32;CN=2011;MN=X;Flag=+5;CP=&&&&",
        "QN=20261101083000123;ST=32;CN=2011;MN=X;Flag=7;CP=&&&&",
        "QN=20261101083000123;ST=32;CN=2011;Flag=5;CP=&&&&",
    ] {
        assert_eq!(read(&profile(), &frame_of(segment)), "bad_field", "{segment}");
    }
    for cp in ["w20089-Rtd=1", "DataTime=20261301000000;w20089-Rtd=1", "DataTime=1;w20089-Rtd=1"] {
        let found = read(&profile(), &telegram("2011", 5, cp));
        assert_eq!(found, "bad_field, > 9014", "{cp}");
    }
    assert_eq!(read(&profile(), &live("w20089-Rtd")), "bad_field, > 9014");
}

#[test]
fn chinese_logs_are_read_in_either_encoding() {
    let text = format!(
        "QN=20260801085857223;ST=32;CN=3020;PW=123456;MN={MN};Flag=5;CP=&&i11001-Info=清洗管路&&"
    );
    let bytes = encoding_rs::GB18030.encode(&text).0;
    let mut old = format!("##{:04}", bytes.len()).into_bytes();
    old.extend(bytes.iter());
    old.extend(format!("{:04X}\r\n", crc_hj212(&bytes)).into_bytes());
    for input in [frame_of(&text), old] {
        let found = read(&profile(), &input);
        assert!(found.contains("清洗管路") && found.ends_with("> 9014"), "{found}");
    }
}

#[test]
fn waiting_parts_are_bounded() {
    let mut decoder = decoder_for(&profile()).expect("a good profile");
    let mut out = Vec::new();
    for hour in 0..24 {
        let segment = format!(
            "QN=20261101090500001;ST=32;CN=2061;PW=1;MN={MN};Flag=7;PNUM=2;PNO=1;\
             CP=&&DataTime=20261101{hour:02}0000;w20089-Avg=1,w20089-Flag=N&&"
        );
        decoder.push(&frame_of(&segment), &mut out);
        assert!(decoder.buffered() < 8 * 200, "{}", decoder.buffered());
    }
    let lost = out.iter().filter(|it| matches!(it, Output::Rejected(_))).count();
    assert_eq!(lost, 24 - crate::limits::HJ212_MESSAGES_MAX);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..20_000, 0u32..3, 1u16..3).prop_map(|(value, kind, number)| {
            match kind {
                0 => live(&format!("w20089-Rtd={value},w20089-Flag=N")),
                1 => part(value % 1000, 2, number, &format!("w20089-Avg={value},w20089-Flag=N")),
                _ => telegram("2021", 5, "DataTime=20261101083000;SB1-RS=1"),
            }
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, 40_000)?;
    }

    #[test]
    fn one_damaged_byte_gives_no_other_reading(
        number in 0u32..10_000,
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let good = live(&format!("w20089-Rtd={number},w20089-Flag=N"));
        damage_gives_no_other_reading(&profile(), &good, index, byte)?;
    }
}
