//! What the graph refuses.

use super::NodeId;

/// Why the graph did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// A node would be made from itself, by way of the nodes listed, each made from the next.
    #[error("a loop: {0:?} is made from itself")]
    Loop(Vec<NodeId>),
    /// A part names a node that is not there.
    #[error("a part names a node that is not in the graph")]
    UnknownNode,
    /// More nodes or edges than numbers.
    #[error("the graph is full: {} nodes or edges", super::COUNT_MAX)]
    Full,
}
