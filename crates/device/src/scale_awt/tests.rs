//! Own vectors: kinds, points, units, lost characters.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "awt_stream"})
}

fn read(line: &str) -> String {
    brief(&profile(), format!("{line}\r\n").as_bytes()).join(", ")
}

#[test]
fn weights_and_units() {
    assert_eq!(read(" g+012450 kg"), "12450 kg gross");
    assert_eq!(read(" n-0012.5 kg"), "-12.5 kg net");
    assert_eq!(read(" n-00012.5 kg"), "-12.5 kg net");
    assert_eq!(read(" g+012.45 t "), "12.45 t gross");
    assert_eq!(read(" g+027440 lb"), "27440 lb gross");
    assert_eq!(read(" g+012450   "), "unit_missing");
    let declared = json!({"protocol": "awt_stream", "unit": "kg", "line_end": "cr"});
    assert_eq!(
        brief(&declared, b" g+012450 \r g+012450 lb\r"),
        ["12450 kg gross", "unit_conflict"]
    );
}

#[test]
fn lost_or_foreign_characters_give_nothing() {
    for line in [
        "g+012450 kg",
        " x+012450 kg",
        " g 012450 kg",
        " g+12450 kg",
        " g+0012450 kg",
        " g+012450kg",
        " g+012450 tn",
        " g+01.4.0 kg",
        " g+  2450 kg",
        "",
    ] {
        assert_eq!(read(line), "bad_field", "{line:?}");
    }
    assert_eq!(brief(&profile(), b" g+01234"), ["truncated"]);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1_000_000).prop_map(|number| {
            format!(" g+{number:06} kg\r\n").into_bytes()
        })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, SCALE_LINE_BYTES_MAX + 4)?;
    }
}
