//! What is wrong in the cluster on purpose, planted into a history that is otherwise in order.
//!
//! The leak and the lost manifest are part of the simulation (`zinc`), the forgotten stock take of
//! `works`; here are those that are changes of what people wrote: a failed blank, reviews that
//! nobody made, a correction, an overdraw, a code that was stuck on twice.

use tl_domain::event::{Body, HandoverDispatch, Origin, Supersede, Take};
use tl_domain::ids::{BatchId, EntryId};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, MicrosSpan};

use rust_decimal::Decimal;

use super::bodies::name;
use super::calendar::Calendar;
use super::lot::kilograms;
use super::plants::{FLOW, ZINC};
use super::script::{Desk, Event, Script, reference};

/// The lost manifest left at the first cut after so many days before today.
pub(super) const LOST_DAYS_AGO: usize = 45;
/// Assays of one series that the failed blank spoils.
const SPOILT_ASSAYS: usize = 3;
/// Contents that the dirty blank changes, in the unit of each report.
const SPOILT_BELOW: Decimal = Decimal::ONE;

/// Plants all stories.
pub(super) fn plant(script: &mut Script, calendar: &Calendar) {
    let first = calendar.last_month();
    let day = |number: usize| calendar.days.get(first + number).map_or(0, |day| day.start);
    failed_blank(script, MicrosSpan { from: day(15), to: day(18) });
    missing_reviews(script, MicrosSpan { from: day(7), to: day(12) });
    correction(script, day(10));
    overdraw(script, MicrosSpan { from: day(14), to: day(17) });
    taken_code(script, day(19));
}

fn of(event: &Event, party: &str) -> bool {
    event.desk.party.as_str() == party
}

/// A blank above its limit spoils the low contents of a series; nobody explained it yet.
fn failed_blank(script: &mut Script, span: MicrosSpan) {
    let mut spoilt: Vec<EntryId> = Vec::new();
    let reports = script.events.iter_mut().filter(|event| of(event, ZINC)).rev();
    for event in reports.filter(|event| span.holds(event.observed)) {
        let Body::AssayReport(report) = &mut event.body else {
            continue;
        };
        let low = report.determinations.iter().filter_map(|it| it.result.bounds());
        if low.into_iter().any(|bounds| bounds.middle > SPOILT_BELOW) {
            continue;
        }
        if let Some(blank) = report.quality.iter_mut().find(|check| check.check == "blank") {
            blank.passed = false;
            blank.value = Some("0.214 ug/L".to_owned());
        }
        spoilt.push(event.id);
        if spoilt.len() == SPOILT_ASSAYS {
            break;
        }
    }
    script.events.retain(|event| match &event.body {
        Body::AssayReview(review) => !spoilt.contains(&review.target.id),
        _ => true,
    });
}

/// The continuous smelter's reviewer has been away: reports wait for weeks.
fn missing_reviews(script: &mut Script, span: MicrosSpan) {
    script.events.retain(|event| {
        let review = matches!(event.body, Body::AssayReview(_));
        !(review && of(event, FLOW) && span.holds(event.observed))
    });
}

/// A tare was typed with two digits swapped; the next day it is corrected.
fn correction(script: &mut Script, at: i64) {
    let weighed = script.events.iter_mut().find(|event| {
        let whole_day = event.observed >= at && event.observed < at + DAY_MICROS;
        whole_day && of(event, ZINC) && matches!(event.body, Body::BatchWeigh(_))
    });
    let Some(event) = weighed else {
        return;
    };
    let right = event.body.to_value();
    let id = event.id;
    if let Body::BatchWeigh(weigh) = &mut event.body {
        let wrong = weigh.net.value.value() + Decimal::from(9_000);
        weigh.net.value = wrong.into();
        weigh.gross = None;
        weigh.manual = Some("通讯中断，手工录入".to_owned());
    }
    let at = event.observed + 25 * HOUR_MICROS;
    let body = Supersede {
        target: reference(id),
        reason: "皮重录入时数字颠倒，按磅单更正".to_owned(),
        approved_by: name("hc-zinc-ehs"),
        replacement: Some(right),
    };
    script.write(&ehs(), at, body);
}

fn ehs() -> Desk {
    Desk { party: name(ZINC), operator: Some(name("hc-zinc-ehs")), device: None }
}

/// A lot of purification residue was registered by estimate; the bridge showed more when it left.
fn overdraw(script: &mut Script, span: MicrosSpan) {
    let shipped = script.events.iter_mut().find_map(|event| {
        let here = of(event, ZINC) && span.holds(event.observed);
        match &mut event.body {
            Body::HandoverDispatch(dispatch) if here => weighed_part(dispatch),
            _ => None,
        }
    });
    let Some((batch, kg)) = shipped else {
        return;
    };
    for event in &mut script.events {
        if let Body::RunClose(close) = &mut event.body
            && let Some(output) = close.outputs.iter_mut().find(|it| it.batch == batch)
        {
            output.mass = Some(kilograms(kg * 0.88));
        }
    }
}

fn weighed_part(dispatch: &mut HandoverDispatch) -> Option<(BatchId, f64)> {
    let line = dispatch.lines.iter_mut();
    let line = line.into_iter().find(|line| line.material.as_str() == "purification-residue")?;
    let portion = line.portion.as_mut()?;
    portion.amount = Take::Part { mass: line.mass.clone() };
    Some((portion.batch, line.mass.value.as_str().parse().ok()?))
}

/// An old label was stuck on a second truck: accepted, with a task to relabel.
fn taken_code(script: &mut Script, at: i64) {
    let bought = |event: &Event| match &event.body {
        Body::BatchRegister(body) => {
            of(event, ZINC) && body.origin == Origin::Arrival && body.supplier.is_none()
        }
        _ => false,
    };
    let day = |event: &Event, from: i64| (from..from + DAY_MICROS).contains(&event.observed);
    let old = script.events.iter().find(|event| bought(event) && day(event, at - 6 * DAY_MICROS));
    let code = old.and_then(|event| match &event.body {
        Body::BatchRegister(body) => body.code.clone(),
        _ => None,
    });
    let new = script.events.iter_mut().find(|event| bought(event) && day(event, at));
    if let (Some(code), Some(Event { body: Body::BatchRegister(body), .. })) = (code, new) {
        body.code = Some(code);
    }
}
