//! 待确认: results of a file or a paste wait beside the worksheet until somebody takes them.
//!
//! Nothing of a file becomes a result by itself. Each line names its row by the pot's own code, the
//! laboratory's name or the run list's; a line without a row stays in the tray until somebody says
//! where it belongs. What the decoder refused is shown with its reason and can't be taken.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::read::{FORMATS, Format, read_file};
use super::series::{self, Change};
use super::sheet::{CELL_CHARS_MAX, Field, Sheet, Source};
use crate::capture::{Context, refuse};
use crate::outbox::lab as rows;
use crate::outbox::{Tx, WriteError};

/// Most bytes of a file that is read at once.
pub(crate) const FILE_BYTES_MAX: usize = 8 << 20;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineState {
    /// Somebody has to look at it.
    Waiting,
    /// It is on the worksheet.
    Taken,
    /// Somebody put it aside.
    Dropped,
    /// The decoder refused it.
    Refused,
}

/// One line of what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Number in the import, from 1.
    pub(crate) line: usize,
    /// Row in the file.
    pub(crate) row: usize,
    /// The sample's name as written.
    pub(crate) name: String,
    /// Cells that it fills.
    #[serde(default)]
    pub(crate) cells: BTreeMap<Field, String>,
    /// Row of the worksheet that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<u32>,
    /// Where it stands.
    pub(crate) state: LineState,
    /// Why it was refused: Chinese, English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<(String, String)>,
    /// Bytes of the line, base64.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) raw: String,
}

/// What one file or paste gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// Name of the decoder.
    pub(crate) decoder: String,
    /// Media type of the file.
    pub(crate) media: String,
    /// Bytes of the file.
    pub(crate) size: u64,
    /// Its lines.
    pub(crate) lines: Vec<Line>,
}

impl Import {
    /// As it was kept.
    ///
    /// # Errors
    /// The document is damaged.
    pub(crate) fn read(document: &str) -> Result<Self, WriteError> {
        serde_json::from_str(document).map_err(|error| WriteError::Storage(error.to_string()))
    }

    fn document(&self) -> Result<String, WriteError> {
        serde_json::to_string(self).map_err(|error| WriteError::Form(error.to_string()))
    }

    fn waits(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.state, LineState::Waiting | LineState::Refused))
    }
}

/// Keeps what was read beside a worksheet; gives how many lines found their row.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    name: &str,
    sha256: Option<&str>,
    mut import: Import,
) -> Result<(usize, usize, usize), WriteError> {
    let (record, sheet) = series::own(tx, context, id)?;
    if let Some(sha256) = sha256
        && rows::has_file(tx.connection, id, sha256)?
    {
        return Err(refuse(
            format!("文件“{name}”已经导入过本工作单;改过的文件请重新导出"),
            format!("file {name:?} was read for this worksheet before"),
        ));
    }
    let (mut found, mut lost, mut refused) = (0, 0, 0);
    for line in &mut import.lines {
        if line.state == LineState::Refused {
            refused += 1;
            continue;
        }
        line.to = sheet.row_named(&line.name).map(|row| row.n);
        if line.to.is_some() { found += 1 } else { lost += 1 }
    }
    let operator = record.owner.clone();
    tx.keep_import(id, name, sha256, &operator, &import.document()?)?;
    Ok((found, lost, refused))
}

/// Lines of a paste that found no row.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pasted {
    /// Number of the line in the paste.
    pub(crate) line: usize,
    /// Name as pasted.
    pub(crate) name: String,
    /// Cells as pasted.
    pub(crate) cells: BTreeMap<Field, String>,
}

/// An import of what a paste left over.
pub(crate) fn of_paste(lines: &[Pasted]) -> Import {
    let lines = lines.iter().zip(1..).map(|(pasted, number)| {
        let short = |text: &str| text.trim().chars().take(CELL_CHARS_MAX).collect::<String>();
        let cells = pasted.cells.iter().map(|(field, text)| (*field, short(text)));
        Line {
            line: number,
            row: pasted.line,
            name: short(&pasted.name),
            cells: cells.filter(|(_, text)| !text.is_empty()).collect(),
            to: None,
            state: LineState::Waiting,
            why: None,
            raw: String::new(),
        }
    });
    let (decoder, media) = ("paste".to_owned(), "text/plain".to_owned());
    Import { decoder, media, size: 0, lines: lines.collect() }
}

/// Puts lines on the worksheet: those that are named, each on its row.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    number: i64,
    lines: &[usize],
) -> Result<usize, WriteError> {
    let (record, mut sheet) = series::own(tx, context, id)?;
    let mut import = load(tx, id, number)?;
    let mut taken = 0;
    for line in &mut import.lines {
        if !lines.contains(&line.line) || line.state != LineState::Waiting {
            continue;
        }
        let Some(to) = line.to else { continue };
        fill(&mut sheet, line, to, number)?;
        line.state = LineState::Taken;
        taken += 1;
    }
    if taken == 0 {
        return Err(refuse(
            "请先勾选要确认的行;没有对应样品的行请先指定样品",
            "tick the lines first; lines without a row need one",
        ));
    }
    tx.change_import(number, &import.document()?, import.waits())?;
    series::keep(tx, record, &sheet)?;
    Ok(taken)
}

fn fill(sheet: &mut Sheet, line: &Line, to: u32, import: i64) -> Result<(), WriteError> {
    for (field, text) in &line.cells {
        if Field::of(sheet.kind).contains(field) {
            series::put(sheet, &Change { n: to, field: *field, text: text.clone() })?;
        }
    }
    if let Some(row) = sheet.row_mut(to) {
        row.source = Some(Source { import, line: line.line });
    }
    Ok(())
}

fn load(tx: &mut Tx<'_>, id: &str, number: i64) -> Result<Import, WriteError> {
    let record = rows::import(tx.connection, number)?.filter(|it| it.sheet == id);
    let record = record.ok_or_else(|| refuse("没有这个文件", "there is no such file"))?;
    Import::read(&record.document)
}

/// Says to which row a line belongs.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn assign(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    number: i64,
    line: usize,
    name: &str,
) -> Result<(), WriteError> {
    let (_, sheet) = series::own(tx, context, id)?;
    let row = sheet.row_named(name).map(|row| row.n).ok_or_else(|| {
        let read: String = name.trim().chars().take(CELL_CHARS_MAX).collect();
        refuse(
            format!("“{read}”不在本工作单上;请扫本单的样签"),
            format!("{read:?} is not on this worksheet; scan one of its pots"),
        )
    })?;
    let mut import = load(tx, id, number)?;
    let found = import.lines.iter_mut().find(|it| it.line == line);
    let found = found.filter(|it| it.state == LineState::Waiting);
    found.ok_or_else(|| refuse("该行已处理", "the line is dealt with"))?.to = Some(row);
    tx.change_import(number, &import.document()?, import.waits())
}

/// Puts lines aside; the file stays.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn drop_lines(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    number: i64,
    lines: &[usize],
) -> Result<(), WriteError> {
    series::own(tx, context, id)?;
    let mut import = load(tx, id, number)?;
    for line in import.lines.iter_mut().filter(|line| lines.contains(&line.line)) {
        if matches!(line.state, LineState::Waiting | LineState::Refused) {
            line.state = LineState::Dropped;
        }
    }
    tx.change_import(number, &import.document()?, import.waits())
}
