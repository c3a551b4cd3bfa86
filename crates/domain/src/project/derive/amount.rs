//! Masses and moistures as the books use them.
//!
//! Booked masses are whole micrograms below a bound, so that sums of decimals are exact in any
//! order and can't overflow. What is no amount (negative, absurd) is not booked: its entry keeps
//! the verdict `unusable`.

use rust_decimal::Decimal;

use crate::quantity::{Basis, DryMass, Mass, Moisture, Reading, WetMass};

/// Ten thousand million tonnes: above any plant, far below where decimals end.
const GRAMS_MAX: u64 = 10_000_000_000_000_000;
/// Decimals of a gram that are booked.
const GRAM_DECIMALS: u32 = 6;

/// Whether a mass is an amount that can be booked.
pub(crate) fn is_amount(mass: &Mass) -> bool {
    let value = mass.value.value();
    value >= Decimal::ZERO && value <= Decimal::from(GRAMS_MAX) / mass.unit.grams()
}

/// A wet mass, or a dry one with a moisture.
pub(crate) fn wet(mass: &Mass, moisture: Option<Moisture>) -> Option<WetMass> {
    let grams = grams(mass)?;
    match mass.basis {
        Basis::Wet => booked(grams),
        Basis::Dry => booked(grams.checked_div(Decimal::ONE - moisture?.fraction())?),
    }
    .map(WetMass)
}

/// A mass that was given on dry basis.
pub(crate) fn dry(mass: &Mass) -> Option<DryMass> {
    let dry = mass.basis == Basis::Dry;
    grams(mass).filter(|_| dry).and_then(booked).map(DryMass)
}

/// A wet mass; a dry one without a moisture is booked as it is: a stock take settles it.
pub(super) fn wet_or_as_is(mass: &Mass, moisture: Option<Moisture>) -> Option<WetMass> {
    wet(mass, moisture).or_else(|| dry(mass).map(|dry| WetMass(dry.0)))
}

/// A dry mass; a wet one without a moisture is booked as it is.
pub(super) fn dry_or_as_is(mass: &Mass, moisture: Option<Moisture>) -> Option<DryMass> {
    let factor = match (mass.basis, moisture) {
        (Basis::Wet, Some(moisture)) => Decimal::ONE - moisture.fraction(),
        _ => Decimal::ONE,
    };
    booked(grams(mass)? * factor).map(DryMass)
}

/// A moisture in per cent as a share, when it is a usable figure.
pub(crate) fn percent(reading: Option<&Reading>) -> Option<Moisture> {
    let reading = reading?;
    // The middle of limits beyond 100 % is no moisture, and their sum might overflow.
    let limits = match reading {
        Reading::DetectedBelowLoq { lod, loq } => [lod.value(), loq.value()],
        _ => [Decimal::ZERO; 2],
    };
    if limits.iter().any(|limit| *limit >= Decimal::ONE_HUNDRED) {
        return None;
    }
    Moisture::from_percent(reading.bounds()?.middle).ok()
}

fn grams(mass: &Mass) -> Option<Decimal> {
    is_amount(mass).then(|| mass.grams())
}

fn booked(grams: Decimal) -> Option<Decimal> {
    let fits = grams <= Decimal::from(GRAMS_MAX);
    fits.then(|| grams.round_dp(GRAM_DECIMALS))
}
