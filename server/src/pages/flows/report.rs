//! The form in which a shift or day of a stream is reported: mass, volume, or a totaliser.

use chrono::NaiveDate;
use serde::Deserialize;
use tl_domain::event::{Amount, FlowReport, FlowSource, MeterReading};
use tl_domain::ids::{MeterId, StreamId};
use tl_domain::quantity::{Volume, VolumeUnit};
use tl_domain::time::{Moment, Span};

use super::super::capture::{
    Capture, choosing, chosen, form_sheet, meter_choices, new_form, offered,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::span::Calendar;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordFlow;
use crate::error::Failure;
use crate::usecase;

/// Reports a stream.
#[derive(Deserialize)]
pub(crate) struct Report;

const SOURCES: [(&str, FlowSource); 3] = [
    ("measured", FlowSource::Measured),
    ("calculated", FlowSource::Calculated),
    ("estimated", FlowSource::Estimated),
];

impl Capture for Report {
    type Needs = RecordFlow;

    fn usual(&self, _: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let calendar = Calendar::of(desk.names.sites.first());
        // The production day that ended last.
        let day = calendar.day_of(desk.now);
        let yesterday = day.pred_opt().unwrap_or(day);
        let span = calendar.days(yesterday, yesterday);
        typed.usual("from", super::format::input_minute(span.from, desk.offset));
        typed.usual("to", super::format::input_minute(span.to, desk.offset));
        typed.usual("unit", "t");
        typed.usual("source", "measured");
        if let Ok(asked) = typed.text("day").parse::<NaiveDate>() {
            let span = calendar.days(asked, asked);
            typed.usual("from", super::format::input_minute(span.from, desk.offset));
            typed.usual("to", super::format::input_minute(span.to, desk.offset));
        }
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/flows");
        let streams = desk.names.streams.iter().map(|stream| {
            let ends = [&stream.from, &stream.to].map(|end| desk.names.endpoint(t, end));
            Choice::new(stream.id.as_str(), format!("{} ({} → {})", stream.name, ends[0], ends[1]))
        });
        let streams = choosing(desk, streams);
        form.line(vec![typed.list_field("stream", t.stream(), streams).required()]);
        form.line(vec![
            typed.field("from", t.span_begins(), FieldKind::Minute).required(),
            typed.field("to", t.span_ends(), FieldKind::Minute).required(),
        ]);
        let units = ["t", "kg", "m3", "Nm3", "L"];
        let units = units.iter().map(|unit| {
            let words =
                unit.strip_suffix("m3").map_or_else(|| (*unit).to_owned(), |n| format!("{n}m³"));
            Choice::new(*unit, words)
        });
        form.group(
            t.amount(),
            vec![
                typed.number_field("amount", t.amount(), "").required(),
                typed.list_field("unit", t.unit(), units.collect()),
                typed.basis_field("amount-basis"),
            ],
        );
        let sources = offered(&SOURCES, |of| t.flow_source(of));
        form.line(vec![
            typed.number_field("moisture", t.moisture_word(), "%").hint(t.moisture_hint()),
            typed.list_field("source", t.rests_on(), sources).required(),
            typed.list_field("meter", t.meter(), meter_choices(desk)),
        ]);
        form.line(vec![
            typed.number_field("start", t.reading_start(), ""),
            typed.number_field("end", t.reading_end(), "").hint(t.reading_hint()),
            typed.number_field("density", t.density(), "t/m³"),
        ]);
        form.line(typed.when_fields());
        let crumbs = [(t.flows(), "/flows")];
        Ok(form_sheet(desk, t.report_flow(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordFlow>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let stream = typed.pick::<StreamId>("stream");
        let span = span(typed, desk.offset);
        let amount = amount(typed);
        let source = chosen(&SOURCES, typed.text("source"));
        let reading = reading(typed);
        let moisture = typed.percent("moisture");
        let density = typed.decimal("density");
        let meter = typed.maybe::<MeterId>("meter");
        let sent = typed.sent(desk.offset);
        let (Some(stream), Some(span), Some(amount)) = (stream, span, amount) else {
            return Ok(None);
        };
        if typed.is_wrong() {
            return Ok(None);
        }
        let target = format!("/flows?stream={stream}&done=reported");
        let body = FlowReport {
            stream,
            span,
            amount,
            source: source.unwrap_or(FlowSource::Measured),
            moisture,
            density,
            reading,
            meter,
            uncertainty: Vec::new(),
            raw: None,
            blobs: Vec::new(),
        };
        usecase::flows::report(app, permit, sent, body)?;
        Ok(Some(target))
    }
}

/// A span that ends after it begins.
pub(in crate::pages) fn span(typed: &mut Typed, offset: i32) -> Option<Span> {
    let from: Option<Moment> = typed.minute("from", offset);
    let to = typed.minute("to", offset);
    let (from, to) = (from?, to?);
    if to.micros() <= from.micros() {
        let words = typed.t.span_reversed();
        typed.error("to", words);
        return None;
    }
    Some(Span { from, to })
}

fn amount(typed: &mut Typed) -> Option<Amount> {
    typed.required("amount")?;
    if typed.text("unit").ends_with('3') || typed.text("unit") == "L" {
        let value = typed.decimal("amount")?;
        let unit = typed.pick::<VolumeUnit>("unit")?;
        return Some(Amount::Volume(Volume { unit, value }));
    }
    typed.mass("amount", "unit").map(Amount::Mass)
}

/// Both ends of a totaliser, or neither.
fn reading(typed: &mut Typed) -> Option<MeterReading> {
    let start = typed.decimal("start");
    let end = typed.decimal("end");
    match (start, end) {
        (Some(start), Some(end)) => Some(MeterReading { start, end }),
        (None, None) => None,
        (Some(_), None) => {
            let words = typed.t.reading_incomplete();
            typed.error("end", words);
            None
        }
        (None, Some(_)) => {
            let words = typed.t.reading_incomplete();
            typed.error("start", words);
            None
        }
    }
}
