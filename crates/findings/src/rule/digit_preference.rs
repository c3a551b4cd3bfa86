//! Last digits that people prefer: χ² over the ten digits, against chance. A hint.

use tl_statistics::chi_squared;

use super::results::printed;
use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

/// Degrees of freedom of ten digits.
const FREEDOM: f64 = 9.0;
/// Results that ten classes need at least (five in each).
const RESULTS_MIN: usize = 50;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    for (method, results) in printed(books) {
        let count = results.len();
        if count < thresholds.results_min.max(RESULTS_MIN) {
            continue;
        }
        let mut seen = [0_usize; 10];
        for one in &results {
            if let Some(digit) = one.digits.bytes().last() {
                seen[usize::from(digit - b'0')] += 1;
            }
        }
        let expected = count as f64 / 10.0;
        let statistic: f64 =
            seen.iter().map(|times| (*times as f64 - expected).powi(2) / expected).sum();
        let chance = chi_squared::sf(statistic, FREEDOM);
        if chance >= thresholds.digit_chance {
            continue;
        }
        let most = (0..10).max_by_key(|digit| seen[*digit]).unwrap_or(0);
        let share = seen[most] as f64 / count as f64 * 100.0;
        let since = results.first().map_or(books.now, |one| one.at);
        found.push(
            Finding::new(Rule::DigitPreference, Grade::Hint, &method, since)
                .says(
                    format!("{count} 个结果的末位数字不均匀：{share:.0} % 以 {most} 结尾"),
                    format!(
                        "last digits of {count} results are uneven: {share:.0} % end in {most}"
                    ),
                )
                .within(books.year())
                .at("/assays"),
        );
    }
}
