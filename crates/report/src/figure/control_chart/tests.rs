//! What a control chart must show.

use proptest::prelude::*;

use super::*;

fn chart() -> ControlChart {
    let muf = [1.0, -2.0, 3.5, 0.5];
    let band = |name: &str, sigmas: f64| Band {
        name: name.into(),
        half_widths: vec![Some(sigmas), Some(sigmas), Some(sigmas * 0.5), Some(sigmas)],
    };
    ControlChart {
        id: "control".into(),
        title: "平衡差控制图".into(),
        description: "第 3 期首次报警。".into(),
        periods: (1..=4).map(|period| period.to_string()).collect(),
        panels: vec![
            Panel {
                title: "平衡差 MUF".into(),
                unit: "kg".into(),
                bands: vec![band("±3σ", 3.0), band("±2σ", 2.0)],
                courses: vec![Course {
                    name: "MUF".into(),
                    values: muf.map(Some).to_vec(),
                    shape: Shape::Circle,
                }],
                marks: vec![Mark { course: 0, period: 2, label: "首次报警 3".into() }],
                ..Panel::default()
            },
            Panel {
                title: "Page".into(),
                is_mirrored: true,
                limits: vec![
                    Limit { value: 4.0, label: "h = 4".into() },
                    Limit { value: -4.0, label: "h = 4".into() },
                ],
                courses: vec![
                    Course {
                        name: "S⁺".into(),
                        values: vec![Some(0.0), None, Some(2.0), Some(1.0)],
                        shape: Shape::Circle,
                    },
                    Course {
                        name: "S⁻".into(),
                        values: vec![Some(0.0), Some(-1.5), Some(0.0), Some(0.0)],
                        shape: Shape::Square,
                    },
                ],
                ..Panel::default()
            },
        ],
        remark: String::new(),
    }
}

fn svg(chart: &ControlChart) -> String {
    chart.svg(&Options::default()).expect("a chart")
}

#[test]
fn bands_limits_courses_and_alarms_are_all_there() {
    let drawing = svg(&chart());
    assert_eq!(drawing.matches("class=\"band\"").count(), 2);
    assert_eq!(drawing.matches("class=\"limit\"").count(), 2);
    assert_eq!(drawing.matches("class=\"course\"").count(), 3);
    // One in the panel, one in its legend.
    assert_eq!(drawing.matches("class=\"alarm\"").count(), 2);
    assert_eq!(drawing.matches(">首次报警 3</text>").count(), 1);
    assert!(drawing.contains("<title>3 MUF: 3.5 kg · 报警</title>"), "an alarm says so in words");
    assert!(drawing.contains("role=\"img\"") && drawing.contains("id=\"control-desc\""));
}

#[test]
fn a_missing_figure_breaks_the_line_and_mirrored_axes_have_no_minus() {
    let drawing = svg(&chart());
    let page: Vec<&str> =
        drawing.lines().filter(|line| line.contains("class=\"course\"")).collect();
    assert_eq!(page[1].matches('M').count(), 2, "a gap where period 2 has no figure: {}", page[1]);
    let second = drawing.split(">Page</text>").nth(1).expect("the second panel");
    assert!(!second.contains('−'), "sums have no sign");
    assert!(drawing.split(">Page</text>").next().expect("the first").contains(">−2</text>"));
}

#[test]
fn an_alarm_lies_where_its_point_would_and_losses_stand_above() {
    let mut plain = chart();
    plain.panels[0].marks.clear();
    let (with, without) = (svg(&chart()), svg(&plain));
    assert_eq!(without.matches("class=\"alarm\"").count(), 0);
    assert_eq!(without.matches("<circle").count(), with.matches("<circle").count() + 1);
    let heights: Vec<f64> = without
        .lines()
        .filter(|line| line.contains("<title>") && line.contains(" MUF: "))
        .filter_map(|line| line.split("cy=\"").nth(1)?.split('"').next()?.parse().ok())
        .collect();
    assert_eq!(heights.len(), 4);
    assert!(heights[2] < heights[0] && heights[0] < heights[1], "{heights:?}");
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let mut bad = chart();
    bad.panels[0].courses[0].values[1] = Some(f64::NAN);
    let refusal = bad.svg(&Options::default()).expect_err("refused").to_string();
    assert_eq!(refusal, "MUF, period 2: NaN cannot be drawn");
    let mut bad = chart();
    bad.panels[0].bands[1].half_widths[0] = Some(-1.0);
    assert!(matches!(bad.svg(&Options::default()), Err(ControlChartError::NotDrawable { .. })));
    let mut bad = chart();
    bad.panels[0].courses[0].values.pop();
    let refusal = bad.svg(&Options::default()).expect_err("refused").to_string();
    assert_eq!(refusal, "MUF: 3 values for 4 periods");
    let mut bad = chart();
    bad.panels[1].marks.push(Mark { course: 0, period: 1, label: String::new() });
    assert!(matches!(bad.svg(&Options::default()), Err(ControlChartError::NoSuchPoint { .. })));
    let mut bad = chart();
    bad.id = "1 x".into();
    assert_eq!(bad.svg(&Options::default()), Err(ControlChartError::BadId("1 x".into())));
}

#[test]
fn nothing_to_draw_says_so_and_a_remark_is_shown() {
    let empty = ControlChart { id: "e".into(), ..ControlChart::default() };
    assert!(svg(&empty).contains(">没有可画的数值</text>"));
    let with_remark = ControlChart { remark: "协方差矩阵不正定".into(), ..chart() };
    assert!(svg(&with_remark).contains(">协方差矩阵不正定</text>"));
}

#[test]
fn texts_are_escaped() {
    let mut sharp = chart();
    sharp.panels[0].title = "<b>&".into();
    sharp.periods[2] = "<3>".into();
    let drawing = svg(&sharp);
    assert!(drawing.contains("&lt;b&gt;&amp;") && !drawing.contains("<b>"));
}

#[test]
fn the_chart_looks_as_agreed() {
    insta::assert_snapshot!(svg(&chart()));
}

proptest! {
    #[test]
    fn everything_lies_in_the_picture(
        rows in prop::collection::vec((-1e9..1e9_f64, 0.0..1e9_f64, any::<bool>()), 1..40),
        width in 100.0..1400.0_f64,
    ) {
        let figures: Vec<Option<f64>> = rows.iter().map(|row| row.2.then_some(row.0)).collect();
        let marks = figures.iter().enumerate().filter(|(_, figure)| figure.is_some());
        let marks = marks.map(|(period, _)| Mark { course: 0, period, label: "首次报警".into() });
        let panel = Panel {
            marks: marks.collect(),
            bands: vec![Band {
                name: "±3σ".into(),
                half_widths: rows.iter().map(|row| Some(row.1)).collect(),
            }],
            courses: vec![Course { name: "x".into(), values: figures, shape: Shape::Triangle }],
            ..Panel::default()
        };
        let chart = ControlChart {
            id: "p".into(),
            periods: rows.iter().enumerate().map(|(n, _)| format!("2026-{n:02}")).collect(),
            panels: vec![panel],
            ..ControlChart::default()
        };
        let drawing = chart.svg(&Options { width, ..Options::default() }).expect("a chart");
        prop_assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
        let again = chart.svg(&Options { width, ..Options::default() }).expect("again");
        prop_assert_eq!(&drawing, &again);
        let limit = width.max(300.0);
        for part in drawing.split(" x=\"").skip(1) {
            let x: f64 = part.split('"').next().and_then(|x| x.parse().ok()).expect("a number");
            prop_assert!((0.0..=limit).contains(&x), "{} beyond {}", x, limit);
        }
    }
}
