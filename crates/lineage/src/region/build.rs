//! Building: versions of one party after another, in any order.

use std::collections::{HashMap, HashSet};

use tl_domain::ids::PartyId;
use tl_trace::batches::{BatchError, Key, KeyPart, Loader};
use tl_trace::graph::Amount;

use super::{About, Region};
use crate::weave::{Keyring, Taken, Version};

/// Takes the versions of parties and becomes a [`Region`].
#[derive(Debug)]
pub struct RegionBuilder {
    ring: Keyring,
    parties: Vec<PartyId>,
    loader: Loader,
    about: Vec<(Key, About)>,
    /// Parts from versions that are no party's own: lines that somebody else shipped.
    foreign: Vec<(Key, u32, KeyPart)>,
}

impl RegionBuilder {
    /// A builder with the seed of its keys.
    #[must_use]
    pub fn new(ring: Keyring) -> Self {
        Self {
            ring,
            parties: Vec::new(),
            loader: Loader::default(),
            about: Vec::new(),
            foreign: Vec::new(),
        }
    }

    /// Adds what the books of a party give.
    ///
    /// # Errors
    /// A fraction that is none; `Full`.
    pub fn add(&mut self, party: &PartyId, versions: Vec<Version>) -> Result<(), BatchError> {
        let number = u32::try_from(self.parties.len()).map_err(|_| BatchError::Full)?;
        self.parties.push(party.clone());
        let own: HashSet<Key> = versions.iter().map(|version| version.key).collect();
        for version in versions {
            if self.loader.has_row(version.key) {
                continue;
            }
            self.loader.batch(version.key, None)?;
            for part in &version.parts {
                if own.contains(&part.from) {
                    self.loader.edge(version.key, key_part(part))?;
                } else {
                    self.foreign.push((version.key, number, key_part(part)));
                }
            }
            self.about.push((version.key, About::of(number, &version)));
        }
        Ok(())
    }

    /// Links what was shipped with what was received and puts everything in order.
    ///
    /// # Errors
    /// Fractions beyond 1 are named; books that were woven have none.
    pub fn finish(self) -> Result<Region, BatchError> {
        let Self { ring, parties, mut loader, about, foreign } = self;
        let mut missing: HashMap<Key, HashSet<u32>> = HashMap::new();
        let mut received = HashSet::new();
        for (key, party, part) in foreign {
            if loader.has_row(part.from) {
                loader.edge(key, part)?;
                received.insert(key);
            } else {
                missing.entry(part.from).or_default().insert(party);
            }
        }
        let (mut batches, opened) = loader.finish_without(&received)?;
        let mut of_party = vec![Vec::new(); parties.len()];
        let mut ordered: Vec<Option<About>> = vec![None; about.len()];
        for (key, about) in about {
            let number = batches.number(key).expect("every row was loaded");
            of_party[about.party as usize]
                .push(u32::try_from(number).map_err(|_| BatchError::Full)?);
            ordered[number] = Some(about);
        }
        let about: Vec<About> =
            ordered.into_iter().map(|about| about.expect("a row for every number")).collect();
        for (number, about) in about.iter().enumerate() {
            if let (Some((substance, mass)), 0) = (about.brought(), batches.part_count(number)) {
                batches.replace_amount(batches.key(number), Amount { substance, mass })?;
            }
        }
        let numbers = parties.iter().cloned().zip(0..).collect();
        let opened = opened.into_iter().collect();
        let mut region = Region {
            ring,
            parties,
            numbers,
            batches,
            about,
            totals: Vec::new(),
            of_party,
            missing,
            opened,
            replaced: 0,
        };
        region.settle();
        Ok(region)
    }
}

pub(super) fn key_part(part: &Taken) -> KeyPart {
    KeyPart { from: part.from, substance: part.substance.min(1.0), mass: part.mass.min(1.0) }
}
