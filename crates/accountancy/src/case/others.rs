//! Cases of single questions: Page's thresholds, shipper-receiver differences, power, amounts.
//!
//! Invariant: rows are independent questions; the first row without an answer is named and there
//! is no answer to the others, so that nobody takes half a list for a whole one.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::input::{Input, at};
use super::sequences::covariance;
use crate::fault::Fault;
use crate::limits;
use crate::measurement::Components;
use crate::srd::{self, Consignment, Deltas};
use crate::{page, power};

type Object = Map<String, Value>;

pub(super) fn page_threshold(input: &Input<'_>) -> Result<Object, Fault> {
    let answer = |row: &Input<'_>| {
        let k = row.field("k")?.number()?;
        let alpha = row.field("alpha")?.number()?;
        let periods = row.field("periods")?.size()?;
        page::threshold(k, periods, alpha).map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.list_of(limits::PAGE_ROWS)?;
    let h: Vec<f64> = rows.iter().map(answer).collect::<Result<_, _>>()?;
    Ok(Answer::default().numbers("h", &h).done())
}

pub(super) fn page_probability(input: &Input<'_>) -> Result<Object, Fault> {
    let answer = |row: &Input<'_>| {
        let k = row.field("k")?.number()?;
        let h = row.field("h")?.number()?;
        let periods = row.field("periods")?.size()?;
        let shift = row.number_or("shift", 0.0)?;
        page::exceedance(k, h, periods, shift).map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.list_of(limits::PAGE_ROWS)?;
    let probability: Vec<f64> = rows.iter().map(answer).collect::<Result<_, _>>()?;
    Ok(Answer::default().numbers("probability", &probability).done())
}

pub(super) fn srd(input: &Input<'_>) -> Result<Object, Fault> {
    let lines: Vec<Consignment> = input
        .field("lines")?
        .rows()?
        .iter()
        .map(|line| {
            Ok(Consignment {
                shipper: line.field("shipper")?.number()?,
                receiver: line.field("receiver")?.number()?,
            })
        })
        .collect::<Result<_, Fault>>()?;
    let side = |name: &str| {
        Ok::<_, Fault>(Deltas {
            random: input.not_negative_or(&format!("{name}_delta_r"), 0.0)?,
            systematic: input.not_negative_or(&format!("{name}_delta_s"), 0.0)?,
        })
    };
    let rule = srd::Rule {
        shipper: side("shipper")?,
        receiver: side("receiver")?,
        sigmas: input.not_negative_or("nsigma", 2.0)?,
        de_minimis: input.not_negative_or("de_minimis", 0.0)?,
    };
    let results = srd::evaluate(&lines, &rule).map_err(|fault| at(fault, "inputs"))?;
    Ok(Answer::default()
        .list("srd", &results, |r| r.line.value)
        .list("sigma", &results, |r| r.line.sigma)
        .list("z", &results, |r| r.line.z)
        .list("cum_srd", &results, |r| r.cumulative.value)
        .list("cum_sigma", &results, |r| r.cumulative.sigma)
        .list("cum_z", &results, |r| r.cumulative.z)
        .list("significant", &results, |r| r.line.is_significant)
        .list("cum_significant", &results, |r| r.cumulative.is_significant)
        .list("best_estimate", &results, |r| r.best_estimate)
        .list("best_estimate_u", &results, |r| r.best_estimate_u)
        .done())
}

pub(super) fn power(input: &Input<'_>) -> Result<Object, Fault> {
    let loss = input.field("loss")?.numbers()?;
    let covariance = covariance(input, loss.len())?;
    let alpha = input.number_or("alpha", 0.05)?;
    let beta = input.number_or("beta", 0.05)?;
    let power = power::of(&loss, &covariance, alpha, beta).map_err(|fault| at(fault, "inputs"))?;
    Ok(Answer::default()
        .with("dp_cumuf_final", power.cumuf)
        .with("dp_best_known_pattern", power.best)
        .numbers("expected_sitmuf", &power.expected_sitmuf)
        .numbers("worst_case_pattern", &power.worst_pattern)
        .with("dp_worst_case", power.worst_case)
        .with("detectable_final", power.detectable_total)
        .with("detectable_first_period", power.detectable_first)
        .done())
}

pub(super) fn component_product(input: &Input<'_>) -> Result<Object, Fault> {
    let amount = |row: &Input<'_>| {
        let components = Components {
            wet_mass: row.field("wet_mass")?.number()?,
            wet_mass_u: row.not_negative_or("u_wet_mass", 0.0)?,
            moisture: row.number_or("moisture", 0.0)?,
            moisture_u: row.not_negative_or("u_moisture", 0.0)?,
            assay: row.field("assay_mg_per_kg")?.number()?,
            assay_u: row.not_negative_or("u_assay", 0.0)?,
        };
        components.amount().map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.rows()?;
    let amounts: Vec<_> = rows.iter().map(amount).collect::<Result<_, Fault>>()?;
    Ok(Answer::default()
        .list("tl", &amounts, |a| a.value)
        .list("relative_u", &amounts, |a| a.relative_uncertainty())
        .list("u", &amounts, |a| a.uncertainty())
        .done())
}
