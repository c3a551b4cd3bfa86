//! From the caller's figure to a checked graph: ids resolved, negative flows reversed, feedback
//! found, columns (layers) given. Invariants: indices are made here and always in range; leaving
//! out looped edges, every edge leads to a later column. The same input gives the same columns.

use std::collections::BTreeMap;

use super::{
    Link, LinkStyle, MAX_LINKS, MAX_NODES, MAX_TEXT_CHARACTERS, Node, NodeKind, Sankey,
    SankeyError, Words,
};
use crate::figure::{is_href, is_id};

/// Largest drawable amount: sums of [`MAX_LINKS`] of them stay finite and exact enough.
const MAX_VALUE: f64 = 1e15;

/// A node in its column.
#[derive(Debug, Clone)]
pub(super) struct GraphNode {
    pub(super) label: String,
    pub(super) detail: String,
    pub(super) kind: NodeKind,
    pub(super) href: Option<String>,
    pub(super) column: usize,
}

/// A flow of a positive amount (or zero).
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) value: f64,
    pub(super) text: String,
    pub(super) title: String,
    pub(super) style: LinkStyle,
    pub(super) href: Option<String>,
    /// Drawn as a loop below the nodes, because its end is not in a later column.
    pub(super) looped: bool,
}

/// The figure's nodes and flows, ready for layout.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    pub(super) nodes: Vec<GraphNode>,
    pub(super) edges: Vec<Edge>,
}

impl Graph {
    /// Checks the figure and finds the columns.
    pub(super) fn build(figure: &Sankey, words: &Words) -> Result<Self, SankeyError> {
        check(figure)?;
        let mut index = BTreeMap::new();
        for (position, node) in figure.nodes.iter().enumerate() {
            if index.insert(node.id.as_str(), position).is_some() {
                return Err(SankeyError::DuplicateNode(node.id.clone()));
            }
        }
        let mut graph =
            Self { nodes: figure.nodes.iter().map(graph_node).collect(), edges: vec![] };
        let mut twins = BTreeMap::new();
        for link in &figure.links {
            let (from, to) = (resolve(&index, link, &link.from)?, resolve(&index, link, &link.to)?);
            graph.add_edge(link, from, to, &mut twins, words);
        }
        graph.drop_emptied_originals(figure, &twins);
        graph.assign_columns();
        graph.complete_titles(words);
        Ok(graph)
    }

    /// Number of columns; 0 without nodes.
    pub(super) fn column_count(&self) -> usize {
        self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(0)
    }

    /// Reverses a negative flow. Its ends outside the process get a twin, so that one node does not
    /// take in losses and give out gains at once.
    fn add_edge(
        &mut self,
        link: &Link,
        from: usize,
        to: usize,
        twins: &mut BTreeMap<(usize, bool), usize>,
        words: &Words,
    ) {
        let (from, to) = if link.value < 0.0 {
            (self.twin(to, true, twins, words), self.twin(from, false, twins, words))
        } else {
            (from, to)
        };
        self.edges.push(Edge {
            from,
            to,
            value: link.value.abs(),
            text: link.text.clone(),
            title: link.title.clone(),
            style: link.style,
            href: link.href.clone(),
            looped: false,
        });
    }

    fn twin(
        &mut self,
        original: usize,
        giving: bool,
        twins: &mut BTreeMap<(usize, bool), usize>,
        words: &Words,
    ) -> usize {
        let node = &self.nodes[original];
        if node.kind == NodeKind::Process {
            return original;
        }
        let label = match (node.kind, giving) {
            (NodeKind::Unaccounted, true) => words.gain.to_owned(),
            (NodeKind::Unaccounted, false) => words.loss.to_owned(),
            (_, true) => format!("{}{}", node.label, words.decrease),
            (_, false) => format!("{}{}", node.label, words.increase),
        };
        let twin = GraphNode { label, ..node.clone() };
        *twins.entry((original, giving)).or_insert_with(|| {
            self.nodes.push(twin);
            self.nodes.len() - 1
        })
    }

    /// Removes nodes all of whose flows were reversed; a twin of a node that stays drops the
    /// detail, which speaks of the original.
    fn drop_emptied_originals(&mut self, figure: &Sankey, twins: &BTreeMap<(usize, bool), usize>) {
        let mut used = vec![false; self.nodes.len()];
        for edge in &self.edges {
            used[edge.from] = true;
            used[edge.to] = true;
        }
        let mut kept = vec![true; self.nodes.len()];
        for (&(original, _), &twin) in twins {
            if used[original] {
                self.nodes[twin].detail.clear();
            } else {
                kept[original] = false;
            }
        }
        debug_assert!(figure.nodes.len() <= kept.len(), "twins only add nodes");
        let mut renumbered = Vec::with_capacity(kept.len());
        let mut next = 0;
        for keep in &kept {
            renumbered.push(next);
            next += usize::from(*keep);
        }
        let mut keep = kept.iter();
        self.nodes.retain(|_| keep.next().is_some_and(|keep| *keep));
        for edge in &mut self.edges {
            edge.from = renumbered[edge.from];
            edge.to = renumbered[edge.to];
        }
    }

    fn assign_columns(&mut self) {
        let forward = self.forward_edges();
        let mut columns = longest_paths(self.nodes.len(), &forward);
        let last = columns.iter().copied().max().unwrap_or(0);
        for (node, column) in columns.iter_mut().enumerate() {
            let gives = forward.iter().any(|&(from, _)| from == node);
            // What leaves the site stands together on the right, readable as a list.
            if self.nodes[node].kind == NodeKind::Sink && !gives {
                *column = last;
            }
        }
        pull_sources(&mut columns, &forward);
        for (node, column) in self.nodes.iter_mut().zip(&columns) {
            node.column = *column;
        }
        for edge in &mut self.edges {
            edge.looped = columns[edge.to] <= columns[edge.from];
        }
    }

    /// Edges that decide the columns: without declared returns, and without the lightest edges
    /// whose removal breaks all remaining circles.
    fn forward_edges(&self) -> Vec<(usize, usize)> {
        let candidates: Vec<&Edge> = self
            .edges
            .iter()
            .filter(|edge| edge.style != LinkStyle::Return && edge.from != edge.to)
            .collect();
        let place = feedback_order(self.nodes.len(), &candidates);
        let (ahead, mut back): (Vec<&Edge>, Vec<&Edge>) =
            candidates.into_iter().partition(|edge| place[edge.from] < place[edge.to]);
        let mut forward: Vec<(usize, usize)> = ahead.iter().map(|e| (e.from, e.to)).collect();
        // The order may condemn too many edges: take back the heaviest that close no circle.
        back.sort_by(|a, b| b.value.total_cmp(&a.value));
        for edge in back {
            if !reaches(self.nodes.len(), &forward, edge.to, edge.from) {
                forward.push((edge.from, edge.to));
            }
        }
        forward
    }

    fn complete_titles(&mut self, words: &Words) {
        for edge in &mut self.edges {
            if edge.title.is_empty() {
                let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
                edge.title = format!("{} → {}: {}", from.label, to.label, edge.text);
            }
            if edge.style == LinkStyle::Return && !edge.title.contains(words.returned) {
                edge.title = format!("{} ({})", edge.title, words.returned);
            }
        }
    }
}

/// Order of Eades, Lin and Smyth, weighted: sinks last, sources first, else the node that gives
/// most more than it takes. Edges against this order are few and light.
fn feedback_order(nodes: usize, edges: &[&Edge]) -> Vec<usize> {
    let mut remaining: Vec<usize> = (0..nodes).collect();
    let mut head = Vec::new();
    let mut tail = Vec::new();
    while !remaining.is_empty() {
        let live = |node: usize| remaining.contains(&node);
        let mut sums: BTreeMap<usize, (f64, f64, bool, bool)> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| live(edge.from) && live(edge.to)) {
            let giver = sums.entry(edge.from).or_default();
            giver.0 += edge.value;
            giver.2 = true;
            let taker = sums.entry(edge.to).or_default();
            taker.1 += edge.value;
            taker.3 = true;
        }
        let of = |node: usize| sums.get(&node).copied().unwrap_or_default();
        let chosen = if let Some(&sink) = remaining.iter().find(|&&node| !of(node).2) {
            tail.push(sink);
            sink
        } else if let Some(&source) = remaining.iter().find(|&&node| !of(node).3) {
            head.push(source);
            source
        } else {
            let surplus = |node: usize| of(node).0 - of(node).1;
            let best = remaining
                .iter()
                .copied()
                .reduce(|best, node| if surplus(node) > surplus(best) { node } else { best });
            let best = best.expect("the loop runs while nodes remain");
            head.push(best);
            best
        };
        remaining.retain(|&node| node != chosen);
    }
    head.extend(tail.into_iter().rev());
    let mut place = vec![0; nodes];
    for (position, node) in head.into_iter().enumerate() {
        place[node] = position;
    }
    place
}

fn reaches(nodes: usize, edges: &[(usize, usize)], start: usize, goal: usize) -> bool {
    let mut seen = vec![false; nodes];
    let mut waiting = vec![start];
    while let Some(node) = waiting.pop() {
        if node == goal {
            return true;
        }
        if !std::mem::replace(&mut seen[node], true) {
            waiting.extend(edges.iter().filter(|edge| edge.0 == node).map(|edge| edge.1));
        }
    }
    false
}

/// Longest path to each node of an acyclic graph, in edges.
fn longest_paths(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0; nodes];
    // In an acyclic graph no path is longer than the number of nodes.
    for _ in 0..nodes {
        let mut changed = false;
        for &(from, to) in edges {
            if columns[to] <= columns[from] {
                columns[to] = columns[from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    columns
}

/// Moves nodes without inflow next to the first node they feed, so that ribbons stay short.
fn pull_sources(columns: &mut [usize], edges: &[(usize, usize)]) {
    for node in 0..columns.len() {
        if edges.iter().any(|&(_, to)| to == node) {
            continue;
        }
        let nearest = edges.iter().filter(|edge| edge.0 == node).map(|edge| columns[edge.1]).min();
        if let Some(nearest) = nearest {
            columns[node] = nearest.saturating_sub(1);
        }
    }
}

fn graph_node(node: &Node) -> GraphNode {
    GraphNode {
        label: node.label.clone(),
        detail: node.detail.clone(),
        kind: node.kind,
        href: node.href.clone(),
        column: 0,
    }
}

fn resolve(index: &BTreeMap<&str, usize>, link: &Link, name: &str) -> Result<usize, SankeyError> {
    index.get(name).copied().ok_or_else(|| SankeyError::UnknownNode {
        from: link.from.clone(),
        to: link.to.clone(),
        missing: name.to_owned(),
    })
}

fn check(figure: &Sankey) -> Result<(), SankeyError> {
    if figure.nodes.len() > MAX_NODES {
        return Err(SankeyError::TooManyNodes { found: figure.nodes.len() });
    }
    if figure.links.len() > MAX_LINKS {
        return Err(SankeyError::TooManyLinks { found: figure.links.len() });
    }
    if !is_id(&figure.id) {
        return Err(SankeyError::BadId(figure.id.clone()));
    }
    for link in &figure.links {
        if !link.value.is_finite() || link.value.abs() > MAX_VALUE {
            return Err(SankeyError::NotDrawable {
                from: link.from.clone(),
                to: link.to.clone(),
                value: link.value,
            });
        }
        check_texts(&[&link.text, &link.title])?;
        check_href(link.href.as_deref())?;
    }
    for node in &figure.nodes {
        check_texts(&[&node.label, &node.detail])?;
        check_href(node.href.as_deref())?;
    }
    Ok(())
}

fn check_texts(texts: &[&str]) -> Result<(), SankeyError> {
    for text in texts {
        let found = text.chars().count();
        if found > MAX_TEXT_CHARACTERS {
            let start = text.chars().take(20).collect();
            return Err(SankeyError::TextTooLong { found, start });
        }
    }
    Ok(())
}

fn check_href(href: Option<&str>) -> Result<(), SankeyError> {
    match href {
        Some(href) if !is_href(href) => Err(SankeyError::BadHref(href.to_owned())),
        _ => Ok(()),
    }
}
