//! Batches: what was taken of each, and what each is made from.

use super::{Version, Weaver, What};
use crate::row::{Holder, Kind};

impl Weaver<'_> {
    /// Fractions of batches that rows took, and a version for each batch.
    pub(super) fn batches(&mut self) {
        for batch in self.desk.holders_that(|holder| matches!(holder, Holder::Batch(_))) {
            let &Holder::Batch(id) = self.holder(batch) else { continue };
            let key = self.key_of(id);
            self.take_of_batch(batch, key);
            let begun = self.desk.begun.get(&batch).copied();
            let mut entering = self.desk.made_by(batch);
            let only_made = !entering.is_empty()
                && entering.iter().all(|row| self.desk.rows[*row].kind == Kind::Output);
            if let (true, Some(begun)) = (entering.is_empty(), begun)
                && self.desk.rows[begun].kind == Kind::Produce
            {
                entering.push(begun);
            }
            let amount = begun.map(|row| self.desk.rows[row].amount).unwrap_or_default();
            // What a run made holds its share of what was measured in the run's outputs: the run
            // is pinned. Whatever else was measured is pinned itself.
            let pins = !only_made && !self.is_from_process(&entering);
            let first = begun.or_else(|| entering.first().copied());
            let first = first.or_else(|| self.desk.leaving[batch].first().copied());
            let version = Version {
                key,
                what: What::Batch,
                id,
                at: first.map(|row| self.desk.rows[row].until).unwrap_or_default(),
                parts: Vec::new(),
                lot: Some(amount.lot()),
                pinned: amount.measured.filter(|_| pins),
            };
            self.add(version, entering);
        }
    }

    fn is_from_process(&self, entering: &[usize]) -> bool {
        let process = |row: &usize| {
            let source = self.desk.rows[*row].source;
            matches!(self.holder(source), Holder::Process(_))
        };
        !entering.is_empty() && entering.iter().all(process)
    }

    /// Fractions by weighed mass. A batch that was closed is used up by what was taken; one that
    /// was overdrawn too, so that nothing is taken twice.
    fn take_of_batch(&mut self, batch: usize, key: tl_trace::batches::Key) {
        let leaving = self.desk.leaving[batch].clone();
        let (closing, rows): (Vec<usize>, Vec<usize>) =
            leaving.into_iter().partition(|row| self.desk.rows[*row].kind == Kind::Close);
        let weighed = |row: &usize| self.desk.rows[*row].amount.weighed();
        let there = self.desk.begun.get(&batch).and_then(weighed);
        let taken: f64 = rows.iter().filter_map(weighed).sum();
        let unknown = rows.iter().filter(|row| weighed(row).is_none()).count();
        let whole = match there {
            Some(there) if closing.is_empty() => there.max(taken),
            _ => taken,
        };
        // Rows without a mass share alike in what the others leave.
        let left = if unknown == 0 { 0.0 } else { (whole - taken).max(0.0) / unknown as f64 };
        let fraction = |row: &usize| match (weighed(row), whole > 0.0) {
            (Some(mass), true) => mass / whole,
            (None, true) => left / whole,
            (_, false) => 1.0 / rows.len() as f64,
        };
        let fractions: Vec<f64> = rows.iter().map(fraction).collect();
        for (row, fraction) in rows.into_iter().zip(fractions) {
            self.take(row, key, fraction, fraction);
        }
    }
}
