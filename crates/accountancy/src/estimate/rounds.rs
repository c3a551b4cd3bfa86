//! Proficiency rounds and re-assays: the long-term error of a laboratory.
//!
//! Invariant: the figure is √(mean square of the deviations + mean square of the references'
//! uncertainties) (Nordtest TR 537). The interval is wider than the scatter of the rounds: its
//! lower end grants the whole of the references' uncertainty to the laboratory, so poor references
//! never make a laboratory look worse than the class data.

use tl_statistics::{chi_squared, sum};

use super::anova::OneWay;
use super::bias::Bias;
use super::{Estimate, Evidence, Interval, Span, TAIL, check_count, check_positive};
use crate::fault::Fault;
use crate::period::check_figure;
use crate::verification::laboratory::{self, LaboratoryResult};

/// Rounds that a laboratory should have.
pub const ROUNDS_WANTED: usize = 6;

/// One round: what the laboratory found against the reference value.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// Name of the round, for people.
    pub label: String,
    /// When, µs since 1970.
    pub at: i64,
    /// Figures with standard uncertainties; values above 0.
    pub result: LaboratoryResult,
}

/// A round that was not satisfactory.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsatisfactory {
    /// Name of the round.
    pub label: String,
    /// Its place, from 0.
    pub index: usize,
    /// Beyond ±1.
    pub en: f64,
}

/// What rounds tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Rounds {
    /// Long-term error.
    pub long: Estimate,
    /// Mean deviation over the rounds.
    pub bias: Bias,
    /// E_n of each round; `None` where nobody stated an uncertainty.
    pub en: Vec<Option<f64>>,
    /// Rounds with |E_n| > 1: the uncertainty that the laboratory claims is too small there.
    pub unsatisfactory: Vec<Unsatisfactory>,
}

/// The long-term error from rounds, with E_n at coverage 2.
pub fn long_term(rounds: &[Round]) -> Result<Rounds, Fault> {
    check_count(rounds.len(), 2, "rounds")?;
    for (n, round) in rounds.iter().enumerate() {
        check(&round.result, n)?;
    }
    let deviations: Vec<f64> =
        rounds.iter().map(|round| round.result.value / round.result.reference - 1.0).collect();
    let by_reference = |round: &Round| round.result.reference_u / round.result.reference;
    let count = rounds.len() as f64;
    let squares = sum::of(deviations.iter().map(|deviation| deviation * deviation));
    let reference = sum::of(rounds.iter().map(|round| by_reference(round).powi(2))) / count;
    let span = Span::of(rounds.iter().map(|round| round.at));
    let span = span.ok_or_else(|| Fault::Missing { place: "rounds".into() })?;
    let evidence = Evidence { count: rounds.len(), wanted: ROUNDS_WANTED, span };
    let low = squares / chi_squared::upper_quantile(TAIL, count) - reference;
    let high = squares / chi_squared::quantile(TAIL, count) + reference;
    let long = Estimate {
        value: (squares / count + reference).sqrt(),
        interval: Interval { low: low.max(0.0).sqrt(), high: high.sqrt() },
        dof: count,
        was_negative: false,
        evidence,
    };
    let one_way = OneWay::of(deviations.iter().map(|deviation| ("", *deviation)));
    // The references of different rounds are independent, so their errors are in the scatter.
    let bias = Bias::of(&one_way, 0.0, evidence);
    let en: Vec<Option<f64>> = rounds.iter().map(|round| round_en(&round.result)).collect();
    let unsatisfactory = rounds
        .iter()
        .zip(&en)
        .enumerate()
        .filter_map(|(index, (round, en))| {
            let en = en.filter(|en| !laboratory::is_satisfactory(*en))?;
            Some(Unsatisfactory { label: round.label.clone(), index, en })
        })
        .collect();
    Ok(Rounds { long, bias, en, unsatisfactory })
}

fn round_en(result: &LaboratoryResult) -> Option<f64> {
    // Uncertainties were checked; what is left is that nobody stated one.
    result.en(laboratory::COVERAGE).ok()
}

fn check(result: &LaboratoryResult, n: usize) -> Result<(), Fault> {
    check_positive(result.value, || format!("rounds[{n}].value"))?;
    check_positive(result.reference, || format!("rounds[{n}].reference"))?;
    for (name, found) in [("u_x", result.value_u), ("u_ref", result.reference_u)] {
        let place = || format!("rounds[{n}].{name}");
        check_figure(found, place)?;
        if found < 0.0 {
            return Err(Fault::Negative { place: place(), found });
        }
    }
    Ok(())
}
