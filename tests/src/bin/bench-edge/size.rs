//! The program's size without what it embeds of others.

use std::fs;

use anyhow::{Context, Result};
use tl_tests::program;

use crate::mark;

/// Largest program without embedded assets, in bytes.
const PROGRAM_BYTES_WANTED: usize = 8_000_000;
/// What the agent may embed of others.
const ASSETS: [&[u8]; 5] = [
    tl_assets::NOTO_SANS_SC_REGULAR,
    tl_assets::NOTO_SANS_SC_BOLD,
    tl_assets::HTMX_JS,
    tl_assets::ZXING_JS,
    tl_assets::ZXING_WASM_GZIP,
];

pub(super) fn run() -> Result<bool> {
    let path = program::edge()?;
    let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
    let embedded: usize =
        ASSETS.iter().filter(|asset| holds(&bytes, asset)).map(|asset| asset.len()).sum();
    let own = bytes.len() - embedded;
    let figure = format!("program {own} bytes without {embedded} of fonts and scripts");
    Ok(mark(&figure, &format!("≤ {PROGRAM_BYTES_WANTED}"), own <= PROGRAM_BYTES_WANTED))
}

/// Whether the bytes hold the asset as a whole.
fn holds(bytes: &[u8], asset: &[u8]) -> bool {
    let Some((first, _)) = asset.split_first() else { return false };
    let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts.map(|(at, _)| &bytes[at..]).any(|rest| rest.starts_with(asset))
}
