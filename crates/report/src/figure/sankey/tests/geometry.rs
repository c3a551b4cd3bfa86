//! Properties of random figures with circles, returns, reversed and tiny flows.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::labels::{Label, LabelPlace};
use super::super::loops::CORNER;
use super::super::order::Item;
use super::super::place::{Frame, Shape, THINNEST};
use super::super::*;
use super::{SLACK, link, node, place, svg};

/// Figures of up to 9 nodes and 24 links of any direction, style, sign and size.
fn any_figure() -> impl Strategy<Value = Sankey> {
    let kinds = prop::sample::select(vec![
        NodeKind::Source,
        NodeKind::Process,
        NodeKind::Store,
        NodeKind::Sink,
        NodeKind::Unaccounted,
    ]);
    let styles = prop::sample::select(vec![
        LinkStyle::Normal,
        LinkStyle::Normal,
        LinkStyle::Return,
        LinkStyle::Unaccounted,
        LinkStyle::StockChange,
    ]);
    let value =
        prop_oneof![4 => 0.0..1000.0_f64, 1 => -50.0..0.0_f64, 1 => Just(0.0), 1 => Just(1e-9)];
    let nodes = prop::collection::vec((kinds, "[ -MO-h铊锌渣]{0,24}"), 1..9);
    nodes.prop_flat_map(move |nodes| {
        let count = nodes.len();
        let links =
            prop::collection::vec((0..count, 0..count, value.clone(), styles.clone()), 0..24);
        links.prop_map(move |links| Sankey {
            id: "any".into(),
            nodes: nodes
                .iter()
                .enumerate()
                .map(|(index, (kind, label))| Node {
                    label: label.clone(),
                    detail: "1,234.5 kg · 12.3 %".into(),
                    ..node(&index.to_string(), *kind)
                })
                .collect(),
            links: links
                .iter()
                .map(|(a, b, value, style)| link(&a.to_string(), &b.to_string(), *value, *style))
                .collect(),
            ..Sankey::default()
        })
    })
}

/// Highest, lowest, leftmost, rightmost point of a ribbon.
fn extent(shape: &Shape, width: f64) -> [f64; 4] {
    let points: Vec<(f64, f64)> = match shape {
        Shape::Forward(stops) => {
            stops.iter().flat_map(|(x, y)| [(*x, *y), (*x, y + width)]).collect()
        }
        Shape::Loop { start, down, channel, up, end } => vec![
            *start,
            *end,
            (down + width, channel + width),
            (*up, channel + width),
            (down - CORNER, *channel),
            (up + width + CORNER, *channel),
        ],
    };
    let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    [least(|p| p.1), most(|p| p.1), least(|p| p.0), most(|p| p.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn everything_lies_inside_the_picture(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (_, _, picture) = place(&figure, width);
        let inside = |top: f64, bottom: f64, left: f64, right: f64| {
            top >= -SLACK && bottom <= picture.height + SLACK
                && left >= -SLACK && right <= picture.width + SLACK
        };
        for ribbon in &picture.ribbons {
            let [top, bottom, left, right] = extent(&ribbon.shape, ribbon.width);
            prop_assert!(inside(top, bottom, left, right), "{ribbon:?}");
        }
        for frame in picture.bars.iter().chain(picture.labels.iter().map(|label| &label.frame)) {
            let (bottom, right) = (frame.y + frame.height, frame.x + frame.width);
            prop_assert!(inside(frame.y, bottom, frame.x, right), "{frame:?}");
        }
        // Labels are made without N and without letters after h: no label holds these words.
        let text = figure.svg(&Options { width, ..Options::default() }).expect("a figure");
        prop_assert!(!text.contains("NaN") && !text.contains("inf"));
    }

    #[test]
    fn ribbons_share_one_scale_and_fill_their_nodes(
        figure in any_figure(),
        width in 200.0..1600.0_f64,
    ) {
        let (graph, _, picture) = place(&figure, width);
        let mut scale = None;
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            if ribbon.widened {
                prop_assert_eq!(ribbon.width, THINNEST);
            } else {
                let own = ribbon.width / edge.value;
                let first = *scale.get_or_insert(own);
                prop_assert!((own / first - 1.0).abs() < 1e-9, "{own} and {first}");
            }
        }
        for (node, bar) in picture.bars.iter().enumerate() {
            let ends = || graph.edges.iter().zip(&picture.ribbons);
            let out: f64 = ends().filter(|(e, _)| e.from == node).map(|(_, r)| r.width).sum();
            let into: f64 = ends().filter(|(e, _)| e.to == node).map(|(_, r)| r.width).sum();
            let largest = out.max(into);
            prop_assert!((bar.height - largest.max(4.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn ribbons_dock_side_by_side(figure in any_figure()) {
        let (graph, _, picture) = place(&figure, 960.0);
        let mut docks: BTreeMap<(usize, bool), Vec<(f64, f64)>> = BTreeMap::new();
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            let (start, end) = match &ribbon.shape {
                Shape::Forward(stops) => (stops[0].1, stops[stops.len() - 1].1),
                Shape::Loop { start, end, .. } => (start.1, end.1),
            };
            docks.entry((edge.from, true)).or_default().push((start, ribbon.width));
            docks.entry((edge.to, false)).or_default().push((end, ribbon.width));
        }
        for ((node, _), mut places) in docks {
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            let bar = &picture.bars[node];
            let mut next = bar.y;
            for (y, width) in places {
                prop_assert!((y - next).abs() < 1e-6, "gap or overlap at {node}");
                next = y + width;
            }
            prop_assert!(next <= bar.y + bar.height + 1e-6);
        }
    }

    #[test]
    fn labels_never_overlap(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (_, _, picture) = place(&figure, width);
        let shrunk = |label: &Label| {
            let frame = label.frame;
            Frame { y: frame.y + SLACK, height: frame.height - 2.0 * SLACK, ..frame }
        };
        let shown = || picture.labels.iter().filter(|label| label.frame.width > 0.0);
        for (index, label) in shown().enumerate() {
            for other in shown().skip(index + 1) {
                prop_assert!(!shrunk(label).overlaps(&shrunk(other)), "{label:?} {other:?}");
            }
            for bar in &picture.bars {
                prop_assert!(!shrunk(label).overlaps(bar), "{label:?} on {bar:?}");
            }
        }
    }

    #[test]
    fn nothing_crosses_a_node(figure in any_figure()) {
        let (graph, columns, picture) = place(&figure, 960.0);
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            match &ribbon.shape {
                Shape::Loop { down, channel, up, .. } => {
                    let ends = [edge.to, edge.from].map(|node| graph.nodes[node].column);
                    for (node, bar) in picture.bars.iter().enumerate() {
                        let column = graph.nodes[node].column;
                        if (ends[0]..=ends[1]).contains(&column) {
                            prop_assert!(bar.y + bar.height <= channel - CORNER + SLACK);
                        }
                        // The lanes run in the gaps: no bar of any column is in their way.
                        for lane in [*down, *up] {
                            let left_of = bar.x + bar.width <= lane + SLACK;
                            prop_assert!(left_of || bar.x >= lane + ribbon.width - SLACK);
                        }
                    }
                }
                Shape::Forward(stops) => {
                    for (x, y) in stops.iter().skip(1).take(stops.len() - 2) {
                        let clear = picture.bars.iter().all(|bar| {
                            let beside = *x < bar.x || *x > bar.x + bar.width;
                            beside || y + ribbon.width <= bar.y || *y >= bar.y + bar.height
                        });
                        prop_assert!(clear, "a ribbon runs through a bar");
                    }
                }
            }
        }
        // Every node and every passed column is listed exactly once.
        let listed: usize = columns.items.iter().map(Vec::len).sum();
        prop_assert_eq!(listed, columns.rank.len());
        for node in 0..graph.nodes.len() {
            prop_assert!(columns.items[graph.nodes[node].column].contains(&Item::Node(node)));
        }
    }

    #[test]
    fn loops_keep_clear_of_outer_labels(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (_, _, picture) = place(&figure, width);
        for ribbon in &picture.ribbons {
            let Shape::Loop { start, down, channel, up, end } = ribbon.shape else { continue };
            let lane = |x: f64, y: f64| Frame { x, y, width: ribbon.width, height: channel - y };
            for label in picture.labels.iter().filter(|label| label.place != LabelPlace::Above) {
                for way in [lane(down, start.1), lane(up, end.1)] {
                    prop_assert!(!label.frame.overlaps(&way), "{label:?} {way:?}");
                }
            }
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes(figure in any_figure()) {
        prop_assert_eq!(svg(&figure), svg(&figure.clone()));
    }

    #[test]
    fn values_are_kept(figure in any_figure()) {
        let (graph, _, _) = place(&figure, 960.0);
        let given: f64 = figure.links.iter().map(|link| link.value.abs()).sum();
        let drawn: f64 = graph.edges.iter().map(|edge| edge.value).sum();
        prop_assert!((given - drawn).abs() < 1e-9);
        prop_assert_eq!(graph.edges.len(), figure.links.len());
    }
}
