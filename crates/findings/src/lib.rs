//! What an audit notices in the books of a party: one rule a file, each with its evidence and a
//! plain sentence in both languages.
//!
//! Invariant: a rule is a function of what it is given and a moment; a finding goes away when its
//! cause does, and keeps its key as long as the cause stays. What may never be a finding
//! (practice §8.4 to §8.6: results within their term, planned stops, corrections, members of
//! composites and defaults in tests of digits) is left out here and nowhere else. Deliberately not
//! here: who opens a problem from it, and what a city does about it.

pub mod books;
pub mod case;
pub mod compare;
pub mod finding;
mod rule;
pub mod thresholds;

pub use books::{Books, DeviceSeen, Judged};
pub use case::{Act, Case, CaseState, CaseStep};
pub use finding::{Finding, Grade, Rule};
pub use thresholds::{Chosen, Figure, ThresholdRuling, Thresholds};

/// Everything that the rules notice, the gravest first, then the oldest.
#[must_use]
pub fn all(books: &Books<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rule::ALL {
        rule(books, thresholds, &mut found);
    }
    for one in &mut found {
        one.named(|at| books.day(at));
    }
    found.sort_by(|a, b| (a.grade, a.since, &a.key).cmp(&(b.grade, b.since, &b.key)));
    found
}

#[cfg(test)]
mod tests;
