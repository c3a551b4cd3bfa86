//! Labels of the nodes: which side they stand on, and how much of each fits. Invariant: label boxes
//! of different nodes never overlap each other or another node's bar; a number is shown whole or
//! not at all; what is cut keeps its full text in the node's title. Widths are wide estimates.

use super::graph::{Edge, Graph, GraphNode};
use super::loops::Lanes;
use super::place::{BORDER, Frame, Metrics};
use crate::figure::text;

/// Free space around a label that stands between others.
const SPACE: f64 = 3.0;
/// Distance of a label from its bar.
const FROM_BAR: f64 = 6.0;

/// Distance of a label above its bar.
pub(super) const ABOVE_BAR: f64 = 4.0;

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
    lanes: &Lanes,
    total: f64,
) -> Vec<Label> {
    let mut labels = Vec::with_capacity(bars.len());
    // Outer labels first: they know their room; those above share what is left.
    for (((index, node), bar), place) in graph.nodes.iter().enumerate().zip(bars).zip(places) {
        let beside = FROM_BAR + lanes_beside(graph, bars, lanes, index, *place);
        let centre = bar.x + bar.width / 2.0;
        let height = metrics.label_height(&node.detail);
        let middle = bar.y + bar.height / 2.0 - height / 2.0;
        let (room, top) = match place {
            LabelPlace::Above => (f64::INFINITY, bar.y - ABOVE_BAR - height),
            _ => (metrics.side_room, middle),
        };
        let mut label = cut(node, metrics, *place, room);
        if *place == LabelPlace::Above {
            label.frame.width = need(node, metrics);
        }
        let most = total - BORDER / 2.0 - label.frame.width;
        label.frame = Frame {
            x: match place {
                LabelPlace::Left => bar.x - beside - label.frame.width,
                LabelPlace::Right => bar.x + bar.width + beside,
                LabelPlace::Above => (centre - label.frame.width / 2.0).min(most).max(BORDER / 2.0),
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
        let bar = &bars[node];
        let mut label = cut(&graph.nodes[node], metrics, LabelPlace::Above, to - from);
        let centred = bar.x + bar.width / 2.0 - label.frame.width / 2.0;
        let x = centred.min(to - label.frame.width).max(from);
        let y = bar.y - ABOVE_BAR - label.frame.height;
        label.frame = Frame { x, y, ..label.frame };
        labels[node] = label;
    }
    labels
}

/// Room that an outer label leaves to the lanes of loops that dock higher in its column.
fn lanes_beside(
    graph: &Graph,
    bars: &[Frame],
    lanes: &Lanes,
    node: usize,
    place: LabelPlace,
) -> f64 {
    let column = graph.nodes[node].column;
    let passes = |edge: &Edge| {
        let docked = if place == LabelPlace::Right { edge.from } else { edge.to };
        edge.looped && graph.nodes[docked].column == column && bars[docked].y < bars[node].y
    };
    if place == LabelPlace::Above || !graph.edges.iter().any(passes) {
        return 0.0;
    }
    let room = if place == LabelPlace::Right { &lanes.right } else { &lanes.left };
    room.get(column).copied().unwrap_or(0.0)
}

/// Width of the name and of the first amount: what a label should show at least.
fn need(node: &GraphNode, metrics: &Metrics) -> f64 {
    let amount = text::width(text::first_part(&node.detail), metrics.detail_size);
    text::bold_width(&node.label, metrics.label_size).max(amount)
}

/// The free stretch around a bar at the height of the label above it. Two labels above their bars
/// part the way between their bars by what each needs.
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
            let theirs = its.x + its.width / 2.0;
            let border = if theirs < centre {
                parting(theirs, &label.frame, centre, own)
            } else {
                parting(centre, own, theirs, &label.frame)
            };
            stop(border, border);
        } else {
            stop(label.frame.x, label.frame.x + label.frame.width);
        }
    }
    (from, to.max(from))
}

/// Where the labels of two bars meet: what is left over is shared evenly, what lacks in proportion.
fn parting(left: f64, left_label: &Frame, right: f64, right_label: &Frame) -> f64 {
    let wants = (left_label.x + left_label.width - left + SPACE).max(SPACE);
    let other = (right - right_label.x + SPACE).max(SPACE);
    let spare = right - left - wants - other;
    if spare >= 0.0 {
        left + wants + spare / 2.0
    } else {
        left + (right - left) * wants / (wants + other)
    }
}

/// A label cut to its room, at the origin.
fn cut(node: &GraphNode, metrics: &Metrics, place: LabelPlace, room: f64) -> Label {
    let name = text::fit_bold(&node.label, metrics.label_size, room);
    let detail = text::fit_parts(&node.detail, metrics.detail_size, room);
    let width =
        text::bold_width(&name, metrics.label_size).max(text::width(&detail, metrics.detail_size));
    let height = metrics.label_height(&detail);
    Label { place, name, detail, frame: Frame { x: 0.0, y: 0.0, width, height } }
}
