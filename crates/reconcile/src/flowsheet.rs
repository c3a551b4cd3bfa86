//! What is reconciled: units, streams, stocks, and what was measured on them.
//!
//! Invariant: masses are dry tonnes, contents g/t, amounts kg; whoever reads other units converts
//! before. Things refer to each other by name; `reconcile` checks the names and refuses by name.

/// Which of the two balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Total dry mass [t].
    Mass,
    /// The substance [kg].
    Substance,
}

impl Layer {
    /// Short name as in case files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Layer::Mass => "mass",
            Layer::Substance => "tl",
        }
    }
}

/// A measured value with its standard deviation; 0 means exact, never adjusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The value as it was measured.
    pub value: f64,
    /// Its standard deviation, in the same unit.
    pub sd: f64,
}

/// What is known of the substance in a stream or stock.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Content {
    /// No assay.
    #[default]
    Unknown,
    /// An assay [g/t].
    Assayed(Measured),
    /// The amount itself was measured [kg].
    Amount(Measured),
    /// Below this limit of detection [g/t].
    Below(f64),
}

/// Extra term of a unit's balance, positive for a loss.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Unaccounted {
    /// The balance closes exactly.
    #[default]
    None,
    /// Any amount: the balance no longer constrains.
    Free,
    /// Around zero with this standard deviation.
    Weighted(f64),
}

/// A unit of the flow sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name.
    pub id: String,
    /// Total mass closes here; off for units that take in air or give off gas.
    pub balances_mass: bool,
    /// The substance closes here.
    pub balances_substance: bool,
    /// Extra term of the mass balance [t].
    pub unaccounted_mass: Unaccounted,
    /// Extra term of the substance balance [kg].
    pub unaccounted_substance: Unaccounted,
}

impl Node {
    /// A unit that balances both layers and has no extra term.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Node {
            id: id.into(),
            balances_mass: true,
            balances_substance: true,
            unaccounted_mass: Unaccounted::None,
            unaccounted_substance: Unaccounted::None,
        }
    }

    pub(crate) fn balances(&self, layer: Layer) -> bool {
        match layer {
            Layer::Mass => self.balances_mass,
            Layer::Substance => self.balances_substance,
        }
    }

    pub(crate) fn unaccounted(&self, layer: Layer) -> Unaccounted {
        match layer {
            Layer::Mass => self.unaccounted_mass,
            Layer::Substance => self.unaccounted_substance,
        }
    }
}

/// A flow between two units, or across the boundary, in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Name.
    pub id: String,
    /// Unit it leaves; none: it comes from outside.
    pub from: Option<String>,
    /// Unit it enters; none: it goes outside.
    pub to: Option<String>,
    /// Period, 1 to the flow sheet's number.
    pub period: u32,
    /// Mass [t]; none: not measured.
    pub mass: Option<Measured>,
    /// The substance in it.
    pub content: Content,
}

/// What lies at a unit at a point of time; closing stock of period `time`, opening of the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Stock {
    /// Name.
    pub id: String,
    /// Unit it lies at.
    pub node: String,
    /// 0 is the opening of period 1.
    pub time: u32,
    /// Mass [t]; none: not measured.
    pub mass: Option<Measured>,
    /// The substance in it.
    pub content: Content,
}

/// Units whose boundary totals are wanted: a plant, a city.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Name.
    pub id: String,
    /// Its units.
    pub nodes: Vec<String>,
    /// Periods to add up, in order; empty: all.
    pub periods: Vec<u32>,
}

/// Σ coefficient · quantity = right side, over masses [t] or amounts of the substance [kg].
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Which quantity.
    pub layer: Layer,
    /// Stream or stock, and its coefficient.
    pub terms: Vec<(String, f64)>,
    /// Right side.
    pub right_side: f64,
}

/// Correlation of the errors of two measurements of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// Masses, or assays.
    pub layer: Layer,
    /// One stream or stock.
    pub first: String,
    /// The other.
    pub second: String,
    /// Coefficient, above −1 and below 1.
    pub coefficient: f64,
}

/// Everything that is reconciled in one go.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Flowsheet {
    /// Whether the substance is balanced beside the mass.
    pub with_substance: bool,
    /// Number of periods.
    pub periods: u32,
    /// Units.
    pub nodes: Vec<Node>,
    /// Flows.
    pub streams: Vec<Stream>,
    /// Stocks.
    pub stocks: Vec<Stock>,
    /// Sums that are wanted.
    pub groups: Vec<Group>,
    /// Further equations.
    pub relations: Vec<Relation>,
    /// Shared errors.
    pub correlations: Vec<Correlation>,
}

/// What stands for a content below its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Censored {
    /// Half the limit with the standard deviation of a rectangle; never flagged.
    #[default]
    Rectangle,
    /// Anything from 0 to the limit, without weight.
    Bound,
}

/// How to reconcile.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Level of every test.
    pub alpha: f64,
    /// Contents below the limit of detection.
    pub censored: Censored,
    /// Masses, contents and amounts are not negative.
    pub nonnegative: bool,
    /// Remove the worst measurement and solve again, until none is above the limit.
    pub serial_elimination: bool,
    /// Threads over unconnected parts; the answer does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            alpha: 0.05,
            censored: Censored::Rectangle,
            nonnegative: true,
            serial_elimination: true,
            threads: 2,
        }
    }
}
