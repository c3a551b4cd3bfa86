//! Rows of one report on one sample, and what becomes of them together.
//!
//! A report on a sample is whole or not at all: where one of its rows is refused, the others are
//! too, and say so.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use tl_domain::event::{AssayReport, Body, Determination};
use tl_domain::ids::{EntryId, SampleId};
use tl_sheets::{Words, outside};
use uuid::{Builder, Variant, Version};

use super::super::capture::{Form, check};
use super::{Fate, Line};
use crate::app::App;
use crate::auth::permit::{Permit, RecordAssay};
use crate::error::Failure;

/// Bytes of a UUIDv7 that hold its time.
const TIME_BYTES: usize = 6;
/// Bytes that hold the rest.
const REST_BYTES: usize = 10;

/// Rows that are one report on one sample.
pub(super) struct Group {
    pub(super) sample: SampleId,
    pub(super) number: String,
    pub(super) submission: String,
    pub(super) determinations: Vec<Determination>,
    /// The rows as written.
    pub(super) raw: String,
    /// Places of its rows in the file's lines.
    lines: Vec<usize>,
}

/// Groups what can be taken; rows of a report that can't be whole are refused.
pub(super) fn grouped(lines: &mut [Line], read: &[outside::Line]) -> Vec<Group> {
    let mut places: BTreeMap<(SampleId, String), Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let (Some(sample), Some(number)) = (line.sample, &line.number)
            && line.fate != Fate::Skipped
        {
            places.entry((sample, number.clone())).or_default().push(at);
        }
    }
    let mut groups = Vec::new();
    for ((sample, number), of) in places {
        refuse_twice(lines, read, &of);
        let bad = of.iter().find(|at| lines[**at].fate == Fate::Refused);
        if let Some(row) = bad.map(|at| lines[*at].row) {
            for at in &of {
                if lines[*at].fate != Fate::Refused {
                    lines[*at].refuse(Words::new(
                        format!("同一样品的第 {row} 行有误；改正后一起导入"),
                        format!("row {row} of the same sample is refused; bring them together"),
                    ));
                }
            }
            continue;
        }
        let Some(submission) = lines[of[0]].submission.clone() else { continue };
        let determinations = of.iter().flat_map(|at| read[*at].found.iter().cloned()).collect();
        let raw: Vec<&str> = of.iter().map(|at| read[*at].raw.as_str()).collect();
        let raw = within(&raw.join("\n"), tl_domain::event::RAW_BYTES_MAX).to_owned();
        groups.push(Group { sample, number, submission, determinations, raw, lines: of });
    }
    groups
}

/// As much of a text as so many bytes hold.
fn within(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Two rows that determine the same of one sample: nobody says which counts.
fn refuse_twice(lines: &mut [Line], read: &[outside::Line], of: &[usize]) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut twice = Vec::new();
    for at in of {
        for found in &read[*at].found {
            let analyte = found.analyte.to_string();
            match first.get(&analyte) {
                Some(earlier) => twice.push((analyte, *earlier, *at)),
                None => drop(first.insert(analyte, *at)),
            }
        }
    }
    for (analyte, a, b) in twice {
        for (own, other) in [(a, b), (b, a)] {
            let row = lines[other].row;
            lines[own].refuse(Words::new(
                format!("第 {row} 行也是该样品的 {analyte}；未说明以哪个为准，请只留一行"),
                format!("row {row} is {analyte} of that sample too: keep the one that counts"),
            ));
        }
    }
}

/// The id of a report: the sample's time, and what names the report.
pub(super) fn id_of(lab_name: &str, group: &Group) -> EntryId {
    let sample = group.sample.entry();
    let mut digest = Sha256::new().chain_update(b"outside report").chain_update(sample.0);
    for part in [lab_name, &group.number] {
        digest = digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part);
    }
    let digest = digest.finalize();
    let mut bytes = *sample.0.as_bytes();
    bytes[TIME_BYTES..].copy_from_slice(&digest[..REST_BYTES]);
    let builder = Builder::from_bytes(bytes);
    EntryId(builder.with_variant(Variant::RFC4122).with_version(Version::SortRand).into_uuid())
}

/// Says what becomes of a group's rows; whether it is to be recorded.
pub(super) fn settle(
    app: &App,
    permit: &Permit<RecordAssay>,
    group: &Group,
    form: &Form,
    body: &AssayReport,
    lines: &mut [Line],
) -> Result<bool, Failure> {
    let id = form.id.expect("a report's id follows from what it is");
    let stored = app.store.entry(permit.party(), id)?;
    if let Some(stored) = stored {
        let same = match &stored.view.entry.body {
            Body::AssayReport(known) => known.determinations == group.determinations,
            _ => false,
        };
        for at in &group.lines {
            let line = &mut lines[*at];
            if same {
                line.fate = Fate::Known;
                line.reasons = vec![Words::new("已录入过，数值相同", "recorded before")];
            } else {
                line.refuse(Words::new(
                    format!(
                        "报告 {} 已录入过该样品，数值不同；实验室改报请用新的报告编号，录错请更正原记录",
                        group.number
                    ),
                    format!(
                        "report {} is recorded with other figures: a corrected report has a \
                         number of its own, a slip of ours is corrected in the entry",
                        group.number
                    ),
                ));
            }
        }
        return Ok(false);
    }
    let checked = check(app, permit, &body.clone().into(), None)?;
    for at in &group.lines {
        for refusal in &checked.refusals {
            lines[*at].refuse(Words::new(refusal.zh(), refusal.en()));
        }
        if checked.refusals.is_empty() {
            let said = checked.notices.iter().map(|notice| Words::new(notice.zh(), notice.en()));
            lines[*at].reasons.extend(said);
        }
    }
    Ok(checked.refusals.is_empty())
}

/// What became of a row, in one line.
pub(super) fn said(line: &Line, english: bool) -> String {
    let fate = match (line.fate, english) {
        (Fate::New, false) => "✓ 可录入",
        (Fate::New, true) => "✓ new",
        (Fate::Known, false) => "✓ 已录入过",
        (Fate::Known, true) => "✓ recorded before",
        (Fate::Refused, false) => "✕ 未录入",
        (Fate::Refused, true) => "✕ refused",
        (Fate::Skipped, false) => "— 未读",
        (Fate::Skipped, true) => "— not read",
    };
    let reasons: Vec<&str> =
        line.reasons.iter().map(|why| if english { &why.en } else { &why.zh }.as_str()).collect();
    if reasons.is_empty() {
        return fate.to_owned();
    }
    let (colon, between) = if english { (": ", "; ") } else { ("：", "；") };
    format!("{fate}{colon}{}", reasons.join(between))
}
