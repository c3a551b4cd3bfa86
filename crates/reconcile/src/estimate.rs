//! The least-squares estimate of one part under its equations, bounds aside.
//!
//! Invariant: what is returned as settled is stationary and closes every balance; a solve that
//! stalls says so. Gauss-Newton far away, second-order terms near the solution; unmeasured
//! variables move at most tenfold per step, each on its own.

mod lower;
mod start;

use crate::kkt::{Kkt, Values, largest};
use crate::limits::{CLOSED, DUAL, MOST_STEPS, PROXIMAL};
use crate::refusal::Refusal;
use crate::system::System;
pub(crate) use lower::{lowered, nudged};
pub(crate) use start::start;

/// Where a settled solve ends.
const STATIONARY: f64 = 1e-11;
const FEASIBLE: f64 = 1e-13;
/// What a stalled solve must have reached to be accepted.
pub(crate) const STATIONARY_ENOUGH: f64 = 1e-6;
/// Steps without halving the error after which a solve counts as stalled.
const STALLS: usize = 12;
/// Share of the proximal weights below which they are not lowered.
const LEAST_HOLD: f64 = 1e-4;
/// A direction with second-order terms must solve its system this well.
const SOLVED: f64 = 1e-6;
/// Refinements that do for balances whose terms are of comparable size.
const REFINEMENTS: usize = 2;
/// First steps without second-order terms: multipliers are not known yet.
const FAR_AWAY: usize = 3;
/// Steps during which unmeasured variables are held to tenfold moves.
const GUARDED: usize = 15;
const MOVE: f64 = 10.0;

#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    pub(crate) x: Vec<f64>,
    /// Multipliers of the equations, unscaled.
    pub(crate) multiplier: Vec<f64>,
    pub(crate) steps: usize,
    /// Largest residual of a balance as share of its throughput.
    pub(crate) closure: f64,
    /// Largest gradient of the Lagrangian, in standard deviations.
    pub(crate) stationarity: f64,
    pub(crate) settled: bool,
}

/// The matrix and its scratch, kept over all solves of one part.
pub(crate) struct Solver {
    pub(crate) kkt: Kkt,
    pub(crate) jacobian: Vec<f64>,
    /// Refinements of each step.
    refinements: usize,
}

/// How a step is made: with second-order terms, and with which share of the proximal weights.
#[derive(Clone, Copy)]
struct How {
    newton: bool,
    hold: f64,
}

/// A part at a point, in scaled variables and rows.
pub(crate) struct Local {
    pub(crate) scale: Vec<f64>,
    pub(crate) row_scale: Vec<f64>,
    pub(crate) jacobian: Vec<f64>,
    pub(crate) residual: Vec<f64>,
    /// Residual as share of throughput.
    pub(crate) closure: f64,
}

impl Solver {
    pub(crate) fn new(system: &System) -> Result<Self, Refusal> {
        Ok(Solver { kkt: Kkt::new(system)?, jacobian: Vec::new(), refinements: REFINEMENTS })
    }

    /// Linearises at x; frozen variables do not move.
    pub(crate) fn local(
        &mut self,
        system: &System,
        x: &[f64],
        scale: Vec<f64>,
        frozen: &[bool],
    ) -> Local {
        system.jacobian(x, &mut self.jacobian);
        let (mut residual, size) = system.residuals(x);
        let mut jacobian = self.jacobian.clone();
        let mut row_scale = vec![1.0; system.height()];
        let mut closure: f64 = 0.0;
        for row in 0..system.height() {
            let range = system.row_range(row);
            let mut norm = 0.0;
            for at in range.clone() {
                let column = system.column[at];
                jacobian[at] *= if frozen[column] { 0.0 } else { scale[column] };
                norm += jacobian[at] * jacobian[at];
            }
            norm = norm.sqrt();
            let factor = if norm > 0.0 { 1.0 / norm } else { 1.0 };
            let open = residual[row].abs() / (size[row] + 1.0 / factor);
            closure = closure.max(if open.is_nan() { f64::INFINITY } else { open });
            row_scale[row] = factor;
            residual[row] *= factor;
            for at in range {
                jacobian[at] *= factor;
            }
        }
        Local { scale, row_scale, jacobian, residual, closure }
    }

    /// Solves from `x` with `frozen` variables held.
    pub(crate) fn equality(&mut self, system: &System, x: Vec<f64>, frozen: &[bool]) -> Estimate {
        self.settle(system, (x, None), frozen)
    }

    /// The same from near the solution, where the multipliers are known as well.
    pub(crate) fn digits(
        &mut self,
        system: &System,
        (x, multiplier): (Vec<f64>, Vec<f64>),
        frozen: &[bool],
    ) -> Estimate {
        self.settle(system, (x, Some(multiplier)), frozen)
    }

    fn settle(
        &mut self,
        system: &System,
        (mut x, multiplier): (Vec<f64>, Option<Vec<f64>>),
        frozen: &[bool],
    ) -> Estimate {
        let (width, height) = (system.width(), system.height());
        let far_away = if multiplier.is_some() { 0 } else { FAR_AWAY };
        let mut lambda = multiplier.unwrap_or_else(|| vec![0.0; height]);
        let mut best: Option<(f64, Estimate)> = None;
        let (mut previous, mut stalls, mut hold, mut slow) = (f64::INFINITY, 0, 1.0, false);
        for step in 1..=MOST_STEPS {
            let magnitude = system.scale(&x);
            // A slow tail is a direction that the data hardly fix, or pivots of very different
            // size: measure by what the neighbours' errors are.
            let scale = match slow {
                true => self.near_scale(system, &x, &magnitude),
                false => magnitude.clone(),
            };
            let local = self.local(system, &x, scale, frozen);
            let (gradient, pull) = gradient(system, &x, &lambda, &local, frozen);
            let stationarity = largest(&gradient);
            let bar = 1.0 + largest(&pull);
            let score = (stationarity / bar).max(local.closure);
            let settled = step > 2 && stationarity < STATIONARY * bar && local.closure < FEASIBLE;
            if best.as_ref().is_none_or(|(least, _)| score < *least) {
                let estimate = Estimate {
                    x: x.clone(),
                    multiplier: lambda.clone(),
                    steps: step,
                    closure: local.closure,
                    stationarity,
                    settled: stationarity < STATIONARY_ENOUGH * bar
                        && local.closure < CLOSED / 10.0,
                };
                best = Some((score, estimate));
            }
            stalls = if step > 3 && score > 0.5 * previous { stalls + 1 } else { 0 };
            if stalls > 2 {
                if slow {
                    hold = f64::max(hold * 0.1, LEAST_HOLD);
                }
                slow = true;
            }
            if settled || stalls > STALLS || !score.is_finite() {
                break;
            }
            previous = score;
            let right: Vec<f64> = gradient.iter().chain(&local.residual).map(|v| -v).collect();
            let how = How { newton: step > far_away && score < 1e-2, hold };
            let Some(move_by) = self.direction(system, &local, &lambda, frozen, &right, how) else {
                break;
            };
            for index in (0..width).filter(|index| !frozen[*index]) {
                let mut by = local.scale[index] * move_by[index];
                if step <= GUARDED && !system.weighs(index) {
                    let most = MOVE * x[index].abs().max(magnitude[index]);
                    by = by.clamp(-most, most);
                }
                x[index] += by;
            }
            for row in 0..height {
                lambda[row] += local.row_scale[row] * move_by[width + row];
            }
        }
        best.map(|(_, estimate)| estimate).expect("the first step always leaves an estimate")
    }

    /// Whether a settled point is a saddle: there is a way down that keeps all equations.
    pub(crate) fn is_saddle(
        &mut self,
        system: &System,
        estimate: &Estimate,
        frozen: &[bool],
    ) -> bool {
        if system.terms.is_empty() {
            return false;
        }
        let scale = system.scale(&estimate.x);
        let local = self.local(system, &estimate.x, scale, frozen);
        let how = How { newton: true, hold: 1.0 };
        self.factorise(system, &local, &estimate.multiplier, frozen, how)
            && self.kkt.negative() > system.height()
    }

    /// The step for a right side; without second-order terms where they spoil the factor.
    fn direction(
        &mut self,
        system: &System,
        local: &Local,
        lambda: &[f64],
        frozen: &[bool],
        right: &[f64],
        how: How,
    ) -> Option<Vec<f64>> {
        if how.newton && self.factorise(system, local, lambda, frozen, how) {
            let by = self.kkt.solve(right, self.refinements);
            if self.kkt.remainder < SOLVED {
                return Some(by);
            }
        }
        let plain = How { newton: false, ..how };
        self.factorise(system, local, lambda, frozen, plain)
            .then(|| self.kkt.solve(right, self.refinements))
    }

    /// Factorises at a point, with second-order terms or without.
    fn factorise(
        &mut self,
        system: &System,
        local: &Local,
        lambda: &[f64],
        frozen: &[bool],
        how: How,
    ) -> bool {
        let diagonal = diagonal(system, frozen, PROXIMAL * how.hold);
        let mut pairs: Vec<f64> = system
            .pairs
            .iter()
            .map(|pair| if frozen[pair.first] || frozen[pair.second] { 0.0 } else { pair.weight })
            .collect();
        if how.newton {
            for term in system.terms.iter().filter(|t| !frozen[t.first] && !frozen[t.second]) {
                pairs[term.pair] += term.coefficient
                    * lambda[term.row]
                    * local.scale[term.first]
                    * local.scale[term.second];
            }
        }
        let values = Values {
            diagonal: &diagonal,
            pairs: &pairs,
            jacobian: &local.jacobian,
            dual: DUAL * how.hold,
            indefinite: how.newton,
        };
        self.kkt.refactor(&values).is_some()
    }

    /// The sd of what was measured; for what was not, the sd that its equations give it, between
    /// a millionth of its magnitude and the magnitude. Keeps pivots of one size.
    fn near_scale(&mut self, system: &System, x: &[f64], magnitude: &[f64]) -> Vec<f64> {
        system.jacobian(x, &mut self.jacobian);
        let mut near = vec![0.0_f64; system.width()];
        for row in 0..system.height() {
            let range = system.row_range(row);
            let spread: f64 = range
                .clone()
                .filter(|at| system.weighs(system.column[*at]))
                .map(|at| (self.jacobian[at] * system.sd[system.column[at]]).powi(2))
                .sum::<f64>()
                .sqrt();
            for at in range {
                let column = system.column[at];
                if !system.weighs(column) && self.jacobian[at] != 0.0 {
                    near[column] = near[column].max(spread / self.jacobian[at].abs());
                }
            }
        }
        (0..system.width())
            .map(|i| match system.weighs(i) {
                true => system.sd[i],
                false if near[i] > 0.0 => near[i].clamp(1e-6 * magnitude[i], magnitude[i]),
                false => 1e-2 * magnitude[i],
            })
            .collect()
    }
}

/// Diagonal of the Hessian; frozen variables 1, unmeasured ones `proximal`.
pub(crate) fn diagonal(system: &System, frozen: &[bool], proximal: f64) -> Vec<f64> {
    (0..system.width())
        .map(|i| match (frozen[i], system.weighs(i)) {
            (true, _) => 1.0,
            (false, true) => system.weight[i],
            (false, false) => proximal,
        })
        .collect()
}

/// Gradient of the Lagrangian and of the objective, scaled; 0 at frozen variables.
fn gradient(
    system: &System,
    x: &[f64],
    lambda: &[f64],
    local: &Local,
    frozen: &[bool],
) -> (Vec<f64>, Vec<f64>) {
    let mut pull = system.pull(&system.adjustment(x));
    for (value, frozen) in pull.iter_mut().zip(frozen) {
        if *frozen {
            *value = 0.0;
        }
    }
    let mut gradient = pull.clone();
    for (row, multiplier) in lambda.iter().enumerate() {
        let factor = multiplier / local.row_scale[row];
        for at in system.row_range(row) {
            gradient[system.column[at]] += local.jacobian[at] * factor;
        }
    }
    (gradient, pull)
}
