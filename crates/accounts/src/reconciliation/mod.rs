//! Reconciliation of the books: the flow sheet of a site, an enterprise or an area over its
//! periods, as a system of balances with every measurement's own uncertainty.
//!
//! The books give lines (`line`), lines a flow sheet (`draft`, `sheet`), the calculation adjusts
//! what was measured until all balances close, and the answer puts that beside the raw figures
//! (`raw`, `outcome`). Nothing is stored over a measurement, nothing is kept between two questions;
//! the same books give the same figures.

mod answer;
mod draft;
mod errors;
mod line;
mod outcome;
mod raw;
mod sheet;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use tl_domain::balance::Records;
use tl_domain::ids::Analyte;

pub use answer::{
    Adjusted, AdjustedLine, BalanceResult, Checks, Global, LeakTest, LineResult, Named, Of,
    Quantity, RawLine, Reconciliation, Refused, Removed, Status, Sums, Tests, UnitInfo, Value,
};
pub use draft::{Asked, Draft, MassLayer, MassOpen};
pub use raw::Raw;
pub use sheet::Shared;

use crate::periods::Ends;
use sheet::Sheet;

/// Level of every test.
pub const ALPHA: f64 = 0.05;

/// What the ends of the periods are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grid {
    /// Stock takes of all nodes with stock.
    StockTakes,
    /// Months of the calendar, for want of stock takes.
    Months,
    /// The span that was asked for, for want of common periods.
    Asked,
}

impl From<Ends> for Grid {
    fn from(ends: Ends) -> Self {
        match ends {
            Ends::StockTakes => Self::StockTakes,
            Ends::Months => Self::Months,
        }
    }
}

/// What stands for a content below its limit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Censoring {
    /// Half the limit with the standard deviation of a rectangle; never suspected.
    #[default]
    #[serde(rename = "rect")]
    Rectangle,
    /// Anything from 0 to the limit, without weight.
    #[serde(rename = "bound")]
    Bound,
}

/// How to reconcile.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which substance; as it was asked of the books.
    pub substance: Analyte,
    /// What the ends of the periods are.
    pub grid: Grid,
    /// Contents below their limit.
    pub censored: Censoring,
    /// Where total mass closes; as it was asked of the books.
    pub mass: MassLayer,
    /// Threads over unconnected parts; the answer does not depend on it.
    pub threads: usize,
}

/// Reconciles one party's books over the periods that are asked for.
///
/// A leak that lasts looks like a bias of a measurement while it is tested month by month; units
/// are therefore tested over all periods taken together as well.
#[must_use]
pub fn of_party(records: &Records, asked: &Asked, settings: &Settings) -> Reconciliation {
    let (draft, whole) = Draft::with_whole(records, asked);
    let mut result = outcome::of(Sheet::of(vec![draft], false), settings);
    if let (Some(whole), Status::Reconciled) = (whole, result.status) {
        outcome::leaks_over_all(&mut result, Sheet::of(vec![whole], false), settings);
    }
    result
}

/// Reconciles several parties' drafts over the same periods, joined by what they ship to one
/// another: what is on its way is a unit between the two, measured by either.
#[must_use]
pub fn of_area(drafts: Vec<Draft>, settings: &Settings) -> Reconciliation {
    outcome::of(Sheet::of(drafts, true), settings)
}
