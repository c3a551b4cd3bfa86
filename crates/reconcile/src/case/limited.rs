//! Lists of unknown length: counted to the end, kept only up to the limit.
//!
//! Invariant: a file of any length costs no more memory than the largest that is accepted.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::limits::MOST_ITEMS;
use crate::refusal::{Code, Refusal};

/// A list of which at most `MOST_ITEMS` are kept; the rest is counted.
pub(super) struct Limited<T> {
    kept: Vec<T>,
    count: usize,
}

impl<T> Default for Limited<T> {
    fn default() -> Self {
        Limited { kept: Vec::new(), count: 0 }
    }
}

impl<T> Limited<T> {
    /// The list, or a refusal with its count.
    pub(super) fn kept(self, place: &str) -> Result<Vec<T>, Refusal> {
        if self.count > MOST_ITEMS {
            let text = format!("{} in one case; at most {MOST_ITEMS}", self.count);
            return Err(Refusal::new(Code::TooLarge, place, text));
        }
        Ok(self.kept)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Limited<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(LimitedVisitor(PhantomData))
    }
}

struct LimitedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LimitedVisitor<T> {
    type Value = Limited<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Limited<T>, A::Error> {
        let mut limited = Limited::default();
        loop {
            if limited.count < MOST_ITEMS {
                let Some(next) = list.next_element()? else { break };
                limited.kept.push(next);
            } else {
                if list.next_element::<IgnoredAny>()?.is_none() {
                    break;
                }
                // What is beyond the limit is refused anyway.
                limited.kept = Vec::new();
            }
            limited.count += 1;
        }
        Ok(limited)
    }
}
