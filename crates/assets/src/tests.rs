//! The embedded bytes are usable: fonts parse, have the characters we print, and stay small.

use encoding_rs::GB18030;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::{HTMX_JS, HTMX_LICENCE, NOTO_SANS_SC_BOLD, NOTO_SANS_SC_LICENCE, NOTO_SANS_SC_REGULAR};

/// GB 2312 hanzi of both levels: 3,755 and 3,008.
const HANZI: usize = 6_763;
const LARGEST_FONT_BYTES: usize = 3_000_000;

#[derive(Default)]
struct Segments(usize);

impl OutlineBuilder for Segments {
    fn move_to(&mut self, _: f32, _: f32) {
        self.0 += 1;
    }
    fn line_to(&mut self, _: f32, _: f32) {
        self.0 += 1;
    }
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
        self.0 += 1;
    }
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
        self.0 += 1;
    }
    fn close(&mut self) {}
}

fn faces() -> [Face<'static>; 2] {
    [NOTO_SANS_SC_REGULAR, NOTO_SANS_SC_BOLD]
        .map(|bytes| Face::parse(bytes, 0).expect("the subset is a font"))
}

fn segments(face: &Face<'_>, glyph: GlyphId) -> usize {
    let mut segments = Segments::default();
    face.outline_glyph(glyph, &mut segments);
    segments.0
}

#[test]
fn every_hanzi_of_gb_2312_has_an_outline() {
    for face in faces() {
        let mut found = 0;
        for row in 0xB0_u8..=0xF7 {
            for cell in 0xA1_u8..=0xFE {
                let pair = [row, cell];
                let (text, _, _) = GB18030.decode(&pair);
                let hanzi = text.chars().next().expect("one character");
                if !('\u{4E00}'..='\u{9FFF}').contains(&hanzi) {
                    continue; // the five free cells at the end of row 55
                }
                let glyph = face.glyph_index(hanzi).expect("in the character map");
                assert!(segments(&face, glyph) > 2, "{hanzi} has no outline");
                assert!(face.glyph_hor_advance(glyph).is_some_and(|advance| advance > 0));
                found += 1;
            }
        }
        assert_eq!(found, HANZI);
    }
}

/// The font itself has no ✕ (U+2715); print × (U+00D7).
#[test]
fn signs_units_and_rare_characters_are_there() {
    let wanted = "铊镓锗铟 µμ °±²³·× Δσ ≤≥≠≈ ✓▲△●○□■ →←↑↓ …—–“” ，。：；（）【】％〓 ℃‰ 岜喆堃";
    for face in faces() {
        for character in wanted.chars() {
            assert!(face.glyph_index(character).is_some(), "{character} is missing");
        }
    }
}

#[test]
fn fonts_are_subsets_and_know_their_size() {
    for (bytes, face) in [NOTO_SANS_SC_REGULAR, NOTO_SANS_SC_BOLD].iter().zip(faces()) {
        assert!(bytes.len() < LARGEST_FONT_BYTES, "{} bytes", bytes.len());
        assert_eq!(face.units_per_em(), 1000);
        assert!(face.ascender() > 0 && face.descender() < 0);
        assert!(face.capital_height().is_some_and(|height| height > 600));
    }
}

#[test]
fn a_character_outside_is_reported_missing() {
    for face in faces() {
        assert_eq!(face.glyph_index('\u{20000}'), None);
        assert_eq!(face.glyph_index('👷'), None);
    }
}

#[test]
fn script_and_licences_are_the_real_ones() {
    let script = std::str::from_utf8(HTMX_JS).expect("UTF-8");
    assert!(script.contains("htmx") && script.contains("2.0."), "not htmx 2.0");
    assert!(NOTO_SANS_SC_LICENCE.contains("SIL Open Font License, Version 1.1"));
    assert!(HTMX_LICENCE.contains("Zero-Clause BSD"));
}

#[test]
fn the_reader_of_codes_is_whole_and_within_its_budget() {
    let script = std::str::from_utf8(crate::ZXING_JS).expect("UTF-8");
    assert!(script.contains("ZXingWASM") && script.contains("readBarcodes"));
    let mut wasm = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(crate::ZXING_WASM_GZIP),
        &mut wasm,
    )
    .expect("gzip");
    assert!(wasm.starts_with(b"\0asm"));
    let sent = crate::ZXING_WASM_GZIP.len();
    assert!(sent < 430_000, "{sent} bytes to load before the first frame, beside the script");
    assert!(crate::ZXING_LICENCE.contains("MIT"));
}
