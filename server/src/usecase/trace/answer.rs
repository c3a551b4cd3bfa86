//! What a trace answers: versions by the names that people know, with the sums that must agree.

use serde::Serialize;
use tl_domain::ids::{Analyte, EntryId, PartyId};
use tl_domain::time::Micros;
use tl_lineage::{Amounts, Extent, OriginKind, VersionView, Walk, What};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Sight;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;
use crate::trace::Loading;

/// Whether the graph could be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceState {
    /// The figures are there.
    Ready,
    /// The graph is still being loaded: ask again.
    Loading,
}

/// How far the graph is loaded, in parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TraceProgress {
    /// Parties that are in.
    pub done: u64,
    /// Parties in all; 0 while they are not counted.
    pub total: u64,
}

/// Grams of the substance and tonnes of mass (dry, where a moisture is known).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct TraceAmounts {
    /// Grams.
    pub grams: f64,
    /// Tonnes.
    pub tonnes: f64,
}

/// What a version is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceKind {
    /// A batch.
    Batch,
    /// A run.
    Run,
    /// What an entry alone brought in or led out.
    Flow,
    /// What lay in a place.
    Place,
    /// What was in the process of a node.
    Process,
    /// What lay in a store node.
    Stock,
    /// A line of a handover under way.
    Handover,
    /// More than the books of a place held.
    Shortage,
}

/// What an origin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceOrigin {
    /// A lot with a content to reckon by.
    Lot,
    /// A lot without any content: its grams count as none.
    Unvalued,
    /// The gap between what was measured here and what the inputs carry; may be negative.
    Unaccounted,
}

/// A line of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TraceHandover {
    /// Code of the handover.
    pub code: String,
    /// Number of the line.
    pub line: u32,
    /// Who shipped it.
    pub from: String,
    /// Who is to receive it; empty when it is not in this system.
    pub to: String,
}

/// A version as people know it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TraceVersion {
    /// What it is one of.
    pub kind: TraceKind,
    /// Whose books give it.
    #[schema(value_type = String)]
    pub party: PartyId,
    /// Batch, run or entry.
    #[schema(value_type = Option<String>)]
    pub id: Option<EntryId>,
    /// Place or node.
    pub name: Option<String>,
    /// Line of a handover.
    pub handover: Option<TraceHandover>,
    /// Label code of a batch.
    pub code: Option<String>,
    /// Material of a batch.
    pub material: Option<String>,
    /// Party that delivered a batch.
    pub supplier: Option<String>,
    /// When it came to be, microseconds since 1970.
    #[schema(value_type = i64)]
    pub at: Micros,
    /// What it held in all.
    pub held: TraceAmounts,
}

/// How much of what was asked about is from, or rests in, a version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TraceShare {
    /// The origin, or where it rests.
    pub version: TraceVersion,
    /// What the origin is; absent for where something rests.
    pub origin: Option<TraceOrigin>,
    /// How much.
    pub amounts: TraceAmounts,
}

/// Shares that are only summed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct TraceOutside {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub amounts: TraceAmounts,
}

/// The answer to a question backward or forward. `rows`, `rest` and `outside` add up to `sum`, and
/// that to `whole` but for rounding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Traced {
    /// Whether the graph could be asked; without it there are no figures.
    pub state: TraceState,
    /// How far it is loaded, while it is.
    pub loading: Option<TraceProgress>,
    /// The substance of the grams.
    #[schema(value_type = String)]
    pub substance: Analyte,
    /// What was asked about.
    pub subjects: Vec<TraceVersion>,
    /// What that holds.
    pub whole: TraceAmounts,
    /// What all shares add up to.
    pub sum: TraceAmounts,
    /// Shares in all that the person may see.
    pub total: u64,
    /// Those of the page, the largest first.
    pub rows: Vec<TraceShare>,
    /// Those that are not on the page.
    pub rest: TraceOutside,
    /// Those in books outside the person's area.
    pub outside: TraceOutside,
}

/// A part of one version that became part of another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct TraceEdge {
    /// Taken from: index in `versions`.
    pub from: u64,
    /// Part of: index in `versions`.
    pub to: u64,
    /// How much.
    pub amounts: TraceAmounts,
}

/// Versions around a subject and the parts between them, for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Genealogy {
    /// Whether the graph could be asked.
    pub state: TraceState,
    /// How far it is loaded, while it is.
    pub loading: Option<TraceProgress>,
    /// Versions, the nearest first.
    pub versions: Vec<TraceVersion>,
    /// Parts between them.
    pub edges: Vec<TraceEdge>,
    /// Versions in books outside the person's area: neither they nor their parts are shown.
    pub hidden: u64,
    /// There is more beyond the depth or the bound.
    pub is_cut: bool,
}

/// What the graph said, still without what the books say of batches.
pub(super) struct Views {
    pub(super) subjects: Vec<VersionView>,
    pub(super) whole: Amounts,
    pub(super) sum: Amounts,
    pub(super) total: usize,
    pub(super) rows: Vec<(VersionView, Option<OriginKind>, Amounts)>,
    pub(super) rest: TraceOutside,
    pub(super) outside: TraceOutside,
}

/// Who asks, and where the names come from.
pub(super) struct Shown<'a> {
    pub(super) app: &'a App,
    pub(super) session: &'a Session,
    pub(super) permit: &'a Permit<ReadParty>,
}

impl From<Amounts> for TraceAmounts {
    fn from(amounts: Amounts) -> Self {
        Self { grams: amounts.grams, tonnes: amounts.tonnes }
    }
}

impl From<Extent> for TraceOutside {
    fn from(extent: Extent) -> Self {
        Self { count: extent.count as u64, amounts: extent.amounts.into() }
    }
}

impl From<Loading> for TraceProgress {
    fn from(loading: Loading) -> Self {
        Self { done: loading.done as u64, total: loading.total as u64 }
    }
}

impl Traced {
    pub(super) fn loading(loading: Loading, substance: Analyte) -> Self {
        Self {
            state: TraceState::Loading,
            loading: Some(loading.into()),
            substance,
            subjects: Vec::new(),
            whole: TraceAmounts::default(),
            sum: TraceAmounts::default(),
            total: 0,
            rows: Vec::new(),
            rest: TraceOutside::default(),
            outside: TraceOutside::default(),
        }
    }
}

impl Genealogy {
    pub(super) fn loading(loading: Loading) -> Self {
        Self {
            state: TraceState::Loading,
            loading: Some(loading.into()),
            versions: Vec::new(),
            edges: Vec::new(),
            hidden: 0,
            is_cut: false,
        }
    }
}

impl Shown<'_> {
    pub(super) fn traced(&self, views: Views, substance: Analyte) -> Result<Traced, Failure> {
        let Views { subjects, whole, sum, total, rows, rest, outside } = views;
        let parties = subjects.iter().map(|view| &view.party);
        self.note(parties.chain(rows.iter().map(|(view, ..)| &view.party)))?;
        let share = |(view, kind, amounts): (VersionView, Option<OriginKind>, Amounts)| {
            Ok(TraceShare {
                version: self.version(view)?,
                origin: kind.map(TraceOrigin::from),
                amounts: amounts.into(),
            })
        };
        Ok(Traced {
            state: TraceState::Ready,
            loading: None,
            substance,
            subjects: subjects
                .into_iter()
                .map(|view| self.version(view))
                .collect::<Result<_, Failure>>()?,
            whole: whole.into(),
            sum: sum.into(),
            total: total as u64,
            rows: rows.into_iter().map(share).collect::<Result<_, Failure>>()?,
            rest,
            outside,
        })
    }

    pub(super) fn genealogy(&self, walk: Walk, sight: &Sight) -> Result<Genealogy, Failure> {
        let (seen, hidden): (Vec<VersionView>, Vec<VersionView>) =
            walk.versions.into_iter().partition(|view| sight.has(&view.party));
        self.note(seen.iter().map(|view| &view.party))?;
        let keys: Vec<_> = seen.iter().map(|view| view.key).collect();
        let index: std::collections::HashMap<_, u64> = keys.into_iter().zip(0..).collect();
        let edges = walk.edges.iter().filter_map(|edge| {
            let (from, to) = (*index.get(&edge.from)?, *index.get(&edge.to)?);
            let amounts = TraceAmounts { grams: edge.grams, tonnes: edge.tonnes };
            Some(TraceEdge { from, to, amounts })
        });
        Ok(Genealogy {
            state: TraceState::Ready,
            loading: None,
            edges: edges.collect(),
            versions: seen.into_iter().map(|v| self.version(v)).collect::<Result<_, Failure>>()?,
            hidden: hidden.len() as u64,
            is_cut: walk.is_cut,
        })
    }

    /// A record for each other party whose books show; leave for the one that was asked about is
    /// recorded already.
    fn note<'p>(&self, parties: impl Iterator<Item = &'p PartyId>) -> Result<(), Failure> {
        let others: std::collections::BTreeSet<&PartyId> =
            parties.filter(|party| *party != self.permit.party()).collect();
        self.app.note_looks(self.session, others.into_iter())
    }

    fn version(&self, view: VersionView) -> Result<TraceVersion, Failure> {
        let id = Some(EntryId(Uuid::from_u128(view.id)));
        let mut version = TraceVersion {
            kind: TraceKind::Batch,
            party: view.party,
            id: None,
            name: None,
            handover: None,
            code: None,
            material: None,
            supplier: None,
            at: view.at,
            held: TraceAmounts { grams: view.grams, tonnes: view.tonnes },
        };
        let mut named = |kind, name: &str| {
            version.kind = kind;
            version.name = Some(name.to_owned());
        };
        match &view.what {
            What::Place(name) => named(TraceKind::Place, name),
            What::Process(name) => named(TraceKind::Process, name),
            What::Stock(name) => named(TraceKind::Stock, name),
            What::Short(name) => named(TraceKind::Shortage, name),
            What::Run => (version.kind, version.id) = (TraceKind::Run, id),
            What::Flow => (version.kind, version.id) = (TraceKind::Flow, id),
            What::Transit(line) => {
                version.kind = TraceKind::Handover;
                version.handover = Some(TraceHandover {
                    code: line.code.clone(),
                    line: line.line,
                    from: line.from.clone(),
                    to: line.to.clone(),
                });
            }
            What::Batch => {
                version.id = id;
                let batch = EntryId(Uuid::from_u128(view.id)).into();
                if let Some(row) = self.app.store.batch(&version.party, batch)? {
                    version.code = row.code.map(|code| code.as_str().to_owned());
                    version.material = row.material.map(|material| material.to_string());
                    version.supplier = row.supplier.map(|supplier| supplier.to_string());
                }
            }
        }
        Ok(version)
    }
}

impl From<OriginKind> for TraceOrigin {
    fn from(kind: OriginKind) -> Self {
        match kind {
            OriginKind::Lot => Self::Lot,
            OriginKind::Unvalued => Self::Unvalued,
            OriginKind::Unaccounted => Self::Unaccounted,
        }
    }
}
