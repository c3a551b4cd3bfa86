//! The digits of a bounded solution: an equality solve with what is at its bound held.
//!
//! Invariant: what is returned keeps every bound and pushes against each that it is held at; a set
//! of held variables that does not settle is refused. It may lie elsewhere than the programs'
//! point, which the caller compares.

use crate::bounded::{Bounded, STRONG, Step};
use crate::estimate::{Estimate, Solver};
use crate::refusal::{Code, Refusal};
use crate::system::System;

/// Changes of the set of held variables.
const MOST_CHANGES: usize = 200;
/// Multipliers of the wrong sign up to this are rounding.
pub(super) const AWAY: f64 = 1e-5;

/// Holds what is strongly at a bound, solves exactly, and mends the set until it is right.
pub(super) fn polish(
    system: &System,
    solver: &mut Solver,
    x: Vec<f64>,
    step: &Step,
    programs: usize,
) -> Result<Bounded, Refusal> {
    let scale = system.scale(&x);
    let mut held: Vec<Option<f64>> = (0..system.width())
        .map(|i| {
            if x[i] < system.lower[i] + 1e-4 * scale[i] && step.lower[i] > 1e-5 {
                Some(system.lower[i])
            } else if x[i] > system.upper[i] - 1e-4 * scale[i] && step.upper[i] > 1e-5 {
                Some(system.upper[i])
            } else {
                None
            }
        })
        .collect();
    // What came back after it was let go stays held, so that the set cannot go in circles.
    let mut let_go = vec![false; system.width()];
    for _ in 0..MOST_CHANGES {
        let frozen: Vec<bool> = held.iter().map(Option::is_some).collect();
        let from = held.iter().zip(&x).map(|(held, x)| held.unwrap_or(*x)).collect();
        let estimate = solver.equality(system, from, &frozen);
        let slope = slope(system, solver, &estimate);
        let wrong = |i: usize| match held[i].filter(|_| !let_go[i]) {
            Some(at) if at == system.lower[i] => (-slope[i] * scale[i] - 1e-8).max(0.0),
            Some(_) => (slope[i] * scale[i] - 1e-8).max(0.0),
            None => 0.0,
        };
        // A held variable that pushes away from its bound by more than rounding is no solution.
        let bad = |i: usize| match held[i] {
            Some(at) if at == system.lower[i] => slope[i] * scale[i] < -AWAY,
            Some(_) => slope[i] * scale[i] > AWAY,
            None => false,
        };
        let broken = |i: usize| match held[i] {
            Some(_) => 0.0,
            None => {
                let over = (system.lower[i] - estimate.x[i]).max(estimate.x[i] - system.upper[i]);
                (over / scale[i] - 1e-7).max(0.0)
            }
        };
        if let Some(worst) = most(system.width(), broken) {
            let low = estimate.x[worst] < system.lower[worst];
            held[worst] = Some(if low { system.lower[worst] } else { system.upper[worst] });
        } else if let Some(worst) = most(system.width(), wrong) {
            held[worst] = None;
            let_go[worst] = true;
        } else if (0..system.width()).any(|i| let_go[i] && held[i].is_some() && bad(i)) {
            break;
        } else {
            let active = (0..system.width())
                .map(|i| held[i].is_some() && (slope[i] * scale[i]).abs() > STRONG)
                .collect();
            return Ok(Bounded::new(estimate, active, programs));
        }
    }
    let text = "the set of variables at a bound did not settle";
    Err(Refusal::new(Code::NotConverged, "bounds", text))
}

/// Gradient of the Lagrangian, twice as in Σ((x − y)/sd)².
pub(super) fn slope(system: &System, solver: &mut Solver, estimate: &Estimate) -> Vec<f64> {
    let pull = system.pull(&system.adjustment(&estimate.x));
    let mut slope: Vec<f64> = (0..system.width())
        .map(|i| if system.weighs(i) { 2.0 * pull[i] / system.sd[i] } else { 0.0 })
        .collect();
    system.jacobian(&estimate.x, &mut solver.jacobian);
    for row in 0..system.height() {
        for at in system.row_range(row) {
            slope[system.column[at]] += 2.0 * solver.jacobian[at] * estimate.multiplier[row];
        }
    }
    slope
}

/// The first of the largest that is above zero.
fn most(count: usize, size: impl Fn(usize) -> f64) -> Option<usize> {
    let mut best = (0.0, None);
    for index in 0..count {
        let value = size(index);
        if value > best.0 {
            best = (value, Some(index));
        }
    }
    best.1
}
