//! Own vectors: the manual's requests, answers of each kind, other addresses, damage.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damage_gives_no_other_reading, damaged_streams, same_for_every_cut};

fn profile() -> Value {
    json!({"protocol": "yaohua_cmd", "address": "A", "unit": "kg"})
}

fn answer(body: &[u8]) -> Vec<u8> {
    let mut frame = vec![START];
    frame.extend(body);
    frame.extend(XorNibble::Plus37.characters(xor(body)));
    frame.push(END);
    frame
}

#[test]
fn requests_are_those_of_the_manual() {
    let ask = |command| request('A', command, XorNibble::Plus37);
    assert_eq!(ask(Command::Handshake), Some(*b"\x02AA00\x03"));
    assert_eq!(ask(Command::Gross), Some(*b"\x02AB03\x03"));
    assert_eq!(ask(Command::Tare), Some(*b"\x02AC02\x03"));
    assert_eq!(ask(Command::Net), Some(*b"\x02AD05\x03"));
    assert_eq!(request('a', Command::Net, XorNibble::Plus37), None);
}

#[test]
fn answers_say_which_weight_they_hold() {
    let input =
        [answer(b"AB+0124500"), answer(b"AC+0008202"), answer(b"AD-0000501"), answer(b"AA")]
            .concat();
    let found = brief(&profile(), &input);
    assert_eq!(
        found,
        ["12450 kg gross", "8.20 kg tare", "-5.0 kg net", r#"{"type":"handshake","address":"A"}"#]
    );
}

#[test]
fn the_direction_is_declared_and_never_guessed() {
    let mut tapped = profile();
    tapped["direction"] = json!("to_device");
    let command = r#"{"type":"command","address":"A","command":"B"}"#;
    assert_eq!(brief(&tapped, b"\x02AB03\x03"), [command]);
    // An answer under the wrong direction is no request, and a request no answer.
    assert_eq!(brief(&tapped, &answer(b"AB+0124500")), ["bad_frame"]);
    assert_eq!(brief(&profile(), b"\x02AB03\x03"), ["truncated"]);
}

#[test]
fn other_devices_commands_and_damage_give_no_weight() {
    assert_eq!(brief(&profile(), &answer(b"BB+0124500")), ["wrong_address"]);
    assert_eq!(brief(&profile(), &answer(b"AE+0124500")), ["bad_field"]);
    assert_eq!(brief(&profile(), &answer(b"AB*0124500")), ["bad_field"]);
    assert_eq!(brief(&profile(), &answer(b"AB+012 500")), ["bad_field"]);
    assert_eq!(brief(&profile(), &answer(b"AB+0124505")), ["bad_field"]);
    let without_unit = json!({"protocol": "yaohua_cmd", "address": "A"});
    assert_eq!(brief(&without_unit, &answer(b"AB+0124500")), ["unit_missing"]);
    let mut cut = answer(b"AB+0124500");
    cut.remove(5);
    cut.extend(answer(b"AB+0124500"));
    assert_eq!(brief(&profile(), &cut), ["bad_frame", "12450 kg gross"]);
    for wrong in [json!({"unit": "kg"}), json!({"address": "1"}), json!({"address": "AB"})] {
        assert!(build("yaohua_cmd", wrong.clone()).is_err(), "{wrong} was taken");
    }
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..1_000_000, prop::sample::select(vec!["AB", "AC", "AA"]))
            .prop_map(|(number, head)| match head {
                "AA" => answer(b"AA"),
                _ => answer(format!("{head}+{number:06}1").as_bytes()),
            })),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile(), &input, seed, 128)?;
    }

    #[test]
    fn one_damaged_byte_gives_no_other_reading(
        number in 0u32..1_000_000,
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let good = answer(format!("AB+{number:06}1").as_bytes());
        damage_gives_no_other_reading(&profile(), &good, index, byte)?;
    }
}
