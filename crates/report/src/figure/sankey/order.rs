//! Order of nodes within their columns, by barycentre sweeps over a layered graph in which long
//! edges hold a place in every column they pass, so that ribbons run between nodes, never through.
//! Invariant: ties keep the caller's order, so equal input gives equal order. No coordinates here.

use std::collections::BTreeMap;

use super::NodeKind;
use super::graph::Graph;
use crate::figure::svg::count;

/// Sweeps over all columns; more change nothing on figures of readable size.
const SWEEPS: usize = 16;
/// Up to this many ribbon pieces neighbours are also swapped one by one while that helps.
const MAX_PIECES_SWAPPED: usize = 220;
/// What an item below a loop's node costs, as a share of the loop's amount.
const LOOP_COST: f64 = 0.2;
/// Passes of such swaps.
const SWAP_PASSES: usize = 4;
/// Above this many ribbon pieces the number of crossings is no longer counted, sweeps are fewer.
const MAX_PIECES_COUNTED: usize = 2_000;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A node, by its index.
    Node(usize),
    /// An edge (by its index) on its way through the column (second).
    Passing(usize, usize),
}

/// A piece of an edge between neighbouring columns.
#[derive(Debug, Clone, Copy)]
struct Piece {
    left: Item,
    right: Item,
    weight: f64,
}

/// The columns of a figure, left to right, each top to bottom.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) items: Vec<Vec<Item>>,
    /// Position of each item within its column.
    pub(super) rank: BTreeMap<Item, usize>,
    /// The same from 0 to 1, to compare columns of different length.
    share: BTreeMap<Item, f64>,
}

impl Columns {
    /// Arranges a graph's nodes with few crossings.
    pub(super) fn arrange(graph: &Graph) -> Self {
        let items = initial(graph);
        let mut columns = Self { items, rank: BTreeMap::new(), share: BTreeMap::new() };
        let gaps = pieces(graph);
        columns.renumber();
        let total: usize = gaps.iter().map(Vec::len).sum();
        if total > MAX_PIECES_COUNTED {
            columns.sweep(&gaps, true);
            return columns;
        }
        let mut best = columns.clone();
        let mut fewest = columns.cost(graph, &gaps);
        for turn in 0..SWEEPS {
            columns.sweep(&gaps, turn % 2 == 0);
            let cost = columns.cost(graph, &gaps);
            if cost < fewest {
                fewest = cost;
                best = columns.clone();
            }
        }
        if total <= MAX_PIECES_SWAPPED {
            best.swap_neighbours(graph, &gaps, fewest);
        }
        best
    }

    /// Swaps neighbours while the cost falls; brings nodes with loops to the lower end.
    fn swap_neighbours(&mut self, graph: &Graph, gaps: &[Vec<Piece>], mut fewest: f64) {
        for _ in 0..SWAP_PASSES {
            let before = fewest;
            for column in 0..self.items.len() {
                for upper in 1..self.items[column].len() {
                    self.items[column].swap(upper - 1, upper);
                    self.renumber();
                    let cost = self.cost(graph, gaps);
                    if cost < fewest {
                        fewest = cost;
                    } else {
                        self.items[column].swap(upper - 1, upper);
                    }
                }
            }
            self.renumber();
            if fewest >= before {
                break;
            }
        }
    }

    /// Crossings of ribbons, and of loops with what stands below the nodes they dock at.
    fn cost(&self, graph: &Graph, gaps: &[Vec<Piece>]) -> f64 {
        let mut below = 0.0;
        for edge in graph.edges.iter().filter(|edge| edge.looped) {
            for node in [edge.from, edge.to] {
                let column = &self.items[graph.nodes[node].column];
                let under = column.len() - 1 - self.rank[&Item::Node(node)];
                below += edge.value * LOOP_COST * count(under);
            }
        }
        self.crossings(gaps) + below
    }

    /// The items that an edge passes, from start to end; looped edges pass none.
    pub(super) fn route(graph: &Graph, edge: usize) -> Vec<Item> {
        let flow = &graph.edges[edge];
        let mut route = vec![Item::Node(flow.from)];
        if !flow.looped {
            let between = graph.nodes[flow.from].column + 1..graph.nodes[flow.to].column;
            route.extend(between.map(|column| Item::Passing(edge, column)));
        }
        route.push(Item::Node(flow.to));
        route
    }

    fn renumber(&mut self) {
        for column in &self.items {
            for (position, item) in column.iter().enumerate() {
                self.rank.insert(*item, position);
                self.share.insert(*item, (count(position) + 0.5) / count(column.len()));
            }
        }
    }

    /// One pass: every column sorted by the mean rank of its neighbours in the column before
    /// (rightwards) or after (leftwards).
    fn sweep(&mut self, gaps: &[Vec<Piece>], rightwards: bool) {
        let last = self.items.len();
        let order: Vec<usize> = if rightwards {
            (1..last).collect()
        } else {
            (0..last.saturating_sub(1)).rev().collect()
        };
        for column in order {
            let gap = if rightwards { &gaps[column - 1] } else { &gaps[column] };
            let mut sums: BTreeMap<Item, (f64, f64)> = BTreeMap::new();
            for piece in gap {
                let (here, there) =
                    if rightwards { (piece.right, piece.left) } else { (piece.left, piece.right) };
                let sum = sums.entry(here).or_default();
                sum.0 += piece.weight * self.share[&there];
                sum.1 += piece.weight;
            }
            let mut keyed: Vec<(f64, Item)> = self.items[column]
                .iter()
                .map(|item| {
                    let mean = sums.get(item).map(|(sum, weight)| sum / weight);
                    (mean.unwrap_or(self.share[item]), *item)
                })
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable: ties keep their order
            self.items[column] = keyed.into_iter().map(|(_, item)| item).collect();
            self.renumber();
        }
    }

    /// Crossings, each weighted by the lighter of the two ribbons.
    fn crossings(&self, gaps: &[Vec<Piece>]) -> f64 {
        let mut sum = 0.0;
        for gap in gaps {
            for (position, a) in gap.iter().enumerate() {
                for b in gap.iter().skip(position + 1) {
                    let left = self.rank[&a.left].cmp(&self.rank[&b.left]);
                    let right = self.rank[&a.right].cmp(&self.rank[&b.right]);
                    if left.is_lt() && right.is_gt() || left.is_gt() && right.is_lt() {
                        sum += a.weight.min(b.weight);
                    }
                }
            }
        }
        sum
    }
}

/// Nodes in the caller's order, what is unaccounted for last, then passing edges.
fn initial(graph: &Graph) -> Vec<Vec<Item>> {
    let mut items = vec![Vec::new(); graph.column_count()];
    let unaccounted = |node: &usize| graph.nodes[*node].kind == NodeKind::Unaccounted;
    let (last, first): (Vec<usize>, Vec<usize>) = (0..graph.nodes.len()).partition(unaccounted);
    for node in first.into_iter().chain(last) {
        items[graph.nodes[node].column].push(Item::Node(node));
    }
    for edge in 0..graph.edges.len() {
        for item in Columns::route(graph, edge) {
            if let Item::Passing(_, column) = item {
                items[column].push(item);
            }
        }
    }
    items
}

/// Pieces of all forward edges by gap; gap `i` lies between columns `i` and `i + 1`.
fn pieces(graph: &Graph) -> Vec<Vec<Piece>> {
    let mut gaps = vec![Vec::new(); graph.column_count()];
    let heaviest = graph.edges.iter().map(|edge| edge.value).fold(0.0, f64::max);
    // A floor keeps light and zero flows from having no say at all.
    let floor = if heaviest > 0.0 { heaviest / 1000.0 } else { 1.0 };
    for (index, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| !edge.looped) {
        let route = Columns::route(graph, index);
        let first = graph.nodes[edge.from].column;
        for (step, pair) in route.windows(2).enumerate() {
            if let [left, right] = pair {
                let weight = edge.value.max(floor);
                gaps[first + step].push(Piece { left: *left, right: *right, weight });
            }
        }
    }
    gaps
}
