//! Projections: what the entries of one log mean, as rows that can be rebuilt at any time.
//!
//! `apply` takes one entry after another in log order and gives its verdicts; it reads and writes
//! rows through `Books`, which the store implements over SQL and `MemoryBooks` over maps. The state
//! of a batch, run, sample or assay is a fold over its effective facts (corrections applied), so a
//! later correction gives the same rows as if the right value had been entered. An entry comes last
//! in log order, so the fold goes on from its rows; only what changes the past folds the history
//! again. Nothing here looks at another log: what two parties share is joined when it is read.

mod apply;
mod books;
mod derive;
mod memory;
pub(crate) mod named;
mod object;
mod rows;
mod verdict;

#[cfg(test)]
pub(crate) mod tests;

pub use apply::{Logged, apply};
pub use books::{Books, Correction, Fact};
pub(crate) use derive::amount;
pub use memory::MemoryBooks;
pub(crate) use object::PLAN;
pub use object::{Object, objects};
pub use rows::{
    AssayRow, BatchRow, BatchState, CodeRow, End, FOLDED_WHOLE_MAX, FindingRow, FindingStep,
    FlowKind, FlowRow, FoldRow, HandoverHalf, HandoverRow, HoldingRow, KeyRow, MasterRow, Measured,
    MonitorRow, PeriodRow, PlanRow, ResolutionRow, Review, Row, RowKey, RunRow, SampleRow,
    StockTakeRow, SubmissionRow, Table, TaskRow,
};
pub use verdict::{LATE_AFTER_MICROS, Verdict};
