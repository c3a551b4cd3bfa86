//! Every projection row as text: what two stores must have in common after the same logs.

use diesel::sql_types::Text;

use crate::rows::{TABLES, shape};
use crate::{Store, StoreError};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Store {
    /// Every projection row as text, in a fixed order that is the same on both databases.
    ///
    /// # Errors
    /// The database's.
    pub fn dump_projections(&self) -> Result<Vec<String>, StoreError> {
        let mut lines = self.read_all(|conn| {
            let mut lines = Vec::new();
            for table in TABLES {
                let (name, columns) = shape(table);
                dump(conn, name, "key", columns.iter().copied().chain(["doc"]), &mut lines)?;
            }
            dump(conn, "link", "object", ["idx"], &mut lines)?;
            dump(conn, "correction", "target", ["winner", "kind", "body"], &mut lines)?;
            dump(conn, "verdict", "idx", ["code"], &mut lines)?;
            lines.extend(crate::lineage::dump(conn)?);
            Ok(lines)
        })?;
        lines.sort_unstable();
        Ok(lines)
    }
}

fn dump(
    conn: &mut crate::sql::Conn,
    table: &str,
    key: &str,
    columns: impl IntoIterator<Item = &'static str>,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    // NULL is written as a control character, so that it differs from every text.
    let parts: Vec<String> = columns
        .into_iter()
        .map(|column| format!("COALESCE(CAST({column} AS TEXT), '\u{1}')"))
        .collect();
    let parts = parts.join(" || ' ' || ");
    let sql = format!(
        "SELECT '{table} ' || party || ' ' || CAST({key} AS TEXT) || ' ' || {parts} AS line \
         FROM {table}"
    );
    lines.extend(conn.load::<Line>(&sql, &[])?.into_iter().map(|row| row.line));
    Ok(())
}
