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
        let (Shape::Outline(segments) | Shape::Tint(segments, _)) = shape else { continue };
        for segment in segments {
            if let super::super::Segment::Line(x, y) = *segment {
                assert!((4.0..=96.0).contains(&x) && (4.0..=96.0).contains(&y), "({x}, {y})");
            }
        }
    }
}

#[test]
fn each_named_hazard_has_its_figure() {
    use Hazard::{Corrosive, Flammable, Reactive, Toxic};
    let cases: [(&str, &[Hazard]); 7] = [
        ("毒性(T)", &[Toxic]),
        ("T/C", &[Toxic, Corrosive]),
        ("T,I,R", &[Toxic, Flammable, Reactive]),
        ("腐蚀性、易燃性", &[Corrosive, Flammable]),
        ("In", &[]),
        ("感染性(In),毒性", &[Toxic]),
        ("", &[]),
    ];
    for (text, hazards) in cases {
        assert_eq!(Hazard::named(text), hazards, "{text}");
    }
}

#[test]
fn every_figure_is_drawn_in_black_and_white_and_differs() {
    let area = |hazards: &str| {
        let drawing = WasteLabel { hazards: hazards.into(), ..waste() }.draw(WasteSize::Mm100);
        let bitmap = drawing.expect("drawn").bitmap(Resolution::Dpi203);
        // The lines beside the figures: what differs there is the figure.
        let (left, right) = ((FIGURES_LEFT * 8.0) as usize, (RIGHT * 8.0) as usize);
        let top = ((TITLE_RULE + RULE_GAP + PITCH) * 8.0) as usize;
        let bottom = top + (PITCH * FIGURES_LINES * 8.0) as usize;
        let mut dots = Vec::new();
        for y in top..bottom {
            dots.extend((left..right).map(|x| bitmap.is_black(x, y)));
        }
        dots
    };
    let none = area("In");
    assert!(none.iter().all(|black| !black), "no figure, no ink");
    let figures = ["T", "C", "I", "R", "T,C,I,R"].map(area);
    for (index, figure) in figures.iter().enumerate() {
        let black = figure.iter().filter(|black| **black).count();
        assert!((2_000..20_000).contains(&black), "figure {index} has {black} dots");
        assert!(figures[..index].iter().all(|other| other != figure), "figure {index} repeats");
    }
}

#[test]
fn the_longest_usual_texts_still_fit_beside_the_figures() {
    let label = WasteLabel { hazards: "毒性、腐蚀性、易燃性".into(), ..waste() };
    for size in WasteSize::ALL {
        assert!(label.draw(size).is_ok_and(|it| it.cut_texts().is_empty()), "{size:?}");
    }
}
