//! Result files of ICP-MS and ICP-OES instruments: one file in, values of one substance out.
//!
//! A file is judged as a whole: an unknown header, a missing unit or a cut file gives nothing.
//! Calibration rows, blanks and other elements are skipped and counted; rows the instrument or
//! the analyst rejected are refused. Both isotopes present: the preferred one is reported, the
//! other is its cross-check. The shape is declared; no shape is guessed from the bytes.
//! Waiting until a file is complete, and never overwriting one, is for the caller.

pub mod mapped;
mod masshunter;
mod nexion;
mod qtegra;
mod wide;
mod winlab;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Accepted, Decoder, Output, Rejection, Skipped, count};
use crate::lab::element::Analyte;
use crate::lab::unit::Concentration;
use crate::limits::{LAB_FILE_BYTES_MAX, RAW_BYTES_MAX, TABLE_ROWS_MAX, head};
use crate::reading::{Assay, Reading, Reason, Refusal};
use crate::registry::{ProfileError, bad_field, profile_fields};
use crate::table::encoding::decode_text;
use crate::table::{DecodedText, Row, Table, TextEncoding, read_rows};

/// Protocol names of this family, one for each shape of file.
pub const PROTOCOLS: &[&str] = &[
    "agilent_masshunter_2row",
    "agilent_masshunter_flat",
    "perkinelmer_nexion_wide",
    "perkinelmer_winlab32_long",
    "thermo_qtegra_wide",
    "generic_csv",
];

/// What the laboratory declared about its export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The unit to report in, and the unit of columns that name none.
    pub unit: Option<Concentration>,
    /// The substance to read.
    #[serde(default)]
    pub analyte: Analyte,
    /// The isotope to report where several were measured; the usual one if absent.
    pub prefer_isotope: Option<String>,
    /// Largest difference of the isotopes in percent of the reported one; not checked if absent.
    #[serde(default, deserialize_with = "crate::registry::decimal_or_number")]
    pub max_isotope_diff_pct: Option<Decimal>,
    /// The gas mode to use where an isotope was measured in several, as in the header.
    pub gas_mode: Option<String>,
    /// What separates cells.
    #[serde(default = "default_delimiter")]
    pub delimiter: char,
    /// The decimal sign, point or comma.
    #[serde(default = "default_decimal")]
    pub decimal: char,
    /// The second row holds units (Qtegra only).
    #[serde(default)]
    pub unit_row: bool,
    /// Beginnings of names that are no samples, in place of the usual ones.
    pub skip_names: Option<Vec<String>>,
    /// The encoding; found by byte order mark, then strict UTF-8, then GB 18030 if absent.
    pub encoding: Option<TextEncoding>,
    /// Which column is what (generic_csv only).
    pub mapping: Option<mapped::Mapping>,
}

fn default_delimiter() -> char {
    ','
}

fn default_decimal() -> char {
    '.'
}

/// A way of laying results out in a table.
type Shape = fn(&Profile, &Table) -> Result<Vec<(usize, Finding)>, Refusal>;

/// What one row of the table amounts to; rows are named by their index in the table.
pub(crate) enum Finding {
    Assay(Assay),
    Refused(Refusal),
    Skipped(String),
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    Ok(Box::new(LabFileDecoder::new(protocol, fields)?))
}

/// Judges cells as a workbook gives them, header rows included, under a whole device profile.
///
/// # Errors
/// The profile cannot be used, or is none of a laboratory's table.
pub fn read_cells(profile: &Value, rows: &[Vec<String>]) -> Result<Vec<Output>, ProfileError> {
    let mut fields = profile.clone();
    let protocol = fields.as_object_mut().and_then(|it| it.remove("protocol"));
    let protocol = protocol.as_ref().and_then(Value::as_str).unwrap_or_default();
    if !PROTOCOLS.contains(&protocol) {
        return Err(bad_field(protocol, "a protocol of laboratory tables is needed"));
    }
    let decoder = LabFileDecoder::new(protocol, fields)?;
    if rows.len() > TABLE_ROWS_MAX {
        let detail = format!("{} rows; at most {TABLE_ROWS_MAX} are read", rows.len());
        let reason = Reason::TooLong;
        let (raw, length, offset) = (Vec::new(), 0, 0);
        return Ok(vec![Output::Rejected(Rejection { reason, detail, raw, length, offset })]);
    }
    let mut text = String::new();
    let mut table = Table { rows: Vec::new(), ends_with_newline: true };
    for (cells, number) in rows.iter().zip(1..) {
        let start = text.len();
        text.push_str(&cells.join("\t"));
        table.rows.push(Row { number, cells: cells.clone(), span: start..text.len() });
        text.push('\n');
    }
    let whole = DecodedText { text, encoding: TextEncoding::Utf8 };
    Ok(decoder.judge_table(&whole, &table).unwrap_or_else(|refusal| {
        let raw = head(whole.text.as_bytes(), RAW_BYTES_MAX);
        let length = count(whole.text.len());
        let Refusal { reason, detail } = refusal;
        vec![Output::Rejected(Rejection { reason, detail, raw, length, offset: 0 })]
    }))
}

/// Collects a file and judges it at its end.
pub struct LabFileDecoder {
    profile: Profile,
    shape: Shape,
    file: Vec<u8>,
    length: u64,
}

impl Decoder for LabFileDecoder {
    fn push(&mut self, bytes: &[u8], _out: &mut Vec<Output>) {
        let room = LAB_FILE_BYTES_MAX - self.file.len();
        self.file.extend(bytes.iter().take(room));
        self.length += count(bytes.len());
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        let file = std::mem::take(&mut self.file);
        let length = std::mem::take(&mut self.length);
        let judged = if length > count(file.len()) {
            let detail = format!("{length} bytes; at most {LAB_FILE_BYTES_MAX} are read");
            Err(Refusal::new(Reason::TooLong, detail))
        } else {
            self.judge(&file)
        };
        match judged {
            Ok(outputs) => out.extend(outputs),
            Err(Refusal { reason, detail }) => out.push(Output::Rejected(Rejection {
                reason,
                detail,
                raw: head(&file, RAW_BYTES_MAX),
                length,
                offset: 0,
            })),
        }
    }

    fn buffered(&self) -> usize {
        self.file.len()
    }
}

impl LabFileDecoder {
    fn new(protocol: &str, fields: Value) -> Result<Self, ProfileError> {
        let profile: Profile = profile_fields(protocol, fields)?;
        let shape: Shape = match protocol {
            "agilent_masshunter_2row" => masshunter::two_rows,
            "agilent_masshunter_flat" => masshunter::flat,
            "perkinelmer_nexion_wide" => nexion::wide,
            "perkinelmer_winlab32_long" => winlab::long,
            "thermo_qtegra_wide" => qtegra::wide,
            "generic_csv" => mapped::mapped,
            other => return Err(bad_field(other, "no shape of this name")),
        };
        profile
            .analyte
            .isotope_or_usual(profile.prefer_isotope.as_deref())
            .map_err(|detail| bad_field(protocol, detail))?;
        if !matches!(profile.decimal, '.' | ',') || profile.decimal == profile.delimiter {
            return Err(bad_field(protocol, "`decimal` is . or , and not the delimiter"));
        }
        if matches!(profile.delimiter, '"' | '\r' | '\n') || profile.delimiter.is_alphanumeric() {
            return Err(bad_field(protocol, "`delimiter` is a comma, semicolon or tab"));
        }
        if profile.unit_row && protocol != "thermo_qtegra_wide" {
            return Err(bad_field(protocol, "`unit_row` belongs to thermo_qtegra_wide only"));
        }
        match (&profile.mapping, protocol == "generic_csv") {
            (Some(mapping), true) => mapping.check(protocol, &profile)?,
            (None, true) => return Err(bad_field(protocol, "`mapping` is missing")),
            (Some(_), false) => {
                return Err(bad_field(protocol, "`mapping` belongs to generic_csv"));
            }
            (None, false) => {}
        }
        if profile.max_isotope_diff_pct.is_some_and(|limit| limit.is_sign_negative()) {
            return Err(bad_field(protocol, "`max_isotope_diff_pct` is not negative"));
        }
        Ok(Self { profile, shape, file: Vec::new(), length: 0 })
    }

    fn judge(&self, file: &[u8]) -> Result<Vec<Output>, Refusal> {
        let text = decode_text(file, self.profile.encoding)
            .map_err(|error| Refusal::new(Reason::BadEncoding, error.to_string()))?;
        let table = read_rows(&text.text, self.profile.delimiter)
            .map_err(|error| Refusal::new(Reason::Truncated, error.to_string()))?;
        if !table.ends_with_newline && table.rows.iter().any(|row| !row.is_blank()) {
            let detail = "the last row has no line end: the file is cut or still being written; \
                          wait until it is complete or export it again";
            return Err(Refusal::new(Reason::Truncated, detail));
        }
        self.judge_table(&text, &table)
    }

    fn judge_table(&self, text: &DecodedText, table: &Table) -> Result<Vec<Output>, Refusal> {
        let rows_with_data = table.rows.iter().filter(|row| !row.is_blank()).count();
        if rows_with_data == 0 {
            return Err(Refusal::new(Reason::Empty, "the file holds no rows"));
        }
        let findings = (self.shape)(&self.profile, table)?;
        if findings.is_empty() {
            return Err(Refusal::new(Reason::Empty, "the file holds headers and no rows of data"));
        }
        Ok(findings
            .into_iter()
            .filter_map(|(index, finding)| Some(output(text, table.rows.get(index)?, finding)))
            .collect())
    }
}

/// Puts the row's bytes beside what was found in it.
fn output(text: &DecodedText, row: &Row, finding: Finding) -> Output {
    let raw = text.raw(row.span.clone());
    // Offsets of rows are counted in the text as UTF-8; they order rows and nothing else.
    let offset = count(row.span.start);
    match finding {
        Finding::Assay(assay) => {
            Output::Accepted(Accepted { reading: Reading::Assay(assay), raw, offset })
        }
        Finding::Skipped(why) => Output::Skipped(Skipped { why, item: None, raw, offset }),
        Finding::Refused(Refusal { reason, detail }) => {
            let length = count(raw.len());
            let detail = format!("row {}: {detail}", row.number);
            Output::Rejected(Rejection { reason, detail, raw, length, offset })
        }
    }
}

/// Names that mark blanks, standards and checks where a file has no column for the type.
const NO_SAMPLES: &[&str] = &[
    "BLANK", "BLK", "STD", "STANDARD", "CAL", "CALBLK", "CALSTD", "QC", "QCS", "CCV", "CCB", "ICV",
    "ICB", "LCS", "RINSE", "WASH", "TUNE", "空白", "标液", "标准", "标样", "质控", "清洗",
];

impl Profile {
    /// The isotope to report.
    pub(crate) fn isotope(&self) -> &str {
        self.prefer_isotope.as_deref().unwrap_or(self.analyte.usual_isotope())
    }

    /// Why a sample of this name is no sample; the first word decides.
    pub(crate) fn no_sample(&self, name: &str) -> Option<String> {
        let upper = name.to_uppercase();
        if let Some(names) = &self.skip_names {
            let hit = names.iter().find(|it| upper.starts_with(&it.to_uppercase()))?;
            return Some(format!("{name:?} begins with {hit:?}, declared as no sample"));
        }
        let end = upper.find(|it: char| !it.is_alphabetic()).unwrap_or(upper.len());
        let word = upper.get(..end)?;
        NO_SAMPLES.contains(&word).then(|| format!("{name:?} names a blank, standard or check"))
    }
}

#[cfg(test)]
mod tests;
