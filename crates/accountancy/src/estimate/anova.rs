//! One-way analysis of variance with groups of unequal size: scatter within and between blocks.
//!
//! Invariant: the component between blocks is the usual one, (MS_b − MS_w)/n₀ with
//! n₀ = (N − Σn²/N)/(k − 1). Its interval rests on the plain means of the blocks (Thomas &
//! Hultquist 1978), which stay near χ² when sizes differ and MS_b does not.

use std::collections::BTreeMap;

use tl_statistics::sum;

use super::variance::{MeanSquare, difference};
use super::{Estimate, Evidence, Interval};

/// What can be told of the scatter within and between calibration blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scatter {
    /// Blocks with several figures.
    Separated {
        /// Within a block: random error.
        within: Estimate,
        /// Between blocks: short-term error.
        between: Estimate,
    },
    /// One figure per block: both together, not separable.
    Joint(Estimate),
    /// All in one block: random error only; the block's own error is in the mean.
    OneBlock(Estimate),
}

/// Means and mean squares of figures in blocks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OneWay {
    /// Mean of the blocks' means.
    pub(super) mean: f64,
    /// Variance of that mean, with its degrees of freedom.
    pub(super) of_mean: MeanSquare,
    /// Within blocks; `None` with one figure per block.
    within: Option<MeanSquare>,
    /// MS_b and the plain variance of the blocks' means; `None` with one block.
    between: Option<Between>,
    sizes: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Between {
    mean_square: f64,
    of_means: MeanSquare,
}

impl OneWay {
    /// At least two figures, each with the name of its block.
    pub(super) fn of<'a>(figures: impl Iterator<Item = (&'a str, f64)>) -> Self {
        let mut blocks: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (block, figure) in figures {
            blocks.entry(block).or_default().push(figure);
        }
        let sizes: Vec<f64> = blocks.values().map(|block| block.len() as f64).collect();
        let means: Vec<f64> = blocks.values().map(|block| mean_of(block)).collect();
        let count = sum::of(sizes.iter().copied());
        let degrees = means.len() as f64 - 1.0;
        let mean = mean_of(&means);
        let scattered = blocks
            .values()
            .zip(&means)
            .flat_map(|(block, mean)| block.iter().map(move |figure| (figure - mean).powi(2)));
        let inside = count - means.len() as f64;
        let within =
            (inside > 0.0).then(|| MeanSquare { value: sum::of(scattered) / inside, dof: inside });
        let between = (degrees > 0.0).then(|| {
            let weighted = means.iter().zip(&sizes).map(|(mean, size)| mean * size);
            let grand = sum::of(weighted) / count;
            let apart = means.iter().zip(&sizes).map(|(mean, size)| size * (mean - grand).powi(2));
            let plain = means.iter().map(|block| (block - mean).powi(2));
            Between {
                mean_square: sum::of(apart) / degrees,
                of_means: MeanSquare { value: sum::of(plain) / degrees, dof: degrees },
            }
        });
        let of_mean = match (between, within) {
            (Some(between), _) => between.of_means.scaled(1.0 / means.len() as f64),
            (None, Some(within)) => within.scaled(1.0 / count),
            (None, None) => MeanSquare { value: f64::NAN, dof: f64::NAN },
        };
        Self { mean, of_mean, within, between, sizes }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.sizes.len()
    }

    /// Degrees of freedom inside the blocks.
    pub(super) fn inside(&self) -> f64 {
        self.within.map_or(0.0, |within| within.dof)
    }

    /// The scatter as estimates: `within` counts figures, `between` counts blocks.
    pub(super) fn scatter(&self, within: Evidence, between: Evidence) -> Scatter {
        match (self.within, self.between) {
            (Some(inside), Some(outside)) => Scatter::Separated {
                within: inside.estimate(within),
                between: self.component(inside, outside, between),
            },
            (None, Some(outside)) => Scatter::Joint(outside.of_means.estimate(between)),
            (inside, None) => {
                let inside = inside.expect("two figures are in one block or in two");
                Scatter::OneBlock(inside.estimate(within))
            }
        }
    }

    fn component(&self, inside: MeanSquare, outside: Between, evidence: Evidence) -> Estimate {
        let count = sum::of(self.sizes.iter().copied());
        let squares = sum::of(self.sizes.iter().map(|size| size * size));
        let usual_size = (count - squares / count) / outside.of_means.dof;
        let variance = (outside.mean_square - inside.value) / usual_size;
        let reciprocal = mean_of(&self.sizes.iter().map(|size| 1.0 / size).collect::<Vec<_>>());
        let by_means = difference(outside.of_means, inside.scaled(reciprocal), evidence);
        let value = variance.max(0.0).sqrt();
        let Interval { low, high } = by_means.interval;
        Estimate {
            value,
            was_negative: variance < 0.0,
            // With very unequal blocks the two ways differ; the interval holds both.
            interval: Interval { low: low.min(value), high: high.max(value) },
            ..by_means
        }
    }
}

pub(super) fn mean_of(figures: &[f64]) -> f64 {
    sum::of(figures.iter().copied()) / figures.len() as f64
}
