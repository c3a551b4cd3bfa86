//! What a waterfall of balance terms must show.

use proptest::prelude::*;

use super::*;

fn term(label: &str, amount: Amount) -> Term {
    Term { label: label.into(), text: format!("{label} kg"), amount, href: None }
}

fn balance() -> Waterfall {
    Waterfall {
        id: "balance".into(),
        title: "铊平衡".into(),
        description: "平衡差 5 kg".into(),
        unit: "kg".into(),
        terms: vec![
            term("期初库存", Amount::Level(20.0)),
            term("投入", Amount::Change(100.0)),
            term("产品", Amount::Change(-80.0)),
            term("排放", Amount::Change(-3.0)),
            term("平衡差", Amount::Unaccounted { change: -5.0, band: Some(6.0) }),
            term("期末库存", Amount::Level(32.0)),
        ],
    }
}

fn svg(figure: &Waterfall) -> String {
    figure.svg(&Options::default()).expect("a figure")
}

#[test]
fn each_change_starts_where_the_last_row_ended() {
    let spans = balance().spans();
    let wanted =
        [(0.0, 20.0), (20.0, 120.0), (120.0, 40.0), (40.0, 37.0), (37.0, 32.0), (0.0, 32.0)];
    assert_eq!(spans, wanted);
}

#[test]
fn the_unaccounted_row_is_hatched_and_has_its_band() {
    let drawing = svg(&balance());
    assert_eq!(drawing.matches("fill=\"url(#balance-hatch)\"").count(), 1);
    assert_eq!(drawing.matches("class=\"band\"").count(), 1);
    let mut unknown = balance();
    unknown.terms[4].amount = Amount::Unaccounted { change: -5.0, band: None };
    assert!(!svg(&unknown).contains("class=\"band\""), "an unknown band is not a band of zero");
}

#[test]
fn the_figure_looks_as_agreed() {
    insta::assert_snapshot!(svg(&balance()));
}

#[test]
fn bad_terms_are_refused() {
    let mut figure = balance();
    figure.terms[4].amount = Amount::Unaccounted { change: 1.0, band: Some(-1.0) };
    let refusal = figure.svg(&Options::default()).expect_err("refused");
    assert_eq!(refusal.to_string(), "平衡差: -1 cannot be drawn");
    figure.terms[4].amount = Amount::Change(f64::INFINITY);
    assert!(figure.svg(&Options::default()).is_err());
    figure.terms = vec![term("x", Amount::Change(1.0)); MAX_TERMS + 1];
    let refusal = figure.svg(&Options::default());
    assert_eq!(refusal, Err(WaterfallError::TooManyTerms { found: MAX_TERMS + 1 }));
}

#[test]
fn links_make_it_a_group() {
    let mut figure = balance();
    figure.terms[1].href = Some("/ledger?term=in".into());
    let drawing = svg(&figure);
    assert!(drawing.contains("role=\"group\"") && drawing.contains("<a href=\"/ledger?term=in\""));
    figure.terms[1].href = Some("data:text/html,x".into());
    assert!(figure.svg(&Options::default()).is_err());
}

#[test]
fn no_terms_give_a_friendly_figure() {
    let figure = Waterfall { terms: Vec::new(), ..balance() };
    assert!(svg(&figure).contains("本期没有平衡项"));
}

proptest! {
    #[test]
    fn bars_and_bands_lie_in_the_picture(
        changes in prop::collection::vec((-1e6..1e6_f64, prop::option::of(0.0..1e6_f64)), 1..20),
        width in 200.0..1400.0_f64,
    ) {
        let terms = changes
            .into_iter()
            .map(|(change, band)| term("项", Amount::Unaccounted { change, band }))
            .collect();
        let figure = Waterfall { terms, ..balance() };
        let drawing = figure.svg(&Options { width, ..Options::default() }).expect("a figure");
        prop_assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
        let limit = width.max(300.0);
        for bar in drawing.lines().filter(|line| line.contains("class=\"unaccounted\"")) {
            let number = |name: &str| -> f64 {
                let rest = bar.split(&format!(" {name}=\"")).nth(1).expect("an attribute");
                rest.split('"').next().and_then(|text| text.parse().ok()).expect("a number")
            };
            prop_assert!(number("x") >= 0.0 && number("x") + number("width") <= limit);
        }
    }
}
