//! The history of handovers between two partners: what both sides' errors are together, and each
//! by itself where a third measurement exists.
//!
//! Invariant: two columns of figures cannot tell whose error is whose. Without a third measurement
//! there is the joint figure, which bounds each side, and nothing else. With one, Grubbs'
//! estimator: a side's error is what its differences to both others have in common. On logarithms,
//! so that neither side is the denominator.

use std::collections::BTreeMap;

use super::anova::{OneWay, Scatter, mean_of};
use super::bias::Bias;
use super::outlier::{self, Outlier};
use super::variance::{MeanSquare, difference};
use super::{Estimate, Evidence, Span, check_count, check_positive};
use crate::fault::Fault;
use crate::period::check_figure;

/// Lines that a pair of partners should have.
pub const LINES_WANTED: usize = 20;
/// Calibration blocks or campaigns that they should span.
pub const BLOCKS_WANTED: usize = 6;
/// Fewer lines with a third measurement separate nothing.
const LINES_SEPARATED_LEAST: usize = 4;

/// One consignment as both sides, and perhaps a third, measured it; one unit, above 0.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoverLine {
    /// Code of the handover, for people.
    pub label: String,
    /// When, µs since 1970.
    pub at: i64,
    /// Calibration block or campaign; one name for all when not known.
    pub block: String,
    /// The shipper's figure.
    pub shipper: f64,
    /// The receiver's figure.
    pub receiver: f64,
    /// A referee's figure.
    pub third: Option<f64>,
}

/// Both sides together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joint {
    /// √(shipper² + receiver²): random error within a block, short-term error between blocks.
    pub scatter: Scatter,
    /// Shipper's bias minus the receiver's, relative.
    pub difference: Bias,
}

/// One side by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Random error of one figure; with blocks of one line also what changes between them.
    pub random: Estimate,
    /// Against the third measurement; `None` for that one itself.
    pub bias: Option<Bias>,
}

/// Each side by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Separated {
    /// Who shipped.
    pub shipper: Side,
    /// Who received.
    pub receiver: Side,
    /// Who measured as a third.
    pub third: Side,
}

/// Whether the sides can be told apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// No third measurement, or on too few lines: only [`Joint`] is known.
    Inseparable {
        /// Lines with a third measurement.
        found: usize,
        /// How many it takes at least.
        least: usize,
    },
    /// With a third measurement.
    Separated(Box<Separated>),
}

/// What a history of handovers tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Partnership {
    /// Both sides together, from all lines.
    pub joint: Joint,
    /// Each by itself, from the lines with a third measurement.
    pub sides: Sides,
    /// Lines whose difference stands out; they count.
    pub outliers: Vec<Outlier>,
}

/// Evaluates the lines of one pair and material; `third_long` is the third's own long-term
/// standard uncertainty (a fraction), which no number of lines makes smaller.
pub fn evaluate(lines: &[HandoverLine], third_long: f64) -> Result<Partnership, Fault> {
    check(lines, third_long)?;
    let ratio = |line: &HandoverLine| (line.shipper / line.receiver).ln();
    let one_way = OneWay::of(lines.iter().map(|line| (line.block.as_str(), ratio(line))));
    let (by_line, by_block) = evidence(lines.iter(), one_way.blocks())?;
    let joint = Joint {
        scatter: one_way.scatter(by_line, by_block),
        difference: Bias::of(&one_way, 0.0, by_line),
    };
    let figures: Vec<(&str, f64)> =
        lines.iter().map(|line| (line.label.as_str(), ratio(line))).collect();
    Ok(Partnership {
        joint,
        sides: sides(lines, third_long)?,
        outliers: outlier::among_figures(&figures),
    })
}

fn check(lines: &[HandoverLine], third_long: f64) -> Result<(), Fault> {
    check_count(lines.len(), 2, "lines")?;
    for (n, line) in lines.iter().enumerate() {
        check_positive(line.shipper, || format!("lines[{n}].shipper"))?;
        check_positive(line.receiver, || format!("lines[{n}].receiver"))?;
        if let Some(third) = line.third {
            check_positive(third, || format!("lines[{n}].third"))?;
        }
    }
    check_figure(third_long, || "third_long".into())?;
    if third_long < 0.0 {
        return Err(Fault::Negative { place: "third_long".into(), found: third_long });
    }
    Ok(())
}

fn evidence<'a>(
    lines: impl Iterator<Item = &'a HandoverLine> + Clone,
    blocks: usize,
) -> Result<(Evidence, Evidence), Fault> {
    let span = Span::of(lines.clone().map(|line| line.at));
    let span = span.ok_or_else(|| Fault::Missing { place: "lines".into() })?;
    let by_line = Evidence { count: lines.count(), wanted: LINES_WANTED, span };
    Ok((by_line, Evidence { count: blocks, wanted: BLOCKS_WANTED, span }))
}

/// One line of three figures, as logarithms, with its block.
struct Triple<'a> {
    block: &'a str,
    logarithms: [f64; 3],
}

fn sides<'a>(lines: &'a [HandoverLine], third_long: f64) -> Result<Sides, Fault> {
    let triple = |line: &'a HandoverLine| {
        let logarithms = [line.shipper.ln(), line.receiver.ln(), line.third?.ln()];
        Some(Triple { block: &line.block, logarithms })
    };
    let triples: Vec<Triple<'_>> = lines.iter().filter_map(triple).collect();
    let (found, least) = (triples.len(), LINES_SEPARATED_LEAST);
    if found < least {
        return Ok(Sides::Inseparable { found, least });
    }
    let (by_line, _) = evidence(lines.iter().filter(|line| line.third.is_some()), 0)?;
    let side = |own: usize, others: [usize; 2]| Side {
        random: grubbs(&triples, own, others, by_line),
        bias: (own != 2).then(|| {
            let to_third = triples.iter().map(|t| (t.block, t.logarithms[own] - t.logarithms[2]));
            Bias::of(&OneWay::of(to_third), third_long, by_line)
        }),
    };
    Ok(Sides::Separated(Box::new(Separated {
        shipper: side(0, [1, 2]),
        receiver: side(1, [0, 2]),
        third: side(2, [0, 1]),
    })))
}

/// Grubbs' estimator of one of three: the covariance of its differences to the two others.
///
/// Both differences are brought to one size; their sum and difference are then uncorrelated, and
/// the covariance is a quarter of the difference of two independent mean squares.
fn grubbs(triples: &[Triple<'_>], own: usize, others: [usize; 2], evidence: Evidence) -> Estimate {
    let differences = others.map(|other| {
        let figures: Vec<(&str, f64)> =
            triples.iter().map(|t| (t.block, t.logarithms[own] - t.logarithms[other])).collect();
        centred(&figures)
    });
    let [(left, dof), (right, _)] = &differences;
    let square = |figures: &[f64]| figures.iter().map(|x| x * x).sum::<f64>() / dof;
    let size = square(left).sqrt() * square(right).sqrt();
    let mixed = |sign: f64| {
        if size == 0.0 {
            // One of the differences never changes, so nothing is common to both.
            return MeanSquare { value: 0.0, dof: *dof };
        }
        let (by_left, by_right) = (square(left).sqrt(), square(right).sqrt());
        let figures = left.iter().zip(right).map(|(l, r)| l / by_left + sign * r / by_right);
        let value = square(&figures.collect::<Vec<_>>()) * size / 4.0;
        MeanSquare { value, dof: *dof }
    };
    difference(mixed(1.0), mixed(-1.0), evidence)
}

/// Figures less the mean of their block, and their degrees of freedom; less the mean of all where
/// the blocks hold too few lines to leave enough of those.
fn centred(figures: &[(&str, f64)]) -> (Vec<f64>, f64) {
    let one_way = OneWay::of(figures.iter().copied());
    let count = figures.len() as f64;
    if one_way.blocks() > 1 && one_way.inside() >= count / 2.0 {
        let mut blocks: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for &(block, figure) in figures {
            blocks.entry(block).or_default().push(figure);
        }
        let means: BTreeMap<&str, f64> =
            blocks.into_iter().map(|(name, block)| (name, mean_of(&block))).collect();
        let left = figures.iter().map(|(block, figure)| figure - means[block]).collect();
        return (left, one_way.inside());
    }
    let mean = mean_of(&figures.iter().map(|(_, figure)| *figure).collect::<Vec<_>>());
    (figures.iter().map(|(_, figure)| figure - mean).collect(), count - 1.0)
}
