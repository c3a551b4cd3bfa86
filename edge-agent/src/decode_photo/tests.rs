//! A code of ours is read from a picture; what is no picture is refused.

use tl_domain::code::{Code, CodeKind, qr_text};
use tl_report::qr::Modules;

use super::*;

/// A picture of a code, each module `scale` pixels, with a quiet zone.
fn picture(text: &str, scale: usize) -> Vec<u8> {
    let modules = Modules::of(text).expect("a code");
    let side = modules.side_with_quiet() * scale;
    let quiet = (modules.side_with_quiet() - modules.side) / 2;
    let mut pixels = vec![255u8; side * side];
    for (first, row, length) in modules.runs() {
        for y in (row + quiet) * scale..(row + quiet + 1) * scale {
            for x in (first + quiet) * scale..(first + quiet + length) * scale {
                pixels[y * side + x] = 0;
            }
        }
    }
    let mut file = format!("P5\n{side} {side}\n255\n").into_bytes();
    file.extend(pixels);
    file
}

#[test]
fn a_label_in_a_photo_is_read() {
    let code = Code::issue(7_000_000).expect("issued");
    let text = qr_text("tl.example.cn", CodeKind::Batch, &code);
    assert_eq!(decode(&picture(&text, 4)).expect("a picture"), Some(text));
}

#[test]
fn a_picture_without_a_code_gives_none() {
    let mut file = b"P5\n64 64\n255\n".to_vec();
    file.extend([200u8; 64 * 64]);
    assert_eq!(decode(&file).expect("a picture"), None);
}

#[test]
fn what_is_no_picture_is_refused() {
    for bytes in
        [&b""[..], b"P5", b"P5\n2 2\n255\n\x01", b"P6\n1 1\n255\n\x01", b"P5\n9999 1\n255\n"]
    {
        assert!(decode(bytes).is_err(), "{bytes:?}");
    }
}
