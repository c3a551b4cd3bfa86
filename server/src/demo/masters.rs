//! Master records of the fictional plants: materials, nodes, streams, places, meters, methods.
//!
//! All names are invented. Defaults of contents are working values and say so in their source.

use tl_domain::event::{
    Allowed, CheckKind, DefaultContent, Endpoint, Insert, Master, MasterPut, MaterialClass,
    MaterialRecord, MeterKind, MeterRecord, MethodRecord, NodeKind, NodeRecord, PlaceRecord,
    Proficiency, ProficiencyKind, QualityLimits, SeriesRules, SiteRecord, StreamRecord, StreamRole,
};
use tl_domain::quantity::{Basis, Component, ContentUnit, ErrorClass};

use super::bodies::name;
use super::lot::{content_text, decimal};

/// A material: id, name, class, waste code, usual moisture in per cent, usual content in mg/kg dry.
type Material = (&'static str, &'static str, MaterialClass, Option<&'static str>, f64, f64);

/// Every material of the cluster; contents of waters and gases have no default.
const MATERIALS: &[Material] = &[
    ("ore", "铅锌原矿", MaterialClass::Ore, None, 4.0, 8.0),
    ("waste-rock", "废石", MaterialClass::Waste, None, 3.0, 2.0),
    ("zn-conc", "锌精矿", MaterialClass::Ore, None, 8.0, 20.0),
    ("pb-conc", "铅精矿", MaterialClass::Ore, None, 8.0, 25.0),
    ("tailings", "尾矿", MaterialClass::Waste, None, 15.0, 6.0),
    ("zno", "次氧化锌", MaterialClass::Intermediate, None, 12.0, 60.0),
    ("feed-mix", "配合料", MaterialClass::Intermediate, None, 8.0, 20.0),
    ("calcine", "焙砂", MaterialClass::Intermediate, None, 0.5, 14.0),
    ("dust-return", "返料烟尘", MaterialClass::Intermediate, None, 1.0, 310.0),
    ("dust", "电收尘烟尘", MaterialClass::Waste, Some("321-014-48"), 1.0, 310.0),
    ("acid-sludge", "酸泥", MaterialClass::Waste, Some("321-033-29"), 55.0, 4000.0),
    ("leach-residue", "浸出渣", MaterialClass::Waste, Some("321-004-48"), 22.0, 22.0),
    ("purification-residue", "净化渣", MaterialClass::Waste, Some("321-008-48"), 30.0, 150.0),
    ("sludge", "污水处理污泥", MaterialClass::Waste, Some("321-003-48"), 60.0, 240.0),
    ("kiln-dust", "窑尾布袋尘", MaterialClass::Waste, Some("321-028-48"), 2.0, 600.0),
    ("kiln-slag", "窑渣", MaterialClass::ByProduct, None, 6.0, 14.0),
    ("slag", "水淬渣", MaterialClass::ByProduct, None, 8.0, 15.0),
    ("cathode", "锌锭", MaterialClass::Product, None, 0.0, 0.4),
    ("crude-lead", "粗铅", MaterialClass::Product, None, 0.0, 1.0),
    ("acid", "硫酸", MaterialClass::ByProduct, None, 0.0, 0.9),
    ("waste-acid", "污酸", MaterialClass::Water, None, 0.0, 0.0),
    ("so2-gas", "焙烧烟气", MaterialClass::Gas, None, 0.0, 0.0),
    ("water", "外排水", MaterialClass::Water, None, 0.0, 0.0),
    ("tail-gas", "尾气", MaterialClass::Gas, None, 0.0, 0.0),
];

/// The waste code of a material, when it is a hazardous waste.
pub(super) fn waste_code(material: &str) -> Option<&'static str> {
    MATERIALS.iter().find(|it| it.0 == material).and_then(|it| it.3)
}

/// Whether a material is a product whose content is given as received, not dry.
pub(super) fn liquid_product(material: &str) -> bool {
    material == "acid"
}

/// A material's record.
pub(super) fn material(id: &str) -> Master {
    let (id, zh, class, waste_code, moisture, content) = MATERIALS
        .iter()
        .copied()
        .find(|it| it.0 == id)
        .expect("every material of the demonstration is in the table");
    let fluid = matches!(class, MaterialClass::Water | MaterialClass::Gas);
    let basis = if liquid_product(id) { Basis::Wet } else { Basis::Dry };
    let default = (!fluid).then(|| DefaultContent {
        analyte: name("Tl"),
        value: content_text(content),
        unit: ContentUnit::MilligramPerKilogram,
        basis: Some(basis),
        percent: decimal(50.0, 0),
        source: "演示用经验值 / working value of the demonstration".to_owned(),
    });
    Master::Material(MaterialRecord {
        id: name(id),
        name: zh.to_owned(),
        class,
        waste_code: waste_code.map(str::to_owned),
        counted: id == "cathode",
        moisture: (!fluid).then(|| decimal(moisture, 1)),
        defaults: default.into_iter().collect(),
    })
}

/// The site `main` with calendar months.
pub(super) fn site(zh: &str) -> Master {
    Master::Site(SiteRecord {
        id: name("main"),
        name: zh.to_owned(),
        offset_minutes: 480,
        day_start_hour: 0,
        close_day: 1,
    })
}

/// A node.
pub(super) fn node(id: &str, zh: &str, kind: NodeKind) -> Master {
    Master::Node(NodeRecord { id: name(id), site: name("main"), name: zh.to_owned(), kind })
}

/// A stream; `None` is beyond the fence.
pub(super) fn stream(
    id: &str,
    zh: &str,
    ends: (Option<&str>, Option<&str>),
    material: &str,
    role: StreamRole,
) -> Master {
    let end = |node: Option<&str>| node.map_or(Endpoint::Outside, |id| Endpoint::Node(name(id)));
    Master::Stream(StreamRecord {
        id: name(id),
        name: zh.to_owned(),
        from: end(ends.0),
        to: end(ends.1),
        material: name(material),
        role,
    })
}

/// A place.
pub(super) fn place(id: &str, zh: &str, node: &str, material: &str) -> Master {
    Master::Place(PlaceRecord {
        id: name(id),
        node: name(node),
        name: zh.to_owned(),
        material: Some(name(material)),
        code: None,
        mixing: None,
    })
}

/// Scales, meters and methods with the class data of their kind.
pub(super) fn instruments() -> Vec<Master> {
    instruments_known(None)
}

/// The same with uncertainties of their own, from control charts and calibrations: per cent of a
/// laboratory's methods and of flow meters.
pub(super) fn instruments_known(percent: Option<(f64, f64)>) -> Vec<Master> {
    let own = |key: String, percent: Option<f64>| {
        let component =
            |percent| Component { key, class: ErrorClass::LongTerm, percent: decimal(percent, 1) };
        percent.map(component).into_iter().collect::<Vec<_>>()
    };
    let meter = |id: &str, zh: &str, kind| {
        let (of, site) = (name(id), name("main"));
        let calibrated = percent.filter(|_| kind == MeterKind::FlowMeter).map(|it| it.1);
        let uncertainty = own(format!("calibration:{id}"), calibrated);
        Master::Meter(MeterRecord { id: of, name: zh.to_owned(), kind, site, uncertainty })
    };
    let method = |id: &str, zh: &str, unit, lod: &str, loq: &str| {
        Master::Method(MethodRecord {
            id: name(id),
            name: zh.to_owned(),
            analyte: name("Tl"),
            unit,
            lod: Some(name(lod)),
            loq: Some(name(loq)),
            series: Some(Box::new(series())),
            evidence: vec![proficient()],
            uncertainty: own(format!("control-chart:{id}"), percent.map(|it| it.0)),
        })
    };
    vec![
        meter("bridge", "1号汽车衡", MeterKind::Weighbridge),
        meter("bag-scale", "吨袋平台秤", MeterKind::PlatformScale),
        meter("belt", "皮带秤", MeterKind::BeltScale),
        meter("flow", "流量计", MeterKind::FlowMeter),
        meter("monitor", "铊在线监测仪", MeterKind::Monitor),
        method(
            "icpms-solid",
            "固体 铊 ICP-MS（HJ 766）",
            ContentUnit::MilligramPerKilogram,
            "0.02",
            "0.06",
        ),
        method(
            "icpms-water",
            "水 铊 ICP-MS（HJ 700）",
            ContentUnit::MicrogramPerLitre,
            "0.02",
            "0.08",
        ),
        method(
            "icpms-gas",
            "废气 铊 ICP-MS（HJ 657）",
            ContentUnit::MilligramPerCubicMetre,
            "0.000008",
            "0.000032",
        ),
    ]
}

/// The entry that declares a record.
pub(super) fn declare(record: Master) -> MasterPut {
    MasterPut { record, active: true }
}

/// The laboratories of the plants took part in a round.
fn proficient() -> Proficiency {
    Proficiency {
        kind: ProficiencyKind::Round,
        lab: None,
        number: "能力验证 PT-2025".to_owned(),
        valid_from: name("2025-01-01T00:00:00+08:00"),
        valid_to: name("2028-01-01T00:00:00+08:00"),
    }
}

/// Template and limits as the fictional laboratories declare them.
fn series() -> SeriesRules {
    let insert = |check, first, every, last| Insert { check, first, every, last };
    let allowed = |low: &str, high: &str| Some(Allowed { low: name(low), high: name(high) });
    SeriesRules {
        template: vec![
            insert(CheckKind::Curve, true, None, false),
            insert(CheckKind::Blank, true, None, false),
            insert(CheckKind::Reference, true, None, false),
            insert(CheckKind::Duplicate, false, Some(10), false),
            insert(CheckKind::Spike, false, Some(20), false),
            insert(CheckKind::Drift, false, Some(10), true),
        ],
        limits: QualityLimits {
            blank_below: None,
            duplicate_percent: Some(name("20")),
            spike_percent: allowed("70", "130"),
            reference_percent: allowed("70", "130"),
            curve_r: Some(name("0.999")),
            drift_percent: Some(name("10")),
            internal_standard_percent: allowed("70", "130"),
        },
        digits: Some(4),
        source: Some("演示数据，未核对标准条款".to_owned()),
    }
}
