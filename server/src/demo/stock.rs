//! Month-end stock takes: heaps surveyed, sampled and rolled to midnight.
//!
//! Small works note a content with the heap; the batch smelter surveys by drone, with an
//! uncertainty of its own, and takes stock samples.

use tl_domain::event::{SampleSubject, StockContent, StockLine, StockMethod};
use tl_domain::quantity::{Basis, Component, ContentUnit, ErrorClass};

use super::bodies::{location, name, stock_line, stock_take};
use super::calendar::Day;
use super::lab::{Lab, Matrix};
use super::lot::{Lot, content_text, decimal, kilograms, moisture, value};
use super::script::{Desk, Script, moment};

/// How well heaps are surveyed, in per cent.
const SURVEY_PERCENT: f64 = 0.8;

/// Uncertainty of a drone survey in per cent, as its operator states it.
const SURVEY_UNCERTAINTY_PERCENT: f64 = 1.5;

/// A heap as it lies there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heap<'a> {
    pub(super) material: &'a str,
    pub(super) place: Option<&'a str>,
    pub(super) moisture: f64,
    pub(super) lot: Lot,
}

impl Heap<'_> {
    /// The heap as a line of a stock take, with a content of its own.
    pub(super) fn line(self, script: &mut Script, method: StockMethod) -> StockLine {
        let rng = &mut script.rng;
        let mass = rng.around(self.lot.wet(self.moisture) * 1000.0, SURVEY_PERCENT);
        let mut line = stock_line(self.material, method, kilograms((mass / 100.0).round() * 100.0));
        line.place = self.place.map(name);
        line.moisture = Some(moisture(rng, self.moisture));
        line.content = Some(StockContent {
            analyte: name("Tl"),
            result: value(content_text(rng.around(self.lot.content(), 1.0))),
            unit: ContentUnit::MilligramPerKilogram,
            basis: Some(Basis::Dry),
        });
        line
    }
}

/// A heap surveyed by drone, and its stock sample.
pub(super) fn surveyed(
    script: &mut Script,
    lab: &mut Lab,
    node: &str,
    heap: Heap<'_>,
    day: Day,
) -> StockLine {
    let mut line = heap.line(script, StockMethod::Pile);
    line.content = None;
    let place = heap.place.unwrap_or_default();
    line.uncertainty = vec![Component {
        key: format!("survey:{node}/{place}/{}", day.date),
        class: ErrorClass::Random,
        percent: decimal(SURVEY_UNCERTAINTY_PERCENT, 1),
    }];
    let subject = SampleSubject::Stock {
        location: location(node, heap.place),
        material: name(heap.material),
        at: moment(day.start),
    };
    lab.assay(script, subject, (Matrix::Solid, heap.lot.content()), day.at(9, 30));
    line
}

/// Writes the stock take of a node for the midnight at which the day began.
pub(super) fn take_stock(
    script: &mut Script,
    desk: &Desk,
    node: &str,
    day: Day,
    lines: Vec<StockLine>,
) {
    let witness = format!("{}-ehs", desk.party);
    let body = stock_take(node, day.start, lines, &witness);
    script.write(desk, day.at(9, 0), body);
}
