//! The fields of a master record's form, member by member, with their lists.

use tl_domain::event::{MaterialClass, MeterKind, NodeKind, StreamRole};
use tl_domain::quantity::{Basis, ContentUnit};

use super::super::capture::{choosing, material_choices, node_choices, offered};
use super::super::desk::Desk;
use super::super::part::{Choice, Field, FieldKind};
use super::super::story;
use super::super::typed::Typed;

const NODE_KINDS: [(&str, NodeKind); 4] = [
    ("process", NodeKind::Process),
    ("store", NodeKind::Store),
    ("outlet", NodeKind::Outlet),
    ("plant", NodeKind::Plant),
];
const CLASSES: [(&str, MaterialClass); 8] = [
    ("ore", MaterialClass::Ore),
    ("product", MaterialClass::Product),
    ("by_product", MaterialClass::ByProduct),
    ("intermediate", MaterialClass::Intermediate),
    ("waste", MaterialClass::Waste),
    ("water", MaterialClass::Water),
    ("gas", MaterialClass::Gas),
    ("reagent", MaterialClass::Reagent),
];
const METER_KINDS: [(&str, MeterKind); 6] = [
    ("weighbridge", MeterKind::Weighbridge),
    ("platform_scale", MeterKind::PlatformScale),
    ("belt_scale", MeterKind::BeltScale),
    ("flow_meter", MeterKind::FlowMeter),
    ("level_meter", MeterKind::LevelMeter),
    ("monitor", MeterKind::Monitor),
];
const ROLES: [(&str, StreamRole); 7] = [
    ("input", StreamRole::Input),
    ("product", StreamRole::Product),
    ("by_product", StreamRole::ByProduct),
    ("waste", StreamRole::Waste),
    ("discharge", StreamRole::Discharge),
    ("return", StreamRole::Return),
    ("internal", StreamRole::Internal),
];

/// What a new record usually says.
pub(super) fn usual_of<'a>(desk: &'a Desk, member: &str) -> &'a str {
    match member {
        "offset_minutes" => "480",
        "day_start_hour" => "0",
        "close_day" => "1",
        "counted" => "false",
        "site" => match desk.names.sites.as_slice() {
            [only] => only.id.as_str(),
            _ => "",
        },
        _ => "",
    }
}

/// The field of a member.
pub(super) fn field(desk: &Desk, typed: &Typed, what: &str, member: &str, must: bool) -> Field {
    let t = desk.t;
    let sites = || desk.names.sites.iter().map(|s| Choice::new(s.id.as_str(), &s.name));
    let (label, kind) = match member {
        "offset_minutes" => (t.offset_minutes(), FieldKind::Number),
        "day_start_hour" => (t.day_start_hour(), FieldKind::Number),
        "close_day" => (t.close_day(), FieldKind::Number),
        "site" => (t.site(), FieldKind::Choose(choosing(desk, sites()))),
        "node" => (t.node(), FieldKind::Choose(node_choices(desk))),
        "material" => (t.material(), FieldKind::Choose(material_choices(desk))),
        "code" => (t.plate_code(), FieldKind::Scan),
        "waste_code" => (t.waste_code(), FieldKind::Text),
        "moisture" => (t.usual_moisture(), FieldKind::Number),
        "counted" => {
            let choices = vec![Choice::new("false", t.no()), Choice::new("true", t.yes())];
            (t.counted_items(), FieldKind::Choose(choices))
        }
        "class" => {
            let classes = offered(&CLASSES, |of| t.material_class(of));
            (t.kind_word(), FieldKind::Choose(choosing(desk, classes)))
        }
        "role" => {
            let roles = offered(&ROLES, |of| t.stream_role(of));
            (t.stream_role_word(), FieldKind::Choose(choosing(desk, roles)))
        }
        "kind" if what == "meter" => {
            let kinds = offered(&METER_KINDS, |of| t.meter_kind(of));
            (t.kind_word(), FieldKind::Choose(choosing(desk, kinds)))
        }
        "kind" => {
            let kinds = offered(&NODE_KINDS, |of| t.node_kind(of));
            (t.kind_word(), FieldKind::Choose(choosing(desk, kinds)))
        }
        end => {
            let mut ends = node_choices(desk);
            ends.push(Choice::new("outside", t.outside()));
            (if end == "from" { t.from() } else { t.to() }, FieldKind::Choose(ends))
        }
    };
    let field = typed.field(member, label, kind);
    if must { field.required() } else { field }
}

/// Members of a default content.
pub(super) const DEFAULT: [&str; 5] = ["value", "unit", "basis", "percent", "source"];

/// The fields of the content used while no assay stands.
pub(super) fn default_fields(desk: &Desk, typed: &Typed) -> Vec<Field> {
    let t = desk.t;
    let units = ContentUnit::ALL.iter();
    let units = units.map(|u| Choice::new(u.sign(), story::unit_sign(u.sign()))).collect();
    let mut bases = vec![Choice::new("", t.none())];
    bases.extend(Basis::ALL.iter().map(|b| Choice::new(b.sign(), t.basis(*b))));
    vec![
        typed.number_field("default-value", t.mean_content(), "").hint(t.default_hint()),
        typed.list_field("default-unit", t.unit(), units),
        typed.list_field("default-basis", t.basis_word(), bases).hint(t.basis_hint()),
        typed.number_field("default-percent", t.default_percent(), "%"),
        typed.field("default-source", t.default_source(), FieldKind::Text),
    ]
}
