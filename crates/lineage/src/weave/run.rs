//! Runs: inputs become outputs. A run without the one or the other is joined to its node.

use tl_domain::time::Micros;

use super::share::{Output, share_out};
use super::{Version, Weaver, What};
use crate::row::{Holder, Kind, Row};

/// Lines of rows that stand for what a run takes from its node, or leaves there.
const JOINING_LINE: u32 = u32::MAX;

impl Weaver<'_> {
    /// A version for each run and the shares of its outputs.
    pub(super) fn runs(&mut self) {
        for run in self.desk.holders_that(|holder| matches!(holder, Holder::Run(_))) {
            let &Holder::Run(id) = self.holder(run) else { continue };
            let key = self.key_of(id);
            self.join_node(run, id);
            let entering = self.desk.entering[run].clone();
            let declared = entering.iter().find(|row| self.desk.rows[**row].kind == Kind::Run);
            let at = declared.map_or(0, |row| self.desk.rows[*row].until);
            let entering: Vec<usize> =
                entering.into_iter().filter(|row| self.desk.rows[*row].kind != Kind::Run).collect();
            let mass = |row: &usize| self.desk.rows[*row].amount.mass();
            let mass_in: f64 = entering.iter().filter_map(mass).sum();
            let leaving = self.desk.leaving[run].clone();
            let outputs: Vec<Output> = leaving
                .iter()
                .map(|row| Output { mass: mass(row), measured: self.desk.measured(*row) })
                .collect();
            let shared = share_out(&outputs, mass_in);
            for (row, (substance, mass)) in leaving.iter().zip(shared.fractions) {
                self.take(*row, key, substance, mass);
            }
            let version = Version {
                key,
                what: What::Run,
                id,
                at,
                parts: Vec::new(),
                lot: None,
                pinned: shared.pinned,
            };
            self.add(version, entering);
        }
    }

    /// A run of which no output is in the books feeds its node; one without inputs takes from it.
    fn join_node(&mut self, run: usize, id: u128) {
        let entering = &self.desk.entering[run];
        let declared = entering.iter().find(|row| self.desk.rows[**row].kind == Kind::Run);
        let Some(declared) = declared.copied() else { return };
        let node = self.desk.rows[declared].source;
        if !matches!(self.holder(node), Holder::Process(_)) {
            return;
        }
        let fed = entering.len() > 1;
        let made = !self.desk.leaving[run].is_empty();
        let span = (self.desk.rows[declared].since, self.desk.rows[declared].until);
        let (node, run_holder) = (self.holder(node).clone(), Holder::Run(id));
        match (fed, made) {
            (true, false) => self.join_rows(run, (run_holder, node), id, span),
            (false, true) => self.join_rows(run, (node, run_holder), id, span),
            _ => {}
        }
    }

    fn join_rows(
        &mut self,
        run: usize,
        (source, target): (Holder, Holder),
        id: u128,
        (since, until): (Micros, Micros),
    ) {
        let feeds = matches!(source, Holder::Run(_));
        let rows = if feeds { &self.desk.entering[run] } else { &self.desk.leaving[run] };
        let rows = rows.iter().filter(|row| self.desk.rows[**row].kind != Kind::Run);
        let masses = rows.clone().filter_map(|row| self.desk.rows[*row].amount.mass());
        let mass: f64 = masses.sum();
        // Outputs that were measured say what the run took out of its node.
        let measured: Option<f64> = rows.map(|row| self.desk.measured(*row)).sum();
        let amount = super::amount::Amount {
            dry: Some(mass),
            measured: measured.filter(|_| !feeds),
            ..Default::default()
        };
        let row = Row {
            owner: id,
            line: JOINING_LINE,
            kind: Kind::Carry,
            source,
            target,
            since,
            until,
            wet: None,
            dry: None,
            volume: None,
            moisture: None,
            material: None,
            stream: None,
        };
        self.desk.add(&row, amount);
        self.taken.push(Vec::new());
    }
}
