//! From flow sheet to variables and equations.
//!
//! Invariant: a dropped measurement is treated exactly as if it had never been taken. Constants
//! go into the row's constant, with their size, so that a contradiction can be told from rounding.

use crate::flowsheet::{Censored, Content, Flowsheet, Layer, Measured, Options, Unaccounted};
use crate::model::{
    Bilinear, GRAMS, Kind, MassTerm, Names, Problem, RECTANGLE, Row, Subject, SubstanceTerm,
    Variable,
};
use crate::refusal::Refusal;

/// Measurements to ignore.
pub(crate) type Dropped = [(usize, Layer)];

/// Sign with which an item enters the balance of a unit in a period.
struct End {
    node: usize,
    period: u32,
    sign: f64,
}

/// Builds the problem; `names` come from the same flow sheet.
pub(crate) fn build(
    sheet: &Flowsheet,
    names: &Names<'_>,
    options: &Options,
    dropped: &Dropped,
) -> Result<Problem, Refusal> {
    let mut builder =
        Builder { sheet, options, problem: Problem::default(), row_of: [Vec::new(), Vec::new()] };
    builder.rows();
    let ends = ends(sheet, names)?;
    let related = related(sheet, names)?;
    for (item, ends) in ends.iter().enumerate() {
        let has = |layer| !dropped.contains(&(item, layer));
        builder.item(item, ends, &related, has);
    }
    builder.extra_terms();
    builder.relations(names)?;
    builder.correlations(names)?;
    Ok(builder.problem)
}

fn ends(sheet: &Flowsheet, names: &Names<'_>) -> Result<Vec<Vec<End>>, Refusal> {
    let mut all = Vec::with_capacity(sheet.streams.len() + sheet.stocks.len());
    for stream in &sheet.streams {
        let mut ends = Vec::with_capacity(2);
        for (id, sign) in [(&stream.to, 1.0), (&stream.from, -1.0)] {
            if let Some(id) = id {
                ends.push(End { node: names.node("stream", id)?, period: stream.period, sign });
            }
        }
        all.push(ends);
    }
    for stock in &sheet.stocks {
        let node = names.node("stock", &stock.node)?;
        let mut ends = Vec::with_capacity(2);
        if stock.time >= 1 {
            ends.push(End { node, period: stock.time, sign: -1.0 });
        }
        if stock.time < sheet.periods {
            ends.push(End { node, period: stock.time + 1, sign: 1.0 });
        }
        all.push(ends);
    }
    Ok(all)
}

/// Items whose amount stands in a relation, though perhaps in no balance.
fn related(sheet: &Flowsheet, names: &Names<'_>) -> Result<Vec<usize>, Refusal> {
    let mut items = Vec::new();
    for relation in sheet.relations.iter().filter(|r| r.layer == Layer::Substance) {
        for (id, _) in &relation.terms {
            items.push(names.item("relation", id)?);
        }
    }
    items.sort_unstable();
    items.dedup();
    Ok(items)
}

struct Builder<'a> {
    sheet: &'a Flowsheet,
    options: &'a Options,
    problem: Problem,
    /// Row of (node, period) per layer.
    row_of: [Vec<Option<usize>>; 2],
}

impl Builder<'_> {
    fn rows(&mut self) {
        let periods = self.sheet.periods as usize;
        for layer in &mut self.row_of {
            layer.resize(self.sheet.nodes.len() * periods, None);
        }
        for (node, unit) in self.sheet.nodes.iter().enumerate() {
            for period in 1..=self.sheet.periods {
                for layer in self.layers() {
                    if unit.balances(layer) {
                        let at = node * periods + period as usize - 1;
                        self.row_of[layer as usize][at] = Some(self.problem.rows.len());
                        self.add_row(Row::Balance { node, period, layer }, 0.0);
                    }
                }
            }
        }
    }

    fn layers(&self) -> impl Iterator<Item = Layer> + use<> {
        let with_substance = self.sheet.with_substance;
        [Layer::Mass, Layer::Substance]
            .into_iter()
            .filter(move |layer| with_substance || *layer == Layer::Mass)
    }

    fn add_row(&mut self, row: Row, constant: f64) -> usize {
        self.problem.rows.push(row);
        self.problem.linear.push(Vec::new());
        self.problem.constant.push(constant);
        self.problem.constant_size.push(constant.abs());
        self.problem.rows.len() - 1
    }

    fn row(&self, layer: Layer, node: usize, period: u32) -> Option<usize> {
        self.row_of[layer as usize][node * self.sheet.periods as usize + period as usize - 1]
    }

    fn variable(&mut self, subject: Subject, layer: Layer, kind: Kind, m: Measured) -> usize {
        let signed = matches!(subject, Subject::Unaccounted { .. });
        let lower = match self.options.nonnegative && !signed {
            true => 0.0,
            false => f64::NEG_INFINITY,
        };
        self.problem.variables.push(Variable {
            subject,
            layer,
            kind,
            measured: m.value,
            sd: m.sd,
            lower,
            upper: f64::INFINITY,
        });
        self.problem.variables.len() - 1
    }

    fn item(&mut self, item: usize, ends: &[End], related: &[usize], has: impl Fn(Layer) -> bool) {
        let streams = self.sheet.streams.len();
        let (mass, content) = match self.sheet.streams.get(item) {
            Some(stream) => (stream.mass, stream.content),
            None => {
                let stock = &self.sheet.stocks[item - streams];
                (stock.mass, stock.content)
            }
        };
        let mass = mass.filter(|_| has(Layer::Mass));
        let term = match mass {
            Some(exact) if exact.sd == 0.0 => MassTerm::Fixed(exact.value),
            Some(value) => {
                let subject = Subject::Item(item);
                MassTerm::Variable(self.variable(subject, Layer::Mass, Kind::Measured, value))
            }
            None => MassTerm::Variable(self.free(item, Layer::Mass)),
        };
        self.problem.mass.push(term);
        let balanced = ends.iter().any(|end| self.sheet.nodes[end.node].balances_substance);
        let wanted = balanced || related.binary_search(&item).is_ok();
        let term = match self.sheet.with_substance && wanted {
            true => {
                self.content(item, if has(Layer::Substance) { content } else { Content::Unknown })
            }
            false => SubstanceTerm::Absent,
        };
        self.problem.substance.push(term);
        for end in ends {
            for layer in self.layers() {
                if let Some(row) = self.row(layer, end.node, end.period) {
                    self.enter(row, item, layer, end.sign);
                }
            }
        }
    }

    fn free(&mut self, item: usize, layer: Layer) -> usize {
        let nothing = Measured { value: 0.0, sd: f64::INFINITY };
        self.variable(Subject::Item(item), layer, Kind::Free, nothing)
    }

    fn content(&mut self, item: usize, content: Content) -> SubstanceTerm {
        let subject = Subject::Item(item);
        let layer = Layer::Substance;
        match content {
            Content::Unknown => SubstanceTerm::Amount(self.free(item, layer)),
            Content::Assayed(exact) if exact.sd == 0.0 => SubstanceTerm::FixedContent(exact.value),
            Content::Assayed(value) => {
                SubstanceTerm::Content(self.variable(subject, layer, Kind::Measured, value))
            }
            Content::Amount(exact) if exact.sd == 0.0 => SubstanceTerm::FixedAmount(exact.value),
            Content::Amount(value) => {
                SubstanceTerm::Amount(self.variable(subject, layer, Kind::Measured, value))
            }
            Content::Below(limit) => match self.options.censored {
                Censored::Rectangle => {
                    let value = Measured { value: limit / 2.0, sd: limit / RECTANGLE };
                    SubstanceTerm::Content(self.variable(subject, layer, Kind::Pseudo, value))
                }
                Censored::Bound => {
                    let nothing = Measured { value: 0.0, sd: f64::INFINITY };
                    let index = self.variable(subject, layer, Kind::Interval, nothing);
                    self.problem.variables[index].lower = 0.0;
                    self.problem.variables[index].upper = limit;
                    SubstanceTerm::Content(index)
                }
            },
        }
    }

    fn enter(&mut self, row: usize, item: usize, layer: Layer, factor: f64) {
        let mass = self.problem.mass[item];
        if layer == Layer::Mass {
            match mass {
                MassTerm::Fixed(value) => self.constant(row, factor * value),
                MassTerm::Variable(index) => self.problem.linear[row].push((index, factor)),
            }
            return;
        }
        match (self.problem.substance[item], mass) {
            (SubstanceTerm::Absent, _) => {}
            (SubstanceTerm::FixedAmount(amount), _) => self.constant(row, factor * amount),
            (SubstanceTerm::Amount(index), _) => self.problem.linear[row].push((index, factor)),
            (SubstanceTerm::FixedContent(content), MassTerm::Fixed(mass)) => {
                self.constant(row, factor * mass * content / GRAMS);
            }
            (SubstanceTerm::FixedContent(content), MassTerm::Variable(index)) => {
                if content != 0.0 {
                    self.problem.linear[row].push((index, factor * content / GRAMS));
                }
            }
            (SubstanceTerm::Content(index), MassTerm::Fixed(mass)) => {
                if mass != 0.0 {
                    self.problem.linear[row].push((index, factor * mass / GRAMS));
                }
            }
            (SubstanceTerm::Content(second), MassTerm::Variable(first)) => {
                let coefficient = factor / GRAMS;
                self.problem.bilinear.push(Bilinear { row, first, second, coefficient });
            }
        }
    }

    fn constant(&mut self, row: usize, value: f64) {
        self.problem.constant[row] += value;
        self.problem.constant_size[row] += value.abs();
    }

    fn extra_terms(&mut self) {
        for node in 0..self.sheet.nodes.len() {
            for period in 1..=self.sheet.periods {
                for layer in self.layers() {
                    let (kind, sd) = match self.sheet.nodes[node].unaccounted(layer) {
                        Unaccounted::None => continue,
                        // Around zero with no deviation at all is no term.
                        Unaccounted::Weighted(0.0) => continue,
                        Unaccounted::Free => (Kind::Free, f64::INFINITY),
                        Unaccounted::Weighted(sd) => (Kind::Pseudo, sd),
                    };
                    if let Some(row) = self.row(layer, node, period) {
                        let subject = Subject::Unaccounted { node, period };
                        let value = Measured { value: 0.0, sd };
                        let index = self.variable(subject, layer, kind, value);
                        self.problem.linear[row].push((index, -1.0));
                    }
                }
            }
        }
    }

    fn relations(&mut self, names: &Names<'_>) -> Result<(), Refusal> {
        for (index, relation) in self.sheet.relations.iter().enumerate() {
            let row = self.add_row(Row::Relation(index), -relation.right_side);
            self.problem.relation_layers.push(relation.layer);
            for (id, coefficient) in &relation.terms {
                let item = names.item("relation", id)?;
                if *coefficient != 0.0 {
                    self.enter(row, item, relation.layer, *coefficient);
                }
            }
        }
        Ok(())
    }

    /// Correlations of what is still measured; with an exact or a missing value there is none.
    fn correlations(&mut self, names: &Names<'_>) -> Result<(), Refusal> {
        for pair in &self.sheet.correlations {
            let mut indices = [None, None];
            for (slot, id) in indices.iter_mut().zip([&pair.first, &pair.second]) {
                *slot = self.measured_variable(names.item("correlation", id)?, pair.layer);
            }
            if let [Some(first), Some(second)] = indices
                && pair.coefficient != 0.0
            {
                self.problem.correlations.push((first, second, pair.coefficient));
            }
        }
        Ok(())
    }

    fn measured_variable(&self, item: usize, layer: Layer) -> Option<usize> {
        let index = match layer {
            Layer::Mass => match self.problem.mass[item] {
                MassTerm::Variable(index) => index,
                MassTerm::Fixed(_) => return None,
            },
            Layer::Substance => match self.problem.substance[item] {
                SubstanceTerm::Amount(index) | SubstanceTerm::Content(index) => index,
                _ => return None,
            },
        };
        self.problem.variables[index].weighs().then_some(index)
    }
}
