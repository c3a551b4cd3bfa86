//! `[gate]`: what the gate's page compares with, set by the site.
//!
//! Every figure has a default; percentages and kilograms are decimal text. Nothing here refuses a
//! fact: what is outside asks a person.
//!
//! ```toml
//! [gate]
//! net_difference_percent = "0.5"    # net against declared: above it somebody decides
//! receive_difference_kg = "50"      # received against shipped, besides the percentage
//! waste_days = 365                  # longest storage of hazardous waste; warns at 80 %
//! shift_hours = 8                   # length of a shift, from the site's production day
//! [gate.increments]                 # increments of a sample, by material
//! "zn-conc" = 12
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use tl_domain::quantity::DecimalText;

/// What the gate's page compares with.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GateConfig {
    /// Net against declared, in per cent.
    pub(crate) net_difference_percent: DecimalText,
    /// Received against shipped, in kilograms.
    pub(crate) receive_difference_kg: DecimalText,
    /// Longest storage of hazardous waste in days.
    pub(crate) waste_days: u32,
    /// Length of a shift in hours.
    pub(crate) shift_hours: u32,
    /// Increments of a sample by material id.
    pub(crate) increments: BTreeMap<String, u32>,
}

impl Default for GateConfig {
    fn default() -> Self {
        let text = |value: &str| value.parse().expect("a decimal");
        Self {
            net_difference_percent: text("0.5"),
            receive_difference_kg: text("50"),
            waste_days: 365,
            shift_hours: 8,
            increments: BTreeMap::new(),
        }
    }
}

impl GateConfig {
    /// What can't be, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=24).contains(&self.shift_hours) || 24 % self.shift_hours != 0 {
            return Err(format!("gate: shift_hours {} does not divide a day", self.shift_hours));
        }
        if self.waste_days == 0 {
            return Err("gate: waste_days must be above zero".to_owned());
        }
        Ok(())
    }
}
