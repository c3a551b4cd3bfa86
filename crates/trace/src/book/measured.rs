//! The rule of shares: an output's share is its measured substance over the sum of the outputs.
//!
//! A stock that the node keeps is a holder like any other: taken whole at the opening and put back
//! with its measured closing, so the sum of outputs and stock change is the sum over all fills. An
//! output that nobody assayed counts with its share of the inputs by dry mass. The gap between
//! this sum and what the inputs carry becomes an origin, `unaccounted NODE/period`: positive where
//! more came out than is known to have gone in, negative where less did. So every lot is followed
//! to the last gram, no lot is charged with a loss that nobody booked, and what a batch holds is
//! what was measured in it.

use num_traits::{Signed, Zero};

use super::run::Plan;
use super::{Account, Basis, Book, Reason, Run, Target};
use crate::graph::{Amount, NodeId, Part};
use crate::number::{Ratio, Share};

impl<S: Share> Book<S> {
    /// Shares of a run of which at least one output was measured.
    pub(super) fn measured(
        &self,
        run: &Run,
        parts: &[Part<S>],
        weights: &[Ratio],
    ) -> Result<Plan<S>, Reason> {
        if run.account.is_none() {
            return Err(Reason::MixedBases);
        }
        let mut carried = S::Sum::default();
        for part in parts {
            S::add_product(&mut carried, &part.substance, &self.totals[part.from.index()]);
        }
        let carried = S::value(&carried);
        let out: Ratio = weights.iter().sum();
        let mut amounts = Vec::with_capacity(weights.len());
        for (fill, weight) in run.outputs.iter().zip(weights) {
            amounts.push(match &fill.basis {
                Basis::Measured(amount) if amount.is_negative() => {
                    return Err(Reason::NegativeSubstance { of: run.id.clone() });
                }
                Basis::Measured(amount) => S::of(amount),
                Basis::Share(_) => return Err(Reason::MixedBases),
                Basis::Mass if out.is_zero() => S::nothing(),
                Basis::Mass => carried.times(&S::of(&(weight / &out))),
            });
        }
        let mut sum = S::Sum::default();
        for amount in &amounts {
            S::add_product(&mut sum, amount, &S::whole());
        }
        let sum = S::value(&sum);
        if sum.is_nothing() {
            return nothing_measured(run, &carried);
        }
        let shares: Vec<S> = amounts.iter().map(|amount| amount.over(&sum)).collect();
        let lost = run.outputs.iter().zip(&shares);
        let lost = lost.filter(|(fill, _)| fill.to == Target::Loss);
        let lost = lost.fold(S::nothing(), |all, (_, share)| all.plus(share));
        let gap = sum.minus(&carried);
        let gap = if gap.is_nothing() { None } else { Some(gap) };
        Ok(Plan { whole: run.outputs.len() == 1, shares, lost, gap })
    }

    /// The origin that stands for a gap.
    pub(super) fn unaccounted(&mut self, gap: S, account: &Account) -> Result<NodeId, Reason> {
        let name = format!("unaccounted {}/{}", account.node, account.period);
        let amount = Amount { substance: gap, mass: S::nothing() };
        self.append(Some((amount, &name)), &[])
    }
}

fn nothing_measured<S: Share>(run: &Run, carried: &S) -> Result<Plan<S>, Reason> {
    if !carried.is_nothing() {
        return Err(Reason::NothingMeasured);
    }
    let shares = vec![S::nothing(); run.outputs.len()];
    Ok(Plan { shares, lost: S::whole(), whole: false, gap: None })
}
