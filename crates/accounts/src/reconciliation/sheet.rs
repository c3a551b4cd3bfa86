//! Drafts of one or several parties as one flow sheet of the calculation.
//!
//! Lines keep their order; the name of a line is that of the stream or stock. Errors that
//! measurements share become correlations: all of them where the calculation can hold so many, else
//! those within each period, else none, and the answer says which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tl_domain::balance::Unit as AmountUnit;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::MicrosSpan;
use tl_reconcile::{
    Content, Correlation, Flowsheet, Group, Layer, MOST_CORRELATED, Node, Stock, Stream,
};

use super::answer::Of;
use super::draft::{Draft, MassOpen, Unit};
use super::errors::Errors;
use super::line::{Course, Line, Place};

/// Measurements correlated over all periods together; the work grows with the cube of it.
const CORRELATED_OVER_PERIODS_MAX: usize = 150;
/// What of a correlation counts: a thousandth of every variance is taken as the measurement's own,
/// so that a set of correlations that the books make singular stays positive definite.
const SHARED_MAX: f64 = 0.999;
/// Correlations below this are none.
const CORRELATION_MIN: f64 = 1e-9;

/// How far shared errors count as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// All of them.
    Full,
    /// Within each period.
    WithinPeriods,
    /// None: there are too many measurements with common errors.
    None,
}

/// All lines, and what they are balanced in.
pub(super) struct Sheet {
    pub(super) units: Vec<Unit>,
    pub(super) lines: Vec<Line>,
    /// Names of the lines, in their order.
    pub(super) names: Vec<String>,
    pub(super) spans: Vec<MicrosSpan>,
    /// Several parties together.
    pub(super) many: bool,
    pub(super) shared: Shared,
    pub(super) flowsheet: Flowsheet,
    /// Entries of flows whose ends are not declared.
    pub(super) unknown_ends: Vec<EntryId>,
    /// Balances that are drawn up, in the order of the flow sheet's groups.
    pub(super) wanted: Vec<Wanted>,
}

/// A balance that is drawn up.
pub(super) struct Wanted {
    pub(super) of: Of,
    /// One period; absent: all.
    pub(super) period: Option<u32>,
    pub(super) places: BTreeSet<Place>,
}

impl Sheet {
    /// Puts drafts over the same periods together; several are joined by their handovers.
    pub(super) fn of(drafts: Vec<Draft>, many: bool) -> Self {
        let spans = drafts.first().map(|draft| draft.spans.clone()).unwrap_or_default();
        let parties: BTreeSet<PartyId> = drafts.iter().map(|draft| draft.party.clone()).collect();
        let mut units = Vec::new();
        let mut lines = Vec::new();
        let mut shared = [0_u32; 3];
        let mut unknown_ends = Vec::new();
        for draft in drafts {
            unknown_ends.extend(draft.unknown_ends);
            units.extend(draft.units);
            for mut line in draft.lines {
                let errors = [
                    &mut line.amount_errors,
                    &mut line.variable_errors,
                    &mut line.substance_errors,
                ];
                errors.into_iter().zip(shared).for_each(|(errors, by)| errors.renumber(by));
                if many {
                    join(&mut line, &parties);
                }
                if many || !matches!(line.key.course, Course::Stock(Place::Transit(..))) {
                    lines.push(line);
                }
            }
            for (sum, own) in shared.iter_mut().zip(draft.shared) {
                *sum += own;
            }
        }
        // On its way to somebody whose books are not here: shipped is gone.
        lines.retain(|line| match &line.key.course {
            Course::Stock(Place::Transit(_, to)) => parties.contains(to),
            _ => true,
        });
        units.extend(transits(&lines));
        let names = lines.iter().map(|line| line.id(many)).collect();
        let mut sheet = Self {
            units,
            lines,
            names,
            spans,
            many,
            shared: Shared::Full,
            flowsheet: Flowsheet::default(),
            unknown_ends,
            wanted: Vec::new(),
        };
        sheet.fill();
        sheet
    }

    fn fill(&mut self) {
        let many = self.many;
        let end = |place: &Place| place.is_unit().then(|| place.name(many));
        let mut sheet =
            Flowsheet { with_substance: true, periods: self.periods(), ..Flowsheet::default() };
        for unit in &self.units {
            let balances_mass = unit.mass_open.is_none();
            sheet.nodes.push(Node { balances_mass, ..Node::new(unit.place.name(many)) });
        }
        for (line, id) in self.lines.iter().zip(&self.names) {
            let (mass, content) = (line.measured_amount(), line.measured_content());
            let id = id.clone();
            match &line.key.course {
                Course::Flow { from, to } => sheet.streams.push(Stream {
                    id,
                    from: end(from),
                    to: end(to),
                    period: line.key.period,
                    mass,
                    content,
                }),
                Course::Stock(at) => sheet.stocks.push(Stock {
                    id,
                    node: at.name(many),
                    time: line.key.period,
                    mass,
                    content,
                }),
            }
        }
        self.wanted = self.wanted();
        let groups = self.wanted.iter().enumerate().map(|(place, wanted)| Group {
            id: place.to_string(),
            nodes: wanted.places.iter().map(|place| place.name(many)).collect(),
            periods: wanted.period.into_iter().collect(),
        });
        sheet.groups = groups.collect();
        let (masses, of_masses) = self.correlations(Layer::Mass);
        let (contents, of_contents) = self.correlations(Layer::Substance);
        self.shared = of_masses.max(of_contents);
        sheet.correlations = masses;
        sheet.correlations.extend(contents);
        self.flowsheet = sheet;
    }

    /// Whose balances are drawn up: units and sites of one party, parties and the area of several.
    fn wanted(&self) -> Vec<Wanted> {
        let mut areas: BTreeMap<Of, BTreeSet<Place>> = BTreeMap::new();
        let mut add = |of: Of, unit: &Unit| {
            areas.entry(of).or_default().insert(unit.place.clone());
        };
        for unit in &self.units {
            match &unit.place {
                Place::Node(party, _) | Place::Transit(party, _) if self.many => {
                    add(Of::Party(party.clone()), unit);
                    add(Of::Area, unit);
                }
                place => {
                    add(Of::Unit(place.name(false)), unit);
                    add(Of::Scope, unit);
                    if let Some(site) = &unit.site {
                        add(Of::Site(site.clone()), unit);
                    }
                }
            }
        }
        let all = areas.get(&Of::Scope).cloned();
        // A site that is the whole scope would say everything twice.
        areas.retain(|of, places| !matches!(of, Of::Site(_)) || Some(&*places) != all.as_ref());
        let mut wanted = Vec::new();
        for (of, places) in areas {
            let each = if self.many { 0 } else { self.periods() };
            let periods = (1..=each).map(Some);
            let whole = (each != 1).then_some(None);
            wanted.extend(periods.chain(whole).map(|period| Wanted {
                of: of.clone(),
                period,
                places: places.clone(),
            }));
        }
        wanted
    }

    /// Number of periods.
    pub(super) fn periods(&self) -> u32 {
        u32::try_from(self.spans.len()).unwrap_or(u32::MAX)
    }

    /// Correlations of one layer, as far as they can be held.
    fn correlations(&self, layer: Layer) -> (Vec<Correlation>, Shared) {
        let measured: Vec<usize> =
            (0..self.lines.len()).filter(|place| self.errors(*place, layer).is_some()).collect();
        let mut pairs = Vec::new();
        let mut reached = Shared::Full;
        for cluster in clusters(&measured, |place| self.errors(place, layer)) {
            if cluster.len() <= CORRELATED_OVER_PERIODS_MAX {
                self.pairs(&cluster, layer, &mut pairs);
                continue;
            }
            reached = reached.max(Shared::WithinPeriods);
            let mut periods: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for place in cluster {
                let line = &self.lines[place];
                // A stock belongs to the period that it closes.
                periods.entry(line.key.period.max(1)).or_default().push(place);
            }
            for of_period in periods.into_values() {
                for cluster in clusters(&of_period, |place| self.errors(place, layer)) {
                    if cluster.len() <= MOST_CORRELATED {
                        self.pairs(&cluster, layer, &mut pairs);
                    } else {
                        reached = Shared::None;
                    }
                }
            }
        }
        (pairs, reached)
    }

    /// Error sources of a line's variable in a layer, when it is measured with an error.
    fn errors(&self, place: usize, layer: Layer) -> Option<&Errors> {
        let line = &self.lines[place];
        let errors = match layer {
            Layer::Mass => line.measured_amount().map(|_| &line.amount_errors),
            Layer::Substance => match line.measured_content() {
                Content::Unknown => None,
                _ => Some(&line.variable_errors),
            },
        }?;
        (!errors.shared.is_empty()).then_some(errors)
    }

    fn pairs(&self, cluster: &[usize], layer: Layer, pairs: &mut Vec<Correlation>) {
        let mut of_source: HashMap<u32, Vec<(usize, f64)>> = HashMap::new();
        for (at, place) in cluster.iter().enumerate() {
            for (number, size) in self.errors(*place, layer).into_iter().flat_map(|e| &e.shared) {
                of_source.entry(*number).or_default().push((at, *size));
            }
        }
        let width = cluster.len();
        let mut covariance = vec![0.0; width * width];
        let mut numbers: Vec<u32> = of_source.keys().copied().collect();
        numbers.sort_unstable();
        for number in numbers {
            let touched = &of_source[&number];
            for (place, (first, one)) in touched.iter().enumerate() {
                for (second, other) in &touched[place + 1..] {
                    covariance[first * width + second] += one * other;
                }
            }
        }
        let sd: Vec<f64> = cluster
            .iter()
            .map(|place| self.errors(*place, layer).map_or(0.0, Errors::sd))
            .collect();
        for first in 0..width {
            for second in first + 1..width {
                let coefficient =
                    SHARED_MAX * covariance[first * width + second] / (sd[first] * sd[second]);
                if coefficient.abs() > CORRELATION_MIN {
                    pairs.push(Correlation {
                        layer,
                        first: self.names[cluster[first]].clone(),
                        second: self.names[cluster[second]].clone(),
                        coefficient,
                    });
                }
            }
        }
    }
}

/// Sets of measurements that share errors, directly or through others; single ones are none.
fn clusters<'e>(places: &[usize], errors: impl Fn(usize) -> Option<&'e Errors>) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..places.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut first_with: HashMap<u32, usize> = HashMap::new();
    for (at, place) in places.iter().enumerate() {
        for (number, _) in errors(*place).into_iter().flat_map(|errors| &errors.shared) {
            let other = *first_with.entry(*number).or_insert(at);
            let (one, other) = (root(&mut parent, at), root(&mut parent, other));
            parent[one.max(other)] = one.min(other);
        }
    }
    let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, place) in places.iter().enumerate() {
        sets.entry(root(&mut parent, at)).or_default().push(*place);
    }
    sets.into_values().filter(|set| set.len() > 1).collect()
}

/// What one party ships to another of the same calculation goes through what is on its way.
fn join(line: &mut Line, parties: &BTreeSet<PartyId>) {
    let Course::Flow { from, to } = &mut line.key.course else {
        return;
    };
    match (&*from, &*to) {
        (Place::Node(own, _), Place::Outside(Some(other))) if parties.contains(other) => {
            *to = Place::Transit(own.clone(), other.clone());
        }
        (Place::Outside(Some(other)), Place::Node(own, _)) if parties.contains(other) => {
            *from = Place::Transit(other.clone(), own.clone());
        }
        _ => {}
    }
}

/// What is on its way between each two parties, as units: they close on mass when all of it is dry.
fn transits(lines: &[Line]) -> Vec<Unit> {
    let mut units: BTreeMap<&Place, bool> = BTreeMap::new();
    for line in lines {
        let places = match &line.key.course {
            Course::Flow { from, to } => vec![from, to],
            Course::Stock(at) => vec![at],
        };
        for place in places.into_iter().filter(|place| matches!(place, Place::Transit(..))) {
            let dry = matches!(line.amount, Some((AmountUnit::Dry, _)));
            *units.entry(place).or_insert(true) &= dry || !line.not_dry;
        }
    }
    let unit = |(place, dry): (&Place, bool)| Unit {
        place: place.clone(),
        site: None,
        mass_open: (!dry).then_some(MassOpen::NoDryMass),
    };
    units.into_iter().map(unit).collect()
}
