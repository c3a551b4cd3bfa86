//! Columns of the balance sheet and the words of its lists, in one place for reader and template.
//!
//! The first spelling of each word is the template's; the others are accepted too.

use tl_domain::event::MaterialClass;
use tl_domain::quantity::{Basis, ContentUnit};

use super::{Direction, Metering, Testing};
use crate::header::Column;

/// Spellings of a value.
pub(crate) type Spelled<T> = (T, &'static [&'static str]);

pub(super) const PERIOD: usize = 0;
pub(super) const MATERIAL: usize = 1;
pub(super) const CLASS: usize = 2;
pub(super) const DIRECTION: usize = 3;
pub(super) const FROM: usize = 4;
pub(super) const TO: usize = 5;
pub(super) const WET: usize = 6;
pub(super) const VOLUME: usize = 7;
pub(super) const MOISTURE: usize = 8;
pub(super) const CONTENT: usize = 9;
pub(super) const UNIT: usize = 10;
pub(super) const BASIS: usize = 11;
pub(super) const LIMIT: usize = 12;
pub(super) const METERING: usize = 13;
pub(super) const TESTING: usize = 14;
pub(super) const PERCENT: usize = 15;
pub(super) const NOTE: usize = 16;

/// All columns, in the order of the template.
pub(crate) const COLUMNS: &[Column] = &[
    Column {
        zh: "期间",
        en: "Period",
        aliases: &["月份", "年月", "统计月份", "month"],
        needed: true,
        help: ("月份，如 2026-01", "month, like 2026-01"),
    },
    Column {
        zh: "物料",
        en: "Material",
        aliases: &["物料名称", "名称", "materialname"],
        needed: true,
        help: ("物料名称；同一物料各月写法要一致", "name of the material, the same in all months"),
    },
    Column {
        zh: "物料类别",
        en: "Class",
        aliases: &["类别", "materialclass"],
        needed: true,
        help: ("从列表中选", "choose from the list"),
    },
    Column {
        zh: "方向",
        en: "Direction",
        aliases: &["收支", "类型"],
        needed: true,
        help: (
            "期初库存、投入、产出、排放、期末库存；厂内转移不填",
            "opening, input, output, discharge, closing; no transfers inside the plant",
        ),
    },
    Column {
        zh: "起点",
        en: "From",
        aliases: &["来源", "来自", "存放地点", "source"],
        needed: false,
        help: ("供应单位、工序或仓位；可空", "supplier, unit or place; may be blank"),
    },
    Column {
        zh: "终点",
        en: "To",
        aliases: &["去向", "去往", "destination"],
        needed: false,
        help: (
            "去向单位、工序、排口或仓位；可空",
            "destination, unit, outlet or place; may be blank",
        ),
    },
    Column {
        zh: "湿重(t)",
        en: "Wet mass (t)",
        aliases: &["湿重", "重量", "数量", "湿量", "wet", "wet_t", "mass"],
        needed: true,
        help: ("实物吨；没有计量就空着，不要填 0", "tonnes as weighed; blank, not 0, when unknown"),
    },
    Column {
        zh: "体积(m³)",
        en: "Volume (m3)",
        aliases: &["体积", "水量", "气量", "volume"],
        needed: false,
        help: ("废水、溶液、废气用；废气为标况体积", "for water, solutions and gas (standard m³)"),
    },
    Column {
        zh: "含水率(%)",
        en: "Moisture (%)",
        aliases: &["含水率", "水分", "含水", "moisture"],
        needed: false,
        help: (
            "占湿重的百分数，如 8.5；干料填 0",
            "per cent of the wet mass, like 8.5; 0 when dry",
        ),
    },
    Column {
        zh: "铊含量",
        en: "Content",
        aliases: &["含量", "tl含量", "tl", "检测结果", "品位", "thallium"],
        needed: true,
        help: (
            "12.3、<0.05、ND(0.02)、未测；空白表示没有数据",
            "12.3, <0.05, ND(0.02) or 未测; blank means no data",
        ),
    },
    Column {
        zh: "含量单位",
        en: "Unit",
        aliases: &["单位", "contentunit"],
        needed: false,
        help: ("从列表中选；也可写在表头，如 铊含量(mg/kg)", "from the list, or in the heading"),
    },
    Column {
        zh: "含量基准",
        en: "Basis",
        aliases: &["干湿基", "基准"],
        needed: false,
        help: ("干基或湿基；空白按干基", "dry or wet; dry when blank"),
    },
    Column {
        zh: "检出限",
        en: "Detection limit",
        aliases: &["方法检出限", "lod", "mdl"],
        needed: false,
        help: ("只写未检出时要填，单位同含量", "for a bare ND, in the unit of the content"),
    },
    Column {
        zh: "计量方式",
        en: "Metering",
        aliases: &["计量", "计量器具", "盘点方法", "盘点方式"],
        needed: false,
        help: ("从列表中选；空白按估算", "from the list; estimated when blank"),
    },
    Column {
        zh: "检测方式",
        en: "Testing",
        aliases: &["检测", "数据来源", "检测单位类型"],
        needed: false,
        help: ("从列表中选；空白按默认值", "from the list; a default value when blank"),
    },
    Column {
        zh: "不确定度(%)",
        en: "Uncertainty (%)",
        aliases: &["不确定度", "相对标准不确定度", "uncertainty"],
        needed: false,
        help: (
            "含量的相对标准不确定度(k=1)，可空",
            "relative standard uncertainty (k = 1) of the content; may be blank",
        ),
    },
    Column {
        zh: "备注",
        en: "Note",
        aliases: &["说明", "remark", "notes"],
        needed: false,
        help: ("依据、报告编号等", "evidence, report numbers"),
    },
];

/// Directions.
pub(crate) const DIRECTIONS: &[Spelled<Direction>] = &[
    (Direction::Opening, &["期初库存", "期初", "opening"]),
    (Direction::Input, &["投入", "购入", "进厂", "input", "in"]),
    (Direction::Output, &["产出", "出厂", "外售", "转移", "output", "out"]),
    (Direction::Discharge, &["排放", "外排", "discharge"]),
    (Direction::Closing, &["期末库存", "期末", "closing"]),
];

/// Classes of material.
pub(crate) const CLASSES: &[Spelled<MaterialClass>] = &[
    (MaterialClass::Ore, &["原料", "精矿", "矿石", "原矿", "ore", "feed"]),
    (MaterialClass::Product, &["产品", "product"]),
    (MaterialClass::ByProduct, &["副产品", "byproduct", "by-product"]),
    (MaterialClass::Intermediate, &["中间物料", "中间品", "intermediate"]),
    (MaterialClass::Waste, &["固体废物", "废物", "固废", "危险废物", "危废", "渣", "waste"]),
    (MaterialClass::Water, &["废水", "水", "溶液", "water"]),
    (MaterialClass::Gas, &["废气", "烟气", "gas"]),
    (MaterialClass::Reagent, &["辅料", "燃料", "药剂", "reagent", "fuel"]),
];

/// Units of contents.
pub(crate) const UNITS: &[Spelled<ContentUnit>] = &[
    (ContentUnit::MilligramPerKilogram, &["mg/kg", "ppm"]),
    (ContentUnit::GramPerTonne, &["g/t"]),
    (ContentUnit::Percent, &["%"]),
    (ContentUnit::GramPerKilogram, &["g/kg"]),
    (ContentUnit::MicrogramPerKilogram, &["μg/kg", "ppb"]),
    (ContentUnit::MilligramPerLitre, &["mg/L"]),
    (ContentUnit::MicrogramPerLitre, &["μg/L"]),
    (ContentUnit::NanogramPerLitre, &["ng/L"]),
    (ContentUnit::MilligramPerCubicMetre, &["mg/m³"]),
    (ContentUnit::MicrogramPerCubicMetre, &["μg/m³"]),
];

/// Bases of contents.
pub(crate) const BASES: &[Spelled<Basis>] =
    &[(Basis::Dry, &["干基", "干", "dry"]), (Basis::Wet, &["湿基", "湿", "原样", "wet"])];

/// Ways to find an amount.
pub(crate) const METERINGS: &[Spelled<Metering>] = &[
    (Metering::Weighbridge, &["汽车衡", "地磅", "磅单", "weighbridge"]),
    (Metering::PlatformScale, &["台秤", "电子秤", "platformscale", "scale"]),
    (Metering::BeltScale, &["皮带秤", "beltscale"]),
    (Metering::FlowMeter, &["流量计", "flowmeter"]),
    (Metering::Level, &["液位", "罐位", "level"]),
    (Metering::Pile, &["测堆", "pile"]),
    (Metering::Count, &["清点", "count"]),
    (Metering::Calculated, &["计算", "物料衡算", "calculated"]),
    (Metering::Estimated, &["估算", "估计", "estimate", "estimated"]),
];

/// Origins of contents.
pub(crate) const TESTINGS: &[Spelled<Testing>] = &[
    (Testing::Own, &["自行检测", "自测", "本厂化验", "own"]),
    (Testing::Outside, &["外委检测", "外委", "第三方检测", "outside"]),
    (Testing::Supplier, &["供方数据", "供应商数据", "供方", "supplier"]),
    (Testing::Default, &["默认值", "经验值", "文献值", "default"]),
];
