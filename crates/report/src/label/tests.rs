//! Labels read back: the QR code from the dots, the page size from the PDF, the texts that did not
//! fit from the report.

use proptest::prelude::*;

use super::*;

fn label() -> Label {
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Label {
        kind: LabelKind::Batch,
        code_display: "7Q3-M9K-2X5D".into(),
        qr_text: "HTTPS://TL.EXAMPLE.CN/B/7Q3M9K2X5D".into(),
        title: "锌精矿".into(),
        lines: vec![line("来源", "某某矿业"), line("净重(湿)", "32.46 t"), line("水分", "8.0 %")],
        party: "某某锌业有限公司".into(),
        printed_at: "2026-11-23 14:43 1/2".into(),
        footer: "v1".into(),
    }
}

fn draw(label: &Label) -> Drawing {
    label.draw().expect("a label")
}

/// Decodes the only QR code of a grey picture.
fn decode(width: usize, height: usize, grey: impl Fn(usize, usize) -> u8) -> String {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code on the label");
    grids[0].decode().expect("decodes").1
}

struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
    dots_per_metre: u32,
}

fn read_png(bytes: &[u8]) -> Picture {
    let mut reader = ::png::Decoder::new(bytes).read_info().expect("a PNG");
    let mut grey = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut grey).expect("a frame");
    assert_eq!(frame.color_type, ::png::ColorType::Grayscale);
    let dots_per_metre = reader.info().pixel_dims.expect("a stated resolution").xppu;
    let size = |dots: u32| usize::try_from(dots).expect("small");
    Picture { width: size(frame.width), height: size(frame.height), grey, dots_per_metre }
}

#[test]
fn the_code_reads_back_from_the_png() {
    let sizes = [
        (Resolution::Dpi203, 800, 560, 8_000),
        (Resolution::Dpi300, 1181, 827, 11_811),
        (Resolution::Dpi600, 2362, 1654, 23_622),
    ];
    for (resolution, width, height, dots_per_metre) in sizes {
        let picture = read_png(&draw(&label()).png(resolution).expect("a PNG"));
        assert_eq!((picture.width, picture.height), (width, height));
        assert_eq!(picture.dots_per_metre, dots_per_metre);
        let read = decode(width, height, |x, y| picture.grey[y * width + x]);
        assert_eq!(read, label().qr_text);
    }
}

#[test]
fn the_code_reads_back_from_the_printers_dots() {
    let bitmap = draw(&label()).bitmap(Resolution::Dpi203);
    assert_eq!((bitmap.width_dots, bitmap.height_dots, bitmap.bytes_per_row), (800, 560, 100));
    assert_eq!(bitmap.bits.len(), 100 * 560);
    let read = decode(800, 560, |x, y| if bitmap.is_black(x, y) { 0 } else { 255 });
    assert_eq!(read, label().qr_text);
}

/// Width and height of what is black outside letters: the square of the QR code in dots.
fn grid_side(bitmap: &Bitmap) -> f64 {
    let black = |x, y| if bitmap.is_black(x, y) { 0 } else { 255 };
    let (width, height) = (bitmap.width_dots, bitmap.height_dots);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, black);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    let [a, b, ..] = grids[0].bounds;
    f64::from((a.x - b.x).abs().max((a.y - b.y).abs()))
}

#[test]
fn every_paper_reads_back_at_both_resolutions_with_a_code_large_enough() {
    let least_mm = [
        (Paper::Batch, 30.0),
        (Paper::Sample, 20.0),
        (Paper::Sticker, 20.0),
        (Paper::PlateA5, 65.0),
        (Paper::PlateA6, 45.0),
        (Paper::PageA5, 60.0),
    ];
    assert_eq!(least_mm.map(|(paper, _)| paper), Paper::ALL);
    for (paper, least) in least_mm {
        let drawing = label().draw_on(paper).expect("drawn");
        assert_eq!(drawing.size_mm(), paper.size_mm());
        assert!(drawing.cut_texts().is_empty(), "{paper:?}: {:?}", drawing.cut_texts());
        for resolution in [Resolution::Dpi203, Resolution::Dpi300] {
            let bitmap = drawing.bitmap(resolution);
            let (width, height) = (bitmap.width_dots, bitmap.height_dots);
            let read = decode(width, height, |x, y| if bitmap.is_black(x, y) { 0 } else { 255 });
            assert_eq!(read, label().qr_text, "{paper:?} {resolution:?}");
            let side = grid_side(&bitmap) / resolution.dots_per_mm();
            assert!(side >= least, "{paper:?} {resolution:?}: {side} mm");
        }
        assert_eq!(Paper::of_name(paper.name()), Some(paper));
    }
}

#[test]
fn bands_give_the_same_dots_as_the_whole() {
    let drawing = label().draw_on(Paper::PlateA6).expect("drawn");
    let whole = drawing.bitmap(Resolution::Dpi203);
    let bands = drawing.bits(Resolution::Dpi203);
    let row = bands.bytes_per_row();
    assert_eq!(bands.height_dots(), whole.height_dots);
    let mut seen = 0;
    for band in bands {
        assert_eq!(band.len() % row, 0, "whole rows");
        assert_eq!(band, whole.bits[seen..seen + band.len()]);
        seen += band.len();
    }
    assert_eq!(seen, whole.bits.len());
}

#[test]
fn nothing_leaves_any_paper_however_long_the_texts() {
    let mut long = label();
    long.party = "某".repeat(MAX_TEXT_CHARACTERS);
    long.title = "矿".repeat(MAX_TEXT_CHARACTERS);
    long.footer = "W".repeat(MAX_TEXT_CHARACTERS);
    let line = ("名".repeat(40), "值".repeat(90));
    long.lines = vec![line; MAX_LINES];
    for paper in Paper::ALL {
        let drawing = long.draw_on(paper).expect("drawn");
        assert!(!drawing.cut_texts().is_empty(), "{paper:?}: cut and told");
        let (width, height) = drawing.size_mm();
        for shape in &drawing.shapes {
            let Shape::Outline(segments) = shape else { continue };
            for segment in segments {
                let (Segment::Move(x, y) | Segment::Line(x, y)) = *segment else { continue };
                let inside = (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
                assert!(inside, "{paper:?}: ({x}, {y})");
            }
        }
        let bitmap = drawing.bitmap(Resolution::Dpi203);
        let (width, height) = (bitmap.width_dots, bitmap.height_dots);
        let read = decode(width, height, |x, y| if bitmap.is_black(x, y) { 0 } else { 255 });
        assert_eq!(read, long.qr_text, "{paper:?}");
    }
}

#[test]
fn the_code_is_thirty_millimetres_with_its_quiet_zone_for_every_length() {
    // An address of the shortest host has 23 characters.
    for length in [23, 34, 50, 70, MAX_QR_CHARACTERS] {
        let mut label = label();
        label.qr_text = "A".repeat(length);
        label.title.clear();
        label.lines.clear();
        for resolution in [Resolution::Dpi203, Resolution::Dpi300, Resolution::Dpi600] {
            let bitmap = draw(&label).bitmap(resolution);
            let scale = resolution.dots_per_mm();
            let mm = |dots: usize| u32::try_from(dots).map_or(0.0, f64::from) / scale;
            // Between the rules of the layout only the code is black now.
            let rows = (0..bitmap.height_dots).filter(|y| (10.0..52.5).contains(&mm(*y)));
            let black: Vec<(usize, usize)> = rows
                .flat_map(|y| (0..bitmap.width_dots).map(move |x| (x, y)))
                .filter(|(x, y)| bitmap.is_black(*x, *y))
                .collect();
            let left = black.iter().map(|(x, _)| *x).min().expect("a code");
            let right = black.iter().map(|(x, _)| *x).max().expect("a code") + 1;
            let top = black.iter().map(|(_, y)| *y).min().expect("a code");
            let bottom = black.iter().map(|(_, y)| *y).max().expect("a code") + 1;
            assert_eq!(right - left, bottom - top, "not square");
            let side = mm(right - left);
            assert!(side >= 30.0, "{length} characters: {side} mm at {resolution:?}");
            let modules = Modules::of(&label.qr_text).expect("a code").side;
            assert_eq!((right - left) % modules, 0, "modules are not whole dots");
            let quiet = 4.0 * side / u32::try_from(modules).map_or(1.0, f64::from);
            for distance in [mm(left), mm(top) - 9.8, 52.8 - mm(bottom)] {
                assert!(distance >= quiet - 0.25, "{distance} mm of quiet zone, {quiet} wanted");
            }
        }
    }
}

#[test]
fn the_pdf_has_one_exact_page_for_each_label() {
    let drawings = [draw(&label()), draw(&label()), draw(&label())];
    let bytes = pdf(&drawings);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("%PDF-1."));
    assert_eq!(text.matches("/Type /Page\n").count(), 3);
    assert!(text.contains("/Count 3") && text.contains("/PrintScaling /None"));
    let boxes: Vec<Vec<f64>> = text
        .split("/MediaBox [")
        .skip(1)
        .map(|rest| {
            let inside = rest.split(']').next().expect("an array");
            inside.split_whitespace().map(|n| n.parse().expect("a number")).collect()
        })
        .collect();
    assert_eq!(boxes.len(), 3);
    for media in boxes {
        assert_eq!(&media[..2], [0.0, 0.0]);
        assert!((media[2] - 283.46).abs() < 0.01 && (media[3] - 198.43).abs() < 0.01, "{media:?}");
    }
    assert_eq!(bytes, pdf(&drawings), "equal labels give equal bytes");
}

#[test]
fn the_pdf_draws_what_the_layout_says() {
    let bytes = pdf(&[draw(&label())]);
    let start = bytes.windows(8).position(|w| w == b"\nstream\n").expect("a stream") + 8;
    let content = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes[start..]).expect("deflated");
    let content = String::from_utf8(content).expect("operators are ASCII");
    let modules = Modules::of(&label().qr_text).expect("a code");
    // A rectangle for each run of modules, and the two rules.
    assert_eq!(content.matches(" re\n").count(), modules.runs().len() + 2);
    assert!(content.starts_with("q\n2.8346"), "{}", &content[..40]);
}

#[test]
fn the_svg_is_self_contained_and_has_a_name() {
    let svg = draw(&label()).svg();
    assert!(svg.contains("width=\"100mm\" height=\"70mm\""));
    assert!(svg.contains("aria-label=\"批次 BATCH 锌精矿 7Q3-M9K-2X5D\""));
    assert!(!svg.contains("<text") && !svg.contains("font") && !svg.contains("href"));
}

#[test]
fn a_character_without_glyph_is_reported_and_marked() {
    let mut odd = label();
    odd.lines.push(("经办人".into(), "𠮷野👷𠮷".into()));
    let drawing = draw(&odd);
    assert_eq!(drawing.missing_glyphs(), ['𠮷', '👷']);
    let mut geta = label();
    geta.lines.push(("经办人".into(), "〓野〓〓".into()));
    assert_eq!(drawing.shapes, draw(&geta).shapes, "shown as the geta mark");
    assert!(draw(&geta).missing_glyphs().is_empty());
}

#[test]
fn long_texts_are_shrunk_then_cut_and_reported() {
    let mut long = label();
    long.party = "某某有色金属冶炼与综合回收有限责任公司".into();
    assert!(draw(&long).cut_texts().is_empty(), "shrinking is enough");
    long.party = "某".repeat(MAX_TEXT_CHARACTERS);
    long.lines[0].1 = "矿".repeat(60);
    let drawing = draw(&long);
    assert_eq!(drawing.cut_texts(), [long.party, long.lines[0].1.clone()]);
}

#[test]
fn a_long_title_takes_two_lines() {
    let mut long = label();
    long.title = "铅锌冶炼过程中集(除)尘装置收集的粉尘".into();
    let drawing = draw(&long);
    assert!(drawing.cut_texts().is_empty());
    // Heading, party, two lines of the title, two texts for each fact, code, two small prints.
    let outlines = drawing.shapes.iter().filter(|shape| matches!(shape, Shape::Outline(_))).count();
    assert_eq!(outlines, 2 + 2 + 2 * long.lines.len() + 1 + 2);
    long.title = long.title.repeat(3);
    assert_eq!(draw(&long).cut_texts(), [long.title.clone()]);
}

#[test]
fn labels_that_cannot_be_right_are_refused() {
    let refused = |change: &dyn Fn(&mut Label)| {
        let mut label = label();
        change(&mut label);
        label.draw().expect_err("refused").to_string()
    };
    let lower = refused(&|label| label.qr_text = "HTTPS://x/B/1".into());
    assert!(lower.contains("'x' is not one of"), "{lower}");
    assert!(refused(&|label| label.qr_text.clear()).contains("empty"));
    assert!(refused(&|label| label.code_display = " ".into()).contains("no code"));
    let long = refused(&|label| label.qr_text = "A".repeat(MAX_QR_CHARACTERS + 1));
    assert_eq!(long, "QR text of 88 characters, at most 87");
    let lines = refused(&|label| label.lines = vec![(String::new(), String::new()); 9]);
    assert_eq!(lines, "9 lines on the label, at most 8");
    let text = refused(&|label| label.title = "铊".repeat(MAX_TEXT_CHARACTERS + 1));
    assert_eq!(text, "a text of 201 characters on the label, at most 200");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn nothing_leaves_the_label(
        title in "\\PC{0,60}",
        party in "\\PC{0,60}",
        lines in prop::collection::vec(("\\PC{0,12}", "\\PC{0,60}"), 0..=MAX_LINES),
        code in "[0-9A-Z-]{1,40}",
        footer in "\\PC{0,80}",
    ) {
        let label = Label { title, party, lines, code_display: code, footer, ..label() };
        let drawing = draw(&label);
        let inside = |x: f64, y: f64| {
            // Outlines may swing a little over their advance width.
            (0.5..=99.5).contains(&x) && (0.5..=70.0).contains(&y)
        };
        for shape in &drawing.shapes {
            let Shape::Outline(segments) = shape else { continue };
            for segment in segments {
                let (x, y) = match *segment {
                    Segment::Move(x, y) | Segment::Line(x, y) => (x, y),
                    Segment::Quad(_, _, x, y) | Segment::Cubic(_, _, _, _, x, y) => (x, y),
                    Segment::Close => continue,
                };
                prop_assert!(inside(x, y), "({x}, {y})");
            }
        }
        let bitmap = drawing.bitmap(Resolution::Dpi203);
        let read = decode(800, 560, |x, y| if bitmap.is_black(x, y) { 0 } else { 255 });
        prop_assert_eq!(read, label.qr_text);
    }
}
