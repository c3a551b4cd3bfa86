//! Runs: what was taken becomes a pool, and the pool is shared out over the outputs.
//!
//! The substance goes by stated shares, by mass, or by what was measured (`measured`); what no
//! output takes is lost at the pool. The mass goes by the outputs' weights over the larger of what
//! went in and what came out, so that every tonne of an origin is in one place only, also where
//! water or flux was added or driven out.

use num_traits::{One, Signed, Zero};

use super::{Basis, Book, Fill, Reason, Run, Target, Weight};
use crate::graph::{NodeId, Part, Rest};
use crate::number::{Ratio, Share};

/// How a pool is shared out: one entry per output, and what is left.
pub(super) struct Plan<S> {
    pub(super) shares: Vec<S>,
    pub(super) lost: S,
    /// The outputs take all, so that a single one can be the pool itself.
    pub(super) whole: bool,
    /// An amount that the outputs hold beyond the inputs (or, negative, that they lack).
    pub(super) gap: Option<S>,
}

impl<S: Share> Book<S> {
    pub(super) fn perform(&mut self, run: &Run) -> Result<(), Reason> {
        let mut parts = Vec::new();
        let mut mass = Ratio::zero();
        for input in &run.inputs {
            let drawn = self.draw(input)?;
            mass += drawn.mass;
            parts.extend(drawn.parts.into_iter().filter(|(_, fraction)| !fraction.is_zero()));
        }
        let weights = weights(run, &mass)?;
        let measured = run.outputs.iter().any(|fill| matches!(fill.basis, Basis::Measured(_)));
        let mut parts: Vec<Part<S>> = parts.into_iter().map(|(from, f)| part(from, &f)).collect();
        let plan = if measured {
            self.measured(run, &parts, &weights)?
        } else {
            stated(run, &mass, &weights, parts.is_empty())?
        };
        if let (Some(gap), Some(account)) = (plan.gap.clone(), &run.account) {
            let unaccounted = self.unaccounted(gap, account)?;
            parts.push(Part { from: unaccounted, substance: S::whole(), mass: S::whole() });
        }
        let pool = self.append(None, &parts)?;
        self.share_out(run, pool, &plan, &mass, weights)
    }

    fn share_out(
        &mut self,
        run: &Run,
        pool: NodeId,
        plan: &Plan<S>,
        mass: &Ratio,
        weights: Vec<Ratio>,
    ) -> Result<(), Reason> {
        let out: Ratio = weights.iter().sum();
        let base = if &out > mass { out } else { mass.clone() };
        let mass_share = |weight: &Ratio| match base.is_zero() {
            true => Ratio::zero(),
            false => weight / &base,
        };
        let mut kept = Ratio::zero();
        let mut whole = false;
        let one_lot = match run.inputs.as_slice() {
            [only] => only.lot.clone().unwrap_or_else(|| only.from.clone()),
            _ => run.id.clone(),
        };
        for ((fill, share), weight) in run.outputs.iter().zip(&plan.shares).zip(weights) {
            let Target::Holder(name) = &fill.to else { continue };
            let exact = mass_share(&weight);
            let substance = share.clone();
            let part = Part { from: pool, substance, mass: S::of(&exact) };
            whole = plan.whole && run.outputs.len() == 1 && exact.is_one();
            kept += exact;
            let holder = self.holder_for(name)?;
            let lot = fill.lot.clone().or_else(|| Some(one_lot.clone()));
            self.deposit(holder, part, whole, weight, lot)?;
        }
        let is_layer = whole && self.places[pool.index()].is_some();
        if !is_layer {
            let mass = S::of(&(Ratio::one() - kept));
            self.graph.set_rest(pool, Rest { substance: plan.lost.clone(), mass });
        }
        Ok(())
    }
}

fn part<S: Share>(from: NodeId, fraction: &Ratio) -> Part<S> {
    let share = S::of(fraction);
    Part { from, substance: share.clone(), mass: share }
}

/// What each output weighs.
fn weights(run: &Run, mass: &Ratio) -> Result<Vec<Ratio>, Reason> {
    let mut weighed = Ratio::zero();
    let mut rests = 0;
    for fill in &run.outputs {
        match &fill.weight {
            Weight::Tonnes(tonnes) if tonnes.is_negative() => {
                return Err(Reason::NegativeMass { of: name(fill) });
            }
            Weight::Tonnes(tonnes) => weighed += tonnes,
            Weight::Rest => rests += 1,
        }
    }
    if rests > 1 {
        return Err(Reason::TwoRests);
    }
    if rests == 1 && &weighed > mass {
        return Err(Reason::NoRest { inputs: mass.clone().into(), outputs: weighed.into() });
    }
    let rest = mass - &weighed;
    let weight = |fill: &Fill| match &fill.weight {
        Weight::Rest => rest.clone(),
        Weight::Tonnes(tonnes) => tonnes.clone(),
    };
    Ok(run.outputs.iter().map(weight).collect())
}

/// Shares as stated, else by mass over the inputs' mass; a single output takes all.
fn stated<S: Share>(
    run: &Run,
    mass: &Ratio,
    weights: &[Ratio],
    nothing: bool,
) -> Result<Plan<S>, Reason> {
    let mut sum = Ratio::zero();
    let mut lost = Ratio::one();
    let mut shares = Vec::with_capacity(weights.len());
    for (fill, weight) in run.outputs.iter().zip(weights) {
        let share = match &fill.basis {
            Basis::Share(share) if share.is_negative() => {
                return Err(Reason::NegativeShare { of: name(fill) });
            }
            Basis::Share(share) => share.clone(),
            _ if run.outputs.len() == 1 => Ratio::one(),
            _ if !mass.is_zero() => weight / mass,
            _ if nothing => Ratio::zero(),
            _ => return Err(Reason::NoMassToShare),
        };
        sum += &share;
        if fill.to != Target::Loss {
            lost -= &share;
        }
        shares.push(share);
    }
    if sum > Ratio::one() {
        return Err(Reason::SharesOverOne { sum: sum.into() });
    }
    let whole = lost.is_zero();
    Ok(Plan { shares: shares.iter().map(S::of).collect(), lost: S::of(&lost), whole, gap: None })
}

fn name(fill: &Fill) -> String {
    match &fill.to {
        Target::Holder(name) => name.clone(),
        Target::Loss => super::LOSS.to_owned(),
    }
}
