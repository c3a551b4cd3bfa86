//! Reports of outside laboratories: a file, read by the laboratory's mapping, becomes reports on
//! samples of our submission sheets.
//!
//! Invariant: a preview says of every row what became of it; what is recorded is exactly what the
//! preview calls new, in one transaction, with the file and the PDF as its evidence. The id of a
//! report follows from sample, laboratory and report number, so that a file that is brought twice
//! records nothing twice. A figure that was recorded is never replaced here: a laboratory's
//! correction has a number of its own, ours is a correction of the entry.

mod books;
mod fate;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tl_domain::event::{
    AssayReport, BlobRef, LabRecord, Master, Purpose, Raw, Side, Signed, Standing,
};
use tl_domain::ids::{PartyId, RecordId, SampleId};
use tl_domain::lab::mapping::LabMapping;
use tl_ledger::Hash;
use tl_sheets::book::{self, Book};
use tl_sheets::outside::{self, Report};
use tl_sheets::{Problem, Refused, Words};
use tl_wire::problem::ErrorCode;

use self::books::Sent;
use self::fate::Group;
use super::capture::{Form, Recorded, record_all};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordAssay};
use crate::error::Failure;
use crate::limits::PDF_BYTES_MAX;

/// Most reports of one file: the store appends at most 512 entries in one transaction.
pub const REPORTS_MAX: usize = 500;
/// Longest number of a report in characters.
pub const NUMBER_CHARS_MAX: usize = 60;
/// Media types of the files.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv";
const PDF: &str = "application/pdf";

/// A file with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As the person's machine calls it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Mapping of the laboratory.
    pub mapping: RecordId,
    /// Number of the report, for rows that carry none.
    pub number: Option<String>,
    /// Why it was made.
    pub purpose: Purpose,
    /// The laboratory's table.
    pub file: File,
    /// Its report on paper.
    pub pdf: Option<File>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing of it is taken.
    Refused,
    /// Part of a report that will be recorded.
    New,
    /// Recorded before, with the same figures.
    Known,
    /// The laboratory's own row, or a note.
    Skipped,
}

/// A row with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Its number in the file.
    pub row: usize,
    /// The sample as written.
    pub name: String,
    /// Which sample that is.
    pub sample: Option<SampleId>,
    /// Number of the submission sheet.
    pub submission: Option<String>,
    /// Number of the report.
    pub number: Option<String>,
    /// Results as they were understood.
    pub results: Vec<String>,
    /// What becomes of it.
    pub fate: Fate,
    /// Why, or what to look at.
    pub reasons: Vec<Words>,
}

/// Rows by what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows of new reports.
    pub new: usize,
    /// Rows that were recorded before.
    pub known: usize,
    /// Rows that were refused.
    pub refused: usize,
    /// Rows that are none of ours.
    pub skipped: usize,
    /// Reports that will be recorded.
    pub reports: usize,
}

/// What a file would become.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// Name of the laboratory.
    pub lab_name: String,
    /// Rows by what becomes of them.
    pub counts: Counts,
    /// Every row of the file.
    pub lines: Vec<Line>,
    /// What to look at in the whole.
    pub notices: Vec<Words>,
    /// The reports that will be recorded.
    #[serde(skip)]
    reports: Vec<(Form, AssayReport)>,
    /// The file as cells.
    #[serde(skip)]
    source: (Book, Report),
}

/// A preview, or the file as a whole refused.
pub type Read = Result<Preview, Refused>;

/// Mappings that can be used, by name.
///
/// # Errors
/// The store's.
pub fn mappings(app: &App, permit: &Permit<ReadParty>) -> Result<Vec<LabMapping>, Failure> {
    let rows = app.store.masters(permit.party())?;
    let mut found: Vec<LabMapping> = rows
        .into_iter()
        .filter(|row| row.active)
        .filter_map(|row| match row.record {
            Master::LabMapping(record) => LabMapping::read(&record).ok(),
            _ => None,
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Reads a file and says what would become of each row; nothing is stored.
///
/// # Errors
/// `BadRequest` for a mapping that is not there or a PDF that is none; the store's.
pub fn preview(app: &App, permit: &Permit<RecordAssay>, asked: &Asked) -> Result<Read, Failure> {
    let party = permit.party();
    let mapping = mapping_of(app, party, &asked.mapping)?;
    check_pdf(asked.pdf.as_ref(), permit.english())?;
    check_number(asked.number.as_deref())?;
    let methods = app.store.masters(party)?.into_iter().filter_map(|row| match row.record {
        Master::Method(method) if row.active => Some(method),
        _ => None,
    });
    let methods: Vec<_> = methods.collect();
    let read = book::read(&asked.file.bytes)
        .and_then(|book| Ok((outside::read(&book, &mapping, &methods)?, book)));
    let (report, book) = match read {
        Ok(read) => read,
        Err(refused) => return Ok(Err(refused)),
    };
    let sent = Sent::to(app, party, &mapping)?;
    let mut lines: Vec<Line> = Vec::with_capacity(report.lines.len());
    for line in &report.lines {
        lines.push(sent.place(app, party, line, asked.number.as_deref())?);
    }
    let mut groups = fate::grouped(&mut lines, &report.lines);
    if groups.len() > REPORTS_MAX {
        let found = groups.len();
        return Ok(Err(refused_whole(Words::new(
            format!("文件含 {found} 份报告，最多 {REPORTS_MAX} 份；请拆分文件"),
            format!("{found} reports in the file, at most {REPORTS_MAX}; split it"),
        ))));
    }
    let making = Making { mapping: &mapping, asked, sent: &sent };
    let mut reports = Vec::new();
    for group in &mut groups {
        let body = making.report(group);
        let form = Form { id: Some(fate::id_of(&mapping.lab_name, group)), observed_at: None };
        if fate::settle(app, permit, group, &form, &body, &mut lines)? {
            reports.push((form, body));
        }
    }
    let notices = notices(asked, &sent);
    let counts = counted(&lines, reports.len());
    let (lab_name, source) = (mapping.lab_name, (book, report));
    Ok(Ok(Preview { lab_name, counts, lines, notices, reports, source }))
}

/// Records what a preview calls new, after its files are kept; gives the reports.
///
/// # Errors
/// `Conflict` when somebody recorded one of them meanwhile, and nothing is kept then; the store's.
pub fn store(
    app: &App,
    permit: &Permit<RecordAssay>,
    asked: &Asked,
    preview: Preview,
) -> Result<Vec<Recorded>, Failure> {
    if preview.reports.is_empty() {
        return Ok(Vec::new());
    }
    keep(app, permit.party(), asked)?;
    let steps = preview.reports.into_iter().map(|(form, body)| (form, body.into()));
    record_all(app, permit, steps.collect())
}

/// Keeps the files under their hashes, so that what names them can be looked at.
///
/// # Errors
/// No room; the file system's.
pub fn keep(app: &App, party: &PartyId, asked: &Asked) -> Result<(), Failure> {
    for file in [Some(&asked.file), asked.pdf.as_ref()].into_iter().flatten() {
        let (hash, size) = (Hash::of(&file.bytes), file.bytes.len() as u64);
        app.store.put_blob_piece(party, &hash, size, 0, &file.bytes, app.clock.micros())?;
    }
    Ok(())
}

/// A file of the party that was kept before.
///
/// # Errors
/// `NotFound`.
pub fn kept(app: &App, party: &PartyId, name: String, hash: &Hash) -> Result<File, Failure> {
    let path = app.store.blob_path(party, hash)?.ok_or_else(Failure::not_found)?;
    let bytes = std::fs::read(path).map_err(|error| Failure::internal(&error))?;
    Ok(File { name, bytes })
}

/// The user's own table with what became of each row in front.
///
/// # Errors
/// The workbook can't be written.
pub fn marked(preview: &Preview, english: bool) -> Result<Vec<u8>, Failure> {
    let said: BTreeMap<usize, String> =
        preview.lines.iter().map(|line| (line.row, fate::said(line, english))).collect();
    let heading = if english { "Import" } else { "导入结果" };
    let (book, report) = &preview.source;
    outside::marked(book, report, heading, &said).map_err(|error| Failure::internal(&error))
}

struct Making<'a> {
    mapping: &'a LabMapping,
    asked: &'a Asked,
    sent: &'a Sent,
}

impl Making<'_> {
    fn report(&self, group: &Group) -> AssayReport {
        let sheet = self.sent.sheet(&group.submission);
        let on_paper = self.asked.pdf.as_ref().map(|_| Signed::OnPaper);
        let decoder = format!("outside/{}", self.mapping.id);
        AssayReport {
            sample: group.sample,
            purpose: self.asked.purpose,
            standing: Standing::Final,
            side: Side::Own,
            lab: self.mapping.lab.clone(),
            report_number: Some(group.number.clone()),
            cma_number: self.mapping.cma_number.clone(),
            analyst: None,
            determinations: group.determinations.clone(),
            quality: Vec::new(),
            record: Some(Box::new(LabRecord {
                submission: Some(group.submission.clone()),
                commission: sheet.and_then(|sheet| sheet.commission.clone()),
                sampled_by: sheet.map(|sheet| sheet.sampled_by),
                checked: on_paper.clone(),
                issued: on_paper,
                ..LabRecord::default()
            })),
            raw: Some(Raw { base64: STANDARD.encode(&group.raw), decoder }),
            blobs: blobs(self.asked),
        }
    }
}

fn blobs(asked: &Asked) -> Vec<BlobRef> {
    let table = if asked.file.bytes.starts_with(b"PK") { XLSX } else { CSV };
    let files = [Some((&asked.file, table)), asked.pdf.as_ref().map(|pdf| (pdf, PDF))];
    let named = files.into_iter().flatten().map(|(file, media)| BlobRef {
        media: media.to_owned(),
        name: file.name.clone(),
        sha256: Hash::of(&file.bytes),
        size: file.bytes.len() as u64,
    });
    named.collect()
}

fn mapping_of(app: &App, party: &PartyId, id: &RecordId) -> Result<LabMapping, Failure> {
    let row = app.store.master(party, "lab_mapping", id.as_str())?.filter(|row| row.active);
    let wrong = |why: String| Failure::new(ErrorCode::BadRequest, why);
    match row.map(|row| row.record) {
        Some(Master::LabMapping(record)) => {
            LabMapping::read(&record).map_err(|error| wrong(error.to_string()))
        }
        _ => Err(wrong(format!("mapping {id}: not declared or out of use"))),
    }
}

fn check_pdf(pdf: Option<&File>, english: bool) -> Result<(), Failure> {
    let Some(File { name, bytes }) = pdf else { return Ok(()) };
    let (size, large) = (bytes.len(), bytes.len() > PDF_BYTES_MAX);
    let wrong = match (large, english) {
        (true, false) => format!("{name} 有 {size} 字节，最多 {PDF_BYTES_MAX}；请压缩后再传"),
        (true, true) => format!("{name} has {size} bytes, at most {PDF_BYTES_MAX}: compress it"),
        _ if bytes.starts_with(b"%PDF-") => return Ok(()),
        (false, false) => format!("{name} 不是 PDF 文件；请选报告的 PDF"),
        (false, true) => format!("{name} is no PDF; choose the report's PDF"),
    };
    Err(Failure::new(ErrorCode::BadRequest, wrong))
}

fn check_number(number: Option<&str>) -> Result<(), Failure> {
    let fits = number.is_none_or(|number| number.chars().count() <= NUMBER_CHARS_MAX);
    let why = || format!("a report's number has at most {NUMBER_CHARS_MAX} characters");
    if fits { Ok(()) } else { Err(Failure::new(ErrorCode::BadRequest, why())) }
}

fn notices(asked: &Asked, sent: &Sent) -> Vec<Words> {
    let mut notices = Vec::new();
    if asked.pdf.is_none() {
        notices.push(Words::new(
            "没有附报告 PDF：结果只有表格为证，建议附上盖章的报告",
            "no PDF of the report: the table alone is the evidence",
        ));
    }
    if sent.is_empty() {
        notices.push(Words::new(
            "没有送往该实验室的送样单；请核对映射中的实验室名称",
            "no submission sheet to this laboratory: check its name in the mapping",
        ));
    }
    notices
}

fn counted(lines: &[Line], reports: usize) -> Counts {
    let count = |fate: Fate| lines.iter().filter(|line| line.fate == fate).count();
    Counts {
        new: count(Fate::New),
        known: count(Fate::Known),
        refused: count(Fate::Refused),
        skipped: count(Fate::Skipped),
        reports,
    }
}

fn refused_whole(message: Words) -> Refused {
    let none = String::new;
    let (sheet, column, heading, read) = (none(), none(), none(), none());
    Refused { problems: vec![Problem { sheet, row: 0, column, heading, read, message }], more: 0 }
}
