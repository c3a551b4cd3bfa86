//! Own vectors: the manual's examples in both orders, lost bytes, nothing guessed.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::replay::{brief, damaged_streams, same_for_every_cut};

fn profile(order: &str) -> Value {
    json!({"protocol": "yaohua_eq", "order": order, "unit": "kg"})
}

#[test]
fn the_examples_of_the_manual_in_both_orders() {
    assert_eq!(brief(&profile("low_first"), b"=000.3000"), ["3.000 kg unknown"]);
    assert_eq!(brief(&profile("low_first"), b"=00.1000-"), ["-1.00 kg unknown"]);
    assert_eq!(brief(&profile("high_first"), b"=0003.000"), ["3.000 kg unknown"]);
    assert_eq!(brief(&profile("high_first"), b"=-0001.00"), ["-1.00 kg unknown"]);
    assert_eq!(brief(&profile("low_first"), b"=05421000"), ["12450 kg unknown"]);
}

#[test]
fn the_same_bytes_are_two_weights_in_the_two_orders() {
    assert_eq!(brief(&profile("high_first"), b"=000.3000"), ["0.3000 kg unknown"]);
    let open = json!({"protocol": "yaohua_eq", "unit": "kg"});
    assert_eq!(brief(&open, b"=000.3000"), ["layout_missing"]);
    let open = json!({"protocol": "yaohua_eq", "order": "low_first"});
    assert_eq!(brief(&open, b"=000.3000"), ["unit_missing"]);
}

#[test]
fn lost_bytes_and_false_signs_give_nothing_and_lose_no_neighbour() {
    let low = profile("low_first");
    assert_eq!(brief(&low, b"=00.210=00.02100"), ["bad_frame", "120.00 kg unknown"]);
    assert_eq!(brief(&low, b"2100=00.02100"), ["noise", "120.00 kg unknown"]);
    assert_eq!(brief(&low, b"=-00.0210"), ["bad_field"]);
    assert_eq!(brief(&low, b"=00.02105"), ["bad_field"]);
    assert_eq!(brief(&low, b"=00.02.00"), ["bad_field"]);
    assert_eq!(brief(&low, b"=00 02100"), ["bad_field"]);
    assert_eq!(brief(&low, b"=.0002100"), ["bad_field"]);
    assert_eq!(brief(&low, b"=00.0210"), ["truncated"]);
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        input in damaged_streams((0u32..10_000).prop_map(|it| format!("=00.{it:04}0").into())),
        seed in any::<u64>(),
    ) {
        same_for_every_cut(&profile("low_first"), &input, seed, 128)?;
    }
}
