//! Labels of the nodes: which side they stand on, and how much of each fits. Invariant: label boxes
//! of different nodes never overlap each other or another node's bar; what is cut keeps its full
//! text in the node's title. Widths are estimates on the wide side.

use super::graph::{Edge, Graph, GraphNode};
use super::place::{BORDER, Frame, Metrics};
use crate::figure::text;

/// Free space around a label that stands between others.
const SPACE: f64 = 3.0;
/// Distance of a label from its bar.
const FROM_BAR: f64 = 6.0;

/// Where a node's label stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelPlace {
    Left,
    Right,
    Above,
}

/// A label as it will be set.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) place: LabelPlace,
    pub(super) name: String,
    pub(super) detail: String,
    /// Both lines together.
    pub(super) frame: Frame,
}

/// Outer columns have their labels outside, if no loop docks there; on narrow figures only the
/// last one. All others stand above their bars.
pub(super) fn places(graph: &Graph, metrics: &Metrics) -> Vec<LabelPlace> {
    let last = graph.column_count().saturating_sub(1);
    let place = |(node, of): (usize, &GraphNode)| {
        let any = |test: fn(&Edge, usize) -> bool| {
            graph.edges.iter().any(|edge| edge.looped && test(edge, node))
        };
        if of.column == last && last > 0 && !any(|edge, node| edge.from == node) {
            return LabelPlace::Right;
        }
        let left = of.column == 0 && last > 0 && !metrics.compact;
        if left && !any(|edge, node| edge.to == node) {
            return LabelPlace::Left;
        }
        LabelPlace::Above
    };
    graph.nodes.iter().enumerate().map(place).collect()
}

/// Estimated width of the wider line.
pub(super) fn width(node: &GraphNode, metrics: &Metrics) -> f64 {
    let name = text::bold_width(&node.label, metrics.label_size);
    name.max(text::width(&node.detail, metrics.detail_size))
}

/// Sets all labels beside or above their bars in a picture of the given width.
pub(super) fn set(
    graph: &Graph,
    metrics: &Metrics,
    places: &[LabelPlace],
    bars: &[Frame],
    total: f64,
) -> Vec<Label> {
    let mut labels = Vec::with_capacity(bars.len());
    // Outer labels first: they know their room; those above share what is left.
    for ((node, bar), place) in graph.nodes.iter().zip(bars).zip(places) {
        let height = metrics.label_height(&node.detail);
        let middle = bar.y + bar.height / 2.0 - height / 2.0;
        let (room, top) = match place {
            LabelPlace::Above => (f64::INFINITY, bar.y - 4.0 - height),
            _ => (metrics.side_room, middle),
        };
        let mut label = cut(node, metrics, *place, room);
        label.frame = Frame {
            x: match place {
                LabelPlace::Left => bar.x - FROM_BAR - label.frame.width,
                LabelPlace::Right => bar.x + bar.width + FROM_BAR,
                LabelPlace::Above => bar.x + bar.width / 2.0 - label.frame.width / 2.0,
            },
            y: top,
            ..label.frame
        };
        labels.push(label);
    }
    let limits: Vec<(f64, f64)> =
        (0..labels.len()).map(|node| limits(node, &labels, bars, total)).collect();
    for (node, (from, to)) in limits.into_iter().enumerate() {
        if places[node] != LabelPlace::Above {
            continue;
        }
        let (y, bar) = (labels[node].frame.y, &bars[node]);
        let mut label = cut(&graph.nodes[node], metrics, LabelPlace::Above, to - from);
        let centred = bar.x + bar.width / 2.0 - label.frame.width / 2.0;
        let x = centred.min(to - label.frame.width).max(from);
        label.frame = Frame { x, y, ..label.frame };
        labels[node] = label;
    }
    labels
}

/// The free stretch around a bar at the height of the label above it. Two labels above their bars
/// part the way between their bars in halves.
fn limits(node: usize, labels: &[Label], bars: &[Frame], total: f64) -> (f64, f64) {
    let (own, bar) = (&labels[node].frame, &bars[node]);
    let centre = bar.x + bar.width / 2.0;
    let (mut from, mut to) = (BORDER / 2.0, total - BORDER / 2.0);
    let level = |other: &Frame| own.y < other.y + other.height && other.y < own.y + own.height;
    let mut stop = |left: f64, right: f64| {
        if right <= centre {
            from = from.max(right + SPACE);
        } else if left >= centre {
            to = to.min(left - SPACE);
        }
    };
    for (other, label) in labels.iter().enumerate().filter(|(other, _)| *other != node) {
        let its = &bars[other];
        if level(its) {
            stop(its.x, its.x + its.width);
        }
        if !level(&label.frame) {
            continue;
        }
        if label.place == LabelPlace::Above {
            let half = (centre + its.x + its.width / 2.0) / 2.0;
            stop(half, half);
        } else {
            stop(label.frame.x, label.frame.x + label.frame.width);
        }
    }
    (from, to.max(from))
}

/// A label cut to its room, at the origin.
fn cut(node: &GraphNode, metrics: &Metrics, place: LabelPlace, room: f64) -> Label {
    let name = text::fit_bold(&node.label, metrics.label_size, room);
    let detail = text::fit(&node.detail, metrics.detail_size, room);
    let width =
        text::bold_width(&name, metrics.label_size).max(text::width(&detail, metrics.detail_size));
    let height = metrics.label_height(&node.detail);
    Label { place, name, detail, frame: Frame { x: 0.0, y: 0.0, width, height } }
}
