//! Leaves a saddle of the estimate without bounds.
//!
//! Invariant: a settled estimate only gives way to a settled one that is lower; what did not
//! settle says so. There need not be a lowest point: two parallel streams of unmeasured mass and
//! nearly equal contents carry any amount at no cost when one mass grows and the other falls
//! below zero. The sum of squares has a limit all the same; where it stands still, one mass of
//! each such group is held, and the rest is solved exactly.

use crate::estimate::{Estimate, How, MOVE, REFINEMENTS, Solver, gradient};
use crate::kkt::largest;
use crate::limits::{MOST_STEPS, MOST_VARIABLES_FOR_SADDLES};
use crate::system::System;

/// Weighted squares by which another solution must be better to be taken.
const NOTICED: f64 = 1e-6;
/// Saddles that are left one after another.
const MOST_SADDLES: usize = 4;
/// Relative change of the sum of squares in a step below which it stands still.
const STILL: f64 = 1e-8;
/// The same where rounding, which grows with the masses that run, ends the descent before.
const STILL_ENOUGH: f64 = 1e-6;
/// An unmeasured variable that still moves by this share of itself then has no place to go to.
const RUNS: f64 = 1e-2;
/// It is held at this multiple of what it was: far enough for what is left of the contents'
/// pull, near enough for the other streams of its balance to keep their digits.
const FAR: f64 = 300.0;
/// Refinements of each step once masses are held far out.
const REFINEMENTS_HELD: usize = 20;

/// The estimate from a first point, off its saddle where it is one.
pub(crate) fn lowered(solver: &mut Solver, system: &System, first: Vec<f64>) -> Estimate {
    let mut held = vec![false; system.width()];
    let mut found = solver.equality(system, first.clone(), &held);
    if system.terms.is_empty() || system.width() > MOST_VARIABLES_FOR_SADDLES {
        return found;
    }
    if !found.settled {
        // It may have followed masses that have no place to go to.
        let from = nudged(system, &first, &held);
        match limit(solver, system, from, &mut held) {
            Some(other) if other.settled => found = after(found, other),
            _ => return found,
        }
    }
    for _ in 0..MOST_SADDLES {
        if !solver.is_saddle(system, &found, &held) {
            break;
        }
        let from = nudged(system, &found.x, &held);
        let before = system.chi_squared(&found.x) - NOTICED;
        match limit(solver, system, from, &mut held) {
            Some(other) if other.settled && system.chi_squared(&other.x) < before => {
                found = after(found, other);
            }
            _ => break,
        }
    }
    found
}

/// Counts the steps of both.
fn after(before: Estimate, found: Estimate) -> Estimate {
    Estimate { steps: before.steps + found.steps, ..found }
}

/// Down from a point to where the sum of squares stands still, what runs held there.
fn limit(
    solver: &mut Solver,
    system: &System,
    from: Vec<f64>,
    held: &mut [bool],
) -> Option<Estimate> {
    let (x, running) = downhill(solver, system, from, held)?;
    for index in one_of_each_group(system, &x, &running) {
        held[index] = true;
    }
    // Masses far beyond the others of their balance leave the factor few digits of those.
    solver.refinements = REFINEMENTS_HELD;
    let found = solver.equality(system, x, held);
    solver.refinements = REFINEMENTS;
    Some(found)
}

/// Unmeasured masses of assayed streams moved a little, each by its own share: two streams with
/// the same contents stand at a saddle as long as they share their flow evenly.
pub(crate) fn nudged(system: &System, x: &[f64], held: &[bool]) -> Vec<f64> {
    let mut x = x.to_vec();
    for (number, term) in system.terms.iter().enumerate() {
        if !system.weighs(term.first) && !held[term.first] {
            let share = [0.03, -0.05, 0.07, -0.02, 0.05, -0.07][number % 6];
            x[term.first] *= 1.0 + share;
        }
    }
    x
}

/// Gauss-Newton steps until the sum of squares stands still; Newton's would go back to the saddle.
/// Gives the point and the variables that still run; none where it never does.
fn downhill(
    solver: &mut Solver,
    system: &System,
    mut x: Vec<f64>,
    held: &mut [bool],
) -> Option<(Vec<f64>, Vec<bool>)> {
    let (width, height) = (system.width(), system.height());
    let mut lambda = vec![0.0; height];
    let mut last = f64::INFINITY;
    let mut stillest = (STILL_ENOUGH, None);
    let reach: Vec<f64> = system.scale(&x).iter().map(|scale| FAR * scale).collect();
    for step in 1..=MOST_STEPS {
        let scale = system.scale(&x);
        let local = solver.local(system, &x, scale, held);
        let (gradient, _) = gradient(system, &x, &lambda, &local, held);
        let right: Vec<f64> = gradient.iter().chain(&local.residual).map(|v| -v).collect();
        let how = How { newton: false, hold: 1.0 };
        let Some(by) = solver.direction(system, &local, &lambda, held, &right, how) else {
            break;
        };
        if !largest(&by).is_finite() {
            break;
        }
        let mut running = vec![false; width];
        for index in (0..width).filter(|index| !held[*index]) {
            let mut move_by = local.scale[index] * by[index];
            if !system.weighs(index) {
                let most = MOVE * local.scale[index];
                move_by = move_by.clamp(-most, most);
                running[index] = move_by.abs() > RUNS * local.scale[index];
            }
            x[index] += move_by;
        }
        for row in 0..height {
            lambda[row] += local.row_scale[row] * by[width + row];
        }
        let far: Vec<bool> = (0..width).map(|i| running[i] && x[i].abs() > reach[i]).collect();
        for index in one_of_each_group(system, &x, &far) {
            held[index] = true;
            stillest = (STILL_ENOUGH, None);
        }
        let objective = system.chi_squared(&x);
        let change = (objective - last).abs() / (1.0 + objective);
        if step > 3 && change < stillest.0 {
            stillest = (change, Some((x.clone(), running)));
        }
        if stillest.0 < STILL {
            break;
        }
        last = objective;
    }
    stillest.1
}

/// Of the running masses that meet in balances, the largest of each group: held, it stops the
/// others, which must make up for it.
fn one_of_each_group(system: &System, x: &[f64], running: &[bool]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..system.width()).collect();
    let root = |group: &[usize], mut index: usize| {
        while group[index] != index {
            index = group[index];
        }
        index
    };
    for row in (0..system.height()).filter(|row| system.row_is_mass[*row]) {
        let meeting = system.column[system.row_range(row)].iter().filter(|i| running[**i]);
        let roots: Vec<usize> = meeting.map(|index| root(&group, *index)).collect();
        if let Some(least) = roots.iter().min().copied() {
            for other in roots {
                group[other] = least;
            }
        }
    }
    let mut largest: Vec<Option<usize>> = vec![None; system.width()];
    for index in (0..system.width()).filter(|i| running[*i] && system.is_mass[*i]) {
        let place = &mut largest[root(&group, index)];
        if place.is_none_or(|other| x[index].abs() > x[other].abs()) {
            *place = Some(index);
        }
    }
    largest.into_iter().flatten().collect()
}
