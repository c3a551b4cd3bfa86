//! Headings of a laboratory's file, found by the mapping's words.
//!
//! A heading means its whole text, else its text without what stands in brackets; one that fits two
//! columns is refused. What brackets say of unit and basis must not contradict the mapping.

use tl_domain::lab::cell;
use tl_domain::lab::mapping::{LabMapping, ResultColumn};
use tl_domain::quantity::{Basis, ContentUnit};

use crate::book::{Book, Row, Sheet};
use crate::folded::folded;
use crate::problem::{Problem, Refused, Words, letters, quoted};

/// Headings that a message lists.
const LISTED: usize = 30;
/// Words for the basis in a heading's brackets.
const BASES: [(&str, Basis); 6] = [
    ("干基", Basis::Dry),
    ("dry", Basis::Dry),
    ("干样", Basis::Dry),
    ("湿基", Basis::Wet),
    ("wet", Basis::Wet),
    ("收到基", Basis::Wet),
];

/// A column with its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) heading: String,
}

/// One result's columns.
pub(super) struct Found<'a> {
    pub(super) wanted: &'a ResultColumn,
    pub(super) result: Place,
    pub(super) unit_column: Option<Place>,
    pub(super) limit_column: Option<Place>,
    /// Unit that heading or mapping states.
    pub(super) unit: Option<ContentUnit>,
    /// Basis that heading or mapping states.
    pub(super) basis: Option<Basis>,
}

/// All columns of a mapping in a sheet.
pub(super) struct Columns<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) header_row: usize,
    pub(super) sample: Place,
    pub(super) report: Option<Place>,
    pub(super) item: Option<Place>,
    pub(super) results: Vec<Found<'a>>,
}

impl<'a> Columns<'a> {
    /// Finds the columns of a mapping.
    ///
    /// # Errors
    /// The sheet, its headings or one of them is missing, or says something else.
    pub(super) fn find(book: &'a Book, mapping: &'a LabMapping) -> Result<Self, Refused> {
        let sheet = sheet_of(book, mapping)?;
        let wanted = mapping.header_row as usize;
        let Some(row) = sheet.rows.iter().find(|row| row.number == wanted) else {
            return Err(Refused::whole(Words::new(
                format!("第 {wanted} 行是空的，映射说表头在这一行；请核对映射中的表头行"),
                format!("row {wanted} is blank, but the mapping's headings stand there"),
            )));
        };
        let heads = Heads { sheet, row };
        let sample = heads.place(&mapping.sample)?;
        let mut results = Vec::new();
        for wanted in &mapping.results {
            results.push(heads.result(wanted)?);
        }
        Ok(Self {
            sheet,
            header_row: row.number,
            sample,
            report: mapping.report.as_deref().map(|head| heads.place(head)).transpose()?,
            item: mapping.item.as_deref().map(|head| heads.place(head)).transpose()?,
            results,
        })
    }
}

fn sheet_of<'a>(book: &'a Book, mapping: &LabMapping) -> Result<&'a Sheet, Refused> {
    let filled = || book.sheets.iter().filter(|sheet| !sheet.rows.is_empty());
    // A CSV has one sheet without a name.
    let unnamed = filled().next().filter(|sheet| sheet.name.is_empty());
    let found = match &mapping.sheet {
        Some(name) if unnamed.is_none() => {
            filled().find(|sheet| folded(&sheet.name) == folded(name))
        }
        _ => filled().next(),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let (names, name) = (names.join("、"), mapping.sheet.as_deref().unwrap_or_default());
        Refused::whole(Words::new(
            format!("没有工作表“{name}”，或它是空的；文件中有：{names}"),
            format!("there is no sheet {name:?} with anything in it; the file has: {names}"),
        ))
    })
}

struct Heads<'a> {
    sheet: &'a Sheet,
    row: &'a Row,
}

impl Heads<'_> {
    fn place(&self, wanted: &str) -> Result<Place, Refused> {
        let cells = || self.row.cells.iter().enumerate();
        let whole: Vec<usize> = cells()
            .filter(|(_, cell)| folded(&cell.text) == folded(wanted))
            .map(|(column, _)| column)
            .collect();
        let bare: Vec<usize> = cells()
            .filter(|(_, cell)| bare(&cell.text) == folded(wanted))
            .map(|(column, _)| column)
            .collect();
        let found = if whole.is_empty() { bare } else { whole };
        match found.as_slice() {
            [column] => {
                let heading = self.row.cell(*column).text.clone();
                Ok(Place { column: *column, heading })
            }
            [] => Err(self.missing(wanted)),
            [first, second, ..] => {
                let (first, second) = (letters(*first), letters(*second));
                Err(self.refused(
                    wanted,
                    Words::new(
                        format!("{first} 列和 {second} 列都叫“{wanted}”；请改其中一个列名"),
                        format!("columns {first} and {second} are both called {wanted:?}"),
                    ),
                ))
            }
        }
    }

    fn result<'m>(&self, wanted: &'m ResultColumn) -> Result<Found<'m>, Refused> {
        let result = self.place(&wanted.column)?;
        let maybe =
            |head: &Option<String>| head.as_deref().map(|head| self.place(head)).transpose();
        let (unit_column, limit_column) =
            (maybe(&wanted.unit_column)?, maybe(&wanted.limit_column)?);
        let (unit, basis) = stated(&result.heading);
        if let (Some(read), Some(mapped)) = (unit, wanted.unit)
            && read != mapped
        {
            return Err(self.refused(
                &result.heading,
                Words::new(
                    format!("表头写的单位是 {read}，映射中是 {mapped}；请核对后改映射"),
                    format!("the heading says {read}, the mapping {mapped}; correct the mapping"),
                ),
            ));
        }
        if let (Some(read), Some(mapped)) = (basis, wanted.basis)
            && read != mapped
        {
            return Err(self.refused(
                &result.heading,
                Words::new(
                    "表头写的干湿基与映射不同；请核对后改映射",
                    "the heading says another basis than the mapping; correct the mapping",
                ),
            ));
        }
        let (unit, basis) = (unit.or(wanted.unit), basis.or(wanted.basis));
        Ok(Found { wanted, result, unit_column, limit_column, unit, basis })
    }

    fn missing(&self, wanted: &str) -> Refused {
        let filled = self.row.cells.iter().filter(|cell| !cell.text.is_empty());
        let heads: Vec<String> = filled.take(LISTED).map(|cell| quoted(&cell.text)).collect();
        let heads = heads.join("、");
        self.refused(
            wanted,
            Words::new(
                format!("这一行没有“{wanted}”；有：{heads}。请核对映射的表头行和列名"),
                format!("there is no {wanted:?} in this row but: {heads}. Correct the mapping"),
            ),
        )
    }

    fn refused(&self, heading: &str, message: Words) -> Refused {
        let problem = Problem {
            heading: heading.to_owned(),
            ..Problem::of_row(&self.sheet.name, self.row.number, message)
        };
        Refused { problems: vec![problem], more: 0 }
    }
}

/// A heading without what stands in brackets.
fn bare(heading: &str) -> String {
    folded(heading).split(['(', '[', '【']).next().unwrap_or_default().to_owned()
}

/// Unit and basis that a heading states in its brackets: `Tl(mg/kg，干基)`.
fn stated(heading: &str) -> (Option<ContentUnit>, Option<Basis>) {
    let whole = folded(heading);
    let Some((_, inner)) = whole.split_once(['(', '[', '【']) else { return (None, None) };
    let parts = inner.split([',', '，', ';', '；', '、', ')', ']', '】', '(']);
    let (mut unit, mut basis) = (None, None);
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        unit = unit.or_else(|| cell::unit(part).ok());
        basis = basis.or_else(|| BASES.iter().find(|(word, _)| *word == part).map(|it| it.1));
    }
    (unit, basis)
}
