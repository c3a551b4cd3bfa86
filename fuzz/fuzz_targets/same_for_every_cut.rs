//! Shared by the targets: what every decoder promises for every input.

use serde_json::Value;
use tl_device::case::run;
use tl_device::limits::RAW_BYTES_MAX;
use tl_device::{Output, Split, decoder_for};

/// Decodes the input whole, byte by byte and in pieces drawn from it; all must agree, and what is
/// held back and kept must be bounded by `buffered_max`.
pub fn check(profile: &Value, input: &[u8], buffered_max: usize) {
    let decode = |split| {
        let mut decoder = decoder_for(profile).expect("the target's own profile is good");
        run(decoder.as_mut(), input, split)
    };
    let whole = decode(Split::Whole);
    let seed = input.iter().fold(0u64, |seed, byte| seed.rotate_left(7) ^ u64::from(*byte));
    assert_eq!(whole, decode(Split::Size(1)), "byte by byte");
    assert_eq!(whole, decode(Split::Seed(seed)), "pieces of seed {seed}");
    for output in &whole {
        let raw = match output {
            Output::Accepted(it) => &it.raw,
            Output::Rejected(it) => &it.raw,
            Output::Skipped(it) => &it.raw,
        };
        assert!(raw.len() <= RAW_BYTES_MAX, "{} bytes kept", raw.len());
    }
    let mut decoder = decoder_for(profile).expect("the target's own profile is good");
    let mut out = Vec::new();
    for piece in Split::Size(64).pieces(input) {
        decoder.push(piece, &mut out);
        assert!(decoder.buffered() <= buffered_max, "{} bytes held", decoder.buffered());
    }
}
