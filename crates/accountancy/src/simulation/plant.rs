//! A thallium smelter by the month, and what its instruments make of it.
//!
//! Invariant: the truth closes exactly (the dust sold takes up what is left), so without a loss the
//! only difference is measurement error. Figures in kg; `accountancy` reference plant: 314 kg in a
//! month, stocks of 177 kg.

use crate::simulation::generator::Generator;
use crate::stratum::{Role, Stratum};

/// How well the plant measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Usual instruments and assays.
    Ordinary,
    /// Random errors × 0.4, systematic × 0.2, in-process stock at 2.4 %.
    Tight,
}

/// What leaves the plant unseen, as a pattern over its periods (from 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Nothing.
    None,
    /// A share of each month's receipts, from a period on.
    Protracted {
        /// Share of receipts.
        share: f64,
        /// First period.
        from: usize,
    },
    /// Once.
    Abrupt {
        /// kg.
        amount: f64,
        /// When.
        period: usize,
    },
}

/// Months between calibrations.
const CALIBRATION_PERIODS: usize = 3;
const FLOW_SPREAD: f64 = 0.06;
const STOCK_SPREAD: f64 = 0.08;
/// The stream that takes up what is left over.
const CLOSING_STREAM: &str = "tl_dust_sold";

/// Name, role, mean amount, lots, random error per lot, short-term and long-term error.
type Row = (&'static str, Role, f64, f64, f64, f64, f64);

const ORDINARY: [Row; 13] = [
    ("zinc_concentrate", Role::Receipt, 144.0, 40.0, 0.06, 0.003, 0.02),
    ("lead_concentrate", Role::Receipt, 125.0, 15.0, 0.06, 0.003, 0.02),
    ("purchased_dust", Role::Receipt, 45.0, 10.0, 0.08, 0.003, 0.03),
    (CLOSING_STREAM, Role::Shipment, 182.0, 10.0, 0.05, 0.003, 0.025),
    ("residue_slag", Role::Shipment, 66.0, 30.0, 0.10, 0.003, 0.04),
    ("metal_and_acid", Role::Shipment, 2.0, 20.0, 0.15, 0.003, 0.08),
    ("sludge_hazwaste", Role::Shipment, 62.0, 8.0, 0.08, 0.003, 0.03),
    ("wastewater", Role::Discard, 0.30, 30.0, 0.20, 0.02, 0.10),
    ("stack", Role::Discard, 1.7, 4.0, 0.25, 0.05, 0.20),
    ("stockpile", Role::Inventory, 84.0, 1.0, 0.05, 0.02, 0.03),
    ("in_process", Role::Inventory, 55.0, 1.0, 0.12, 0.02, 0.05),
    ("sludge_store", Role::Inventory, 30.0, 1.0, 0.08, 0.02, 0.03),
    ("liquors", Role::Inventory, 8.0, 1.0, 0.06, 0.02, 0.03),
];
const TIGHT_RANDOM: f64 = 0.4;
const TIGHT_SYSTEMATIC: f64 = 0.2;
const TIGHT_IN_PROCESS: f64 = 0.024;

/// The strata of the smelter with their errors and mean amounts, without a history.
#[must_use]
pub fn smelter(grade: Grade, periods: usize) -> Vec<Stratum> {
    let stratum = |&(name, role, mean, lots, random, short, long): &Row| {
        let figures = role.figures(periods);
        let mut stratum = Stratum::exact(name, role, vec![mean; figures]);
        stratum.batches = vec![lots; figures];
        stratum.short_blocks = (0..figures).map(|j| block(role, j)).collect();
        let (by_random, by_systematic) = match grade {
            Grade::Ordinary => (1.0, 1.0),
            Grade::Tight => (TIGHT_RANDOM, TIGHT_SYSTEMATIC),
        };
        stratum.delta_random = random * by_random;
        stratum.delta_short = short * by_systematic;
        stratum.delta_long = long * by_systematic;
        if grade == Grade::Tight && name == "in_process" {
            stratum.delta_random = TIGHT_IN_PROCESS;
        }
        stratum
    };
    ORDINARY.iter().map(stratum).collect()
}

/// A closing stock is measured with the calibration of its period; the first opening with the
/// first one.
fn block(role: Role, j: usize) -> i64 {
    let period = if role == Role::Inventory { j.saturating_sub(1) } else { j };
    i64::try_from(period / CALIBRATION_PERIODS).expect("a series is far shorter than 2^63")
}

/// One history of a plant: the strata with measured amounts.
///
/// `design` holds mean amounts and errors (see [`smelter`]).
#[must_use]
pub fn history(design: &[Stratum], loss: Loss, generator: &mut Generator) -> Vec<Stratum> {
    measured(&truth(design, loss, generator), generator)
}

/// What the instruments make of true amounts: the same strata with errors.
#[must_use]
pub fn measured(truth: &[Stratum], generator: &mut Generator) -> Vec<Stratum> {
    let mut strata = truth.to_vec();
    for stratum in &mut strata {
        measure(stratum, generator);
    }
    strata
}

/// True amounts that close but for the loss; what is left over goes out with the dust sold.
#[must_use]
pub fn truth(design: &[Stratum], loss: Loss, generator: &mut Generator) -> Vec<Stratum> {
    let mut strata = design.to_vec();
    for stratum in &mut strata {
        let spread = spread(stratum.role);
        for amount in &mut stratum.amounts {
            *amount *= (1.0 + spread * generator.normal()).max(0.0);
        }
    }
    let periods = strata.iter().find(|s| s.role != Role::Inventory).map_or(0, |s| s.amounts.len());
    let mut left = vec![0.0; periods];
    let mut receipts = vec![0.0; periods];
    for stratum in strata.iter().filter(|stratum| stratum.name != CLOSING_STREAM) {
        for t in 0..periods {
            left[t] += match stratum.role {
                Role::Receipt => stratum.amounts[t],
                Role::Shipment | Role::Discard => -stratum.amounts[t],
                Role::Inventory => stratum.amounts[t] - stratum.amounts[t + 1],
            };
            if stratum.role == Role::Receipt {
                receipts[t] += stratum.amounts[t];
            }
        }
    }
    for (t, left) in left.iter_mut().enumerate() {
        *left -= match loss {
            Loss::None => 0.0,
            Loss::Protracted { share, from } if t >= from => share * receipts[t],
            Loss::Abrupt { amount, period } if t == period => amount,
            Loss::Protracted { .. } | Loss::Abrupt { .. } => 0.0,
        };
    }
    if let Some(closing) = strata.iter_mut().find(|stratum| stratum.name == CLOSING_STREAM) {
        closing.amounts = left;
    }
    strata
}

/// What each amount is expected to be, given its usual level and what was measured: the mean of
/// both, weighted by how much the truth varies and how well it is measured.
#[must_use]
pub fn expected(usual: &Stratum, measured: &Stratum) -> Vec<f64> {
    let spread = spread(usual.role);
    let weight = |j: usize| {
        let lots = usual.batches.get(j).copied().unwrap_or(1.0);
        let random = usual.delta_random / lots.sqrt();
        let error = random.hypot(usual.delta_short).hypot(usual.delta_long);
        spread.powi(2) / (spread.powi(2) + error.powi(2))
    };
    let pairs = usual.amounts.iter().zip(&measured.amounts).enumerate();
    pairs.map(|(j, (usual, measured))| usual + weight(j) * (measured - usual)).collect()
}

/// How much true amounts vary around their usual level, relative.
fn spread(role: Role) -> f64 {
    if role == Role::Inventory { STOCK_SPREAD } else { FLOW_SPREAD }
}

fn measure(stratum: &mut Stratum, generator: &mut Generator) {
    let long = stratum.delta_long * generator.normal();
    let mut short = 0.0;
    let mut calibrated = None;
    for (j, amount) in stratum.amounts.iter_mut().enumerate() {
        let block = stratum.short_blocks.get(j).copied();
        if calibrated != Some(block) {
            calibrated = Some(block);
            short = stratum.delta_short * generator.normal();
        }
        let lots = stratum.batches.get(j).copied().unwrap_or(1.0);
        let random = stratum.delta_random / lots.sqrt() * generator.normal();
        *amount *= 1.0 + random + short + long;
    }
}
