//! Where the iteration begins: masses by their own balances, then the substance with masses held.
//!
//! Invariant: masses and contents are positive where they must be, so that the bilinear model is
//! not entered on its mirrored branch.

use crate::estimate::{Solver, diagonal};
use crate::kkt::Values;
use crate::limits::DUAL;
use crate::system::System;

/// Weight with which an unmeasured variable is held to its guess.
const HOLD: f64 = 1e-6;

/// A first point.
pub(crate) fn start(solver: &mut Solver, system: &System) -> Vec<f64> {
    let [mass, substance] = system.typical;
    let mut x = system.measured.clone();
    for (index, value) in x.iter_mut().enumerate() {
        if system.is_mass[index] && !system.weighs(index) {
            *value = mass;
        }
    }
    let not_mass: Vec<bool> = system.is_mass.iter().map(|m| !m).collect();
    linear(solver, system, &mut x, &not_mass, true, mass);
    for index in (0..system.width()).filter(|i| system.is_mass[*i]) {
        if x[index] <= 0.0 && system.lower[index].is_finite() {
            let good = system.weighs(index) && system.measured[index] > 0.0;
            x[index] = if good { system.measured[index] } else { 1e-3 * mass };
        }
    }
    if not_mass.iter().all(|other| !other) {
        return x;
    }
    for index in (0..system.width()).filter(|i| !system.weighs(*i)) {
        if system.upper[index].is_finite() {
            x[index] = system.upper[index] / 2.0;
        }
    }
    linear(solver, system, &mut x, &system.is_mass, false, substance);
    for index in (0..system.width()).filter(|i| !system.is_mass[*i]) {
        if x[index] < 0.0 && system.lower[index].is_finite() {
            x[index] = system.measured[index].abs();
        }
        x[index] = x[index].min(system.upper[index]);
    }
    x
}

/// One linear solve over the rows of a layer with the other layer held.
fn linear(
    solver: &mut Solver,
    system: &System,
    x: &mut [f64],
    frozen: &[bool],
    mass_rows: bool,
    typical: f64,
) {
    let scale: Vec<f64> = (0..system.width())
        .map(|i| if system.weighs(i) { system.sd[i] } else { x[i].abs().max(typical) })
        .collect();
    let mut local = solver.local(system, x, scale, frozen);
    for row in (0..system.height()).filter(|row| system.row_is_mass[*row] != mass_rows) {
        for at in system.row_range(row) {
            local.jacobian[at] = 0.0;
        }
        local.residual[row] = 0.0;
    }
    let diagonal = diagonal(system, frozen, HOLD);
    let pairs = vec![0.0; system.pairs.len()];
    let values = Values {
        diagonal: &diagonal,
        pairs: &pairs,
        jacobian: &local.jacobian,
        dual: DUAL,
        indefinite: false,
    };
    if solver.kkt.refactor(&values).is_none() {
        return;
    }
    let mut right = vec![0.0; system.width()];
    right.extend(local.residual.iter().map(|r| -r));
    let by = solver.kkt.solve(&right, 4);
    for index in (0..system.width()).filter(|i| !frozen[*i]) {
        x[index] += local.scale[index] * by[index];
    }
}
