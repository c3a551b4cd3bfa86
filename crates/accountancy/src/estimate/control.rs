//! Reference materials and control charts: scatter within and between calibrations, and the bias
//! against the certificate.
//!
//! Invariant: one chart is one instrument or laboratory and method on one material; the blocks are
//! its calibrations. A control material without a certified value tells of scatter, never of bias.

use std::collections::BTreeMap;

use super::anova::{OneWay, Scatter, mean_of};
use super::bias::Bias;
use super::outlier::{self, Outlier};
use super::{Estimate, Evidence, Interval, Span, check_count, check_positive};
use crate::fault::Fault;
use crate::period::check_figure;

/// Results that a chart should have.
pub const RESULTS_WANTED: usize = 20;
/// Calibrations that it should span.
pub const BLOCKS_WANTED: usize = 6;

/// What a reference material is certified at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certified {
    /// In the unit of the results.
    pub value: f64,
    /// Standard uncertainty in that unit: the expanded one of the certificate over its k.
    pub uncertainty: f64,
}

/// One result on a control material.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlResult {
    /// Run or report, for people.
    pub label: String,
    /// When, µs since 1970.
    pub at: i64,
    /// Calibration in which it was measured.
    pub block: String,
    /// What was measured; above 0.
    pub value: f64,
}

/// What one chart tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Random and short-term error.
    pub scatter: Scatter,
    /// Against the certificate; `None` without one.
    pub bias: Option<Bias>,
    /// Results that stand out; they count.
    pub outliers: Vec<Outlier>,
}

/// Evaluates the chart of one instrument or method on one material.
pub fn chart(results: &[ControlResult], certified: Option<Certified>) -> Result<Chart, Fault> {
    check_count(results.len(), 2, "results")?;
    for (n, result) in results.iter().enumerate() {
        check_positive(result.value, || format!("results[{n}].value"))?;
    }
    let reference = match certified {
        Some(certified) => {
            check_certified(certified)?;
            certified.value
        }
        None => middle(results),
    };
    let deviation = |result: &ControlResult| result.value / reference - 1.0;
    let one_way = OneWay::of(results.iter().map(|r| (r.block.as_str(), deviation(r))));
    let span = Span::of(results.iter().map(|result| result.at));
    let span = span.ok_or_else(|| Fault::Missing { place: "results".into() })?;
    let by_result = Evidence { count: results.len(), wanted: RESULTS_WANTED, span };
    let by_block = Evidence { count: one_way.blocks(), wanted: BLOCKS_WANTED, span };
    let figures: Vec<(&str, f64)> =
        results.iter().map(|result| (result.label.as_str(), deviation(result))).collect();
    Ok(Chart {
        scatter: one_way.scatter(by_result, by_block),
        bias: certified
            .map(|certified| Bias::of(&one_way, certified.uncertainty / certified.value, by_block)),
        outliers: outlier::among_figures(&figures),
    })
}

/// Where a result belongs: an instrument or a laboratory and method, and the material.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartKey {
    /// The error key of the instrument or method.
    pub source: String,
    /// The control material.
    pub material: String,
}

/// Evaluates the charts of many instruments and materials, each by itself.
pub fn charts(
    results: &[(ChartKey, ControlResult)],
    certified: impl Fn(&str) -> Option<Certified>,
) -> Result<BTreeMap<ChartKey, Chart>, Fault> {
    let mut parted: BTreeMap<ChartKey, Vec<ControlResult>> = BTreeMap::new();
    for (key, result) in results {
        parted.entry(key.clone()).or_default().push(result.clone());
    }
    let evaluated = |(key, results): (ChartKey, Vec<ControlResult>)| {
        let chart = chart(&results, certified(&key.material))?;
        Ok((key, chart))
    };
    parted.into_iter().map(evaluated).collect()
}

/// The long-term error from the biases on several materials: the root of their mean square and of
/// the mean square of their uncertainties (Nordtest TR 537). `None` for none.
#[must_use]
pub fn long_term(biases: &[Bias]) -> Option<Estimate> {
    let [first, rest @ ..] = biases else { return None };
    if rest.is_empty() {
        return Some(first.long_term());
    }
    let count = biases.len() as f64;
    let mean = |figure: &dyn Fn(&Bias) -> f64| {
        (biases.iter().map(|bias| figure(bias).powi(2)).sum::<f64>() / count).sqrt()
    };
    let total = |figure: &dyn Fn(&Bias) -> usize| biases.iter().map(figure).sum();
    let ends = biases.iter().flat_map(|bias| [bias.evidence.span.first, bias.evidence.span.last]);
    let evidence = Evidence {
        count: total(&|bias| bias.evidence.count),
        wanted: BLOCKS_WANTED,
        span: Span::of(ends)?,
    };
    Some(Estimate {
        value: mean(&|bias| bias.value).hypot(mean(&|bias| bias.uncertainty)),
        interval: Interval {
            low: mean(&|bias| bias.long_term().interval.low),
            high: mean(&|bias| bias.long_term().interval.high),
        },
        dof: biases.iter().map(|bias| bias.dof).sum(),
        was_negative: false,
        evidence,
    })
}

fn check_certified(certified: Certified) -> Result<(), Fault> {
    check_positive(certified.value, || "certified.value".into())?;
    check_figure(certified.uncertainty, || "certified.uncertainty".into())?;
    if certified.uncertainty < 0.0 {
        let place = "certified.uncertainty".into();
        return Err(Fault::Negative { place, found: certified.uncertainty });
    }
    Ok(())
}

/// The level of a control material without a certificate: the mean of its results.
fn middle(results: &[ControlResult]) -> f64 {
    mean_of(&results.iter().map(|result| result.value).collect::<Vec<_>>())
}
