//! The bounded program by a primal-dual interior method on the matrix of the equality solve.
//!
//! Invariant: bounds enter the diagonal only, so pattern and symbolic factorisation are those of
//! the part. Where it does not converge it says so and the general solver takes over.

use crate::bounded::{Curvature, HOLD, Step};
use crate::estimate::{Local, Solver};
use crate::kkt::{Values, largest};
use crate::system::System;

const MOST_STEPS: usize = 60;
/// Share of the way to the wall that a step may go.
const BACK: f64 = 0.995;
const DUAL: f64 = 1e-9;
const DONE: f64 = 1e-9;

/// One side's slacks and multipliers; entries without a bound are unused.
struct Wall {
    /// +1 for lower bounds, −1 for upper bounds.
    sign: f64,
    has: Vec<usize>,
    limit: Vec<f64>,
    slack: Vec<f64>,
    force: Vec<f64>,
}

impl Wall {
    fn new(sign: f64, bounds: &[f64], x: &[f64], scale: &[f64]) -> Self {
        let has: Vec<usize> = (0..x.len()).filter(|i| bounds[*i].is_finite()).collect();
        let limit: Vec<f64> = has.iter().map(|i| (bounds[*i] - x[*i]) / scale[*i]).collect();
        let slack = limit.iter().map(|limit| (-sign * limit).max(1e-2)).collect();
        let force = vec![1e-2; has.len()];
        Wall { sign, has, limit, slack, force }
    }

    /// How far the slack is from what the point says.
    fn gap(&self, k: usize, d: &[f64]) -> f64 {
        self.sign * (d[self.has[k]] - self.limit[k]) - self.slack[k]
    }

    /// Moves of slack and force that belong to a move of the variables.
    fn follow(&self, d: &[f64], by: &[f64], target: &[f64]) -> (Vec<f64>, Vec<f64>) {
        (0..self.has.len())
            .map(|k| {
                let slack = self.sign * by[self.has[k]] + self.gap(k, d);
                (slack, (target[k] - self.force[k] * slack) / self.slack[k] - self.force[k])
            })
            .unzip()
    }

    fn complementarity(&self) -> f64 {
        self.slack.iter().zip(&self.force).map(|(s, z)| s * z).sum()
    }
}

/// The step that the program asks for; none where the iteration did not settle.
pub(super) fn step(
    system: &System,
    solver: &mut Solver,
    local: &Local,
    x: &[f64],
    curvature: &Curvature,
) -> Option<Step> {
    let (width, height) = (system.width(), system.height());
    let mut walls = [
        Wall::new(1.0, &system.lower, x, &local.scale),
        Wall::new(-1.0, &system.upper, x, &local.scale),
    ];
    let count = (walls[0].has.len() + walls[1].has.len()).max(1);
    let base: Vec<f64> = (0..width)
        .map(|i| curvature.shift + if system.weighs(i) { system.weight[i] } else { HOLD })
        .collect();
    let pairs = &curvature.pairs;
    let pull = system.pull(&system.adjustment(x));
    let (mut d, mut lambda) = (vec![0.0; width], vec![0.0; height]);
    let bar = 1.0 + largest(&pull);
    for _ in 0..MOST_STEPS {
        let rest = residual(system, local, &base, pairs, &pull, &walls, &d, &lambda);
        let mean = walls.iter().map(Wall::complementarity).sum::<f64>() / to_float(count);
        let gap = walls
            .iter()
            .flat_map(|wall| (0..wall.has.len()).map(|k| wall.gap(k, &d).abs()))
            .fold(0.0, f64::max);
        if !mean.is_finite() {
            return None;
        }
        if largest(&rest) < DONE * bar && gap < DONE && mean < DONE * 1e-2 {
            return Some(finish(system, local, walls, d, &lambda));
        }
        let mut diagonal = base.clone();
        for wall in &walls {
            for (k, index) in wall.has.iter().enumerate() {
                diagonal[*index] += wall.force[k] / wall.slack[k];
            }
        }
        let values = Values {
            diagonal: &diagonal,
            pairs,
            jacobian: &local.jacobian,
            dual: DUAL,
            indefinite: curvature.second,
        };
        solver.kkt.refactor(&values)?;
        if curvature.second && solver.kkt.negative() != height {
            return None;
        }
        let zero = walls.each_ref().map(|wall| vec![0.0; wall.has.len()]);
        let trial = direction(solver, &walls, &rest, &d, &zero);
        let moves = [0, 1].map(|w| walls[w].follow(&d, &trial, &zero[w]));
        let (primal, dual) = reach(&walls, &moves, 1.0);
        let after: f64 = (0..2).map(|w| product(&walls[w], &moves[w], primal, dual)).sum();
        let centre = (after / to_float(count) / mean).clamp(0.0, 1.0).powi(3) * mean;
        let target = [0, 1].map(|w| {
            let (slack, force): &(Vec<f64>, Vec<f64>) = &moves[w];
            slack.iter().zip(force).map(|(s, z)| centre - s * z).collect::<Vec<f64>>()
        });
        let by = direction(solver, &walls, &rest, &d, &target);
        let moves = [0, 1].map(|w| walls[w].follow(&d, &by, &target[w]));
        let (primal, dual) = reach(&walls, &moves, BACK);
        for index in 0..width {
            d[index] += primal * by[index];
        }
        for row in 0..height {
            lambda[row] += dual * by[width + row];
        }
        for (wall, (slack, force)) in walls.iter_mut().zip(&moves) {
            for k in 0..wall.has.len() {
                wall.slack[k] += primal * slack[k];
                wall.force[k] += dual * force[k];
            }
        }
    }
    None
}

fn finish(system: &System, local: &Local, walls: [Wall; 2], by: Vec<f64>, lambda: &[f64]) -> Step {
    let multiplier = lambda.iter().zip(&local.row_scale).map(|(l, scale)| l * scale).collect();
    let mut strong = vec![false; system.width()];
    for wall in &walls {
        for (k, index) in wall.has.iter().enumerate() {
            strong[*index] |= wall.force[k] > wall.slack[k];
        }
    }
    let [lower, upper] = walls.map(|wall| {
        let mut force = vec![0.0; system.width()];
        for (index, value) in wall.has.iter().zip(&wall.force) {
            force[*index] = *value;
        }
        force
    });
    Step { by, lower, upper, multiplier, strong }
}

/// Gradient of the Lagrangian, then the linearised equations.
fn residual(
    system: &System,
    local: &Local,
    base: &[f64],
    pairs: &[f64],
    pull: &[f64],
    walls: &[Wall; 2],
    d: &[f64],
    lambda: &[f64],
) -> Vec<f64> {
    let mut rest: Vec<f64> = (0..d.len()).map(|i| base[i] * d[i] + pull[i]).collect();
    for (pair, weight) in system.pairs.iter().zip(pairs).filter(|(_, weight)| **weight != 0.0) {
        rest[pair.first] += weight * d[pair.second];
        rest[pair.second] += weight * d[pair.first];
    }
    for wall in walls {
        for (k, index) in wall.has.iter().enumerate() {
            rest[*index] -= wall.sign * wall.force[k];
        }
    }
    rest.extend_from_slice(&local.residual);
    for row in 0..lambda.len() {
        for at in system.row_range(row) {
            let column = system.column[at];
            rest[column] += local.jacobian[at] * lambda[row];
            rest[d.len() + row] += local.jacobian[at] * d[column];
        }
    }
    rest
}

fn direction(
    solver: &mut Solver,
    walls: &[Wall; 2],
    rest: &[f64],
    d: &[f64],
    target: &[Vec<f64>; 2],
) -> Vec<f64> {
    let mut right: Vec<f64> = rest.iter().map(|value| -value).collect();
    for (wall, target) in walls.iter().zip(target) {
        for (k, index) in wall.has.iter().enumerate() {
            let push = (target[k] - wall.force[k] * wall.gap(k, d)) / wall.slack[k] - wall.force[k];
            right[*index] += wall.sign * push;
        }
    }
    solver.kkt.solve(&right, 1)
}

/// Longest steps that keep slacks and forces positive.
fn reach(walls: &[Wall; 2], moves: &[(Vec<f64>, Vec<f64>); 2], back: f64) -> (f64, f64) {
    let (mut primal, mut dual): (f64, f64) = (1.0, 1.0);
    for (wall, (slack, force)) in walls.iter().zip(moves) {
        for k in 0..wall.has.len() {
            if slack[k] < 0.0 {
                primal = primal.min(-back * wall.slack[k] / slack[k]);
            }
            if force[k] < 0.0 {
                dual = dual.min(-back * wall.force[k] / force[k]);
            }
        }
    }
    (primal, dual)
}

fn product(wall: &Wall, moves: &(Vec<f64>, Vec<f64>), primal: f64, dual: f64) -> f64 {
    (0..wall.has.len())
        .map(|k| (wall.slack[k] + primal * moves.0[k]) * (wall.force[k] + dual * moves.1[k]))
        .sum()
}

fn to_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
