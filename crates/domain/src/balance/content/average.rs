//! Averages of determinations with the error sources that they share.
//!
//! Replicates of one sample share its sampling error; samples of one laboratory and method share
//! their long-term error; censored results of one stream and method share one key, so that many of
//! them do not average an unknown away.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Content, Contents, Found, Wanted};
use crate::balance::{Quality, Rung, defaults};
use crate::event::Determination;
use crate::ids::{MaterialId, MethodId, PartyId, SampleId};
use crate::quantity::{Basis, Bounds, ContentUnit, ErrorClass, Spread};
use crate::time::Micros;

impl Contents<'_> {
    /// Mean over samples of the mean over each sample's replicates, all in the unit of the first.
    pub(super) fn average(&self, found: &[&Found<'_>], wanted: Wanted<'_>) -> Option<Content> {
        let best = found.first()?;
        let first = best.determination;
        let basis = first.basis.unwrap_or(Basis::Dry);
        let like: Vec<_> = found
            .iter()
            .filter(|f| f.determination.basis.unwrap_or(Basis::Dry) == basis)
            .filter_map(|f| Some((f, converted(f.determination, first.unit)?)))
            .collect();
        let mut samples: BTreeMap<SampleId, Vec<_>> = BTreeMap::new();
        for (found, bounds) in &like {
            samples.entry(found.assay.sample).or_default().push((*found, *bounds));
        }
        let count = Decimal::from(samples.len());
        let mut content = Content {
            value: Decimal::ZERO,
            range: (Decimal::ZERO, Decimal::ZERO),
            unit: first.unit,
            basis,
            quality: if best.rank.estimate { Quality::Estimated } else { Quality::Assayed },
            rung: rung_of(best),
            spread: Spread::new(),
            evidence: Vec::new(),
        };
        for replicates in samples.values() {
            let parts = Decimal::from(replicates.len()) * count;
            let total = |pick: fn(&Bounds) -> Decimal| {
                replicates
                    .iter()
                    .fold(Decimal::ZERO, |sum, (_, bounds)| sum.saturating_add(pick(bounds)))
                    / parts
            };
            content.value = content.value.saturating_add(total(|bounds| bounds.middle));
            content.range.0 = content.range.0.saturating_add(total(|bounds| bounds.low));
            content.range.1 = content.range.1.saturating_add(total(|bounds| bounds.high));
        }
        for (sample, replicates) in &samples {
            let of_samples = 1.0 / samples.len() as f64;
            self.sampling(*sample, wanted, of_samples, &mut content.spread);
            for (found, bounds) in replicates {
                let weight = of_samples / replicates.len() as f64;
                let own = bounds.middle.to_f64().unwrap_or(0.0);
                let mean = content.value.to_f64().unwrap_or(0.0);
                let relative = if mean == 0.0 { weight } else { weight * own / mean };
                self.determined(found, relative, wanted, &mut content);
            }
        }
        content.evidence.sort_unstable();
        content.evidence.dedup();
        Some(content)
    }

    /// Whether the laboratory has shown, for the day of the report, that it masters the method.
    fn is_proficient(&self, found: &Found<'_>) -> bool {
        let method = found.determination.method.as_ref().and_then(|id| self.methods.get(id));
        method.is_some_and(|method| {
            method.evidence.iter().any(|evidence| {
                let at = found.assay.reported_at;
                let valid = evidence.valid_from.micros() <= at && at < evidence.valid_to.micros();
                valid && evidence.lab == found.assay.lab
            })
        })
    }

    fn sampling(&self, sample: SampleId, wanted: Wanted<'_>, weight: f64, spread: &mut Spread) {
        let class = self.material(wanted.material).map(|material| material.class);
        let data = defaults::sampling(class);
        let material = wanted.material.map_or("unknown", MaterialId::as_str);
        spread.add(ErrorClass::Random, format!("sample:{sample}"), data.random * weight);
        spread.add(ErrorClass::LongTerm, format!("sampling:{material}"), data.long * weight);
    }

    fn determined(
        &self,
        found: &Found<'_>,
        weight: f64,
        wanted: Wanted<'_>,
        content: &mut Content,
    ) {
        let determination = found.determination;
        content.evidence.extend(&found.assay.evidence);
        let lab = found.assay.lab.as_ref().map_or("own", PartyId::as_str);
        let method = determination.method.as_ref();
        let method_name = method.map_or("-", MethodId::as_str);
        if let Some(bounds) = determination.result.bounds().filter(|bounds| bounds.censored) {
            content.quality = content.quality.max(Quality::Censored);
            // Many NDs of one method must not average an unknown away: one key for all of them.
            let half = bounds.high.saturating_sub(bounds.low) / Decimal::TWO;
            let relative = if bounds.middle.is_zero() {
                0.0
            } else {
                half.checked_div(bounds.middle).and_then(|r| r.to_f64()).unwrap_or(1.0) * 100.0
                    / 3.0_f64.sqrt()
            };
            let of = wanted.stream.map(ToString::to_string);
            let of = of.or_else(|| wanted.material.map(ToString::to_string)).unwrap_or_default();
            let key = format!("censored:{of}:{lab}/{method_name}");
            content.spread.add(ErrorClass::LongTerm, key, relative * weight);
            return;
        }
        let own = &determination.uncertainty;
        let known = method.and_then(|id| self.methods.get(id)).map(|record| &record.uncertainty);
        let given = if own.is_empty() { known.filter(|u| !u.is_empty()) } else { Some(own) };
        if let Some(components) = given {
            content.spread.add_components(components, weight);
            return;
        }
        let value = converted(determination, ContentUnit::MilligramPerKilogram);
        let value = value.and_then(|value| value.middle.to_f64()).unwrap_or(0.0);
        if found.rank.estimate {
            let key = format!("estimate:{}", found.assay.sample);
            let percent = defaults::DEFAULT_CONTENT_PERCENT;
            content.spread.add(ErrorClass::LongTerm, key, percent * weight);
            return;
        }
        let data = match self.is_proficient(found) {
            true => defaults::assay(determination.unit, value),
            false => defaults::assay_without_evidence(determination.unit, value),
        };
        let sources = [
            (ErrorClass::Random, format!("assay:{}", found.assay.id), data.random),
            (ErrorClass::ShortTerm, format!("series:{lab}/{method_name}"), data.short),
            (ErrorClass::LongTerm, format!("lab:{lab}/{method_name}"), data.long),
        ];
        for (class, key, percent) in sources {
            content.spread.add(class, key, percent * weight);
        }
    }
}

/// What a result rests on by itself.
fn rung_of(found: &Found<'_>) -> Rung {
    match (found.rank.estimate, found.rank.pooled) {
        (true, _) => Rung::Estimate,
        (false, true) => Rung::Composite,
        (false, false) => Rung::Assay,
    }
}

/// The interval of a determination in another unit of the same kind.
fn converted(determination: &Determination, unit: ContentUnit) -> Option<Bounds> {
    let bounds = determination.result.bounds()?;
    if determination.unit == unit {
        return Some(bounds);
    }
    let factor = determination.unit.times(unit)?;
    Some(Bounds {
        low: bounds.low.saturating_mul(factor),
        middle: bounds.middle.saturating_mul(factor),
        high: bounds.high.saturating_mul(factor),
        censored: bounds.censored,
    })
}

/// Mean of contents weighted by time; equal contents stay what they are, to the last digit.
pub(super) fn weighted(groups: impl IntoIterator<Item = (Micros, Content)>) -> Option<Content> {
    let mut groups = groups.into_iter();
    let (mut weight, mut mean) = groups.next()?;
    for (other_weight, other) in groups {
        if other.unit != mean.unit || other.basis != mean.basis {
            continue;
        }
        let (of_mean, of_other) = (Decimal::from(weight), Decimal::from(other_weight));
        let blend = |mean: Decimal, other: Decimal| {
            if mean == other {
                return mean;
            }
            let sum = mean.saturating_mul(of_mean).saturating_add(other.saturating_mul(of_other));
            sum / (of_mean + of_other)
        };
        mean.value = blend(mean.value, other.value);
        mean.range = (blend(mean.range.0, other.range.0), blend(mean.range.1, other.range.1));
        let share = other_weight as f64 / (weight + other_weight) as f64;
        let mut spread = Spread::new();
        spread.add_scaled(&mean.spread, 1.0 - share);
        spread.add_scaled(&other.spread, share);
        mean.spread = spread;
        mean.quality = mean.quality.max(other.quality);
        mean.rung = mean.rung.max(other.rung);
        mean.evidence.extend(other.evidence);
        weight += other_weight;
    }
    mean.evidence.sort_unstable();
    mean.evidence.dedup();
    Some(mean)
}
