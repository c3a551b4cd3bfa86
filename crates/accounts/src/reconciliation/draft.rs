//! The flow sheet of one party over its periods, as the books have it.
//!
//! Streams that are declared and that nobody measured in a period are lines without figures: blank
//! is not zero. A declared way that batches go is measured by them. Units close on total mass only
//! where nothing but weighed, dry material goes in and out, and by default only stores: what is
//! roasted, smelted or leached takes up and gives off what no scale sees.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tl_domain::balance::{Lying, Part, Parts, Question, Records, Scope, Way, parts};
use tl_domain::event::{Endpoint, Master, MaterialClass, NodeKind, StreamRecord, StreamRole};
use tl_domain::ids::{Analyte, EntryId, MaterialId, NodeId, PartyId, SiteId, StreamId};
use tl_domain::project::FlowKind;
use tl_domain::quantity::Spread;
use tl_domain::time::MicrosSpan;

use super::errors::compact;
use super::line::{Course, Key, Line, Place, Sums};

/// Which units close on total dry mass as well.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MassLayer {
    /// Stores, where nothing becomes anything else.
    #[default]
    Stores,
    /// Every unit whose streams and stocks all have a dry mass.
    Solids,
    /// None.
    Off,
}

/// What is asked of one party's books.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose books.
    pub party: PartyId,
    /// A site, a node or the enterprise.
    pub scope: Scope,
    /// Which substance.
    pub substance: Analyte,
    /// Adjoining periods.
    pub spans: Vec<MicrosSpan>,
    /// Where total mass closes.
    pub mass: MassLayer,
    /// Streams out of use: nobody measures them any more, and nobody has to.
    pub retired: BTreeSet<StreamId>,
}

/// Why a unit does not close on total mass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MassOpen {
    /// Nobody asked for it.
    NotAsked,
    /// It transforms what it takes in.
    Transforms,
    /// Water or gas goes in or out.
    WaterOrGas,
    /// Something that goes in or out has no dry mass.
    NoDryMass,
}

/// A unit of the flow sheet.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) place: Place,
    pub(super) site: Option<SiteId>,
    pub(super) mass_open: Option<MassOpen>,
}

/// One party's lines, before they are put together with others'.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) party: PartyId,
    pub(super) units: Vec<Unit>,
    pub(super) lines: Vec<Line>,
    /// Shared error sources of amounts, of variables, of substance amounts.
    pub(super) shared: [u32; 3],
    pub(super) unknown_ends: Vec<EntryId>,
    pub(super) spans: Vec<MicrosSpan>,
}

impl Draft {
    /// The flow sheet of a party's books.
    #[must_use]
    pub fn of(records: &Records, asked: &Asked) -> Self {
        collect(records, asked, false).0
    }

    /// The same, and all periods taken together as one; none where there is only one.
    pub(super) fn with_whole(records: &Records, asked: &Asked) -> (Self, Option<Self>) {
        collect(records, asked, asked.spans.len() > 1)
    }

    fn new(records: &Records, asked: &Asked, found: &Found, lines: Lines) -> Self {
        let Lines { sums, unmeasured, spans } = lines;
        let mut all: Vec<(Line, [Spread; 3])> =
            sums.into_iter().map(|(key, sums)| sums.finish(key)).collect();
        all.extend(unmeasured.into_iter().map(Line::unmeasured));
        all.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        let (lines, shared) = compacted(all);
        let mut draft = Self {
            party: asked.party.clone(),
            units: units(records, &asked.party, &found.parts.nodes),
            lines,
            shared,
            unknown_ends: found.parts.unknown_ends.clone(),
            spans,
        };
        draft.close_mass(records, asked.mass, &found.fluid);
        draft
    }

    /// Says of each unit whether it closes on total mass.
    fn close_mass(&mut self, records: &Records, wanted: MassLayer, fluid: &BTreeSet<Place>) {
        let mut wet: BTreeSet<Place> = BTreeSet::new();
        for line in self.lines.iter().filter(|line| line.not_dry) {
            wet.extend(places(&line.key.course).into_iter().cloned());
        }
        let stores: BTreeSet<&NodeId> = records
            .masters
            .iter()
            .filter_map(|master| match master {
                Master::Node(node) if node.kind == NodeKind::Store => Some(&node.id),
                _ => None,
            })
            .collect();
        for unit in &mut self.units {
            let store = matches!(&unit.place, Place::Node(_, node) if stores.contains(node));
            unit.mass_open = match wanted {
                MassLayer::Off => Some(MassOpen::NotAsked),
                _ if fluid.contains(&unit.place) => Some(MassOpen::WaterOrGas),
                _ if wet.contains(&unit.place) => Some(MassOpen::NoDryMass),
                MassLayer::Stores if !store => Some(MassOpen::Transforms),
                MassLayer::Stores | MassLayer::Solids => None,
            };
        }
    }
}

/// What the books say beside the lines.
struct Found {
    parts: Parts,
    /// Where water or gas goes in or out.
    fluid: BTreeSet<Place>,
}

/// Lines before they are finished.
#[derive(Default)]
struct Lines {
    sums: BTreeMap<Key, Sums>,
    unmeasured: BTreeSet<Key>,
    spans: Vec<MicrosSpan>,
}

impl Lines {
    /// What nobody measured is no line beside it: a sum over some of the months is not the sum.
    fn leave_unmeasured(&mut self, key: Key) {
        if key.stream.is_some() {
            self.sums.retain(|known, _| known.stream != key.stream || known.period != key.period);
        }
        self.unmeasured.insert(key);
    }
}

/// Goes through the books once; `whole` asks for all periods taken together as well.
fn collect(records: &Records, asked: &Asked, whole: bool) -> (Draft, Option<Draft>) {
    let span = MicrosSpan {
        from: asked.spans.first().map_or(0, |span| span.from),
        to: asked.spans.last().map_or(0, |span| span.to),
    };
    let (scope, substance) = (asked.scope.clone(), asked.substance.clone());
    let question = Question { scope, span, substance };
    let last = number(asked.spans.len());
    let mut each = Lines { spans: asked.spans.clone(), ..Lines::default() };
    let mut all = whole.then(|| Lines { spans: vec![span], ..Lines::default() });
    let mut fluid: BTreeSet<Place> = BTreeSet::new();
    let parts = parts(records, &question, &asked.spans, &mut |part| {
        let key = key(&asked.party, &part);
        if is_fluid(part.class) {
            fluid.extend(places(&key.course).into_iter().cloned());
        }
        if let (Some(all), Some(key)) = (&mut all, over_all(&key, last)) {
            all.sums.entry(key).or_default().add(&part);
        }
        each.sums.entry(key).or_default().add(&part);
    });
    let inside: BTreeSet<&NodeId> = parts.nodes.iter().collect();
    let mut unmeasured = silent(records, asked, &inside, &each.sums, &mut fluid);
    for (moment, lying) in parts.lying.iter().enumerate() {
        let unknown = parts.nodes.iter().zip(lying).filter(|(_, l)| **l == Lying::Unmeasured);
        unmeasured.extend(unknown.map(|(node, _)| {
            let place = Place::Node(asked.party.clone(), node.clone());
            let course = Course::Stock(place);
            Key { course, stream: None, material: None, returned: false, period: number(moment) }
        }));
    }
    for key in unmeasured {
        if let (Some(all), Some(key)) = (&mut all, over_all(&key, last)) {
            all.leave_unmeasured(key);
        }
        each.leave_unmeasured(key);
    }
    let found = Found { parts, fluid };
    let all = all.map(|lines| Draft::new(records, asked, &found, lines));
    (Draft::new(records, asked, &found, each), all)
}

/// The line that a line belongs to when all periods are one; none for stocks in between.
fn over_all(key: &Key, last: u32) -> Option<Key> {
    let period = match &key.course {
        Course::Flow { .. } => 1,
        Course::Stock(_) if key.period == 0 => 0,
        Course::Stock(_) if key.period == last => 1,
        Course::Stock(_) => return None,
    };
    Some(Key { period, ..key.clone() })
}

/// The key of the line that a part stands in.
fn key(party: &PartyId, part: &Part<'_>) -> Key {
    let at = |node: &Option<NodeId>, otherwise: Place| match node {
        Some(node) => Place::Node(party.clone(), node.clone()),
        None => otherwise,
    };
    let mut period = number(part.number);
    let course = match &part.way {
        Way::Stock { node } => Course::Stock(Place::Node(party.clone(), node.clone())),
        Way::Transit { to } => Course::Stock(Place::Transit(party.clone(), to.clone())),
        // What the books opened with in the first period lay there at its beginning.
        Way::Flow { to: Some(node), opening: true, .. } if part.number == 0 => {
            Course::Stock(Place::Node(party.clone(), node.clone()))
        }
        Way::Flow { from, to, partner, opening, .. } => {
            period += 1;
            let beyond = || Place::Outside(partner.clone());
            let origin = if *opening { Place::Opening } else { beyond() };
            Course::Flow { from: at(from, origin), to: at(to, beyond()) }
        }
    };
    let stock = matches!(course, Course::Stock(_));
    Key {
        course,
        stream: part.stream.filter(|_| !stock).cloned(),
        material: part.material.cloned(),
        returned: part.returned && !stock,
        period,
    }
}

/// Declared streams that nobody measured in a period.
fn silent(
    records: &Records,
    asked: &Asked,
    inside: &BTreeSet<&NodeId>,
    measured: &BTreeMap<Key, Sums>,
    fluid: &mut BTreeSet<Place>,
) -> Vec<Key> {
    let seen: BTreeSet<(&StreamId, u32)> =
        measured.keys().filter_map(|key| Some((key.stream.as_ref()?, key.period))).collect();
    let mut keys = Vec::new();
    let declared = records.masters.iter().filter_map(|master| match master {
        Master::Stream(stream) if !asked.retired.contains(&stream.id) => Some(stream),
        _ => None,
    });
    for stream in declared {
        let place = |end: &Endpoint| match end {
            Endpoint::Node(node) if inside.contains(node) => {
                Place::Node(asked.party.clone(), node.clone())
            }
            _ => Place::Outside(None),
        };
        let (from, to) = (place(&stream.from), place(&stream.to));
        if from == to || !(from.is_unit() || to.is_unit()) || by_batches(records, stream) {
            continue;
        }
        for period in (1..).take(asked.spans.len()) {
            if seen.contains(&(&stream.id, period)) {
                continue;
            }
            let course = Course::Flow { from: from.clone(), to: to.clone() };
            if is_fluid(class(records, &stream.material)) {
                fluid.extend([from.clone(), to.clone()]);
            }
            keys.push(Key {
                course,
                stream: Some(stream.id.clone()),
                material: Some(stream.material.clone()),
                returned: stream.role == StreamRole::Return,
                period,
            });
        }
    }
    keys
}

/// Whether batches go the way of a stream: between its nodes, or over the fence with its material.
fn by_batches(records: &Records, stream: &StreamRecord) -> bool {
    let node = |end: &Endpoint| match end {
        Endpoint::Node(node) => Some(node.clone()),
        Endpoint::Outside => None,
    };
    let (from, to) = (node(&stream.from), node(&stream.to));
    let within = from.is_some() && to.is_some();
    records.flows.iter().any(|flow| {
        flow.kind != FlowKind::Stream
            && flow.from.node() == from.as_ref()
            && flow.to.node() == to.as_ref()
            && (within || flow.material.as_ref() == Some(&stream.material))
    })
}

fn class(records: &Records, material: &MaterialId) -> Option<MaterialClass> {
    records.masters.iter().find_map(|master| match master {
        Master::Material(record) if record.id == *material => Some(record.class),
        _ => None,
    })
}

fn is_fluid(class: Option<MaterialClass>) -> bool {
    matches!(class, Some(MaterialClass::Water | MaterialClass::Gas))
}

fn places(course: &Course) -> Vec<&Place> {
    match course {
        Course::Flow { from, to } => vec![from, to],
        Course::Stock(at) => vec![at],
    }
}

fn units(records: &Records, party: &PartyId, nodes: &[NodeId]) -> Vec<Unit> {
    let site = |node: &NodeId| {
        records.masters.iter().find_map(|master| match master {
            Master::Node(record) if record.id == *node => Some(record.site.clone()),
            _ => None,
        })
    };
    let unit = |node: &NodeId| Unit {
        place: Place::Node(party.clone(), node.clone()),
        site: site(node),
        mass_open: None,
    };
    nodes.iter().map(unit).collect()
}

/// Lines with their errors made small.
fn compacted(all: Vec<(Line, [Spread; 3])>) -> (Vec<Line>, [u32; 3]) {
    let kind = |kind: usize| compact(all.iter().map(move |(_, spreads)| &spreads[kind]));
    let [(amounts, a), (variables, v), (substances, s)] = [0, 1, 2].map(kind);
    let errors = amounts.into_iter().zip(variables).zip(substances);
    let lines =
        all.into_iter().zip(errors).map(|((line, _), ((amount, variable), substance))| Line {
            amount_errors: amount,
            variable_errors: variable,
            substance_errors: substance,
            ..line
        });
    (lines.collect(), [a, v, s])
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("periods are counted in tens")
}
