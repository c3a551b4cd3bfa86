//! What a reconciliation says, raw beside reconciled.
//!
//! Invariant: a measured value stays what it was; the reconciled one stands beside it. A value
//! that the balances do not fix is absent, never a number. Every sum carries a standard deviation
//! from the posterior covariance, not from its parts.

use crate::flowsheet::{Layer, Measured};

/// What a value rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Measured, and checked by balances.
    Redundant,
    /// Measured, and nothing checks it.
    Nonredundant,
    /// Not measured, but fixed by balances.
    Observable,
    /// Neither measured nor fixed.
    Unobservable,
    /// Exact.
    Fixed,
    /// A weight that is no measurement.
    Pseudo,
    /// The same, checked by balances.
    PseudoRedundant,
    /// Between zero and a limit, fixed by balances.
    Interval,
    /// Between zero and a limit, not fixed.
    IntervalUnobservable,
    /// Held by a bound.
    AtBound,
}

impl Class {
    /// The class as programs read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Redundant => "redundant",
            Class::Nonredundant => "nonredundant",
            Class::Observable => "observable",
            Class::Unobservable => "unobservable",
            Class::Fixed => "fixed",
            Class::Pseudo => "pseudo",
            Class::PseudoRedundant => "pseudo_redundant",
            Class::Interval => "interval",
            Class::IntervalUnobservable => "interval_unobservable",
            Class::AtBound => "at_bound",
        }
    }
}

/// A quantity, measured and reconciled.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimated {
    /// As it was measured.
    pub measured: Option<Measured>,
    /// Reconciled; absent where nothing fixes it.
    pub value: Option<f64>,
    /// Posterior standard deviation.
    pub sd: Option<f64>,
    /// What it rests on.
    pub class: Class,
    /// |adjustment| over its standard deviation.
    pub z: Option<f64>,
    /// Maximum-power figure; equals `z` without correlations.
    pub z_power: Option<f64>,
}

/// A sum with its standard deviation; both absent where nothing fixes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// The sum.
    pub value: Option<f64>,
    /// From the posterior covariance.
    pub sd: Option<f64>,
}

/// A stream or stock.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Name.
    pub id: String,
    /// A stock, not a stream.
    pub is_stock: bool,
    /// Mass [t].
    pub mass: Estimated,
    /// Content [g/t]; none where nobody balances the substance.
    pub content: Option<Estimated>,
    /// Amount of the substance [kg].
    pub amount: Option<Total>,
}

/// Extra term of a unit's balance.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraTerm {
    /// Unit.
    pub node: String,
    /// Period.
    pub period: u32,
    /// Layer.
    pub layer: Layer,
    /// Reconciled, positive for a loss.
    pub value: Estimated,
}

/// Leak test of one balance.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    /// Unit.
    pub node: String,
    /// Period.
    pub period: u32,
    /// Layer.
    pub layer: Layer,
    /// |multiplier| over its standard deviation; none where the balance is not redundant.
    pub z: Option<f64>,
}

/// Boundary totals of a group in one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTotals {
    /// Group.
    pub id: String,
    /// Layer.
    pub layer: Layer,
    /// What enters the group.
    pub input: Total,
    /// What leaves it.
    pub output: Total,
    /// Stocks before the first period.
    pub opening: Total,
    /// Stocks after the last.
    pub closing: Total,
    /// Every unit of the group balances this layer.
    pub balanced: bool,
    /// Opening + input − output − closing.
    pub unaccounted: Total,
}

/// The balance of a unit from measured values alone.
#[derive(Clone, Debug, PartialEq)]
pub struct RawBalance {
    /// Unit.
    pub node: String,
    /// Period.
    pub period: u32,
    /// Layer.
    pub layer: Layer,
    /// Sum of what is known.
    pub input: f64,
    /// Sum of what is known.
    pub output: f64,
    /// Sum of what is known.
    pub opening: f64,
    /// Sum of what is known.
    pub closing: f64,
    /// Opening + input − output − closing; none where something is missing.
    pub unaccounted: Option<f64>,
    /// Its standard deviation, first order.
    pub sd: Option<f64>,
    /// Their ratio.
    pub z: Option<f64>,
    /// Streams and stocks without a value.
    pub missing: Vec<String>,
}

/// Outcome of the global test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlobalTest {
    /// Weighted sum of squared adjustments; 0 without degrees of freedom.
    pub chi_squared: f64,
    /// Degrees of freedom.
    pub dof: usize,
    /// Limit at the level; none without degrees of freedom.
    pub critical: Option<f64>,
    /// P(more than this).
    pub p_value: Option<f64>,
    /// Below the limit.
    pub passes: Option<bool>,
}

/// One step of serial elimination.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// What was removed, `ID:layer`.
    pub removed: String,
    /// Its test figure.
    pub z: f64,
    /// Limit of the step.
    pub critical: f64,
    /// Measurements that share the figure: none of them is better founded than the others.
    pub ties: Vec<String>,
    /// Measurements within five per cent: the suspects of the step.
    pub near: Vec<String>,
    /// Largest figure outside the tie, as share of the removed one's.
    pub runner_up: f64,
}

/// Measurement tests.
#[derive(Clone, Debug, PartialEq)]
pub struct GrossErrors {
    /// Number of tested measurements.
    pub tested: usize,
    /// Limit at the level, shared over all of them.
    pub critical: Option<f64>,
    /// Above the limit.
    pub over: Vec<String>,
    /// Above the limit and within five per cent of the largest: the bad one is among them.
    pub suspects: Vec<String>,
    /// Steps of serial elimination; none where it was not done.
    pub removals: Option<Vec<Removal>>,
    /// Global test after the last step; none where what was left had no solution.
    pub last: Option<GlobalTest>,
}

/// How well the answer fulfils what it claims.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checks {
    /// Largest residual of a balance as share of its throughput.
    pub closure: f64,
    /// Largest gradient of the Lagrangian, in standard deviations.
    pub stationarity: f64,
    /// Steps of the slowest part.
    pub steps: usize,
    /// Bounded programs of the slowest part.
    pub programs: usize,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Level of the tests.
    pub alpha: f64,
    /// Whether the substance was balanced.
    pub with_substance: bool,
    /// Whether errors were correlated.
    pub with_correlations: bool,
    /// Global test.
    pub global: GlobalTest,
    /// Streams, then stocks.
    pub items: Vec<Item>,
    /// Extra terms.
    pub extra_terms: Vec<ExtraTerm>,
    /// Streams and stocks whose mass nothing fixes.
    pub unobservable_mass: Vec<String>,
    /// The same of the substance's amount.
    pub unobservable_amount: Vec<String>,
    /// Variables held at a bound, `ID:layer`, in order of name.
    pub bounds_active: Vec<String>,
    /// Totals.
    pub groups: Vec<GroupTotals>,
    /// Leak tests.
    pub leaks: Vec<Leak>,
    /// Measurement tests.
    pub gross_errors: GrossErrors,
    /// Raw balances.
    pub raw: Vec<RawBalance>,
    /// Figures of the solve.
    pub checks: Checks,
}
