//! Accountancy over periods: which parties are due, and what was computed.
//!
//! What was computed is kept as text that the calculations understand, not this crate. It is no
//! projection: it may be thrown away, and is computed again from the books. Whose books changed,
//! and from which moment on, is written in the transaction that changes them, so that a kill loses
//! no change.

mod due;
mod results;

#[cfg(test)]
mod tests;

pub use due::{Due, EVERYTHING, STATE_ONLY};
pub(crate) use due::{Touched, note, whole};
pub use results::{AlarmSeen, AreaPeriods, AreaState, PeriodDoc, StatesOf};
