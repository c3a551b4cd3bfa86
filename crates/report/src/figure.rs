//! Figures made as SVG text: Sankey of flows, series over time, balance terms as a waterfall,
//! control charts over periods.
//! Invariant: the same figure gives the same bytes, well-formed XML, no script, no style block (a
//! strict content security policy lets it through). Does not compute: callers bring the numbers.

pub mod control_chart;
pub mod notice;
pub mod sankey;
pub mod series;
pub mod waterfall;

mod axis;
mod palette;
mod svg;
mod text;

#[cfg(test)]
mod tests;

pub use palette::{FIGURE_CSS, Surface};
pub(crate) use svg::escape;

/// True for a prefix that makes valid element ids.
fn is_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    id.starts_with(|c: char| c.is_ascii_alphabetic()) && id.chars().all(plain)
}

/// True for link targets that cannot run script: paths, fragments, queries, https addresses.
fn is_href(href: &str) -> bool {
    let local = href.starts_with('/') && !href.starts_with("//");
    local || href.starts_with(['#', '?']) || href.starts_with("https://")
}
