//! Cases of MUF sequences: from strata, from a covariance, from standardised figures.
//!
//! Invariant: all three end in the same tests. Where the covariance is not positive definite the
//! answer carries the error and still shows what needs no standardisation.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::input::{Input, at};
use super::no_answer;
use crate::Language;
use crate::alarm::{self, MASS_SHARE, Rules};
use crate::contribution;
use crate::covariance::Covariance;
use crate::evaluation::{Evaluation, Settings, Standardised, VarianceSplit};
use crate::fault::Fault;
use crate::limits;
use crate::page::{self, Page};
use crate::quality::{self, QualityRule};
use crate::stratum::{self, Role, Stratum};

type Object = Map<String, Value>;

/// Contributions that are shown.
const MOST_CONTRIBUTIONS: usize = 20;

pub(super) fn muf_sequence(input: &Input<'_>) -> Result<Object, Fault> {
    let periods = periods(input)?;
    let strata = strata(input, periods)?;
    let series = stratum::series(&strata, periods).map_err(|fault| at(fault, "inputs"))?;
    let settings = settings(input, periods)?;
    let evaluation = Evaluation::of(&series, settings);
    let split = VarianceSplit::of(&series);
    let covariance = &evaluation.covariance;
    let rows: Vec<Vec<f64>> = (0..periods).map(|t| covariance.row(t).to_vec()).collect();
    let mut answer = basic(&evaluation)
        .numbers("sigma_muf", &evaluation.sigma)
        .numbers("variance_random", &split.random)
        .numbers("variance_short", &split.short)
        .numbers("variance_long", &split.long)
        .list("covariance", &rows, Clone::clone)
        .numbers("covariance_first_row", covariance.row(0))
        .numbers("covariance_last_row", covariance.row(periods - 1));
    let ranked = contribution::ranked(&series.sources(), 0..periods);
    answer = answer.list("contributions", &ranked[..ranked.len().min(MOST_CONTRIBUTIONS)], |c| {
        Value::Object(
            Answer::default()
                .with("source", c.name.as_str())
                .with("class", c.class.name())
                .with("variance", c.variance)
                .with("share", c.share)
                .done(),
        )
    });
    let standardised = match &evaluation.standardised {
        Ok(standardised) => standardised,
        Err(fault) => return Ok(with_error(answer, fault)),
    };
    let rule = QualityRule::default();
    let quality = quality::of(&series, &evaluation, periods, &rule);
    let answer = alarms(answer, input, &evaluation)?
        .with("detectable_amount", quality::detectable(&evaluation, 0, periods - 1, &rule))
        .with("quality", quality.name());
    let first = Answer::default()
        .with("muf_nsigma", evaluation.first_muf)
        .with("cumuf_nsigma", evaluation.first_cumuf)
        .with("page_up", standardised.first_up)
        .with("page_down", standardised.first_down);
    Ok(tests(answer, standardised).with("first_alarm", Value::Object(first.done())).done())
}

pub(super) fn sequential_tests(input: &Input<'_>) -> Result<Object, Fault> {
    let muf = input.field("muf")?.numbers()?;
    if muf.is_empty() || muf.len() > limits::PERIODS {
        let (found, wanted) = (muf.len() as f64, "1 to 1000 periods");
        return Err(Fault::OutOfRange { place: "inputs.muf".into(), found, wanted });
    }
    let covariance = covariance(input, muf.len())?;
    let settings = settings(input, muf.len());
    let evaluation = Evaluation::of_muf(muf, covariance, settings?);
    let answer = basic(&evaluation);
    let standardised = match &evaluation.standardised {
        Ok(standardised) => standardised,
        Err(fault) => return Ok(with_error(answer, fault)),
    };
    let answer = alarms(answer, input, &evaluation)?;
    Ok(tests(answer, standardised)
        .numbers("itmuf", &standardised.residuals.itmuf)
        .numbers("sigma_itmuf", &standardised.residuals.sigma_itmuf)
        .with("first_page_up_alarm", standardised.first_up)
        .with("first_page_down_alarm", standardised.first_down)
        .done())
}

pub(super) fn page_only(input: &Input<'_>) -> Result<Object, Fault> {
    let figures = input.field("sitmuf")?.numbers()?;
    let k = input.number_or("k", page::REFERENCE_VALUE)?;
    let h = threshold(input, k, figures.len())?;
    let page = Page::of(&figures, k, 0);
    Ok(Answer::default()
        .numbers("page_up", &page.up)
        .numbers("page_down", &page.down)
        .with("first_up", page::first_over(&page.up, h))
        .with("first_down", page::first_over(&page.down, h))
        .with("h", h)
        .done())
}

/// The square matrix of a case, fitting its sequence.
pub(super) fn covariance(input: &Input<'_>, periods: usize) -> Result<Covariance, Fault> {
    let field = input.field("covariance")?;
    let rows = field.list_of(limits::PERIODS)?;
    if rows.len() != periods {
        let (place, found) = (field.path(), rows.len());
        return Err(Fault::Length { place, found, wanted: periods });
    }
    let rows: Vec<Vec<f64>> = rows.iter().map(Input::numbers).collect::<Result<_, _>>()?;
    Covariance::of_rows(&rows).map_err(|fault| at(fault, "inputs"))
}

fn basic(evaluation: &Evaluation) -> Answer {
    Answer::default()
        .numbers("muf", &evaluation.muf)
        .numbers("cumuf", &evaluation.cumuf)
        .numbers("sigma_cumuf", &evaluation.sigma_cumuf)
        .with("h", evaluation.settings.h)
}

/// All alarms at the case's limits; the amount that matters is optional and 0 without it.
fn alarms(answer: Answer, input: &Input<'_>, evaluation: &Evaluation) -> Result<Answer, Fault> {
    let settings = evaluation.settings;
    let significant = input.optional("significant_quantity")?;
    let significant = significant.map(|field| field.not_negative()).transpose()?;
    let rules = Rules {
        warn_sigmas: settings.sigmas,
        act_sigmas: settings.sigmas,
        k: settings.k,
        warn_threshold: settings.h,
        act_threshold: settings.h,
        significant_quantity: significant.unwrap_or(0.0),
        mass_share: MASS_SHARE,
    };
    let alarms = alarm::of(evaluation, &rules);
    Ok(answer.list("alarms", &alarms, |alarm| {
        let mut object = Answer::default()
            .with("period", alarm.period)
            .with("test", alarm.test.key())
            .with("direction", alarm.direction.key())
            .with("statistic", alarm.statistic)
            .with("limit", alarm.limit)
            .with("amount", alarm.amount);
        // Without an amount that matters there is no ladder to stand on.
        if significant.is_some() {
            object = object.with("level", alarm.level.key());
        }
        let cause = alarm.direction;
        object = object
            .with("cause", cause.cause(Language::En))
            .with("cause_zh", cause.cause(Language::Zh));
        Value::Object(object.done())
    }))
}

fn tests(answer: Answer, standardised: &Standardised) -> Answer {
    answer
        .numbers("sitmuf", &standardised.residuals.sitmuf)
        .numbers("gemuf", &standardised.gemuf)
        .numbers("page_up", &standardised.page.up)
        .numbers("page_down", &standardised.page.down)
}

fn with_error(answer: Answer, fault: &Fault) -> Object {
    let mut object = answer.done();
    object.extend(no_answer(fault));
    object
}

fn settings(input: &Input<'_>, periods: usize) -> Result<Settings, Fault> {
    let k = input.number_or("k", page::REFERENCE_VALUE)?;
    let h = threshold(input, k, periods)?;
    let sigmas = input.not_negative_or("nsigma", 3.0)?;
    Ok(Settings { k, h, sigmas, start: 0 })
}

/// The threshold given, or the one-sided threshold for the usual rate over these periods.
fn threshold(input: &Input<'_>, k: f64, periods: usize) -> Result<f64, Fault> {
    if let Some(h) = input.optional("h")? {
        return h.not_negative();
    }
    let alpha = input.number_or("alpha", page::FALSE_ALARM_RATE)?;
    page::threshold(k, periods, alpha).map_err(|fault| at(fault, "inputs"))
}

fn periods(input: &Input<'_>) -> Result<usize, Fault> {
    let field = input.field("periods")?;
    let periods = field.size()?;
    if (1..=limits::PERIODS).contains(&periods) {
        return Ok(periods);
    }
    let (found, wanted) = (periods as f64, "1 to 1000 periods");
    Err(Fault::OutOfRange { place: field.path(), found, wanted })
}

fn strata(input: &Input<'_>, periods: usize) -> Result<Vec<Stratum>, Fault> {
    let rows = input.field("strata")?.list_of(limits::FIGURES)?;
    if rows.len().saturating_mul(periods) > limits::FIGURES {
        let (found, most) = (rows.len() * periods, limits::FIGURES);
        return Err(Fault::TooMany { place: "inputs.strata".into(), found, most });
    }
    rows.iter().map(stratum).collect()
}

fn stratum(row: &Input<'_>) -> Result<Stratum, Fault> {
    let role = row.field("role")?;
    let Some(known_role) = Role::named(role.text()?) else {
        let known = Role::ALL.map(Role::name).join(", ");
        let found = super::shortened(role.text()?);
        return Err(Fault::Unknown { place: role.path(), found, known });
    };
    let key = |name: &str| -> Result<Option<String>, Fault> {
        // An empty key is none, as a missing one.
        let text = row.optional(name)?.map(|key| key.text()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    };
    let blocks = match row.optional("short_block")? {
        Some(list) => {
            list.list_of(limits::FIGURES)?.iter().map(Input::whole).collect::<Result<_, _>>()?
        }
        None => Vec::new(),
    };
    let batches = row.optional("batches")?.map(|list| list.numbers()).transpose()?;
    Ok(Stratum {
        amounts: row.field("x")?.numbers()?,
        batches: batches.unwrap_or_default(),
        delta_random: row.not_negative_or("delta_r", 0.0)?,
        sigma_absolute: row.not_negative_or("sigma_abs", 0.0)?,
        delta_short: row.not_negative_or("delta_s_short", 0.0)?,
        short_blocks: blocks,
        short_key: key("short_key")?,
        delta_long: row.not_negative_or("delta_s_long", 0.0)?,
        long_key: key("long_key")?,
        ..Stratum::exact(row.field("name")?.text()?, known_role, Vec::new())
    })
}
