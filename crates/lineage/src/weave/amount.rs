//! What a row weighs and holds: wet, dry, grams of the substance.
//!
//! Grams are content times mass as the balance reckons them; a row without a mass weighs nothing
//! that can be shared out, and is told apart from one that weighs zero.

use std::collections::HashMap;

use rust_decimal::prelude::ToPrimitive;
use tl_domain::event::{Master, StockLine};
use tl_domain::ids::Analyte;
use tl_domain::time::{Micros, MicrosSpan};

use super::Lot;
use super::books::Books;
use crate::content::{Content, Contents, Per, Wanted, moisture};
use crate::gather::grams;
use crate::row::{Holder, Row};

/// Milligrams in a gram; parts per million in a per cent; grams in a tonne.
const MILLI: f64 = 1e3;
const PPM_PERCENT: f64 = 1e4;
const TONNE_GRAMS: f64 = 1e6;
/// Millilitres in a cubic metre.
const CUBIC_METRE_MILLILITRES: f64 = 1e6;

/// An amount of material; masses in grams.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Amount {
    pub(super) wet: Option<f64>,
    /// By the moisture that counts, when one is known.
    pub(super) dry: Option<f64>,
    /// Grams of substance by what was determined on this batch or stream.
    pub(super) measured: Option<f64>,
    /// Grams by whatever content there is.
    pub(super) valued: Option<f64>,
}

impl Amount {
    /// The mass that shares are reckoned by: dry, else as it was.
    pub(super) fn mass(&self) -> Option<f64> {
        self.dry.or(self.wet).map(|mass| mass.max(0.0))
    }

    /// The mass as it was weighed.
    pub(super) fn weighed(&self) -> Option<f64> {
        self.wet.or(self.dry).map(|mass| mass.max(0.0))
    }

    /// As an origin.
    pub(super) fn lot(&self) -> Lot {
        let grams = self.measured.or(self.valued);
        Lot {
            grams: grams.unwrap_or(0.0),
            tonnes: self.mass().unwrap_or(0.0) / TONNE_GRAMS,
            valued: grams.is_some(),
        }
    }
}

/// Contents and moistures of one party.
pub(super) struct Valuer {
    contents: Contents,
    moistures: Contents,
    /// Moisture of materials in per cent, used while none was measured.
    wetness: HashMap<String, f64>,
}

impl Valuer {
    pub(super) fn of(books: &Books, substance: &Analyte) -> Self {
        let begun = books.rows.iter().filter(|row| row.kind.begins());
        let materials: HashMap<u128, &String> =
            begun.filter_map(|row| Some((row.owner, row.material.as_ref()?))).collect();
        let material_of = |batch: u128| materials.get(&batch).map(|name| (*name).clone());
        let water = "moisture".parse::<Analyte>().expect("a name");
        let wetness = books.masters.iter().filter_map(|master| match master {
            Master::Material(material) => {
                let percent = material.moisture.as_ref()?.value().to_f64()?;
                Some((material.id.to_string(), percent))
            }
            _ => None,
        });
        Self {
            contents: Contents::of(substance, &books.assays, &books.masters, material_of),
            moistures: Contents::of(&water, &books.assays, &books.masters, material_of),
            wetness: wetness.collect(),
        }
    }

    pub(super) fn amount(&self, row: &Row) -> Amount {
        let batch = match (&row.source, &row.target) {
            (_, Holder::Batch(batch)) if row.kind.begins() => Some(*batch),
            (Holder::Batch(batch), _) => Some(*batch),
            _ => None,
        };
        let wanted = Wanted {
            batch,
            stream: row.stream.as_deref(),
            material: row.material.as_deref(),
            span: MicrosSpan { from: row.since, to: row.until },
        };
        let masses = |milligrams: Option<i64>| milligrams.map(|mass| mass as f64 / MILLI);
        let entered = row.moisture.map(|ppm| ppm as f64 / PPM_PERCENT);
        let (wet, given) = (masses(row.wet), masses(row.dry));
        let dry = given.or_else(|| Some(wet? * (1.0 - self.moisture(wanted, entered)?)));
        let volume = row.volume.map(|volume| volume as f64 / CUBIC_METRE_MILLILITRES);
        let grams = |content: Content| grams_of(content, (wet, dry, volume));
        Amount {
            wet,
            dry,
            measured: self.contents.measured(wanted).and_then(grams),
            valued: self.contents.find(wanted).and_then(grams),
        }
    }

    fn moisture(&self, wanted: Wanted<'_>, entered: Option<f64>) -> Option<f64> {
        let default = wanted.material.and_then(|name| self.wetness.get(name)).copied();
        moisture(&self.moistures, wanted, entered, default)
    }

    /// What a line of a stock take found.
    pub(super) fn found(&self, node: &str, line: &StockLine, at: Micros) -> Amount {
        let material = line.material.as_str();
        let wanted = Wanted {
            batch: line.batch.map(|batch| batch.0.as_u128()),
            stream: None,
            material: Some(material),
            span: MicrosSpan { from: at, to: at },
        };
        let entered = line.moisture.as_ref().and_then(|reading| reading.bounds());
        let entered = entered.and_then(|bounds| bounds.middle.to_f64());
        let moisture = self.moisture(wanted, entered);
        let (mut wet, mut dry) = (None, None);
        if let Some(mass) = &line.mass {
            match mass.basis {
                tl_domain::quantity::Basis::Wet => {
                    wet = grams(mass);
                    dry = wet.zip(moisture).map(|(wet, moisture)| wet * (1.0 - moisture));
                }
                tl_domain::quantity::Basis::Dry => dry = grams(mass),
            }
        }
        let volume = line.volume.as_ref().and_then(|volume| volume.cubic_metres().to_f64());
        let place = line.place.as_ref().map(|place| place.as_str());
        let sampled = self.contents.of_stock(node, place, material, at);
        let grams = |content: Content| grams_of(content, (wet, dry, volume));
        Amount {
            wet,
            dry,
            measured: sampled.or_else(|| self.contents.measured(wanted)).and_then(grams),
            valued: sampled.or_else(|| self.contents.find(wanted)).and_then(grams),
        }
    }
}

fn grams_of(
    content: Content,
    (wet, dry, volume): (Option<f64>, Option<f64>, Option<f64>),
) -> Option<f64> {
    let amount = match content.per {
        Per::Dry => dry,
        Per::Wet => wet.or(dry),
        Per::Volume => volume,
        Per::Other => None,
    };
    Some(content.value * amount?)
}
