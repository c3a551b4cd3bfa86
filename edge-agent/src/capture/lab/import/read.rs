//! Files of instruments and tables with headings, read into lines.
//!
//! Decoders are those of the laboratory's ports; a line that one refuses stays with its reason.
//! Nothing is kept here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tl_device::table::encoding::decode_text;
use tl_device::table::read_rows;
use tl_device::{Output, Reading, Reason};

use super::{Import, Line, LineState};
use crate::capture::lab::sheet::Field;
use crate::capture::lab::table::{self, TableLine};
use crate::port::workbook;
use crate::words::Words;

/// How dates of a workbook are written as text.
const DATES: &str = "%Y-%m-%d %H:%M:%S";
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
