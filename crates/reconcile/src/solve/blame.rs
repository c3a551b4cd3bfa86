//! Why a part did not settle: the balances that contradict each other.
//!
//! Invariant: a balance is named only if a combination of balances without any variable left does
//! not close. Otherwise the refusal says that the iteration did not settle, with its figures.

use crate::bounded::Bounded;
use crate::eliminate::{Combined, eliminate};
use crate::refusal::{Code, Refusal};
use crate::system::System;

/// A combination that should vanish must do so within this share of its parts.
const VANISHES: f64 = 1e-9;
/// Coefficients below this share do not count.
const NO_SHARE: f64 = 1e-9;

/// The refusal for a part that did not settle.
pub(super) fn unsettled(system: &System, bounded: &Bounded) -> Refusal {
    let estimate = &bounded.estimate;
    let rows = contradictions(system, &estimate.x);
    if rows.is_empty() {
        let text = format!(
            "no solution after {} steps: balances closed to {:.1e} of throughput, gradient {:.1e}",
            estimate.steps, estimate.closure, estimate.stationarity
        );
        return Refusal::new(Code::NotConverged, "solution", text);
    }
    let text = "exact values contradict these balances";
    let mut refusal = Refusal::new(Code::Inconsistent, "balances", text);
    refusal.rows = rows.into();
    refusal
}

/// Rows, by their global numbers, of combinations that have no variable and do not vanish.
fn contradictions(system: &System, x: &[f64]) -> Vec<usize> {
    let scale = system.scale(x);
    let mut jacobian = Vec::new();
    system.jacobian(x, &mut jacobian);
    let (residual, size) = system.residuals(x);
    let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let mut norms = Vec::with_capacity(system.height());
    let rows: Vec<Combined> = (0..system.height())
        .map(|row| {
            let entries: Vec<(usize, f64)> = system
                .row_range(row)
                .map(|at| (system.column[at], jacobian[at] * scale[system.column[at]]))
                .collect();
            let norm = entries.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
            let norm = if norm > 0.0 { norm } else { 1.0 };
            norms.push(norm);
            Combined {
                unmeasured: entries
                    .into_iter()
                    .map(|(column, value)| (narrow(column), value / norm))
                    .filter(|(_, value)| value.abs() > NO_SHARE)
                    .collect(),
                origin: vec![(narrow(row), 1.0)],
                ..Combined::default()
            }
        })
        .collect();
    let eliminated = eliminate(rows, &vec![true; system.width()]);
    let mut blamed = Vec::new();
    for row in eliminated.rows.iter().filter(|row| row.unmeasured.is_empty()) {
        let (mut sum, mut whole, mut most) = (0.0, 0.0, 0.0_f64);
        for (origin, share) in &row.origin {
            let at = *origin as usize;
            sum += share * residual[at] / norms[at];
            whole += (share * size[at] / norms[at]).abs();
            most = most.max(share.abs());
        }
        if f64::abs(sum) > VANISHES * whole {
            let strong = row.origin.iter().filter(|(_, share)| share.abs() > NO_SHARE * most);
            blamed.extend(strong.map(|(origin, _)| system.rows[*origin as usize]));
        }
    }
    blamed.sort_unstable();
    blamed.dedup();
    blamed
}
