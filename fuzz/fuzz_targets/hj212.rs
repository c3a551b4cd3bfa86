//! HJ 212 telegrams: no panic, bounded memory, the same answer for every cut. Inputs are also
//! put into a frame with a right CRC, so that the segment's own reader is reached.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::hj212::frame_of;

/// A frame, the noise kept, and every part of every message that may wait.
const BUFFERED_MAX: usize = 2 * 1040 + 8 * 32 * 1040;

fuzz_target!(|input: &[u8]| {
    let Some((pick, stream)) = input.split_first() else { return };
    let profile = match pick % 3 {
        0 => json!({"protocol": "hj212", "edition": "2017", "units": "standard"}),
        1 => json!({"protocol": "hj212", "edition": "2017", "units": {"w20089": "mg/L"},
                    "strict_mn": true, "factors": ["w20089", "w20115"]}),
        _ => json!({"protocol": "hj212", "edition": "2005"}),
    };
    same_for_every_cut::check(&profile, stream, BUFFERED_MAX);
    if let Ok(text) = std::str::from_utf8(stream) {
        let framed: Vec<u8> = text.split('\n').flat_map(frame_of).collect();
        same_for_every_cut::check(&profile, &framed, BUFFERED_MAX);
    }
});
