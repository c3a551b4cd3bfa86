//! Computing a balance: all flows and stocks to the desk, then sums, coverage and causes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::boundary::Question;
use super::desk::{Desk, Line, TermKey};
use super::{
    Balance, Cause, Coverage, Quality, Records, Role, Rung, RungShare, Term, Totals, graph, stock,
};
use crate::quantity::{DryMass, Spread, SubstanceMass};

/// The balance that a question asks for.
#[must_use]
pub fn balance(records: &Records, question: &Question) -> Balance {
    let mut desk = Desk::new(records, question);
    for flow in &records.flows {
        desk.flow(flow);
    }
    let stocks = stock::stocks(&mut desk);
    desk.finish(&stocks)
}

impl Desk<'_> {
    fn finish(self, stocks: &stock::Stocks) -> Balance {
        let mut grams = Totals::<SubstanceMass>::default();
        let mut dry = Totals::<DryMass>::default();
        let mut spread = Spread::new();
        let mut range = (SubstanceMass::ZERO, SubstanceMass::ZERO);
        for (key, line) in &self.lines {
            grams.add(key.role, line.substance);
            match key.role.sign() {
                sign if sign > 0.0 => range = (range.0 + line.range.0, range.1 + line.range.1),
                sign if sign < 0.0 => range = (range.0 - line.range.1, range.1 - line.range.0),
                _ => {}
            }
            dry.add(key.role, line.dry);
            spread.add_scaled(&line.spread, key.role.sign());
        }
        grams.close();
        dry.close();
        let change = grams.closing - grams.opening;
        let found = grams.output + grams.discharge + change;
        let closure_percent = percent_of(found.0, grams.input.0);
        let coverage = self.coverage();
        let causes = self.causes(stocks, &coverage);
        let terms: Vec<Term> = self.lines.into_iter().map(|(key, line)| term(key, line)).collect();
        let graph = graph::graph(&terms, &self.question.scope);
        Balance {
            scope: self.question.scope.clone(),
            span: self.question.span,
            substance: self.question.substance.clone(),
            nodes: self.boundary.nodes().cloned().collect(),
            grams,
            dry,
            unaccounted_range: range,
            sigma_grams: spread.sigma(),
            closure_percent,
            coverage,
            stock_measured: stocks.measured(),
            error_sources: spread
                .shares()
                .into_iter()
                .take(ERROR_SOURCES_MAX)
                .map(|(key, share)| (key.to_owned(), share))
                .collect(),
            causes,
            graph,
            terms,
        }
    }

    fn coverage(&self) -> Coverage {
        let mut by_quality: BTreeMap<Quality, Decimal> = BTreeMap::new();
        let mut missing = 0;
        let boundary = self.lines.iter().filter(|(key, _)| key.role != Role::Internal);
        for (_, line) in boundary {
            missing += line.missing;
            for (quality, grams) in &line.by_quality {
                let sum: &mut Decimal = by_quality.entry(*quality).or_default();
                *sum = sum.saturating_add(grams.0.abs());
            }
        }
        let turnover = by_quality.values().fold(Decimal::ZERO, |sum, q| sum.saturating_add(*q));
        by_quality.retain(|_, grams| !grams.is_zero());
        let percent = by_quality
            .into_iter()
            .filter_map(|(quality, grams)| Some((quality, percent_of(grams, turnover)?)))
            .collect();
        Coverage { percent, missing }
    }

    fn causes(&self, stocks: &stock::Stocks, coverage: &Coverage) -> Vec<Cause> {
        let mut causes = Vec::new();
        let transit: Vec<_> =
            self.lines.iter().filter(|(key, _)| key.transit && key.role == Role::Closing).collect();
        if !transit.is_empty() {
            causes.push(Cause::InTransit {
                grams: transit.iter().map(|(_, line)| line.substance).sum(),
                entries: transit.iter().flat_map(|(_, line)| line.evidence.clone()).collect(),
            });
        }
        causes.extend(stocks.causes());
        for ((what, of), count) in &self.gaps {
            let (what, of, count) = (*what, of.clone(), *count);
            causes.push(Cause::MissingContent { what, of, count });
        }
        if let Some(percent) = coverage.percent.get(&Quality::Estimated) {
            causes.push(Cause::Estimates { percent: *percent });
        }
        if !self.unknown_ends.is_empty() {
            let entries = self.unknown_ends.iter().copied().collect();
            causes.push(Cause::UnknownEnds { entries });
        }
        causes
    }
}

/// Error sources that a balance names.
const ERROR_SOURCES_MAX: usize = 20;

/// A part in per cent of a whole; `None` of nothing.
fn percent_of(part: Decimal, whole: Decimal) -> Option<Decimal> {
    Some(part.checked_div(whole)?.saturating_mul(Decimal::ONE_HUNDRED))
}

fn term(key: TermKey, line: Line) -> Term {
    Term {
        role: key.role,
        stream: key.stream,
        material: key.material,
        from: key.from,
        to: key.to,
        partner: key.partner,
        returned: key.returned,
        transit: key.transit,
        count: line.count,
        dry: line.dry,
        volume: line.volume,
        substance: line.substance,
        range: line.range,
        sigma_grams: line.spread.sigma(),
        spread: line.spread,
        missing: line.missing,
        by_quality: line.by_quality,
        by_rung: line.by_rung.into_iter().map(rung_share).collect(),
        evidence: line.evidence.into_iter().collect(),
    }
}

fn rung_share((rung, (grams, spread)): (Rung, (SubstanceMass, Spread))) -> RungShare {
    let whole = grams.to_f64().abs();
    let sd_percent = if whole > 0.0 { spread.sigma() / whole * 100.0 } else { 0.0 };
    RungShare { rung, grams, sd_percent }
}

impl Role {
    /// Sign of a term in the unaccounted figure.
    fn sign(self) -> f64 {
        match self {
            Self::Opening | Self::Input => 1.0,
            Self::Output | Self::Discharge | Self::Closing => -1.0,
            Self::Internal => 0.0,
        }
    }
}

impl<T> Totals<T>
where
    T: Copy + std::ops::AddAssign + std::ops::Add<Output = T> + std::ops::Sub<Output = T>,
{
    fn add(&mut self, role: Role, amount: T) {
        match role {
            Role::Opening => self.opening += amount,
            Role::Input => self.input += amount,
            Role::Output => self.output += amount,
            Role::Discharge => self.discharge += amount,
            Role::Closing => self.closing += amount,
            Role::Internal => {}
        }
    }

    fn close(&mut self) {
        self.unaccounted = self.opening + self.input - self.output - self.discharge - self.closing;
    }
}
