//! What a balance is asked for, and which nodes lie inside.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Records;
use crate::event::{Master, NodeKind};
use crate::ids::{Analyte, NodeId, SiteId};
use crate::project::End;
use crate::time::MicrosSpan;

/// Where the fence of a balance runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "scope", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// All nodes of the party; what is in transit belongs to it until received.
    Enterprise,
    /// All nodes of a site.
    Site(SiteId),
    /// One node.
    Node(NodeId),
}

/// A question to the books.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// Where the fence runs.
    pub scope: Scope,
    /// When: half-open.
    pub span: MicrosSpan,
    /// Which substance; a setting, nothing here knows thallium.
    pub substance: Analyte,
}

/// The nodes inside a scope; outlets are none.
#[must_use]
pub fn nodes(records: &Records, scope: &Scope) -> BTreeSet<NodeId> {
    Boundary::of(records, scope).nodes
}

/// Nodes inside a boundary.
pub(super) struct Boundary {
    nodes: BTreeSet<NodeId>,
    /// Whether shipped goods stay inside until received.
    pub(super) transit: bool,
}

impl Boundary {
    pub(super) fn of(records: &Records, scope: &Scope) -> Self {
        let declared = records.masters.iter().filter_map(|master| match master {
            Master::Node(node) if node.kind != NodeKind::Outlet => Some(node),
            _ => None,
        });
        let mut nodes: BTreeSet<NodeId> = match scope {
            Scope::Enterprise => declared.map(|node| node.id.clone()).collect(),
            Scope::Site(site) => {
                declared.filter(|node| node.site == *site).map(|node| node.id.clone()).collect()
            }
            Scope::Node(node) => BTreeSet::from([node.clone()]),
        };
        if *scope == Scope::Enterprise {
            // Nodes that entries name and no master declares belong to the party all the same.
            let named = records.flows.iter().flat_map(|flow| [&flow.from, &flow.to]);
            nodes.extend(named.filter_map(End::node).cloned());
        }
        Self { nodes, transit: *scope == Scope::Enterprise }
    }

    pub(super) fn holds(&self, end: &End) -> bool {
        end.node().is_some_and(|node| self.nodes.contains(node))
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.nodes.iter()
    }
}
