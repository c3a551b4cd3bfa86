//! Roll-up: from nodes to a site, an enterprise, a county, a city.
//!
//! Invariant: MUF of the whole = Σ MUF of its parts + Σ internal shipper-receiver differences, for
//! the figures and, since errors are keyed, for the covariance too. What stays inside is netted
//! out by name; an error that two nodes share stays one error.

use std::collections::{BTreeMap, BTreeSet};

use tl_statistics::sum;

use crate::fault::Fault;
use crate::period::{Line, Period, Series, Term};

/// A material balance area and its series.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name, unique among those rolled up.
    pub name: String,
    /// Its balances; all nodes have the same number of periods.
    pub series: Series,
}

/// The balance of a set of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// What crosses the outer boundary, and all stocks.
    pub series: Series,
    /// Sent minus received between its nodes, per period.
    pub internal_srd: Vec<f64>,
    /// MUF of each node per period, by its own measurements.
    pub node_muf: BTreeMap<String, Vec<f64>>,
}

/// Rolls nodes up; a term whose counterpart is among them is internal.
pub fn of(nodes: &[Node]) -> Result<Whole, Fault> {
    let mut names = BTreeSet::new();
    let wanted = nodes.first().map_or(0, |node| node.series.periods().len());
    for (n, node) in nodes.iter().enumerate() {
        if !names.insert(node.name.as_str()) {
            let place = format!("nodes[{n}].node");
            return Err(Fault::Repeated { place, found: node.name.clone() });
        }
        let found = node.series.periods().len();
        if found != wanted {
            let place = format!("nodes[{n}].periods");
            return Err(Fault::Length { place, found, wanted });
        }
    }
    let is_internal =
        |term: &Term| term.counterpart.as_deref().is_some_and(|other| names.contains(other));
    let mut periods = Vec::with_capacity(wanted);
    let mut internal_srd = Vec::with_capacity(wanted);
    for t in 0..wanted {
        let mut outer = Period { label: label(nodes, t), terms: Vec::new() };
        let mut inner = Vec::new();
        for node in nodes {
            for term in &node.series.periods()[t].terms {
                if is_internal(term) {
                    inner.push(-term.line.sign() * term.amount);
                } else {
                    let name = format!("{}/{}", node.name, term.name);
                    outer.terms.push(Term { name, ..term.clone() });
                }
            }
        }
        periods.push(outer);
        internal_srd.push(sum::of(inner));
    }
    let node_muf = nodes.iter().map(|node| (node.name.clone(), node.series.muf())).collect();
    Ok(Whole { series: Series::new(periods)?, internal_srd, node_muf })
}

fn label(nodes: &[Node], t: usize) -> String {
    nodes.first().map_or_else(String::new, |node| node.series.periods()[t].label.clone())
}

/// A transfer between two nodes, with what each side measured, mass units.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The sending node.
    pub from: String,
    /// The receiving node.
    pub to: String,
    /// The sender's figure.
    pub sent: f64,
    /// The receiver's figure.
    pub received: f64,
}

/// Enters a transfer into the balances of its two nodes in `period` (from 0), without errors.
///
/// `periods` maps node to its periods.
pub fn enter_transfer(
    periods: &mut BTreeMap<String, Vec<Period>>,
    period: usize,
    transfer: &Transfer,
    place: &str,
) -> Result<(), Fault> {
    let Transfer { from, to, .. } = transfer;
    if from == to {
        return Err(Fault::SelfTransfer { place: place.to_owned(), node: from.clone() });
    }
    let known = periods.keys().cloned().collect::<Vec<_>>().join(", ");
    let sides = [
        (from, "from", Line::Decrease, to, transfer.sent),
        (to, "to", Line::Increase, from, transfer.received),
    ];
    for (node, side, line, other, amount) in sides {
        let Some(own) = periods.get_mut(node).and_then(|own| own.get_mut(period)) else {
            let place = format!("{place}.{side}");
            return Err(Fault::Unknown { place, found: node.clone(), known });
        };
        let name = format!("{from} > {to}");
        own.terms
            .push(Term { counterpart: Some(other.clone()), ..Term::exact(line, name, amount) });
    }
    Ok(())
}
