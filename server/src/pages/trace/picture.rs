//! A genealogy as a figure: versions in columns, ribbons in proportion to grams.
//!
//! A line of a handover that nobody received yet, and material that the books of a place did not
//! hold, are the broken links of a chain: they are drawn as what is not accounted for.

use std::collections::BTreeSet;

use tl_report::figure::Surface;
use tl_report::figure::sankey::{
    Link, LinkStyle, Node, NodeKind, Options, Sankey, SankeyError, Words as FigureWords,
};

use super::super::desk::Desk;
use super::super::part::Figure;
use super::label::{Namer, grams, tonnes};
use crate::error::Failure;
use crate::i18n::Lang;
use crate::usecase::trace::{Genealogy, TraceKind, TraceVersion};

const DESK_WIDTH: f64 = 1120.0;
const PHONE_WIDTH: f64 = 340.0;

/// The figure; only its caption when there is nothing, or too much, to draw.
///
/// # Errors
/// `Internal` when it can't be drawn for another reason.
pub(super) fn figure(
    desk: &Desk,
    family: &Genealogy,
    namer: &Namer<'_>,
) -> Result<Figure, Failure> {
    let t = desk.t;
    if family.edges.is_empty() {
        return Ok(Figure { caption: t.trace_no_steps().to_owned(), ..Figure::default() });
    }
    let words = match t.0 {
        Lang::Zh => FigureWords::CHINESE,
        Lang::En => FigureWords::ENGLISH,
    };
    let draw = |id: &str, width: f64| {
        sankey(desk, family, namer, id).svg(&Options { width, surface: Surface::Page, words })
    };
    let drawn = draw("wide", DESK_WIDTH).and_then(|wide| Ok((wide, draw("narrow", PHONE_WIDTH)?)));
    match drawn {
        Ok((wide, narrow)) => {
            Ok(Figure { wide, narrow, caption: t.trace_picture_caption().to_owned() })
        }
        Err(SankeyError::TooManyNodes { .. } | SankeyError::TooManyLinks { .. }) => {
            Ok(Figure { caption: t.figure_too_large().to_owned(), ..Figure::default() })
        }
        Err(error) => Err(Failure::internal(&error)),
    }
}

fn sankey(desk: &Desk, family: &Genealogy, namer: &Namer<'_>, id: &str) -> Sankey {
    let t = desk.t;
    // Without any content in the chain the widths are those of mass.
    let by_mass = family.edges.iter().all(|edge| edge.amounts.grams == 0.0);
    let (mut given, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for edge in &family.edges {
        given.insert(edge.to);
        taken.insert(edge.from);
    }
    let node = |(index, version): (u64, &TraceVersion)| Node {
        id: format!("v{index}"),
        label: namer.name(version),
        detail: match namer.party(version) {
            own if own.is_empty() => format!("{} g", grams(version.held.grams)),
            other => format!("{other} · {} g", grams(version.held.grams)),
        },
        kind: kind(version, given.contains(&index), taken.contains(&index)),
        href: namer.href(version, "back"),
    };
    let shown = |(index, _): &(u64, &TraceVersion)| given.contains(index) || taken.contains(index);
    let nodes = (0_u64..).zip(&family.versions).filter(shown).map(node).collect();
    let links = family
        .edges
        .iter()
        .map(|edge| Link {
            from: format!("v{}", edge.from),
            to: format!("v{}", edge.to),
            value: if by_mass { edge.amounts.tonnes } else { edge.amounts.grams },
            text: format!("{} g · {} t", grams(edge.amounts.grams), tonnes(edge.amounts.tonnes)),
            title: String::new(),
            style: style(desk, family, (edge.from, edge.to), &taken),
            href: None,
        })
        .collect();
    Sankey {
        id: id.to_owned(),
        title: t.trace_picture().to_owned(),
        description: t.trace_picture_says(family.versions.len(), family.edges.len()),
        nodes,
        links,
    }
}

fn kind(version: &TraceVersion, is_given: bool, is_taken: bool) -> NodeKind {
    match version.kind {
        TraceKind::Shortage => NodeKind::Unaccounted,
        TraceKind::Place | TraceKind::Stock => NodeKind::Store,
        TraceKind::Process | TraceKind::Run => NodeKind::Process,
        _ if !is_given => NodeKind::Source,
        _ if !is_taken => NodeKind::Sink,
        _ => NodeKind::Process,
    }
}

/// What became of a handover is not an enterprise's own to see: only a bureau's picture can say
/// that nobody received it.
fn style(
    desk: &Desk,
    family: &Genealogy,
    (from, to): (u64, u64),
    taken: &BTreeSet<u64>,
) -> LinkStyle {
    let kind = |index: u64| {
        usize::try_from(index).ok().and_then(|i| family.versions.get(i)).map(|v| v.kind)
    };
    let open_handover =
        !desk.is_own() && kind(to) == Some(TraceKind::Handover) && !taken.contains(&to);
    if kind(from) == Some(TraceKind::Shortage) || open_handover {
        LinkStyle::Unaccounted
    } else {
        LinkStyle::Normal
    }
}
