//! A worksheet as its analyst left it: rows in tray order, cells as typed, nothing computed.
//!
//! A cell is text and may hold anything a person typed; what it means is judged anew each time, so
//! that half a worksheet, a wrong figure and an unknown unit are all kept. A row keeps its number
//! for good: changes name it, and two tabs that change different cells both count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tl_domain::event::{CheckKind, Purpose, Standing};

use crate::outbox::WriteError;

/// Most rows of a worksheet, checks included.
pub(crate) const ROWS_MAX: usize = 600;
/// Longest text of a cell in characters.
pub(crate) const CELL_CHARS_MAX: usize = 80;
/// Longest explanation of a deviation in characters.
pub(crate) const DEVIATION_CHARS_MAX: usize = 400;

/// What a worksheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SheetKind {
    /// 含量: the substance of the installation.
    Content,
    /// 水分: pan, wet and dry mass.
    Moisture,
}

/// A column of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    /// Result as measured: `c` of the formula, or the content itself; r of a curve, per cent of an
    /// internal standard.
    Result,
    /// Its unit; the worksheet's when empty.
    Unit,
    /// Volume of the digest in mL.
    Volume,
    /// Dilution.
    Dilution,
    /// Mass weighed in, in g.
    Mass,
    /// Moisture of the portion in per cent.
    Moisture,
    /// What a reference material or a spike must give, in the unit of the result.
    Expected,
    /// Mass of the pan in g.
    Pan,
    /// Mass of pan and wet sample in g.
    Wet,
    /// Mass of pan and dry sample in g.
    Dry,
}

impl Field {
    /// Columns of a kind, in order.
    pub(crate) fn of(kind: SheetKind) -> &'static [Self] {
        match kind {
            SheetKind::Content => &[
                Self::Result,
                Self::Unit,
                Self::Volume,
                Self::Dilution,
                Self::Mass,
                Self::Moisture,
                Self::Expected,
            ],
            SheetKind::Moisture => &[Self::Pan, Self::Wet, Self::Dry],
        }
    }

    /// Name in forms and documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Unit => "unit",
            Self::Volume => "volume",
            Self::Dilution => "dilution",
            Self::Mass => "mass",
            Self::Moisture => "moisture",
            Self::Expected => "expected",
            Self::Pan => "pan",
            Self::Wet => "wet",
            Self::Dry => "dry",
        }
    }

    /// Heading of the column: Chinese, English.
    pub(crate) fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Result => ("结果 c", "Result c"),
            Self::Unit => ("单位", "Unit"),
            Self::Volume => ("定容 V (mL)", "V (mL)"),
            Self::Dilution => ("稀释 D", "Dilution D"),
            Self::Mass => ("称样 m (g)", "m (g)"),
            Self::Moisture => ("水分 w (%)", "Moisture w (%)"),
            Self::Expected => ("标准值/加标量", "Certified / added"),
            Self::Pan => ("盘重 (g)", "Pan (g)"),
            Self::Wet => ("盘+湿样 (g)", "Pan + wet (g)"),
            Self::Dry => ("盘+干样 (g)", "Pan + dry (g)"),
        }
    }
}

/// Where the text of a result came from, when nobody typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// Number of the import.
    pub(crate) import: i64,
    /// Line of it.
    pub(crate) line: usize,
}

/// One position of the tray.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SheetRow {
    /// Number of the row; never given twice on a worksheet.
    pub(crate) n: u32,
    /// Name on the run list and in the instrument's file.
    pub(crate) label: String,
    /// The check that stands there; none for a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<CheckKind>,
    /// Id of the sample; none for what the laboratory itself puts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sample: Option<String>,
    /// Code of its pot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Name at the laboratory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lab_name: Option<String>,
    /// Number of the row that this one repeats or is spiked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<u32>,
    /// Why a sample is measured again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retest: Option<String>,
    /// What was typed, without empty cells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) cells: BTreeMap<Field, String>,
    /// What the cells said when somebody confirmed that this odd value is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<String>,
    /// Where the result's text came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
}

impl SheetRow {
    /// What was typed into a cell; empty when nothing was.
    pub(crate) fn text(&self, field: Field) -> &str {
        self.cells.get(&field).map_or("", String::as_str)
    }

    /// All that was typed, column by column: what a confirmation holds for.
    pub(crate) fn typed(&self, kind: SheetKind) -> String {
        let texts: Vec<&str> = Field::of(kind).iter().map(|field| self.text(*field)).collect();
        texts.join("|")
    }

    /// Names by which a file, a paste or a scan may mean this row.
    pub(crate) fn names(&self) -> Vec<&str> {
        let code = self.code.as_deref();
        [code, self.lab_name.as_deref(), Some(self.label.as_str())].into_iter().flatten().collect()
    }
}

/// 偏离说明: why checks that failed may stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deviation {
    /// In words.
    pub(crate) words: String,
    /// Who says so.
    pub(crate) operator: String,
}

/// A worksheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    /// What it is for.
    pub(crate) kind: SheetKind,
    /// Id of the method's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// Unit of results that name none.
    pub(crate) unit: String,
    /// The portions were dried before they were weighed.
    pub(crate) dried: bool,
    /// The tray.
    pub(crate) rows: Vec<SheetRow>,
    /// Explanation of failed checks by the technical lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deviation: Option<Deviation>,
    /// Why the samples are analysed.
    pub(crate) purpose: Purpose,
    /// How final the results are.
    pub(crate) standing: Standing,
}

impl Sheet {
    /// A worksheet as it was kept.
    ///
    /// # Errors
    /// The document is damaged.
    pub(crate) fn read(document: &str) -> Result<Self, WriteError> {
        serde_json::from_str(document).map_err(|error| WriteError::Storage(error.to_string()))
    }

    /// As it is kept.
    ///
    /// # Errors
    /// It can't be written as JSON.
    pub(crate) fn document(&self) -> Result<String, WriteError> {
        serde_json::to_string(self).map_err(|error| WriteError::Form(error.to_string()))
    }

    /// A row by its number.
    pub(crate) fn row(&self, n: u32) -> Option<&SheetRow> {
        self.rows.iter().find(|row| row.n == n)
    }

    /// A row to change, by its number.
    pub(crate) fn row_mut(&mut self, n: u32) -> Option<&mut SheetRow> {
        self.rows.iter_mut().find(|row| row.n == n)
    }

    /// The row that a name means: own codes first, then laboratory names, then the run list.
    pub(crate) fn row_named(&self, name: &str) -> Option<&SheetRow> {
        let plain = name.trim();
        let code = tl_domain::code::read_scan(plain).ok().map(|(_, code)| code);
        let of_code = |row: &&SheetRow| {
            let own = row.code.as_deref();
            own.is_some() && own == code.as_ref().map(tl_domain::code::Code::as_str)
        };
        // A sample that is measured again has several rows: the one that still waits is meant.
        let best = |rows: Vec<&'_ SheetRow>| -> Option<u32> {
            let waiting = rows.iter().find(|row| row.text(Field::Result).is_empty());
            waiting.or_else(|| rows.first()).map(|row| row.n)
        };
        let pick =
            |fits: &dyn Fn(&&SheetRow) -> bool| best(self.rows.iter().filter(fits).collect());
        let n = pick(&of_code)
            .or_else(|| pick(&|row| row.lab_name.as_deref() == Some(plain)))
            .or_else(|| pick(&|row| row.label.eq_ignore_ascii_case(plain)));
        n.and_then(|n| self.row(n))
    }
}
