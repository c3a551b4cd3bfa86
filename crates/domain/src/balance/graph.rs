//! What flows where, for the picture: the terms as links between nodes, summing to the table.
//!
//! Each inner node shows its own difference, so that one sees where the substance goes missing;
//! the differences of the nodes add up to the balance's.

use std::collections::BTreeMap;

use serde::Serialize;

use super::boundary::Scope;
use super::{Role, Term};
use crate::ids::{EntryId, MaterialId, NodeId, PartyId, StreamId};
use crate::quantity::SubstanceMass;

/// What stands at the end of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum GraphNode {
    /// What comes in by a stream or as a material, from a partner when known.
    Source {
        /// Stream, when declared.
        stream: Option<StreamId>,
        /// Material.
        material: Option<MaterialId>,
        /// Partner.
        partner: Option<PartyId>,
    },
    /// 期初库存.
    Opening,
    /// A node inside the boundary.
    Inner {
        /// The node.
        id: NodeId,
    },
    /// What goes out.
    Sink {
        /// Stream, when declared.
        stream: Option<StreamId>,
        /// Material.
        material: Option<MaterialId>,
        /// Whether it is a discharge.
        discharge: bool,
    },
    /// 在途.
    Transit,
    /// 期末库存.
    Closing,
    /// 平衡差, loss.
    Loss,
    /// 平衡差, gain: more found than the books have.
    Gain,
}

/// What a node of the picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// Where substance begins.
    Source,
    /// Where it passes.
    Process,
    /// Stock.
    Stock,
    /// Where it ends.
    Sink,
    /// Not accounted for.
    Unaccounted,
}

/// How a link is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStyle {
    /// An ordinary flow.
    Normal,
    /// 返料.
    Returned,
    /// Stock.
    Stock,
    /// 平衡差, hatched.
    Unaccounted,
}

/// One ribbon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphLink {
    /// Where it begins.
    pub from: GraphNode,
    /// Where it ends.
    pub to: GraphNode,
    /// How it is drawn.
    pub style: LinkStyle,
    /// What it carries.
    pub material: Option<MaterialId>,
    /// Substance in grams, above zero.
    pub grams: SubstanceMass,
    /// Entries that it rests on.
    pub evidence: Vec<EntryId>,
}

/// The picture's links in a fixed order.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Graph {
    /// All links.
    pub links: Vec<GraphLink>,
}

impl GraphNode {
    /// What it is.
    #[must_use]
    pub fn role(&self) -> NodeRole {
        match self {
            Self::Source { .. } => NodeRole::Source,
            Self::Inner { .. } => NodeRole::Process,
            Self::Opening | Self::Closing | Self::Transit => NodeRole::Stock,
            Self::Sink { .. } => NodeRole::Sink,
            Self::Loss | Self::Gain => NodeRole::Unaccounted,
        }
    }
}

pub(super) fn graph(terms: &[Term], scope: &Scope) -> Graph {
    let mut links = Vec::new();
    let mut differences: BTreeMap<NodeId, SubstanceMass> = BTreeMap::new();
    for term in terms
        .iter()
        .filter(|term| !(matches!(scope, Scope::Node(_)) && term.role == Role::Internal))
    {
        let mut change = |node: Option<&NodeId>, grams: SubstanceMass| {
            if let Some(node) = node {
                *differences.entry(node.clone()).or_default() += grams;
            }
        };
        match term.role {
            Role::Opening => change(term.from.as_ref().or(term.to.as_ref()), term.substance),
            Role::Closing => change(term.to.as_ref().or(term.from.as_ref()), -term.substance),
            _ => {
                change(term.from.as_ref(), -term.substance);
                change(term.to.as_ref(), term.substance);
            }
        }
        if let Some(link) = link(term) {
            add(&mut links, link);
        }
    }
    for (id, difference) in differences {
        let inner = GraphNode::Inner { id };
        let (from, to) = if difference > SubstanceMass::ZERO {
            (inner, GraphNode::Loss)
        } else {
            (GraphNode::Gain, inner)
        };
        if difference != SubstanceMass::ZERO {
            let grams = SubstanceMass(difference.0.abs());
            let style = LinkStyle::Unaccounted;
            links.push(GraphLink { from, to, style, material: None, grams, evidence: Vec::new() });
        }
    }
    Graph { links }
}

/// Stocks are drawn as one ribbon per node: which material lies there stands in the table.
fn add(links: &mut Vec<GraphLink>, link: GraphLink) {
    let same = |known: &&mut GraphLink| {
        link.style == LinkStyle::Stock
            && (&known.from, &known.to, known.style) == (&link.from, &link.to, link.style)
    };
    match links.iter_mut().find(same) {
        Some(known) => {
            known.grams += link.grams;
            known.evidence.extend(link.evidence);
            if known.material != link.material {
                known.material = None;
            }
        }
        None => links.push(link),
    }
}

fn link(term: &Term) -> Option<GraphLink> {
    let inner = |node: &Option<NodeId>| node.clone().map(|id| GraphNode::Inner { id });
    let (stream, material) = (term.stream.clone(), term.material.clone());
    let (mut from, mut to) = match term.role {
        Role::Input => {
            let partner = term.partner.clone();
            (GraphNode::Source { stream, material, partner }, inner(&term.to)?)
        }
        Role::Internal => (inner(&term.from)?, inner(&term.to)?),
        Role::Output | Role::Discharge => {
            let discharge = term.role == Role::Discharge;
            (inner(&term.from)?, GraphNode::Sink { stream, material, discharge })
        }
        Role::Opening => (GraphNode::Opening, inner(&term.from).or_else(|| inner(&term.to))?),
        Role::Closing if term.transit => (inner(&term.from)?, GraphNode::Transit),
        Role::Closing => (inner(&term.to)?, GraphNode::Closing),
    };
    let style = match term.role {
        Role::Opening | Role::Closing => LinkStyle::Stock,
        _ if term.returned => LinkStyle::Returned,
        _ => LinkStyle::Normal,
    };
    if term.substance == SubstanceMass::ZERO {
        return None;
    }
    if term.substance < SubstanceMass::ZERO {
        // A stock below zero by the books flows the other way.
        std::mem::swap(&mut from, &mut to);
    }
    Some(GraphLink {
        from,
        to,
        style,
        material: term.material.clone(),
        grams: SubstanceMass(term.substance.0.abs()),
        evidence: term.evidence.clone(),
    })
}
