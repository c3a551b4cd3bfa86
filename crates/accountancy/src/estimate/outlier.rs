//! Figures that stand out from the others of their kind.
//!
//! Invariant: the scale is a median, so that what stands out cannot hide itself; the limit holds
//! the chance of naming anything in clean data near 1 %. Named, never dropped.

use tl_statistics::{chi_squared, correction, fisher};

/// Chance of naming anything although all is normal.
const FALSE_RATE: f64 = 0.01;
/// Fewer than these have no scale of their own to stand out from.
const COUNT_LEAST: usize = 6;
/// A median of squares tells as much about the variance as this share of the data would in full.
const MEDIAN_EFFICIENCY: f64 = 0.37;

/// Something that stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// What it is called.
    pub label: String,
    /// Its place among the data, from 0.
    pub index: usize,
    /// How many robust standard deviations it spans.
    pub ratio: f64,
}

/// A sum of squares of one pair, group or figure, with its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Square<'a> {
    pub(super) label: &'a str,
    pub(super) sum: f64,
    pub(super) dof: f64,
}

/// Those that stand out; none where half of the data are equal, which gives no scale.
pub(super) fn among(squares: &[Square<'_>]) -> Vec<Outlier> {
    if squares.len() < COUNT_LEAST {
        return Vec::new();
    }
    let relative = squares.iter().map(|square| square.sum / chi_squared::quantile(0.5, square.dof));
    let variance = median(relative.collect());
    if variance <= 0.0 {
        return Vec::new();
    }
    let each = correction::sidak(FALSE_RATE, squares.len());
    let scale_dof = MEDIAN_EFFICIENCY * squares.iter().map(|square| square.dof).sum::<f64>();
    let stands_out = |square: &Square<'_>| {
        let ratio = square.sum / square.dof / variance;
        let chance = fisher::sf(ratio, square.dof, scale_dof);
        (chance < each).then(|| ratio.sqrt())
    };
    let named = squares.iter().enumerate().filter_map(|(index, square)| {
        let ratio = stands_out(square)?;
        Some(Outlier { label: square.label.to_owned(), index, ratio })
    });
    named.collect()
}

/// Those that stand out among single figures, by their distance from the median.
pub(super) fn among_figures(figures: &[(&str, f64)]) -> Vec<Outlier> {
    let middle = median(figures.iter().map(|(_, figure)| *figure).collect());
    let squares: Vec<Square<'_>> = figures
        .iter()
        .map(|&(label, figure)| Square { label, sum: (figure - middle).powi(2), dof: 1.0 })
        .collect();
    among(&squares)
}

/// The middle one, or the mean of the two in the middle; 0 for none.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let half = figures.len() / 2;
    match (figures.len(), figures.len() % 2) {
        (0, _) => 0.0,
        (_, 1) => figures[half],
        _ => f64::midpoint(figures[half - 1], figures[half]),
    }
}
