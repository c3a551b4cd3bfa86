//! The waste label: no code, no label; least letters; the code reads back in every size.

use super::super::{Resolution, Shape};
use super::*;

const CODE: &str = "91450100MA5K0000003210144820261123001";

fn waste() -> WasteLabel {
    WasteLabel {
        name: "湿法炼锌浸出渣".into(),
        category: "HW48".into(),
        code: "321-004-48".into(),
        form: "半固态".into(),
        components: "硫酸铅、铁酸锌、石膏".into(),
        hazardous: "铊、铅、镉、砷".into(),
        hazards: "毒性(T)".into(),
        precautions: "防渗漏,防扬散;戴手套和防尘口罩;与酸分开存放".into(),
        national: NationalCode::read(CODE).expect("a code"),
        unit: "某某有色金属冶炼有限责任公司".into(),
        contact: "韦工 0771-0000000".into(),
        produced: "2026-11-23".into(),
        mass: "980 kg".into(),
        remark: "7Q3-M9K-2X5D".into(),
    }
}

#[test]
fn a_code_is_read_alone_in_groups_and_in_an_address() {
    let plain = NationalCode::read(CODE).expect("a code");
    assert_eq!(plain.characters(), CODE);
    assert_eq!(plain.grouped(), "91450100MA5K000000 32101448 20261123 001");
    assert!(plain.is_usual());
    let groups = NationalCode::read(" 91450100ma5k000000 32101448-20261123 001 ").expect("a code");
    assert_eq!((groups.characters(), groups.scanned()), (CODE, CODE));
    let address = format!("https://gfmh.example.cn/qr?c={CODE}&v=1");
    let scanned = NationalCode::read(&address).expect("a code");
    assert_eq!((scanned.characters(), scanned.scanned()), (CODE, address.as_str()));
}

#[test]
fn what_is_no_code_is_refused_and_odd_ones_are_told() {
    assert_eq!(NationalCode::read("  "), Err(NationalCodeError::Empty));
    for text in ["7Q3M9K2X5D", "HTTPS://TL.EXAMPLE/B/7Q3M9K2X5D", "危险废物", &"9".repeat(61)] {
        let refused = NationalCode::read(text).expect_err(text);
        assert!(matches!(refused, NationalCodeError::NotFound { .. }), "{refused}");
    }
    let two = format!("{CODE}/{CODE}");
    assert!(NationalCode::read(&two).is_err(), "which of the two?");
    let short = NationalCode::read(&CODE[..36]).expect("printed with a warning");
    assert!(!short.is_usual());
    assert_eq!(short.grouped(), &CODE[..36]);
    let no_date = NationalCode::read(&CODE.replace("20261123", "20261323")).expect("a code");
    assert!(!no_date.is_usual());
}

#[test]
fn every_size_keeps_to_its_least_letters_and_reads_back() {
    for size in WasteSize::ALL {
        let drawing = waste().draw(size).expect("drawn");
        assert_eq!(drawing.size_mm(), (size.side_mm(), size.side_mm()));
        assert!(drawing.cut_texts().is_empty() && drawing.missing_glyphs().is_empty());
        let letters = LETTERS * size.side_mm() / SIDE;
        assert!(letters * 0.9 >= size.letters_mm(), "{letters} mm for {size:?}");
        let bitmap = drawing.bitmap(Resolution::Dpi203);
        let (width, height) = (bitmap.width_dots, bitmap.height_dots);
        let black = |x, y| if bitmap.is_black(x, y) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, black);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "{size:?}");
        assert_eq!(grids[0].decode().expect("readable").1, CODE);
        let svg = drawing.svg();
        assert!(svg.contains("fill=\"#ff9600\""), "orange paper");
    }
}

#[test]
fn the_size_follows_the_container() {
    let sizes = [1, 50, 51, 450, 451, 1_000].map(|litres| WasteSize::for_litres(litres).name());
    assert_eq!(sizes, ["100x100", "100x100", "150x150", "150x150", "200x200", "200x200"]);
}

#[test]
fn nothing_is_cut_and_nothing_leaves_the_frame() {
    let mut long = waste();
    long.precautions = "防".repeat(60);
    let refused = long.draw(WasteSize::Mm100).expect_err("too long");
    assert!(refused.to_string().contains("注意事项"), "{refused}");
    let drawing = waste().draw(WasteSize::Mm100).expect("drawn");
    for shape in &drawing.shapes {
        let Shape::Outline(segments) = shape else { continue };
        for segment in segments {
            if let super::super::Segment::Line(x, y) = *segment {
                assert!((4.0..=96.0).contains(&x) && (4.0..=96.0).contains(&y), "({x}, {y})");
            }
        }
    }
}
