//! The rules at the moment of capture: what a page refuses before anything is signed.
//!
//! Pages of the server and of the agent call the same `check`. It refuses what a person can still
//! put right at the scale (a wrong label, a slipped digit, a code used twice) and says what was
//! read and what to do. It never binds the ledger: a fact that was signed is accepted and flagged
//! (DESIGN §6). Bulk is never held back by the books, only counted items are (practice §3).

mod amount;
mod laboratory;
mod notice;
mod refusal;
mod state;
mod view;

#[cfg(test)]
mod tests;

pub use notice::Notice;
pub use refusal::{Field, Refusal};
pub use view::{OnBooks, Reported, View};

use crate::event::Body;
use crate::ids::OperatorId;
use crate::time::Micros;

/// What somebody is about to sign.
#[derive(Debug, Clone, Copy)]
pub struct Capture<'a> {
    /// The body as entered.
    pub body: &'a Body,
    /// Who enters it.
    pub operator: Option<&'a OperatorId>,
    /// When it happened, as entered.
    pub observed_at: Micros,
    /// The clock of the machine that serves the page.
    pub now: Micros,
}

/// What the rules say about a capture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// Why it can't be signed as it is; all of them, so that a form shows them together.
    pub refusals: Vec<Refusal>,
    /// What is odd about it, but may be signed.
    pub notices: Vec<Notice>,
}

impl Checked {
    /// The notices when nothing is refused, else the first refusal.
    ///
    /// # Errors
    /// The first refusal.
    pub fn into_result(self) -> Result<Vec<Notice>, Refusal> {
        match self.refusals.into_iter().next() {
            None => Ok(self.notices),
            Some(refusal) => Err(refusal),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    fn note(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }
}

/// Checks a capture against the books that the page sees.
///
/// # Errors
/// Only the view's: what the rules say is in `Checked`.
pub fn check<V: View>(view: &mut V, capture: &Capture<'_>) -> Result<Checked, V::Error> {
    let mut checked = Checked::default();
    amount::check_times(&mut checked, capture);
    amount::check_amounts(&mut checked, capture.body);
    state::check_masters(view, &mut checked, capture.body)?;
    state::check_code(view, &mut checked, capture.body)?;
    state::check_batches(view, &mut checked, capture.body)?;
    state::check_run(view, &mut checked, capture.body)?;
    state::check_laboratory(view, &mut checked, capture)?;
    Ok(checked)
}
