//! Vertical places: where ribbons dock at their nodes, and where items stand in their columns so
//! that ribbons run as level as the order allows. Invariants: items of a column keep their order
//! and distance; docked ribbons fill each side of a node without overlap. No horizontal places.

use std::collections::BTreeMap;

use super::graph::Graph;
use super::order::{Columns, Item};

/// Alternating sweeps of the relaxation; later ones move items by fractions of a pixel.
const SWEEPS: usize = 12;

/// Room an item needs: its bar, and what its label adds above and below the bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) above: f64,
    pub(super) bar: f64,
    pub(super) below: f64,
}

/// Where each ribbon docks, as the distance of its upper edge from the top of the bar.
#[derive(Debug, Clone)]
pub(super) struct Docks {
    pub(super) leaving: Vec<f64>,
    pub(super) entering: Vec<f64>,
}

impl Docks {
    /// Forward ribbons in the order of their other ends, loops below them, wide loops outside.
    pub(super) fn of(graph: &Graph, columns: &Columns, widths: &[f64]) -> Self {
        let edges = graph.edges.len();
        let mut docks = Self { leaving: vec![0.0; edges], entering: vec![0.0; edges] };
        for node in 0..graph.nodes.len() {
            let mut out = Vec::new();
            let mut into = Vec::new();
            for (edge, flow) in graph.edges.iter().enumerate() {
                let route = Columns::route(graph, edge);
                let (start, end) = (graph.nodes[flow.from].column, graph.nodes[flow.to].column);
                let span = start.saturating_sub(end);
                let key = |neighbour: Option<&Item>| match neighbour {
                    Some(item) if !flow.looped => (0, columns.rank[item]),
                    _ => (1, usize::MAX - span),
                };
                if flow.from == node {
                    out.push((key(route.get(1)), edge));
                }
                if flow.to == node {
                    into.push((key(route.iter().rev().nth(1)), edge));
                }
            }
            for (list, places) in [(out, &mut docks.leaving), (into, &mut docks.entering)] {
                let mut list = list;
                list.sort_unstable();
                let mut top = 0.0;
                for (_, edge) in list {
                    places[edge] = top;
                    top += widths[edge];
                }
            }
        }
        docks
    }
}

/// Tops of the bars (and of passing ribbons), any origin.
pub(super) fn tops(
    graph: &Graph,
    columns: &Columns,
    docks: &Docks,
    rooms: &BTreeMap<Item, Room>,
    pad: f64,
) -> BTreeMap<Item, f64> {
    let pulls = pulls(graph, docks);
    let mut tops = BTreeMap::new();
    for column in &columns.items {
        let heights: f64 = column.iter().map(|item| height(&rooms[item]) + pad).sum();
        let mut y = -heights / 2.0;
        for item in column {
            tops.insert(*item, y + rooms[item].above);
            y += height(&rooms[item]) + pad;
        }
    }
    let last = columns.items.len();
    for sweep in 0..SWEEPS {
        // The last sweeps listen to both sides, the others push a wave through the figure.
        let both = sweep + 2 >= SWEEPS;
        let rightwards = sweep % 2 == 0;
        for step in 0..last {
            let column = if rightwards { step } else { last - 1 - step };
            settle(&columns.items[column], &mut tops, &pulls, rooms, pad, (rightwards, both));
        }
    }
    tops
}

/// For each item: (neighbour, difference of tops that makes the ribbon level, weight, from left?).
type Pulls = BTreeMap<Item, Vec<(Item, f64, f64, bool)>>;

fn pulls(graph: &Graph, docks: &Docks) -> Pulls {
    let mut pulls = Pulls::new();
    for (edge, flow) in graph.edges.iter().enumerate().filter(|(_, flow)| !flow.looped) {
        let route = Columns::route(graph, edge);
        let steps = route.len().saturating_sub(1);
        for (step, pair) in route.windows(2).enumerate() {
            let [left, right] = pair else { continue };
            let leaves = if step == 0 { docks.leaving[edge] } else { 0.0 };
            let enters = if step + 1 == steps { docks.entering[edge] } else { 0.0 };
            // Long ribbons are kept straight first: a wave in them catches the eye most.
            let passing = pair.iter().filter(|item| matches!(item, Item::Passing(..))).count();
            let firmness = [1.0, 3.0, 12.0].get(passing).copied().unwrap_or(1.0);
            let weight = firmness * flow.value.max(f64::MIN_POSITIVE);
            pulls.entry(*right).or_default().push((*left, leaves - enters, weight, true));
            pulls.entry(*left).or_default().push((*right, enters - leaves, weight, false));
        }
    }
    pulls
}

/// Moves a column's items as near to where their neighbours want them as order and distance allow:
/// least squares under an order constraint, solved exactly by pooling adjacent violators.
fn settle(
    column: &[Item],
    tops: &mut BTreeMap<Item, f64>,
    pulls: &Pulls,
    rooms: &BTreeMap<Item, Room>,
    pad: f64,
    (rightwards, both): (bool, bool),
) {
    // Pools of items that touch: (sum of weight × wish, sum of weight, number of items).
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut shifts = Vec::with_capacity(column.len());
    let mut shift = 0.0;
    let mut previous: Option<&Room> = None;
    for item in column {
        let room = &rooms[item];
        if let Some(before) = previous {
            shift += before.bar + before.below + pad + room.above;
        }
        previous = Some(room);
        shifts.push(shift);
        let mut sum = 0.0;
        let mut weights = 0.0;
        for (other, level, weight, from_left) in pulls.get(item).into_iter().flatten() {
            if both || *from_left == rightwards {
                sum += weight * (tops[other] + level);
                weights += weight;
            }
        }
        let wish = if weights > 0.0 { sum / weights } else { tops[item] };
        let weight = if weights > 0.0 { room.bar.max(1.0) } else { 0.1 };
        pools.push((weight * (wish - shift), weight, 1));
        while let [.., upper, lower] = pools.as_mut_slice() {
            if upper.0 / upper.1 <= lower.0 / lower.1 {
                break;
            }
            *upper = (upper.0 + lower.0, upper.1 + lower.1, upper.2 + lower.2);
            pools.pop();
        }
    }
    let wishes = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.0 / pool.1, pool.2));
    for ((item, wish), shift) in column.iter().zip(wishes).zip(shifts) {
        tops.insert(*item, wish + shift);
    }
}

fn height(room: &Room) -> f64 {
    room.above + room.bar + room.below
}
