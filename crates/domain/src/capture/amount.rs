//! Checks that need no books: masses, moistures, times, results.
//!
//! Zero is a finding where nothing may be there (stock takes, flow reports, receptions, tares) and
//! a slip elsewhere.

use rust_decimal::Decimal;

use super::{Capture, Checked, Field, Refusal};
use crate::event::{
    Amount, AssayReport, BatchWeigh, Body, Determination, Portion, SampleSubject, Take,
};
use crate::quantity::{ContentUnit, Mass, Moisture, Reading, Volume};
use crate::time::{Micros, Span};

/// A person's entry may run this far ahead of the page's clock.
pub(crate) const FUTURE_MAX_MICROS: Micros = 5 * MINUTE_MICROS;

const MINUTE_MICROS: Micros = 60 * 1_000_000;
/// Ten million tonnes: above the yearly feed of the largest plant, a wrong unit for certain.
const GRAMS_MAX: u64 = 10_000_000_000_000;
/// As much water as a large river carries in a day.
const CUBIC_METRES_MAX: u64 = 1_000_000_000;

/// Refuses moments in the future and spans that end before they begin.
pub(super) fn check_times(checked: &mut Checked, capture: &Capture<'_>) {
    let mut latest = capture.observed_at;
    let mut later = |at: Micros| latest = latest.max(at);
    match capture.body {
        Body::FlowReport(b) => {
            later(b.span.to.micros());
            check_span(checked, &b.span);
        }
        Body::MonitorReading(b) => {
            later(b.span.to.micros());
            check_span(checked, &b.span);
        }
        Body::RunClose(b) => b.ended_at.iter().for_each(|at| later(at.micros())),
        Body::StockTake(b) => {
            later(b.at.micros());
            b.lines.iter().filter_map(|line| line.measured_at.as_ref()).for_each(|at| {
                later(at.micros());
            });
        }
        Body::SampleTake(b) => match &b.subject {
            SampleSubject::Stream { span, .. } => check_span(checked, span),
            SampleSubject::Stock { at, .. } => later(at.micros()),
            SampleSubject::Batches(_) => {}
        },
        Body::PeriodClose(b) => {
            later(b.span.to.micros());
            check_span(checked, &b.span);
        }
        Body::FindingResolve(b) => check_span(checked, &b.span),
        _ => {}
    }
    let ahead = latest.saturating_sub(capture.now);
    if ahead > FUTURE_MAX_MICROS {
        let minutes = ahead.saturating_add(MINUTE_MICROS - 1) / MINUTE_MICROS;
        checked.refuse(Refusal::Future { minutes });
    }
}

fn check_span(checked: &mut Checked, span: &Span) {
    if span.from.micros() >= span.to.micros() {
        let (from, to) = (span.from.to_string(), span.to.to_string());
        checked.refuse(Refusal::SpanReversed { from, to });
    }
}

/// Refuses figures that can't be, and lists and reasons that were left empty.
pub(super) fn check_amounts(checked: &mut Checked, body: &Body) {
    match body {
        Body::BatchRegister(b) => {
            b.mass.iter().for_each(|mass| check_mass(checked, Field::Mass, mass, false));
            check_moisture(checked, b.moisture.as_ref());
        }
        Body::BatchWeigh(b) => check_weighing(checked, b),
        Body::BatchVoid(b) => check_reason(checked, &b.reason),
        Body::BatchSplit(b) => check_portions(checked, &b.parts, true),
        Body::BatchBlend(b) => check_portions(checked, &b.inputs, true),
        Body::StorePut(b) => check_take(checked, &b.portion.amount),
        Body::StoreDraw(b) => check_mass(checked, Field::Mass, &b.mass, false),
        Body::FlowReport(b) => {
            check_moisture(checked, b.moisture.as_ref());
            match &b.amount {
                Amount::Mass(mass) => check_mass(checked, Field::Mass, mass, true),
                Amount::Volume(volume) => check_volume(checked, volume),
            }
            if let Some(density) = b.density.as_ref().filter(|d| d.value() <= Decimal::ZERO) {
                let (field, read) = (Field::Density, density.to_string());
                checked.refuse(Refusal::NotPositive { field, read });
            }
        }
        Body::RunStart(b) => check_portions(checked, &b.inputs, false),
        Body::RunClose(b) => {
            check_portions(checked, &b.inputs, false);
            for mass in b.outputs.iter().filter_map(|output| output.mass.as_ref()) {
                check_mass(checked, Field::Mass, mass, false);
            }
        }
        Body::AssayReport(b) => check_report(checked, b),
        Body::HandoverDispatch(b) => {
            if b.lines.is_empty() {
                checked.refuse(Refusal::Empty { field: Field::Lines });
            }
            for line in &b.lines {
                check_mass(checked, Field::Mass, &line.mass, false);
                check_moisture(checked, line.moisture.as_ref());
                line.portion.iter().for_each(|portion| check_take(checked, &portion.amount));
            }
        }
        Body::HandoverReceive(b) => {
            for line in &b.lines {
                check_mass(checked, Field::Mass, &line.mass, true);
                line.refused.iter().for_each(|mass| check_mass(checked, Field::Mass, mass, true));
            }
        }
        Body::WasteDispose(b) => check_take(checked, &b.portion.amount),
        Body::StockTake(b) => {
            for line in &b.lines {
                line.mass.iter().for_each(|mass| check_mass(checked, Field::Mass, mass, true));
                line.volume.iter().for_each(|volume| check_volume(checked, volume));
                check_moisture(checked, line.moisture.as_ref());
            }
        }
        Body::Supersede(b) => check_reason(checked, &b.reason),
        _ => {}
    }
}

fn check_weighing(checked: &mut Checked, weigh: &BatchWeigh) {
    check_mass(checked, Field::Net, &weigh.net, false);
    weigh.gross.iter().for_each(|gross| check_mass(checked, Field::Gross, gross, false));
    weigh.tare.iter().for_each(|tare| check_mass(checked, Field::Tare, tare, true));
    check_moisture(checked, weigh.moisture.as_ref());
    weigh.manual.iter().for_each(|reason| check_reason(checked, reason));
    let (Some(gross), Some(tare)) = (&weigh.gross, &weigh.tare) else {
        return;
    };
    let all = [gross, tare, &weigh.net];
    if all.iter().any(|mass| too_large(mass)) {
        return;
    }
    let one_basis = all.iter().all(|mass| mass.basis == weigh.net.basis);
    if !one_basis || gross.grams() - tare.grams() != weigh.net.grams() {
        let [gross, tare, net] = all.map(written);
        checked.refuse(Refusal::NetMismatch { gross, tare, net });
    }
}

fn check_portions(checked: &mut Checked, portions: &[Portion], needed: bool) {
    if needed && portions.is_empty() {
        checked.refuse(Refusal::Empty { field: Field::Lines });
    }
    portions.iter().for_each(|portion| check_take(checked, &portion.amount));
}

fn check_take(checked: &mut Checked, amount: &Take) {
    if let Take::Part { mass } = amount {
        check_mass(checked, Field::Mass, mass, false);
    }
}

fn check_mass(checked: &mut Checked, field: Field, mass: &Mass, zero: bool) {
    let read = || written(mass);
    let value = mass.value.value();
    if zero && value < Decimal::ZERO {
        checked.refuse(Refusal::Negative { field, read: read() });
    } else if !zero && value <= Decimal::ZERO {
        checked.refuse(Refusal::NotPositive { field, read: read() });
    } else if too_large(mass) {
        checked.refuse(Refusal::TooLarge { field, read: read() });
    }
}

fn written(mass: &Mass) -> String {
    format!("{} {}", mass.value, mass.unit)
}

/// Whether a mass is beyond any plant; compared without multiplying, which could overflow.
fn too_large(mass: &Mass) -> bool {
    mass.value.value().abs() > Decimal::from(GRAMS_MAX) / mass.unit.grams()
}

fn check_volume(checked: &mut Checked, volume: &Volume) {
    let read = || format!("{} {}", volume.value, volume.unit);
    if volume.value.value() < Decimal::ZERO {
        checked.refuse(Refusal::Negative { field: Field::Volume, read: read() });
    } else if volume.cubic_metres() > Decimal::from(CUBIC_METRES_MAX) {
        checked.refuse(Refusal::TooLarge { field: Field::Volume, read: read() });
    }
}

/// Every figure of a moisture must be a moisture, also its limits.
fn check_moisture(checked: &mut Checked, reading: Option<&Reading>) {
    for figure in reading.iter().flat_map(|reading| figures(reading)) {
        if Moisture::from_percent(figure).is_err() {
            let read = reading.map(Reading::display).unwrap_or_default();
            checked.refuse(Refusal::MoistureRange { read });
        }
    }
}

fn check_reason(checked: &mut Checked, reason: &str) {
    if reason.trim().is_empty() {
        checked.refuse(Refusal::Empty { field: Field::Reason });
    }
}

fn check_report(checked: &mut Checked, report: &AssayReport) {
    if report.determinations.iter().all(|d| d.result == Reading::NotMeasured) {
        checked.refuse(Refusal::BlankResult {});
    }
    for determination in &report.determinations {
        if determination.analyte.as_str() == "moisture"
            && determination.unit == ContentUnit::Percent
        {
            check_moisture(checked, Some(&determination.result));
        } else if !plausible(determination) {
            let (analyte, read) = (determination.analyte.clone(), determination.result.display());
            checked.refuse(Refusal::BadResult { analyte, read });
        }
    }
}

fn plausible(determination: &Determination) -> bool {
    let whole = Decimal::ONE_HUNDRED;
    let share = determination.unit != ContentUnit::Percent
        || figures(&determination.result).iter().all(|figure| *figure <= whole);
    share
        && match &determination.result {
            Reading::Value { value } => value.value() >= Decimal::ZERO,
            Reading::Below { limit } => limit.value() > Decimal::ZERO,
            Reading::NotDetected { lod } => lod.value() > Decimal::ZERO,
            Reading::DetectedBelowLoq { lod, loq } => {
                Decimal::ZERO < lod.value() && lod.value() < loq.value()
            }
            Reading::NotMeasured => true,
        }
}

fn figures(reading: &Reading) -> Vec<Decimal> {
    match reading {
        Reading::Value { value: one } | Reading::Below { limit: one } => vec![one.value()],
        Reading::NotDetected { lod } => vec![lod.value()],
        Reading::DetectedBelowLoq { lod, loq } => vec![lod.value(), loq.value()],
        Reading::NotMeasured => Vec::new(),
    }
}
