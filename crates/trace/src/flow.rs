//! A period's flow sheet with recycles, where batches cannot be told apart.
//!
//! Each node is a pool: its opening stock and all inputs become one, and every output and the
//! closing stock have the composition of that pool. The nodes' compositions hang together through
//! the recycles; they are found by eliminating node after node (Grassmann, Taksar and Heyman
//! 1985), which only adds, multiplies and divides amounts that are not negative: no small origin
//! is lost to a difference, and a node whose content never came from outside shows as a divisor
//! that is exactly nothing. Amounts are balanced exactly before anything is divided.

use std::collections::BTreeMap;

use num_traits::{Signed, Zero};

use self::eliminate::{Elimination, eliminate};
use crate::number::{Ratio, Share};

mod eliminate;

#[cfg(test)]
mod tests;

/// A period's flow sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowSheet {
    /// Balance areas.
    pub nodes: Vec<Node>,
    /// What moved between them, and in and out.
    pub streams: Vec<Stream>,
}

/// A balance area.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Substance at the start of the period; an origin of its own.
    pub opening: Ratio,
}

/// What moved in the period.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its name; of a stream from outside, the origin's.
    pub name: String,
    /// Index of the node it left; none from outside.
    pub from: Option<usize>,
    /// Index of the node it entered; none to the outside.
    pub to: Option<usize>,
    /// Substance.
    pub amount: Ratio,
}

/// Where an amount comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowOrigin {
    /// The opening stock of a node.
    Opening(usize),
    /// A stream from outside.
    Stream(usize),
}

/// Amounts by origin; only those that are there.
pub type Composition<S> = BTreeMap<FlowOrigin, S>;

/// What a flow sheet comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved<S> {
    /// Closing stock by node, exact.
    pub closing: Vec<Ratio>,
    /// What each stream carried, by origin.
    pub streams: Vec<Composition<S>>,
    /// What each node holds at the end, by origin.
    pub stocks: Vec<Composition<S>>,
}

/// Why a flow sheet has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// More left a node than it held and received.
    #[error("{node}: {out} kg went out of {available} kg")]
    Overdraw {
        /// The node.
        node: String,
        /// Kilograms out.
        out: Box<Ratio>,
        /// Opening stock and inputs.
        available: Box<Ratio>,
    },
    /// A recycle that nothing ever entered: its content has no origin.
    #[error("{node}: what runs in its recycle never came from anywhere")]
    ClosedLoop {
        /// A node on it.
        node: String,
    },
    /// A negative amount.
    #[error("a negative amount: {of}")]
    Negative {
        /// The stream, or the node's opening stock.
        of: String,
    },
    /// A stream from outside to outside.
    #[error("stream {stream} comes from nowhere and goes nowhere")]
    Nowhere {
        /// The stream.
        stream: String,
    },
    /// An index of a node that is not there.
    #[error("stream {stream} names a node that is not there")]
    UnknownNode {
        /// The stream.
        stream: String,
    },
    /// Exact fractions grew beyond the budget.
    #[error("exact fractions grew beyond the budget")]
    Budget,
}

impl FlowError {
    /// The code that programs go by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overdraw { .. } => "overdraw",
            Self::ClosedLoop { .. } => "closed_loop",
            Self::Negative { .. } => "negative_substance",
            Self::Nowhere { .. } => "nowhere_to_nowhere",
            Self::UnknownNode { .. } => "unknown_id",
            Self::Budget => "budget",
        }
    }
}

impl FlowSheet {
    /// Follows every origin through the period; `budget` bounds what exact fractions may cost.
    pub fn solve<S: Share>(&self, budget: u64) -> Result<Solved<S>, FlowError> {
        self.check()?;
        let closing = self.closing()?;
        let mut work = Elimination::<S>::new(self.nodes.len(), budget);
        for (index, node) in self.nodes.iter().enumerate() {
            work.leaks(index, &closing[index]);
            work.brings(index, FlowOrigin::Opening(index), &node.opening);
        }
        for (index, stream) in self.streams.iter().enumerate() {
            match (stream.from, stream.to) {
                (None, Some(to)) => work.brings(to, FlowOrigin::Stream(index), &stream.amount),
                (Some(from), None) => work.leaks(from, &stream.amount),
                (Some(from), Some(to)) => work.moves(from, to, &stream.amount),
                (None, None) => {}
            }
        }
        let shares = eliminate(work).map_err(|failed| match failed {
            eliminate::Failed::Closed(node) => {
                FlowError::ClosedLoop { node: self.nodes[node].name.clone() }
            }
            eliminate::Failed::Budget => FlowError::Budget,
        })?;
        let part = |node: usize, amount: &Ratio| scaled(&shares[node], amount);
        let stream = |(index, stream): (usize, &Stream)| match stream.from {
            Some(from) => part(from, &stream.amount),
            None if stream.amount.is_zero() => Composition::new(),
            None => [(FlowOrigin::Stream(index), S::of(&stream.amount))].into(),
        };
        let streams = self.streams.iter().enumerate().map(stream).collect();
        let stocks = closing.iter().enumerate().map(|(node, amount)| part(node, amount)).collect();
        Ok(Solved { streams, stocks, closing })
    }

    fn check(&self) -> Result<(), FlowError> {
        if let Some(node) = self.nodes.iter().find(|node| node.opening.is_negative()) {
            return Err(FlowError::Negative { of: node.name.clone() });
        }
        for stream in &self.streams {
            let name = || stream.name.clone();
            if stream.amount.is_negative() {
                return Err(FlowError::Negative { of: name() });
            }
            if stream.from.is_none() && stream.to.is_none() {
                return Err(FlowError::Nowhere { stream: name() });
            }
            if stream.from.max(stream.to).is_some_and(|node| node >= self.nodes.len()) {
                return Err(FlowError::UnknownNode { stream: name() });
            }
        }
        Ok(())
    }

    fn closing(&self) -> Result<Vec<Ratio>, FlowError> {
        let mut available: Vec<Ratio> = self.nodes.iter().map(|n| n.opening.clone()).collect();
        let mut out = vec![Ratio::from_integer(0.into()); self.nodes.len()];
        for stream in &self.streams {
            if let Some(to) = stream.to {
                available[to] += &stream.amount;
            }
            if let Some(from) = stream.from {
                out[from] += &stream.amount;
            }
        }
        let nodes = self.nodes.iter().zip(available.into_iter().zip(out));
        nodes
            .map(|(node, (available, out))| {
                if out > available {
                    let (out, available) = (out.into(), available.into());
                    return Err(FlowError::Overdraw { node: node.name.clone(), out, available });
                }
                Ok(available - out)
            })
            .collect()
    }
}

fn scaled<S: Share>(shares: &Composition<S>, amount: &Ratio) -> Composition<S> {
    if amount.is_zero() {
        return Composition::new();
    }
    let amount = S::of(amount);
    shares.iter().map(|(origin, share)| (*origin, share.times(&amount))).collect()
}
