//! Scale frames: no panic, bounded memory, the same answer for every cut, only exact values.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &[u8]| {
    for profile in [
        json!({"protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg"}),
        json!({"protocol": "yaohua_tf0", "layout": "7d", "unit": "t", "decimals": 3,
               "strip_parity": true, "xor_nibble": "plus30"}),
    ] {
        same_for_every_cut::check(&profile, input, 128);
    }
});
