//! The provisional ladder (practice §2.2): what a content rests on while no assay stands.
//!
//! Own sample or composite → an estimate of the lot (暂估) → mean of the supplier's lots of 90 days
//! → mean of the material → the material's default. Each rung says what it is and carries its own
//! standard deviation: from the scatter of what was averaged where that is known, else from class
//! data. Settled values stand on no rung.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Content, Contents, Found, LADDER_MICROS, Wanted};
use crate::balance::{Quality, Rung, defaults};
use crate::event::Side;
use crate::quantity::{Basis, ErrorClass, Spread};

/// Fewer samples than this do not show a scatter: the class data's stands for it.
const SAMPLES_MIN: usize = 5;

impl Contents<'_> {
    /// The highest rung below an assay of the lot.
    pub(super) fn provisional(&self, wanted: Wanted<'_>) -> Option<Content> {
        self.supplier_mean(wanted)
            .or_else(|| self.material_mean(wanted, true))
            .or_else(|| self.material_mean(wanted, false))
            .or_else(|| self.default_content(wanted))
    }

    /// Mean of what this supplier delivered of the material in the 90 days before.
    fn supplier_mean(&self, wanted: Wanted<'_>) -> Option<Content> {
        let supplier = *self.suppliers.get(&wanted.batch?)?;
        let of_supplier: Vec<&Found<'_>> =
            self.recent(wanted).filter(|found| self.delivered(found, supplier)).collect();
        let best = super::best(of_supplier);
        let material = wanted.material?;
        self.mean(&best, wanted, Rung::SupplierMean, &format!("mean:{supplier}/{material}"))
    }

    /// Mean of what was assayed of this material in the 90 days before, by whoever delivered it.
    fn material_mean(&self, wanted: Wanted<'_>, own: bool) -> Option<Content> {
        let of_side = |found: &&Found<'_>| (found.assay.side == Side::Own) == own;
        let recent: Vec<_> = self.recent(wanted).filter(of_side).collect();
        self.mean(&recent, wanted, Rung::MaterialMean, &format!("mean:{}", wanted.material?))
    }

    /// Measured results of the material in the 90 days before.
    fn recent<'f>(&'f self, wanted: Wanted<'f>) -> impl Iterator<Item = &'f Found<'f>> {
        let since = wanted.span.from - LADDER_MICROS;
        let until = wanted.span.to.max(wanted.span.from + 1);
        let found = wanted.material.and_then(|id| self.by_material.get(id));
        found.into_iter().flatten().filter(move |found| {
            let at = found.assay.reported_at;
            since <= at && at < until && !found.rank.estimate
        })
    }

    fn mean(
        &self,
        found: &[&Found<'_>],
        wanted: Wanted<'_>,
        rung: Rung,
        key: &str,
    ) -> Option<Content> {
        let mut content = self.average(found, wanted)?;
        content.quality = Quality::Estimated;
        content.rung = rung;
        content.spread = Spread::new();
        let percent = scatter_percent(found, content.value);
        let percent = percent.unwrap_or(defaults::MEAN_CONTENT_PERCENT);
        content.spread.add(ErrorClass::LongTerm, key, percent);
        Some(content)
    }

    fn default_content(&self, wanted: Wanted<'_>) -> Option<Content> {
        let material = wanted.material?;
        let record = self.materials.get(material)?;
        let default = record.defaults.iter().find(|d| d.analyte == self.analyte)?;
        let percent = default.percent.value().to_f64();
        let percent = percent.unwrap_or(defaults::DEFAULT_CONTENT_PERCENT);
        let mut spread = Spread::new();
        spread.add(ErrorClass::LongTerm, format!("default:{material}"), percent);
        Some(Content {
            value: default.value.value(),
            range: (default.value.value(), default.value.value()),
            unit: default.unit,
            basis: default.basis.unwrap_or(Basis::Dry),
            quality: Quality::Estimated,
            rung: Rung::Default,
            spread,
            evidence: Vec::new(),
        })
    }
}

/// Standard deviation of one more lot around the mean of these, in per cent: s·√(1 + 1/n). It is
/// never below that of a single assay: results that were copied from one another do not make a
/// content known.
fn scatter_percent(found: &[&Found<'_>], mean: Decimal) -> Option<f64> {
    let unit = found.first()?.determination.unit;
    let values: Vec<f64> = found
        .iter()
        .filter_map(|found| {
            let factor = found.determination.unit.times(unit)?;
            let bounds = found.determination.result.bounds()?;
            bounds.middle.saturating_mul(factor).to_f64()
        })
        .collect();
    let mean = mean.to_f64().filter(|mean| *mean > 0.0)?;
    if values.len() < SAMPLES_MIN {
        return None;
    }
    let n = values.len() as f64;
    let centre = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (n - 1.0);
    let percent = variance.sqrt() / mean * 100.0 * (1.0 + 1.0 / n).sqrt();
    let single = defaults::assay(unit, mean).components();
    let least = single.iter().map(|(_, percent)| percent * percent).sum::<f64>().sqrt();
    Some(percent.max(least))
}
