//! `tl-edge decode-photo`: reads a QR code from a grey picture (PGM) on standard input.
//!
//! A process of its own, so that the agent's memory stays small: the page starts it, gives it the
//! picture that the browser made small and grey, and reads one line. Exit 3 means no code.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};

/// Largest picture in bytes: 1,600 × 1,600 and its head.
pub(crate) const PICTURE_BYTES_MAX: usize = 1600 * 1600 + 64;
/// Longer side in pixels.
const SIDE_MAX: usize = 1600;
/// The picture holds no readable code.
pub(crate) const NO_CODE: u8 = 3;

/// Reads standard input and prints the text of the first code.
pub(crate) fn run() -> Result<ExitCode> {
    let mut bytes = Vec::new();
    let most = u64::try_from(PICTURE_BYTES_MAX).unwrap_or(u64::MAX);
    std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes).context("standard input")?;
    match decode(&bytes)? {
        Some(text) => {
            println!("{text}");
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(ExitCode::from(NO_CODE)),
    }
}

/// The text of the first code in a binary PGM of 8 bits.
///
/// # Errors
/// The picture is no such file or too large.
pub(crate) fn decode(bytes: &[u8]) -> Result<Option<String>> {
    ensure!(
        bytes.len() <= PICTURE_BYTES_MAX,
        "the picture is larger than {PICTURE_BYTES_MAX} bytes"
    );
    let (width, height, pixels) = pgm(bytes).context("no binary PGM with 8 bits")?;
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    for grid in picture.detect_grids() {
        if let Ok((_, text)) = grid.decode() {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// Width, height and pixels of `P5 WIDTH HEIGHT 255`.
fn pgm(bytes: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut rest = bytes.strip_prefix(b"P5")?;
    let mut numbers = [0usize; 3];
    for number in &mut numbers {
        let begin = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        rest = &rest[begin..];
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        *number = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        rest = &rest[end..];
    }
    let [width, height, most] = numbers;
    let pixels = rest.get(1..)?;
    let small = (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height);
    (small && most == 255 && pixels.len() == width * height).then_some((width, height, pixels))
}

#[cfg(test)]
mod tests;
