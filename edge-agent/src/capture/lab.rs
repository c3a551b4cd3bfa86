//! The laboratory's desk: receiving pots, worksheets, results that wait, submission.
//!
//! What is half done is kept in the outbox's database beside the entries, as typed, for each
//! analyst; results become entries only when a whole worksheet is submitted. The rules are the
//! domain's (`tl_domain::lab`); here they meet cells, files and the agent's tables.

mod facts;
pub(crate) mod import;
pub(crate) mod judge;
pub(crate) mod outside;
pub(crate) mod receipt;
pub(crate) mod series;
pub(crate) mod sheet;
pub(crate) mod submit;
mod table;
