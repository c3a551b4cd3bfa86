//! Names that people gave: masters by id, the partner's name, the operator's name.
//!
//! What is not declared is shown by its id, never as a blank. Names are data and stay untranslated.

use std::collections::BTreeMap;

use tl_domain::event::{
    Endpoint, Location, Master, MaterialClass, MaterialRecord, MeterRecord, MethodRecord,
    NodeRecord, PartyKind, PlaceRecord, SiteRecord, StreamRecord,
};
use tl_domain::ids::{MaterialId, MeterId, NodeId, OperatorId, PartyId, PlaceId, StreamId};
use tl_domain::project::{End, MasterRow};
use tl_store::LogView;

use super::format::DEFAULT_OFFSET_MINUTES;
use crate::i18n::Words;

/// Names of one party's world.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Sites.
    pub(crate) sites: Vec<SiteRecord>,
    /// Nodes in use.
    pub(crate) nodes: Vec<NodeRecord>,
    /// Streams in use.
    pub(crate) streams: Vec<StreamRecord>,
    /// Materials in use.
    pub(crate) materials: Vec<MaterialRecord>,
    /// Places in use.
    pub(crate) places: Vec<PlaceRecord>,
    /// Meters in use.
    pub(crate) meters: Vec<MeterRecord>,
    /// Methods in use.
    pub(crate) methods: Vec<MethodRecord>,
    known: BTreeMap<(&'static str, String), String>,
    parties: BTreeMap<PartyId, (PartyKind, String)>,
    operators: BTreeMap<OperatorId, String>,
}

impl Names {
    /// Names from masters; records out of use still lend their names.
    pub(crate) fn new(masters: Vec<MasterRow>) -> Self {
        let mut names = Self::default();
        for row in masters {
            let (what, id) = (row.record.what(), row.record.id().to_owned());
            let name = match &row.record {
                Master::Site(record) => record.name.clone(),
                Master::Node(record) => record.name.clone(),
                Master::Stream(record) => record.name.clone(),
                Master::Material(record) => record.name.clone(),
                Master::Place(record) => record.name.clone(),
                Master::Meter(record) => record.name.clone(),
                Master::Method(record) => record.name.clone(),
                Master::Limit(_)
                | Master::AssayPlan(_)
                | Master::Calendar(_)
                | Master::LabMapping(_)
                | Master::Policy(_)
                | Master::Thresholds(_) => continue,
            };
            names.known.insert((what, id), name);
            if !row.active {
                continue;
            }
            match row.record {
                Master::Site(record) => names.sites.push(record),
                Master::Node(record) => names.nodes.push(record),
                Master::Stream(record) => names.streams.push(record),
                Master::Material(record) => names.materials.push(record),
                Master::Place(record) => names.places.push(record),
                Master::Meter(record) => names.meters.push(record),
                Master::Method(record) => names.methods.push(record),
                Master::Limit(_)
                | Master::AssayPlan(_)
                | Master::Calendar(_)
                | Master::LabMapping(_)
                | Master::Policy(_)
                | Master::Thresholds(_) => {}
            }
        }
        names
    }

    /// Adds the names of parties.
    pub(crate) fn add_parties(&mut self, parties: impl IntoIterator<Item = LogView>) {
        self.parties.extend(parties.into_iter().map(|log| (log.party, (log.kind, log.name))));
    }

    /// Adds the names of people; only for people of the party itself.
    pub(crate) fn add_operators(
        &mut self,
        operators: impl IntoIterator<Item = (OperatorId, String)>,
    ) {
        self.operators.extend(operators);
    }

    fn known(&self, what: &'static str, id: &str) -> String {
        self.known.get(&(what, id.to_owned())).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// Name of a node.
    pub(crate) fn node(&self, id: &NodeId) -> String {
        self.known("node", id.as_str())
    }

    /// Name of a stream.
    pub(crate) fn stream(&self, id: &StreamId) -> String {
        self.known("stream", id.as_str())
    }

    /// Name of a material.
    pub(crate) fn material(&self, id: &MaterialId) -> String {
        self.known("material", id.as_str())
    }

    /// What a material is, while it is in use.
    pub(crate) fn class(&self, id: &MaterialId) -> Option<MaterialClass> {
        self.materials.iter().find(|record| record.id == *id).map(|record| record.class)
    }

    /// Name of a place.
    pub(crate) fn place(&self, id: &PlaceId) -> String {
        self.known("place", id.as_str())
    }

    /// Name of a meter.
    pub(crate) fn meter(&self, id: &MeterId) -> String {
        self.known("meter", id.as_str())
    }

    /// Name of a master record of any kind.
    pub(crate) fn master(&self, what: &'static str, id: &str) -> String {
        self.known(what, id)
    }

    /// Name of a party.
    pub(crate) fn party(&self, id: &PartyId) -> String {
        self.parties.get(id).map_or_else(|| id.to_string(), |(_, name)| name.clone())
    }

    /// Every other enterprise with its name, by id: who goods come from and go to.
    pub(crate) fn partners(&self, own: &PartyId) -> Vec<(PartyId, String)> {
        let enterprise = |kind: &PartyKind| *kind == PartyKind::Enterprise;
        let others = self.parties.iter().filter(|(id, (kind, _))| *id != own && enterprise(kind));
        others.map(|(id, (_, name))| (id.clone(), name.clone())).collect()
    }

    /// Parties that analyse for others: laboratories, and enterprises with one.
    pub(crate) fn laboratories(&self, own: &PartyId) -> Vec<(PartyId, String)> {
        let analyses =
            |kind: &PartyKind| matches!(kind, PartyKind::Laboratory | PartyKind::Enterprise);
        let others = self.parties.iter().filter(|(id, (kind, _))| *id != own && analyses(kind));
        others.map(|(id, (_, name))| (id.clone(), name.clone())).collect()
    }

    /// Name of a person, where the viewer may know it; else the opaque id.
    pub(crate) fn operator(&self, id: &OperatorId) -> String {
        self.operators.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// `node · place`.
    pub(crate) fn location(&self, at: &Location) -> String {
        self.spot(Some(&at.node), at.place.as_ref())
    }

    /// `node · place` of what is known.
    pub(crate) fn spot(&self, node: Option<&NodeId>, place: Option<&PlaceId>) -> String {
        match (node, place) {
            (Some(node), Some(place)) => format!("{} · {}", self.node(node), self.place(place)),
            (Some(node), None) => self.node(node),
            (None, Some(place)) => self.place(place),
            (None, None) => "–".to_owned(),
        }
    }

    /// One end of a flow in words.
    pub(crate) fn end(&self, t: Words, end: &End) -> String {
        match end {
            End::Outside { party: Some(party) } => self.party(party),
            End::Outside { party: None } => t.outside().to_owned(),
            End::Held { node, place } => self.spot(Some(node), place.as_ref()),
            End::Process { node } => self.node(node),
            End::Opening => t.opening_stock().to_owned(),
            End::Unknown => t.unknown().to_owned(),
        }
    }

    /// One end of a stream in words.
    pub(crate) fn endpoint(&self, t: Words, end: &Endpoint) -> String {
        match end {
            Endpoint::Node(node) => self.node(node),
            Endpoint::Outside => t.outside().to_owned(),
        }
    }

    /// Offset of the party's clocks: that of its first site.
    pub(crate) fn offset_minutes(&self) -> i32 {
        self.sites.first().map_or(DEFAULT_OFFSET_MINUTES, |site| site.offset_minutes)
    }

    /// Materials whose name holds a text, by id: for searching by the name that people know.
    pub(crate) fn materials_named(&self, text: &str) -> Vec<MaterialId> {
        let text = text.to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        let named = |record: &&MaterialRecord| record.name.to_lowercase().contains(&text);
        self.materials.iter().filter(named).map(|record| record.id.clone()).collect()
    }
}
