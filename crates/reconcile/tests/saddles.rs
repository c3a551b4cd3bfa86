//! Estimates that begin on a saddle: two conveyors between the same units, neither weighed, both
//! assayed below the limit of detection, start with the same contents and share the flow evenly.

use tl_reconcile::{Checks, Content, Flowsheet, Measured, Node, Options, Stream, estimate};

fn stream(id: &str, ends: [Option<&str>; 2], mass: Option<[f64; 2]>, content: [f64; 2]) -> Stream {
    let measured = |[value, sd]: [f64; 2]| Measured { value, sd };
    Stream {
        id: id.into(),
        from: ends[0].map(Into::into),
        to: ends[1].map(Into::into),
        period: 1,
        mass: mass.map(measured),
        content: Content::Assayed(measured(content)),
    }
}

/// Feed, two conveyors, product; the conveyors' contents contradict those at both ends.
fn sheet() -> Flowsheet {
    let mut sheet = Flowsheet { with_substance: true, periods: 1, ..Flowsheet::default() };
    let [first, second] = ["U1", "U2"];
    sheet.nodes = vec![Node::new(first), Node::new(second)];
    let low = [0.5, 0.288_675];
    sheet.streams = vec![
        stream("feed", [None, Some(first)], Some([112.0, 0.5]), [0.9, 0.05]),
        stream("belt 1", [Some(first), Some(second)], None, low),
        stream("belt 2", [Some(first), Some(second)], None, low),
        stream("product", [Some(second), None], Some([111.0, 0.5]), [0.8, 0.05]),
    ];
    sheet
}

fn solved(sheet: &Flowsheet, nonnegative: bool) -> (f64, Checks) {
    let options = Options { nonnegative, ..Options::default() };
    estimate(sheet, &options).expect("an estimate")
}

#[test]
fn without_bounds_the_limit_is_reached() {
    let with = sheet();
    // One belt's mass grows, the other's falls: what the assays say costs nothing in the limit.
    let mut without = with.clone();
    for belt in &mut without.streams[1..3] {
        belt.content = Content::Unknown;
    }
    let (chi_squared, checks) = solved(&with, false);
    let (limit, _) = solved(&without, false);
    assert!((chi_squared / limit - 1.0).abs() < 1e-5, "{chi_squared} is not {limit}");
    assert!(checks.closure < 1e-9, "{}", checks.closure);
}

#[test]
fn with_bounds_one_belt_carries_all() {
    let both = sheet();
    let mut one = both.clone();
    one.streams.remove(2);
    let (chi_squared, checks) = solved(&both, true);
    let (wanted, _) = solved(&one, true);
    assert!((chi_squared / wanted - 1.0).abs() < 1e-6, "{chi_squared} is not {wanted}");
    assert!(checks.closure < 1e-9, "{}", checks.closure);
}
