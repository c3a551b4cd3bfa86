//! The balance's links as a Sankey figure, for desks and for phones.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tl_domain::balance::{Balance, GraphLink, GraphNode, LinkStyle, NodeRole};
use tl_report::figure::Surface;
use tl_report::figure::sankey::{
    Link, LinkStyle as Style, Node, NodeKind, Options, Sankey, SankeyError, Words as FigureWords,
};

use super::super::desk::Desk;
use super::super::format;
use super::super::part::Figure;
use super::{closure, places};
use crate::error::Failure;
use crate::i18n::Lang;

const DESK_WIDTH: f64 = 1120.0;
const PHONE_WIDTH: f64 = 340.0;

/// The figure of a balance.
///
/// # Errors
/// `Internal` when links can't be drawn for another reason than their number.
pub(super) fn figure(desk: &Desk, balance: &Balance) -> Result<Figure, Failure> {
    let t = desk.t;
    let words = match t.0 {
        Lang::Zh => FigureWords::CHINESE,
        Lang::En => FigureWords::ENGLISH,
    };
    let draw = |id: &str, width: f64| {
        let figure = sankey(desk, balance, id);
        figure.svg(&Options { width, surface: Surface::Page, words })
    };
    let drawn = draw("wide", DESK_WIDTH).and_then(|wide| Ok((wide, draw("narrow", PHONE_WIDTH)?)));
    match drawn {
        Ok((wide, narrow)) => Ok(Figure { wide, narrow, caption: t.figure_caption().to_owned() }),
        // Too much to read as a picture: the table below says the same.
        Err(SankeyError::TooManyNodes { .. } | SankeyError::TooManyLinks { .. }) => {
            Ok(Figure { caption: t.figure_too_large().to_owned(), ..Figure::default() })
        }
        Err(error) => Err(Failure::internal(&error)),
    }
}

fn sankey(desk: &Desk, balance: &Balance, id: &str) -> Sankey {
    let t = desk.t;
    let places = places(balance);
    let mut sums: BTreeMap<&GraphNode, (Decimal, Decimal)> = BTreeMap::new();
    for link in &balance.graph.links {
        sums.entry(&link.from).or_default().0 += link.grams.0;
        sums.entry(&link.to).or_default().1 += link.grams.0;
    }
    let nodes = sums.iter().map(|(node, (out, into))| {
        let through = format::rounded(*out.max(into), places);
        Node {
            id: key(node),
            label: label(desk, node),
            detail: format!("{through} g"),
            kind: kind(node),
            href: href(desk, node),
        }
    });
    let grams = &balance.grams;
    Sankey {
        id: format!("sankey-{id}"),
        title: t.flow_picture(&balance.substance),
        description: t.figure_description(
            format::rounded(grams.input.0, places),
            format::signed(grams.unaccounted.0, places),
            closure(balance),
        ),
        nodes: nodes.collect(),
        links: ribbons(desk, balance, places),
    }
}

/// One ribbon for all that goes the same way; what it carries is in its title.
fn ribbons(desk: &Desk, balance: &Balance, places: u32) -> Vec<Link> {
    let mut merged: BTreeMap<(&GraphNode, &GraphNode, LinkStyle), Vec<&GraphLink>> =
        BTreeMap::new();
    for link in &balance.graph.links {
        merged.entry((&link.from, &link.to, link.style)).or_default().push(link);
    }
    merged.into_values().filter_map(|links| ribbon(desk, &links, places)).collect()
}

fn ribbon(desk: &Desk, links: &[&GraphLink], places: u32) -> Option<Link> {
    let first = links.first()?;
    let grams: Decimal = links.iter().map(|link| link.grams.0).sum();
    let mut text = format!("{} g", format::rounded(grams, places));
    if grams > Decimal::ZERO && !text.contains(|c: char| ('1'..='9').contains(&c)) {
        text = format!("<{} g", Decimal::new(1, places));
    }
    let mut carried: Vec<String> = links
        .iter()
        .filter_map(|link| link.material.as_ref())
        .map(|id| desk.names.material(id))
        .collect();
    carried.sort();
    carried.dedup();
    let (from, to) = (label(desk, &first.from), label(desk, &first.to));
    Some(Link {
        from: key(&first.from),
        to: key(&first.to),
        value: grams.to_f64().unwrap_or(0.0),
        title: format!("{from} → {to}: {text} {}", carried.join(", ")),
        text,
        style: match first.style {
            LinkStyle::Normal => Style::Normal,
            LinkStyle::Returned => Style::Return,
            LinkStyle::Stock => Style::StockChange,
            LinkStyle::Unaccounted => Style::Unaccounted,
        },
        href: Some("#terms".to_owned()),
    })
}

/// A unique name of a node within the figure.
fn key(node: &GraphNode) -> String {
    let part = |id: Option<String>| id.unwrap_or_default();
    match node {
        GraphNode::Source { stream, material, partner } => format!(
            "source/{}/{}/{}",
            part(stream.as_ref().map(ToString::to_string)),
            part(material.as_ref().map(ToString::to_string)),
            part(partner.as_ref().map(ToString::to_string)),
        ),
        GraphNode::Opening => "opening".to_owned(),
        GraphNode::Inner { id } => format!("inner/{id}"),
        GraphNode::Sink { stream, material, discharge } => format!(
            "sink/{discharge}/{}/{}",
            part(stream.as_ref().map(ToString::to_string)),
            part(material.as_ref().map(ToString::to_string)),
        ),
        GraphNode::Transit => "transit".to_owned(),
        GraphNode::Closing => "closing".to_owned(),
        GraphNode::Loss => "loss".to_owned(),
        GraphNode::Gain => "gain".to_owned(),
    }
}

fn label(desk: &Desk, node: &GraphNode) -> String {
    let (t, names) = (desk.t, &desk.names);
    let carried = |stream: &Option<_>, material: &Option<_>| {
        let stream = stream.as_ref().map(|id| names.stream(id));
        stream.or_else(|| material.as_ref().map(|id| names.material(id)))
    };
    match node {
        GraphNode::Source { stream, material, partner } => {
            let what = carried(stream, material).unwrap_or_else(|| t.unknown().to_owned());
            match partner {
                Some(party) => format!("{what} · {}", names.party(party)),
                None => what,
            }
        }
        GraphNode::Sink { stream, material, .. } => {
            carried(stream, material).unwrap_or_else(|| t.unknown().to_owned())
        }
        GraphNode::Inner { id } => names.node(id),
        GraphNode::Opening => t.term_opening().to_owned(),
        GraphNode::Closing => t.term_closing().to_owned(),
        GraphNode::Transit => t.in_transit().to_owned(),
        GraphNode::Loss => t.unaccounted_loss().to_owned(),
        GraphNode::Gain => t.unaccounted_gain().to_owned(),
    }
}

fn kind(node: &GraphNode) -> NodeKind {
    match node.role() {
        NodeRole::Source => NodeKind::Source,
        NodeRole::Process => NodeKind::Process,
        NodeRole::Stock => NodeKind::Store,
        NodeRole::Sink => NodeKind::Sink,
        NodeRole::Unaccounted => NodeKind::Unaccounted,
    }
}

/// An inner node leads to its own balance of the same span.
fn href(desk: &Desk, node: &GraphNode) -> Option<String> {
    match node {
        GraphNode::Inner { id } => Some(desk.query.with("scope", &format!("node:{id}")).href()),
        _ => None,
    }
}
