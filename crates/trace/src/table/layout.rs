//! Columns of a terminal: widths in cells, headings, colours.

use unicode_width::UnicodeWidthStr as _;

/// One cell; numbers stand at the right of their column.
pub(super) struct Cell {
    text: String,
    right: bool,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self { text: text.to_owned(), right: false }
    }

    pub(super) fn number(text: String) -> Self {
        Self { text, right: true }
    }
}

pub(super) struct Layout {
    text: String,
    colour: bool,
}

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

impl Layout {
    pub(super) fn new(colour: bool) -> Self {
        Self { text: String::new(), colour }
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(&printable(line));
        self.text.push('\n');
    }

    pub(super) fn heading(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.painted(line, BOLD);
    }

    pub(super) fn alarm(&mut self, line: &str) {
        self.painted(line, RED);
    }

    fn painted(&mut self, line: &str, paint: &str) {
        let line = printable(line);
        if self.colour {
            self.text.push_str(&format!("{paint}{line}{PLAIN}\n"));
        } else {
            self.text.push_str(&format!("{line}\n"));
        }
    }

    pub(super) fn table(&mut self, head: &[&str], mut rows: Vec<Vec<Cell>>) {
        rows.iter_mut().flatten().for_each(|cell| cell.text = printable(&cell.text));
        let widest = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text));
            cells.chain(head.get(at).map(|text| width(text))).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(widest).collect();
        let right: Vec<bool> =
            (0..head.len()).map(|at| rows.iter().any(|row| row[at].right)).collect();
        let head = head
            .iter()
            .zip(&right)
            .map(|(text, right)| Cell { text: (*text).to_owned(), right: *right });
        let line = aligned(&head.collect::<Vec<_>>(), &widths);
        self.painted(&line, DIM);
        for row in &rows {
            let line = aligned(row, &widths);
            self.line(&line);
        }
    }
}

fn aligned(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, wide) in row.iter().zip(widths) {
        let space = " ".repeat(wide.saturating_sub(width(&cell.text)));
        match cell.right {
            true => line.push_str(&format!("{space}{}  ", cell.text)),
            false => line.push_str(&format!("{}{space}  ", cell.text)),
        }
    }
    line.trim_end().to_owned()
}

/// Without control characters: a name in a case may not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Cells that a text takes: two for what East Asian fonts draw wide, none for what combines.
pub(super) fn width(text: &str) -> usize {
    text.width()
}
