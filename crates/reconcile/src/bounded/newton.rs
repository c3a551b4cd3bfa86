//! Programs with second-order terms, for what Gauss-Newton steps or a polish leave unsettled.
//!
//! Invariant: every step keeps all bounds in sight and lowers the sum of squares or what is open
//! in the balances, weighed by their multipliers; the Hessian is shifted until the program has
//! one solution. What is returned as settled is stationary with multipliers of the right sign.

use crate::bounded::polish::{AWAY, slope};
use crate::bounded::{Bounded, Curvature, NOTICED, STRONG, Step, interior};
use crate::estimate::{Estimate, Local, STATIONARY_ENOUGH, Solver};
use crate::kkt::largest;
use crate::limits::CLOSED;
use crate::system::System;

/// Programs of one descent.
const MOST: usize = 80;
/// Shifts that are tried in one step, each ten times the last.
const SHIFTS: usize = 12;
const LEAST_SHIFT: f64 = 1e-6;
const NO_SHIFT: f64 = 1e-9;
/// Shares of a step that are tried, each half the last.
const HALVINGS: i32 = 7;
/// Solves that take back what the curvature of the balances opened.
const CORRECTIONS: usize = 6;
/// What the measure of progress may grow by rounding.
const ROUNDING: f64 = 1e-9;
/// Share of a multiplier that its balance's weight in the measure exceeds it by.
const HEAVIER: f64 = 1.1;
/// Where a descent ends at once.
const STATIONARY: f64 = 1e-9;
const FEASIBLE: f64 = 1e-12;
/// Relative change of the sum of squares that ends a descent whose point is good enough.
const STILL: f64 = 1e-9;
/// Unmeasured masses beyond these multiples of the largest measured one have no place to go to.
pub(super) const CAPS: [f64; 4] = [10.0, 100.0, 300.0, 1e3];

/// The same part, unmeasured masses kept within a multiple of the largest measured one: two streams
/// that go round between the same units may carry any mass, and contents that contradict each other
/// cost the less the more goes round, so that there is no lowest point. Far out the sum of squares
/// is that of its limit.
pub(super) fn capped(system: &System, multiple: f64) -> System {
    let far = far(system, multiple);
    let mut near = system.clone();
    for (index, upper) in near.upper.iter_mut().enumerate() {
        if system.is_mass[index] && !system.weighs(index) {
            *upper = upper.min(far);
        }
    }
    near
}

fn far(system: &System, multiple: f64) -> f64 {
    let measured = (0..system.width()).filter(|i| system.is_mass[*i] && system.weighs(*i));
    multiple * measured.fold(system.typical[0], |most, i| f64::max(most, system.measured[i].abs()))
}

/// Goes on from a point and the step that led to it.
pub(super) fn descend(
    system: &System,
    solver: &mut Solver,
    x: Vec<f64>,
    step: Step,
    programs: usize,
) -> Bounded {
    let far = 2.0 * far(system, CAPS[CAPS.len() - 1]);
    let mut point = Point::new(system, solver, x, step);
    let mut penalty = vec![0.0; system.height()];
    let mut shift: f64 = 0.0;
    let mut number = programs;
    let mut last = f64::INFINITY;
    while number < programs + MOST {
        number += 1;
        let Some(step) = program(system, solver, &point, &mut shift) else { break };
        for (weight, multiplier) in penalty.iter_mut().zip(&step.multiplier) {
            let size = HEAVIER * multiplier.abs();
            *weight = f64::max(size, 0.5 * (*weight + size));
        }
        let x = advanced(system, solver, &point, &step, &penalty);
        point = Point::new(system, solver, x, step);
        shift = if shift < NO_SHIFT { 0.0 } else { 0.1 * shift };
        let objective = system.chi_squared(&point.x);
        let still = (objective - last).abs() < STILL * (1.0 + objective);
        last = objective;
        let done = point.stationarity < STATIONARY && point.local.closure < FEASIBLE;
        let runs =
            (0..point.x.len()).any(|i| system.is_mass[i] && !system.weighs(i) && point.x[i] > far);
        if done || runs || (still && point.settled()) {
            break;
        }
    }
    point.bounded(system, solver, number)
}

/// A point with its multipliers, and how far it is from a solution.
struct Point {
    x: Vec<f64>,
    step: Step,
    local: Local,
    stationarity: f64,
    /// What counts as much, in the same units.
    bar: f64,
}

impl Point {
    fn new(system: &System, solver: &mut Solver, x: Vec<f64>, step: Step) -> Self {
        let free = vec![false; system.width()];
        let local = solver.local(system, &x, system.scale(&x), &free);
        let pull = system.pull(&system.adjustment(&x));
        let bar = 1.0 + largest(&pull);
        let mut slope = pull;
        for (row, multiplier) in step.multiplier.iter().enumerate() {
            let factor = multiplier / local.row_scale[row];
            for at in system.row_range(row) {
                slope[system.column[at]] += local.jacobian[at] * factor;
            }
        }
        for (index, value) in slope.iter_mut().enumerate() {
            *value += step.upper[index] - step.lower[index];
        }
        let stationarity = largest(&slope);
        Point { x, step, local, stationarity, bar }
    }

    fn settled(&self) -> bool {
        self.stationarity < STATIONARY_ENOUGH * self.bar && self.local.closure < CLOSED / 10.0
    }

    /// An equality solve with what is strongly at its bound held gives the digits; where it goes
    /// elsewhere the point stands as it is.
    fn bounded(self, system: &System, solver: &mut Solver, programs: usize) -> Bounded {
        let own = self.settled();
        let Point { x, step, local, stationarity, .. } = self;
        let force = |i: usize| 2.0 * step.lower[i].max(step.upper[i]);
        let before = system.chi_squared(&x);
        let mut at = x.clone();
        for index in (0..at.len()).filter(|i| step.strong[*i]) {
            let below = step.lower[index] > step.upper[index];
            at[index] = if below { system.lower[index] } else { system.upper[index] };
        }
        let found = solver.digits(system, (at, step.multiplier.clone()), &step.strong);
        let slope = slope(system, solver, &found);
        let wrong = |i: usize| match (step.strong[i], step.lower[i] > step.upper[i]) {
            (true, true) => slope[i] * local.scale[i] < -AWAY,
            (true, false) => slope[i] * local.scale[i] > AWAY,
            (false, _) => system.breaks(i, found.x[i], 1e-7 * local.scale[i]),
        };
        let right = found.settled
            && !(0..x.len()).any(wrong)
            && !(own && system.chi_squared(&found.x) > before + NOTICED * (1.0 + before));
        if right {
            let strong = |i: usize| step.strong[i] && (slope[i] * local.scale[i]).abs() > STRONG;
            let active = (0..x.len()).map(strong).collect();
            return Bounded::new(found, active, programs);
        }
        let active = (0..x.len()).map(|i| step.strong[i] && force(i) > STRONG).collect();
        let (multiplier, closure) = (step.multiplier, local.closure);
        let estimate =
            Estimate { x, multiplier, steps: programs, closure, stationarity, settled: own };
        Bounded::new(estimate, active, programs)
    }
}

/// The program at a point, shifted as far as it must be.
fn program(system: &System, solver: &mut Solver, point: &Point, shift: &mut f64) -> Option<Step> {
    let scale = &point.local.scale;
    let mut curvature = Curvature { second: true, ..Curvature::of_objective(system) };
    for term in &system.terms {
        curvature.pairs[term.pair] += term.coefficient
            * point.step.multiplier[term.row]
            * scale[term.first]
            * scale[term.second];
    }
    for _ in 0..SHIFTS {
        curvature.shift = *shift;
        let found = interior::step(system, solver, &point.local, &point.x, &curvature);
        if found.is_some() {
            return found;
        }
        *shift = (*shift * 10.0).max(LEAST_SHIFT);
    }
    None
}

/// The point that a step leads to, shortened until it is better by the measure of progress.
fn advanced(
    system: &System,
    solver: &mut Solver,
    point: &Point,
    step: &Step,
    penalty: &[f64],
) -> Vec<f64> {
    let Point { x, local, .. } = point;
    let clip = |i: usize, value: f64| value.max(system.lower[i]).min(system.upper[i]);
    let moved = |from: &[f64], by: &[f64], share: f64| -> Vec<f64> {
        let to = |i: usize| clip(i, from[i] + share * local.scale[i] * by[i]);
        (0..from.len()).map(to).collect()
    };
    let measure = |x: &[f64]| {
        let (residual, _) = system.residuals(x);
        let open: f64 = residual.iter().zip(penalty).map(|(r, weight)| (r * weight).abs()).sum();
        0.5 * system.chi_squared(x) + open
    };
    let before = measure(x);
    let most = before + ROUNDING * (1.0 + before);
    let mut next = Vec::new();
    for halvings in 0..HALVINGS {
        next = moved(x, &step.by, 0.5_f64.powi(halvings));
        let mut reached = measure(&next);
        for _ in 0..CORRECTIONS {
            if reached <= most {
                return next;
            }
            let (residual, _) = system.residuals(&next);
            let mut right = vec![0.0; x.len()];
            right.extend(residual.iter().zip(&local.row_scale).map(|(r, scale)| -r * scale));
            let corrected = moved(&next, &solver.kkt.solve(&right, 1), 1.0);
            let better = measure(&corrected);
            if better.is_nan() || better >= reached {
                break;
            }
            (next, reached) = (corrected, better);
        }
        if reached <= most {
            break;
        }
    }
    next
}
