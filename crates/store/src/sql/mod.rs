//! One way to speak SQL to both databases.
//!
//! Statements are text with `?` for each value, in the order in which the values are bound: the
//! trap of numbered placeholders, which SQLite and PostgreSQL count differently, can't be stepped
//! into. `column = ANY_OF(?)` takes a list. Values are integers, text and bytes, nothing else, so
//! that both databases keep the very same. Only this module knows diesel.

mod connect;
mod statement;
mod value;

pub(crate) use connect::{Connector, Place, create_database, drop_database};
pub(crate) use value::{Value, key_text, list, search_text};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::deserialize::QueryableByName;
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::BigInt;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, RunQueryDsl};

use crate::StoreError;
use statement::Statement;

/// Rows in one INSERT on PostgreSQL; SQLite is faster row by row with a prepared statement.
const POSTGRES_ROWS_PER_INSERT: usize = 128;
/// Key of the advisory lock that begins a write on PostgreSQL: "TlTrace" in ASCII.
const POSTGRES_WRITE_LOCK: i64 = 0x0054_6c54_7261_6365;

/// A connection to either database.
pub(crate) enum Conn {
    /// Embedded.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

/// The same expression on the connection of either database.
macro_rules! on_backend {
    ($conn:expr, $inner:ident => $run:expr) => {
        match $conn {
            Conn::Sqlite($inner) => $run,
            Conn::Postgres($inner) => $run,
        }
    };
}

/// A row that both databases give.
pub(crate) trait FromRow: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static {}
impl<T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static> FromRow for T {}

/// A single number.
#[derive(diesel::QueryableByName)]
pub(crate) struct Number {
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl Conn {
    /// Runs a statement; gives the number of rows that it changed.
    pub(crate) fn run(&mut self, sql: &str, binds: &[Value<'_>]) -> Result<usize, StoreError> {
        let statement = Statement { sql, binds, cached: true };
        Ok(on_backend!(self, conn => statement.execute(conn))?)
    }

    /// Runs a query.
    pub(crate) fn load<R: FromRow>(
        &mut self,
        sql: &str,
        binds: &[Value<'_>],
    ) -> Result<Vec<R>, StoreError> {
        let statement = Statement { sql, binds, cached: true };
        Ok(on_backend!(self, conn => statement.load::<R>(conn))?)
    }

    /// Runs a query that gives one row or none.
    pub(crate) fn one<R: FromRow>(
        &mut self,
        sql: &str,
        binds: &[Value<'_>],
    ) -> Result<Option<R>, StoreError> {
        Ok(self.load(sql, binds)?.into_iter().next())
    }

    /// Runs a query that counts: its column is called `number`.
    pub(crate) fn number(&mut self, sql: &str, binds: &[Value<'_>]) -> Result<i64, StoreError> {
        let row: Option<Number> = self.one(sql, binds)?;
        row.map(|row| row.number)
            .ok_or_else(|| StoreError::Database(format!("no answer to {sql:?}")))
    }

    /// Inserts rows; `head` ends before VALUES, `tail` holds the ON CONFLICT clause or nothing.
    pub(crate) fn insert(
        &mut self,
        head: &str,
        tail: &str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<usize, StoreError> {
        let Some(first) = rows.first() else {
            return Ok(0);
        };
        let group = format!("({})", vec!["?"; first.len()].join(", "));
        let per_statement = match self {
            Self::Sqlite(_) => 1,
            Self::Postgres(_) => POSTGRES_ROWS_PER_INSERT,
        };
        let full = format!("{head} VALUES {} {tail}", vec![&group[..]; per_statement].join(", "));
        let mut changed = 0;
        for chunk in rows.chunks(per_statement) {
            let binds: Vec<Value<'_>> = chunk.iter().flatten().cloned().collect();
            if chunk.len() == per_statement {
                changed += self.run(&full, &binds)?;
            } else {
                // One text for each number of rows would fill the cache of prepared statements.
                let sql =
                    format!("{head} VALUES {} {tail}", vec![&group[..]; chunk.len()].join(", "));
                let statement = Statement { sql: &sql, binds: &binds, cached: false };
                changed += on_backend!(self, conn => statement.execute(conn))?;
            }
        }
        Ok(changed)
    }

    /// Runs SQL text as it is, without values.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(on_backend!(self, conn => conn.batch_execute(sql))?)
    }

    /// Begins a write: no other connection or process writes until it ends.
    fn begin_write(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => begin(conn, "BEGIN IMMEDIATE")?,
            Self::Postgres(conn) => {
                begin(conn, "BEGIN")?;
                self.run("SELECT pg_advisory_xact_lock(?)", &[Value::Int(POSTGRES_WRITE_LOCK)])?;
            }
        }
        Ok(())
    }

    /// The one function in which writes happen: all of `work`, or nothing.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin_write()?;
        match work(self) {
            Ok(value) => {
                on_backend!(self, conn => commit(conn))?;
                Ok(value)
            }
            Err(error) => {
                // A connection that can't roll back is thrown away by its owner.
                on_backend!(self, conn => roll_back(conn))?;
                Err(error)
            }
        }
    }

    /// Several queries on one state of the database.
    pub(crate) fn read<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(conn) => begin(conn, "BEGIN")?,
            Self::Postgres(conn) => begin(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?,
        }
        let result = work(self);
        on_backend!(self, conn => roll_back(conn))?;
        result
    }

    /// Whether an earlier failure left the connection in an unknown state.
    pub(crate) fn is_broken(&mut self) -> bool {
        on_backend!(self, conn => AnsiTransactionManager::is_broken_transaction_manager(conn))
    }
}

fn begin<C>(conn: &mut C, sql: &str) -> QueryResult<()>
where
    C: diesel::Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::begin_transaction_sql(conn, sql)
}

fn commit<C>(conn: &mut C) -> QueryResult<()>
where
    C: diesel::Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::commit_transaction(conn)
}

fn roll_back<C>(conn: &mut C) -> QueryResult<()>
where
    C: diesel::Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::rollback_transaction(conn)
}

#[cfg(test)]
mod tests;
