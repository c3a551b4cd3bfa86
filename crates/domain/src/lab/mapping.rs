//! How an outside laboratory's file is read: which columns, which units, which words.
//!
//! A mapping is signed as a `master.put` of kind `lab_mapping`, because it decides what figures a
//! file gives; this is how its fields are read. A unit, basis or limit that neither the mapping nor
//! the file states is missing, never guessed. It names headings, not letters, so that a column
//! that was put in front changes nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::OpenRecord;
use crate::ids::{Analyte, MethodId, PartyId, RecordId};
use crate::quantity::{Basis, ContentUnit};

/// Most result columns of one mapping.
pub const COLUMNS_MAX: usize = 24;
/// Most words of one list.
pub const WORDS_MAX: usize = 40;
/// Longest heading or word in characters.
pub const WORD_CHARS_MAX: usize = 60;
/// Lowest row in which headings may stand.
pub const HEADER_ROW_MAX: u32 = 100;

/// What a laboratory's limit column states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitIs {
    /// 检出限: the limit of a bare ND.
    #[default]
    Detection,
    /// 测定下限: a bare ND says "below it".
    Quantification,
}

/// Where one determination stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultColumn {
    /// What is determined.
    pub analyte: Analyte,
    /// Heading of the results.
    pub column: String,
    /// Word in the column of items that makes a row one of this analyte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Unit of figures without one, when the file states none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<ContentUnit>,
    /// Heading of a column of units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_column: Option<String>,
    /// Heading of a column of limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_column: Option<String>,
    /// What that column states.
    #[serde(default)]
    pub limit_is: LimitIs,
    /// Basis of contents per mass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The method, as the party's masters name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodId>,
}

/// The mapping of a laboratory's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabMapping {
    /// Id.
    pub id: RecordId,
    /// Name on screens.
    pub name: String,
    /// Name of the laboratory, as on submission sheets.
    pub lab_name: String,
    /// Laboratory, when it is a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<PartyId>,
    /// CMA certificate number of the laboratory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cma_number: Option<String>,
    /// Name of the workbook's sheet; the first that holds anything when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the headings, as the spreadsheet numbers it.
    pub header_row: u32,
    /// Heading of the column with our code, the seal or the sample's name.
    pub sample: String,
    /// Heading of the column with the report's number, when rows carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Heading of the column that says what was determined, when each result has its own row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The results.
    pub results: Vec<ResultColumn>,
    /// The laboratory's own words for not detected, beside the usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_detected: Vec<String>,
    /// Its words for not measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_measured: Vec<String>,
    /// Names in the column of samples that are the laboratory's own: blanks, checks, totals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
}

/// Why a record is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A member is missing, unknown or malformed.
    #[error("laboratory mapping: {0}")]
    Form(String),
    /// A heading, name or word that is empty or too long.
    #[error("laboratory mapping: {0} is empty or longer than {WORD_CHARS_MAX} characters")]
    Text(&'static str),
    /// No result column, or too many.
    #[error("laboratory mapping: {0} result columns; 1 to {COLUMNS_MAX} can be mapped")]
    Results(usize),
    /// Too many words of a list.
    #[error("laboratory mapping: {0} has more than {WORDS_MAX} words")]
    Words(&'static str),
    /// Headings in a row that is none.
    #[error("laboratory mapping: header row {0} is not from 1 to {HEADER_ROW_MAX}")]
    HeaderRow(u32),
    /// Results of one analyte whose rows can't be told apart.
    #[error("laboratory mapping: {0} is there twice; one column, or one item word each")]
    Twice(Analyte),
    /// Item words without a column of items, or the other way round.
    #[error("laboratory mapping: a column of items and an item word of {0} belong together")]
    Item(Analyte),
    /// A content per mass of which nobody says whether it is wet or dry.
    #[error("laboratory mapping: {0} has a unit per mass and no basis (wet or dry)")]
    Basis(Analyte),
}

impl MappingError {
    /// In Chinese: what is wrong, what to do.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Form(why) => format!("映射不完整：{why}"),
            Self::Text(what) => format!("{what} 为空或超过 {WORD_CHARS_MAX} 个字"),
            Self::Results(count) => format!("有 {count} 个结果列；可设 1 至 {COLUMNS_MAX} 个"),
            Self::Words(what) => format!("{what} 超过 {WORDS_MAX} 个词"),
            Self::HeaderRow(row) => format!("表头行 {row} 不在 1 至 {HEADER_ROW_MAX} 之间"),
            Self::Twice(analyte) => format!("{analyte} 重复；每个项目一列，或各用一个项目词"),
            Self::Item(analyte) => format!("“项目”列与 {analyte} 的项目词须同时填写"),
            Self::Basis(analyte) => format!("{analyte} 按质量计，请选干基或湿基"),
        }
    }
}

impl LabMapping {
    /// Reads a mapping from its record.
    ///
    /// # Errors
    /// What does not read, with its member.
    pub fn read(record: &OpenRecord) -> Result<Self, MappingError> {
        let mut fields = record.fields.clone();
        fields.insert("id".to_owned(), record.id.as_str().into());
        let mapping: Self = serde_json::from_value(Value::Object(fields))
            .map_err(|error| MappingError::Form(error.to_string()))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The record as it is signed.
    #[must_use]
    pub fn record(&self) -> OpenRecord {
        let mut fields = match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        fields.remove("id");
        OpenRecord { id: self.id.clone(), fields }
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), MappingError> {
        self.check_texts()?;
        if !(1..=HEADER_ROW_MAX).contains(&self.header_row) {
            return Err(MappingError::HeaderRow(self.header_row));
        }
        if self.results.is_empty() || self.results.len() > COLUMNS_MAX {
            return Err(MappingError::Results(self.results.len()));
        }
        for (at, result) in self.results.iter().enumerate() {
            let analyte = || result.analyte.clone();
            if self.item.is_some() != result.item.is_some() {
                return Err(MappingError::Item(analyte()));
            }
            let earlier = &self.results[..at];
            let same = |other: &&ResultColumn| {
                other.analyte == result.analyte
                    || (result.item.is_some() && other.item == result.item)
            };
            if earlier.iter().any(|other| same(&other)) {
                return Err(MappingError::Twice(analyte()));
            }
            let per_mass = result.unit.is_some_and(|unit| unit.per_gram().is_some());
            if per_mass && result.basis.is_none() {
                return Err(MappingError::Basis(analyte()));
            }
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), MappingError> {
        let needed = [("name", &self.name), ("lab_name", &self.lab_name), ("sample", &self.sample)];
        let results = self.results.iter().flat_map(|result| {
            let maybe = [&result.item, &result.unit_column, &result.limit_column];
            [("results", &result.column)]
                .into_iter()
                .chain(maybe.into_iter().flatten().map(|text| ("results", text)))
        });
        let maybe = [
            ("cma_number", &self.cma_number),
            ("sheet", &self.sheet),
            ("report", &self.report),
            ("item", &self.item),
        ];
        let maybe = maybe.into_iter().filter_map(|(what, text)| Some((what, text.as_ref()?)));
        let lists = [
            ("not_detected", &self.not_detected),
            ("not_measured", &self.not_measured),
            ("skip", &self.skip),
        ];
        if let Some((what, _)) = lists.iter().find(|(_, words)| words.len() > WORDS_MAX) {
            return Err(MappingError::Words(what));
        }
        let words = lists.iter().flat_map(|(what, words)| words.iter().map(|word| (*what, word)));
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= WORD_CHARS_MAX;
        match needed.into_iter().chain(results).chain(maybe).chain(words).find(|(_, t)| !fits(t)) {
            Some((what, _)) => Err(MappingError::Text(what)),
            None => Ok(()),
        }
    }
}
