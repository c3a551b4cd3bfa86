//! Rows of a query on an SQLite file that another program owns: read only, and never for long.
//!
//! The file is opened for each look and closed behind it. `mode=ro` lets SQLite itself refuse every
//! write; the software's own writing waits for a look at most as long as its page takes. Cells are
//! the bytes that stand there: old programs keep GBK where the file says UTF-8.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{FromSql, QueryableByName, Result as Read};
use diesel::row::{Field as _, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Double};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection};
use tl_device::table::encoding::decode_text;
use tl_device::ticket::{TicketFile, TicketMapping, read_cells};

/// Most bytes of the cells of one page.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// Wait for the software's own lock, the key's end and nothing that a view could bring along.
const SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA query_only=ON; PRAGMA cache_size=-512; \
                        PRAGMA trusted_schema=OFF;";

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
        let mut connection = self.open()?;
        let query = self.query.replace("{since}", since).replace("{limit}", &limit.to_string());
        let rows: Vec<Cells> = diesel::sql_query(query)
            .load(&mut connection)
            .map_err(|error| format!("{}: {error}", self.path.display()))?;
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

    fn open(&self) -> Result<SqliteConnection, String> {
        let path = self.path.to_str().ok_or("the file's name is no UTF-8 text")?;
        if !self.path.is_file() {
            return Err(format!("{path}: no such file"));
        }
        let wrong = |error: &dyn std::fmt::Display| format!("{path}: {error}");
        let mut connection =
            SqliteConnection::establish(&uri(path)).map_err(|error| wrong(&error))?;
        connection.batch_execute(SETTINGS).map_err(|error| wrong(&error))?;
        Ok(connection)
    }
}

/// The file as a URI that can't be written through; what ends a path there is escaped.
fn uri(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode=ro")
}

/// A row of any query: names of its columns, and their values as text.
struct Cells {
    names: Vec<String>,
    cells: Vec<String>,
}

impl QueryableByName<Sqlite> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> Read<Self> {
        let (mut names, mut cells) = (Vec::new(), Vec::new());
        for index in 0..row.field_count() {
            let field = Row::get(row, index).ok_or("a column is missing")?;
            names.push(field.field_name().unwrap_or_default().to_owned());
            let Some(value) = field.value() else {
                cells.push(String::new());
                continue;
            };
            cells.push(match value.value_type() {
                None => String::new(),
                Some(SqliteType::Integer | SqliteType::SmallInt | SqliteType::Long) => {
                    <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?.to_string()
                }
                // The shortest text that reads back as the same number: what the software showed.
                Some(SqliteType::Float | SqliteType::Double) => {
                    <f64 as FromSql<Double, Sqlite>>::from_sql(value)?.to_string()
                }
                Some(SqliteType::Text | SqliteType::Binary) => {
                    let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                    decode_text(&bytes, None)?.text
                }
            });
        }
        Ok(Self { names, cells })
    }
}
