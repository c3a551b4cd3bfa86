//! Puts the parts together: scale, sizes, horizontal places, labels, shapes of ribbons.
//! Invariants: one scale for all ribbons (thin ones widened to stay visible), all shapes inside the
//! picture, label boxes of different nodes apart. Coordinates are CSS pixels from the top left.

use std::collections::BTreeMap;

use super::graph::Graph;
use super::labels::{self, Label, LabelPlace};
use super::loops::Lanes;
use super::order::{Columns, Item};
use super::stack::{Docks, Room, tops};
use super::{MAX_WIDTH, MIN_WIDTH};
use crate::figure::svg::count;

/// Below this width labels stand above their nodes.
const COMPACT_BELOW: f64 = 600.0;
/// Thinnest ribbon that can be seen and pointed at.
pub(super) const THINNEST: f64 = 2.0;
/// Lowest bar, for nodes without flow.
const LOWEST_BAR: f64 = 4.0;
/// Blank border of the picture.
pub(super) const BORDER: f64 = 10.0;
/// Height of the legend's line.
pub(super) const LEGEND_LINE: f64 = 22.0;

/// Sizes that depend on the width asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metrics {
    pub(super) compact: bool,
    pub(super) label_size: f64,
    pub(super) detail_size: f64,
    pub(super) bar_width: f64,
    pad: f64,
    /// Height that ribbons and bars may share.
    target_height: f64,
    /// Tallest bar, so that a figure of one flow is not a wall.
    tallest_bar: f64,
    smallest_gap: f64,
    pub(super) side_room: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    /// True if the two share area.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// A ribbon's width and way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ribbon {
    pub(super) width: f64,
    /// Drawn wider than to scale.
    pub(super) widened: bool,
    pub(super) shape: Shape,
}

/// Ways of ribbons; all `y` are upper edges.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Through these stops: the start, the middle of each column it passes, the end.
    Forward(Vec<(f64, f64)>),
    /// Right, down, back, up: start, lane down, channel, lane up, end.
    Loop { start: (f64, f64), down: f64, channel: f64, up: f64, end: (f64, f64) },
}

/// A figure with all places known.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) metrics: Metrics,
    /// The nodes' bars.
    pub(super) bars: Vec<Frame>,
    /// The nodes' labels.
    pub(super) labels: Vec<Label>,
    pub(super) ribbons: Vec<Ribbon>,
}

impl Metrics {
    fn of(width: f64) -> Self {
        if width < COMPACT_BELOW {
            Self {
                compact: true,
                label_size: 12.0,
                detail_size: 11.0,
                bar_width: 9.0,
                pad: 10.0,
                target_height: 420.0,
                tallest_bar: 210.0,
                smallest_gap: 26.0,
                side_room: width * 0.31,
            }
        } else {
            Self {
                compact: false,
                label_size: 13.0,
                detail_size: 12.0,
                bar_width: 14.0,
                pad: 14.0,
                target_height: (width * 0.45).clamp(300.0, 620.0),
                tallest_bar: 260.0,
                smallest_gap: 84.0,
                side_room: (width * 0.22).clamp(130.0, 230.0),
            }
        }
    }

    fn line(size: f64) -> f64 {
        size * 1.28
    }

    pub(super) fn label_height(&self, detail: &str) -> f64 {
        let second = if detail.is_empty() { 0.0 } else { Self::line(self.detail_size) };
        Self::line(self.label_size) + second
    }
}

impl Picture {
    /// Places everything.
    pub(super) fn place(graph: &Graph, columns: &Columns, width: f64) -> Self {
        let wanted = if width.is_finite() { width.clamp(MIN_WIDTH, MAX_WIDTH) } else { MAX_WIDTH };
        let metrics = Metrics::of(wanted);
        let places = labels::places(graph, &metrics);
        let scale = scale(graph, columns, &metrics, &places, wanted);
        let widths: Vec<f64> =
            graph.edges.iter().map(|edge| (edge.value * scale).max(THINNEST)).collect();
        let rooms = rooms(graph, columns, &metrics, &places, &widths);
        let docks = Docks::of(graph, columns, &widths);
        let mut tops = tops(graph, columns, &docks, &rooms, metrics.pad);
        let mut lanes = Lanes::assign(graph, columns, &widths);
        let caption = |edge: usize| {
            let thin = widths[edge] < metrics.detail_size + 4.0;
            if thin && !graph.edges[edge].text.is_empty() { metrics.detail_size + 4.0 } else { 0.0 }
        };

        let top = tops.iter().map(|(item, y)| y - rooms[item].above).fold(f64::INFINITY, f64::min);
        let legend = super::draw::legend_lines(graph, wanted);
        let offset = BORDER + count(legend) * LEGEND_LINE - if top.is_finite() { top } else { 0.0 };
        tops.values_mut().for_each(|y| *y += offset);
        let bottoms: Vec<f64> = columns
            .items
            .iter()
            .map(|column| {
                let lowest = |item: &Item| tops[item] + rooms[item].bar + rooms[item].below;
                column.iter().map(lowest).fold(0.0, f64::max)
            })
            .collect();
        let bottom = lanes.dig(graph, columns, &widths, &bottoms, caption);
        let across = Across::of(graph, &metrics, &lanes, &places, wanted);
        let bars = bars(graph, &metrics, &across, &rooms, &tops);
        let labels = labels::set(graph, &metrics, &places, &bars, &lanes, across.total);
        let ribbons = ribbons(graph, &across, &lanes, &docks, &bars, &tops, &widths, scale);
        Self {
            width: across.total,
            height: bottom.max(BORDER) + BORDER,
            metrics,
            bars,
            labels,
            ribbons,
        }
    }
}

/// Pixels per unit such that the fullest column fits the target height, no bar is a wall, and
/// loops do not eat the gaps.
fn scale(
    graph: &Graph,
    columns: &Columns,
    metrics: &Metrics,
    places: &[LabelPlace],
    width: f64,
) -> f64 {
    let no_width = vec![0.0; graph.edges.len()];
    let empty = rooms(graph, columns, metrics, places, &no_width);
    let through = |node: usize| {
        let sum = |leaves: bool| -> f64 {
            let at = |e: &&super::graph::Edge| if leaves { e.from == node } else { e.to == node };
            graph.edges.iter().filter(at).map(|edge| edge.value).sum()
        };
        sum(true).max(sum(false))
    };
    let mut scale = f64::INFINITY;
    for column in &columns.items {
        let value: f64 = column
            .iter()
            .map(|item| match item {
                Item::Node(node) => through(*node),
                Item::Passing(edge, _) => graph.edges[*edge].value,
            })
            .sum();
        let spent: f64 =
            column.iter().map(|item| metrics.pad + empty[item].above + empty[item].below).sum();
        let free = (metrics.target_height - spent).max(metrics.target_height * 0.4);
        if value > 0.0 {
            scale = scale.min(free / value);
        }
    }
    let largest = (0..graph.nodes.len()).map(through).fold(0.0, f64::max);
    let looped: f64 = graph.edges.iter().filter(|e| e.looped).map(|edge| edge.value).sum();
    if largest > 0.0 {
        scale = scale.min(metrics.tallest_bar / largest);
    }
    if looped > 0.0 {
        let share = if metrics.compact { 0.1 } else { 0.14 };
        scale = scale.min(width * share / looped);
    }
    if scale.is_finite() { scale } else { 1.0 }
}

fn rooms(
    graph: &Graph,
    columns: &Columns,
    metrics: &Metrics,
    places: &[LabelPlace],
    widths: &[f64],
) -> BTreeMap<Item, Room> {
    let side = |node: usize, leaves: bool| -> f64 {
        let ends = graph.edges.iter().zip(widths);
        ends.filter(|(e, _)| if leaves { e.from == node } else { e.to == node })
            .map(|(_, width)| width)
            .sum()
    };
    let mut rooms = BTreeMap::new();
    for item in columns.items.iter().flatten() {
        let room = match *item {
            Item::Passing(edge, _) => Room { above: 0.0, bar: widths[edge], below: 0.0 },
            Item::Node(node) => {
                let bar = side(node, true).max(side(node, false)).max(LOWEST_BAR);
                let label = metrics.label_height(&graph.nodes[node].detail);
                if places[node] == LabelPlace::Above {
                    Room { above: label + labels::ABOVE_BAR, bar, below: 2.0 }
                } else {
                    let spare = ((label - bar) / 2.0).max(0.0);
                    Room { above: spare, bar, below: spare }
                }
            }
        };
        rooms.insert(*item, room);
    }
    rooms
}

/// Horizontal places of the columns.
struct Across {
    /// Left edges of the bars of each column.
    columns: Vec<f64>,
    total: f64,
}

impl Across {
    fn of(
        graph: &Graph,
        metrics: &Metrics,
        lanes: &Lanes,
        places: &[LabelPlace],
        wanted: f64,
    ) -> Self {
        let number = graph.column_count();
        let side = |place: LabelPlace| {
            let nodes = graph.nodes.iter().zip(places).filter(|(_, p)| **p == place);
            let widest = nodes.map(|(node, _)| labels::width(node, metrics)).fold(0.0, f64::max);
            if widest > 0.0 { widest.min(metrics.side_room) + 8.0 } else { 0.0 }
        };
        let lane = |of: &[f64], column: usize| of.get(column).copied().unwrap_or(0.0);
        let (left, right) = (side(LabelPlace::Left), side(LabelPlace::Right));
        let mut fixed = 2.0 * BORDER + left + right + count(number) * metrics.bar_width;
        fixed += lanes.left.iter().sum::<f64>() + lanes.right.iter().sum::<f64>();
        let gaps = count(number.saturating_sub(1).max(1));
        let free = ((wanted - fixed) / gaps).max(metrics.smallest_gap);
        let mut columns = Vec::with_capacity(number);
        let mut x = BORDER + left;
        for column in 0..number {
            x += lane(&lanes.left, column);
            columns.push(x);
            x += metrics.bar_width + lane(&lanes.right, column);
            if column + 1 < number {
                x += free;
            }
        }
        Self { columns, total: (x + right + BORDER).max(wanted) }
    }
}

fn bars(
    graph: &Graph,
    metrics: &Metrics,
    across: &Across,
    rooms: &BTreeMap<Item, Room>,
    tops: &BTreeMap<Item, f64>,
) -> Vec<Frame> {
    let bar = |node: usize| {
        let item = Item::Node(node);
        let x = across.columns[graph.nodes[node].column];
        Frame { x, y: tops[&item], width: metrics.bar_width, height: rooms[&item].bar }
    };
    (0..graph.nodes.len()).map(bar).collect()
}

fn ribbons(
    graph: &Graph,
    across: &Across,
    lanes: &Lanes,
    docks: &Docks,
    bars: &[Frame],
    tops: &BTreeMap<Item, f64>,
    widths: &[f64],
    scale: f64,
) -> Vec<Ribbon> {
    let ribbon = |edge: usize| {
        let flow = &graph.edges[edge];
        let (from, to) = (&bars[flow.from], &bars[flow.to]);
        let start = (from.x + from.width, from.y + docks.leaving[edge]);
        let end = (to.x, to.y + docks.entering[edge]);
        let shape = if flow.looped {
            let lane = &lanes.of[edge];
            let (down, up) = (start.0 + lane.right, end.0 - lane.left);
            Shape::Loop { start, down, channel: lane.channel, up, end }
        } else {
            let stop = |item: Item| match item {
                Item::Passing(_, column) => {
                    (across.columns[column] + from.width / 2.0, tops[&item])
                }
                Item::Node(node) if node == flow.from => start,
                Item::Node(_) => end,
            };
            Shape::Forward(Columns::route(graph, edge).into_iter().map(stop).collect())
        };
        Ribbon { width: widths[edge], widened: flow.value * scale < THINNEST, shape }
    };
    (0..graph.edges.len()).map(ribbon).collect()
}
