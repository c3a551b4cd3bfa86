//! Master data: what a plant consists of, in versions.
//!
//! A `master.put` replaces the record of the same kind and id for the entries after it. Legal
//! values carry their source; what is not verified only warns (DESIGN §13).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::common::{BlobRef, Raw, Uncertain};
use super::lab::{Proficiency, SeriesRules};
use super::policy::{PolicyRecord, ThresholdRecord};
use crate::code::Code;
use crate::ids::{
    Analyte, DeviceId, MaterialId, MeterId, MethodId, NodeId, PlaceId, RecordId, SiteId, StreamId,
};
use crate::quantity::{Basis, ContentUnit, DecimalText, Mass, Reading};

/// A master record in a new version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterPut {
    /// The record.
    pub record: Master,
    /// Whether it is still in use.
    pub active: bool,
}

/// A record by what it describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Master {
    /// 厂区.
    Site(SiteRecord),
    /// 节点.
    Node(NodeRecord),
    /// 物流.
    Stream(StreamRecord),
    /// 物料.
    Material(MaterialRecord),
    /// 仓位.
    Place(PlaceRecord),
    /// 计量器具.
    Meter(MeterRecord),
    /// 检测方法.
    Method(MethodRecord),
    /// 限值; its fields come with the limits, the format is kept open here.
    Limit(OpenRecord),
    /// 铊检测计划; `lab::plan::AssayPlan` reads its fields.
    AssayPlan(OpenRecord),
    /// 生产日历: stops, repairs, outages.
    Calendar(OpenRecord),
    /// 外委报告映射: how an outside laboratory's files are read; `lab::mapping::LabMapping` reads
    /// its fields.
    LabMapping(OpenRecord),
    /// 核算口径 of a bureau: what it settles for the enterprises of an area.
    Policy(PolicyRecord),
    /// 规则阈值 of a bureau: from what on audit rules speak.
    Thresholds(ThresholdRecord),
}

impl Master {
    /// The kind of record, as signed.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Node(_) => "node",
            Self::Stream(_) => "stream",
            Self::Material(_) => "material",
            Self::Place(_) => "place",
            Self::Meter(_) => "meter",
            Self::Method(_) => "method",
            Self::Limit(_) => "limit",
            Self::AssayPlan(_) => "assay_plan",
            Self::Calendar(_) => "calendar",
            Self::LabMapping(_) => "lab_mapping",
            Self::Policy(_) => "policy",
            Self::Thresholds(_) => "thresholds",
        }
    }

    /// The record's id as text.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Site(record) => record.id.as_str(),
            Self::Node(record) => record.id.as_str(),
            Self::Stream(record) => record.id.as_str(),
            Self::Material(record) => record.id.as_str(),
            Self::Place(record) => record.id.as_str(),
            Self::Meter(record) => record.id.as_str(),
            Self::Method(record) => record.id.as_str(),
            Self::Policy(record) => record.id.as_str(),
            Self::Thresholds(record) => record.id.as_str(),
            Self::Limit(record)
            | Self::AssayPlan(record)
            | Self::Calendar(record)
            | Self::LabMapping(record) => record.id.as_str(),
        }
    }
}

/// 厂区: a fence with its calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRecord {
    /// Id.
    pub id: SiteId,
    /// Name on screens.
    pub name: String,
    /// Offset of its clock in minutes east of UTC.
    pub offset_minutes: i32,
    /// Hour at which its production day begins.
    pub day_start_hour: u32,
    /// Day of the month on which its month closes; 1 means calendar months.
    pub close_day: u32,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// 全厂: the whole plant as one area.
    Plant,
    /// 工序.
    Process,
    /// 库.
    Store,
    /// 排口: what enters it has left.
    Outlet,
}

/// 节点: a material balance area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRecord {
    /// Id.
    pub id: NodeId,
    /// Site it belongs to.
    pub site: SiteId,
    /// Name on screens.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
}

/// One end of a stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Endpoint {
    /// A node of the party.
    Node(NodeId),
    /// Beyond the fence.
    Outside,
}

/// What a stream is in the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamRole {
    /// 投入.
    Input,
    /// 产品.
    Product,
    /// 副产品.
    ByProduct,
    /// 废物.
    Waste,
    /// 排放 (water or gas).
    Discharge,
    /// 返料: goes back to an earlier node.
    Return,
    /// 中间物料.
    Internal,
}

/// 物流: the way material moves between two nodes or over the fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamRecord {
    /// Id.
    pub id: StreamId,
    /// Name on screens.
    pub name: String,
    /// Where it begins.
    pub from: Endpoint,
    /// Where it ends.
    pub to: Endpoint,
    /// What it carries.
    pub material: MaterialId,
    /// What it is in the balance.
    pub role: StreamRole,
}

/// What a material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialClass {
    /// Ore or concentrate.
    Ore,
    /// Product.
    Product,
    /// By-product.
    ByProduct,
    /// Intermediate.
    Intermediate,
    /// Waste.
    Waste,
    /// Water or solution.
    Water,
    /// Gas.
    Gas,
    /// Reagent or fuel.
    Reagent,
}

/// Content and moisture used while no assay stands: shown as such, with its own uncertainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultContent {
    /// The substance.
    pub analyte: Analyte,
    /// The value.
    pub value: DecimalText,
    /// Its unit.
    pub unit: ContentUnit,
    /// Basis of a content per mass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Relative standard uncertainty in per cent.
    pub percent: DecimalText,
    /// Where the value comes from.
    pub source: String,
}

/// 物料.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialRecord {
    /// Id.
    pub id: MaterialId,
    /// Name on screens.
    pub name: String,
    /// What it is.
    pub class: MaterialClass,
    /// Waste code (国家危险废物名录).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waste_code: Option<String>,
    /// Bags, drums or ingots: capture refuses to take more than there is.
    pub counted: bool,
    /// Moisture in per cent used while none was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<DecimalText>,
    /// Contents used while no assay stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaults: Vec<DefaultContent>,
}

/// How a place gives out what was put in: which origins a draw has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mixing {
    /// Well mixed: what is drawn has the composition of the whole.
    WellMixed,
    /// First in, first out.
    Fifo,
}

/// 仓位: a pile, tank, bin or hopper with a fixed plate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRecord {
    /// Id.
    pub id: PlaceId,
    /// Node it belongs to.
    pub node: NodeId,
    /// Name on screens.
    pub name: String,
    /// Material that usually lies there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// Code on its plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// How it gives out what was put in; well mixed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixing: Option<Mixing>,
}

/// What a meter measures with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterKind {
    /// 汽车衡.
    Weighbridge,
    /// 台秤.
    PlatformScale,
    /// 皮带秤.
    BeltScale,
    /// 流量计.
    FlowMeter,
    /// 液位计.
    LevelMeter,
    /// 在线监测仪.
    Monitor,
}

/// 计量器具.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterRecord {
    /// Id.
    pub id: MeterId,
    /// Name on screens.
    pub name: String,
    /// What it is.
    pub kind: MeterKind,
    /// Site where it stands.
    pub site: SiteId,
    /// Own components; empty means the class data of its kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}

/// 检测方法 of a laboratory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodRecord {
    /// Id.
    pub id: MethodId,
    /// Name on screens, with the standard's number.
    pub name: String,
    /// The substance.
    pub analyte: Analyte,
    /// Unit of its limits.
    pub unit: ContentUnit,
    /// 检出限.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lod: Option<DecimalText>,
    /// 测定下限.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loq: Option<DecimalText>,
    /// Components of its results; empty means class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
    /// Template and limits of its series; without them checks are shown and not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Box<SeriesRules>>,
    /// What shows that the laboratory masters it; without any, Horwitz's reproducibility is the
    /// least of its long-term error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Proficiency>,
}

/// A record whose fields are fixed by a later version of this program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenRecord {
    /// Id.
    pub id: RecordId,
    /// Its fields as signed.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A device was checked against a known value; opens a calibration block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceCommission {
    /// The meter.
    pub meter: MeterId,
    /// Agent that reads it, when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Name of the calibration block that begins: key of the short-term error.
    pub calibration: String,
    /// Declared layout and port, as the decoder takes it; decimals are text.
    pub profile: Map<String, Value>,
    /// Known weight that was put on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Mass>,
    /// What the device showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Mass>,
    /// Result of a check that is no mass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Reading>,
    /// Further known weights that were put on, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<WeightCheck>,
    /// Largest difference that was allowed between what was known and what was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_error: Option<Mass>,
    /// Certificate of the known weights or of the verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// What the device sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Certificate of verification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// A known weight and what the device showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightCheck {
    /// Known weight that was put on.
    pub known: Mass,
    /// What the device showed.
    pub shown: Mass,
}

/// 检定/校准证书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// Day of the verification, such as 2026-11-23.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Day on which the next one is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<String>,
}
