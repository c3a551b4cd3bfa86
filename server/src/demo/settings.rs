//! What a works is set to: how it is fed, what it makes, and how each output leaves.

use super::calendar::Day;
use super::lot::Lot;

/// How often something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Every {
    /// Each day.
    Day,
    /// Four times a month, with the composites.
    Cut,
    /// Once a month: the monthly sheet.
    Month,
}

impl Every {
    /// Whether a report is due with this day.
    pub(super) fn ends(self, day: Day) -> bool {
        match self {
            Self::Day => true,
            Self::Cut => day.cut,
            Self::Month => day.last_of_month,
        }
    }
}

/// Material that comes in without a handover.
#[derive(Debug, Clone)]
pub(super) struct Inflow {
    pub(super) stream: &'static str,
    pub(super) moisture: f64,
    /// Dry tonnes a day.
    pub(super) dry: f64,
    /// Usual content in mg/kg dry.
    pub(super) content: f64,
    pub(super) every: Every,
}

/// Something that a works makes.
#[derive(Debug, Clone)]
pub(super) struct Outlet {
    /// Stream it is reported on, or material of its lots.
    pub(super) what: &'static str,
    pub(super) way: Way,
    pub(super) every: Every,
    /// Dry tonnes, cubic metres or standard cubic metres per dry tonne of feed.
    pub(super) amount: f64,
    /// Share of the feed's thallium.
    pub(super) share: f64,
}

/// How something leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// A solid on a stream, with its moisture.
    Solid(f64),
    /// A liquid product by mass.
    Liquid,
    /// Water through a meter.
    Water,
    /// Gas through a stack.
    Gas,
    /// Lots of wet tonnes (all that is there when 0) with a moisture, to a party.
    Lots { moisture: f64, size: f64, to: &'static str },
}

/// What a works is set to.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) party: &'static str,
    pub(super) feed: &'static str,
    pub(super) feed_moisture: f64,
    /// Feed heap at the beginning.
    pub(super) stock: Lot,
    /// Dry tonnes of feed a day.
    pub(super) rate: f64,
    pub(super) inflows: Vec<Inflow>,
    pub(super) outlets: Vec<Outlet>,
    /// The duty that the story forgets: no stock take at the end of the last full month.
    pub(super) forgets_stock_take: bool,
}
