//! Flow sheets against hand-made answers, conservation, and a loop that nothing entered.

use proptest::prelude::*;

use super::*;
use crate::number::{Wide, parse};

fn ratio(value: i64) -> Ratio {
    Ratio::from_integer(value.into())
}

fn sheet(openings: &[i64], streams: &[(Option<usize>, Option<usize>, i64)]) -> FlowSheet {
    let node = |(index, opening): (usize, &i64)| Node {
        name: format!("N{index}"),
        opening: ratio(*opening),
    };
    let stream = |(index, (from, to, amount)): (usize, &(Option<usize>, Option<usize>, i64))| {
        Stream { name: format!("s{index}"), from: *from, to: *to, amount: ratio(*amount) }
    };
    FlowSheet {
        nodes: openings.iter().enumerate().map(node).collect(),
        streams: streams.iter().enumerate().map(stream).collect(),
    }
}

const FREE: u64 = u64::MAX;

#[test]
fn a_recycle_has_the_composition_of_what_fed_it() {
    let flow = sheet(
        &[0, 0],
        &[
            (None, Some(0), 6),
            (None, Some(0), 4),
            (Some(0), Some(1), 15),
            (Some(1), Some(0), 5),
            (Some(1), None, 10),
        ],
    );
    let solved: Solved<Ratio> = flow.solve(FREE).expect("solved");
    let dust = &solved.streams[3];
    assert_eq!(dust[&FlowOrigin::Stream(0)], ratio(3));
    assert_eq!(dust[&FlowOrigin::Stream(1)], ratio(2));
}

#[test]
fn a_loop_that_nothing_entered_is_named() {
    let flow = sheet(&[0, 0], &[(Some(0), Some(1), 5), (Some(1), Some(0), 5)]);
    assert!(matches!(flow.solve::<Wide>(FREE), Err(FlowError::ClosedLoop { .. })));
    let alone = sheet(&[0], &[(Some(0), Some(0), 5)]);
    assert!(matches!(alone.solve::<Ratio>(FREE), Err(FlowError::ClosedLoop { .. })));
}

#[test]
fn more_out_than_in_names_the_node() {
    let flow = sheet(&[1], &[(Some(0), None, 2)]);
    let refused = flow.solve::<Ratio>(FREE).expect_err("overdraw");
    assert_eq!(refused.code(), "overdraw");
    assert_eq!(refused.to_string(), "N0: 2 kg went out of 1 kg");
}

#[test]
fn a_tiny_origin_survives_a_long_recycle() {
    let mut flow = sheet(
        &[0, 0],
        &[
            (None, Some(0), 1),
            (None, Some(0), 1),
            (Some(0), Some(1), 1_000_000),
            (Some(1), Some(0), 999_999),
            (Some(1), None, 1),
        ],
    );
    flow.streams[0].amount = parse("1e-30").expect("a number");
    let exact: Solved<Ratio> = flow.solve(FREE).expect("solved");
    let wide: Solved<f64> = flow.solve(FREE).expect("solved");
    let want = exact.streams[4][&FlowOrigin::Stream(0)].float();
    let got = wide.streams[4][&FlowOrigin::Stream(0)];
    assert!(want > 0.0 && ((got - want) / want).abs() < 1e-13, "{got} {want}");
}

/// A flow sheet that balances: each node passes on what it can, some of it backwards.
fn flows() -> impl Strategy<Value = FlowSheet> {
    let recycles = proptest::collection::vec((0_usize..6, 0_usize..6, 1_i64..40), 0..8);
    let feeds = proptest::collection::vec((0_usize..6, 1_i64..100), 1..6);
    let openings = proptest::collection::vec(0_i64..30, 6);
    (openings, feeds, recycles).prop_map(|(openings, feeds, recycles)| {
        let mut streams: Vec<_> =
            feeds.into_iter().map(|(to, amount)| (None, Some(to), amount)).collect();
        // A ring of equal flow under every recycle keeps all nodes in balance.
        for (from, to, amount) in recycles {
            streams.push((Some(from), Some(to), amount));
            streams.push((Some(to), Some(from), amount));
        }
        let mut held = openings.clone();
        for (_, to, amount) in streams.iter().filter(|stream| stream.0.is_none()) {
            held[to.expect("a feed enters a node")] += amount;
        }
        for (node, held) in held.into_iter().enumerate() {
            streams.push((Some(node), None, held / 2));
        }
        sheet(&openings, &streams)
    })
}

proptest! {
    #[test]
    fn every_origin_is_conserved_and_nothing_is_negative(flow in flows()) {
        let Ok(exact) = flow.solve::<Ratio>(FREE) else { return Ok(()) };
        let wide: Solved<f64> = flow.solve(FREE).expect("as the exact one");
        let mut sums: BTreeMap<FlowOrigin, Ratio> = BTreeMap::new();
        let leaving = flow.streams.iter().zip(&exact.streams)
            .filter(|(stream, _)| stream.to.is_none())
            .map(|(_, origins)| origins);
        for (origin, amount) in leaving.chain(&exact.stocks).flatten() {
            prop_assert!(!amount.is_negative());
            *sums.entry(*origin).or_insert_with(|| ratio(0)) += amount;
        }
        for (index, node) in flow.nodes.iter().enumerate().filter(|(_, n)| !n.opening.is_zero()) {
            prop_assert_eq!(&sums[&FlowOrigin::Opening(index)], &node.opening);
        }
        for (index, stream) in flow.streams.iter().enumerate().filter(|(_, s)| s.from.is_none()) {
            prop_assert_eq!(&sums[&FlowOrigin::Stream(index)], &stream.amount);
        }
        for (stream, (exact, wide)) in flow.streams.iter().zip(
            exact.streams.iter().zip(&wide.streams)
        ) {
            let total: Ratio = exact.values().sum();
            prop_assert_eq!(&total, &stream.amount);
            for (origin, amount) in exact {
                let want = amount.float();
                prop_assert!((wide[origin] - want).abs() <= 1e-13 * want);
            }
        }
    }
}
