//! A statement as diesel runs it, with the placeholders of each database.

use diesel::RunQueryDsl;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Untyped};
use diesel::sqlite::Sqlite;

use super::Value;

/// What stands before the placeholder of a list.
const LIST_OPENS: &str = "= ANY_OF(";

/// SQL text with `?` for each value.
pub(super) struct Statement<'a> {
    pub(super) sql: &'a str,
    pub(super) binds: &'a [Value<'a>],
    /// Keep it prepared: for texts of which there are few.
    pub(super) cached: bool,
}

impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Statement<'_> {}

macro_rules! fragment {
    ($backend:ty, $opens:literal, $closes:literal) => {
        impl QueryFragment<$backend> for Statement<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                if !self.cached {
                    out.unsafe_to_cache_prepared();
                }
                let mut pieces = self.sql.split('?').peekable();
                let mut binds = self.binds.iter();
                while let Some(piece) = pieces.next() {
                    if pieces.peek().is_none() {
                        out.push_sql(piece);
                        break;
                    }
                    let list = piece.strip_suffix(LIST_OPENS);
                    out.push_sql(list.unwrap_or(piece));
                    if list.is_some() {
                        out.push_sql($opens);
                    }
                    match binds.next().ok_or_else(|| mismatch(self))? {
                        Value::Int(number) => out.push_bind_param::<BigInt, i64>(number)?,
                        Value::NoInt => {
                            out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&None)?;
                        }
                        Value::Text(text) => out.push_bind_param::<Text, str>(text)?,
                        Value::NoText => {
                            out.push_bind_param::<Nullable<Text>, Option<String>>(&None)?;
                        }
                        Value::Bytes(bytes) => out.push_bind_param::<Binary, [u8]>(bytes)?,
                    }
                    if list.is_some() {
                        out.push_sql($closes);
                    }
                }
                binds.next().map_or(Ok(()), |_| Err(mismatch(self)))
            }
        }
    };
}

fragment!(Sqlite, "IN (SELECT value FROM json_each(", ")");
fragment!(Pg, "= ANY (ARRAY(SELECT json_array_elements_text(", "::json))");

fn mismatch(statement: &Statement<'_>) -> Error {
    let message = format!("{} values for {:?}", statement.binds.len(), statement.sql);
    Error::QueryBuilderError(message.into())
}
