//! A figure made by `tl-report`: one drawing for desks, one for phones, a line of words below.

use askama::Template;

/// A drawing with its caption.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/figure.html")]
pub(crate) struct Figure {
    /// SVG for wide screens and print.
    pub(crate) wide: String,
    /// SVG for narrow screens; empty when one drawing does for both.
    pub(crate) narrow: String,
    /// What is seen, in words.
    pub(crate) caption: String,
}
