//! Ways of cutting an input into reads, to show that decoders do not depend on them.
//! Deterministic: a seed always gives the same cuts.

use std::str::FromStr;

/// How the input is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// All at once.
    Whole,
    /// Pieces of this many bytes (0 counts as 1).
    Size(usize),
    /// Pieces of 0 to 24 bytes, drawn from this seed.
    Seed(u64),
}

/// A `--split` argument that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("split {0:?} is not understood: use `whole`, a number of bytes from 1, or `seed:NUMBER`")]
pub struct SplitError(pub String);

impl FromStr for Split {
    type Err = SplitError;

    fn from_str(text: &str) -> Result<Self, SplitError> {
        let fail = || SplitError(text.to_owned());
        if text == "whole" {
            return Ok(Self::Whole);
        }
        if let Some(seed) = text.strip_prefix("seed:") {
            return seed.parse().map(Self::Seed).map_err(|_| fail());
        }
        match text.parse() {
            Ok(0) | Err(_) => Err(fail()),
            Ok(size) => Ok(Self::Size(size)),
        }
    }
}

impl Split {
    /// Cuts `input` into the pieces; joined they are the input.
    pub fn pieces(self, input: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![input],
            Self::Size(size) => input.chunks(size.max(1)).collect(),
            Self::Seed(seed) => {
                let mut state = seed;
                let mut rest = input;
                let mut pieces = Vec::new();
                while !rest.is_empty() {
                    let drawn = usize::try_from(splitmix64(&mut state) % 25).unwrap_or(1);
                    let (piece, tail) = rest.split_at(drawn.min(rest.len()));
                    pieces.push(piece);
                    rest = tail;
                }
                pieces
            }
        }
    }
}

/// The next number of the SplitMix64 sequence (Steele, Lea, Flood 2014).
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
