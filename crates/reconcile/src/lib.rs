//! Data reconciliation: measured masses and contents made to agree with the balances.
//!
//! Pure: a flow sheet comes in, an answer with its tests goes out.
