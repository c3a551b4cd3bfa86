//! Scale lines (A12E, MT-SICS, ST,GS, Avery): no panic, bounded memory, the same answer for
//! every cut.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::limits::SCALE_LINE_BYTES_MAX;

fuzz_target!(|input: &[u8]| {
    let Some((pick, stream)) = input.split_first() else { return };
    let profile = match pick % 5 {
        0 => json!({"protocol": "yaohua_a12e"}),
        1 => json!({"protocol": "mt_sics"}),
        2 => json!({"protocol": "text_st", "unit": "kg"}),
        3 => json!({"protocol": "text_st", "line_end": "cr", "width": 7, "strip_parity": true}),
        _ => json!({"protocol": "awt_stream"}),
    };
    same_for_every_cut::check(&profile, stream, SCALE_LINE_BYTES_MAX + 4);
});
