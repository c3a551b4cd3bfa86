//! Figures made as SVG text: Sankey of flows, series over time, balance terms as a waterfall.
//! Invariant: the same figure gives the same bytes, well-formed XML, no script, no style block (a
//! strict content security policy lets it through). Does not compute: callers bring the numbers.

pub mod sankey;

mod palette;
mod svg;
mod text;

pub use palette::{PALETTE_CSS, Surface};
pub(crate) use svg::escape;
