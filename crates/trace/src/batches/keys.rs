//! Dense numbers for 16-byte ids, at 24 bytes a batch.
//!
//! An open-addressing table holds numbers only; the ids lie once, in the order of the numbers. The
//! hash is keyed by the standard library, so that ids made up by others can't be chosen to meet.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use crate::graph::room;

/// A batch's id: the 16 bytes of a UUID, or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u128);

impl From<[u8; 16]> for Key {
    fn from(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl From<u64> for Key {
    fn from(number: u64) -> Self {
        Self(u128::from(number))
    }
}

impl Key {
    /// The 16 bytes.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::try_from(self.0) {
            Ok(number) => write!(out, "{number}"),
            Err(_) => {
                let hex = format!("{:032x}", self.0);
                let [a, b, c, d] = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20]];
                write!(out, "{a}-{b}-{c}-{d}-{}", &hex[20..])
            }
        }
    }
}

/// Ids by number and numbers by id.
#[derive(Clone, Debug)]
pub struct Keys {
    keys: Vec<Key>,
    /// Numbers, or `FREE`; a power of two of them, at most half in use.
    slots: Vec<u32>,
    hasher: RandomState,
}

const FREE: u32 = u32::MAX;
const SLOTS_MIN: usize = 16;

impl Default for Keys {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Keys {
    /// Room for so many.
    pub fn with_capacity(count: usize) -> Self {
        let slots = (2 * count).next_power_of_two().max(SLOTS_MIN);
        Self {
            keys: Vec::with_capacity(count),
            slots: vec![FREE; slots],
            hasher: RandomState::new(),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<Key>() + self.slots.capacity() * size_of::<u32>()
    }

    /// The id of a number.
    pub fn key(&self, number: usize) -> Key {
        self.keys[number]
    }

    /// The number of an id.
    pub fn find(&self, key: Key) -> Option<u32> {
        let number = self.slots[self.slot(key)];
        (number != FREE).then_some(number)
    }

    /// Gives an id the next number, or the one that it has; true if it is new.
    pub fn push(&mut self, key: Key) -> (u32, bool) {
        if (self.keys.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        if self.slots[slot] != FREE {
            return (self.slots[slot], false);
        }
        let number = u32::try_from(self.keys.len()).expect("a graph numbers fewer nodes");
        self.slots[slot] = number;
        room(&mut self.keys, 1);
        self.keys.push(key);
        (number, true)
    }

    fn slot(&self, key: Key) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(key.0) as usize & mask;
        while self.slots[slot] != FREE && self.keys[self.slots[slot] as usize] != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; self.slots.len() * 2];
        for number in 0..self.keys.len() {
            let slot = self.slot(self.keys[number]);
            self.slots[slot] = u32::try_from(number).expect("numbered before");
        }
    }
}
