//! The estimate of one part when a bound is hit.
//!
//! Invariant: all bounds are seen at once by a quadratic program in every step; violators are
//! never clipped or pinned one by one, which stops at worse points of a bilinear problem. What
//! stays at its bound with a positive multiplier is held, and an equality solve gives the digits
//! (`polish`); where that leaves the point, programs with second-order terms go on (`newton`).

mod interior;
mod newton;
mod polish;
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
/// A multiplier below this carries no information.
const STRONG: f64 = 1e-7;

/// A part with its bounds kept.
pub(crate) struct Bounded {
    pub(crate) estimate: Estimate,
    /// Variables held at a bound with a positive multiplier.
    pub(crate) active: Vec<bool>,
    pub(crate) programs: usize,
    /// There is no lowest point: masses without a place to go to are kept within a limit.
    limited: bool,
}

impl Bounded {
    fn new(estimate: Estimate, active: Vec<bool>, programs: usize) -> Self {
        Bounded { estimate, active, programs, limited: false }
    }
}

/// A step of the program: scaled move, multipliers of the lower and upper bounds.
pub(crate) struct Step {
    pub(crate) by: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    /// Multipliers of the equations, unscaled.
    pub(crate) multiplier: Vec<f64>,
    /// Where a bound pushes more than it leaves room.
    pub(crate) strong: Vec<bool>,
}

/// The Hessian of a program.
struct Curvature {
    /// Off-diagonals.
    pairs: Vec<f64>,
    /// Added to every entry of the diagonal.
    shift: f64,
    /// Second-order terms are in it, so that it may be indefinite.
    second: bool,
}

impl Curvature {
    /// That of the objective alone, as Gauss-Newton steps have it.
    fn of_objective(system: &System) -> Self {
        let pairs = system.pairs.iter().map(|pair| pair.weight).collect();
        Curvature { pairs, shift: 0.0, second: false }
    }
}

/// Solves a part. `None` in the refusal's lists where no balance can be blamed.
pub(crate) fn bounded(system: &System, solver: &mut Solver) -> Result<Bounded, Refusal> {
    let free = vec![false; system.width()];
    let first = start(solver, system);
    let has_bounds = system.lower.iter().chain(&system.upper).any(|bound| bound.is_finite());
    if !has_bounds {
        let estimate = lowered(solver, system, first);
        return Ok(Bounded::new(estimate, free, 0));
    }
    let estimate = solver.equality(system, first.clone(), &free);
    let scale = system.scale(&estimate.x);
    let broken = (0..system.width()).any(|i| system.breaks(i, estimate.x[i], 1e-9 * scale[i]));
    let mut found = match (estimate.settled, broken) {
        (true, true) => descend(system, solver, &estimate.x)?,
        (true, false) => Bounded::new(estimate, free.clone(), 0),
        // It may have followed masses below zero, or to where there is no end.
        (false, _) => match descend(system, solver, if broken { &estimate.x } else { &first }) {
            Ok(found) if found.estimate.settled => found,
            Err(refusal) if broken => return Err(refusal),
            _ => Bounded::new(estimate, free.clone(), 0),
        },
    };
    for _ in 0..MOST_SADDLES {
        if !found.estimate.settled
            || found.limited
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
    let (x, step, programs) = match sequence(system, solver, from) {
        Ok(end) => end,
        Err(refusal) if refusal.code == Code::NotConverged => {
            return limit(system, solver, 0).ok_or(refusal);
        }
        Err(refusal) => return Err(refusal),
    };
    let before = system.chi_squared(&x);
    let noticed = NOTICED * (1.0 + before);
    let polished = polish::polish(system, solver, x.clone(), &step, programs).ok();
    let polished = polished.filter(|found| found.estimate.settled);
    let chi_squared = |found: &Bounded| system.chi_squared(&found.estimate.x);
    match polished {
        Some(found) if chi_squared(&found) < before + noticed => return Ok(found),
        _ => {}
    }
    // The equality solve went somewhere else, or nowhere: the way is kept in sight of all bounds.
    let mut found = newton::descend(system, solver, x, step, programs);
    if !found.estimate.settled {
        found = limit(system, solver, found.programs).unwrap_or(found);
    }
    Ok(match polished {
        Some(other) if !found.estimate.settled || chi_squared(&other) < chi_squared(&found) => {
            other
        }
        _ => found,
    })
}

/// Solves with unmeasured masses kept within wider and wider limits, as long as that settles.
fn limit(system: &System, solver: &mut Solver, programs: usize) -> Option<Bounded> {
    let mut from = start(solver, system);
    let mut found: Option<Bounded> = None;
    let mut programs = programs;
    if system.width() > MOST_VARIABLES_FOR_SADDLES {
        return None;
    }
    for multiple in newton::CAPS {
        let near = newton::capped(system, multiple);
        let Ok((x, step, more)) = sequence(&near, solver, &from) else { break };
        let mut other = newton::descend(&near, solver, x, step, programs + more);
        if found.is_some() && !other.estimate.settled {
            break;
        }
        programs = other.programs;
        let x = &other.estimate.x;
        for (index, active) in other.active.iter_mut().enumerate() {
            // A limit of our own says nothing of the plant.
            let own = near.upper[index] != system.upper[index];
            *active &= !(own && x[index] > 0.5 * near.upper[index]);
        }
        other.limited = true;
        from.clone_from(x);
        found = Some(other).filter(|other| other.estimate.settled);
    }
    found
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
    let plain = Curvature::of_objective(system);
    let mut last: Option<f64> = None;
    let mut number = 0;
    loop {
        number += 1;
        let scale = system.scale(&x);
        let local = solver.local(system, &x, scale, &free);
        let step = match interior::step(system, solver, &local, &x, &plain) {
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
