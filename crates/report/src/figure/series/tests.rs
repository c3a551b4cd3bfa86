//! What a chart of readings must show.

use chrono::FixedOffset;

use super::*;

const HOUR: i64 = 3_600_000_000;
const START: i64 = 1_767_196_800_000_000;

fn options() -> Options {
    Options {
        width: 720.0,
        surface: Surface::Page,
        offset: FixedOffset::east_opt(8 * 3600).expect("a real offset"),
        words: Words::CHINESE,
    }
}

fn chart(readings: &[Reading]) -> Chart {
    let point = |(index, reading): (i64, &Reading)| Point {
        at: START + index * HOUR,
        reading: *reading,
        text: format!("{index} 时"),
    };
    Chart {
        id: "outlet".into(),
        title: "DW001".into(),
        description: "日均".into(),
        unit: "µg/L".into(),
        series: vec![Series {
            name: "总铊".into(),
            course: Course::Line,
            points: (0..).zip(readings).map(point).collect(),
        }],
        limits: vec![Limit { value: 5.0, label: "限值 5 µg/L".into() }],
    }
}

fn course(drawing: &str) -> &str {
    let rest = drawing.split("class=\"course\" d=\"").nth(1).expect("a line");
    rest.split('"').next().expect("its data")
}

#[test]
fn not_detected_is_a_hollow_triangle_and_named() {
    let readings = [Reading::Value(2.0), Reading::NotDetected { limit: 0.5 }];
    let drawing = chart(&readings).svg(&options()).expect("a chart");
    // One mark and one in the legend.
    assert_eq!(drawing.matches("class=\"not-detected\"").count(), 2);
    assert!(drawing.contains(Words::CHINESE.not_detected));
    assert_eq!(drawing.matches("<circle").count(), 1);
}

#[test]
fn a_missing_reading_is_a_gap() {
    let whole = chart(&[Reading::Value(1.0), Reading::Value(2.0), Reading::Value(3.0)]);
    let broken = chart(&[Reading::Value(1.0), Reading::Missing, Reading::Value(3.0)]);
    let strokes =
        |chart: &Chart| course(&chart.svg(&options()).expect("a chart")).matches('M').count();
    assert_eq!((strokes(&whole), strokes(&broken)), (1, 2));
}

#[test]
fn above_a_limit_has_its_own_shape_and_word() {
    let drawing = chart(&[Reading::Value(5.0), Reading::Value(5.1)]).svg(&options());
    let drawing = drawing.expect("a chart");
    assert_eq!(drawing.matches("class=\"above-limit\"").count(), 2, "one mark, one in the legend");
    assert!(drawing.contains(Words::CHINESE.above_limit) && drawing.contains("限值 5 µg/L"));
    // A detection limit above the limit says nothing about the reading.
    let unsure = chart(&[Reading::NotDetected { limit: 9.0 }]).svg(&options()).expect("a chart");
    assert!(!unsure.contains("class=\"above-limit\""));
}

#[test]
fn steps_stay_level_until_the_next_point() {
    let mut figure = chart(&[Reading::Value(1.0), Reading::Value(4.0)]);
    figure.series[0].course = Course::Step;
    let drawing = figure.svg(&options()).expect("a chart");
    assert!(course(&drawing).contains('H') && !course(&drawing).contains('L'));
}

#[test]
fn the_axis_begins_at_zero_and_higher_is_higher() {
    let drawing = chart(&[Reading::Value(100.0), Reading::Value(104.0)]).svg(&options());
    let drawing = drawing.expect("a chart");
    assert!(drawing.contains(">0</text>"), "the axis is cut off");
    let heights: Vec<f64> = drawing
        .split("cy=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse().ok())
        .collect();
    // Both are above the limit of 5: no circles, so look at the line.
    assert!(heights.is_empty());
    let points: Vec<f64> = course(&drawing)
        .split(['M', 'L'])
        .filter_map(|point| point.split(' ').nth(1)?.parse().ok())
        .collect();
    assert!(points[0] > points[1], "{points:?}");
}

#[test]
fn order_of_points_does_not_matter() {
    let figure = chart(&[Reading::Value(1.0), Reading::Missing, Reading::Value(3.0)]);
    let mut turned = figure.clone();
    turned.series[0].points.reverse();
    assert_eq!(figure.svg(&options()), turned.svg(&options()));
}

#[test]
fn no_reading_gives_a_friendly_chart() {
    let drawing = chart(&[Reading::Missing]).svg(&options()).expect("a chart");
    assert!(drawing.contains(">本期没有读数</text>"));
}

#[test]
fn bad_charts_are_refused() {
    let nan = chart(&[Reading::Value(f64::NAN)]).svg(&options()).expect_err("refused");
    assert_eq!(nan.to_string(), "总铊: NaN cannot be drawn");
    let many = chart(&vec![Reading::Value(1.0); MAX_POINTS + 1]).svg(&options());
    assert_eq!(many, Err(SeriesError::TooManyPoints { found: MAX_POINTS + 1 }));
}

#[test]
fn every_width_gives_finite_numbers() {
    for width in [f64::NAN, 0.0, 360.0, 1e9] {
        let readings = [Reading::Value(0.0), Reading::Value(-3.0), Reading::Value(1e-7)];
        let drawing = chart(&readings).svg(&Options { width, ..options() }).expect("a chart");
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
}

#[test]
fn the_chart_looks_as_agreed() {
    let readings = [
        Reading::Value(1.2),
        Reading::NotDetected { limit: 0.5 },
        Reading::Missing,
        Reading::Value(5.6),
    ];
    insta::assert_snapshot!(chart(&readings).svg(&options()).expect("a chart"));
}
