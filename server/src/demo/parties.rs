//! The ten parties of the cluster with their masters; every name is invented.

use tl_domain::event::{Master, NodeKind, PartyKind, StreamRole};

use super::masters::{instruments, instruments_known, material, node, place, site, stream};
use super::plants::{BUREAU, CONC_1, CONC_2, FLOW, LEAD, MINE_1, MINE_2, OXIDE, WASTE, ZINC};
use super::settings::{Settings, Way};

/// Area of the city.
pub(super) const CITY: &str = "451200";
/// Area of the first county; invented, no county has this code.
pub(super) const COUNTY: &str = "451291";
/// Area of the second county; invented.
pub(super) const OTHER_COUNTY: &str = "451292";

/// A party: id, name, kind, area.
pub(super) type Party = (&'static str, &'static str, PartyKind, &'static str);

/// All parties; suppliers before their customers.
pub(super) const PARTIES: &[Party] = &[
    (BUREAU, "河池市生态环境局（演示）", PartyKind::Bureau, CITY),
    (MINE_1, "云岭铅锌矿（演示）", PartyKind::Enterprise, COUNTY),
    (MINE_2, "龙潭多金属矿（演示）", PartyKind::Enterprise, OTHER_COUNTY),
    (CONC_1, "云岭选矿厂（演示）", PartyKind::Enterprise, COUNTY),
    (CONC_2, "龙潭选矿厂（演示）", PartyKind::Enterprise, OTHER_COUNTY),
    (ZINC, "桂泉锌业有限公司（演示）", PartyKind::Enterprise, COUNTY),
    (FLOW, "北岸冶炼有限公司（演示）", PartyKind::Enterprise, COUNTY),
    (LEAD, "南坡铅锑有限公司（演示）", PartyKind::Enterprise, OTHER_COUNTY),
    (OXIDE, "红岩次氧化锌厂（演示）", PartyKind::Enterprise, COUNTY),
    (WASTE, "清源危废处置中心（演示）", PartyKind::Enterprise, OTHER_COUNTY),
];

/// Masters of a works: one node, its heap, its streams.
pub(super) fn works_masters(name: &str, set: &Settings) -> Vec<Master> {
    let mut masters = vec![site(name)];
    let mut materials = vec![set.feed];
    materials.extend(set.outlets.iter().map(|outlet| carried(outlet.what)));
    materials.sort_unstable();
    materials.dedup();
    masters.extend(materials.into_iter().map(material));
    masters.push(node("plant", "全厂", NodeKind::Plant));
    masters.push(place("feed-pile", "原料堆场", "plant", set.feed));
    for inflow in &set.inflows {
        let zh = if inflow.stream == "mined" { "采出矿石" } else { "外购原料" };
        let ends = (None, Some("plant"));
        masters.push(stream(inflow.stream, zh, ends, set.feed, StreamRole::Input));
    }
    for outlet in &set.outlets {
        let (what, ends) = (outlet.what, (Some("plant"), None));
        match outlet.way {
            Way::Lots { .. } => {}
            way => masters.push(stream(what, label(what), ends, carried(what), role(what, way))),
        }
    }
    masters.extend(instruments());
    masters
}

/// What a stream carries.
fn carried(what: &'static str) -> &'static str {
    match what {
        "water-out" => "water",
        "gas-out" => "tail-gas",
        "rock-out" => "waste-rock",
        "tailings-out" => "tailings",
        "cathode-out" => "cathode",
        "acid-out" => "acid",
        "lead-out" => "crude-lead",
        "zno-out" => "zno",
        "slag-out" => "kiln-slag",
        other => other,
    }
}

fn label(what: &str) -> &'static str {
    match what {
        "water-out" => "总排口 DW001",
        "gas-out" => "排气筒 DA001",
        "rock-out" => "废石外运",
        "tailings-out" => "尾矿入库",
        "cathode-out" => "锌锭外售",
        "acid-out" => "硫酸外售",
        "lead-out" => "粗铅外售",
        "zno-out" => "次氧化锌外售",
        _ => "炉渣外售",
    }
}

fn role(what: &str, way: Way) -> StreamRole {
    match (what, way) {
        (_, Way::Water | Way::Gas) => StreamRole::Discharge,
        ("rock-out" | "tailings-out", _) => StreamRole::Waste,
        ("cathode-out" | "lead-out" | "zno-out", _) => StreamRole::Product,
        _ => StreamRole::ByProduct,
    }
}

/// Masters of the batch smelter.
pub(super) fn zinc_masters(name: &str) -> Vec<Master> {
    let mut masters = vec![site(name)];
    masters.extend(
        [
            "zn-conc",
            "zno",
            "feed-mix",
            "calcine",
            "dust-return",
            "dust",
            "acid-sludge",
            "leach-residue",
            "purification-residue",
            "sludge",
            "cathode",
            "acid",
            "waste-acid",
            "so2-gas",
            "water",
            "tail-gas",
        ]
        .map(material),
    );
    masters.extend([
        node("yard", "原料库", NodeKind::Store),
        node("roast", "焙烧", NodeKind::Process),
        node("leach", "浸出净化", NodeKind::Process),
        node("acid", "烟气净化制酸", NodeKind::Process),
        node("water", "污酸污水处理", NodeKind::Process),
        node("waste", "危废库", NodeKind::Store),
        node("product", "成品库", NodeKind::Store),
        place("pile-1", "1号料堆（本地精矿）", "yard", "zn-conc"),
        place("pile-2", "2号料堆（外购精矿）", "yard", "zn-conc"),
        place("dust-bin", "返尘仓", "yard", "dust-return"),
        place("waste-1", "1号危废棚", "waste", "sludge"),
    ]);
    let ways = [
        ("so2-gas", "焙烧烟气", (Some("roast"), Some("acid")), "so2-gas", StreamRole::Internal),
        ("waste-acid", "污酸", (Some("acid"), Some("water")), "waste-acid", StreamRole::Internal),
        ("acid-out", "硫酸外售", (Some("acid"), None), "acid", StreamRole::ByProduct),
        ("water-out", "总排口 DW001", (Some("water"), None), "water", StreamRole::Discharge),
        ("gas-out", "制酸尾气 DA001", (Some("acid"), None), "tail-gas", StreamRole::Discharge),
    ];
    for (id, zh, ends, what, role) in ways {
        masters.push(stream(id, zh, ends, what, role));
    }
    masters.extend(instruments_known(Some((2.0, 0.8))));
    masters
}

/// Masters of the disposer.
pub(super) fn waste_masters(name: &str) -> Vec<Master> {
    let mut masters = vec![site(name)];
    let wastes = ["dust", "acid-sludge", "purification-residue", "sludge", "kiln-dust"];
    masters.extend(wastes.map(material));
    masters.extend([
        node("store", "暂存库", NodeKind::Store),
        node("cell", "稳定化填埋", NodeKind::Process),
        place("cell-1", "1号暂存间", "store", "dust"),
    ]);
    masters.extend(instruments());
    masters
}
