//! What went to a laboratory: its submission sheets, and which sample a name in its file means.
//!
//! Our own code comes first, then the seal, then the name at the laboratory; a name that means two
//! samples is refused. A sample that is on no sheet to that laboratory is none of its report.

use std::collections::BTreeMap;

use tl_domain::code::read_scan;
use tl_domain::ids::{PartyId, SampleId};
use tl_domain::lab::mapping::LabMapping;
use tl_domain::project::SubmissionRow;
use tl_sheets::Words;
use tl_sheets::outside;
use tl_store::Page;

use super::{Fate, Line};
use crate::app::App;
use crate::error::Failure;

/// Sheets of one laboratory that a report may be about: the last sent.
const SHEETS_MAX: usize = 200;
/// Sheets of all laboratories that are looked through for them.
const LOOKED_MAX: u64 = 5_000;
/// Sheets read at once.
const PAGE: u32 = 500;

/// What went to a laboratory.
pub(super) struct Sent {
    sheets: Vec<SubmissionRow>,
    /// The newest sheet of each sample, by its place in `sheets`.
    of_sample: BTreeMap<SampleId, usize>,
    seals: BTreeMap<String, Vec<SampleId>>,
    names: BTreeMap<String, Vec<SampleId>>,
    analytes: BTreeMap<SampleId, Vec<String>>,
}

/// Names are compared without blanks and without regard to case and width.
fn plain(text: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

impl Sent {
    /// The sheets that went to the laboratory of a mapping.
    pub(super) fn to(app: &App, party: &PartyId, mapping: &LabMapping) -> Result<Self, Failure> {
        let mut sheets: Vec<SubmissionRow> = Vec::new();
        let mut offset = 0;
        while sheets.len() < SHEETS_MAX && offset < LOOKED_MAX {
            let found = app.store.submissions(party, Page { offset, limit: PAGE })?;
            offset += u64::from(PAGE);
            let ended = offset >= found.total;
            sheets.extend(found.rows.into_iter().filter(|row| is_of(row, mapping)));
            if ended {
                break;
            }
        }
        sheets.truncate(SHEETS_MAX);
        let mut sent = Self {
            sheets,
            of_sample: BTreeMap::new(),
            seals: BTreeMap::new(),
            names: BTreeMap::new(),
            analytes: BTreeMap::new(),
        };
        for at in 0..sent.sheets.len() {
            for line in sent.sheets[at].lines.clone() {
                sent.add(app, party, at, line.sample, line.seal.as_deref())?;
            }
        }
        Ok(sent)
    }

    fn add(
        &mut self,
        app: &App,
        party: &PartyId,
        at: usize,
        sample: SampleId,
        seal: Option<&str>,
    ) -> Result<(), Failure> {
        // The last sent come first.
        self.of_sample.entry(sample).or_insert(at);
        let wanted = self.sheets[at].analytes.iter().map(ToString::to_string);
        self.analytes.entry(sample).or_default().extend(wanted);
        let note = |of: &mut BTreeMap<String, Vec<SampleId>>, name: &str| {
            let known = of.entry(plain(name)).or_default();
            if !known.contains(&sample) {
                known.push(sample);
            }
        };
        if let Some(seal) = seal {
            note(&mut self.seals, seal);
        }
        let row = app.store.sample(party, sample)?;
        if let Some(name) = row.and_then(|row| row.lab_name) {
            note(&mut self.names, &name);
        }
        Ok(())
    }

    /// Whether nothing went there.
    pub(super) fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }

    /// A sheet by its number.
    pub(super) fn sheet(&self, number: &str) -> Option<&SubmissionRow> {
        self.sheets.iter().find(|sheet| sheet.number == number)
    }

    /// A row with the sample that its name means; refused where it means none.
    pub(super) fn place(
        &self,
        app: &App,
        party: &PartyId,
        read: &outside::Line,
        number: Option<&str>,
    ) -> Result<Line, Failure> {
        let shown = read.found.iter().map(|d| {
            let basis = d.basis.map(|basis| format!(" ({})", basis.sign())).unwrap_or_default();
            format!("{} {} {}{basis}", d.analyte, d.result.display(), d.unit)
        });
        let own = read.report.as_deref().or(number).map(str::trim).filter(|it| !it.is_empty());
        let mut line = Line {
            row: read.row,
            name: read.name.clone(),
            sample: None,
            submission: None,
            number: own.map(str::to_owned),
            results: shown.collect(),
            fate: Fate::New,
            reasons: read.notices.iter().map(|problem| problem.message.clone()).collect(),
        };
        if let Some(why) = &read.skipped {
            (line.fate, line.reasons) = (Fate::Skipped, vec![why.clone()]);
            return Ok(line);
        }
        for problem in &read.problems {
            let place = |text: &str| format!("{} 列“{}”：{text}", problem.column, problem.heading);
            let en = format!("column {}: {}", problem.column, problem.message.en);
            line.refuse(Words::new(place(&problem.message.zh), en));
        }
        if line.number.is_none() {
            line.refuse(Words::new(
                "没有报告编号；请在导入时填写，或在映射中指定编号列",
                "no report number: fill it in, or name its column in the mapping",
            ));
        }
        if read.name.is_empty() {
            return Ok(line);
        }
        match self.sample_of(app, party, &read.name)? {
            Ok(sample) => {
                line.sample = Some(sample);
                let at = self.of_sample.get(&sample).copied();
                line.submission = at.map(|at| self.sheets[at].number.clone());
                self.note_unasked(&mut line, sample, read);
            }
            Err(why) => line.refuse(why),
        }
        Ok(line)
    }

    fn note_unasked(&self, line: &mut Line, sample: SampleId, read: &outside::Line) {
        let asked = self.analytes.get(&sample);
        for found in &read.found {
            let name = found.analyte.to_string();
            if asked.is_some_and(|asked| !asked.contains(&name)) {
                line.reasons.push(Words::new(
                    format!("送样单没有要求测 {name}"),
                    format!("the sheet did not ask for {name}"),
                ));
            }
        }
    }

    fn sample_of(
        &self,
        app: &App,
        party: &PartyId,
        name: &str,
    ) -> Result<Result<SampleId, Words>, Failure> {
        let own = match read_scan(name) {
            Ok((_, code)) => app.store.sample_by_code(party, &code)?.map(|row| row.id),
            Err(_) => None,
        };
        if let Some(sample) = own {
            return Ok(match self.of_sample.contains_key(&sample) {
                true => Ok(sample),
                false => Err(Words::new(
                    format!("样品 {name} 不在送往该实验室的送样单上"),
                    format!("sample {name} is on no submission sheet to this laboratory"),
                )),
            });
        }
        let known = plain(name);
        let found = self.seals.get(&known).or_else(|| self.names.get(&known));
        Ok(match found.map(Vec::as_slice) {
            Some([sample]) => Ok(*sample),
            Some(_) => Err(Words::new(
                format!("“{name}”是几个样品的封签号或样品名；请改填样签"),
                format!("{name:?} is a seal or name of several samples: use the pot's code"),
            )),
            None => Err(Words::new(
                format!("“{name}”不是送样单上的样签、封签号或样品名；请核对"),
                format!("{name:?} is no code, seal or name on the sheets to this laboratory"),
            )),
        })
    }
}

fn is_of(row: &SubmissionRow, mapping: &LabMapping) -> bool {
    let party = mapping.lab.is_some() && row.lab == mapping.lab;
    party || plain(&row.lab_name) == plain(&mapping.lab_name)
}

impl Line {
    /// Refuses the row for one more reason.
    pub(super) fn refuse(&mut self, why: Words) {
        if self.fate != Fate::Refused {
            (self.fate, self.reasons) = (Fate::Refused, Vec::new());
        }
        self.reasons.push(why);
    }
}
