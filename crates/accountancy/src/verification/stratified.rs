//! A verification plan over strata of items of similar mass.
//!
//! Invariant: however the goal quantity is spread over the strata, it is missed with probability β
//! at most. With nₕ ≥ Nₕ(1 − β^(γxₕ/M)) each defect of stratum h costs a factor β^(γxₕ/M), and the
//! masses of a hidden goal add up to M, so the product is at most β. Unequal masses in one stratum
//! would break that, hence the strata.

use tl_statistics::hypergeometric::Population;

use crate::fault::Fault;
use crate::verification::sampling::{check_rate, defects, sample_size};

/// Items of similar mass and the same measurement method.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemStratum {
    /// What they are.
    pub name: String,
    /// How many there are.
    pub items: u64,
    /// Mean mass of one, mass units.
    pub mean_item: f64,
}

/// What is to be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Hidden amount to find, mass units.
    pub quantity: f64,
    /// Part of an item's mass that a falsification takes.
    pub fraction: f64,
    /// Allowed chance of missing it.
    pub beta: f64,
}

/// Sample of one stratum.
#[derive(Clone, Debug, PartialEq)]
pub struct StratumPlan {
    /// What it is.
    pub name: String,
    /// Items to verify.
    pub sample: u64,
    /// Falsified items that would hide the whole goal here; None when this stratum cannot hold it.
    pub defects: Option<u64>,
    /// Chance of missing the goal if all of it were hidden here.
    pub nondetection: Option<f64>,
}

/// Plans the samples; faults when all strata together cannot hide the goal.
pub fn plan(strata: &[ItemStratum], goal: &Goal) -> Result<Vec<StratumPlan>, Fault> {
    check_rate("beta", goal.beta)?;
    let mut hidden = 0.0;
    for (n, stratum) in strata.iter().enumerate() {
        // Also checks goal and fraction; the place names the stratum.
        defects(goal.quantity, stratum.mean_item, goal.fraction)
            .map_err(|fault| at(fault, &format!("strata[{n}]")))?;
        hidden += stratum.items as f64 * stratum.mean_item * goal.fraction;
    }
    if hidden < goal.quantity {
        let wanted = "a goal that these items can hide";
        let (place, found) = ("goal".to_owned(), goal.quantity);
        return Err(Fault::OutOfRange { place, found, wanted });
    }
    strata.iter().map(|stratum| plan_stratum(stratum, goal)).collect()
}

fn plan_stratum(stratum: &ItemStratum, goal: &Goal) -> Result<StratumPlan, Fault> {
    let taken = goal.fraction * stratum.mean_item;
    let needed = defects(goal.quantity, stratum.mean_item, goal.fraction)?;
    // One item can hide the goal: its share of it is 1, not more.
    let share = (taken / goal.quantity).min(1.0);
    let sample = (stratum.items as f64 * (1.0 - goal.beta.powf(share)) - 1e-9).ceil();
    let mut sample = (sample as u64).min(stratum.items);
    let fits = needed <= stratum.items;
    if fits {
        // Never below the exact size, should the formula's rounding have cost an item.
        sample = sample.max(sample_size(stratum.items, needed, goal.beta)?.exact);
    }
    let items = Population { size: stratum.items, marked: needed.min(stratum.items) };
    Ok(StratumPlan {
        name: stratum.name.clone(),
        sample,
        defects: fits.then_some(needed),
        nondetection: fits.then(|| items.none_found(sample)),
    })
}

fn at(fault: Fault, place: &str) -> Fault {
    match fault {
        Fault::OutOfRange { place: inner, found, wanted } => {
            Fault::OutOfRange { place: format!("{place}.{inner}"), found, wanted }
        }
        other => other,
    }
}
