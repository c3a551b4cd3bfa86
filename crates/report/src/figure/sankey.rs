//! A Sankey figure of flows between nodes, as SVG. Return loops are drawn as loops: they leave on
//! the right, run below the nodes and come back on the left. Invariants: ribbons of one figure
//! share one scale, a node is as high as its larger side, equal input gives equal bytes.
//! Does not compute flows and does not balance: what does not add up is given as its own link.

mod draw;
mod graph;
mod labels;
mod loops;
mod order;
mod place;
mod ribbon;
mod stack;
#[cfg(test)]
mod tests;

use thiserror::Error;

use super::Surface;

/// Most nodes in one figure; more are unreadable and should be grouped by the caller.
pub const MAX_NODES: usize = 150;
/// Most links in one figure.
pub const MAX_LINKS: usize = 600;
/// Longest accepted text of a label, detail, or title, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 400;
/// Narrowest figure, in CSS pixels; smaller requests get this.
pub const MIN_WIDTH: f64 = 300.0;
/// Widest figure, in CSS pixels; larger requests get this.
pub const MAX_WIDTH: f64 = 4000.0;

/// A figure to draw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sankey {
    /// Prefix of element ids, unique on the page: ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// Accessible name, such as `铊流向图 2026-10`.
    pub title: String,
    /// One or two sentences that say the main numbers in words.
    pub description: String,
    /// Nodes in the order of preference, top to bottom.
    pub nodes: Vec<Node>,
    /// Flows between nodes.
    pub links: Vec<Link>,
}

/// A place that material comes from, goes through, or goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Name used by links; unique in the figure.
    pub id: String,
    /// Text on the figure.
    pub label: String,
    /// Second, smaller line such as `1,840 kg · 87.4 %`; may be empty.
    pub detail: String,
    /// What it is; gives its look.
    pub kind: NodeKind,
    /// Where a click leads: a path (`/…`), a fragment (`#…`), or an `https://` address.
    pub href: Option<String>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// Material enters the boundary here.
    Source,
    /// Material is changed here.
    Process,
    /// Stock, or its change.
    Store,
    /// Material leaves the boundary here: product, waste, discharge.
    Sink,
    /// What is not accounted for (平衡差).
    Unaccounted,
}

/// A flow from one node to another (or to itself).
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Id of the node it leaves.
    pub from: String,
    /// Id of the node it enters.
    pub to: String,
    /// Amount for drawing, any unit, the same for all links. A negative amount is drawn the other
    /// way round: an apparent gain enters from a node 来源不明, a stock decrease from the stock.
    pub value: f64,
    /// Text on the ribbon, such as `245.5 kg`.
    pub text: String,
    /// Text shown on hover and read aloud; made of the labels and `text` when empty.
    pub title: String,
    /// What it is; gives its look.
    pub style: LinkStyle,
    /// Where a click leads, as for nodes.
    pub href: Option<String>,
}

/// What a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkStyle {
    /// Material on its way.
    Normal,
    /// Material on its way back (返料), drawn with a dashed outline.
    Return,
    /// Not accounted for, hatched.
    Unaccounted,
    /// Into or out of stock.
    StockChange,
}

/// How to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Width that the figure is designed for, in CSS pixels: 960 for a desk, 360 for a phone.
    /// Below 600 all labels stand above their nodes and columns move together.
    pub width: f64,
    /// Where it will be shown.
    pub surface: Surface,
    /// Words that the figure itself adds.
    pub words: Words,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 960.0, surface: Surface::Page, words: Words::CHINESE }
    }
}

/// Words that the figure itself adds to the caller's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Shown when there is no link to draw.
    pub empty: &'static str,
    /// Label of the node that an apparent gain comes from.
    pub gain: &'static str,
    /// Label of the node that a reversed gain (a loss) goes to.
    pub loss: &'static str,
    /// Added to the label of a node whose flow is reversed and now leaves it.
    pub decrease: &'static str,
    /// Added to the label of a node whose flow is reversed and now enters it.
    pub increase: &'static str,
    /// Added to the title of a ribbon that would be too thin to see at scale.
    pub widened: &'static str,
    /// Legend: [`LinkStyle::Normal`].
    pub normal: &'static str,
    /// Legend: [`LinkStyle::Return`].
    pub returned: &'static str,
    /// Legend: [`LinkStyle::Unaccounted`].
    pub unaccounted: &'static str,
    /// Legend: [`LinkStyle::StockChange`].
    pub stock_change: &'static str,
}

impl Words {
    /// The words in Chinese.
    pub const CHINESE: Self = Self {
        empty: "本期没有可画的流向",
        gain: "来源不明(平衡差)",
        loss: "平衡差",
        decrease: "(减少)",
        increase: "(增加)",
        widened: "(线宽已放大以便看清)",
        normal: "物流",
        returned: "返料",
        unaccounted: "平衡差",
        stock_change: "库存变化",
    };

    /// The words in English.
    pub const ENGLISH: Self = Self {
        empty: "No flows to draw in this period",
        gain: "Unknown origin (imbalance)",
        loss: "Imbalance",
        decrease: " (decrease)",
        increase: " (increase)",
        widened: " (drawn wider than to scale)",
        normal: "Flow",
        returned: "Return",
        unaccounted: "Imbalance",
        stock_change: "Stock change",
    };
}

/// Why a figure cannot be drawn.
#[derive(Debug, Error, PartialEq)]
pub enum SankeyError {
    /// A link names a node that is not in the figure.
    #[error("link {from} → {to}: there is no node {missing}")]
    UnknownNode {
        /// The link's start.
        from: String,
        /// The link's end.
        to: String,
        /// The name without a node.
        missing: String,
    },
    /// Two nodes have one id.
    #[error("two nodes have the id {0}")]
    DuplicateNode(String),
    /// A value is infinite or not a number, or so large that sums would be.
    #[error("link {from} → {to}: {value} cannot be drawn")]
    NotDrawable {
        /// The link's start.
        from: String,
        /// The link's end.
        to: String,
        /// The value as given.
        value: f64,
    },
    /// More nodes than can be read.
    #[error("{found} nodes, at most {MAX_NODES}: group them first")]
    TooManyNodes {
        /// Number of nodes given.
        found: usize,
    },
    /// More links than can be read.
    #[error("{found} links, at most {MAX_LINKS}: group them first")]
    TooManyLinks {
        /// Number of links given.
        found: usize,
    },
    /// A text is longer than [`MAX_TEXT_CHARACTERS`].
    #[error("text of {found} characters, at most {MAX_TEXT_CHARACTERS}: {start}…")]
    TextTooLong {
        /// Its length.
        found: usize,
        /// Its beginning.
        start: String,
    },
    /// The figure's id would not be a valid prefix of element ids.
    #[error("figure id {0:?}: use ASCII letters, digits, - and _, beginning with a letter")]
    BadId(String),
    /// A link's target is neither a path, nor a fragment, nor an https address.
    #[error("target {0:?} is neither a path, nor #fragment, nor https://")]
    BadHref(String),
}

impl Sankey {
    /// Gives each ordinary link that the layout has to draw as a loop the style
    /// [`LinkStyle::Return`], for callers who know flows but not which of them lead back.
    pub fn with_returns(mut self) -> Result<Self, SankeyError> {
        let graph = graph::Graph::build(&self, &Words::ENGLISH)?;
        for (link, edge) in self.links.iter_mut().zip(&graph.edges) {
            if edge.looped && link.style == LinkStyle::Normal {
                link.style = LinkStyle::Return;
            }
        }
        Ok(self)
    }

    /// Draws the figure as one `<svg>` element.
    pub fn svg(&self, options: &Options) -> Result<String, SankeyError> {
        let graph = graph::Graph::build(self, &options.words)?;
        let columns = order::Columns::arrange(&graph);
        let picture = place::Picture::place(&graph, &columns, options.width);
        Ok(draw::draw(self, &graph, &picture, options))
    }
}
