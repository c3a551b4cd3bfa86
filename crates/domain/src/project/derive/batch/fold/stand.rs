//! Where a fold stands: left in a row, taken up again, compared.

use super::Fold;
use crate::event::Uncertain;
use crate::ids::MeterId;
use crate::project::rows::{BatchRow, FoldRow};
use crate::quantity::{Reading, WetMass};

/// What the flows after the first copy or are booked by: while it is the same, those given stand.
#[derive(PartialEq)]
pub(in crate::project::derive::batch) struct Basis {
    pub(super) wet: Option<WetMass>,
    pub(super) dry_only: bool,
    pub(super) moisture: Option<Reading>,
    pub(super) meter: Option<MeterId>,
    pub(super) calibration: Option<String>,
    pub(super) uncertainty: Uncertain,
}

impl Fold {
    /// The fold as it stood after the facts before.
    pub(in crate::project::derive::batch) fn resume(row: BatchRow, stood: FoldRow) -> Self {
        let mut fold = Self {
            row,
            register: None,
            returned: false,
            measured: stood.measured,
            dry_only: false,
            flows: Vec::new(),
            here: stood.here,
            overdrawn: stood.overdrawn,
        };
        fold.settle_mass();
        fold
    }

    /// What the next fact has to know; `given` flows were given before those of this fold.
    pub(in crate::project::derive::batch) fn stands(&self, given: u32, foreign: bool) -> FoldRow {
        let flows = u32::try_from(self.flows.len()).unwrap_or(u32::MAX);
        FoldRow {
            id: self.row.id,
            measured: self.measured.clone(),
            here: self.here.clone(),
            lines: given.saturating_add(flows),
            overdrawn: self.overdrawn,
            foreign,
        }
    }

    pub(in crate::project::derive::batch) fn basis(&self) -> Basis {
        let measured = self.measured.as_ref();
        Basis {
            wet: self.row.wet,
            dry_only: self.dry_only,
            moisture: self.row.moisture.clone(),
            meter: measured.and_then(|measured| measured.meter.clone()),
            calibration: measured.and_then(|measured| measured.calibration.clone()),
            uncertainty: measured.map(|m| m.uncertainty.clone()).unwrap_or_default(),
        }
    }
}
