//! The balance of a node, a site or an enterprise over a span, for one substance.
//!
//! opening + in = out + discharge + closing + unaccounted, from batches, flow reports, places and
//! stock takes alike: a term is a flow over the boundary or a stock at one of its ends, and each
//! keeps the entries that it rests on. Measured figures are exact decimals; uncertainties are
//! standard ones (k = 1) from keyed error sources, so that shared errors cancel. Nothing is clipped
//! and nothing is adjusted: reconciliation is another matter.

mod boundary;
mod content;
pub mod defaults;
mod desk;
mod graph;
mod judgement;
mod parts;
mod settle;
mod stock;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

pub use boundary::{Question, Scope, nodes};
pub use graph::{Graph, GraphLink, GraphNode, LinkStyle, NodeRole};
pub use judgement::{BAND_PERCENT_MAX, Judgement, Lack};
pub use parts::{Lying, Part, Parts, Unit, Way, parts};
pub use settle::balance;
pub use value::Figure;

use crate::event::Master;
use crate::ids::{Analyte, EntryId, MaterialId, NodeId, PartyId, StreamId};
use crate::project::{AssayRow, FlowRow, StockTakeRow};
use crate::quantity::{DryMass, Spread, SubstanceMass};
use crate::time::{Micros, MicrosSpan};

/// What the balance is computed from: rows of one party's log, and what its partners received.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    /// All flows that end before the end of the span.
    pub flows: Vec<FlowRow>,
    /// All assays that were not returned, whenever reported.
    pub assays: Vec<AssayRow>,
    /// All stock takes up to the end of the span.
    pub takes: Vec<StockTakeRow>,
    /// Master records in use.
    pub masters: Vec<Master>,
    /// Dispatch entries addressed to a party of this system, with the time of reception.
    pub receptions: BTreeMap<EntryId, Option<Micros>>,
}

/// What a term is in the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 期初库存.
    Opening,
    /// 投入.
    Input,
    /// 产出: products, by-products and wastes that left.
    Output,
    /// 排放: water and gas.
    Discharge,
    /// 期末库存.
    Closing,
    /// Between nodes inside the boundary; in no sum.
    Internal,
}

/// What a term's substance rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// An assay of this very material.
    Assayed,
    /// Calculated from assays of other terms, or rolled by the books.
    Calculated,
    /// A default, a mean of other days, or an estimated amount.
    Estimated,
    /// An assay below its limit: the middle of an interval.
    Censored,
    /// Nothing to calculate with: the term stands without a figure.
    Missing,
}

/// What a content rests on: the provisional ladder, the best rung first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// 本批检测: an assay of the lot, stream or stock itself.
    Assay,
    /// 组合样.
    Composite,
    /// 暂估: somebody's figure for the lot.
    Estimate,
    /// 供方均值: mean of the supplier's lots of 90 days.
    SupplierMean,
    /// 物料均值: mean of the material of 90 days.
    MaterialMean,
    /// 缺省值.
    Default,
}

/// Substance whose content rests on one rung, with that content's standard deviation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RungShare {
    /// The rung.
    pub rung: Rung,
    /// The substance.
    pub grams: SubstanceMass,
    /// Relative standard deviation of the content over all of it, in per cent (k = 1).
    pub sd_percent: f64,
}

/// One line of the balance: like material by one way, with all it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// What it is in the balance.
    pub role: Role,
    /// Stream, when declared.
    pub stream: Option<StreamId>,
    /// Material, when known.
    pub material: Option<MaterialId>,
    /// Node inside where it begins.
    pub from: Option<NodeId>,
    /// Node inside where it ends.
    pub to: Option<NodeId>,
    /// Partner beyond the fence, when it is a party.
    pub partner: Option<PartyId>,
    /// Whether it goes back into the process (返料).
    pub returned: bool,
    /// In transit (在途) rather than lying in a node.
    pub transit: bool,
    /// Number of flows or stock lines.
    pub count: u64,
    /// Dry mass, of those parts that have one.
    pub dry: DryMass,
    /// Volume in cubic metres, of those parts that have one.
    pub volume: Decimal,
    /// Substance; parts without a figure are counted in `missing`.
    pub substance: SubstanceMass,
    /// The substance with censored results at their lowest and at their highest.
    pub range: (SubstanceMass, SubstanceMass),
    /// Standard uncertainty of the substance in grams.
    pub sigma_grams: f64,
    /// What each error source does to the substance, in grams; `sigma_grams` in full.
    #[serde(skip)]
    pub spread: Spread,
    /// Parts that stand without a figure.
    pub missing: u64,
    /// Substance by what it rests on.
    pub by_quality: BTreeMap<Quality, SubstanceMass>,
    /// Substance by the rung that its content stands on, the best first.
    pub by_rung: Vec<RungShare>,
    /// Entries that it rests on: amounts, then contents; sorted.
    pub evidence: Vec<EntryId>,
}

/// Sums of one figure over the roles.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Totals<T> {
    /// Stock at the beginning.
    pub opening: T,
    /// What came in.
    pub input: T,
    /// What went out, discharge aside.
    pub output: T,
    /// What was discharged.
    pub discharge: T,
    /// Stock at the end.
    pub closing: T,
    /// opening + in − out − discharge − closing; positive = apparent loss.
    pub unaccounted: T,
}

/// Why a balance may not close, largest effect first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A term has parts without assay, default, moisture or mass.
    MissingContent {
        /// What is missing.
        what: Missing,
        /// Stream or material concerned.
        of: String,
        /// Number of parts.
        count: u64,
    },
    /// No stock take at an end of the span: that stock is the books' own.
    NoStockTake {
        /// The node.
        node: NodeId,
        /// Whether it is the closing one.
        closing: bool,
    },
    /// Shipped, not received by the end of the span.
    InTransit {
        /// Substance on the way in grams.
        grams: SubstanceMass,
        /// Dispatch entries.
        entries: Vec<EntryId>,
    },
    /// Figures that rest on defaults or means of other days.
    Estimates {
        /// Their share of the turnover in per cent.
        percent: Decimal,
    },
    /// Flows whose ends are not declared: left out of the balance.
    UnknownEnds {
        /// Entries concerned.
        entries: Vec<EntryId>,
    },
}

/// What a part of a term lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// It was never weighed or metered.
    Amount,
    /// No moisture for a wet mass whose content is dry.
    Moisture,
    /// No assay, no mean and no default.
    Content,
    /// The content's unit does not fit the amount (per volume for a mass, and no density).
    Unit,
}

/// Share of the turnover (all terms of the boundary) by what it rests on, in per cent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Share by quality; qualities without a share are absent.
    pub percent: BTreeMap<Quality, Decimal>,
    /// Parts without a figure.
    pub missing: u64,
}

/// The balance of one boundary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Balance {
    /// Boundary.
    pub scope: Scope,
    /// Half-open span in microseconds.
    pub span: MicrosSpan,
    /// Substance.
    pub substance: Analyte,
    /// Nodes inside the boundary.
    pub nodes: Vec<NodeId>,
    /// All terms, by role, then stream and material.
    pub terms: Vec<Term>,
    /// Sums of the substance in grams.
    pub grams: Totals<SubstanceMass>,
    /// Sums of the dry mass in grams, over the parts that have one.
    pub dry: Totals<DryMass>,
    /// The unaccounted substance with every censored result at the end that lowers it, and at the
    /// end that raises it; both equal the figure itself when nothing is censored.
    pub unaccounted_range: (SubstanceMass, SubstanceMass),
    /// Standard uncertainty of the unaccounted substance in grams.
    pub sigma_grams: f64,
    /// (out + discharge + Δstock) / in in per cent; `None` where in = 0. Never clipped.
    pub closure_percent: Option<Decimal>,
    /// What the figures rest on.
    pub coverage: Coverage,
    /// Whether both ends rest on stock takes at those very moments, in every node that has stock.
    pub stock_measured: bool,
    /// Error sources with their share of the variance, largest first.
    pub error_sources: Vec<(String, f64)>,
    /// Why it may not close.
    pub causes: Vec<Cause>,
    /// What flows where, for the picture; sums to the table.
    pub graph: Graph,
}
