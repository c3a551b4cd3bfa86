//! What must hold of estimates whatever the data: unit, order, exchange of partners.

use proptest::prelude::*;

use super::estimated::{line, pair, result, round};
use crate::estimate::control::{self, Certified, ControlResult};
use crate::estimate::partners::{self, HandoverLine, Sides};
use crate::estimate::replicates::{self, Replicate};
use crate::estimate::rounds::{self, Round};
use crate::estimate::{Estimate, Scatter};

/// Estimates that should not move, to 1e-9 of them.
fn same(left: &Estimate, right: &Estimate) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1e-6 + a.abs().max(b.abs()));
    // Near zero a root takes half of the digits.
    let rooted = |a: f64, b: f64| close(a, b) || (a * a - b * b).abs() < 1e-14;
    rooted(left.value, right.value)
        && rooted(left.interval.low, right.interval.low)
        && close(left.interval.high, right.interval.high)
        && left.evidence == right.evidence
}

fn scatter_same(left: Scatter, right: Scatter) -> bool {
    match (left, right) {
        (
            Scatter::Separated { within: a, between: b },
            Scatter::Separated { within: c, between: d },
        ) => same(&a, &c) && same(&b, &d),
        (Scatter::Joint(a), Scatter::Joint(b)) | (Scatter::OneBlock(a), Scatter::OneBlock(b)) => {
            same(&a, &b)
        }
        _ => false,
    }
}

/// Three figures and a block.
type Row = (f64, f64, f64, u8);

fn figures() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0.5f64..2.0, 0.5f64..2.0, 0.5f64..2.0, 0u8..4), 6..30)
}

/// All four kinds of data made of the same figures, in one unit and one order.
struct Data {
    groups: Vec<Replicate>,
    results: Vec<ControlResult>,
    lines: Vec<HandoverLine>,
    rounds: Vec<Round>,
    certified: Certified,
}

fn data(figures: &[(usize, Row)], unit: f64) -> Data {
    let block = |b: &u8| format!("b{b}");
    let each = figures.iter();
    Data {
        groups: each.clone().map(|(n, (a, b, ..))| pair(*n, &[a * unit, b * unit])).collect(),
        results: each.clone().map(|(n, (a, .., b))| result(*n, &block(b), a * unit)).collect(),
        lines: each
            .clone()
            .map(|(n, (s, r, t, b))| line(*n, &block(b), [s * unit, r * unit], Some(t * unit)))
            .collect(),
        rounds: each
            .map(|(n, (x, r, u, _))| round(*n, x * unit, 0.1 * unit, r * unit, u * unit))
            .collect(),
        certified: Certified { value: 1.1 * unit, uncertainty: 0.02 * unit },
    }
}

fn all_same(left: &Data, right: &Data) -> Result<(), TestCaseError> {
    let random = |data: &Data| replicates::random(&data.groups).unwrap();
    prop_assert!(same(&random(left).random, &random(right).random));
    prop_assert_eq!(random(left).outliers.len(), random(right).outliers.len());
    let levels = |data: &Data| random(data).levels.map(|levels| (levels.low * 1e6).round());
    prop_assert_eq!(levels(left), levels(right));
    let chart = |data: &Data| control::chart(&data.results, Some(data.certified)).unwrap();
    prop_assert!(scatter_same(chart(left).scatter, chart(right).scatter));
    let bias = |data: &Data| chart(data).bias.unwrap().long_term();
    prop_assert!(same(&bias(left), &bias(right)));
    let sides = |data: &Data| {
        let found = partners::evaluate(&data.lines, 0.01).unwrap();
        let Sides::Separated(sides) = found.sides else { panic!() };
        (found.joint, [sides.shipper, sides.receiver, sides.third].map(|side| side.random))
    };
    let ((joint, randoms), (other_joint, other_randoms)) = (sides(left), sides(right));
    prop_assert!(scatter_same(joint.scatter, other_joint.scatter));
    for (a, b) in randoms.iter().zip(&other_randoms) {
        prop_assert!(same(a, b), "{:?} {:?}", a, b);
    }
    let long = |data: &Data| rounds::long_term(&data.rounds).unwrap().long;
    prop_assert!(same(&long(left), &long(right)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_unit_does_not_matter(figures in figures(), unit in 1e-6f64..1e6) {
        let numbered: Vec<_> = figures.into_iter().enumerate().collect();
        all_same(&data(&numbered, 1.0), &data(&numbered, unit))?;
    }

    #[test]
    fn the_order_does_not_matter(figures in figures(), turn in 0usize..30) {
        let numbered: Vec<_> = figures.into_iter().enumerate().collect();
        let mut turned = numbered.clone();
        turned.rotate_left(turn % numbered.len());
        turned.reverse();
        all_same(&data(&numbered, 1.0), &data(&turned, 1.0))?;
    }

    #[test]
    fn the_sides_can_be_exchanged(figures in figures()) {
        let lines = |swap: bool| -> Vec<HandoverLine> {
            let each = figures.iter().enumerate();
            each.map(|(n, (s, r, t, b))| {
                let sides = if swap { [*r, *s] } else { [*s, *r] };
                line(n, &b.to_string(), sides, Some(*t))
            })
            .collect()
        };
        let (one, other) = (
            partners::evaluate(&lines(false), 0.0).unwrap(),
            partners::evaluate(&lines(true), 0.0).unwrap(),
        );
        let (a, b) = (one.joint.difference.value, other.joint.difference.value);
        prop_assert!((a + b).abs() < 1e-12);
        let (Sides::Separated(one), Sides::Separated(other)) =
            (one.sides, other.sides) else { panic!() };
        prop_assert!(same(&one.shipper.random, &other.receiver.random));
    }

    #[test]
    fn an_interval_holds_its_estimate(figures in figures()) {
        let numbered: Vec<_> = figures.into_iter().enumerate().collect();
        let data = data(&numbered, 1.0);
        let mut estimates = vec![replicates::random(&data.groups).unwrap().random];
        let chart = control::chart(&data.results, Some(data.certified)).unwrap();
        estimates.push(chart.bias.unwrap().long_term());
        if let Scatter::Separated { within, between } = chart.scatter {
            estimates.extend([within, between]);
        }
        let found = partners::evaluate(&data.lines, 0.0).unwrap();
        if let Sides::Separated(sides) = found.sides {
            estimates.extend([sides.shipper, sides.receiver, sides.third].map(|side| side.random));
        }
        estimates.push(rounds::long_term(&data.rounds).unwrap().long);
        for Estimate { value, interval, .. } in estimates {
            let holds = interval.low <= value && value <= interval.high;
            prop_assert!(holds && interval.low >= 0.0, "{} {:?}", value, interval);
        }
    }
}
