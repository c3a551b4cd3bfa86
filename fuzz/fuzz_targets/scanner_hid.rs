//! Keyboard reports of scanners: no panic, bounded memory, the same answer for every cut.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::limits::RAW_BYTES_MAX;

fuzz_target!(|input: &[u8]| {
    for profile in [
        json!({"protocol": "hid_boot_keyboard", "layout": "us"}),
        json!({"protocol": "hid_boot_keyboard", "layout": "us", "aim": "none", "suffix": "\t\r",
               "max_len": 24}),
    ] {
        same_for_every_cut::check(&profile, input, RAW_BYTES_MAX + 600);
    }
});
