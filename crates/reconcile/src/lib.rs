//! Data reconciliation: measured masses and contents made to agree with the balances.
//!
//! Pure: a flow sheet comes in, an answer with its tests goes out, or a refusal that names what
//! cannot be. Raw first, reconciled second: a measured value is never overwritten.
//! Weighted least squares on mass and substance together; sparse; the same bits for the same
//! input whatever the number of threads. No dynamics, no detection of steady states.

mod answer;
mod bounded;
pub mod case;
mod eliminate;
mod estimate;
mod factor;
mod flowsheet;
mod gross;
mod kkt;
mod limits;
mod model;
mod posterior;
mod raw;
mod refusal;
mod report;
mod solve;
mod system;
pub mod table;
mod totals;

pub use answer::{
    Answer, Checks, Class, Estimated, ExtraTerm, GlobalTest, GrossErrors, GroupTotals, Item, Leak,
    RawBalance, Removal, Total,
};
pub use flowsheet::{
    Censored, Content, Correlation, Flowsheet, Group, Layer, Measured, Node, Options, Relation,
    Stock, Stream, Unaccounted,
};
pub use limits::{
    MOST_BYTES, MOST_CORRELATED, MOST_ITEMS, MOST_PERIODS, MOST_REMOVALS, MOST_ROWS,
    MOST_VARIABLES_FOR_SERIAL,
};
pub use refusal::{Code, Refusal};
pub use report::{estimate, reconcile};
