//! Scale frames without a line end (XK3190 commands and "=", Toledo continuous, Rice Lake): no
//! panic, bounded memory, the same answer for every cut.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &[u8]| {
    let Some((pick, stream)) = input.split_first() else { return };
    let profile = match pick % 6 {
        0 => json!({"protocol": "yaohua_cmd", "address": "A", "unit": "kg"}),
        1 => json!({"protocol": "yaohua_cmd", "address": "A", "direction": "to_device"}),
        2 => json!({"protocol": "yaohua_eq", "order": "low_first", "unit": "kg"}),
        3 => json!({"protocol": "toledo_continuous", "checksum": "none"}),
        4 => json!({"protocol": "toledo_continuous", "checksum": "twos7", "strip_parity": true,
                    "dummy_zero": "excluded"}),
        _ => json!({"protocol": "rlws_stream"}),
    };
    same_for_every_cut::check(&profile, stream, 128);
});
