//! Own vectors: the manual's example, damage, layouts ten times apart, random input.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::decoder::Output;
use crate::split::Split;

fn profile() -> Value {
    json!({"layout": "6d+dp", "unit": "kg"})
}

fn decode(fields: Value, input: &[u8], split: Split) -> Vec<Output> {
    let mut decoder = build("yaohua_tf0", fields).expect("a good profile");
    let mut out = Vec::new();
    for piece in split.pieces(input) {
        decoder.push(piece, &mut out);
        assert!(decoder.buffered() <= 128, "{} bytes held", decoder.buffered());
    }
    decoder.finish(&mut out);
    out
}

fn values(outputs: &[Output]) -> Vec<String> {
    let text = |output: &Output| match output {
        Output::Accepted(it) => match &it.reading {
            Reading::Weight(weight) => format!("{} {}", weight.value, weight.unit.symbol()),
            other => panic!("a scale gives weights, not {other:?}"),
        },
        Output::Rejected(it) => it.reason.name().to_owned(),
        Output::Skipped(it) => panic!("a scale skips nothing, but {it:?}"),
    };
    outputs.iter().map(text).collect()
}

/// A right frame of a sign and seven digits.
fn frame(sign: u8, digits: &[u8; 7]) -> Vec<u8> {
    let mut frame = vec![START, sign];
    frame.extend(digits);
    frame.extend(XorNibble::Plus37.characters(sign ^ xor(digits)));
    frame.push(END);
    frame
}

#[test]
fn the_example_of_the_manual_is_20_00() {
    let out = decode(profile(), b"\x02+0020002\x31B\x03", Split::Whole);
    assert_eq!(values(&out), ["20.00 kg"]);
    let Some(Output::Accepted(it)) = out.first() else { panic!("accepted") };
    assert_eq!(it.raw, b"\x02+00200021B\x03");
}

#[test]
fn the_same_bytes_are_ten_times_apart_in_the_two_layouts() {
    let input = frame(b'+', b"0124500");
    assert_eq!(values(&decode(profile(), &input, Split::Whole)), ["12450 kg"]);
    let seven = json!({"layout": "7d", "unit": "kg"});
    assert_eq!(values(&decode(seven, &input, Split::Whole)), ["124500 kg"]);
    let tonnes = json!({"layout": "7d", "unit": "t", "decimals": 3});
    assert_eq!(values(&decode(tonnes, &input, Split::Whole)), ["124.500 t"]);
}

#[test]
fn nothing_is_guessed_while_layout_or_unit_is_not_declared() {
    let input = frame(b'+', b"0124500");
    assert_eq!(values(&decode(json!({"unit": "kg"}), &input, Split::Whole)), ["layout_missing"]);
    assert_eq!(values(&decode(json!({"layout": "7d"}), &input, Split::Whole)), ["unit_missing"]);
}

#[test]
fn sign_and_decimal_digit_are_checked_behind_a_right_sum() {
    assert_eq!(values(&decode(profile(), &frame(b'*', b"0124500"), Split::Whole)), ["bad_field"]);
    assert_eq!(values(&decode(profile(), &frame(b'+', b"0124505"), Split::Whole)), ["bad_field"]);
    assert_eq!(values(&decode(profile(), &frame(b'-', b"0001502"), Split::Whole)), ["-1.50 kg"]);
}

#[test]
fn a_false_start_does_not_swallow_the_frame_behind_it() {
    let mut input = vec![START, START, b'+', START];
    input.extend(frame(b'+', b"0020002"));
    let out = decode(profile(), &input, Split::Size(1));
    assert_eq!(values(&out).last().map(String::as_str), Some("20.00 kg"));
}

#[test]
fn a_profile_with_an_unknown_or_wrong_field_is_an_error() {
    for wrong in [
        json!({"layout": "6d+dp", "unit": "kg", "strip_partiy": true}),
        json!({"layout": "8d", "unit": "kg"}),
        json!({"layout": "6d+dp", "unit": "stone"}),
        json!({"layout": "6d+dp", "unit": "kg", "decimals": 2}),
        json!({"layout": "6d+dp", "unit": "kg", "stable_n": 0}),
    ] {
        assert!(build("yaohua_tf0", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

/// Frames, damaged frames and garbage in any order.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let good = (any::<bool>(), 0u32..1_000_000, 0u8..7).prop_map(|(negative, number, point)| {
        let digits: [u8; 7] = format!("{number:06}{point}").into_bytes().try_into().expect("seven");
        frame(if negative { b'-' } else { b'+' }, &digits)
    });
    let damaged = (good.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut bytes, index, byte)| {
            let at = index.index(bytes.len());
            if byte % 3 == 0 {
                bytes.remove(at);
            } else {
                bytes[at] = byte;
            }
            bytes
        },
    );
    let garbage = prop::collection::vec(any::<u8>(), 0..40);
    prop::collection::vec(prop_oneof![good, damaged, garbage], 0..12)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn cuts_do_not_matter(input in streams(), seed in any::<u64>()) {
        let whole = decode(profile(), &input, Split::Whole);
        prop_assert_eq!(&whole, &decode(profile(), &input, Split::Size(1)));
        prop_assert_eq!(&whole, &decode(profile(), &input, Split::Seed(seed)));
        for output in &whole {
            if let Output::Accepted(it) = output {
                let from = usize::try_from(it.offset).expect("small");
                prop_assert_eq!(it.raw.as_slice(), &input[from..from + FRAME_BYTES]);
            }
        }
    }

    #[test]
    fn a_good_frame_behind_garbage_is_found(
        garbage in prop::collection::vec(any::<u8>(), 0..64),
        number in 0u32..1_000_000,
    ) {
        let digits: [u8; 7] = format!("{number:06}0").into_bytes().try_into().expect("seven");
        let mut input = garbage;
        input.extend(frame(b'+', &digits));
        let found = values(&decode(profile(), &input, Split::Whole));
        prop_assert_eq!(found.last().cloned(), Some(format!("{number} kg")));
    }
}
