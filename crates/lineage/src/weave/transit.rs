//! Lines under way, and what entries alone brought in or led out.

use std::sync::Arc;

use super::{Parting, Version, Weaver, What};
use crate::row::Holder;

impl Weaver<'_> {
    /// A version for each line that this party shipped; fractions of lines that it received.
    ///
    /// What a receiver refused counts towards the line and rests there.
    pub(super) fn transits(&mut self) {
        for transit in self.desk.holders_that(|holder| matches!(holder, Holder::Transit { .. })) {
            let holder = self.holder(transit).clone();
            let key = self.ring.of_transit(&holder);
            let Holder::Transit { from, to, code, line } = holder else { continue };
            let rows = self.desk.leaving[transit].clone();
            let mass = |row: &usize| self.desk.rows[*row].amount.weighed().unwrap_or(0.0);
            let whole: f64 = rows.iter().map(mass).sum();
            let shares: Vec<(usize, f64)> = rows
                .iter()
                .map(|row| (*row, if whole > 0.0 { mass(row) / whole } else { 0.0 }))
                .collect();
            for (row, share) in shares {
                let refused = matches!(self.holder(self.desk.rows[row].target), Holder::Outside);
                if !refused {
                    self.take(row, key, share, share);
                }
            }
            let entering = self.desk.entering[transit].clone();
            if from == self.desk.party.as_str() && !entering.is_empty() {
                let at = entering.iter().map(|row| self.desk.rows[*row].until).max();
                let owner = self.desk.rows[entering[0]].owner;
                let version = Version {
                    key,
                    what: What::Transit(Arc::new(Parting { from, to, code, line })),
                    id: owner,
                    at: at.unwrap_or_default(),
                    parts: Vec::new(),
                    lot: None,
                    pinned: None,
                };
                self.add(version, entering);
            }
        }
    }

    /// An origin for each row that comes from beyond the fence, and an end for each that goes
    /// there: streams over the fence, disposals.
    pub(super) fn outside(&mut self) {
        for row in 0..self.desk.rows.len() {
            let line = &self.desk.rows[row];
            let (owner, number, at) = (line.owner, line.line, line.until);
            let from_batch = line.kind != crate::row::Kind::Carry;
            let source_is = matches!(self.holder(line.source), Holder::Outside);
            let unknown = self.is_unknown_line(line.source);
            let target = self.holder(line.target);
            let ends = matches!(target, Holder::Outside | Holder::Loss);
            let refused = ends && matches!(self.holder(line.source), Holder::Transit { .. });
            if from_batch || refused {
                continue;
            }
            if source_is || unknown && !matches!(target, Holder::Batch(_)) {
                let lot = Some(line.amount.lot());
                let key = self.flow_key(owner, number);
                let mut version = self.flow(owner, number, at);
                version.lot = lot;
                // A line of a handover that its shipper booked takes the place of the lot.
                version.parts = std::mem::take(&mut self.taken[row]);
                version.pinned = self.desk.rows[row].amount.measured.filter(|_| unknown);
                self.add(version, Vec::new());
                self.take(row, key, 1.0, 1.0);
            }
            if ends {
                let mut version = self.flow(owner, number, at);
                version.key = self.key_named("left", owner, number);
                self.add(version, vec![row]);
            }
        }
    }

    /// Whether a holder is a line whose shipment is not in these books: somebody else's, as a rule.
    fn is_unknown_line(&self, holder: usize) -> bool {
        let shipped = !self.desk.entering[holder].is_empty();
        matches!(self.holder(holder), Holder::Transit { .. }) && !shipped
    }

    fn flow(&self, owner: u128, line: u32, at: i64) -> Version {
        Version {
            key: self.flow_key(owner, line),
            what: What::Flow,
            id: owner,
            at,
            parts: Vec::new(),
            lot: None,
            pinned: None,
        }
    }

    /// An entry with one line is named by its id.
    fn flow_key(&self, owner: u128, line: u32) -> tl_trace::batches::Key {
        self.key_named("flow", owner, line)
    }
}
