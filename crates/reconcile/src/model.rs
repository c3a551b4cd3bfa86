//! A flow sheet as variables and equations.
//!
//! Invariant: variables and rows stand in the order of the flow sheet (streams, stocks, extra
//! terms; units by period, then relations), so ties are broken the same way in every run. Exact
//! values are constants, never variables. Every assayed stock or stream has a content as variable,
//! every other one an amount, which keeps those terms linear.

mod build;
mod check;

use crate::flowsheet::{Censored, Flowsheet, Layer};
pub(crate) use build::build;
pub(crate) use check::Names;

/// Half-width of a rectangle over its standard deviation is √3; a limit is the whole width.
pub(crate) const RECTANGLE: f64 = 3.464_101_615_137_754_6;
/// Grams of substance per kilogram: contents are g/t, amounts kg.
pub(crate) const GRAMS: f64 = 1000.0;

/// What a variable rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Measured,
    Free,
    /// A weight that is no measurement: a censored content, a weighted extra term.
    Pseudo,
    /// A content between zero and its limit.
    Interval,
}

/// What a variable describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Item(usize),
    Unaccounted { node: usize, period: u32 },
}

#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) subject: Subject,
    pub(crate) layer: Layer,
    pub(crate) kind: Kind,
    /// Measured value; 0 where there is none.
    pub(crate) measured: f64,
    /// Infinite where nothing was measured.
    pub(crate) sd: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Variable {
    pub(crate) fn weighs(&self) -> bool {
        self.sd.is_finite()
    }
}

/// Mass of a stream or stock [t].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MassTerm {
    Fixed(f64),
    Variable(usize),
}

/// Substance of a stream or stock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SubstanceTerm {
    /// No unit at either end balances it.
    Absent,
    /// Amount [kg], exact.
    FixedAmount(f64),
    /// Content [g/t], exact.
    FixedContent(f64),
    /// The variable is the amount [kg].
    Amount(usize),
    /// The variable is the content [g/t].
    Content(usize),
}

/// What a row of the system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Balance { node: usize, period: u32, layer: Layer },
    Relation(usize),
}

/// coefficient · x[first] · x[second] in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bilinear {
    pub(crate) row: usize,
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) coefficient: f64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Problem {
    pub(crate) variables: Vec<Variable>,
    pub(crate) rows: Vec<Row>,
    /// Linear part, (variable, coefficient) per row.
    pub(crate) linear: Vec<Vec<(usize, f64)>>,
    pub(crate) constant: Vec<f64>,
    /// Sum of the sizes of what went into the constant.
    pub(crate) constant_size: Vec<f64>,
    pub(crate) bilinear: Vec<Bilinear>,
    /// Streams, then stocks.
    pub(crate) mass: Vec<MassTerm>,
    pub(crate) substance: Vec<SubstanceTerm>,
    /// Layer of each relation.
    pub(crate) relation_layers: Vec<Layer>,
    /// Correlated variables.
    pub(crate) correlations: Vec<(usize, usize, f64)>,
}

impl Problem {
    /// Whether a row is about masses alone.
    pub(crate) fn is_mass_row(&self, row: usize) -> bool {
        match self.rows[row] {
            Row::Balance { layer, .. } => layer == Layer::Mass,
            Row::Relation(index) => self.relation_layers[index] == Layer::Mass,
        }
    }

    /// Mass [t] at x.
    pub(crate) fn mass_at(&self, item: usize, x: &[f64]) -> f64 {
        match self.mass[item] {
            MassTerm::Fixed(value) => value,
            MassTerm::Variable(index) => x[index],
        }
    }

    /// Amount of the substance [kg] with its gradient at x; none where nobody balances it.
    pub(crate) fn amount_at(&self, item: usize, x: &[f64]) -> Option<(f64, Vec<(usize, f64)>)> {
        let mass = self.mass_at(item, x);
        let mass_variable = match self.mass[item] {
            MassTerm::Fixed(_) => None,
            MassTerm::Variable(index) => Some(index),
        };
        Some(match self.substance[item] {
            SubstanceTerm::Absent => return None,
            SubstanceTerm::FixedAmount(amount) => (amount, Vec::new()),
            SubstanceTerm::Amount(index) => (x[index], vec![(index, 1.0)]),
            SubstanceTerm::FixedContent(content) => (
                mass * content / GRAMS,
                mass_variable.map(|index| (index, content / GRAMS)).into_iter().collect(),
            ),
            SubstanceTerm::Content(index) => {
                let mut gradient = vec![(index, mass / GRAMS)];
                gradient.extend(mass_variable.map(|other| (other, x[index] / GRAMS)));
                (mass * x[index] / GRAMS, gradient)
            }
        })
    }

    /// Name of a variable as tests and lists show it.
    pub(crate) fn label(&self, sheet: &Flowsheet, index: usize) -> String {
        let variable = &self.variables[index];
        match variable.subject {
            Subject::Item(item) => format!("{}:{}", item_id(sheet, item), variable.layer.name()),
            Subject::Unaccounted { node, period } => {
                let id = &sheet.nodes[node].id;
                format!("{id}@{period}:unaccounted_{}", variable.layer.name())
            }
        }
    }
}

/// Name of a stream or stock.
pub(crate) fn item_id(sheet: &Flowsheet, item: usize) -> &str {
    match sheet.streams.get(item) {
        Some(stream) => &stream.id,
        None => &sheet.stocks[item - sheet.streams.len()].id,
    }
}

/// Content with its standard deviation as it enters the raw balance and the objective; none for a
/// bound without weight.
pub(crate) fn censored_content(limit: f64, policy: Censored) -> Option<(f64, f64)> {
    match policy {
        Censored::Rectangle => Some((limit / 2.0, limit / RECTANGLE)),
        Censored::Bound => None,
    }
}
