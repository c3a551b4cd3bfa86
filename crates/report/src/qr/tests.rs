//! Codes decode to their text, also as drawn in SVG.

use proptest::prelude::*;

use super::{MAX_TEXT_BYTES, Modules, QUIET_MODULES, QrError, svg};

/// Pixels per module for the decoder.
const ENLARGED: usize = 4;

/// Reads a square of modules (with quiet zone) back.
fn decode(side: usize, dark: impl Fn(usize, usize) -> bool) -> String {
    let pixels = side * ENLARGED;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, |x, y| {
        if dark(x / ENLARGED, y / ENLARGED) { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().expect("decodes").1
}

#[test]
fn the_path_of_the_svg_is_the_code() {
    let text = "HTTPS://TL.EXAMPLE.CN/B/7Q3M9K2X5D";
    let drawing = svg(text, "批次 <7Q3>").expect("a code");
    let path = drawing.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("path");
    let mut dark = std::collections::BTreeSet::new();
    for run in path.split('M').filter(|run| !run.is_empty()) {
        let (place, rest) = run.split_once('h').expect("a run");
        let (x, y) = place.split_once(' ').expect("a place");
        let length: usize = rest.split('v').next().and_then(|n| n.parse().ok()).expect("a length");
        let (x, y): (usize, usize) = (x.parse().expect("x"), y.parse().expect("y"));
        dark.extend((x..x + length).map(|column| (column, y)));
    }
    let side = Modules::of(text).expect("a code").side_with_quiet();
    assert!(drawing.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
    assert!(dark.iter().all(|(x, y)| (QUIET_MODULES..side - QUIET_MODULES).contains(x)
        && (QUIET_MODULES..side - QUIET_MODULES).contains(y)));
    assert_eq!(decode(side, |x, y| dark.contains(&(x, y))), text);
    assert!(drawing.contains("批次 &lt;7Q3&gt;"));
}

#[test]
fn upper_case_addresses_use_the_alphanumeric_mode() {
    // 34 characters need version 3 (29 modules) in alphanumeric mode and level Q, 4 (33) as bytes.
    assert_eq!(Modules::of("HTTPS://TL.EXAMPLE.CN/B/7Q3M9K2X5D").expect("a code").side, 29);
    assert_eq!(Modules::of("https://tl.example.cn/b/7q3m9k2x5d").expect("a code").side, 33);
}

#[test]
fn empty_and_long_texts_are_refused() {
    assert_eq!(Modules::of(""), Err(QrError::Empty));
    let long = "A".repeat(MAX_TEXT_BYTES + 1);
    assert_eq!(Modules::of(&long), Err(QrError::TooLong { found: MAX_TEXT_BYTES + 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_code_text_reads_back(text in "[0-9A-Z:/.]{1,87}") {
        let modules = Modules::of(&text).expect("a code");
        let side = modules.side_with_quiet();
        let inside = QUIET_MODULES..QUIET_MODULES + modules.side;
        let read = decode(side, |x, y| {
            inside.contains(&x) && inside.contains(&y)
                && modules.dark[(y - QUIET_MODULES) * modules.side + x - QUIET_MODULES]
        });
        prop_assert_eq!(read, text);
    }
}
