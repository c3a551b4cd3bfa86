//! ASTM sessions: no panic, bounded memory, the same answer for every cut. Inputs are also put
//! into frames with right check sums, so that the readers of records are reached.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::checksum::sum8;

/// What one message may hold, twice: its frames and the evidence of its records.
const BUFFERED_MAX: usize = 2 << 20;

fuzz_target!(|input: &[u8]| {
    let Some((pick, stream)) = input.split_first() else { return };
    let profile = match pick % 2 {
        0 => json!({"protocol": "astm_lis"}),
        _ => json!({"protocol": "astm_lis", "unit": "mg/L", "max_isotope_diff_pct": 10,
                    "prefer_isotope": "205", "test_codes": {"TL": "205"},
                    "sample_field": "instrument"}),
    };
    same_for_every_cut::check(&profile, stream, BUFFERED_MAX);
    same_for_every_cut::check(&profile, &framed(stream), BUFFERED_MAX);
});

/// A session with a frame for each line.
fn framed(text: &[u8]) -> Vec<u8> {
    let mut session = vec![0x05];
    for (line, number) in text.split(|byte| *byte == b'\n').zip((0..8).cycle().skip(1)) {
        let body = [&[b'0' + number], line, b"\r\x03"].concat();
        session.push(0x02);
        session.extend(&body);
        session.extend(format!("{:02X}\r\n", sum8(&body)).bytes());
    }
    session.push(0x04);
    session
}
