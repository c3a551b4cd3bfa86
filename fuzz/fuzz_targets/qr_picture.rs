//! Pictures with and without our QR codes: no panic, and a code that is read is the one that was
//! drawn, however much of the picture is spoilt.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qrcode::{EcLevel, QrCode};
use rqrr::PreparedImage;
use tl_domain::code::{Code, CodeKind, qr_text, read_scan};

/// Dots for each module, and modules of white around the code.
const CELL: usize = 3;
const QUIET: usize = 4;

fuzz_target!(|input: &[u8]| {
    noise(input);
    let [a, b, c, d, damage @ ..] = input else { return };
    let value = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    let Some(code) = Code::issue(value) else { return };
    let text = qr_text("host.example", CodeKind::Batch, &code);
    let drawn = QrCode::with_error_correction_level(&text, EcLevel::Q).expect("it fits");
    let side = (drawn.width() + 2 * QUIET) * CELL;
    let mut dots = vec![255_u8; side * side];
    for (at, colour) in drawn.to_colors().into_iter().enumerate() {
        let (x, y) = (at % drawn.width() + QUIET, at / drawn.width() + QUIET);
        for dot in 0..CELL * CELL {
            let at = (y * CELL + dot / CELL) * side + x * CELL + dot % CELL;
            dots[at] = colour.select(0, 255);
        }
    }
    // Three bytes spoil a square: where it is, and how dark.
    for spot in damage.chunks_exact(3).take(40) {
        let (x, y) = (usize::from(spot[0]) % side, usize::from(spot[1]) % side);
        for at in 0..16 {
            if let Some(dot) = dots.get_mut((y + at / 4) * side + x + at % 4) {
                *dot = spot[2];
            }
        }
    }
    for read in codes(side, &dots) {
        let (_, found) = read_scan(&read).expect("only our own text can come of it");
        assert_eq!(found, code, "another code than the one that was drawn");
    }
});

/// A picture of nothing but the input.
fn noise(input: &[u8]) {
    let side = (1..).take_while(|side| side * side <= input.len()).last().unwrap_or(0);
    if side >= 21 {
        codes(side, &input[..side * side]);
    }
}

fn codes(side: usize, dots: &[u8]) -> Vec<String> {
    let mut picture = PreparedImage::prepare_from_greyscale(side, side, |x, y| dots[y * side + x]);
    let grids = picture.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
