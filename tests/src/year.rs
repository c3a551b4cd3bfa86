//! Plants whose balance of a year is known: what goes in and out, as batches or as flow reports.
//!
//! `S1` is a zinc plant, `T1` a pyrite acid plant, `T5` one whose published distribution sums to
//! 100.3 %. The figures are synthetic or published totals; what each must give is beside it in
//! grams. The same plant is written in two ways, which must give the same balance.

mod batches;
mod flows;

use rust_decimal::Decimal;
use tl_domain::event::{
    Amount, Body, Determination, Endpoint, KeyRole, LogOpen, Master, MasterPut, MaterialClass,
    MaterialRecord, NodeKind, NodeRecord, PartyKind, PlaceRecord, SiteRecord, StreamRecord,
    StreamRole,
};
use tl_domain::ids::{EntryId, PartyId, SiteId};
use tl_domain::quantity::{
    Basis, ContentUnit, DecimalText, Mass, MassUnit, Reading, Volume, VolumeUnit,
};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan, Moment};
use tl_testkit::{Signed, Writer};

pub use batches::as_batches;
pub use flows::as_flow_reports;

/// 2025-01-01T08:00:00+08:00, the beginning of the year.
pub const YEAR_START: Micros = 1_735_689_600_000_000;
/// Days of that year.
pub const DAYS: usize = 365;
/// Offset of the plants' clocks in seconds east of UTC.
const OFFSET_SECONDS: i32 = 8 * 3600;
const KILOGRAMS_PER_TONNE: i64 = 1000;

/// Which way a material goes over the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Ore or other feed.
    In,
    /// Product, by-product or waste.
    Out,
    /// Water or gas.
    Discharge,
}

/// How much of it in the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Wet tonnes.
    Tonnes(i64),
    /// Cubic metres.
    CubicMetres(i64),
    /// Standard cubic metres.
    StandardCubicMetres(i64),
}

/// A material of the plant with its year.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Id of material and stream.
    pub id: &'static str,
    /// Name on screens.
    pub name: &'static str,
    /// Which way it goes.
    pub way: Way,
    /// How much in the year.
    pub total: Total,
    /// Moisture in per cent of the wet mass, where it is a wet solid.
    pub moisture: Option<&'static str>,
    /// Content of the substance.
    pub content: &'static str,
    /// Unit of the content.
    pub unit: ContentUnit,
    /// Basis of a content per mass.
    pub basis: Option<Basis>,
    /// Grams of the substance that this gives.
    pub grams: i64,
}

/// Stock of the first item at both ends of the year, in wet tonnes.
#[derive(Debug, Clone, Copy)]
pub struct Stock {
    /// At the beginning.
    pub opening_tonnes: i64,
    /// At the end.
    pub closing_tonnes: i64,
}

/// A plant's year.
#[derive(Debug, Clone, Copy)]
pub struct Year {
    /// All that crosses the fence; the first is the feed that is kept in stock.
    pub items: &'static [Item],
    /// Stock of the first item.
    pub stock: Option<Stock>,
}

const fn solid(
    (id, name): (&'static str, &'static str),
    way: Way,
    tonnes: i64,
    (moisture, content): (&'static str, &'static str),
    grams: i64,
) -> Item {
    let unit = ContentUnit::MilligramPerKilogram;
    let (total, moisture) = (Total::Tonnes(tonnes), Some(moisture));
    Item { id, name, way, total, moisture, content, unit, basis: Some(Basis::Dry), grams }
}

const fn fluid(
    (id, name): (&'static str, &'static str),
    total: Total,
    (content, unit): (&'static str, ContentUnit),
    grams: i64,
) -> Item {
    let way = Way::Discharge;
    Item { id, name, way, total, moisture: None, content, unit, basis: None, grams }
}

/// The zinc plant S1: in 2,104,000 g, out 2,019,990 g, more stock 11,040 g, unaccounted 72,970 g.
pub const S1: Year = Year {
    items: &[
        solid(("zn-conc", "锌精矿"), Way::In, 100_000, ("8", "20.0"), 1_840_000),
        solid(("zno", "次氧化锌"), Way::In, 5_000, ("12", "60.0"), 264_000),
        solid(("cathode", "电锌"), Way::Out, 48_000, ("0", "0.4"), 19_200),
        solid(("leach-residue", "浸出渣"), Way::Out, 52_000, ("22", "22.0"), 892_320),
        solid(("purification", "净化渣"), Way::Out, 3_000, ("30", "150"), 315_000),
        solid(("esp-dust", "电收尘烟尘"), Way::Out, 800, ("1", "310"), 245_520),
        solid(("acid-sludge", "酸泥"), Way::Out, 120, ("55", "4000"), 216_000),
        Item {
            moisture: None,
            basis: Some(Basis::Wet),
            ..solid(("acid", "硫酸"), Way::Out, 90_000, ("0", "0.9"), 81_000)
        },
        solid(("wwt-sludge", "污水处理污泥"), Way::Out, 2_600, ("60", "240"), 249_600),
        fluid(
            ("dw001", "车间排口废水"),
            Total::CubicMetres(650_000),
            ("1.8", ContentUnit::MicrogramPerLitre),
            1_170,
        ),
        fluid(
            ("da001", "制酸尾气"),
            Total::StandardCubicMetres(1_200_000_000),
            ("0.00015", ContentUnit::MilligramPerCubicMetre),
            180,
        ),
    ],
    stock: Some(Stock { opening_tonnes: 4_000, closing_tonnes: 4_600 }),
};

/// The pyrite acid plant T1: 60,000 kg = 15,000 + 9,000 + 36,000 kg.
pub const T1: Year = Year {
    items: &[
        solid(("pyrite", "硫铁矿"), Way::In, 3_000_000, ("0", "20"), 60_000_000),
        fluid(
            ("wash", "洗涤污酸"),
            Total::CubicMetres(15_000_000),
            ("1", ContentUnit::MilligramPerLitre),
            15_000_000,
        ),
        solid(("cinder-active", "活性态入渣"), Way::Out, 450_000, ("0", "20"), 9_000_000),
        solid(("cinder-stable", "残渣态入渣"), Way::Out, 1_800_000, ("0", "20"), 36_000_000),
    ],
    stock: None,
};

/// The distribution T5, 1,000 t of feed at 100 mg/kg: it sums to 100.3 %.
pub const T5: Year = Year {
    items: &[
        solid(("feed", "锌精矿"), Way::In, 1_000, ("0", "100"), 100_000),
        solid(("gas-cleaning", "烟气净化"), Way::Out, 100, ("0", "117"), 11_700),
        solid(("demister", "电除雾"), Way::Out, 100, ("0", "253"), 25_300),
        solid(("reclaim-tower", "回收塔"), Way::Out, 100, ("0", "583"), 58_300),
        solid(("acid-plant", "制酸"), Way::Out, 100, ("0", "42"), 4_200),
        fluid(
            ("air", "大气"),
            Total::StandardCubicMetres(1_000_000),
            ("0.8", ContentUnit::MilligramPerCubicMetre),
            800,
        ),
    ],
    stock: None,
};

/// A plant written down: what somebody declares, and what devices sign.
pub struct Books {
    /// Party of the plant.
    pub party: PartyId,
    /// Masters, each naming only earlier ones.
    pub masters: Vec<Master>,
    /// Entries of one device, in order.
    pub entries: Vec<Signed>,
    /// The device.
    pub writer: Writer,
    /// What the balance is asked for.
    pub span: MicrosSpan,
    /// The substance that was determined.
    pub substance: String,
}

impl Books {
    /// Entry 0 of the log.
    #[must_use]
    pub fn log_open(&self) -> LogOpen {
        LogOpen {
            party: self.party.clone(),
            kind: PartyKind::Enterprise,
            name: format!("测试企业 {}", self.party),
            area: "451200".to_owned(),
            credit_code: None,
            key: self.writer.key(),
        }
    }

    /// Role of the device.
    pub const ROLE: KeyRole = KeyRole::Plant;

    /// The site of all plants here.
    #[must_use]
    pub fn site() -> SiteId {
        name("main")
    }

    /// The entries that declare the masters.
    pub fn master_puts(&self) -> impl Iterator<Item = MasterPut> + '_ {
        self.masters.iter().map(|record| MasterPut { record: record.clone(), active: true })
    }

    fn open(party: &str, substance: &str) -> Self {
        let party: PartyId = name(party);
        let writer = Writer::new(&party, &format!("{party}-plant"));
        let site = Master::Site(SiteRecord {
            id: Self::site(),
            name: "厂区".to_owned(),
            offset_minutes: 480,
            day_start_hour: 8,
            close_day: 26,
        });
        let span = MicrosSpan { from: day(0).micros(), to: day(DAYS).micros() };
        let (masters, entries, substance) = (vec![site], Vec::new(), substance.to_owned());
        Self { party, masters, entries, writer, span, substance }
    }

    fn node(&mut self, id: &str, text: &str, kind: NodeKind) {
        let (site, text) = (Self::site(), text.to_owned());
        self.masters.push(Master::Node(NodeRecord { id: name(id), site, name: text, kind }));
    }

    fn material(&mut self, item: &Item) {
        let class = match (item.way, item.total) {
            (Way::In, _) => MaterialClass::Ore,
            (Way::Out, _) => MaterialClass::ByProduct,
            (Way::Discharge, Total::StandardCubicMetres(_)) => MaterialClass::Gas,
            (Way::Discharge, _) => MaterialClass::Water,
        };
        self.masters.push(Master::Material(MaterialRecord {
            id: name(item.id),
            name: item.name.to_owned(),
            class,
            waste_code: None,
            counted: false,
            moisture: None,
            defaults: vec![],
        }));
    }

    fn place(&mut self, id: &str, node: &str, material: &str) {
        self.masters.push(Master::Place(PlaceRecord {
            id: name(id),
            node: name(node),
            name: format!("{id} 料堆"),
            material: Some(name(material)),
            code: None,
            mixing: None,
        }));
    }

    fn stream(&mut self, item: &Item, node: &str) {
        let (from, to, role) = match item.way {
            Way::In => (Endpoint::Outside, Endpoint::Node(name(node)), StreamRole::Input),
            Way::Out => (Endpoint::Node(name(node)), Endpoint::Outside, StreamRole::ByProduct),
            Way::Discharge => {
                (Endpoint::Node(name(node)), Endpoint::Outside, StreamRole::Discharge)
            }
        };
        self.masters.push(Master::Stream(StreamRecord {
            id: name(item.id),
            name: item.name.to_owned(),
            from,
            to,
            material: name(item.id),
            role,
        }));
    }

    fn write(&mut self, body: impl Into<Body>, at: &Moment) -> EntryId {
        let signed = self.writer.write(body, at);
        let id = signed.id();
        self.entries.push(signed);
        id
    }

    fn determined(&self, item: &Item, factor: Decimal) -> Determination {
        Determination {
            analyte: name(&self.substance),
            result: Reading::Value { value: scaled(item.content, factor) },
            unit: item.unit,
            basis: item.basis,
            method: None,
            uncertainty: vec![],
        }
    }
}

/// The beginning of a production day, counted from 0.
#[must_use]
pub fn day(number: usize) -> Moment {
    let days = i64::try_from(number).expect("a few hundred days");
    moment(YEAR_START + days * DAY_MICROS)
}

fn moment(micros: Micros) -> Moment {
    Moment::from_micros(micros, OFFSET_SECONDS).expect("a time in this century")
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("ids of these plants are names")
}

/// Whole parts that sum to the total; all are equal but the last.
fn parts(total: i64, count: usize) -> Vec<i64> {
    let parts = i64::try_from(count).expect("a few hundred parts");
    let equal = total / parts;
    let mut list = vec![equal; count];
    if let Some(last) = list.last_mut() {
        *last = total - equal * (parts - 1);
    }
    list
}

/// Contents that differ from part to part and average to 1 over parts of which all but the last
/// are equal: only who joins each assay to its own part gets the sum.
fn factor(index: usize, count: usize) -> Decimal {
    let paired = (count - 1) / 2 * 2;
    match (index < paired, index % 2) {
        (true, 0) => Decimal::new(95, 2),
        (true, _) => Decimal::new(105, 2),
        (false, _) => Decimal::ONE,
    }
}

fn scaled(content: &str, factor: Decimal) -> DecimalText {
    let value = Decimal::from_str_exact(content).expect("contents are decimals");
    DecimalText::from((value * factor).normalize())
}

fn percent(moisture: Option<&str>) -> Option<Reading> {
    Some(Reading::Value { value: moisture?.parse().expect("a decimal") })
}

fn kilograms(kilograms: i64) -> Mass {
    Mass::wet(DecimalText::from(Decimal::from(kilograms)), MassUnit::Kilogram)
}

/// A total in parts.
fn amounts(total: Total, count: usize) -> Vec<Amount> {
    let volume = |unit: VolumeUnit| {
        move |value: i64| Amount::Volume(Volume { unit, value: Decimal::from(value).into() })
    };
    match total {
        Total::Tonnes(tonnes) => parts(tonnes * KILOGRAMS_PER_TONNE, count)
            .into_iter()
            .map(|part| Amount::Mass(kilograms(part)))
            .collect(),
        Total::CubicMetres(total) => {
            parts(total, count).into_iter().map(volume(VolumeUnit::CubicMetre)).collect()
        }
        Total::StandardCubicMetres(total) => {
            parts(total, count).into_iter().map(volume(VolumeUnit::StandardCubicMetre)).collect()
        }
    }
}

#[cfg(test)]
mod tests;
