//! A worksheet (工作单): the samples in tray order with the checks that the method inserts.
//!
//! Checks stand where the method's template says: before the first sample, after every so many and
//! once for those that remain, after the last. A duplicate or spike is one of the sample before it.
//! A method without a template gives the samples alone.

use crate::event::{CheckKind, Insert, SeriesRules};

/// Most samples of one worksheet.
pub const SAMPLES_MAX: usize = 500;

/// What stands at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// A sample, by its number in tray order from 0.
    Sample(usize),
    /// A check; with the sample that it repeats, for duplicates and spikes.
    Check(CheckKind, Option<usize>),
}

/// One line of the run list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Position from 1.
    pub position: usize,
    /// What stands there.
    pub stand: Stand,
}

/// The run list of so many samples; `None` above `SAMPLES_MAX`.
#[must_use]
pub fn run_list(rules: Option<&SeriesRules>, samples: usize) -> Option<Vec<Line>> {
    if samples > SAMPLES_MAX {
        return None;
    }
    let template = rules.map_or(&[][..], |rules| &rules.template);
    let mut stands = Vec::new();
    if samples > 0 {
        let first = template.iter().filter(|insert| insert.first);
        stands.extend(first.map(|insert| check(insert, 0)));
    }
    for sample in 0..samples {
        stands.push(Stand::Sample(sample));
        let due = template.iter().filter(|insert| is_due(insert, sample, samples));
        stands.extend(due.map(|insert| check(insert, sample)));
    }
    let numbered = stands.into_iter().enumerate();
    Some(numbered.map(|(at, stand)| Line { position: at + 1, stand }).collect())
}

/// Whether a check stands after a sample.
fn is_due(insert: &Insert, sample: usize, samples: usize) -> bool {
    let ends = sample + 1 == samples;
    let every = insert.every.and_then(|every| usize::try_from(every).ok());
    let counted = every.filter(|every| *every > 0).is_some_and(|every| {
        // The samples that remain get one as well: "per 20 samples or per series".
        (sample + 1).is_multiple_of(every) || ends
    });
    counted || (insert.last && ends)
}

fn check(insert: &Insert, sample: usize) -> Stand {
    let repeats = matches!(insert.check, CheckKind::Duplicate | CheckKind::Spike);
    Stand::Check(insert.check, repeats.then_some(sample))
}

/// The run list as CSV for an instrument: position, name, kind. `names` are the samples' names in
/// tray order.
#[must_use]
pub fn csv(lines: &[Line], names: &[String]) -> String {
    let name = |sample: usize| names.get(sample).map_or("", String::as_str);
    let mut text = String::from("position,name,kind\r\n");
    for line in lines {
        let (shown, kind) = match line.stand {
            Stand::Sample(sample) => (name(sample).to_owned(), "sample"),
            Stand::Check(check, Some(of)) => {
                (format!("{} {}", name(of), check_word(check)), check_word(check))
            }
            Stand::Check(check, None) => {
                (format!("{} {}", check_word(check), line.position), check_word(check))
            }
        };
        text.push_str(&format!("{},{},{kind}\r\n", line.position, quoted(&shown)));
    }
    text
}

/// A check as entries name it.
#[must_use]
pub fn check_word(check: CheckKind) -> &'static str {
    match check {
        CheckKind::Curve => "curve",
        CheckKind::Blank => "blank",
        CheckKind::Duplicate => "duplicate",
        CheckKind::Spike => "spike",
        CheckKind::Reference => "reference",
        CheckKind::Drift => "drift",
        CheckKind::InternalStandard => "internal_standard",
    }
}

/// A CSV field; what a spreadsheet would run as a formula is defused.
fn quoted(text: &str) -> String {
    let defused = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{defused}{}\"", text.replace('"', "\"\""))
}
