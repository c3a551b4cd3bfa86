//! No version may be made from itself: a return enters a later version.
//!
//! Material that comes back to a process within the days of one slice would make it its own
//! ancestor. The fraction then enters the next slice instead: where versions stand in a ring, the
//! earliest process among them gives up what comes to it from the ring. A ring without a process
//! (a batch made, by way of others, from itself: a mistake in the books) loses its latest part,
//! which rests where it was. Fractions are moved or left, never changed, so nothing is lost.

use std::collections::HashMap;

use tl_domain::ids::PartyId;
use tl_trace::batches::Key;

use super::{Keyring, Pools, Version, What, merge};

/// Number of the next slice and where the slice stands in its process.
type Place = (usize, usize);

/// Moves or leaves parts until nothing is made from itself.
pub(super) fn break_cycles(
    versions: &mut Vec<Version>,
    mut pools: Pools,
    ring: &Keyring,
    party: &PartyId,
) {
    let mut place: HashMap<usize, Place> = HashMap::new();
    for (pool, slices) in pools.iter().enumerate() {
        place.extend(slices.iter().enumerate().map(|(at, version)| (*version, (pool, at))));
    }
    loop {
        let rings = rings(versions);
        if rings.is_empty() {
            return;
        }
        for of in rings {
            let inside: Vec<Key> = of.iter().map(|version| versions[*version].key).collect();
            let slices = of.iter().filter(|version| place.contains_key(version));
            let earliest =
                slices.min_by_key(|version| (versions[**version].at, versions[**version].key));
            match earliest.copied() {
                Some(slice) => {
                    let (pool, at) = place[&slice];
                    let next = match pools[pool].get(at + 1) {
                        Some(next) => *next,
                        None => {
                            let version = after(&versions[slice], ring, party);
                            versions.push(version);
                            pools[pool].push(versions.len() - 1);
                            place.insert(versions.len() - 1, (pool, at + 1));
                            versions.len() - 1
                        }
                    };
                    defer(versions, slice, next, &inside);
                }
                None => leave_latest(versions, &of, &inside),
            }
        }
    }
}

/// An empty version that follows the last slice of a process.
fn after(slice: &Version, ring: &Keyring, party: &PartyId) -> Version {
    let key = u128::from_be_bytes(slice.key.bytes());
    let key = ring.hashed(party.as_str(), &format!("after\n{key:032x}"));
    Version {
        key: Key::from(key.to_be_bytes()),
        what: slice.what.clone(),
        id: slice.id,
        // Later than the slice: the earliest of a ring is never this one.
        at: slice.at + 1,
        parts: Vec::new(),
        lot: None,
        pinned: None,
    }
}

fn defer(versions: &mut [Version], slice: usize, next: usize, inside: &[Key]) {
    let process = versions[slice].what.clone();
    let parts = std::mem::take(&mut versions[slice].parts);
    let opening: Vec<Key> = versions
        .iter()
        .filter(|version| version.what == process && matches!(process, What::Process(_)))
        .map(|version| version.key)
        .collect();
    let (back, kept): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|part| inside.contains(&part.from) && !opening.contains(&part.from));
    versions[slice].parts = kept;
    versions[next].parts.extend(back);
    merge(&mut versions[next].parts);
}

fn leave_latest(versions: &mut [Version], of: &[usize], inside: &[Key]) {
    let parts = of.iter().flat_map(|version| {
        let parts = versions[*version].parts.iter().enumerate();
        parts
            .filter(|(_, part)| inside.contains(&part.from))
            .map(|(at, part)| (part.order, *version, at))
    });
    if let Some((_, version, at)) = parts.max() {
        versions[version].parts.remove(at);
    }
}

/// Groups of versions that are made from each other (Tarjan 1972, without recursion).
fn rings(versions: &[Version]) -> Vec<Vec<usize>> {
    let number: HashMap<Key, usize> =
        versions.iter().enumerate().map(|(at, version)| (version.key, at)).collect();
    let parents: Vec<Vec<usize>> = versions
        .iter()
        .map(|version| {
            version.parts.iter().filter_map(|part| number.get(&part.from).copied()).collect()
        })
        .collect();
    let mut search = Search {
        index: vec![usize::MAX; versions.len()],
        low: vec![0; versions.len()],
        on_stack: vec![false; versions.len()],
        stack: Vec::new(),
        next: 0,
    };
    let mut found = Vec::new();
    for root in 0..versions.len() {
        if search.index[root] == usize::MAX {
            search.walk(root, &parents, &mut found);
        }
    }
    found
}

struct Search {
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
}

impl Search {
    fn enter(&mut self, node: usize) {
        (self.index[node], self.low[node]) = (self.next, self.next);
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn walk(&mut self, root: usize, parents: &[Vec<usize>], found: &mut Vec<Vec<usize>>) {
        let mut open = vec![(root, 0)];
        self.enter(root);
        while let Some((node, at)) = open.pop() {
            if let Some(&parent) = parents[node].get(at) {
                open.push((node, at + 1));
                if self.index[parent] == usize::MAX {
                    self.enter(parent);
                    open.push((parent, 0));
                } else if self.on_stack[parent] {
                    self.low[node] = self.low[node].min(self.index[parent]);
                }
                continue;
            }
            if let Some(&(below, _)) = open.last() {
                self.low[below] = self.low[below].min(self.low[node]);
            }
            if self.low[node] == self.index[node] {
                let from = self.stack.iter().rposition(|on| *on == node).unwrap_or(0);
                let group = self.stack.split_off(from);
                group.iter().for_each(|node| self.on_stack[*node] = false);
                if group.len() > 1 || parents[node].contains(&node) {
                    found.push(group);
                }
            }
        }
    }
}
