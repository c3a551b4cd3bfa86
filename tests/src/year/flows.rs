//! A plant as daily flow reports with weekly composites: one node 全厂 and no label inside.

use tl_domain::event::{
    AssayReport, FlowReport, FlowSource, NodeKind, Purpose, SampleSubject, SampleTake, Side,
    Standing, StockContent, StockLine, StockMethod, StockTake,
};
use tl_domain::ids::{NodeId, PlaceId, SampleId};
use tl_domain::quantity::Reading;
use tl_domain::time::Span;

use super::{Books, DAYS, Item, Year, amounts, day, factor, kilograms, name, percent};

/// The only node.
const NODE: &str = "whole";
const WEEK_DAYS: usize = 7;

/// The year of a party, for a substance.
#[must_use]
pub fn as_flow_reports(year: &Year, party: &str, substance: &str) -> Books {
    let mut books = Books::open(party, substance);
    books.node(NODE, "全厂", NodeKind::Plant);
    for item in year.items {
        books.material(item);
        books.stream(item, NODE);
    }
    if let Some(stock) = year.stock {
        take(&mut books, &year.items[0], 0, stock.opening_tonnes);
    }
    for item in year.items {
        reports(&mut books, item);
        composites(&mut books, item);
    }
    if let Some(stock) = year.stock {
        take(&mut books, &year.items[0], DAYS, stock.closing_tonnes);
    }
    books
}

fn reports(books: &mut Books, item: &Item) {
    for (number, amount) in amounts(item.total, DAYS).into_iter().enumerate() {
        let span = Span { from: day(number), to: day(number + 1) };
        let at = span.to.clone();
        let report = FlowReport {
            stream: name(item.id),
            span,
            amount,
            source: FlowSource::Measured,
            moisture: percent(item.moisture),
            density: None,
            reading: None,
            meter: None,
            uncertainty: vec![],
            raw: None,
            blobs: vec![],
        };
        books.write(report, &at);
    }
}

/// One composite a week; the last one stands for the year's last day alone.
fn composites(books: &mut Books, item: &Item) {
    let weeks = DAYS.div_ceil(WEEK_DAYS);
    for week in 0..weeks {
        let to = ((week + 1) * WEEK_DAYS).min(DAYS);
        let span = Span { from: day(week * WEEK_DAYS), to: day(to) };
        let at = span.to.clone();
        let subject = SampleSubject::Stream { stream: name(item.id), span };
        assayed(books, item, subject, factor(week, weeks), &at);
    }
}

/// A sample of something and its final report.
pub(super) fn assayed(
    books: &mut Books,
    item: &Item,
    subject: SampleSubject,
    factor: rust_decimal::Decimal,
    at: &tl_domain::time::Moment,
) {
    let sample = SampleTake {
        code: None,
        subject,
        increments: None,
        lab_name: None,
        sampler: None,
        raw: None,
    };
    let sample = books.write(sample, at);
    let determinations = vec![books.determined(item, factor)];
    let report = AssayReport {
        sample: SampleId::from(sample),
        purpose: Purpose::Process,
        standing: Standing::Final,
        side: Side::Own,
        lab: None,
        report_number: None,
        cma_number: None,
        analyst: None,
        determinations,
        quality: vec![],
        record: None,
        raw: None,
        blobs: vec![],
    };
    books.write(report, at);
}

fn take(books: &mut Books, item: &Item, number: usize, tonnes: i64) {
    stock_take(books, NODE, Some(item), None, number, tonnes);
}

/// A stock take of a node at the beginning of a day; without an item it found nothing.
pub(super) fn stock_take(
    books: &mut Books,
    node: &str,
    item: Option<&Item>,
    place: Option<PlaceId>,
    number: usize,
    tonnes: i64,
) {
    let lines = item.into_iter().map(|item| StockLine {
        material: name(item.id),
        place: place.clone(),
        batch: None,
        method: StockMethod::Pile,
        mass: Some(kilograms(tonnes * super::KILOGRAMS_PER_TONNE)),
        volume: None,
        moisture: percent(item.moisture),
        content: Some(StockContent {
            analyte: name(&books.substance),
            result: Reading::Value { value: item.content.parse().expect("a decimal") },
            unit: item.unit,
            basis: item.basis,
        }),
        measured_at: None,
        uncertainty: vec![],
    });
    let node: NodeId = name(node);
    let take =
        StockTake { node, at: day(number), lines: lines.collect(), witness: None, blobs: vec![] };
    books.write(take, &day(number));
}
