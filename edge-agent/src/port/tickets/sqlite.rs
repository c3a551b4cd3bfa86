//! Rows of a query on an SQLite file that the weighbridge's software owns: read, never written.

use std::path::{Path, PathBuf};

use tl_device::ticket::{TicketFile, TicketMapping, read_cells};

use crate::outbox::ask_foreign;

/// Most bytes of the cells of one page.
const PAGE_BYTES_MAX: usize = 8 << 20;

/// A query on a file.
pub(super) struct Database {
    path: PathBuf,
    query: String,
}

impl Database {
    /// Nothing is opened yet.
    pub(super) fn new(path: &Path, query: &str) -> Self {
        Self { path: path.to_owned(), query: query.to_owned() }
    }

    /// Whether the query asks for one page at a time.
    pub(super) fn is_paged(&self) -> bool {
        self.query.contains("{limit}")
    }

    /// The rows behind a stamp.
    ///
    /// # Errors
    /// What is wrong with file, query or columns, in words.
    pub(super) fn read(
        &self,
        since: &str,
        limit: u32,
        mapping: &TicketMapping,
    ) -> Result<TicketFile, String> {
        let query = self.query.replace("{since}", since).replace("{limit}", &limit.to_string());
        let rows = ask_foreign(&self.path, &query)?;
        let Some(first) = rows.first() else {
            return Ok(TicketFile { rows: Vec::new(), skipped: Vec::new() });
        };
        let held: usize = rows.iter().flat_map(|row| &row.cells).map(String::len).sum();
        if held > PAGE_BYTES_MAX {
            return Err(format!(
                "the query gives {held} bytes at once; at most {PAGE_BYTES_MAX} are read: put \
                 {{limit}} into it, or a later `start`"
            ));
        }
        let header = std::iter::repeat_n(Vec::new(), mapping.header_row - 1);
        let header = header.chain([first.names.clone()]);
        let table: Vec<Vec<String>> = header.chain(rows.into_iter().map(|row| row.cells)).collect();
        read_cells(&table, mapping).map_err(|error| error.to_string())
    }
}
