//! The bounded program by clarabel, for what our own interior steps do not settle.
//!
//! Invariant: one thread, fixed tolerances; a program without a feasible point is an answer, and
//! its certificate names the balances.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};

use crate::bounded::{HOLD, Step};
use crate::estimate::Local;
use crate::refusal::{Code, Refusal};
use crate::system::System;

/// Solves one program; refuses where there is no feasible point.
pub(super) fn step(system: &System, local: &Local, x: &[f64]) -> Result<Step, Refusal> {
    let (width, height) = (system.width(), system.height());
    let lower: Vec<usize> = (0..width).filter(|i| system.lower[*i].is_finite()).collect();
    let upper: Vec<usize> = (0..width).filter(|i| system.upper[*i].is_finite()).collect();
    let mut columns: Vec<Vec<(usize, f64)>> = vec![Vec::new(); width];
    let mut right: Vec<f64> = local.residual.iter().map(|r| -r).collect();
    for row in 0..height {
        for at in system.row_range(row) {
            columns[system.column[at]].push((row, local.jacobian[at]));
        }
    }
    for index in &lower {
        columns[*index].push((right.len(), -1.0));
        right.push((x[*index] - system.lower[*index]) / local.scale[*index]);
    }
    for index in &upper {
        columns[*index].push((right.len(), 1.0));
        right.push((system.upper[*index] - x[*index]) / local.scale[*index]);
    }
    let constraints = matrix(right.len(), &columns);
    let mut weights: Vec<Vec<(usize, f64)>> = vec![Vec::new(); width];
    for pair in system.pairs.iter().filter(|pair| pair.weight != 0.0) {
        weights[pair.second].push((pair.first, pair.weight));
    }
    for (index, column) in weights.iter_mut().enumerate() {
        column.sort_by_key(|entry| entry.0);
        column.push((index, if system.weighs(index) { system.weight[index] } else { HOLD }));
    }
    let pull = system.pull(&system.adjustment(x));
    let cones = [
        SupportedConeT::ZeroConeT(height),
        SupportedConeT::NonnegativeConeT(lower.len() + upper.len()),
    ];
    let settings = DefaultSettings {
        verbose: false,
        tol_gap_abs: 1e-10,
        tol_gap_rel: 1e-10,
        tol_feas: 1e-10,
        max_threads: 1,
        ..DefaultSettings::default()
    };
    let weights = matrix(width, &weights);
    let mut solver = DefaultSolver::new(&weights, &pull, &constraints, &right, &cones, settings)
        .map_err(|error| Refusal::new(Code::NotConverged, "bounds", error.to_string()))?;
    solver.solve();
    let found = &solver.solution;
    match found.status {
        SolverStatus::Solved | SolverStatus::AlmostSolved => {}
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => {
            return Err(infeasible(system, &found.z[..height]));
        }
        other => {
            let text = format!("the bounded program ended with {other:?}");
            return Err(Refusal::new(Code::NotConverged, "bounds", text));
        }
    }
    let multiplier = found.z[..height].iter().zip(&local.row_scale).map(|(l, scale)| l * scale);
    let mut step = Step {
        by: found.x.clone(),
        lower: vec![0.0; width],
        upper: vec![0.0; width],
        multiplier: multiplier.collect(),
        strong: vec![false; width],
    };
    for ((index, force), slack) in lower.iter().zip(&found.z[height..]).zip(&found.s[height..]) {
        step.lower[*index] = *force;
        step.strong[*index] |= force > slack;
    }
    let of_upper = height + lower.len();
    for ((index, force), slack) in upper.iter().zip(&found.z[of_upper..]).zip(&found.s[of_upper..])
    {
        step.upper[*index] = *force;
        step.strong[*index] |= force > slack;
    }
    Ok(step)
}

/// The balances that the certificate rests on, as global row numbers in the list of balances.
fn infeasible(system: &System, certificate: &[f64]) -> Refusal {
    let most = certificate.iter().fold(0.0, |most, value| f64::max(most, value.abs()));
    let text = "the balances cannot be met without going below zero or above a limit";
    let mut refusal = Refusal::new(Code::Inconsistent, "bounds", text);
    refusal.rows = (0..certificate.len())
        .filter(|row| certificate[*row].abs() > 1e-6 * most)
        .map(|row| system.rows[row])
        .collect();
    refusal
}

fn matrix(height: usize, columns: &[Vec<(usize, f64)>]) -> CscMatrix<f64> {
    let mut start = vec![0];
    let (mut row, mut value) = (Vec::new(), Vec::new());
    for column in columns {
        for (index, entry) in column {
            row.push(*index);
            value.push(*entry);
        }
        start.push(row.len());
    }
    CscMatrix::new(height, columns.len(), start, row, value)
}
