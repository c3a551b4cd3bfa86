//! Columns by their headings, in any order, with blanks and full-width forms allowed.
//!
//! Invariant: a column that the template needs and the sheet does not have is a problem that names
//! it; a heading that stands twice is one too; a heading that nobody knows is a notice, because
//! plants keep columns of their own. A unit in brackets behind a heading is kept for the cells.

use crate::book::{Cell, Row, Sheet};
use crate::folded::folded;
use crate::limits::{HEADING_ROWS_MAX, ROWS_MAX};
use crate::problem::{Problem, Problems, Words, letters, quoted};

/// A column of a template.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Heading in the template.
    pub(crate) zh: &'static str,
    /// English heading.
    pub(crate) en: &'static str,
    /// Other headings, as they are compared, without units.
    pub(crate) aliases: &'static [&'static str],
    /// Whether the sheet cannot be read without it.
    pub(crate) needed: bool,
    /// What belongs there, for the template's explanations.
    pub(crate) help: (&'static str, &'static str),
}

/// A sheet with its columns found.
pub(crate) struct Grid<'a> {
    pub(crate) sheet: &'a Sheet,
    columns: &'static [Column],
    /// Where each column stands, and the unit in its heading.
    places: Vec<Option<(usize, String)>>,
    /// Index of the first row below the headings.
    first: usize,
}

/// A row of a grid.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    grid: &'a Grid<'a>,
    pub(crate) row: &'a Row,
}

/// How many columns of a template the best row of a sheet has.
pub(crate) fn likeness(sheet: &Sheet, columns: &'static [Column]) -> usize {
    best(sheet, columns).map_or(0, |(_, found)| found)
}

fn best(sheet: &Sheet, columns: &'static [Column]) -> Option<(usize, usize)> {
    let count = |row: &Row| {
        let known = row.cells.iter().filter(|cell| column_of(&cell.text, columns).is_some());
        known.count()
    };
    let rows = sheet.rows.iter().take(HEADING_ROWS_MAX).enumerate();
    let counted = rows.map(|(index, row)| (index, count(row))).filter(|(_, found)| *found > 0);
    // The first of the best: headings repeated further down are complained of as data.
    counted.rev().max_by_key(|(_, found)| *found)
}

impl<'a> Grid<'a> {
    /// Finds the columns; `None` when the sheet has no headings or lacks some, with problems noted.
    pub(crate) fn find(
        sheet: &'a Sheet,
        columns: &'static [Column],
        problems: &mut Problems,
        notices: &mut Problems,
    ) -> Option<Self> {
        let Some((index, _)) = best(sheet, columns) else {
            let wanted: Vec<&str> = columns.iter().filter(|c| c.needed).map(|c| c.zh).collect();
            let wanted = wanted.join("、");
            problems.add(Problem::of_row(
                &sheet.name,
                0,
                Words::new(
                    format!("前 {HEADING_ROWS_MAX} 行中没有表头；至少要有：{wanted}"),
                    format!("no headings in the first {HEADING_ROWS_MAX} rows; needed: {wanted}"),
                ),
            ));
            return None;
        };
        let row = &sheet.rows[index];
        let mut places: Vec<Option<(usize, String)>> = vec![None; columns.len()];
        for (place, cell) in row.cells.iter().enumerate() {
            heading(sheet, row, (place, cell), columns, &mut places, problems, notices);
        }
        let mut is_whole = true;
        for (column, place) in columns.iter().zip(&places) {
            if column.needed && place.is_none() {
                is_whole = false;
                problems.add(Problem::of_row(
                    &sheet.name,
                    row.number,
                    Words::new(
                        format!("缺少列「{}」；请按模板补上这一列", column.zh),
                        format!("column {} ({}) is missing; add it", column.en, column.zh),
                    ),
                ));
            }
        }
        let grid = Self { sheet, columns, places, first: index + 1 };
        let filled = sheet.rows.len() - grid.first;
        if filled > ROWS_MAX {
            is_whole = false;
            problems.add(Problem::of_row(
                &sheet.name,
                0,
                Words::new(
                    format!("有 {filled} 行，最多 {ROWS_MAX} 行；请按年份拆分"),
                    format!("{filled} rows, at most {ROWS_MAX}; split the file by years"),
                ),
            ));
        }
        is_whole.then_some(grid)
    }

    /// Rows below the headings that hold anything.
    pub(crate) fn lines(&'a self) -> impl Iterator<Item = Line<'a>> {
        self.sheet.rows[self.first..].iter().map(|row| Line { grid: self, row })
    }
}

fn heading(
    sheet: &Sheet,
    row: &Row,
    (place, cell): (usize, &Cell),
    columns: &'static [Column],
    places: &mut [Option<(usize, String)>],
    problems: &mut Problems,
    notices: &mut Problems,
) {
    if cell.text.is_empty() {
        return;
    }
    let problem = |heading: &str, message: Words| Problem {
        sheet: sheet.name.clone(),
        row: row.number,
        column: letters(place),
        heading: heading.to_owned(),
        read: quoted(&cell.text),
        message,
    };
    match column_of(&cell.text, columns) {
        Some((index, unit)) => match &places[index] {
            None => places[index] = Some((place, unit)),
            Some((earlier, _)) => {
                let earlier = letters(*earlier);
                problems.add(problem(
                    columns[index].zh,
                    Words::new(
                        format!("与 {earlier} 列是同一列；请只留一列"),
                        format!("the same column as {earlier}; keep one of them"),
                    ),
                ));
            }
        },
        None => notices.add(problem(
            "",
            Words::new(
                "不认识的列，没有读；如要导入请改用模板中的列名",
                "an unknown column, not read; use a heading of the template to import it",
            ),
        )),
    }
}

/// The column that a heading means, and the unit in brackets behind it.
fn column_of(heading: &str, columns: &'static [Column]) -> Option<(usize, String)> {
    let whole = folded(heading);
    let (name, unit) = match whole.split_once('(') {
        Some((name, unit)) => (name.to_owned(), unit.trim_end_matches(')').to_owned()),
        None => (whole.clone(), String::new()),
    };
    let bare = |text: &str| folded(text).split('(').next().unwrap_or_default().to_owned();
    let is = |column: &Column| {
        let own = [bare(column.zh), bare(column.en)];
        let aliases = column.aliases.iter().map(|alias| folded(alias));
        own.into_iter().chain(aliases).any(|known| known == name || known == whole)
    };
    if name.is_empty() {
        return None;
    }
    columns.iter().position(is).map(|index| (index, unit))
}

impl<'a> Line<'a> {
    /// The cell of a column; empty where the sheet does not have it.
    pub(crate) fn cell(&self, column: usize) -> &'a Cell {
        const EMPTY: &Cell = &Cell { text: String::new(), kind: crate::book::CellKind::Text };
        match &self.grid.places[column] {
            Some((place, _)) => self.row.cell(*place),
            None => EMPTY,
        }
    }

    /// The unit in the column's heading; empty without one.
    pub(crate) fn unit(&self, column: usize) -> &'a str {
        self.grid.places[column].as_ref().map_or("", |(_, unit)| unit.as_str())
    }

    /// A problem with the cell of a column.
    pub(crate) fn problem(&self, column: usize, message: Words) -> Problem {
        let place = self.grid.places[column].as_ref().map(|(place, _)| *place);
        Problem {
            sheet: self.grid.sheet.name.clone(),
            row: self.row.number,
            column: place.map(letters).unwrap_or_default(),
            heading: self.grid.columns[column].zh.to_owned(),
            read: quoted(&self.cell(column).text),
            message,
        }
    }

    /// Whether every known column is empty here: notes below a table.
    pub(crate) fn is_blank(&self) -> bool {
        let places = self.grid.places.iter().flatten();
        places.into_iter().all(|(place, _)| self.row.cell(*place).text.is_empty())
    }
}
