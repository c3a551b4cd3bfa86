//! 待确认: results of a file or a paste wait beside the worksheet until somebody takes them.
//!
//! Nothing of a file becomes a result by itself. Each line names its row by the pot's own code, the
//! laboratory's name or the run list's; a line without a row stays in the tray until somebody says
//! where it belongs. What the decoder refused is shown with its reason and can't be taken.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tl_device::table::encoding::decode_text;
use tl_device::table::read_rows;
use tl_device::{Output, Reading, Reason};

use super::series::{self, Change};
use super::sheet::{CELL_CHARS_MAX, Field, Sheet, Source};
use super::table::{self, TableLine};
use crate::capture::{Context, refuse};
use crate::outbox::lab as rows;
use crate::outbox::{Tx, WriteError};
use crate::port::workbook;
use crate::words::Words;

/// Most bytes of a file that is read at once.
pub(crate) const FILE_BYTES_MAX: usize = 8 << 20;
/// How dates of a workbook are written as text.
const DATES: &str = "%Y-%m-%d %H:%M:%S";

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

/// Formats that a person can choose: name, Chinese, English, protocol.
pub(crate) const FORMATS: &[(&str, &str, &str, &str)] = &[
    ("table", "表格 CSV / XLSX(有表头)", "Table CSV / XLSX (with headings)", ""),
    (
        "masshunter",
        "Agilent MassHunter(双行表头)",
        "Agilent MassHunter (two header rows)",
        "agilent_masshunter_2row",
    ),
    (
        "masshunter_flat",
        "Agilent MassHunter(单行表头)",
        "Agilent MassHunter (one header row)",
        "agilent_masshunter_flat",
    ),
    ("nexion", "PerkinElmer NexION", "PerkinElmer NexION", "perkinelmer_nexion_wide"),
    ("winlab", "PerkinElmer WinLab32", "PerkinElmer WinLab32", "perkinelmer_winlab32_long"),
    ("qtegra", "Thermo Qtegra", "Thermo Qtegra", "thermo_qtegra_wide"),
];

/// How a file is to be read.
#[derive(Debug, Clone)]
pub(crate) struct Format {
    /// Profile of the decoder; none for a table with headings.
    pub(crate) profile: Option<Value>,
}

impl Format {
    /// The format that a person chose, or the declared one of a port of the laboratory.
    pub(crate) fn of(name: &str, analyte: &str, ports: &[(String, Value)]) -> Option<Self> {
        if let Some((_, _, _, protocol)) = FORMATS.iter().find(|format| format.0 == name) {
            let profile = json!({ "protocol": protocol, "analyte": analyte, "skip_names": [] });
            return Some(Self { profile: (!protocol.is_empty()).then_some(profile) });
        }
        let (_, profile) = ports.iter().find(|(port, _)| port == name)?;
        let mut profile = profile.clone();
        // Blanks and checks have rows of their own here.
        profile.as_object_mut()?.insert("skip_names".to_owned(), json!([]));
        Some(Self { profile: Some(profile) })
    }
}

/// Reads a file whole; nothing is kept yet.
///
/// # Errors
/// Why it can't be read, with what to do.
pub(crate) fn read_file(format: &Format, bytes: &[u8]) -> Result<Import, Words> {
    let workbook = bytes.starts_with(b"PK\x03\x04");
    let (media, decoder) = match (workbook, &format.profile) {
        (true, None) => (XLSX, "xlsx"),
        (true, Some(_)) => (XLSX, "profile"),
        (false, None) => ("text/csv", "csv"),
        (false, Some(_)) => ("text/csv", "profile"),
    };
    let protocol = format.profile.as_ref().and_then(|it| it["protocol"].as_str());
    let lines = match &format.profile {
        None => {
            let rows = if workbook { cells(bytes)? } else { text_rows(bytes)? };
            table::lines(&rows)?.into_iter().zip(1..).map(of_table).collect()
        }
        Some(profile) => {
            let outputs = if workbook {
                tl_device::icpms_csv::read_cells(profile, &cells(bytes)?).map_err(profile_words)?
            } else {
                decoded(profile, bytes)?
            };
            of_outputs(outputs)
        }
    };
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let decoder = protocol.unwrap_or(decoder).to_owned();
    Ok(Import { decoder, media: media.to_owned(), size, lines })
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn profile_words(error: tl_device::ProfileError) -> Words {
    Words::new(format!("所选格式不能用:{error}"), format!("the format can't be used: {error}"))
}

fn decoded(profile: &Value, bytes: &[u8]) -> Result<Vec<Output>, Words> {
    let mut decoder = tl_device::decoder_for(profile).map_err(profile_words)?;
    let mut outputs = Vec::new();
    decoder.push(bytes, &mut outputs);
    decoder.finish(&mut outputs);
    Ok(outputs)
}

fn cells(bytes: &[u8]) -> Result<Vec<Vec<String>>, Words> {
    workbook::rows(bytes, DATES).map_err(|why| {
        Words::new(format!("XLSX 读不了:{why};请另存为 CSV 再试"), format!("no workbook: {why}"))
    })
}

fn text_rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, Words> {
    let text = decode_text(bytes, None).map_err(|error| {
        let zh = "文件不是 UTF-8 或 GB18030 文本;请重新导出为 CSV";
        Words::new(zh, error.to_string())
    })?;
    let first = text.text.lines().next().unwrap_or_default();
    let delimiter = [',', '\t', ';'].into_iter().max_by_key(|c| first.matches(*c).count());
    let table = read_rows(&text.text, delimiter.unwrap_or(',')).map_err(|error| {
        Words::new(format!("表格读不了:{error};请重新导出"), format!("no table: {error}"))
    })?;
    Ok(table.rows.into_iter().map(|row| row.cells).collect())
}

fn of_table((line, number): (TableLine, usize)) -> Line {
    Line {
        line: number,
        row: line.row,
        name: line.name,
        cells: line.cells,
        to: None,
        state: LineState::Waiting,
        why: None,
        raw: String::new(),
    }
}

fn of_outputs(outputs: Vec<Output>) -> Vec<Line> {
    let mut lines = Vec::new();
    for output in outputs {
        let number = lines.len() + 1;
        match output {
            Output::Accepted(accepted) => {
                let Reading::Assay(assay) = &accepted.reading else { continue };
                let cells = [(Field::Result, &assay.value), (Field::Unit, &assay.unit)];
                lines.push(Line {
                    line: number,
                    row: assay.row,
                    name: assay.sample.clone(),
                    cells: cells.map(|(field, text)| (field, text.clone())).into(),
                    to: None,
                    state: LineState::Waiting,
                    why: None,
                    raw: STANDARD.encode(&accepted.raw),
                });
            }
            Output::Rejected(refused) => {
                let shown: String =
                    String::from_utf8_lossy(&refused.raw).chars().take(60).collect();
                lines.push(Line {
                    line: number,
                    row: 0,
                    name: shown,
                    cells: BTreeMap::new(),
                    to: None,
                    state: LineState::Refused,
                    why: Some((reason_zh(refused.reason).to_owned(), refused.detail)),
                    raw: STANDARD.encode(&refused.raw),
                });
            }
            Output::Skipped(_) => {}
        }
    }
    lines
}

/// Why a decoder refuses, in Chinese: what is wrong and what to do.
fn reason_zh(reason: Reason) -> &'static str {
    match reason {
        Reason::BadValue => "数值不能用:空白、非数字或超出格式;请在仪器上核对该样",
        Reason::AmbiguousNumber => "数字有两种读法(逗号);请导出时不用千分位",
        Reason::Truncated => "文件不完整;请等仪器写完后重新导出",
        Reason::TooLong => "文件过大;请分批导出",
        Reason::Empty => "文件没有数据行",
        Reason::OverRange => "超出量程;请稀释后重测",
        Reason::UnderRange => "低于量程;请核对",
        Reason::UnitMissing => "文件没有写单位;请导出带单位的浓度列",
        Reason::UnitConflict => "单位不认识或与声明不符;请核对导出设置",
        Reason::BadEncoding => "文件不是文本;请重新导出为 CSV",
        Reason::BadHeader => "表头与所选格式不符;请核对格式",
        Reason::AnalyteMissing => "文件没有该元素的列;请核对导出的元素",
        Reason::AmbiguousColumn => "同一同位素有多列;请只导出一列或声明气体模式",
        Reason::NotConcentration => "该列是计数或比值,不是浓度;请导出浓度",
        Reason::IsotopeMismatch => "两个同位素结果不一致;请核对干扰后重测",
        Reason::QcFailed => "仪器自身质控不合格;请查明后重测",
        Reason::RejectedByLab => "该行已被仪器或检测人标为舍弃",
        _ => "读不了;请核对所选格式",
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
