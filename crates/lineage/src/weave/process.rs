//! Processes of nodes: what came in over some days is shared out over what left in them.
//!
//! A slice is the shortest run of whole production days that no reported span crosses. A stock take
//! of the process closes its slice with what was found; without one, what came in leaves with the
//! outputs of its slice, or stays for the next slice where there were none.

use std::sync::Arc;

use tl_domain::time::{DAY_MICROS, Micros};

use super::amount::Amount;
use super::share::{Output, share_out};
use super::{Taken, Version, Weaver, What};
use crate::row::Holder;

/// Some days of a process.
struct Slice {
    from: Micros,
    to: Micros,
    entering: Vec<usize>,
    leaving: Vec<usize>,
    /// What a stock take at its end found.
    closing: Option<Amount>,
}

/// What a slice leaves to the next one.
#[derive(Default)]
struct Carried {
    part: Option<Taken>,
    mass: f64,
}

impl Weaver<'_> {
    /// Versions of all processes, and the shares of what left them.
    pub(super) fn processes(&mut self) {
        for process in self.desk.holders_that(|holder| matches!(holder, Holder::Process(_))) {
            let Holder::Process(node) = self.holder(process).clone() else { continue };
            let name = self.name(&node);
            let slices = self.slices(process, &node);
            let mut carried = Carried::default();
            let mut pool = Vec::new();
            for slice in slices {
                let (version, next) = self.slice(&name, slice, carried);
                pool.push(version);
                carried = next;
            }
            self.pools.push(pool);
        }
    }

    fn slice(&mut self, name: &Arc<str>, slice: Slice, carried: Carried) -> (usize, Carried) {
        let key = self.key_named(&label(name), u128::from(slice.from.cast_unsigned()), 0);
        let mass = |row: &usize| self.desk.rows[*row].amount.mass();
        let mass_in = carried.mass + slice.entering.iter().filter_map(mass).sum::<f64>();
        let mut outputs: Vec<Output> = slice
            .leaving
            .iter()
            .map(|row| Output { mass: mass(row), measured: self.desk.measured(*row) })
            .collect();
        let closing = slice.closing.map(|found| (found.mass().unwrap_or(0.0), found.measured));
        outputs.extend(closing.map(|(mass, measured)| Output { mass: Some(mass), measured }));
        let shared = share_out(&outputs, mass_in);
        for (row, (substance, mass)) in slice.leaving.iter().zip(&shared.fractions) {
            self.take(*row, key, *substance, *mass);
        }
        let stays = |substance, mass| Taken { from: key, substance, mass, order: (slice.to, 0, 0) };
        let next = match (closing, slice.leaving.is_empty()) {
            (Some((found, _)), _) => {
                let (substance, mass) = *shared.fractions.last().expect("the closing stock");
                Carried { part: Some(stays(substance, mass)), mass: found }
            }
            (None, true) => Carried { part: Some(stays(1.0, 1.0)), mass: mass_in },
            (None, false) => Carried::default(),
        };
        let version = Version {
            key,
            what: What::Process(Arc::clone(name)),
            id: 0,
            at: slice.to,
            parts: carried.part.into_iter().collect(),
            lot: Some(self.sum_lot(&slice.leaving)),
            pinned: shared.pinned,
        };
        (self.add(version, slice.entering), next)
    }

    /// What a process must have held where nothing is known to have come in.
    fn sum_lot(&self, leaving: &[usize]) -> super::Lot {
        let lots = leaving.iter().map(|row| self.desk.rows[*row].amount.lot());
        let none = super::Lot { grams: 0.0, tonnes: 0.0, valued: true };
        lots.fold(none, |sum, lot| super::Lot {
            grams: sum.grams + lot.grams,
            tonnes: sum.tonnes + lot.tonnes,
            valued: sum.valued && lot.valued,
        })
    }

    /// Rows of a process by slice, in order.
    fn slices(&self, process: usize, node: &str) -> Vec<Slice> {
        let offset = self.desk.day_offset(node);
        let floor = |at: Micros| (at - offset).div_euclid(DAY_MICROS) * DAY_MICROS + offset;
        let leaves = |row: &usize| {
            let row = &self.desk.rows[*row];
            // A batch that something else is known to be made from did not come out of here.
            !row.kind.begins() || self.desk.made_by(row.target).is_empty()
        };
        let entering = self.desk.entering[process].iter().map(|row| (*row, true));
        let leaving = self.desk.leaving[process].iter().filter(|row| leaves(row));
        let leaving = leaving.filter(|row| self.desk.rows[**row].kind != crate::row::Kind::Run);
        let mut spans: Vec<(Micros, Micros, usize, bool)> = entering
            .chain(leaving.map(|row| (*row, false)))
            .map(|(row, enters)| {
                let line = &self.desk.rows[row];
                let last = line.until.max(line.since + 1) - 1;
                (floor(line.since), floor(last) + DAY_MICROS, row, enters)
            })
            .collect();
        spans.sort_unstable();
        let mut slices: Vec<Slice> = Vec::new();
        for (from, to, row, enters) in spans {
            let new = slices.last().is_none_or(|slice| from >= slice.to);
            if new {
                let (entering, leaving) = (Vec::new(), Vec::new());
                slices.push(Slice { from, to, entering, leaving, closing: None });
            }
            let slice = slices.last_mut().expect("pushed above");
            slice.to = slice.to.max(to);
            if enters { &mut slice.entering } else { &mut slice.leaving }.push(row);
        }
        self.close(&mut slices, node);
        slices
    }

    /// Gives stock takes of the process to the slices that they close: the last of each counts.
    fn close(&self, slices: &mut [Slice], node: &str) {
        let mut takes: Vec<_> =
            self.desk.takes.iter().filter(|take| take.node.as_str() == node).collect();
        takes.sort_by_key(|take| (take.at, take.entry));
        for take in takes {
            let in_process =
                |line: &&tl_domain::event::StockLine| line.place.is_none() && line.batch.is_none();
            let lines: Vec<_> = take.lines.iter().filter(in_process).collect();
            let slice = slices.iter_mut().rev().find(|slice| slice.from < take.at);
            let (Some(slice), false) = (slice, lines.is_empty()) else { continue };
            let found = lines.iter().map(|line| self.desk.valuer.found(node, line, take.at));
            slice.closing = found.reduce(|sum, next| Amount {
                wet: None,
                dry: Some(sum.mass().unwrap_or(0.0) + next.mass().unwrap_or(0.0)),
                measured: sum.measured.zip(next.measured).map(|(a, b)| a + b),
                valued: sum.valued.zip(next.valued).map(|(a, b)| a + b),
            });
        }
    }
}

/// What tells versions of one process apart from those of others.
pub(super) fn label(node: &str) -> String {
    format!("process\n{node}")
}
