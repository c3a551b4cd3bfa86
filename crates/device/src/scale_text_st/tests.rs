//! Own vectors: forms of several makers, lines that only look like weights.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "text_st"})
}

fn read(line: &str) -> String {
    brief(&profile(), format!("{line}\r\n").as_bytes()).join(", ")
}

#[test]
fn forms_of_several_makers_are_read() {
    assert_eq!(read("ST,GS,+011.120kg"), "11.120 kg gross stable");
    assert_eq!(read("US,NT,-000.50kg"), "-0.50 kg net moving");
    assert_eq!(read("ST,TR,+012.3456  kg"), "12.3456 kg tare stable");
    assert_eq!(read("ST,GS,+  12345 kg"), "12345 kg gross stable");
    assert_eq!(read("ST,NT, 0001.00,kg"), "1.00 kg net stable");
    assert_eq!(read("ST,GS,+002744lb"), "2744 lb gross stable");
    assert_eq!(read("ST,GS,+12.450 t"), "12.450 t gross stable");
    assert_eq!(read("OL,GS,+            "), "over_range");
    assert_eq!(read("OL,GS,-            "), "under_range");
}

#[test]
fn nothing_is_searched_for_a_number() {
    for line in [
        "TEL 0731-85550123",
        "ST,GS,+0001ST,GS,+000120kg",
        "ST,GS,+11.120.1kg",
        "ST,GS,+1 1.120kg",
        "ST,GS,011.120kg",
        "ST,GS,+11.120kgs",
        "ST,GS,+11.120oz",
        "ST,XX,+11.120kg",
        "QT,GS,+11.120kg",
        "ST,GS,+kg",
        "ST,GS,",
        "ST,+00012.34  g",
        "ST,GS,+11,120kg",
    ] {
        assert_eq!(read(line), "bad_field", "{line:?}");
    }
}

#[test]
fn unit_and_width_can_be_declared() {
    assert_eq!(read("ST,GS,+11.120"), "unit_missing");
    let declared = json!({"protocol": "text_st", "unit": "kg", "width": 7});
    assert_eq!(brief(&declared, b"ST,GS,+011.120\r\n"), ["11.120 kg gross stable"]);
    assert_eq!(brief(&declared, b"ST,GS,+011.120lb\r\n"), ["unit_conflict"]);
    assert_eq!(brief(&declared, b"ST,GS,+01.120kg\r\n"), ["bad_frame"]);
    let cr = json!({"protocol": "text_st", "line_end": "cr"});
    assert_eq!(brief(&cr, b"ST,GS,+011.120kg\r").join(""), "11.120 kg gross stable");
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1_000_000).prop_map(|number| {
            format!("ST,GS,+{:03}.{:03}kg\r\n", number / 1000, number % 1000).into_bytes()
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, SCALE_LINE_BYTES_MAX + 4)?;
    }

    #[test]
    fn a_line_without_the_form_is_never_a_weight(line in "[ -~]{0,30}") {
        prop_assume!(!line.starts_with("ST,") && !line.starts_with("US,"));
        let found = read(&line);
        prop_assert!(!found.contains(" gross") && !found.contains(" net"), "{}", found);
    }
}
