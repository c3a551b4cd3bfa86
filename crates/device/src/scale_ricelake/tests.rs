//! Own vectors: each status, unit and end of the range, lost bytes.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "rlws_stream"})
}

fn read(body: &str) -> String {
    brief(&profile(), format!("\x02{body}\r\n").as_bytes()).join(", ")
}

#[test]
fn weights_kinds_and_states() {
    assert_eq!(read("   12450KG "), "12450 kg gross stable");
    assert_eq!(read("-  830.5KNM"), "-830.5 kg net moving");
    assert_eq!(read("       0KGZ"), "0 kg gross stable");
    assert_eq!(read("   27440LG "), "27440 lb gross stable");
    assert_eq!(read("   99999KGO"), "over_range");
    assert_eq!(read("-    120KGO"), "under_range");
    assert_eq!(read("   12450KGI"), "device_error");
    assert_eq!(read("^^^^^^^^KGO"), "over_range");
    assert_eq!(read("-]]]]]]]KG "), "under_range");
}

#[test]
fn units_that_mean_two_things_are_declared() {
    assert_eq!(read("  12.450TG "), "unit_conflict");
    assert_eq!(read("   12450OG "), "bad_field");
    assert_eq!(read("   12450 G "), "unit_missing");
    let tonnes = json!({"protocol": "rlws_stream", "unit": "t"});
    assert_eq!(brief(&tonnes, b"\x02  12.450TG \r\n"), ["12.450 t gross stable"]);
    assert_eq!(brief(&tonnes, b"\x02   12450KG \r\n"), ["unit_conflict"]);
}

#[test]
fn forms_that_are_no_frame_give_nothing() {
    for body in ["+  12450KG ", "  1 2450KG ", "   1245xKG ", "   12450KT ", "   12450KG?"] {
        assert_eq!(read(body), "bad_field", "{body:?}");
    }
    assert_eq!(read("   12450K"), "bad_frame");
    assert_eq!(read("   012450KG "), "bad_frame");
    let after = b"\x02   124\x02   12450KG \r\n";
    assert_eq!(brief(&profile(), after), ["bad_frame", "12450 kg gross stable"]);
    let cr = json!({"protocol": "rlws_stream", "line_end": "cr"});
    assert_eq!(brief(&cr, b"\x02   12450KG \r"), ["12450 kg gross stable"]);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1_000_000).prop_map(|number| {
            format!("\x02 {number:>7}KG \r\n").into_bytes()
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, 128)?;
    }
}
