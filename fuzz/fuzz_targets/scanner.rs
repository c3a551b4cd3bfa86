//! Scanner lines: no panic, bounded memory, the same answer for every cut.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &[u8]| {
    for profile in [
        json!({"protocol": "scanner"}),
        json!({"protocol": "scanner", "suffix": "\r\n", "aim": "optional", "max_len": 24,
               "gs1_fixed": {"3103": 6}}),
    ] {
        same_for_every_cut::check(&profile, input, 600);
    }
});
