//! What a reconciliation of the books says: raw first, reconciled beside it.
//!
//! Invariant: a raw figure is what the books have, as decimal text; nothing reconciled is put over
//! it. A value that the balances do not fix is absent. A refusal is an answer: it stands where the
//! reconciled figures would, and the raw ones stay.

use serde::Serialize;
use tl_domain::balance::Quality;
use tl_domain::ids::{Analyte, EntryId, MaterialId, NodeId, PartyId, SiteId, StreamId};
use tl_domain::quantity::DecimalText;
use tl_domain::time::MicrosSpan;

use super::draft::{MassLayer, MassOpen};
use super::raw::Raw;
use super::sheet::Shared;
use super::{Censoring, Grid};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// With an answer.
    Reconciled,
    /// Without: see the refusal.
    Refused,
    /// There is no whole period in the span.
    NoPeriods,
}

/// Why there are no reconciled figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    /// Reason code: `inconsistent`, `not_converged`, `not_finite`, `too_large`, …
    pub code: String,
    /// What it is about.
    pub place: String,
    /// A sentence.
    pub text: String,
    /// Balances that cannot be met, `UNIT@PERIOD:layer`.
    pub balances: Vec<String>,
}

/// Which of the two quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Dry mass, or the amount of a stream.
    Mass,
    /// The substance, or its content.
    Substance,
}

/// A unit of the flow sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitInfo {
    /// Its name in balances and lines.
    pub unit: String,
    /// Whose it is.
    pub party: PartyId,
    /// The node; absent for what is on its way.
    pub node: Option<NodeId>,
    /// Who is to receive what is on its way.
    pub receiver: Option<PartyId>,
    /// Site of the node.
    pub site: Option<SiteId>,
    /// Why total mass does not close here; absent where it does.
    pub mass_open: Option<MassOpen>,
}

/// A value and its standard deviation, from the covariance of all measurements; both absent where
/// nothing fixes it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Value {
    /// The value.
    pub value: Option<f64>,
    /// Its standard deviation.
    pub sd: Option<f64>,
}

/// Sums after reconciliation; they close where the layer is balanced.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sums {
    /// Stock at the beginning.
    pub opening: Value,
    /// What came in.
    pub input: Value,
    /// What went out.
    pub output: Value,
    /// Stock at the end.
    pub closing: Value,
}

/// Whether something is lost or gained at one place that no measurement explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LeakTest {
    /// |multiplier| over its standard deviation.
    pub z: f64,
    /// Limit at the level, shared over all leak tests.
    pub critical: f64,
    /// Above the limit.
    pub suspect: bool,
}

/// What balances are drawn up for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "of", content = "id", rename_all = "snake_case")]
pub enum Of {
    /// A unit.
    Unit(String),
    /// A site.
    Site(SiteId),
    /// All units of one party's question: the site, or the enterprise.
    Scope,
    /// A party among several, with what it has on its way to others of them.
    Party(PartyId),
    /// All parties together.
    Area,
}

/// A balance: raw, and beside it the reconciled sums and the leak test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BalanceResult {
    /// Whose.
    #[serde(flatten)]
    pub of: Of,
    /// Number of the period, from 1; absent for all of them.
    pub period: Option<u32>,
    /// In tonnes of dry mass, or kilograms of the substance.
    pub quantity: Quantity,
    /// From measured figures alone.
    pub raw: Raw,
    /// Reconciled; absent after a refusal, and for units of several parties.
    pub reconciled: Option<Sums>,
    /// The leak test; absent where nothing checks the balance.
    pub leak: Option<LeakTest>,
}

/// Figures of a line as the books have them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawLine {
    /// Amount in the line's unit; absent when part of it was never measured.
    pub amount: Option<DecimalText>,
    /// Its standard deviation.
    pub amount_sd: Option<f64>,
    /// Content in grams per unit of the amount.
    pub content: Option<f64>,
    /// Its standard deviation; absent where the content is no assay of the line.
    pub content_sd: Option<f64>,
    /// The substance in kilograms.
    pub kilograms: Option<DecimalText>,
    /// Its standard deviation.
    pub kilograms_sd: Option<f64>,
    /// Limit of a content that is below it, in grams per unit of the amount.
    pub limit: Option<f64>,
    /// What it rests on at worst.
    pub quality: Option<Quality>,
    /// Parts without a figure.
    pub missing: u64,
}

/// A reconciled quantity with its tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjusted {
    /// Reconciled; absent where the balances do not fix it.
    pub value: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
    /// `redundant`, `nonredundant`, `observable`, `unobservable`, `fixed`, `pseudo`,
    /// `pseudo_redundant`, `interval`, `interval_unobservable` or `at_bound`.
    pub class: String,
    /// Reconciled minus measured.
    pub adjustment: Option<f64>,
    /// |adjustment| over its standard deviation; with shared errors the maximum-power figure.
    pub z: Option<f64>,
}

/// Reconciled figures of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdjustedLine {
    /// The amount in the line's unit.
    pub amount: Adjusted,
    /// The content, or the kilograms where the line has no assay of its own.
    pub content: Adjusted,
    /// The substance in kilograms.
    pub kilograms: Value,
}

/// A stream in a period, or a stock at the end of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineResult {
    /// Its name.
    pub id: String,
    /// A stock, not a stream.
    pub stock: bool,
    /// Period from 1; of a stock the period that it closes, 0 for the first opening.
    pub period: u32,
    /// Stream, when declared.
    pub stream: Option<StreamId>,
    /// Material, when known.
    pub material: Option<MaterialId>,
    /// Unit that it leaves, or where it lies; absent: from outside.
    pub from: Option<String>,
    /// Unit that it enters; absent: to outside.
    pub to: Option<String>,
    /// Partner beyond the fence.
    pub partner: Option<PartyId>,
    /// Whether it goes back into the process.
    pub returned: bool,
    /// `t` (dry), `t_wet` or `m3`; absent when nothing was measured, or in different units.
    pub unit: Option<&'static str>,
    /// Flows or stock lines in it.
    pub count: u64,
    /// As measured.
    pub raw: RawLine,
    /// As reconciled; absent after a refusal.
    pub reconciled: Option<AdjustedLine>,
    /// The first entries that it rests on.
    pub evidence: Vec<EntryId>,
    /// How many there are.
    pub evidence_count: u64,
}

/// A measurement by its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// Name of the line.
    pub line: String,
    /// Which of its quantities.
    pub quantity: Quantity,
}

/// Outcome of the global test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Global {
    /// Weighted sum of squared adjustments.
    pub chi_squared: f64,
    /// Degrees of freedom.
    pub dof: u64,
    /// Limit; absent without degrees of freedom.
    pub critical: Option<f64>,
    /// P(more than this).
    pub p_value: Option<f64>,
    /// Below the limit.
    pub passes: Option<bool>,
}

/// One step of serial elimination.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Removed {
    /// What was left out.
    pub removed: Named,
    /// Its test figure.
    pub z: f64,
    /// Limit of the step.
    pub critical: f64,
    /// Measurements within five per cent: none of them is better founded than the others.
    pub suspects: Vec<Named>,
}

/// Tests of the measurements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tests {
    /// Measurements tested.
    pub tested: u64,
    /// Limit at the level, shared over all of them.
    pub critical: Option<f64>,
    /// Measurements above it.
    pub over: Vec<Named>,
    /// Those within five per cent of the largest: the bad one is among them.
    pub suspects: Vec<Named>,
    /// Steps of serial elimination; absent where the flow sheet is too large for it.
    pub removals: Option<Vec<Removed>>,
    /// Global test after the last step.
    pub after: Option<Global>,
}

/// How well the answer fulfils what it claims.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Checks {
    /// Largest residual of a balance as share of its throughput.
    pub closure: f64,
    /// Largest gradient, in standard deviations.
    pub stationarity: f64,
    /// Steps of the slowest part.
    pub steps: u64,
}

/// A reconciliation of the books.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reconciliation {
    /// How it ended.
    pub status: Status,
    /// Why there are no reconciled figures.
    pub refusal: Option<Refused>,
    /// Which substance.
    pub substance: Analyte,
    /// The periods.
    pub spans: Vec<MicrosSpan>,
    /// What their ends are.
    pub grid: Grid,
    /// What stands for contents below their limit.
    pub censored: Censoring,
    /// Where total mass closes.
    pub mass: MassLayer,
    /// How far shared errors count as such.
    pub shared_errors: Shared,
    /// Level of the tests.
    pub alpha: f64,
    /// Units.
    pub units: Vec<UnitInfo>,
    /// Global test.
    pub global: Option<Global>,
    /// Balances.
    pub balances: Vec<BalanceResult>,
    /// Tests of the measurements.
    pub tests: Option<Tests>,
    /// Quantities held at a bound.
    pub at_bound: Vec<Named>,
    /// Streams and stocks; whoever answers with them sends them page by page.
    #[serde(skip)]
    pub lines: Vec<LineResult>,
    /// The first entries of flows whose ends are not declared: they are in no balance.
    pub unknown_ends: Vec<EntryId>,
    /// How well the answer fulfils what it claims.
    pub checks: Option<Checks>,
}
