//! Ways of the return loops: a lane down right of the node they leave, a channel below all columns
//! they pass, a lane up left of the node they enter. Invariant: lanes lie in gaps between columns
//! and channels below the lowest item they pass, so a loop crosses no node.

use super::graph::Graph;
use super::order::{Columns, Item};

/// Radius of the inner edge of a loop's corners.
pub(super) const CORNER: f64 = 7.0;
/// Free space between neighbouring lanes and channels.
const SPACE: f64 = 5.0;

/// Places of one loop; channel and lanes are its upper and left edges.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lane {
    /// Distance of the lane down from the right edge of the bar.
    pub(super) right: f64,
    /// Distance of the lane up from the left edge of the bar, to its far edge.
    pub(super) left: f64,
    /// Upper edge of the channel.
    pub(super) channel: f64,
}

/// Lanes of all loops of a figure.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    /// By edge; the default for forward edges.
    pub(super) of: Vec<Lane>,
    /// Room that lanes take right of each column.
    pub(super) right: Vec<f64>,
    /// Room that lanes take left of each column.
    pub(super) left: Vec<f64>,
}

impl Lanes {
    /// Gives every loop its lanes; those of lower nodes and shorter loops lie inside.
    pub(super) fn assign(graph: &Graph, columns: &Columns, widths: &[f64]) -> Self {
        let count = graph.column_count();
        let mut lanes = Self {
            of: vec![Lane::default(); graph.edges.len()],
            right: vec![0.0; count],
            left: vec![0.0; count],
        };
        let order = inside_out(graph, columns);
        for column in 0..count {
            let (mut right, mut left) = (CORNER + 2.0, CORNER + 2.0);
            let mut leaving: Vec<usize> = order.clone();
            leaving.retain(|edge| graph.nodes[graph.edges[*edge].from].column == column);
            leaving.sort_by_key(|edge| std::cmp::Reverse(rank(columns, graph.edges[*edge].from)));
            for edge in leaving {
                lanes.of[edge].right = right;
                right += widths[edge] + SPACE;
                lanes.right[column] = right;
            }
            let mut entering: Vec<usize> = order.clone();
            entering.retain(|edge| graph.nodes[graph.edges[*edge].to].column == column);
            entering.sort_by_key(|edge| std::cmp::Reverse(rank(columns, graph.edges[*edge].to)));
            for edge in entering {
                left += widths[edge];
                lanes.of[edge].left = left;
                left += SPACE;
                lanes.left[column] = left;
            }
        }
        lanes
    }

    /// Digs the channels below `bottoms` (lowest point of each column) and returns the lowest edge.
    /// `caption` is the room for a text below a ribbon that is too thin to hold it.
    pub(super) fn dig(
        &mut self,
        graph: &Graph,
        columns: &Columns,
        widths: &[f64],
        bottoms: &[f64],
        caption: impl Fn(usize) -> f64,
    ) -> f64 {
        let mut floors = bottoms.to_vec();
        for edge in inside_out(graph, columns) {
            let flow = &graph.edges[edge];
            let (first, last) = (graph.nodes[flow.to].column, graph.nodes[flow.from].column);
            let passed = floors.get_mut(first..=last).unwrap_or_default();
            let deepest = passed.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let channel = deepest + CORNER + SPACE;
            self.of[edge].channel = channel;
            passed.fill(channel + widths[edge] + caption(edge));
        }
        floors.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Looped edges: short before long, those of lower nodes first, then the caller's order.
fn inside_out(graph: &Graph, columns: &Columns) -> Vec<usize> {
    let mut loops: Vec<usize> =
        (0..graph.edges.len()).filter(|edge| graph.edges[*edge].looped).collect();
    loops.sort_by_key(|edge| {
        let flow = &graph.edges[*edge];
        let span = graph.nodes[flow.from].column - graph.nodes[flow.to].column;
        (span, std::cmp::Reverse(rank(columns, flow.from)), *edge)
    });
    loops
}

fn rank(columns: &Columns, node: usize) -> usize {
    columns.rank[&Item::Node(node)]
}
