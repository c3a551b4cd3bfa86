//! From many flows to a figure that can be read: like flows added up, small nodes put together.
//!
//! Invariant: amounts that cross the nodes shown are all there; only what stays inside a group of
//! small nodes is left out, and that group says how many it holds. The largest stay by themselves.

use std::collections::{BTreeMap, BTreeSet};

use tl_report::figure::Surface;
use tl_report::figure::sankey::{Link, LinkStyle, Node, NodeKind, Options, Sankey, Words};

use super::{Painter, WIDTH, amount};
use crate::cli::words::Language;

/// Of each kind: up to how many nodes all are shown, and how many of the largest when there are
/// more. A picture of a plant is whole; one of a city shows what matters and says what it left out.
const SHOWN: [(NodeKind, usize, usize); 5] = [
    (NodeKind::Source, 24, 12),
    (NodeKind::Process, 30, 12),
    (NodeKind::Store, 16, 6),
    (NodeKind::Sink, 28, 14),
    (NodeKind::Unaccounted, 12, 8),
];
/// Names that a ribbon's title lists; the rest is counted.
const NAMED_MAX: usize = 4;
/// Flows below this share of the largest are rounding, not flows.
const NEGLIGIBLE: f64 = 1e-12;

/// Nodes and flows of any number.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Flows {
    nodes: BTreeMap<String, (usize, String, NodeKind)>,
    links: Vec<Flow>,
    unit: &'static str,
}

#[derive(Debug, Clone)]
struct Flow {
    from: String,
    to: String,
    value: f64,
    style: LinkStyle,
    name: String,
}

/// Flows between the same two nodes, added up.
type Merged = BTreeMap<(String, String, LinkStyle), (f64, Vec<String>)>;

impl Flows {
    pub(in crate::cli) fn new(unit: &'static str) -> Self {
        Self { unit, ..Self::default() }
    }

    /// Declares a node; the first declaration of an id wins.
    pub(in crate::cli) fn node(&mut self, id: &str, label: &str, kind: NodeKind) {
        let place = self.nodes.len();
        self.nodes.entry(id.to_owned()).or_insert_with(|| (place, label.to_owned(), kind));
    }

    /// Adds a flow between declared nodes.
    pub(in crate::cli) fn flow(
        &mut self,
        ends: (&str, &str),
        value: f64,
        style: LinkStyle,
        name: &str,
    ) {
        let (from, to) = (ends.0.to_owned(), ends.1.to_owned());
        self.links.push(Flow { from, to, value, style, name: name.to_owned() });
    }

    /// The figure as SVG.
    pub(in crate::cli) fn svg(
        mut self,
        painter: Painter<'_>,
        title: String,
        description: String,
        unaccounted: Option<&'static str>,
    ) -> Result<String, String> {
        self.fold(painter);
        let merged = self.merged();
        let mut words = match painter.words.0 {
            Language::Zh => Words::CHINESE,
            Language::En => Words::ENGLISH,
        };
        if let Some(word) = unaccounted {
            words.unaccounted = word;
        }
        let sankey = Sankey {
            id: "flows".into(),
            title,
            description,
            nodes: self.figure_nodes(&merged),
            links: merged.into_iter().map(|(key, sum)| self.link(key, sum, painter)).collect(),
        };
        let options = Options { width: WIDTH, surface: Surface::Standalone, words };
        let drawn = sankey.with_returns().and_then(|sankey| sankey.svg(&options));
        drawn.map_err(|error| error.to_string())
    }

    /// What passes a node: the larger of its two sides.
    fn throughput(links: impl Iterator<Item = (String, String, f64)>) -> BTreeMap<String, f64> {
        let mut sides: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for (from, to, value) in links {
            let (from, to) = if value < 0.0 { (to, from) } else { (from, to) };
            sides.entry(from).or_default().1 += value.abs();
            sides.entry(to).or_default().0 += value.abs();
        }
        sides.into_iter().map(|(id, (taken, given))| (id, taken.max(given))).collect()
    }

    /// Puts the smallest nodes of each kind together when there are too many to read.
    fn fold(&mut self, painter: Painter<'_>) {
        let links = self.links.iter().map(|flow| (flow.from.clone(), flow.to.clone(), flow.value));
        let passing = Self::throughput(links);
        let mut replaced: BTreeMap<String, String> = BTreeMap::new();
        for (kind, most, kept) in SHOWN {
            let mut own: Vec<(&String, usize)> = self
                .nodes
                .iter()
                .filter(|(id, node)| node.2 == kind && passing.contains_key(*id))
                .map(|(id, node)| (id, node.0))
                .collect();
            let size = |id: &String| passing.get(id).copied().unwrap_or(0.0);
            own.sort_by(|a, b| size(b.0).total_cmp(&size(a.0)).then(a.1.cmp(&b.1)));
            if own.len() <= most {
                continue;
            }
            let rest = &own[kept..];
            let id = format!("rest:{kind:?}");
            let label = match painter.words.0 {
                Language::Zh => format!("其余 {} 个", rest.len()),
                Language::En => format!("{} others", rest.len()),
            };
            replaced.extend(rest.iter().map(|(small, _)| ((*small).clone(), id.clone())));
            self.node(&id, &label, kind);
        }
        for flow in &mut self.links {
            for end in [&mut flow.from, &mut flow.to] {
                if let Some(rest) = replaced.get(end) {
                    *end = rest.clone();
                }
            }
        }
        self.links.retain(|flow| !(flow.from == flow.to && flow.from.starts_with("rest:")));
    }

    fn merged(&self) -> Merged {
        let mut merged = Merged::new();
        for flow in &self.links {
            let key = (flow.from.clone(), flow.to.clone(), flow.style);
            let sum = merged.entry(key).or_default();
            sum.0 += flow.value;
            sum.1.push(flow.name.clone());
        }
        let largest = merged.values().map(|(value, _)| value.abs()).fold(0.0, f64::max);
        merged.retain(|_, (value, _)| value.abs() > NEGLIGIBLE * largest);
        merged
    }

    fn figure_nodes(&self, merged: &Merged) -> Vec<Node> {
        let links =
            merged.iter().map(|((from, to, _), (value, _))| (from.clone(), to.clone(), *value));
        let passing = Self::throughput(links);
        let used: BTreeSet<&String> = merged.keys().flat_map(|(from, to, _)| [from, to]).collect();
        let mut shown: Vec<(&String, &(usize, String, NodeKind))> =
            self.nodes.iter().filter(|(id, _)| used.contains(id)).collect();
        shown.sort_by_key(|(_, node)| node.0);
        let node = |(id, (_, label, kind)): (&String, &(usize, String, NodeKind))| Node {
            id: id.clone(),
            label: cut(label),
            detail: format!("{} {}", amount(passing.get(id).copied().unwrap_or(0.0)), self.unit),
            kind: *kind,
            href: None,
        };
        shown.into_iter().map(node).collect()
    }

    fn link(
        &self,
        (from, to, style): (String, String, LinkStyle),
        (value, mut names): (f64, Vec<String>),
        painter: Painter<'_>,
    ) -> Link {
        let text = format!("{} {}", amount(value.abs()), self.unit);
        let label = |id: &String| self.nodes.get(id).map_or("", |node| node.1.as_str());
        names.dedup();
        let more = names.len().saturating_sub(NAMED_MAX);
        names.truncate(NAMED_MAX);
        let more = match (more, painter.words.0) {
            (0, _) => String::new(),
            (more, Language::Zh) => format!(" 等另 {more} 股"),
            (more, Language::En) => format!(" and {more} more"),
        };
        let (start, end) = if value < 0.0 { (&to, &from) } else { (&from, &to) };
        let names = names.join(", ");
        let title = format!("{} → {}: {text} ({names}{more})", label(start), label(end));
        Link { from, to, value, text, title: cut(&title), style, href: None }
    }
}

/// The figure refuses longer texts; names of a file may be of any length.
fn cut(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}
