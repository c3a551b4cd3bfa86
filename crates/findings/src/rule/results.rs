//! The results that tests of digits and copies may look at: numbers of one's own laboratory on one
//! batch or span, with three digits or more (practice §8.5).

use std::collections::BTreeMap;

use tl_domain::event::{SampleSubject, Side};
use tl_domain::ids::EntryId;
use tl_domain::quantity::Reading;
use tl_domain::time::Micros;

use crate::books::Books;

/// Fewest significant digits: shorter figures repeat by rounding.
const DIGITS_MIN: usize = 3;

/// A result as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    /// Its digits without sign, point and leading zeros.
    pub(super) digits: String,
    /// When it was reported.
    pub(super) at: Micros,
    /// The report.
    pub(super) entry: EntryId,
}

/// Results by method, in the order in which they were reported; members of composites, defaults and
/// retests of one sample are left out.
pub(super) fn printed(books: &Books<'_>) -> BTreeMap<String, Vec<Printed>> {
    let mut found: BTreeMap<String, Vec<Printed>> = BTreeMap::new();
    let mut samples = std::collections::BTreeSet::new();
    for assay in books.assays {
        let composite =
            matches!(&assay.subject, Some(SampleSubject::Batches(shares)) if shares.len() > 1);
        if composite || assay.side != Side::Own || !samples.insert(assay.sample) {
            continue;
        }
        for one in assay.determinations.iter().filter(|one| one.analyte == *books.substance) {
            let Reading::Value { value } = &one.result else { continue };
            let digits: String = value.as_str().chars().filter(char::is_ascii_digit).collect();
            let digits = digits.trim_start_matches('0').to_owned();
            if digits.len() < DIGITS_MIN {
                continue;
            }
            let method = one.method.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let entry = assay.id.entry();
            let printed = Printed { digits, at: assay.reported_at, entry };
            found.entry(method).or_default().push(printed);
        }
    }
    found
}
