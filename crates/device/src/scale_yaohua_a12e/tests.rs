//! Own vectors: the manual's example, both ends of the range, damage.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damage_gives_no_other_reading, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "yaohua_a12e"})
}

fn line(body: &[u8]) -> Vec<u8> {
    [body, &XorNibble::Plus37.characters(xor(body)), b"\r\n"].concat()
}

#[test]
fn the_example_of_the_manual_is_4_139() {
    assert_eq!(brief(&profile(), b"WG004.139kg3D\r\n"), ["4.139 kg gross"]);
    assert_eq!(brief(&profile(), &line(b"WN-00120 kg")), ["-120 kg net"]);
    assert_eq!(brief(&profile(), &line(b"WG-00.120kg")), ["-0.120 kg gross"]);
    assert_eq!(brief(&profile(), &line(b"WG000000 kg")), ["0 kg gross"]);
}

#[test]
fn overload_and_underload_have_one_check_sum_and_two_meanings() {
    assert_eq!(brief(&profile(), b"         OL23\r\n"), ["over_range"]);
    assert_eq!(brief(&profile(), b"         LO23\r\n"), ["under_range"]);
    assert_eq!(brief(&profile(), b"         OL24\r\n"), ["bad_checksum"]);
}

#[test]
fn lines_of_another_form_give_nothing() {
    for (body, reason) in [
        (b"WT004.139kg".as_slice(), "bad_field"),
        (b"XG004.139kg", "bad_field"),
        (b"WG0041390kg", "bad_field"),
        (b"WG 04.139kg", "bad_field"),
        (b"WG0.4.139kg", "bad_field"),
        (b"WG004.139oz", "bad_field"),
        (b"WG04.139kg", "bad_frame"),
        (b"WG0004.139kg", "bad_frame"),
    ] {
        assert_eq!(brief(&profile(), &line(body)), [reason], "{}", body.escape_ascii());
    }
    let declared = json!({"protocol": "yaohua_a12e", "unit": "t"});
    assert_eq!(brief(&declared, b"WG004.139kg3D\r\n"), ["unit_conflict"]);
    assert_eq!(brief(&profile(), b"WG004.139kg3D"), ["truncated"]);
    assert_eq!(brief(&profile(), b"139kg3D\r\nWG004.139kg3D\r\n"), ["bad_frame", "4.139 kg gross"]);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1000, 0u32..1000)
            .prop_map(|(whole, part)| line(format!("WG{whole:03}.{part:03}kg").as_bytes()))),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, SCALE_LINE_BYTES_MAX + 4)?;
    }

    #[test]
    fn one_damaged_byte_gives_no_other_reading(
        number in 0u32..1000,
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let good = line(format!("WG{number:03}.250kg").as_bytes());
        damage_gives_no_other_reading(&profile(), &good, index, byte)?;
    }
}
