//! The stacked bar of what a balance rests on: assays, calculation, estimates, limits.
//!
//! Drawn as SVG because the security policy allows no inline style; the words and percentages stand
//! beside it, so that nothing rests on colour.

use askama::Template;

/// One part of the whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CoverageShare {
    /// CSS class of its colour: `assayed`, `calculated`, `estimated`, `censored`, `missing`.
    pub(crate) class: &'static str,
    /// Name.
    pub(crate) name: String,
    /// Percentage as shown; `–` when there is nothing to share.
    pub(crate) percent: String,
    /// Share from 0 to 1, for drawing.
    pub(crate) share: f64,
}

/// The bar with its legend.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "part/coverage.html")]
pub(crate) struct Coverage {
    /// Accessible name.
    pub(crate) name: String,
    /// Parts in order.
    pub(crate) shares: Vec<CoverageShare>,
}

impl Coverage {
    /// Bars on a scale of 1000: left edge, width, class.
    fn bars(&self) -> Vec<(String, String, &'static str)> {
        let mut left = 0.0;
        let mut bars = Vec::with_capacity(self.shares.len());
        for share in &self.shares {
            let width = (share.share.clamp(0.0, 1.0) * 1000.0).min(1000.0 - left);
            bars.push((format!("{left:.1}"), format!("{width:.1}"), share.class));
            left += width;
        }
        bars
    }
}
