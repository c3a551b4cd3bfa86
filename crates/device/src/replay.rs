//! What the tests of every family use: decode bytes under a profile, and say briefly what came.
//! Tests only; the promises checked here are those of `decoder`.

use proptest::prelude::*;
use serde_json::Value;

use crate::case::{run, run_answering};
use crate::decoder::Output;
use crate::limits::RAW_BYTES_MAX;
use crate::reading::Reading;
use crate::registry::decoder_for;
use crate::split::Split;

/// Everything a decoder gives for an input.
pub(crate) fn decode(profile: &Value, input: &[u8], split: Split) -> Vec<Output> {
    let mut decoder = decoder_for(profile).expect("a good profile");
    run(decoder.as_mut(), input, split)
}

/// One short text for each output: the value, the reason or `skipped`.
pub(crate) fn brief(profile: &Value, input: &[u8]) -> Vec<String> {
    let text = |output: Output| match output {
        Output::Accepted(it) => match it.reading {
            Reading::Weight(weight) => {
                let mode = serde_json::to_value(weight.mode).expect("a word");
                let stable = match weight.stable {
                    Some(true) => " stable",
                    Some(false) => " moving",
                    None => "",
                };
                let mode = mode.as_str().unwrap_or_default();
                format!("{} {} {mode}{stable}", weight.value, weight.unit.symbol())
            }
            other => serde_json::to_string(&other).expect("plain data"),
        },
        Output::Rejected(it) => it.reason.name().to_owned(),
        Output::Skipped(_) => "skipped".to_owned(),
    };
    decode(profile, input, Split::Whole).into_iter().map(text).collect()
}

/// Fails where the cuts of the input change anything, or where more is kept than allowed.
pub(crate) fn same_for_every_cut(
    profile: &Value,
    input: &[u8],
    seed: u64,
    buffered_max: usize,
) -> Result<(), TestCaseError> {
    let answers = |split: Split| {
        let mut decoder = decoder_for(profile).expect("a good profile");
        run_answering(decoder.as_mut(), input, split)
    };
    let mut decoder = decoder_for(profile).expect("a good profile");
    let mut unused = Vec::new();
    for byte in input {
        decoder.push(&[*byte], &mut unused);
        prop_assert!(decoder.buffered() <= buffered_max, "{} bytes held", decoder.buffered());
    }
    let whole = answers(Split::Whole);
    prop_assert_eq!(&whole, &answers(Split::Size(1)));
    prop_assert_eq!(&whole, &answers(Split::Seed(seed)));
    for output in &whole.0 {
        if let Output::Accepted(it) = output {
            prop_assert!(it.raw.len() <= RAW_BYTES_MAX);
            prop_assert!(!it.raw.is_empty(), "a reading without its bytes");
        }
    }
    Ok(())
}

/// Fails where one damaged byte turns a good piece into another reading.
pub(crate) fn damage_gives_no_other_reading(
    profile: &Value,
    good: &[u8],
    index: prop::sample::Index,
    byte: u8,
) -> Result<(), TestCaseError> {
    let readings = |input: &[u8]| -> Vec<Reading> {
        let accepted = |output| match output {
            Output::Accepted(it) => Some(it.reading),
            _ => None,
        };
        decode(profile, input, Split::Whole).into_iter().filter_map(accepted).collect()
    };
    let expected = readings(good);
    prop_assert!(!expected.is_empty(), "the piece was not good");
    let mut damaged = good.to_vec();
    let at = index.index(damaged.len());
    damaged[at] = byte;
    for reading in readings(&damaged) {
        prop_assert!(expected.contains(&reading), "byte {at} as {byte:02X}h gave {reading:?}");
    }
    Ok(())
}

/// Good pieces, damaged pieces and garbage in any order.
pub(crate) fn damaged_streams(
    good: impl Strategy<Value = Vec<u8>> + Clone + 'static,
) -> impl Strategy<Value = Vec<u8>> {
    let damaged = (good.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut bytes, index, byte)| {
            let at = index.index(bytes.len().max(1));
            match bytes.get_mut(at) {
                Some(_) if byte % 3 == 0 => {
                    bytes.remove(at);
                }
                Some(place) => *place = byte,
                None => {}
            }
            bytes
        },
    );
    let garbage = prop::collection::vec(any::<u8>(), 0..40);
    prop::collection::vec(prop_oneof![2 => good, 2 => damaged, 1 => garbage], 0..10)
        .prop_map(|parts| parts.concat())
}
