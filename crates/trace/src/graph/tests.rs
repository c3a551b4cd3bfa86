//! The bare graph: adjoint walks, late edges, loops, the switch from sparse to dense.

use proptest::prelude::*;

use super::*;
use crate::number::{Ratio, Share};

fn ratio(above: i64, below: i64) -> Ratio {
    Ratio::new(above.into(), below.into())
}

fn rest<S: Share>() -> Rest<S> {
    Rest { substance: S::whole(), mass: S::whole() }
}

fn part<S: Share>(from: u32, fraction: &Ratio) -> Part<S> {
    Part { from: NodeId(from), substance: S::of(fraction), mass: S::of(fraction) }
}

/// For every node: what it brought, and the parents with the tenths that it takes of them.
type Shape = Vec<(i64, Vec<(u32, i64)>)>;

fn shapes(nodes: usize) -> impl Strategy<Value = Shape> {
    let node = (0_i64..5, proptest::collection::vec((0_u32..1_000, 1_i64..4), 0..4));
    proptest::collection::vec(node, 2..nodes).prop_map(|mut nodes| {
        let mut left = vec![10_i64; nodes.len()];
        for (number, (_, parts)) in nodes.iter_mut().enumerate() {
            let below = u32::try_from(number).expect("small");
            parts.retain_mut(|(parent, tenths)| {
                if below == 0 {
                    return false;
                }
                *parent %= below;
                let left = &mut left[*parent as usize];
                *tenths = (*tenths).min(*left);
                *left -= *tenths;
                *tenths > 0
            });
        }
        nodes
    })
}

fn build<S: Share>(shape: &Shape) -> Graph<S> {
    let mut graph = Graph::default();
    let mut left = vec![10_i64; shape.len()];
    for (brought, parts) in shape {
        let amount = Amount { substance: S::of(&ratio(*brought, 7)), mass: S::whole() };
        let parts: Vec<_> = parts
            .iter()
            .map(|(from, tenths)| {
                left[*from as usize] -= tenths;
                part(*from, &ratio(*tenths, 10))
            })
            .collect();
        let origin = (*brought > 0).then_some(amount);
        graph.append(origin, &parts, rest()).expect("parents are there");
    }
    for (number, left) in (0_u32..).zip(left) {
        let share = S::of(&ratio(left, 10));
        graph.set_rest(NodeId(number), Rest { substance: share.clone(), mass: share });
    }
    graph
}

fn whereabouts<S: Share>(graph: &Graph<S>, origin: usize) -> Vec<(NodeId, S)> {
    let origin = OriginId(u32::try_from(origin).expect("small"));
    let walked = graph.forward_of(origin, Measure::Substance, &mut Scratch::default());
    walked.expect("no budget")
}

proptest! {
    #[test]
    fn forward_and_backward_are_adjoint_and_every_origin_is_conserved(shape in shapes(120)) {
        let graph: Graph<Ratio> = build(&shape);
        let floats: Graph<f64> = build(&shape);
        let mut scratch = Scratch::default();
        let mut by_pair = std::collections::BTreeMap::new();
        for node in 0..graph.node_count() {
            let node = NodeId(u32::try_from(node).expect("small"));
            let start = (node, graph.rest(node).substance.clone());
            let found = graph.backward(&[start], Measure::Substance, &mut scratch).expect("free");
            by_pair.extend(found.into_iter().map(|(origin, amount)| ((origin, node), amount)));
        }
        let mut met = 0;
        for origin in 0..graph.origin_count() {
            let id = OriginId(u32::try_from(origin).expect("small"));
            let places = whereabouts(&graph, origin);
            for (node, amount) in &places {
                prop_assert_eq!(&by_pair[&(id, *node)], amount);
                met += 1;
            }
            let total: Ratio = places.into_iter().map(|(_, amount)| amount).sum();
            prop_assert_eq!(&total, &graph.amount(id).substance);
            let float: f64 = whereabouts(&floats, origin).iter().map(|(_, amount)| amount).sum();
            let want = total.float();
            prop_assert!((float - want).abs() <= 1e-12 * want);
        }
        prop_assert_eq!(met, by_pair.len());
    }

    #[test]
    fn one_walk_for_both_measures_answers_as_one_walk_for_each(shape in shapes(120)) {
        let mut graph: Graph<f64> = build(&shape);
        for (edge, fraction) in graph.edge_fraction.iter_mut().enumerate() {
            // Some take mass without substance, or the other way round.
            fraction[edge % 2] *= [0.0, 0.3, 0.7][edge % 3];
        }
        graph.rest.iter_mut().for_each(|rest| rest[1] *= 0.5);
        let mut scratch = Scratch::default();
        for node in 0..u32::try_from(graph.node_count()).expect("small") {
            let node = NodeId(node);
            let mut both = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
            let starts = [(node, [0.5, 0.25])];
            let back = graph.backward_both(&starts, &mut scratch, |origin, amounts| {
                assert!(amounts != [0.0; 2], "only what is there is told");
                for lane in 0..2 {
                    both[lane].push((origin.0, amounts[lane]));
                }
            });
            prop_assert_eq!(back, Ok(()));
            let ahead = graph.forward_both(&starts, &mut scratch, |node, amounts| {
                assert!(amounts != [0.0; 2], "only what is there is told");
                for lane in 0..2 {
                    both[2 + lane].push((node.0, amounts[lane]));
                }
            });
            prop_assert_eq!(ahead, Ok(()));
            both.iter_mut().for_each(|list| list.retain(|(_, amount)| *amount != 0.0));
            for (lane, measure) in [(0, Measure::Substance), (1, Measure::Mass)] {
                let start = [(node, starts[0].1[lane])];
                let back = graph.backward(&start, measure, &mut scratch).expect("free");
                let back: Vec<_> = back.into_iter().map(|(id, amount)| (id.0, amount)).collect();
                prop_assert_eq!(&both[lane], &back);
                let ahead = graph.forward(&start, measure, &mut scratch).expect("free");
                let ahead: Vec<_> = ahead.into_iter().map(|(id, amount)| (id.0, amount)).collect();
                prop_assert_eq!(&both[2 + lane], &ahead);
            }
            prop_assert!(scratch.sums.iter().all(|sum| sum.value() == 0.0));
        }
    }

    #[test]
    fn a_graph_mended_by_late_edges_answers_as_one_written_in_order(shape in shapes(60)) {
        let want: Graph<Ratio> = build(&shape);
        // All nodes first, without parents and the children before them; then the edges, late.
        let count = shape.len();
        let number = |node: u32| u32::try_from(count - 1).expect("small") - node;
        let mut late: Graph<Ratio> = Graph::default();
        for (brought, _) in shape.iter().rev() {
            let amount = Amount { substance: ratio(*brought, 7), mass: ratio(1, 1) };
            late.append((*brought > 0).then_some(amount), &[], rest()).expect("room");
        }
        for (node, (_, parts)) in (0_u32..).zip(&shape) {
            let parts: Vec<_> =
                parts.iter().map(|(from, t)| part(number(*from), &ratio(*t, 10))).collect();
            late.replace_parts(NodeId(number(node)), &parts).expect("no loop");
        }
        let mut scratch = Scratch::default();
        for node in 0..u32::try_from(count).expect("small") {
            let ask = |graph: &Graph<Ratio>, node: u32, scratch: &mut Scratch<Ratio>| {
                let start = (NodeId(node), ratio(1, 1));
                let found = graph.backward(&[start], Measure::Substance, scratch).expect("free");
                let mut found: Vec<_> = found
                    .into_iter()
                    .map(|(origin, amount)| (graph.node_of(origin).0, amount))
                    .collect();
                found.sort();
                found
            };
            let mut got = ask(&late, number(node), &mut scratch);
            got.iter_mut().for_each(|(origin, _)| *origin = number(*origin));
            got.sort();
            prop_assert_eq!(got, ask(&want, node, &mut scratch));
        }
    }
}

#[test]
fn a_loop_is_refused_by_name_and_changes_nothing() {
    let mut graph: Graph<f64> = Graph::default();
    let half = ratio(1, 2);
    let amount = Amount { substance: 8.0, mass: 1.0 };
    graph.append(Some(amount), &[], rest()).expect("a lot");
    graph.append(None, &[part(0, &half)], rest()).expect("a blend");
    graph.append(None, &[part(1, &half)], rest()).expect("a blend");
    let refused = graph.replace_parts(NodeId(0), &[part(2, &half)]).expect_err("a loop");
    let GraphError::Loop(nodes) = refused else { panic!("{refused}") };
    assert_eq!(nodes, [NodeId(2), NodeId(1), NodeId(0)]);
    let own = graph.replace_parts(NodeId(1), &[part(1, &half)]);
    assert_eq!(own, Err(GraphError::Loop(vec![NodeId(1)])));
    let start = [(NodeId(2), 1.0)];
    let found = graph.backward(&start, Measure::Substance, &mut Scratch::default());
    assert_eq!(found, Ok(vec![(OriginId(0), 2.0)]));
}

#[test]
fn a_walk_that_outgrows_its_budget_leaves_clean_memory() {
    let mut graph: Graph<Ratio> = Graph::default();
    let amount = Amount { substance: ratio(1, 3), mass: ratio(1, 1) };
    graph.append(Some(amount), &[], rest()).expect("a lot");
    for node in 0..200 {
        graph.append(None, &[part(node, &ratio(97, 101))], rest()).expect("a child");
    }
    let mut scratch = Scratch::with_budget(500);
    let start = [(NodeId(200), ratio(1, 1))];
    assert_eq!(graph.backward(&start, Measure::Substance, &mut scratch), Err(Spent));
    assert!(scratch.sums.iter().all(Option::is_none));
    assert!(scratch.waiting.iter().all(|word| *word == 0));
    let start = [(NodeId(200), [ratio(1, 1), ratio(1, 1)])];
    let mut scratch = Scratch::with_budget(500);
    assert_eq!(graph.backward_both(&start, &mut scratch, |_, _| ()), Err(Spent));
    assert!(scratch.sums.iter().all(Option::is_none));
    assert!(scratch.waiting.iter().all(|word| *word == 0));
}
