//! Own vectors: the manuals' examples, every refusal, widths that lost a character.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "mt_sics"})
}

fn read(line: &str) -> String {
    brief(&profile(), format!("{line}\r\n").as_bytes()).join(", ")
}

#[test]
fn the_examples_of_the_manuals() {
    assert_eq!(read("S S     100.00 g"), "100.00 g net stable");
    assert_eq!(read("S D     103.40 g"), "103.40 g net moving");
    assert_eq!(read("S S      -0.02 kg"), "-0.02 kg net stable");
    assert_eq!(read("S +"), "over_range");
    assert_eq!(read("S -"), "under_range");
    for line in ["S I", "S L", "ES", "ET", "EL", "TA I", "Z +"] {
        assert_eq!(read(line), "device_error", "{line}");
    }
}

#[test]
fn a_weight_has_its_width_its_point_and_its_unit() {
    assert_eq!(read("S S     100,00 g"), "bad_field");
    assert_eq!(read("S S     100.00"), "unit_missing");
    assert_eq!(read("S S     100.00 "), "unit_missing");
    for line in [
        "S S    100.00 g",
        "S S     10.00 g ",
        "S S      100.00 g",
        "S S     100.00 mg",
        "S S     100.00 KG",
        "S S     - 0.02 g",
        "S S     100..0 g",
        "S S            g",
        "S X     100.00 g",
        "100.00 g",
        "S",
        "",
    ] {
        assert_eq!(read(line), "bad_field", "{line:?}");
    }
    let declared = json!({"protocol": "mt_sics", "unit": "kg"});
    assert_eq!(brief(&declared, b"S S     100.00 g\r\n"), ["unit_conflict"]);
}

#[test]
fn other_answers_are_information_and_never_weights() {
    assert_eq!(
        read(r#"I4 A "B021002593""#),
        r#"{"type":"info","command":"I4","text":"B021002593"}"#
    );
    assert_eq!(
        read("TA A     100.00 g"),
        r#"{"type":"info","command":"TA","text":"    100.00 g"}"#
    );
    assert_eq!(read("Z A"), r#"{"type":"info","command":"Z","text":""}"#);
    assert_eq!(read("TEL 0731-85550123"), "bad_field");
}

#[test]
fn only_cr_lf_ends_a_line() {
    assert_eq!(brief(&profile(), b"S S     100.00 g\n"), ["truncated"]);
    assert_eq!(brief(&profile(), b"S S     100.00 g\r"), ["truncated"]);
    let long = [b"S S ".as_slice(), &[b' '; 200], b"\r\nS S     100.00 g\r\n"].concat();
    assert_eq!(brief(&profile(), &long), ["too_long", "100.00 g net stable"]);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..100_000, any::<bool>()).prop_map(|(number, stable)| {
            let text = format!("{}.{:02}", number / 100, number % 100);
            format!("S {} {text:>10} g\r\n", if stable { 'S' } else { 'D' }).into_bytes()
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, SCALE_LINE_BYTES_MAX + 4)?;
    }
}
