//! Cases of verification: sample sizes, comparison of items, laboratories.
//!
//! Invariant: as in the other cases, the first row without an answer is named.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::input::{Input, at};
use crate::fault::Fault;
use crate::srd::Deltas;
use crate::verification::items::{self, VerifiedItem};
use crate::verification::laboratory::{COVERAGE, LaboratoryResult, is_satisfactory};
use crate::verification::sampling::{self, SampleSize};
use crate::verification::stratified::{self, Goal, ItemStratum};

type Object = Map<String, Value>;

pub(super) fn attribute_sampling(input: &Input<'_>) -> Result<Object, Fault> {
    let answer = |row: &Input<'_>| {
        let population = row.field("population")?.count()?;
        let defects = row.field("defects")?.count()?;
        let beta = row.field("beta")?.number()?;
        sampling::sample_size(population, defects, beta).map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.rows()?;
    let sizes: Vec<SampleSize> = rows.iter().map(answer).collect::<Result<_, Fault>>()?;
    Ok(Answer::default()
        .list("n_exact", &sizes, |s| s.exact)
        .list("n_classical", &sizes, |s| s.classical)
        .list("n_improved", &sizes, |s| s.improved)
        .list("nondetection_at_exact", &sizes, |s| s.nondetection)
        .done())
}

pub(super) fn nondetection_partial(input: &Input<'_>) -> Result<Object, Fault> {
    let answer = |row: &Input<'_>| {
        let population = row.field("population")?.count()?;
        let defects = row.field("defects")?.count()?;
        let sample = row.field("sample")?.count()?;
        let recognised = row.number_or("q", 1.0)?;
        sampling::nondetection(population, defects, sample, recognised)
            .map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.rows()?;
    let missed: Vec<f64> = rows.iter().map(answer).collect::<Result<_, Fault>>()?;
    Ok(Answer::default().numbers("nondetection", &missed).done())
}

pub(super) fn defects_from_goal(input: &Input<'_>) -> Result<Object, Fault> {
    let answer = |row: &Input<'_>| {
        let goal = row.field("goal")?.number()?;
        let mean_item = row.field("mean_item")?.number()?;
        let fraction = row.number_or("fraction", 1.0)?;
        sampling::defects(goal, mean_item, fraction).map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.rows()?;
    let defects: Vec<u64> = rows.iter().map(answer).collect::<Result<_, Fault>>()?;
    Ok(Answer::default().list("defects", &defects, |d| *d).done())
}

pub(super) fn stratified_plan(input: &Input<'_>) -> Result<Object, Fault> {
    let stratum = |row: &Input<'_>| {
        Ok::<_, Fault>(ItemStratum {
            name: row.field("name")?.text()?.to_owned(),
            items: row.field("population")?.count()?,
            mean_item: row.field("mean_item")?.number()?,
        })
    };
    let rows = input.field("strata")?.rows()?;
    let strata: Vec<ItemStratum> = rows.iter().map(stratum).collect::<Result<_, _>>()?;
    let goal = Goal {
        quantity: input.field("goal")?.number()?,
        fraction: input.number_or("fraction", 1.0)?,
        beta: input.field("beta")?.number()?,
    };
    let plan = stratified::plan(&strata, &goal).map_err(|fault| at(fault, "inputs"))?;
    Ok(Answer::default()
        .list("stratum", &plan, |p| p.name.clone())
        .list("sample", &plan, |p| p.sample)
        .list("defects", &plan, |p| p.defects)
        .list("nondetection_if_all_here", &plan, |p| p.nondetection)
        .done())
}

pub(super) fn operator_inspector(input: &Input<'_>) -> Result<Object, Fault> {
    let operator = input.field("operator")?.numbers()?;
    let inspector = input.field("inspector")?.numbers()?;
    if operator.len() != inspector.len() {
        let (found, wanted) = (inspector.len(), operator.len());
        return Err(Fault::Length { place: "inputs.inspector".into(), found, wanted });
    }
    let pairs = operator.into_iter().zip(inspector);
    let pairs: Vec<VerifiedItem> =
        pairs.map(|(operator, inspector)| VerifiedItem { operator, inspector }).collect();
    let side = |name: &str| {
        Ok::<_, Fault>(Deltas {
            random: input.not_negative_or(&format!("{name}_delta_r"), 0.0)?,
            systematic: input.not_negative_or(&format!("{name}_delta_s"), 0.0)?,
        })
    };
    let population = input.field("population")?.count()?;
    let comparison = items::compare(population, &pairs, side("operator")?, side("inspector")?)
        .map_err(|fault| at(fault, "inputs"))?;
    let mut answer = Answer::default();
    if let Some(muf) = input.optional("muf")? {
        answer = answer.with("inspectors_muf", comparison.inspectors_muf(muf.number()?));
    }
    Ok(answer
        .with("D", comparison.difference)
        .with("sigma_random", comparison.sigma_random)
        .with("sigma_systematic", comparison.sigma_systematic)
        .with("sigma", comparison.sigma)
        .with("z", comparison.z)
        .list("item_relative_difference", &comparison.items, |i| i.relative_difference)
        .list("item_z", &comparison.items, |i| i.z)
        .list("item_outlier_3sigma", &comparison.items, |i| i.is_outlier)
        .done())
}

pub(super) fn en_number(input: &Input<'_>) -> Result<Object, Fault> {
    let coverage = input.number_or("k", COVERAGE)?;
    let answer = |row: &Input<'_>| {
        let result = LaboratoryResult {
            value: row.field("x")?.number()?,
            value_u: row.field("u_x")?.not_negative()?,
            reference: row.field("ref")?.number()?,
            reference_u: row.field("u_ref")?.not_negative()?,
        };
        result.en(coverage).map_err(|fault| at(fault, &row.path()))
    };
    let rows = input.field("rows")?.rows()?;
    let en: Vec<f64> = rows.iter().map(answer).collect::<Result<_, Fault>>()?;
    Ok(Answer::default()
        .numbers("en", &en)
        .list("satisfactory", &en, |en| is_satisfactory(*en))
        .done())
}
