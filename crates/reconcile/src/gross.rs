//! Global test, measurement tests, suspects, serial elimination.
//!
//! Invariant: ties are broken by the order of the flow sheet, never by rounding: figures within a
//! millionth of the largest count as equal. A weight that is no measurement is never flagged.

use tl_statistics::{chi_squared, normal};

use crate::answer::{GlobalTest, GrossErrors, Removal};
use crate::flowsheet::{Flowsheet, Layer, Options};
use crate::limits::{MOST_REMOVALS, MOST_VARIABLES_FOR_SERIAL};
use crate::model::{Kind, Names, Problem, Subject, build};
use crate::refusal::Refusal;
use crate::solve::{Solution, Wish, solve};

/// Figures from this share of the largest on are a tie.
const TIE: f64 = 1.0 - 1e-6;
/// Figures from this share of the largest on are suspects too.
const NEAR: f64 = 0.95;

/// Global test of a solution.
pub(crate) fn global(solution: &Solution, alpha: f64) -> GlobalTest {
    let dof = solution.dof();
    if dof == 0 {
        return GlobalTest { chi_squared: 0.0, dof, critical: None, p_value: None, passes: None };
    }
    let chi = solution.chi_squared;
    let freedom = u32::try_from(dof).map_or(f64::from(u32::MAX), f64::from);
    let critical = chi_squared::upper_quantile(alpha, freedom);
    GlobalTest {
        chi_squared: chi,
        dof,
        critical: Some(critical),
        p_value: Some(chi_squared::sf(chi, freedom)),
        passes: Some(chi <= critical),
    }
}

/// Limit for the largest of `count` figures at level α (Šidák), two-sided.
pub(crate) fn critical(alpha: f64, count: usize) -> Option<f64> {
    let count = u32::try_from(count).ok().filter(|count| *count > 0)?;
    let each = -f64::exp_m1(f64::ln_1p(-alpha) / f64::from(count));
    Some(normal::upper_quantile(each / 2.0))
}

/// Figures of all tested measurements, in the order of the flow sheet.
fn figures(problem: &Problem, solution: &Solution) -> Vec<(usize, f64)> {
    let correlated = !problem.correlations.is_empty();
    (0..problem.variables.len())
        .filter(|index| problem.variables[*index].kind == Kind::Measured)
        .filter_map(|index| {
            let (part, posterior, local) = solution.posterior(index)?;
            let z = posterior.test(&part.system, &part.bounded.estimate.x, local)?;
            Some((index, if correlated { posterior.power[local] } else { z }))
        })
        .collect()
}

/// All tests on measurements; `solution` belongs to the whole problem.
pub(crate) fn gross_errors(
    sheet: &Flowsheet,
    names: &Names<'_>,
    options: &Options,
    problem: &Problem,
    solution: &Solution,
) -> GrossErrors {
    let figures = figures(problem, solution);
    let limit = critical(options.alpha, figures.len());
    let top = figures.iter().fold(0.0, |top, (_, z)| f64::max(top, *z));
    let label = |index: usize| problem.label(sheet, index);
    let over: Vec<(usize, f64)> =
        figures.iter().copied().filter(|(_, z)| limit.is_some_and(|limit| *z > limit)).collect();
    let mut errors = GrossErrors {
        tested: figures.len(),
        critical: limit,
        suspects: over.iter().filter(|(_, z)| *z >= NEAR * top).map(|e| label(e.0)).collect(),
        over: over.iter().map(|(index, _)| label(*index)).collect(),
        removals: None,
        last: None,
    };
    if options.serial_elimination && problem.variables.len() <= MOST_VARIABLES_FOR_SERIAL {
        let serial = Serial { sheet, names, options };
        let (removals, last) = serial.run(problem, solution);
        errors.removals = Some(removals);
        errors.last = last;
    }
    errors
}

struct Serial<'a> {
    sheet: &'a Flowsheet,
    names: &'a Names<'a>,
    options: &'a Options,
}

impl Serial<'_> {
    /// Removals and the test after the last; no test where what is left has no solution.
    fn run(&self, problem: &Problem, solution: &Solution) -> (Vec<Removal>, Option<GlobalTest>) {
        let mut dropped: Vec<(usize, Layer)> = Vec::new();
        let mut removals = Vec::new();
        let mut owned: Option<(Problem, Solution)> = None;
        loop {
            let (problem, solution) = match &owned {
                Some((problem, solution)) => (problem, solution),
                None => (problem, solution),
            };
            let last = global(solution, self.options.alpha);
            let figures = figures(problem, solution);
            let limit = critical(self.options.alpha, figures.len());
            let step = limit
                .filter(|_| removals.len() < MOST_REMOVALS)
                .and_then(|limit| self.worst(problem, &figures, limit));
            let Some((index, removal)) = step else {
                return (removals, Some(last));
            };
            let Subject::Item(item) = problem.variables[index].subject else {
                return (removals, Some(last));
            };
            dropped.push((item, problem.variables[index].layer));
            removals.push(removal);
            match self.without(&dropped) {
                Ok(next) => owned = Some(next),
                Err(_) => return (removals, None),
            }
        }
    }

    fn without(&self, dropped: &[(usize, Layer)]) -> Result<(Problem, Solution), Refusal> {
        let problem = build(self.sheet, self.names, self.options, dropped)?;
        let wish = Wish { threads: self.options.threads, posterior: true };
        let solution = solve(self.sheet, &problem, wish)?;
        Ok((problem, solution))
    }

    fn worst(
        &self,
        problem: &Problem,
        figures: &[(usize, f64)],
        limit: f64,
    ) -> Option<(usize, Removal)> {
        let top = figures.iter().fold(0.0, |top, (_, z)| f64::max(top, *z));
        if top <= limit {
            return None;
        }
        let label = |entry: &(usize, f64)| problem.label(self.sheet, entry.0);
        let tied = |entry: &&(usize, f64)| entry.1 >= top * TIE;
        let ties: Vec<&(usize, f64)> = figures.iter().filter(tied).collect();
        let rest = figures
            .iter()
            .filter(|entry| !tied(entry))
            .fold(0.0, |most, (_, z)| f64::max(most, *z));
        let first = ties.first()?;
        Some((
            first.0,
            Removal {
                removed: label(first),
                z: top,
                critical: limit,
                ties: ties.iter().map(|entry| label(entry)).collect(),
                near: figures.iter().filter(|e| e.1 >= NEAR * top).map(label).collect(),
                runner_up: rest / top,
            },
        ))
    }
}
