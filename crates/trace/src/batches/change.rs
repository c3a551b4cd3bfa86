//! Many corrections at once, and what a holder of this graph asks about single batches.
//!
//! Parts are given back before any are taken, and taken off before any are put on: what stands
//! afterwards is all that decides whether a fraction is beyond 1 or something is made from itself.

use super::{BatchError, Batches, Key, KeyPart};
use crate::graph::{Amount, NodeId, Part, Scratch};

/// A batch and what it is made from now.
type Change = (NodeId, Vec<Part<f64>>, Vec<Part<f64>>);

impl Batches {
    /// The dense number of a batch, from 0.
    pub fn number(&self, batch: Key) -> Option<usize> {
        self.keys.find(batch).map(|number| number as usize)
    }

    /// The batch of a number.
    pub fn key(&self, number: usize) -> Key {
        self.keys.key(number)
    }

    /// What a batch is made from.
    pub fn parts(&self, batch: Key) -> Result<Vec<KeyPart>, BatchError> {
        let node = self.node(batch)?;
        let part = |(from, substance, mass): (NodeId, &f64, &f64)| KeyPart {
            from: self.keys.key(from.index()),
            substance: *substance,
            mass: *mass,
        };
        Ok(self.graph.parts(node).map(part).collect())
    }

    /// How many others a batch is made from.
    pub fn part_count(&self, number: usize) -> usize {
        u32::try_from(number).map_or(0, |number| self.graph.parts(NodeId(number)).count())
    }

    /// What parts of a batch became; one that took twice is named twice.
    pub fn children(&self, batch: Key) -> Result<Vec<Key>, BatchError> {
        let node = self.node(batch)?;
        Ok(self.graph.children(node).map(|child| self.keys.key(child.index())).collect())
    }

    /// What a batch brought of its own, if it is an origin.
    pub fn brought(&self, batch: Key) -> Result<Option<Amount<f64>>, BatchError> {
        let origin = self.graph.origin_at(self.node(batch)?);
        Ok(origin.map(|origin| self.graph.amount(origin).clone()))
    }

    /// Settles the gaps of batches that were measured, and gives what each held; see
    /// [`crate::graph::Graph::settle`].
    pub fn settle(&mut self, pinned: &[f64]) -> Vec<[f64; 2]> {
        self.graph.settle(pinned)
    }

    /// Which lots are in fractions of batches: tells each by its number, with grams and tonnes,
    /// the latest first. One walk for both.
    pub fn backward_of(
        &self,
        starts: &[(Key, f64)],
        scratch: &mut Scratch<f64>,
        mut found: impl FnMut(u32, [f64; 2]),
    ) -> Result<(), BatchError> {
        let start = |(batch, share): &(Key, f64)| Ok((self.node(*batch)?, [*share; 2]));
        let starts: Vec<_> = starts.iter().map(start).collect::<Result<_, BatchError>>()?;
        let note = |origin, amounts| found(self.graph.node_of(origin).0, amounts);
        let walked = self.graph.backward_both(&starts, scratch, note);
        walked.expect("floats cost nothing of a budget");
        Ok(())
    }

    /// Where grams and tonnes that are in batches rest now: tells each batch that kept any by its
    /// number, the earliest first. One walk for both.
    pub fn forward_of(
        &self,
        starts: &[(Key, [f64; 2])],
        scratch: &mut Scratch<f64>,
        mut found: impl FnMut(u32, [f64; 2]),
    ) -> Result<(), BatchError> {
        let start = |(batch, amounts): &(Key, [f64; 2])| Ok((self.node(*batch)?, *amounts));
        let starts: Vec<_> = starts.iter().map(start).collect::<Result<_, BatchError>>()?;
        let walked = self.graph.forward_both(&starts, scratch, |node, amounts| {
            found(node.0, amounts);
        });
        walked.expect("floats cost nothing of a budget");
        Ok(())
    }

    /// Replaces what many batches are made from.
    ///
    /// # Errors
    /// As [`Batches::replace_parts`]; what was replaced before stands then, so the graph is to be
    /// made anew.
    pub fn replace_all(&mut self, changes: &[(Key, Vec<KeyPart>)]) -> Result<(), BatchError> {
        let mut planned: Vec<Change> = Vec::with_capacity(changes.len());
        for (batch, parts) in changes {
            let node = self.node(*batch)?;
            let parts = self.resolve(*batch, parts)?;
            let before = self.graph.parts(node);
            let before = before
                .map(|(from, substance, mass)| Part { from, substance: *substance, mass: *mass })
                .collect();
            planned.push((node, before, parts));
        }
        let same = |(_, before, after): &&Change| {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| before.from == after.from)
        };
        for (_, before, _) in &planned {
            self.put_back(before);
        }
        for (node, before, _) in planned.iter().filter(|change| !same(change)) {
            if !before.is_empty() {
                self.graph.replace_parts(*node, &[]).map_err(|error| self.told(error))?;
            }
        }
        for change in &planned {
            let (node, _, after) = change;
            if same(&change) {
                let fractions = after.iter().map(|part| [part.substance, part.mass]);
                self.graph.reweigh(*node, fractions);
            } else {
                self.graph.replace_parts(*node, after).map_err(|error| self.told(error))?;
            }
            self.take(after)?;
        }
        Ok(())
    }
}
