//! From rows to the records that the domain balances: one node, streams, stock takes, samples.
//!
//! Invariant: every row becomes exactly one flow or one stock line, and names itself as evidence.
//! Ids are made from row numbers and are the same for the same sheet; they name nothing outside.

use std::collections::BTreeMap;

use chrono::{FixedOffset, NaiveDate, TimeZone as _};
use tl_domain::balance::{Records, Role};
use tl_domain::event::{
    DefaultContent, Determination, Endpoint, FlowSource, Location, Master, MaterialRecord,
    MeterKind, MeterRecord, NodeKind, NodeRecord, Purpose, SampleSubject, Side, SiteRecord,
    Standing, StockLine, StockMethod, StreamRecord, StreamRole,
};
use tl_domain::ids::{
    Analyte, AssayId, EntryId, MaterialId, MeterId, NodeId, PlaceId, SampleId, StreamId,
};
use tl_domain::project::{AssayRow, End, FlowKind, FlowRow, Review, StockTakeRow};
use tl_domain::quantity::{Component, DecimalText, ErrorClass, Reading, WetMass};
use tl_domain::time::{Micros, MicrosSpan, Moment, Span};
use uuid::Uuid;

use super::{BalanceRow, Direction, Metering, Month, RowContent, Testing};

/// Offset of the months' ends: China's one time zone, in seconds east.
const OFFSET_SECONDS: i32 = 8 * 3600;
/// Relative standard uncertainty of a default content without one of its own, in per cent.
const DEFAULT_PERCENT: &str = "50";
/// Row numbers start behind this in ids, so that stock takes have ids of their own.
const TAKES: u128 = 1 << 40;

/// Records over a span of months, with the names that people gave.
#[derive(Debug, Clone)]
pub struct Books {
    /// For the domain's balance.
    pub records: Records,
    /// From the first month's beginning to the last one's end.
    pub span: MicrosSpan,
    /// Names of materials by id.
    pub materials: BTreeMap<MaterialId, String>,
    /// Rows of the stocks at both ends.
    pub stock_rows: BTreeMap<(Role, MaterialId), Vec<usize>>,
}

/// The records of the months from `first` to `last`. Opening stocks are those of the first month,
/// or the closing ones of the month before; stocks between are left out.
#[must_use]
pub fn records(rows: &[BalanceRow], first: Month, last: Month, substance: &Analyte) -> Books {
    let span = MicrosSpan { from: start(first), to: start(last.next()) };
    let mut maker = Maker {
        substance,
        records: Records::default(),
        materials: BTreeMap::new(),
        stock_rows: BTreeMap::new(),
    };
    maker.plant();
    for row in rows.iter().filter(|row| (first..=last).contains(&row.month)) {
        if matches!(row.direction, Direction::Input | Direction::Output | Direction::Discharge) {
            maker.flow(row);
        }
    }
    let lies = |month: Month, direction| -> Vec<&BalanceRow> {
        let fits = |row: &&BalanceRow| row.month == month && row.direction == direction;
        rows.iter().filter(fits).collect()
    };
    let mut opening = lies(first, Direction::Opening);
    if opening.is_empty() {
        opening = rows
            .iter()
            .filter(|row| row.direction == Direction::Closing && row.month.next() == first)
            .collect();
    }
    maker.take(&opening, span.from, Role::Opening);
    maker.take(&lies(last, Direction::Closing), span.to, Role::Closing);
    let materials = maker.materials.iter().map(|((name, _), id)| (id.clone(), name.clone()));
    let materials = materials.collect();
    Books { materials, records: maker.records, span, stock_rows: maker.stock_rows }
}

/// The beginning of a month.
fn start(month: Month) -> Micros {
    let offset = FixedOffset::east_opt(OFFSET_SECONDS).expect("eight hours are an offset");
    let day = NaiveDate::from_ymd_opt(month.year, month.month, 1).expect("months are checked");
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    offset.from_local_datetime(&midnight).single().expect("no gaps in an offset").timestamp_micros()
}

fn moment(at: Micros) -> Moment {
    Moment::from_micros(at, OFFSET_SECONDS).expect("years 1990 to 2101 have moments")
}

/// An id in the form of an entry's, from a number of the sheet.
fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(0x7000_8000_0000_0000_0000_u128 + number))
}

/// The row that an id was made from; `None` for a stock take.
pub(super) fn row_of(id: EntryId) -> Option<usize> {
    let number = id.0.as_u128() & ((1 << 60) - 1);
    if number >= TAKES { None } else { usize::try_from(number).ok() }
}

fn named<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a name of letters and digits")
}

struct Maker<'a> {
    substance: &'a Analyte,
    records: Records,
    /// Name, and row of an own default content → id.
    materials: BTreeMap<(String, usize), MaterialId>,
    stock_rows: BTreeMap<(Role, MaterialId), Vec<usize>>,
}

impl Maker<'_> {
    fn plant(&mut self) {
        let site = SiteRecord {
            id: named("site"),
            name: "厂区".into(),
            offset_minutes: OFFSET_SECONDS / 60,
            day_start_hour: 0,
            close_day: 1,
        };
        let node = NodeRecord {
            id: plant(),
            site: site.id.clone(),
            name: "全厂".into(),
            kind: NodeKind::Plant,
        };
        self.records.masters.push(Master::Site(site.clone()));
        self.records.masters.push(Master::Node(node));
        for (kind, id) in METERS {
            self.records.masters.push(Master::Meter(MeterRecord {
                id: named(id),
                name: id.into(),
                kind,
                site: site.id.clone(),
                uncertainty: Vec::new(),
            }));
        }
    }

    /// The material's id; a row with a default content has one of its own, because a default
    /// belongs to a material and not to a row.
    fn material(&mut self, row: &BalanceRow) -> MaterialId {
        let default = row.content.as_ref().filter(|content| content.testing == Testing::Default);
        let own = default.map_or(0, |_| row.number);
        let key = (row.material.clone(), own);
        if let Some(id) = self.materials.get(&key) {
            return id.clone();
        }
        let id: MaterialId = named(&format!("material-{}", self.materials.len() + 1));
        self.materials.insert(key, id.clone());
        let defaults = default.and_then(|content| self.default(row, content));
        self.records.masters.push(Master::Material(MaterialRecord {
            id: id.clone(),
            name: row.material.clone(),
            class: row.class,
            waste_code: None,
            counted: false,
            moisture: None,
            defaults: defaults.into_iter().collect(),
        }));
        id
    }

    fn default(&self, row: &BalanceRow, content: &RowContent) -> Option<DefaultContent> {
        let middle = content.result.bounds()?.middle;
        let percent = content.percent.clone();
        Some(DefaultContent {
            analyte: self.substance.clone(),
            value: DecimalText::from(middle),
            unit: content.unit,
            basis: content.basis,
            percent: percent.unwrap_or_else(|| named(DEFAULT_PERCENT)),
            source: row.note.clone(),
        })
    }

    fn flow(&mut self, row: &BalanceRow) {
        let material = self.material(row);
        let stream: StreamId = named(&format!("row-{}", row.number));
        let (role, inward) = match row.direction {
            Direction::Input => (StreamRole::Input, true),
            Direction::Discharge => (StreamRole::Discharge, false),
            _ => (StreamRole::Product, false),
        };
        let ends = |node: Endpoint, outside: Endpoint| {
            if inward { (outside, node) } else { (node, outside) }
        };
        let (from, to) = ends(Endpoint::Node(plant()), Endpoint::Outside);
        self.records.masters.push(Master::Stream(StreamRecord {
            id: stream.clone(),
            name: row.material.clone(),
            from,
            to,
            material: material.clone(),
            role,
        }));
        let process = End::Process { node: plant() };
        let outside = End::Outside { party: None };
        let (from, to) = if inward { (outside, process) } else { (process, outside) };
        let (since, until) = (start(row.month), start(row.month.next()));
        let id = entry(row.number as u128);
        let (source, meter) = metered(row.metering);
        self.records.flows.push(FlowRow {
            owner: id,
            line: 0,
            kind: FlowKind::Stream,
            from,
            to,
            stream: Some(stream.clone()),
            material: Some(material),
            batch: None,
            since,
            until,
            wet: row.wet.as_ref().map(|mass| WetMass(mass.grams())),
            dry: None,
            volume: row.volume.as_ref().map(|volume| volume.value.clone()),
            moisture: row.moisture.clone(),
            density: None,
            source,
            returned: false,
            meter,
            calibration: None,
            uncertainty: Vec::new(),
            evidence: vec![id],
        });
        let span = Span { from: moment(since), to: moment(until) };
        self.assay(row, SampleSubject::Stream { stream, span }, until - 1);
    }

    /// A stock take of the plant with all its lines; none when the sheet has none, because no line
    /// is not an empty yard.
    fn take(&mut self, rows: &[&BalanceRow], at: Micros, role: Role) {
        if rows.is_empty() {
            return;
        }
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let material = self.material(row);
            let place: PlaceId = named(&format!("row-{}", row.number));
            self.stock_rows.entry((role, material.clone())).or_default().push(row.number);
            lines.push(StockLine {
                material: material.clone(),
                place: Some(place.clone()),
                batch: None,
                method: method(row.metering),
                mass: row.wet.clone(),
                volume: row.volume.clone(),
                moisture: row.moisture.clone(),
                content: None,
                measured_at: None,
                uncertainty: Vec::new(),
            });
            let location = Location { node: plant(), place: Some(place) };
            let subject = SampleSubject::Stock { location, material, at: moment(at) };
            self.assay(row, subject, at);
        }
        self.records.takes.push(StockTakeRow {
            entry: entry(TAKES + u128::from(role == Role::Closing)),
            node: plant(),
            at,
            lines,
            witness: None,
        });
    }

    fn assay(&mut self, row: &BalanceRow, subject: SampleSubject, at: Micros) {
        let Some(content) = &row.content else { return };
        let side = match content.testing {
            Testing::Own => Side::Own,
            Testing::Outside => Side::Third,
            Testing::Supplier => Side::Supplier,
            Testing::Default => return,
        };
        if content.result == Reading::NotMeasured {
            return;
        }
        let own = content.percent.iter().map(|percent| Component {
            key: format!("row:{}", row.number),
            class: ErrorClass::Random,
            percent: percent.clone(),
        });
        let id = entry(row.number as u128);
        self.records.assays.push(AssayRow {
            id: AssayId::from(id),
            sample: SampleId::from(id),
            subject: Some(subject),
            reported_at: at,
            purpose: Purpose::Process,
            standing: Standing::Final,
            side,
            lab: None,
            report_number: None,
            analyst: None,
            review: Review::Accepted,
            quality_failed: false,
            determinations: vec![Determination {
                analyte: self.substance.clone(),
                result: content.result.clone(),
                unit: content.unit,
                basis: content.basis,
                method: None,
                uncertainty: own.collect(),
            }],
            quality: Vec::new(),
            evidence: vec![id],
        });
    }
}

fn plant() -> NodeId {
    named("plant")
}

/// One meter of each kind: rows weighed by the same kind share its long-term error.
const METERS: [(MeterKind, &str); 5] = [
    (MeterKind::Weighbridge, "weighbridge"),
    (MeterKind::PlatformScale, "platform-scale"),
    (MeterKind::BeltScale, "belt-scale"),
    (MeterKind::FlowMeter, "flow-meter"),
    (MeterKind::LevelMeter, "level-meter"),
];

/// What an amount of a flow rests on, and its meter.
fn metered(metering: Metering) -> (FlowSource, Option<MeterId>) {
    let measured = |id: &str| (FlowSource::Measured, Some(named(id)));
    match metering {
        Metering::Weighbridge => measured("weighbridge"),
        Metering::PlatformScale | Metering::Count => measured("platform-scale"),
        Metering::BeltScale => measured("belt-scale"),
        Metering::FlowMeter => measured("flow-meter"),
        Metering::Level => measured("level-meter"),
        Metering::Calculated => (FlowSource::Calculated, None),
        // The volume of a pile times a guessed density is no measured flow.
        Metering::Pile | Metering::Estimated => (FlowSource::Estimated, None),
    }
}

/// How a stock was found.
fn method(metering: Metering) -> StockMethod {
    match metering {
        Metering::Weighbridge | Metering::PlatformScale | Metering::Count => StockMethod::Count,
        Metering::Level | Metering::FlowMeter => StockMethod::Level,
        Metering::Pile | Metering::BeltScale => StockMethod::Pile,
        Metering::Calculated => StockMethod::Carried,
        Metering::Estimated => StockMethod::Estimate,
    }
}
