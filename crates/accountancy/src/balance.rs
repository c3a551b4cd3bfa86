//! The material balance report: its lines in their fixed order.
//!
//! Invariant: opening, increases, decreases, book, shipper-receiver differences, adjusted book,
//! closing, MUF (INFCIRC/153 §67); the report is arithmetic on signed entries and nothing else.

use tl_statistics::sum;

use crate::Language;
use crate::period::{Line, Period, is_same_figure};

/// The kinds of inventory change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeCode {
    /// Received from outside.
    Receipt,
    /// A correction of receipts, either sign.
    ReceiptCorrection,
    /// Found material.
    AccidentalGain,
    /// Sent away.
    Shipment,
    /// A correction of shipments, either sign.
    ShipmentCorrection,
    /// Measured and irrecoverable: wastewater, stack, landfilled residue.
    Discard,
    /// A correction of discards, either sign.
    DiscardCorrection,
    /// Lost with a known cause and an estimate.
    AccidentalLoss,
}

impl ChangeCode {
    /// All of them, in the report's order.
    pub const ALL: [Self; 8] = [
        Self::Receipt,
        Self::ReceiptCorrection,
        Self::AccidentalGain,
        Self::Shipment,
        Self::ShipmentCorrection,
        Self::Discard,
        Self::DiscardCorrection,
        Self::AccidentalLoss,
    ];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::ReceiptCorrection => "receipt_correction",
            Self::AccidentalGain => "accidental_gain",
            Self::Shipment => "shipment",
            Self::ShipmentCorrection => "shipment_correction",
            Self::Discard => "discard",
            Self::DiscardCorrection => "discard_correction",
            Self::AccidentalLoss => "accidental_loss",
        }
    }

    /// The code with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    /// Whether it raises the book.
    #[must_use]
    pub fn is_increase(self) -> bool {
        matches!(self, Self::Receipt | Self::ReceiptCorrection | Self::AccidentalGain)
    }
}

/// The lines of a material balance report, in mass units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BalanceReport {
    /// Beginning physical inventory (PB).
    pub opening: f64,
    /// Sum of increases.
    pub increases: f64,
    /// Sum of decreases, as a positive figure.
    pub decreases: f64,
    /// Ending book inventory (BA).
    pub book: f64,
    /// Sum of shipper-receiver differences.
    pub srd: f64,
    /// Adjusted ending book inventory.
    pub adjusted_book: f64,
    /// Ending physical inventory (PE).
    pub closing: f64,
    /// Material unaccounted for; positive is an apparent loss.
    pub muf: f64,
}

impl BalanceReport {
    /// Adds up a period's figures.
    #[must_use]
    pub fn of(opening: f64, increases: &[f64], decreases: &[f64], srd: f64, closing: f64) -> Self {
        let up = increases.iter().copied();
        let down = decreases.iter().map(|value| -value);
        let changes = || up.clone().chain(down.clone());
        let book = sum::of(std::iter::once(opening).chain(changes()));
        let adjusted_book = sum::of([opening, -srd].into_iter().chain(changes()));
        let muf = sum::of([opening, -srd, -closing].into_iter().chain(changes()));
        let increases = sum::of(increases.iter().copied());
        let decreases = sum::of(decreases.iter().copied());
        Self { opening, increases, decreases, book, srd, adjusted_book, closing, muf }
    }

    /// The report of a period's terms.
    #[must_use]
    pub fn of_period(period: &Period) -> Self {
        let amounts = |line: Line| -> Vec<f64> {
            period.terms.iter().filter(|term| term.line == line).map(|term| term.amount).collect()
        };
        Self::of(
            period.total(Line::Opening),
            &amounts(Line::Increase),
            &amounts(Line::Decrease),
            period.total(Line::ShipperReceiver),
            period.total(Line::Closing),
        )
    }

    /// The same difference in the sign of UK reports: positive is an apparent gain.
    #[must_use]
    pub fn muf_uk_sign(&self) -> f64 {
        // Not −0.0: a report shows it.
        0.0 - self.muf
    }

    /// The lines in the report's order, with their headings.
    #[must_use]
    pub fn lines(&self, language: Language) -> [(&'static str, f64); 8] {
        let heading = |zh, en| language.pick(zh, en);
        [
            (heading("期初实存", "beginning inventory (PB)"), self.opening),
            (heading("增加", "increases"), self.increases),
            (heading("减少", "decreases"), self.decreases),
            (heading("期末账存", "ending book (BA)"), self.book),
            (heading("交接差", "shipper/receiver difference"), self.srd),
            (heading("调整后账存", "adjusted ending book"), self.adjusted_book),
            (heading("期末实存", "ending inventory (PE)"), self.closing),
            (heading("平衡差(正为表观损失)", "MUF (positive: apparent loss)"), self.muf),
        ]
    }
}

/// Periods (from 1) that do not open with the closing figure before, with opening minus closing.
#[must_use]
pub fn continuity_breaks(openings_and_closings: &[(f64, f64)]) -> Vec<(usize, f64)> {
    let pairs = openings_and_closings.windows(2).enumerate();
    pairs
        .filter(|(_, pair)| !is_same_figure(pair[1].0, pair[0].1))
        .map(|(t, pair)| (t + 2, pair[1].0 - pair[0].1))
        .collect()
}
