//! Areas that are known, and tiny-skia beside ours on letters.

use tiny_skia::{FillRule, Mask, PathBuilder, Transform};

use super::*;
use crate::label::typeface::Typeface;

fn square(x: f64, y: f64, side: f64) -> Vec<Segment> {
    vec![
        Segment::Move(x, y),
        Segment::Line(x + side, y),
        Segment::Line(x + side, y + side),
        Segment::Line(x, y + side),
        Segment::Close,
    ]
}

fn area(segments: &[Segment], size: usize) -> f64 {
    Outline::new(segments, 1.0).cover(0..size, 0..size).iter().sum()
}

#[test]
fn areas_of_what_is_known_are_exact() {
    let close = |is: f64, expected: f64, most: f64| {
        assert!((is - expected).abs() < most, "{is} is not {expected}");
    };
    close(area(&square(1.25, 2.5, 3.75), 10), 3.75 * 3.75, 1e-9);
    let triangle = [Segment::Move(1.5, 1.0), Segment::Line(8.75, 2.0), Segment::Line(3.0, 9.5)];
    close(area(&triangle, 10), (7.25 * 8.5 - 1.5) / 2.0, 1e-9);
    let dots = Outline::new(&square(1.25, 0.0, 1.0), 1.0).cover(0..1, 0..4);
    assert_eq!(dots, [0.0, 0.75, 0.25, 0.0]);
    let k = 10.0 * 0.552_284_75;
    let (left, right, middle) = (5.0, 25.0, 15.0);
    let circle = [
        Segment::Move(right, middle),
        Segment::Cubic(right, middle + k, middle + k, right, middle, right),
        Segment::Cubic(middle - k, right, left, middle + k, left, middle),
        Segment::Cubic(left, middle - k, middle - k, left, middle, left),
        Segment::Cubic(middle + k, left, right, middle - k, right, middle),
    ];
    close(area(&circle, 30), std::f64::consts::PI * 100.0, 2.5);
}

#[test]
fn holes_stay_white_and_overlaps_are_filled_once() {
    let mut hole = square(1.0, 1.0, 6.0);
    hole.extend([
        Segment::Move(2.0, 2.0),
        Segment::Line(2.0, 5.0),
        Segment::Line(5.0, 5.0),
        Segment::Line(5.0, 2.0),
        Segment::Close,
    ]);
    assert!((area(&hole, 8) - 27.0).abs() < 1e-9);
    let mut twice = square(1.0, 1.0, 4.0);
    twice.extend(square(3.0, 3.0, 4.0));
    assert!((area(&twice, 8) - 28.0).abs() < 1e-9);
}

#[test]
fn what_hangs_over_an_edge_is_cut_there() {
    let outline = Outline::new(&square(-3.5, -2.0, 20.0), 1.0);
    let columns = outline.columns(8);
    assert_eq!(columns, 0..8);
    assert_eq!(outline.cover(4..6, columns), [1.0; 16]);
    let beside = Outline::new(&square(20.0, 1.0, 2.0), 1.0);
    assert!(beside.columns(8).is_empty() && Outline::new(&[], 1.0).columns(8).is_empty());
}

#[test]
fn letters_look_as_another_program_paints_them() {
    let text = "铊精矿 T1&%0123456789 国";
    let segments = Typeface::regular().outline((2.0, 46.0), text, 44.0, &mut Vec::new());
    let (width, height) = (720_usize, 60_usize);
    let ours = Outline::new(&segments, 1.0).cover(0..height, 0..width);
    let mut builder = PathBuilder::new();
    for segment in &segments {
        let f = |dots: f64| dots as f32;
        match *segment {
            Segment::Move(x, y) => builder.move_to(f(x), f(y)),
            Segment::Line(x, y) => builder.line_to(f(x), f(y)),
            Segment::Quad(a, b, x, y) => builder.quad_to(f(a), f(b), f(x), f(y)),
            Segment::Cubic(a, b, c, d, x, y) => {
                builder.cubic_to(f(a), f(b), f(c), f(d), f(x), f(y));
            }
            Segment::Close => builder.close(),
        }
    }
    let mut mask = Mask::new(720, 60).expect("a size");
    let path = builder.finish().expect("a path");
    mask.fill_path(&path, FillRule::Winding, true, Transform::identity());
    let theirs = mask.data().iter().map(|ink| f64::from(*ink) / 255.0);
    let apart: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let black: f64 = ours.iter().sum();
    // Theirs looks at sixteen spots of a dot, ours at its area; where the edges of two contours
    // meet within a dot, ours counts both.
    let far = apart.iter().filter(|it| it.abs() > 0.25).count();
    assert!(far <= 5, "{far} dots differ by more than a quarter");
    let bias = apart.iter().sum::<f64>() / black;
    assert!(black > 4_000.0 && bias.abs() < 0.01, "{bias} of {black} dots too much");
}
