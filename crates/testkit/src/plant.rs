//! A small smelter: enough masters for every kind of entry.

use tl_domain::event::{
    Endpoint, LogOpen, Master, MasterPut, MaterialClass, MaterialRecord, MeterKind, MeterRecord,
    MethodRecord, NodeKind, NodeRecord, PartyKind, PlaceRecord, Proficiency, ProficiencyKind,
    SiteRecord, StreamRecord, StreamRole,
};
use tl_domain::ids::{PartyId, SiteId};
use tl_domain::quantity::ContentUnit;
use tl_ledger::PublicKey;

/// A plant with its party and masters.
///
/// Nodes `yard` (store), `roast`, `leach` (processes), `waste` (store), `outlet`; materials
/// `zn-conc`, `calcine`, `dust`, `residue`, `water`; places `pile-1` (yard), `waste-1`; streams
/// `feed` (outside → roast), `calcine` (roast → leach), `dust` (leach → roast, return), `residue`
/// (leach → waste) and `water` (leach → outlet); meter `scale-east`, method `icp-ms`.
#[derive(Debug, Clone)]
pub struct Plant {
    /// The party.
    pub party: PartyId,
    /// Its site.
    pub site: SiteId,
    /// Its masters, in an order in which each names only earlier ones.
    pub masters: Vec<Master>,
}

impl Plant {
    /// A smelter of a party.
    #[must_use]
    pub fn smelter(party: &str) -> Self {
        let site: SiteId = name("main");
        let mut masters = vec![Master::Site(SiteRecord {
            id: site.clone(),
            name: "一厂".to_owned(),
            offset_minutes: 480,
            day_start_hour: 8,
            close_day: 26,
        })];
        for (id, text, class) in [
            ("zn-conc", "锌精矿", MaterialClass::Ore),
            ("calcine", "焙砂", MaterialClass::Intermediate),
            ("dust", "烟尘", MaterialClass::Intermediate),
            ("residue", "浸出渣", MaterialClass::Waste),
            ("water", "外排水", MaterialClass::Water),
        ] {
            masters.push(material(id, text, class));
        }
        for (id, text, kind) in [
            ("yard", "原料库", NodeKind::Store),
            ("roast", "焙烧", NodeKind::Process),
            ("leach", "浸出", NodeKind::Process),
            ("waste", "渣库", NodeKind::Store),
            ("outlet", "总排口", NodeKind::Outlet),
        ] {
            let record =
                NodeRecord { id: name(id), site: site.clone(), name: text.to_owned(), kind };
            masters.push(Master::Node(record));
        }
        masters.push(place("pile-1", "1号料堆", "yard", "zn-conc"));
        masters.push(place("waste-1", "1号渣棚", "waste", "residue"));
        for (id, from, to, what, role) in [
            ("feed", None, Some("roast"), "zn-conc", StreamRole::Input),
            ("calcine", Some("roast"), Some("leach"), "calcine", StreamRole::Internal),
            ("dust", Some("leach"), Some("roast"), "dust", StreamRole::Return),
            ("residue", Some("leach"), Some("waste"), "residue", StreamRole::Waste),
            ("water", Some("leach"), Some("outlet"), "water", StreamRole::Discharge),
        ] {
            masters.push(stream(id, from, to, what, role));
        }
        masters.push(Master::Meter(MeterRecord {
            id: name("scale-east"),
            name: "东门汽车衡".to_owned(),
            kind: MeterKind::Weighbridge,
            site: site.clone(),
            uncertainty: vec![],
        }));
        masters.push(Master::Method(MethodRecord {
            id: name("icp-ms"),
            name: "HJ 766 铊".to_owned(),
            analyte: name("Tl"),
            unit: ContentUnit::MilligramPerKilogram,
            lod: None,
            loq: None,
            series: None,
            evidence: vec![proficient("PT-1")],
            uncertainty: vec![],
        }));
        Self { party: name(party), site, masters }
    }

    /// Entry 0 of its log.
    #[must_use]
    pub fn log_open(&self, key: PublicKey) -> LogOpen {
        LogOpen {
            party: self.party.clone(),
            kind: PartyKind::Enterprise,
            name: format!("测试冶炼厂 {}", self.party),
            area: "451200".to_owned(),
            credit_code: None,
            key,
        }
    }

    /// The entries that declare its masters.
    pub fn master_puts(&self) -> impl Iterator<Item = MasterPut> + '_ {
        self.masters.iter().map(|record| MasterPut { record: record.clone(), active: true })
    }
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("ids in the test plant are names")
}

fn material(id: &str, text: &str, class: MaterialClass) -> Master {
    Master::Material(MaterialRecord {
        id: name(id),
        name: text.to_owned(),
        class,
        waste_code: None,
        counted: false,
        moisture: None,
        defaults: vec![],
    })
}

fn place(id: &str, text: &str, node: &str, material: &str) -> Master {
    Master::Place(PlaceRecord {
        id: name(id),
        node: name(node),
        name: text.to_owned(),
        material: Some(name(material)),
        code: None,
        mixing: None,
    })
}

fn stream(id: &str, from: Option<&str>, to: Option<&str>, what: &str, role: StreamRole) -> Master {
    let end = |node: Option<&str>| node.map_or(Endpoint::Outside, |id| Endpoint::Node(name(id)));
    Master::Stream(StreamRecord {
        id: name(id),
        name: id.to_owned(),
        from: end(from),
        to: end(to),
        material: name(what),
        role,
    })
}

/// Evidence that holds for all the years that tests play in.
fn proficient(number: &str) -> Proficiency {
    let at = |text: &str| text.parse().expect("a moment");
    Proficiency {
        kind: ProficiencyKind::Round,
        lab: None,
        number: number.to_owned(),
        valid_from: at("2000-01-01T00:00:00+08:00"),
        valid_to: at("2100-01-01T00:00:00+08:00"),
    }
}
