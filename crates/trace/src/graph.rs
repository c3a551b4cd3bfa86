//! The event graph: who was made from what, and which fraction went along.
//!
//! A node is a portion of material at rest: a batch, a version of a well-mixed store, a layer of a
//! pile. An edge says which fraction of the parent's substance, and of its mass, became part of
//! the child; what no child took rests in the node (or was lost there). Nodes and edges lie in
//! arenas under dense numbers and only grow; an order of all nodes, parents first, is kept up with
//! them, also when an entry arrives late, and a loop is refused by name. Nothing here holds the
//! origins of a node: queries walk the graph, so a corrected fraction or amount is seen by
//! everything downstream at once. It knows no names, masses in tonnes or stores (see `book`).

pub use self::errors::GraphError;
pub use self::query::{Measure, Scratch, Spent};

mod errors;
mod order;
mod query;
mod settle;
mod walk;

#[cfg(test)]
mod tests;

/// A node's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// An origin's number, in the order in which origins came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub(crate) u32);

impl NodeId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl OriginId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One thing that a node is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<S> {
    /// The parent.
    pub from: NodeId,
    /// The fraction of the parent's substance that went along.
    pub substance: S,
    /// The fraction of the parent's mass that went along.
    pub mass: S,
}

/// What an origin brought into the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount<S> {
    /// Substance (kg in cases, g in the product); may be negative only for an unaccounted term.
    pub substance: S,
    /// Mass in tonnes.
    pub mass: S,
}

/// What rests in a node as a fraction of what it ever held.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest<S> {
    /// Of its substance.
    pub substance: S,
    /// Of its mass.
    pub mass: S,
}

/// No number: the end of a list.
const NONE: u32 = u32::MAX;
/// Nodes, and edges, that a graph can hold.
pub const COUNT_MAX: usize = (u32::MAX - 1) as usize;

#[derive(Clone, Copy, Debug)]
struct Node {
    first_part: u32,
    parts: u32,
    first_child: u32,
    origin: u32,
    rank: u32,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    /// `NONE` once a correction has replaced the edge.
    child: u32,
    /// The next edge of the same parent.
    next: u32,
}

#[derive(Clone, Debug)]
struct Origin<S> {
    node: u32,
    amount: Amount<S>,
}

/// The event graph over one kind of number.
#[derive(Clone, Debug)]
pub struct Graph<S> {
    nodes: Vec<Node>,
    /// Node numbers, parents before children.
    order: Vec<u32>,
    /// Of substance and mass, as [`Measure`] counts them.
    rest: Vec<[S; 2]>,
    /// The parent of each edge; apart from the links, because walks backward read nothing else.
    edge_parent: Vec<u32>,
    edge_link: Vec<Link>,
    /// Of substance and mass, side by side: one walk carries both.
    edge_fraction: Vec<[S; 2]>,
    origins: Vec<Origin<S>>,
}

/// How far a graph had grown; see [`Graph::cut`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    nodes: usize,
    edges: usize,
    origins: usize,
}

impl<S> Default for Graph<S> {
    fn default() -> Self {
        Self::with_capacity(0, 0)
    }
}

impl<S> Graph<S> {
    /// An empty graph with room.
    pub fn with_capacity(nodes: usize, edges: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(nodes),
            order: Vec::with_capacity(nodes),
            rest: Vec::with_capacity(nodes),
            edge_parent: Vec::with_capacity(edges),
            edge_link: Vec::with_capacity(edges),
            edge_fraction: Vec::with_capacity(edges),
            origins: Vec::new(),
        }
    }

    /// How many nodes.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges, replaced ones included.
    pub fn edge_count(&self) -> usize {
        self.edge_parent.len()
    }

    /// How many origins.
    pub fn origin_count(&self) -> usize {
        self.origins.len()
    }

    /// Bytes that the arenas take.
    pub fn bytes(&self) -> usize {
        let node = size_of::<Node>() + size_of::<u32>() + 2 * size_of::<S>();
        let edge = size_of::<Link>() + size_of::<u32>() + 2 * size_of::<S>();
        self.nodes.capacity() * node
            + self.edge_parent.capacity() * edge
            + self.origins.capacity() * size_of::<Origin<S>>()
    }

    /// The node that an origin entered at.
    pub fn node_of(&self, origin: OriginId) -> NodeId {
        NodeId(self.origins[origin.index()].node)
    }

    /// What an origin brought.
    pub fn amount(&self, origin: OriginId) -> &Amount<S> {
        &self.origins[origin.index()].amount
    }

    /// The origin that entered at a node.
    pub fn origin_at(&self, node: NodeId) -> Option<OriginId> {
        let origin = self.nodes[node.index()].origin;
        (origin != NONE).then_some(OriginId(origin))
    }

    /// What rests in a node.
    pub fn rest(&self, node: NodeId) -> Rest<&S> {
        let [substance, mass] = &self.rest[node.index()];
        Rest { substance, mass }
    }

    /// Says what rests in a node, once more or less of it has been taken.
    pub fn set_rest(&mut self, node: NodeId, rest: Rest<S>) {
        self.rest[node.index()] = [rest.substance, rest.mass];
    }

    /// The parents of a node: number, fraction of substance, fraction of mass.
    pub fn parts(&self, node: NodeId) -> impl Iterator<Item = (NodeId, &S, &S)> {
        self.part_range(node.index()).map(|edge| {
            let [substance, mass] = &self.edge_fraction[edge];
            (NodeId(self.edge_parent[edge]), substance, mass)
        })
    }

    /// The children of a node.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let mut edge = self.nodes[node.index()].first_child;
        std::iter::from_fn(move || {
            while edge != NONE {
                let at = self.edge_link[edge as usize];
                edge = at.next;
                if at.child != NONE {
                    return Some(NodeId(at.child));
                }
            }
            None
        })
    }

    fn part_range(&self, node: usize) -> std::ops::Range<usize> {
        let node = &self.nodes[node];
        let first = node.first_part as usize;
        first..first + node.parts as usize
    }

    /// Appends a node; all of it rests there until [`Graph::set_rest`] says otherwise.
    pub fn append(
        &mut self,
        origin: Option<Amount<S>>,
        parts: &[Part<S>],
        rest: Rest<S>,
    ) -> Result<NodeId, GraphError>
    where
        S: Clone,
    {
        let full =
            self.nodes.len() >= COUNT_MAX || self.edge_parent.len() + parts.len() > COUNT_MAX;
        if full {
            return Err(GraphError::Full);
        }
        if parts.iter().any(|part| part.from.index() >= self.nodes.len()) {
            return Err(GraphError::UnknownNode);
        }
        self.make_room(parts.len());
        let number = dense(self.nodes.len());
        let mut node = Node {
            first_part: dense(self.edge_parent.len()),
            parts: dense(parts.len()),
            first_child: NONE,
            origin: NONE,
            rank: number,
        };
        if let Some(amount) = origin {
            node.origin = dense(self.origins.len());
            self.origins.push(Origin { node: number, amount });
        }
        self.nodes.push(node);
        self.order.push(number);
        self.rest.push([rest.substance, rest.mass]);
        self.push_edges(number, parts);
        Ok(NodeId(number))
    }

    /// Grows by an eighth instead of doubling: these arenas are most of a server's memory.
    fn make_room(&mut self, parts: usize) {
        room(&mut self.nodes, 1);
        room(&mut self.order, 1);
        room(&mut self.rest, 1);
        room(&mut self.edge_parent, parts);
        room(&mut self.edge_link, parts);
        room(&mut self.edge_fraction, parts);
    }

    fn push_edges(&mut self, child: u32, parts: &[Part<S>])
    where
        S: Clone,
    {
        for part in parts {
            let parent = &mut self.nodes[part.from.index()];
            let next = std::mem::replace(&mut parent.first_child, dense(self.edge_parent.len()));
            self.edge_parent.push(part.from.0);
            self.edge_link.push(Link { child, next });
            self.edge_fraction.push([part.substance.clone(), part.mass.clone()]);
        }
    }

    /// Replaces what a node is made from: a corrected or late entry. The order of the nodes is
    /// mended; a loop is refused with the nodes on it and changes nothing.
    pub fn replace_parts(&mut self, node: NodeId, parts: &[Part<S>]) -> Result<(), GraphError>
    where
        S: Clone,
    {
        let known = |id: NodeId| id.index() < self.nodes.len();
        if !known(node) || !parts.iter().all(|part| known(part.from)) {
            return Err(GraphError::UnknownNode);
        }
        if self.edge_parent.len() + parts.len() > COUNT_MAX {
            return Err(GraphError::Full);
        }
        let before: Vec<u32> = self.part_range(node.index()).map(|edge| self.child(edge)).collect();
        let range = self.part_range(node.index());
        self.edge_link[range.clone()].iter_mut().for_each(|edge| edge.child = NONE);
        for part in parts {
            if let Err(refused) = self.admit(part.from, node) {
                for (edge, child) in range.zip(before) {
                    self.edge_link[edge].child = child;
                }
                return Err(refused);
            }
        }
        let first = dense(self.edge_parent.len());
        self.push_edges(node.0, parts);
        let entry = &mut self.nodes[node.index()];
        entry.first_part = first;
        entry.parts = dense(parts.len());
        Ok(())
    }

    fn child(&self, edge: usize) -> u32 {
        self.edge_link[edge].child
    }

    /// Replaces what an origin brought.
    pub fn replace_amount(&mut self, origin: OriginId, amount: Amount<S>) {
        self.origins[origin.index()].amount = amount;
    }

    /// Makes an origin of a node that was none.
    pub fn add_origin(&mut self, node: NodeId, amount: Amount<S>) -> OriginId {
        if let Some(origin) = self.origin_at(node) {
            self.replace_amount(origin, amount);
            return origin;
        }
        let number = dense(self.origins.len());
        self.origins.push(Origin { node: node.0, amount });
        self.nodes[node.index()].origin = number;
        OriginId(number)
    }

    /// Where the graph is now.
    pub fn mark(&self) -> Mark {
        Mark { nodes: self.nodes.len(), edges: self.edge_parent.len(), origins: self.origins.len() }
    }

    /// Forgets everything appended since a mark. Only for graphs that were never reordered: their
    /// newest nodes are the last of the order.
    pub(crate) fn cut(&mut self, mark: Mark) {
        for edge in (mark.edges..self.edge_parent.len()).rev() {
            let parent = self.edge_parent[edge] as usize;
            self.nodes[parent].first_child = self.edge_link[edge].next;
        }
        debug_assert!(self.order[mark.nodes..].iter().all(|node| *node as usize >= mark.nodes));
        self.nodes.truncate(mark.nodes);
        self.order.truncate(mark.nodes);
        self.rest.truncate(mark.nodes);
        self.edge_parent.truncate(mark.edges);
        self.edge_link.truncate(mark.edges);
        self.edge_fraction.truncate(mark.edges);
        self.origins.truncate(mark.origins);
    }
}

/// Makes room for `more` elements, and for an eighth beyond what is there.
pub(crate) fn room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8));
    }
}

/// A count as a dense number; appends check the bound first.
fn dense(count: usize) -> u32 {
    u32::try_from(count).expect("appends refuse beyond COUNT_MAX")
}
