//! Rates of alarms over many simulated histories.
//!
//! Invariant: α is stated per test; two-sided thresholds stand at α/2 each. σ comes from figures
//! that are known in use; from the simulated truth only where that is what is asked, to tell a
//! wrong threshold from a σ that carries errors of its own.

use tl_statistics::{chi_squared, correction, normal};

use crate::evaluation::{Evaluation, Settings};
use crate::fault::Fault;
use crate::limits;
use crate::simulation::generator::Generator;
use crate::simulation::plant::{self, Grade, Loss};
use crate::stratum;

/// Amounts at which relative errors are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Those that were measured, errors and all: what a balance uses.
    Measured,
    /// The usual level of each stream and stock.
    Usual,
    /// Measured ones drawn towards their usual level as far as they are uncertain.
    Expected,
    /// The simulated truth, which nobody knows: with it any deviation is the thresholds' own.
    Truth,
}

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scenario {
    /// How well the plant measures.
    pub grade: Grade,
    /// What it loses.
    pub loss: Loss,
    /// What σ is computed from.
    pub basis: Basis,
    /// Periods of a history.
    pub periods: usize,
    /// How many histories.
    pub histories: usize,
    /// Where the random numbers start.
    pub seed: u64,
    /// False-alarm rate of each test over a history, both sides together.
    pub alpha: f64,
}

/// How often each test fired, as shares of histories.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Page, either side, within the history.
    pub page: f64,
    /// Page against losses.
    pub page_up: f64,
    /// Page against gains.
    pub page_down: f64,
    /// CUMUF at the last period, two-sided.
    pub cumuf: f64,
    /// GEMUF at the last period.
    pub gemuf: f64,
    /// Any SITMUF beyond the limit that all periods share (Šidák).
    pub sitmuf: f64,
    /// MUF of single periods beyond their two-sided limit, as a share of periods.
    pub muf: f64,
}

/// What one history gave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// First period (from 1) with Page's alarm against losses.
    pub first_up: Option<usize>,
    /// First period (from 1) with Page's alarm against gains.
    pub first_down: Option<usize>,
    /// |CUMUF|/σ at the last period.
    pub cumuf: f64,
    /// GEMUF at the last period.
    pub gemuf: f64,
    /// Largest |SITMUF|.
    pub sitmuf: f64,
    /// Periods whose |MUF|/σ passed the limit.
    pub muf: usize,
}

/// The limits that a scenario's tests use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Page's k and h, each side at α/2.
    pub settings: Settings,
    /// On |CUMUF|/σ and on single |MUF|/σ.
    pub normal: f64,
    /// On GEMUF of the last period.
    pub gemuf: f64,
    /// On each |SITMUF|.
    pub sitmuf: f64,
}

impl Limits {
    /// Limits at rate `alpha` per test over `periods` periods.
    pub fn of(periods: usize, alpha: f64) -> Result<Self, Fault> {
        let each = correction::sidak(alpha, periods);
        Ok(Self {
            settings: Settings::two_sided(periods, alpha)?,
            normal: normal::upper_quantile(alpha / 2.0),
            gemuf: chi_squared::upper_quantile(alpha, periods as f64),
            sitmuf: normal::upper_quantile(each / 2.0),
        })
    }
}

/// Runs a scenario; `see` gets each history's strata and outcome, for those who keep them.
pub fn run(
    scenario: &Scenario,
    mut see: impl FnMut(&[stratum::Stratum], &Outcome),
) -> Result<Rates, Fault> {
    if scenario.histories == 0 || scenario.histories > limits::HISTORIES {
        let (place, found) = ("histories".into(), scenario.histories as f64);
        return Err(Fault::OutOfRange { place, found, wanted: "1 to 10000000 histories" });
    }
    let limits = Limits::of(scenario.periods, scenario.alpha)?;
    let design = plant::smelter(scenario.grade, scenario.periods);
    let mut generator = Generator::seeded(scenario.seed);
    let mut counts = [0_usize; 7];
    for _ in 0..scenario.histories {
        let truth = plant::truth(&design, scenario.loss, &mut generator);
        let mut strata = plant::measured(&truth, &mut generator);
        for ((stratum, usual), truth) in strata.iter_mut().zip(&design).zip(&truth) {
            stratum.basis = match scenario.basis {
                Basis::Measured => Vec::new(),
                Basis::Usual => usual.amounts.clone(),
                Basis::Expected => plant::expected(usual, stratum),
                Basis::Truth => truth.amounts.clone(),
            };
        }
        let outcome = outcome(&strata, scenario.periods, &limits)?;
        let (up, down) = (outcome.first_up.is_some(), outcome.first_down.is_some());
        let fired = [
            up || down,
            up,
            down,
            outcome.cumuf > limits.normal,
            outcome.gemuf > limits.gemuf,
            outcome.sitmuf > limits.sitmuf,
        ];
        for (count, fired) in counts.iter_mut().zip(fired) {
            *count += usize::from(fired);
        }
        counts[6] += outcome.muf;
        see(&strata, &outcome);
    }
    let share = |n: usize| counts[n] as f64 / scenario.histories as f64;
    Ok(Rates {
        page: share(0),
        page_up: share(1),
        page_down: share(2),
        cumuf: share(3),
        gemuf: share(4),
        sitmuf: share(5),
        muf: share(6) / scenario.periods as f64,
    })
}

fn outcome(strata: &[stratum::Stratum], periods: usize, limits: &Limits) -> Result<Outcome, Fault> {
    let series = stratum::series(strata, periods)?;
    let evaluation = Evaluation::of(&series, limits.settings);
    let standardised = evaluation.standardised.as_ref().map_err(Clone::clone)?;
    let last = periods - 1;
    let ratios = evaluation.muf.iter().zip(&evaluation.sigma).map(|(m, s)| m.abs() / s);
    let residuals = standardised.residuals.sitmuf.iter();
    Ok(Outcome {
        first_up: standardised.first_up,
        first_down: standardised.first_down,
        cumuf: evaluation.cumuf[last].abs() / evaluation.sigma_cumuf[last],
        gemuf: standardised.gemuf[last],
        sitmuf: residuals.fold(0.0, |most, z| z.abs().max(most)),
        muf: ratios.filter(|&ratio| ratio > limits.normal).count(),
    })
}
