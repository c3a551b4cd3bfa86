//! Weighbridge tickets (磅单) from the files plants already have: CSV, or rows out of a workbook.
//!
//! A saved mapping says which column is what; nothing is repaired: a row whose net is not gross
//! minus tare is an error with its place, never a corrected ticket. A truck that has not been
//! weighed empty yet (待回皮) is its own state. Values keep the decimals written in the file.
//! Whether a ticket is new, known or edited is for the caller, by number and content hash.

mod fields;
pub mod mapping;
mod problem;
mod reader;
pub mod suggest;
mod weights;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::decimal::DecimalText;
use crate::reading::MassUnit;

pub use mapping::{MappingError, TicketColumns, TicketField, TicketMapping};
pub use problem::{RowError, RowProblem};
pub use reader::{SkippedRow, TicketFile, TicketFileError, read_cells, read_csv};
pub use suggest::{Suggestion, find_header_row, guess_date_format, suggest_mapping};

/// Which way the load went, seen from the plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Into the plant (进).
    In,
    /// Out of the plant (出).
    Out,
}

/// How far the weighing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Weighed full and empty.
    Complete,
    /// Weighed full only: the truck has not come back empty (待回皮).
    AwaitingTare,
    /// Weighed empty only: the truck is being loaded (待毛重).
    AwaitingGross,
}

/// One ticket as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// The ticket's number (磅单号), never empty.
    pub number: String,
    /// Into or out of the plant.
    pub direction: Direction,
    /// How far the weighing has come.
    pub state: TicketState,
    /// The truck's plate (车号).
    pub plate: Option<String>,
    /// The material as named on the ticket (货名).
    pub material_name: Option<String>,
    /// The other side: the sender of what came in, the receiver of what went out.
    pub partner: Option<String>,
    /// Who sent it (发货单位).
    pub sender: Option<String>,
    /// Who gets it (收货单位).
    pub receiver: Option<String>,
    /// Gross weight (毛重), in `unit`; absent while the truck is being loaded.
    pub gross: Option<DecimalText>,
    /// Tare weight (皮重), in `unit`; absent while the truck has not come back empty.
    pub tare: Option<DecimalText>,
    /// Net weight (净重), in `unit`; present on complete tickets only.
    pub net: Option<DecimalText>,
    /// True where the file has no column for the net and it was computed.
    pub net_computed: bool,
    /// The declared unit of the file.
    pub unit: MassUnit,
    /// When the gross weight was taken.
    pub gross_at: Option<DateTime<FixedOffset>>,
    /// When the tare weight was taken.
    pub tare_at: Option<DateTime<FixedOffset>>,
    /// Who weighed (司磅员).
    pub weigher: Option<String>,
    /// What stood in the column that grows with each change, where one is declared; no part of
    /// what the ticket says.
    #[serde(skip)]
    pub stamp: Option<String>,
    /// The row's number in the file, from 1, header and blank rows counted.
    pub row: usize,
    /// The row as it stands in the file, at most 4 KiB.
    pub raw_line: String,
}

impl Ticket {
    /// What the ticket says, independent of column order, padding and trailing zeros: equal texts
    /// mean that nothing was edited. Place in the file and raw text are left out.
    pub fn canonical_text(&self) -> String {
        let weight = |value: &Option<DecimalText>| {
            value
                .as_ref()
                .map(|it| format!("{} {}", it.to_decimal().normalize(), self.unit.symbol()))
        };
        let time = |value: &Option<DateTime<FixedOffset>>| value.map(|it| it.to_rfc3339());
        let direction = match self.direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        let parts = [
            ("number", Some(self.number.clone())),
            ("direction", Some(direction.to_owned())),
            ("plate", self.plate.clone()),
            ("material", self.material_name.clone()),
            ("sender", self.sender.clone()),
            ("receiver", self.receiver.clone()),
            ("gross", weight(&self.gross)),
            ("tare", weight(&self.tare)),
            ("net", weight(&self.net)),
            ("gross_at", time(&self.gross_at)),
            ("tare_at", time(&self.tare_at)),
            ("weigher", self.weigher.clone()),
        ];
        let mut text = "ticket.v1\n".to_owned();
        for (name, value) in parts {
            if let Some(value) = value {
                // Debug writing escapes line ends, so no value can imitate another field.
                text.push_str(&format!("{name}={value:?}\n"));
            }
        }
        text
    }

    /// SHA-256 of the canonical text, in hexadecimal.
    pub fn content_hash(&self) -> String {
        hex::encode(Sha256::digest(self.canonical_text().as_bytes()))
    }
}

#[cfg(test)]
mod tests;
