//! Sections of a flow-sheet file with their columns and lists, for reader and template.
//!
//! The first spelling of each word is the template's; the others are accepted too.

use tl_domain::event::{MaterialClass, MeterKind, NodeKind, StreamRole};

use crate::balance::CLASSES;
use crate::header::Column;
use crate::template::words;

/// Spellings of a value.
type Spelled<T> = (T, &'static [&'static str]);

/// A column and what gives its list.
type ListOf = (u16, fn() -> Vec<&'static str>);

/// One section: a sheet of a workbook, or a part of a CSV behind `[name]`.
pub(crate) struct Section {
    /// Its name in the template.
    pub(crate) name: &'static str,
    /// Other names.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) columns: &'static [Column],
    /// Columns with a list, and the list.
    pub(crate) lists: &'static [ListOf],
}

pub(super) const NODES: usize = 0;
pub(super) const MATERIALS: usize = 1;
pub(super) const STREAMS: usize = 2;
pub(super) const PLACES: usize = 3;
pub(super) const METERS: usize = 4;

/// All sections, in the order in which records may name each other.
pub(crate) const SECTIONS: &[Section] = &[
    Section {
        name: "节点",
        aliases: &["nodes", "node", "工序"],
        columns: &[
            ID,
            NAME,
            kind("类型", "Kind", "全厂、工序、库、排口", "plant, unit, store, outlet"),
        ],
        lists: &[(2, || words(NODE_KINDS))],
    },
    Section {
        name: "物料",
        aliases: &["materials", "material"],
        columns: &[
            ID,
            NAME,
            kind("类别", "Class", "从列表中选", "choose from the list"),
            optional(
                "废物代码",
                "Waste code",
                "国家危险废物名录代码，可空",
                "of the national list; may be blank",
            ),
            optional("计件", "Counted", "吨袋、桶、锭填“是”", "yes for bags, drums, ingots"),
            optional(
                "含水率(%)",
                "Moisture (%)",
                "没有实测时使用，可空",
                "used while none was measured",
            ),
        ],
        lists: &[(2, || words(CLASSES)), (4, || words(YES_NO))],
    },
    Section {
        name: "物流",
        aliases: &["streams", "stream"],
        columns: &[
            ID,
            NAME,
            kind("起点", "From", "节点编号或名称；厂外填“外部”", "node, or 外部 for outside"),
            kind("终点", "To", "节点编号或名称；厂外填“外部”", "node, or 外部 for outside"),
            kind("物料", "Material", "物料编号或名称", "id or name of the material"),
            kind("性质", "Role", "从列表中选", "choose from the list"),
        ],
        lists: &[(5, || words(ROLES))],
    },
    Section {
        name: "仓位",
        aliases: &["places", "place"],
        columns: &[
            ID,
            NAME,
            kind("节点", "Node", "节点编号或名称", "id or name of the node"),
            optional("物料", "Material", "平时存放的物料，可空", "what usually lies there"),
        ],
        lists: &[],
    },
    Section {
        name: "计量",
        aliases: &["meters", "meter", "计量器具"],
        columns: &[ID, NAME, kind("类型", "Kind", "从列表中选", "choose from the list")],
        lists: &[(2, || words(METER_KINDS))],
    },
];

const ID: Column = Column {
    zh: "编号",
    en: "Id",
    aliases: &["代号", "code"],
    needed: true,
    help: (
        "字母、数字、- _ .，最多 64 个，定了不改",
        "letters, digits, - _ ., at most 64; never changed",
    ),
};
const NAME: Column = Column {
    zh: "名称",
    en: "Name",
    aliases: &[],
    needed: true,
    help: ("屏幕上显示的名称", "the name on screens"),
};

const fn kind(
    zh: &'static str,
    en: &'static str,
    help_zh: &'static str,
    help_en: &'static str,
) -> Column {
    Column { zh, en, aliases: &[], needed: true, help: (help_zh, help_en) }
}

const fn optional(
    zh: &'static str,
    en: &'static str,
    help_zh: &'static str,
    help_en: &'static str,
) -> Column {
    Column { zh, en, aliases: &[], needed: false, help: (help_zh, help_en) }
}

/// Kinds of nodes.
pub(super) const NODE_KINDS: &[Spelled<NodeKind>] = &[
    (NodeKind::Process, &["工序", "process"]),
    (NodeKind::Store, &["库", "仓库", "store"]),
    (NodeKind::Outlet, &["排口", "排放口", "outlet"]),
    (NodeKind::Plant, &["全厂", "plant"]),
];

/// Roles of streams.
pub(super) const ROLES: &[Spelled<StreamRole>] = &[
    (StreamRole::Input, &["投入", "input"]),
    (StreamRole::Product, &["产品", "product"]),
    (StreamRole::ByProduct, &["副产品", "byproduct", "by-product"]),
    (StreamRole::Waste, &["废物", "固废", "waste"]),
    (StreamRole::Discharge, &["排放", "discharge"]),
    (StreamRole::Return, &["返料", "return"]),
    (StreamRole::Internal, &["中间", "厂内", "internal"]),
];

/// Kinds of meters.
pub(super) const METER_KINDS: &[Spelled<MeterKind>] = &[
    (MeterKind::Weighbridge, &["汽车衡", "地磅", "weighbridge"]),
    (MeterKind::PlatformScale, &["台秤", "platformscale"]),
    (MeterKind::BeltScale, &["皮带秤", "beltscale"]),
    (MeterKind::FlowMeter, &["流量计", "flowmeter"]),
    (MeterKind::LevelMeter, &["液位计", "levelmeter"]),
    (MeterKind::Monitor, &["在线监测仪", "在线监测", "monitor"]),
];

/// Yes and no.
pub(super) const YES_NO: &[Spelled<bool>] =
    &[(true, &["是", "yes", "true", "1"]), (false, &["否", "no", "false", "0"])];

/// Classes of materials.
pub(super) const MATERIAL_CLASSES: &[Spelled<MaterialClass>] = CLASSES;
