//! From solved variables to the answer.
//!
//! Invariant: values and standard deviations are read from one solution; where the balances do
//! not fix a value both are absent.

use crate::answer::{Answer, Checks, Class, Estimated, ExtraTerm, Item, Leak, Total};
use crate::flowsheet::{Content, Flowsheet, Measured, Options};
use crate::gross::{global, gross_errors};
use crate::model::{
    GRAMS, Kind, MassTerm, Names, Problem, Row, Subject, SubstanceTerm, build, item_id,
};
use crate::posterior::Scratch;
use crate::raw::raw;
use crate::refusal::Refusal;
use crate::solve::{Solution, Wish, solve};
use crate::totals::totals;

/// Reconciles a flow sheet.
///
/// # Errors
/// A `Refusal` with code and place: a name that does not exist, a value that cannot be, exact
/// values that contradict the balances, or an iteration that did not settle.
pub fn reconcile(sheet: &Flowsheet, options: &Options) -> Result<Answer, Refusal> {
    let names = Names::check(sheet, options)?;
    let problem = build(sheet, &names, options, &[])?;
    let wish = Wish { threads: options.threads, posterior: true };
    let solution = solve(sheet, &problem, wish)?;
    let mut report =
        Report { sheet, problem: &problem, solution: &solution, scratch: Scratch::default() };
    let items: Vec<Item> = (0..problem.mass.len()).map(|item| report.item(item)).collect();
    let extra_terms = report.extra_terms();
    let bounds_active = report.bounds_active();
    let leaks = report.leaks();
    let ids = |wanted: &dyn Fn(&Item) -> bool| -> Vec<String> {
        items.iter().filter(|item| wanted(item)).map(|item| item.id.clone()).collect()
    };
    Ok(Answer {
        alpha: options.alpha,
        with_substance: sheet.with_substance,
        with_correlations: !sheet.correlations.is_empty(),
        global: global(&solution, options.alpha),
        unobservable_mass: ids(&|item| item.mass.value.is_none()),
        unobservable_amount: ids(&|item| item.amount.is_some_and(|t| t.value.is_none())),
        items,
        extra_terms,
        bounds_active,
        groups: totals(sheet, &names, &problem, &solution)?,
        leaks,
        gross_errors: gross_errors(sheet, &names, options, &problem, &solution),
        raw: raw(sheet, &names, options)?,
        checks: checks(&solution),
    })
}

/// Only the estimates: weighted sum of squares and figures of the solve, without covariances.
///
/// # Errors
/// As `reconcile`.
pub fn estimate(sheet: &Flowsheet, options: &Options) -> Result<(f64, Checks), Refusal> {
    let names = Names::check(sheet, options)?;
    let problem = build(sheet, &names, options, &[])?;
    let wish = Wish { threads: options.threads, posterior: false };
    let solution = solve(sheet, &problem, wish)?;
    Ok((solution.chi_squared, checks(&solution)))
}

fn checks(solution: &Solution) -> Checks {
    Checks {
        closure: solution.closure,
        stationarity: solution.stationarity,
        steps: solution.steps,
        programs: solution.programs,
    }
}

struct Report<'a> {
    sheet: &'a Flowsheet,
    problem: &'a Problem,
    solution: &'a Solution,
    scratch: Scratch,
}

impl Report<'_> {
    fn item(&mut self, item: usize) -> Item {
        let (mass, content) = match self.sheet.streams.get(item) {
            Some(stream) => (stream.mass, stream.content),
            None => {
                let stock = &self.sheet.stocks[item - self.sheet.streams.len()];
                (stock.mass, stock.content)
            }
        };
        let mass = match self.problem.mass[item] {
            MassTerm::Fixed(value) => fixed(value),
            MassTerm::Variable(index) => Estimated { measured: mass, ..self.variable(index) },
        };
        let amount = self.amount(item);
        Item {
            id: item_id(self.sheet, item).to_owned(),
            is_stock: item >= self.sheet.streams.len(),
            mass,
            content: amount.map(|amount| self.content(item, content, amount)),
            amount,
        }
    }

    /// A variable by itself.
    fn variable(&mut self, index: usize) -> Estimated {
        let class = self.class(index);
        let hidden = matches!(class, Class::Unobservable | Class::IntervalUnobservable);
        let (z, z_power) = self.test(index);
        let sd = match class {
            Class::AtBound => Some(0.0),
            _ if hidden => None,
            _ => self.solution.variance(&[(index, 1.0)], &mut self.scratch).map(f64::sqrt),
        };
        let value = (!hidden).then(|| self.solution.x[index]);
        Estimated { measured: None, value, sd, class, z, z_power }
    }

    fn test(&self, index: usize) -> (Option<f64>, Option<f64>) {
        let Some((part, posterior, local)) = self.solution.posterior(index) else {
            return (None, None);
        };
        let z = posterior.test(&part.system, &part.bounded.estimate.x, local);
        (z, z.map(|_| posterior.power[local]))
    }

    fn class(&self, index: usize) -> Class {
        if self.solution.active(index) {
            return Class::AtBound;
        }
        let redundant =
            self.solution.posterior(index).is_some_and(|(_, post, local)| post.redundant[local]);
        let unobservable = self.solution.unobservable(index);
        match (self.problem.variables[index].kind, redundant, unobservable) {
            (Kind::Measured, true, _) => Class::Redundant,
            (Kind::Measured, false, _) => Class::Nonredundant,
            (Kind::Pseudo, true, _) => Class::PseudoRedundant,
            (Kind::Pseudo, false, _) => Class::Pseudo,
            (Kind::Interval, _, true) => Class::IntervalUnobservable,
            (Kind::Interval, _, false) => Class::Interval,
            (Kind::Free, _, true) => Class::Unobservable,
            (Kind::Free, _, false) => Class::Observable,
        }
    }

    fn amount(&mut self, item: usize) -> Option<Total> {
        let (value, gradient) = self.problem.amount_at(item, &self.solution.x)?;
        let sd = self.solution.variance(&gradient, &mut self.scratch).map(f64::sqrt);
        Some(Total { value: sd.map(|_| value), sd })
    }

    fn content(&mut self, item: usize, raw: Content, amount: Total) -> Estimated {
        let x = &self.solution.x;
        let mass = self.problem.mass_at(item, x);
        let mass_variable = match self.problem.mass[item] {
            MassTerm::Fixed(_) => None,
            MassTerm::Variable(index) => Some(index),
        };
        let ratio = |kilograms: f64| (mass > 0.0).then(|| GRAMS * kilograms / mass);
        let mut gradient = Vec::new();
        let over_mass = |kilograms: f64, gradient: &mut Vec<(usize, f64)>| {
            let by_mass = -GRAMS * kilograms / (mass * mass);
            gradient.extend(mass_variable.map(|index| (index, by_mass)));
        };
        let (own, value) = match self.problem.substance[item] {
            SubstanceTerm::Absent => (None, None),
            SubstanceTerm::FixedContent(content) => (None, Some(content)),
            SubstanceTerm::FixedAmount(kilograms) => {
                over_mass(kilograms, &mut gradient);
                (None, ratio(kilograms))
            }
            SubstanceTerm::Amount(index) => {
                gradient.push((index, GRAMS / mass));
                over_mass(x[index], &mut gradient);
                (Some(index), ratio(x[index]))
            }
            SubstanceTerm::Content(index) => {
                gradient.push((index, 1.0));
                (Some(index), Some(x[index]))
            }
        };
        let assayed = matches!(self.problem.substance[item], SubstanceTerm::Content(_));
        let sd = value
            .filter(|_| assayed || amount.value.is_some())
            .and_then(|_| self.solution.variance(&gradient, &mut self.scratch))
            .map(f64::sqrt);
        let (z, z_power) = own.map_or((None, None), |index| self.test(index));
        let measured = match raw {
            Content::Assayed(assay) => Some(assay),
            Content::Unknown | Content::Amount(_) | Content::Below(_) => None,
        };
        Estimated {
            measured,
            value: sd.and(value),
            sd,
            class: own.map_or(Class::Fixed, |index| self.class(index)),
            z,
            z_power,
        }
    }

    fn extra_terms(&mut self) -> Vec<ExtraTerm> {
        let mut out = Vec::new();
        for (index, variable) in self.problem.variables.iter().enumerate() {
            if let Subject::Unaccounted { node, period } = variable.subject {
                let value = self.variable(index);
                let node = self.sheet.nodes[node].id.clone();
                out.push(ExtraTerm { node, period, layer: variable.layer, value });
            }
        }
        out
    }

    fn bounds_active(&self) -> Vec<String> {
        let mut active: Vec<String> = (0..self.problem.variables.len())
            .filter(|index| self.solution.active(*index))
            .map(|index| self.problem.label(self.sheet, index))
            .collect();
        active.sort_unstable();
        active
    }

    fn leaks(&self) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for (row, what) in self.problem.rows.iter().enumerate() {
            if let Row::Balance { node, period, layer } = *what {
                let z = self.solution.row_place[row].and_then(|(part, local)| {
                    self.solution.parts[part].posterior.as_ref().and_then(|p| p.leak[local])
                });
                let node = self.sheet.nodes[node].id.clone();
                leaks.push(Leak { node, period, layer, z });
            }
        }
        leaks
    }
}

fn fixed(value: f64) -> Estimated {
    Estimated {
        measured: Some(Measured { value, sd: 0.0 }),
        value: Some(value),
        sd: Some(0.0),
        class: Class::Fixed,
        z: None,
        z_power: None,
    }
}
