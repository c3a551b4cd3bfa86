//! Labels as PDF, one exact page each: vector outlines, no fonts, no time stamp (the same labels
//! give the same bytes). Pages ask viewers not to scale them when printing.

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::PageMode;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::{Drawing, Segment, Shape};
use crate::qr::QUIET_MODULES;

const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// Good compression at little cost.
const LEVEL: u8 = 6;

/// One document with a page of its own size for each label, in order.
pub fn pdf(labels: &[Drawing]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let first = 4;
    let refs: Vec<(Ref, Ref)> = (0..labels.len())
        .map(|index| {
            let number = first + 2 * i32::try_from(index).unwrap_or(i32::MAX / 4);
            (Ref::new(number), Ref::new(number + 1))
        })
        .collect();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).page_mode(PageMode::UseNone);
    let mut wishes = root.viewer_preferences();
    wishes.display_doc_title(true);
    wishes.pair(Name(b"PrintScaling"), Name(b"None"));
    wishes.finish();
    root.finish();
    let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).take(1).collect();
    pdf.document_info(info).title(TextStr(names.first().copied().unwrap_or("")));
    let count = i32::try_from(labels.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(refs.iter().map(|(page, _)| *page)).count(count);
    for (label, (page_ref, content_ref)) in labels.iter().zip(refs) {
        let media = Rect::new(0.0, 0.0, points(label.width_mm), points(label.height_mm));
        let mut page = pdf.page(page_ref);
        page.media_box(media).parent(tree).contents(content_ref);
        page.resources();
        page.finish();
        let packed = compress_to_vec_zlib(&content(label), LEVEL);
        pdf.stream(content_ref, &packed).filter(Filter::FlateDecode);
    }
    pdf.finish()
}

fn content(label: &Drawing) -> Vec<u8> {
    let mut content = Content::new();
    // Millimetres from the upper left corner, y down.
    let scale = POINTS_PER_MM as f32;
    content.save_state();
    content.transform([scale, 0.0, 0.0, -scale, 0.0, points(label.height_mm)]);
    if let Some(ground) = label.ground {
        let [red, green, blue] = ground.map(|part| f32::from(part) / f32::from(u8::MAX));
        content.set_fill_rgb(red, green, blue);
        content.rect(0.0, 0.0, mm(label.width_mm), mm(label.height_mm));
        content.fill_nonzero();
    }
    content.set_fill_gray(0.0);
    for shape in &label.shapes {
        match shape {
            Shape::Outline(segments) => outline(&mut content, segments),
            Shape::Tint(segments, colour) => {
                let [red, green, blue] = colour.map(|part| f32::from(part) / f32::from(u8::MAX));
                content.set_fill_rgb(red, green, blue);
                outline(&mut content, segments);
                content.set_fill_gray(0.0);
            }
            Shape::Rect { x, y, width, height } => {
                content.rect(mm(*x), mm(*y), mm(*width), mm(*height));
                content.fill_nonzero();
            }
            Shape::Blank { x, y, width, height } => {
                content.set_fill_gray(1.0);
                content.rect(mm(*x), mm(*y), mm(*width), mm(*height));
                content.fill_nonzero();
                content.set_fill_gray(0.0);
            }
            Shape::Qr { x, y, size, modules } => {
                let count = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
                let module = size / count(modules.side_with_quiet());
                for (column, row, length) in modules.runs() {
                    let left = x + count(column + QUIET_MODULES) * module;
                    let top = y + count(row + QUIET_MODULES) * module;
                    content.rect(mm(left), mm(top), mm(count(length) * module), mm(module));
                }
                content.fill_nonzero();
            }
        }
    }
    content.restore_state();
    content.finish().to_vec()
}

fn outline(content: &mut Content, segments: &[Segment]) {
    let mut at = (0.0, 0.0);
    for segment in segments {
        match *segment {
            Segment::Move(x, y) => {
                content.move_to(mm(x), mm(y));
                at = (x, y);
            }
            Segment::Line(x, y) => {
                content.line_to(mm(x), mm(y));
                at = (x, y);
            }
            // PDF has cubic curves only; this is the same curve, raised by one degree.
            Segment::Quad(cx, cy, x, y) => {
                let third = |from: f64, control: f64| from + (control - from) * 2.0 / 3.0;
                let (x1, y1) = (third(at.0, cx), third(at.1, cy));
                let (x2, y2) = (third(x, cx), third(y, cy));
                content.cubic_to(mm(x1), mm(y1), mm(x2), mm(y2), mm(x), mm(y));
                at = (x, y);
            }
            Segment::Cubic(x1, y1, x2, y2, x, y) => {
                content.cubic_to(mm(x1), mm(y1), mm(x2), mm(y2), mm(x), mm(y));
                at = (x, y);
            }
            Segment::Close => {
                content.close_path();
            }
        }
    }
    content.fill_nonzero();
}

/// Thousandths of a millimetre are enough, and short.
fn mm(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}

fn points(mm: f64) -> f32 {
    (mm * POINTS_PER_MM) as f32
}
