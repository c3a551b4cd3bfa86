//! Databases of other programs: opened for reading alone, asked once, and closed.
//!
//! `mode=ro` lets SQLite itself refuse every write; the owner's own writing waits for a question at
//! most as long as its answer takes. Cells are the bytes that stand there, as text: old programs
//! keep GBK where the file says UTF-8.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{FromSql, QueryableByName, Result as Read};
use diesel::row::{Field as _, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Double};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection};
use tl_device::table::encoding::decode_text;

/// Wait a little for the owner's lock, write nothing, and run nothing that a view could bring.
const SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA query_only=ON; PRAGMA cache_size=-512; \
                        PRAGMA trusted_schema=OFF;";

/// The rows that a query on another program's file gives.
///
/// # Errors
/// What is wrong with file or query, in words.
pub(crate) fn ask_foreign(file: &Path, query: &str) -> Result<Vec<ForeignRow>, String> {
    let path = file.to_str().ok_or("the file's name is no UTF-8 text")?;
    if !file.is_file() {
        return Err(format!("{path}: no such file"));
    }
    let wrong = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let mut connection = SqliteConnection::establish(&uri(path)).map_err(|error| wrong(&error))?;
    connection.batch_execute(SETTINGS).map_err(|error| wrong(&error))?;
    diesel::sql_query(query).load(&mut connection).map_err(|error| wrong(&error))
}

/// The file as a URI that can't be written through; what ends a path there is escaped.
fn uri(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode=ro")
}

/// A row of any query: names of its columns, and their values as text.
pub(crate) struct ForeignRow {
    /// Names of the columns, the same in each row.
    pub(crate) names: Vec<String>,
    /// Their values; empty for null.
    pub(crate) cells: Vec<String>,
}

impl QueryableByName<Sqlite> for ForeignRow {
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
