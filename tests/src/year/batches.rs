//! A plant as batches: arrivals into a pile, runs, products that leave by handover, and outlets.

use tl_domain::event::{
    Amount, BatchRegister, DispatchLine, FlowReport, FlowSource, HandoverDispatch, HandoverKind,
    Location, NodeKind, Origin, Portion, RunClose, RunOutput, RunStart, SampleShare, SampleSubject,
    StoreDraw, StorePut, Take,
};
use tl_domain::ids::{BatchId, EntryId, PlaceId, RunId};
use tl_domain::quantity::Mass;
use tl_domain::time::{Moment, Span};

use super::flows::{assayed, stock_take};
use super::{
    Books, DAYS, Item, KILOGRAMS_PER_TONNE, Total, Way, Year, amounts, day, factor, kilograms,
    name, parts, percent,
};

/// Where feed lies.
const YARD: &str = "yard";
/// Where it is worked.
const SMELTER: &str = "smelter";
const PILE: &str = "pile-1";
const MONTHS: usize = 12;
/// Days of a month here; the last one runs to the end of the year.
const MONTH_DAYS: usize = 30;
/// Arrivals of a feed in the year.
const ARRIVALS: usize = 60;

/// The year of a party, for a substance.
#[must_use]
pub fn as_batches(year: &Year, party: &str, substance: &str) -> Books {
    let mut books = Books::open(party, substance);
    books.node(YARD, "原料库", NodeKind::Store);
    books.node(SMELTER, "冶炼", NodeKind::Process);
    for item in year.items {
        books.material(item);
        if item.way == Way::Discharge {
            books.stream(item, SMELTER);
        }
    }
    books.place(PILE, YARD, year.items[0].id);
    open_stock(&mut books, year);
    let feeds: Vec<Feed> =
        year.items.iter().filter(|item| item.way == Way::In).map(Feed::of).collect();
    for month in 0..MONTHS {
        work(&mut books, year, &feeds, month);
    }
    if let Some(stock) = year.stock {
        let pile: PlaceId = name(PILE);
        let feed = Some(&year.items[0]);
        stock_take(&mut books, YARD, feed, Some(pile), DAYS, stock.closing_tonnes);
        stock_take(&mut books, SMELTER, None, None, DAYS, 0);
    }
    books
}

/// A feed with its arrivals in kilograms.
struct Feed<'a> {
    item: &'a Item,
    arrivals: Vec<i64>,
}

impl<'a> Feed<'a> {
    fn of(item: &'a Item) -> Self {
        let Total::Tonnes(tonnes) = item.total else { panic!("feeds are weighed") };
        Self { item, arrivals: parts(tonnes * KILOGRAMS_PER_TONNE, ARRIVALS) }
    }

    /// Index and kilograms of a month's arrivals.
    fn of_month(&self, month: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        let each = ARRIVALS / MONTHS;
        self.arrivals.iter().copied().enumerate().skip(month * each).take(each)
    }
}

/// What lay there before the year, and the stock takes at its beginning.
fn open_stock(books: &mut Books, year: &Year) {
    let Some(stock) = year.stock else { return };
    let feed = &year.items[0];
    let before = super::moment(super::YEAR_START - super::DAY_MICROS);
    let mass = kilograms(stock.opening_tonnes * KILOGRAMS_PER_TONNE);
    let batch = register(books, feed, Origin::Opening, YARD, mass, &before);
    put(books, batch, &before);
    let pile: PlaceId = name(PILE);
    stock_take(books, YARD, Some(feed), Some(pile), 0, stock.opening_tonnes);
    stock_take(books, SMELTER, None, None, 0, 0);
}

/// One month: feeds arrive, are sampled and worked; products leave; outlets are metered.
fn work(books: &mut Books, year: &Year, feeds: &[Feed<'_>], month: usize) {
    let at = day(month * MONTH_DAYS + 1);
    let mut inputs = Vec::new();
    for (number, feed) in feeds.iter().enumerate() {
        for (index, kg) in feed.of_month(month) {
            let mass = kilograms(kg);
            let batch = register(books, feed.item, Origin::Arrival, YARD, mass, &at);
            sampled(books, feed.item, batch, factor(index, ARRIVALS), &at);
            if number == 0 {
                put(books, batch, &at);
            } else {
                inputs.push(whole(batch));
            }
        }
    }
    let drawn = drawn_kilograms(year)[month];
    let draw = StoreDraw {
        place: name(PILE),
        mass: kilograms(drawn),
        to: Some(name(SMELTER)),
        stream: None,
        batch: None,
        meter: None,
        uncertainty: vec![],
    };
    books.write(draw, &at);
    let start = RunStart { node: name(SMELTER), inputs, operation: "焙烧".to_owned() };
    let run = books.write(start, &at);
    let end = day(month * MONTH_DAYS + 20);
    let products: Vec<_> = year.items.iter().filter(|item| item.way == Way::Out).collect();
    let made: Vec<_> =
        products.iter().map(|item| (*item, produced(books, item, month, &end))).collect();
    let output = |(_, (batch, _)): &(&Item, (EntryId, Mass))| RunOutput {
        batch: BatchId::from(*batch),
        mass: None,
        returned: false,
        location: None,
    };
    let outputs = made.iter().map(output).collect();
    let close = RunClose { run: RunId::from(run), inputs: vec![], outputs, ended_at: None };
    books.write(close, &end);
    for (number, (item, (batch, mass))) in made.into_iter().enumerate() {
        dispatch(books, item, batch, mass, month * products.len() + number, &end);
    }
    for item in year.items.iter().filter(|item| item.way == Way::Discharge) {
        discharged(books, item, month);
    }
}

/// What the months draw from the pile: what came and what the stock lost.
fn drawn_kilograms(year: &Year) -> Vec<i64> {
    let Total::Tonnes(tonnes) = year.items[0].total else { panic!("feeds are weighed") };
    let gained = year.stock.map_or(0, |stock| stock.closing_tonnes - stock.opening_tonnes);
    parts((tonnes - gained) * KILOGRAMS_PER_TONNE, MONTHS)
}

fn register(
    books: &mut Books,
    item: &Item,
    origin: Origin,
    node: &str,
    mass: Mass,
    at: &Moment,
) -> EntryId {
    let batch = BatchRegister {
        code: None,
        material: name(item.id),
        origin,
        location: Location { node: name(node), place: None },
        stream: None,
        supplier: None,
        dispatch: None,
        declared: None,
        mass: Some(mass),
        moisture: percent(item.moisture),
        uncertainty: vec![],
        parents: vec![],
        ticket: None,
        raw: None,
        blobs: vec![],
    };
    books.write(batch, at)
}

fn sampled(
    books: &mut Books,
    item: &Item,
    batch: EntryId,
    factor: rust_decimal::Decimal,
    at: &Moment,
) {
    let share = SampleShare { batch: BatchId::from(batch), weight: None };
    assayed(books, item, SampleSubject::Batches(vec![share]), factor, at);
}

fn put(books: &mut Books, batch: EntryId, at: &Moment) {
    books.write(StorePut { portion: whole(batch), place: name(PILE) }, at);
}

fn produced(books: &mut Books, item: &Item, month: usize, at: &Moment) -> (EntryId, Mass) {
    let Amount::Mass(mass) = amounts(item.total, MONTHS).swap_remove(month) else {
        panic!("products are weighed")
    };
    let batch = register(books, item, Origin::Production, SMELTER, mass.clone(), at);
    sampled(books, item, batch, factor(month, MONTHS), at);
    (batch, mass)
}

fn dispatch(
    books: &mut Books,
    item: &Item,
    batch: EntryId,
    mass: Mass,
    number: usize,
    at: &Moment,
) {
    let line = DispatchLine {
        line: 1,
        material: name(item.id),
        portion: Some(whole(batch)),
        place: None,
        mass,
        moisture: percent(item.moisture),
        contents: vec![],
        waste_code: None,
        containers: None,
        uncertainty: vec![],
    };
    let code = tl_testkit::code(1 + u64::try_from(number).expect("a few hundred"));
    let dispatch = HandoverDispatch {
        code,
        kind: HandoverKind::Delivery,
        manifest_number: None,
        from: name(SMELTER),
        to: None,
        carrier: None,
        lines: vec![line],
        blobs: vec![],
    };
    books.write(dispatch, at);
}

/// A month of an outlet with one sample of it.
fn discharged(books: &mut Books, item: &Item, month: usize) {
    let to = if month + 1 == MONTHS { DAYS } else { (month + 1) * MONTH_DAYS };
    let span = Span { from: day(month * MONTH_DAYS), to: day(to) };
    let at = span.to.clone();
    let report = FlowReport {
        stream: name(item.id),
        span: span.clone(),
        amount: amounts(item.total, MONTHS).swap_remove(month),
        source: FlowSource::Measured,
        moisture: None,
        density: None,
        reading: None,
        meter: None,
        uncertainty: vec![],
        raw: None,
        blobs: vec![],
    };
    books.write(report, &at);
    let subject = SampleSubject::Stream { stream: name(item.id), span };
    assayed(books, item, subject, factor(month, MONTHS), &at);
}

fn whole(batch: EntryId) -> Portion {
    Portion { batch: batch.into(), amount: Take::All }
}
