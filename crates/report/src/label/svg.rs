//! A label as SVG of its true size: outlines, no fonts, black on the colour of its paper.

use super::{Drawing, Segment, Shape};
use crate::figure::escape;
use crate::qr::QUIET_MODULES;

/// The label as one element. Coordinates are hundredths of a millimetre, so that they are short.
pub(super) fn svg(drawing: &Drawing) -> String {
    let (width_mm, height_mm) = drawing.size_mm();
    let (width, height) = (unit(width_mm), unit(height_mm));
    let [red, green, blue] = drawing.ground.unwrap_or([u8::MAX; 3]);
    let name = escape(&drawing.name);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tl-label\" role=\"img\" \
         aria-label=\"{name}\" width=\"{width_mm}mm\" height=\"{height_mm}mm\" \
         viewBox=\"0 0 {width} {height}\"><title>{name}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>\n"
    );
    for shape in &drawing.shapes {
        out.push_str(&match shape {
            Shape::Outline(segments) => path(segments, ""),
            Shape::Tint(segments, [red, green, blue]) => {
                path(segments, &format!(" fill=\"#{red:02x}{green:02x}{blue:02x}\""))
            }
            Shape::Rect { x, y, width, height } => format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                unit(*x),
                unit(*y),
                unit(*width),
                unit(*height)
            ),
            Shape::Blank { x, y, width, height } => format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n",
                unit(*x),
                unit(*y),
                unit(*width),
                unit(*height)
            ),
            Shape::Qr { x, y, size, modules } => {
                let side = modules.side_with_quiet();
                let mut path = String::new();
                for (column, row, length) in modules.runs() {
                    let (x, y) = (column + QUIET_MODULES, row + QUIET_MODULES);
                    path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
                }
                format!(
                    "<svg x=\"{}\" y=\"{}\" width=\"{s}\" height=\"{s}\" \
                     viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
                     <path d=\"{path}\"/></svg>\n",
                    unit(*x),
                    unit(*y),
                    s = unit(*size)
                )
            }
        });
    }
    out.push_str("</svg>\n");
    out
}

fn path(segments: &[Segment], fill: &str) -> String {
    let mut data = String::new();
    for segment in segments {
        let u = unit;
        data.push_str(&match *segment {
            Segment::Move(x, y) => format!("M{} {}", u(x), u(y)),
            Segment::Line(x, y) => format!("L{} {}", u(x), u(y)),
            Segment::Quad(a, b, x, y) => format!("Q{} {} {} {}", u(a), u(b), u(x), u(y)),
            Segment::Cubic(a, b, c, d, x, y) => {
                format!("C{} {} {} {} {} {}", u(a), u(b), u(c), u(d), u(x), u(y))
            }
            Segment::Close => "Z".to_owned(),
        });
    }
    format!("<path d=\"{data}\"{fill}/>\n")
}

/// Hundredths of a millimetre with one decimal at most.
fn unit(mm: f64) -> String {
    let text = format!("{:.1}", mm * 100.0);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}
