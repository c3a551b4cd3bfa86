//! Keeping up: the books of one party have changed.
//!
//! Its versions are woven anew and compared; only those that differ are touched. What lies
//! downstream, in whosever books, follows by itself: questions walk the graph, and gaps are settled
//! anew. A line that appears or vanishes concerns the party at its other end too.

use std::collections::HashSet;

use tl_domain::ids::PartyId;
use tl_trace::batches::{BatchError, Key, KeyPart};
use tl_trace::graph::Amount;

use super::build::key_part;
use super::{About, Region};
use crate::weave::{Version, What};

/// A refresh that cannot be done in place: the region is to be built anew.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the graph is to be built anew: {0}")]
pub struct RefreshError(#[from] BatchError);

impl Region {
    /// Puts what a party's books give now in place of what they gave. Gives the parties whose
    /// books must be woven again because a line to them appeared or went.
    ///
    /// # Errors
    /// `RefreshError` where two parties' books would make something from itself: build anew.
    pub fn refresh(
        &mut self,
        party: &PartyId,
        versions: &[Version],
    ) -> Result<Vec<PartyId>, RefreshError> {
        let own = self.party_number(party);
        let mut concerned = HashSet::new();
        let before: HashSet<u32> = self.of_party[own as usize].iter().copied().collect();
        let mut after = Vec::with_capacity(versions.len());
        for version in versions {
            let (number, is_new) = self.admit(own, version)?;
            after.push(number);
            if is_new && matches!(version.what, What::Transit(_)) {
                concerned.extend(self.missing.remove(&version.key).unwrap_or_default());
            }
        }
        for parties in self.missing.values_mut() {
            parties.remove(&own);
        }
        self.missing.retain(|_, parties| !parties.is_empty());
        let mut changes: Vec<(Key, Vec<KeyPart>)> = Vec::new();
        for version in versions {
            let wanted = self.wanted(own, version);
            if self.batches.parts(version.key)? != wanted {
                changes.push((version.key, wanted));
            }
        }
        let there: HashSet<u32> = after.iter().copied().collect();
        let gone: Vec<u32> = before.difference(&there).copied().collect();
        for number in &gone {
            let key = self.batches.key(*number as usize);
            concerned.extend(self.receivers(key)?);
            self.about[*number as usize].is_gone = true;
            changes.push((key, Vec::new()));
        }
        // Whoever received a line that is gone hangs on it until woven again: it holds nothing.
        self.replaced += changes.iter().map(|(_, parts)| parts.len() + 1).sum::<usize>();
        self.batches.replace_all(&changes)?;
        for number in after.iter().chain(&gone) {
            self.bring(*number as usize)?;
        }
        self.of_party[own as usize] = after;
        self.settle();
        concerned.remove(&own);
        let mut concerned: Vec<PartyId> =
            concerned.into_iter().map(|party| self.parties[party as usize].clone()).collect();
        concerned.sort_unstable();
        Ok(concerned)
    }

    fn party_number(&mut self, party: &PartyId) -> u32 {
        if let Some(number) = self.numbers.get(party) {
            return *number;
        }
        let number = u32::try_from(self.parties.len()).expect("fewer parties than versions");
        self.parties.push(party.clone());
        self.of_party.push(Vec::new());
        self.numbers.insert(party.clone(), number);
        number
    }

    /// The number of a version, made when it is new; its facts are those of the books now.
    fn admit(&mut self, own: u32, version: &Version) -> Result<(u32, bool), RefreshError> {
        let about = About::of(own, version);
        let full = || RefreshError(BatchError::Full);
        match self.batches.number(version.key) {
            Some(number) => {
                let was_gone = self.about[number].is_gone;
                self.about[number] = about;
                Ok((u32::try_from(number).map_err(|_| full())?, was_gone))
            }
            None => {
                self.batches.append(version.key, None, &[])?;
                self.about.push(about);
                Ok((u32::try_from(self.about.len() - 1).map_err(|_| full())?, true))
            }
        }
    }

    /// Parts that are in the graph; lines that are not are remembered.
    fn wanted(&mut self, own: u32, version: &Version) -> Vec<KeyPart> {
        if self.opened.contains(&version.key) {
            return Vec::new();
        }
        let mut wanted = Vec::with_capacity(version.parts.len());
        for part in &version.parts {
            if self.number(part.from).is_some() {
                wanted.push(key_part(part));
            } else {
                self.missing.entry(part.from).or_default().insert(own);
            }
        }
        wanted
    }

    fn receivers(&self, line: Key) -> Result<Vec<u32>, RefreshError> {
        let children = self.batches.children(line)?;
        let numbers = children.into_iter().filter_map(|child| self.batches.number(child));
        Ok(numbers.map(|number| self.about[number].party).collect())
    }

    /// Sets what a version brings of its own.
    fn bring(&mut self, number: usize) -> Result<(), RefreshError> {
        let key = self.batches.key(number);
        let bare = self.batches.part_count(number) == 0;
        let brought = self.about[number].brought().filter(|_| bare);
        let known = self.batches.brought(key)?;
        let pinned = self.about[number].is_pinned && !self.about[number].is_gone && !bare;
        let (substance, mass) = match (brought, &known) {
            (Some(brought), _) => brought,
            // What it lacks is settled after all.
            (None, Some(_)) if !pinned => (0.0, 0.0),
            _ => return Ok(()),
        };
        let amount = Amount { substance, mass };
        if known.as_ref() != Some(&amount) {
            self.batches.replace_amount(key, amount)?;
        }
        Ok(())
    }
}
