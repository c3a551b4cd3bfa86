//! The estimate of one part when a bound is hit.
//!
//! Invariant: all bounds are seen at once by a quadratic program in every step; violators are
//! never clipped or pinned one by one, which stops at worse points of a bilinear problem. What
//! stays at its bound with a positive multiplier is held, and an equality solve gives the digits.

mod interior;
mod program;

use crate::estimate::{Estimate, Solver, lowered, nudged, start};
use crate::limits::{MOST_PROGRAMS, MOST_VARIABLES_FOR_SADDLES};
use crate::refusal::{Code, Refusal};
use crate::system::System;

/// What an unmeasured variable weighs in a program.
const HOLD: f64 = 1e-6;
/// Weighted squares by which another solution must be better to be taken.
const NOTICED: f64 = 1e-6;
/// Saddles that are left one after another.
const MOST_SADDLES: usize = 3;
/// Changes of the set of held variables.
const MOST_CHANGES: usize = 200;
/// Multipliers of the wrong sign up to this are rounding.
const AWAY: f64 = 1e-5;
/// A multiplier below this carries no information.
const STRONG: f64 = 1e-7;

/// A part with its bounds kept.
pub(crate) struct Bounded {
    pub(crate) estimate: Estimate,
    /// Variables held at a bound with a positive multiplier.
    pub(crate) active: Vec<bool>,
    pub(crate) programs: usize,
}

/// A step of the program: scaled move, multipliers of the lower and upper bounds.
pub(crate) struct Step {
    pub(crate) by: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

/// Solves a part. `None` in the refusal's lists where no balance can be blamed.
pub(crate) fn bounded(system: &System, solver: &mut Solver) -> Result<Bounded, Refusal> {
    let free = vec![false; system.width()];
    let first = start(solver, system);
    let has_bounds = system.lower.iter().chain(&system.upper).any(|bound| bound.is_finite());
    if !has_bounds {
        let estimate = lowered(solver, system, first);
        return Ok(Bounded { estimate, active: free, programs: 0 });
    }
    let estimate = solver.equality(system, first, &free);
    let scale = system.scale(&estimate.x);
    let broken = (0..system.width()).any(|i| system.breaks(i, estimate.x[i], 1e-9 * scale[i]));
    let mut found = match broken {
        true => descend(system, solver, &estimate.x)?,
        false => Bounded { estimate, active: free.clone(), programs: 0 },
    };
    for _ in 0..MOST_SADDLES {
        if !found.estimate.settled
            || system.width() > MOST_VARIABLES_FOR_SADDLES
            || !solver.is_saddle(system, &found.estimate, &found.active)
        {
            break;
        }
        // The way down from a saddle ends at a bound, so it is taken with the bounds in sight.
        let before = system.chi_squared(&found.estimate.x);
        match descend(system, solver, &nudged(system, &found.estimate.x, &free)) {
            Ok(mut other)
                if other.estimate.settled
                    && system.chi_squared(&other.estimate.x) < before - NOTICED =>
            {
                other.programs += found.programs;
                found = other;
            }
            _ => break,
        }
    }
    Ok(found)
}

/// Programs from a point on, then the digits.
fn descend(system: &System, solver: &mut Solver, from: &[f64]) -> Result<Bounded, Refusal> {
    let (x, step, programs) = sequence(system, solver, from)?;
    polish(system, solver, x, &step, programs)
}

/// Gauss-Newton steps, each a program with all bounds.
fn sequence(
    system: &System,
    solver: &mut Solver,
    from: &[f64],
) -> Result<(Vec<f64>, Step, usize), Refusal> {
    let clip = |i: usize, value: f64| value.max(system.lower[i]).min(system.upper[i]);
    let mut x: Vec<f64> = from.iter().enumerate().map(|(i, value)| clip(i, *value)).collect();
    let free = vec![false; system.width()];
    let mut last: Option<f64> = None;
    let mut number = 0;
    loop {
        number += 1;
        let scale = system.scale(&x);
        let local = solver.local(system, &x, scale, &free);
        let step = match interior::step(system, solver, &local, &x) {
            Some(step) => step,
            None => program::step(system, &local, &x)?,
        };
        let mut moved: f64 = 0.0;
        for (i, value) in x.iter_mut().enumerate() {
            let next = clip(i, *value + local.scale[i] * step.by[i]);
            if system.weighs(i) {
                moved = moved.max((next - *value).abs() / local.scale[i]);
            }
            *value = next;
        }
        let objective = system.chi_squared(&x);
        let closure = solver.local(system, &x, local.scale, &free).closure;
        let still = last.is_some_and(|last| (objective - last).abs() < 1e-9 * (1.0 + objective));
        if number >= MOST_PROGRAMS || (moved < 1e-6 && closure < 1e-9 && still) {
            return Ok((x, step, number));
        }
        last = Some(objective);
    }
}

/// Holds what is strongly at a bound, solves exactly, and mends the set until it is right.
fn polish(
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
            return Ok(Bounded { estimate, active, programs });
        }
    }
    let text = "the set of variables at a bound did not settle";
    Err(Refusal::new(Code::NotConverged, "bounds", text))
}

/// Gradient of the Lagrangian, twice as in Σ((x − y)/sd)².
fn slope(system: &System, solver: &mut Solver, estimate: &Estimate) -> Vec<f64> {
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
