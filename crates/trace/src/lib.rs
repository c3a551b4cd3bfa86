//! Trace: shares of origin through batches, stores and recycles, forward and backward.
//!
//! Pure: events come in, shares go out. The event graph is kept, never a table of origins: a late
//! batch holds a little of thousands of lots, yet one question is a single walk. `graph` is the
//! walk, `book` turns a plant's events into it, `batches` holds a whole region's under the keys of
//! a database, `flow` answers for a period in which batches cannot be told apart, `case` reads and
//! answers case files, `table` shows an answer to people.

pub mod batches;
pub mod book;
pub mod case;
pub mod flow;
pub mod graph;
pub mod number;
pub mod table;
