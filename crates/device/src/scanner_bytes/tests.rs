//! Own vectors: identifiers, suffixes, escapes, GS1, limits; random input.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::split::Split;

fn decode(fields: Value, input: &[u8], split: Split) -> Vec<Output> {
    let mut decoder = build("scanner", fields).expect("a good profile");
    let mut out = Vec::new();
    for piece in split.pieces(input) {
        decoder.push(piece, &mut out);
        assert!(decoder.buffered() <= SCAN_BYTES_MAX + SUFFIX_BYTES_MAX);
    }
    decoder.finish(&mut out);
    out
}

fn texts(fields: Value, input: &[u8]) -> Vec<String> {
    let text = |output: Output| match output {
        Output::Accepted(Accepted { reading: Reading::Scan(scan), .. }) => {
            format!("{}:{}", scan.symbology.unwrap_or("-"), scan.data)
        }
        Output::Rejected(it) => it.reason.name().to_owned(),
        other => panic!("a scanner gives scans, not {other:?}"),
    };
    decode(fields, input, Split::Whole).into_iter().map(text).collect()
}

#[test]
fn whole_scans_are_read_and_halves_are_not() {
    assert_eq!(
        texts(json!({}), b"]Q1TL1:B7\r]C0X\r]Q1TL1:B"),
        ["QR:TL1:B7", "Code128:X", "truncated"]
    );
    assert_eq!(texts(json!({}), b"\r]Q1A\r"), ["empty", "QR:A"]);
}

#[test]
fn the_identifier_rule_decides() {
    assert_eq!(texts(json!({}), b"TL1:B7\r"), ["aim_missing"]);
    assert_eq!(texts(json!({"aim": "optional"}), b"TL1:B7\r]Q1A\r"), ["-:TL1:B7", "QR:A"]);
    assert_eq!(texts(json!({"aim": "none"}), b"]Q1A\r"), ["-:]Q1A"]);
    assert_eq!(texts(json!({}), b"]?1A\r"), ["unknown_symbology"]);
}

#[test]
fn lost_suffixes_and_control_characters_are_refused() {
    assert_eq!(texts(json!({}), b"]Q1TL1:B7]Q1TL1:B8\r"), ["glued_scans"]);
    assert_eq!(texts(json!({"aim": "optional"}), b"TL1:B7]Q1TL1:B8\r"), ["glued_scans"]);
    assert_eq!(texts(json!({}), b"]Q1A\x08B\r"), ["bad_field"]);
    assert_eq!(texts(json!({}), b"]Q110L1\x1d21S\r"), ["bad_field"]);
    assert_eq!(texts(json!({}), b"]Q310L1\x1d21S\r"), ["QR:10L1\u{1d}21S"]);
}

#[test]
fn a_scan_over_the_limit_is_dropped_up_to_its_suffix() {
    let mut input = b"]Q1".to_vec();
    input.extend([b'A'; 600]);
    input.extend(b"\r]Q1B\r");
    assert_eq!(texts(json!({}), &input), ["too_long", "QR:B"]);
}

#[test]
fn escapes_name_the_encoding_and_other_bytes_are_not_guessed() {
    assert_eq!(texts(json!({}), "]Q2\\000026铊\\\\矿\r".as_bytes()), ["QR:铊\\矿"]);
    // 铊 in GB 18030 is EE E8.
    assert_eq!(texts(json!({}), b"]Q2\\000032\xEE\xE8\r"), ["QR:铊"]);
    assert_eq!(texts(json!({}), b"]Q1\xEE\xE8\r"), ["bad_encoding"]);
    assert_eq!(texts(json!({}), b"]Q2\\000899A\r"), ["bad_encoding"]);
    assert_eq!(texts(json!({}), b"]Q2\\00A\r"), ["bad_field"]);
}

#[test]
fn gs1_data_is_taken_apart_only_as_far_as_it_is_certain() {
    let fixed = BTreeMap::from([("3103".to_owned(), 6)]);
    let parts = |data: &str| -> Vec<String> {
        match gs1::elements(data, &fixed) {
            Ok(found) => found.into_iter().map(|it| format!("({}){}", it.ai, it.data)).collect(),
            Err(error) => vec![error.to_string()],
        }
    };
    let kept = "010697000000001710LOT42\u{1d}3103001250";
    assert_eq!(parts(kept), ["(01)06970000000017", "(10)LOT42", "(3103)001250"]);
    let lost = "010697000000001710LOT423103001250";
    assert_eq!(parts(lost), ["(01)06970000000017", "(10)LOT423103001250"]);
    assert_eq!(
        parts("0106970"),
        ["GS1 application identifier 01 needs 14 characters, 5 are there"]
    );
    assert_eq!(parts("AB"), ["no known GS1 application identifier at character 1"]);
}

#[test]
fn a_profile_without_suffix_or_with_a_wrong_limit_is_an_error() {
    for wrong in [
        json!({"suffix": ""}),
        json!({"suffix": "12345"}),
        json!({"max_len": 0}),
        json!({"max_len": 100_000}),
        json!({"aim": "sometimes"}),
        json!({"sufix": "\r"}),
    ] {
        assert!(build("scanner", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in prop::collection::vec(
            prop_oneof![Just(b']'), Just(b'Q'), Just(b'2'), Just(b'\\'), Just(b'\r'), Just(b'\n'),
                        Just(b'0'), any::<u8>()], 0..400),
        seed in any::<u64>(),
    ) {
        let fields = json!({"suffix": "\r\n", "max_len": 20, "aim": "optional"});
        let whole = decode(fields.clone(), &input, Split::Whole);
        prop_assert_eq!(&whole, &decode(fields.clone(), &input, Split::Size(1)));
        prop_assert_eq!(&whole, &decode(fields, &input, Split::Seed(seed)));
    }
}
