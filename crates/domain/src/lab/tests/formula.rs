//! Formulas: units, dry basis, qualifiers, blanks, drying.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::dec;
use crate::event::Working;
use crate::lab::formula::{FormulaError, rounded, work};
use crate::quantity::{Basis, ContentUnit, Reading};

fn value(text: &str) -> Reading {
    Reading::Value { value: dec(text) }
}

fn digest(concentration: Reading, unit: ContentUnit) -> Working {
    Working::Solution {
        concentration,
        unit,
        blank: None,
        volume_ml: Some(dec("50")),
        dilution: Some(dec("10")),
        portion_g: Some(dec("0.5012")),
        moisture_percent: None,
    }
}

/// Changes a working before it is worked out.
fn with(mut working: Working, change: impl FnOnce(&mut Working)) -> Working {
    change(&mut working);
    working
}

fn dry(percent: &str) -> impl FnOnce(&mut Working) {
    let percent = dec(percent);
    move |working| {
        if let Working::Solution { moisture_percent, .. } = working {
            *moisture_percent = Some(percent);
        }
    }
}

#[test]
fn a_digest_gives_milligrams_per_kilogram() {
    // 12.5 µg/L × 0.05 L × 10 ÷ 0.5012 g = 12.4700… µg/g.
    let worked = work(&digest(value("12.5"), ContentUnit::MicrogramPerLitre), None).expect("works");
    assert_eq!(
        (worked.reading.display(), worked.unit),
        ("12.47".to_owned(), ContentUnit::MilligramPerKilogram)
    );
    assert_eq!(worked.basis, Some(Basis::Wet));
    assert_eq!(worked.formula, "12.5 ug/L × 50 mL × 10 ÷ 0.5012 g = 12.47 mg/kg");
    let same = work(&digest(value("0.0125"), ContentUnit::MilligramPerLitre), None).expect("works");
    assert_eq!(same.reading, worked.reading, "the unit is part of it");
    let nano = work(&digest(value("12500"), ContentUnit::NanogramPerLitre), None).expect("works");
    assert_eq!(nano.reading, worked.reading);
    let dried = with(digest(value("12.5"), ContentUnit::MicrogramPerLitre), dry("8.2"));
    let dried = work(&dried, Some(3)).expect("works");
    assert_eq!((dried.reading.display(), dried.basis), ("13.6".to_owned(), Some(Basis::Dry)));
    assert!(dried.formula.contains("÷ (1 − 0.082)"), "{}", dried.formula);
}

#[test]
fn water_stays_in_its_unit() {
    let water = Working::Solution {
        concentration: value("0.123"),
        unit: ContentUnit::MicrogramPerLitre,
        blank: None,
        volume_ml: None,
        dilution: Some(dec("5")),
        portion_g: None,
        moisture_percent: None,
    };
    let worked = work(&water, None).expect("works");
    assert_eq!(
        (worked.reading.display(), worked.unit),
        ("0.6150".to_owned(), ContentUnit::MicrogramPerLitre)
    );
    assert_eq!(worked.basis, None);
}

#[test]
fn a_qualifier_goes_through_with_its_limit() {
    let below =
        |reading| work(&digest(reading, ContentUnit::MicrogramPerLitre), None).map(|w| w.reading);
    let scaled = below(Reading::Below { limit: dec("0.02") }).expect("works");
    assert_eq!(scaled.display(), "<0.01995");
    let nd = below(Reading::NotDetected { lod: dec("0.02") }).expect("works");
    assert_eq!(nd.display(), "ND(0.01995)");
    assert_eq!(below(Reading::NotMeasured), Ok(Reading::NotMeasured));
    assert_eq!(below(value("0")).expect("works").display(), "0", "a measured zero is one");
    let blanked = |c: &str, b: &str| {
        let working = with(digest(value(c), ContentUnit::MicrogramPerLitre), |working| {
            if let Working::Solution { blank, .. } = working {
                *blank = Some(dec(b));
            }
        });
        work(&working, None).map(|worked| worked.reading.display())
    };
    assert_eq!(blanked("12.5", "2.5"), Ok("9.976".to_owned()));
    let equal = blanked("2.5", "2.5").expect_err("at its blank");
    assert!(matches!(equal, FormulaError::BelowBlank { .. }), "no zero");
    assert!(equal.zh().contains("ND") && equal.en().contains("ND"));
}

#[test]
fn what_does_not_fit_is_named() {
    let odd = |unit, change: fn(&mut Working)| {
        work(&with(digest(value("1"), unit), change), None).expect_err("does not fit")
    };
    let per_litre = ContentUnit::MicrogramPerLitre;
    assert!(matches!(odd(ContentUnit::Percent, |_| ()), FormulaError::Unit(_)));
    let zero = odd(per_litre, |working| {
        if let Working::Solution { portion_g, .. } = working {
            *portion_g = Some(dec("0"));
        }
    });
    assert_eq!(zero, FormulaError::NotPositive { letter: "m", read: "0".to_owned() });
    let half = odd(per_litre, |working| {
        if let Working::Solution { portion_g, .. } = working {
            *portion_g = None;
        }
    });
    assert_eq!(half, FormulaError::HalfDigest);
    let wet = with(digest(value("1"), per_litre), dry("100"));
    assert!(matches!(work(&wet, None), Err(FormulaError::Moisture(_))));
}

fn drying(pan: &str, wet: &str, dried: &str) -> Working {
    Working::Drying { pan_g: dec(pan), wet_g: dec(wet), dry_g: dec(dried) }
}

#[test]
fn moisture_follows_from_three_weighings() {
    let worked = work(&drying("20.10", "120.10", "111.90"), None).expect("works");
    assert_eq!((worked.reading.display(), worked.unit), ("8.20".to_owned(), ContentUnit::Percent));
    assert_eq!(worked.formula, "(120.10 − 111.90) g ÷ (120.10 − 20.10) g = 8.20 %");
    let nothing = work(&drying("20", "120", "120"), None).expect("dry already");
    assert_eq!(nothing.reading.display(), "0");
    for (pan, wet, dried) in
        [("20", "120", "121"), ("20", "120", "20"), ("0", "120", "100"), ("120", "20", "19")]
    {
        let error = work(&drying(pan, wet, dried), None).expect_err("in the wrong order");
        assert!(matches!(error, FormulaError::Drying { .. }), "{pan} {wet} {dried}");
        assert!(error.zh().contains(wet) && error.en().contains(wet));
    }
}

#[test]
fn figures_are_rounded_half_to_even() {
    let of = |text: &str, digits| rounded(dec(text).value(), digits).to_string();
    assert_eq!(of("1.25", 2), "1.2");
    assert_eq!(of("1.35", 2), "1.4");
    assert_eq!(of("0.00123456", 3), "0.00123");
    assert_eq!(of("123456", 3), "123000");
}

proptest! {
    #[test]
    fn twice_the_portion_is_half_the_content(
        c in 1_u32..1_000_000, v in 1_u32..500, m in 1_u32..5_000,
    ) {
        let of = |portion: Decimal| {
            let working = Working::Solution {
                concentration: value(&c.to_string()),
                unit: ContentUnit::MicrogramPerLitre,
                blank: None,
                volume_ml: Some(dec(&v.to_string())),
                dilution: None,
                portion_g: Some(portion.into()),
                moisture_percent: None,
            };
            work(&working, Some(12)).expect("works").reading.bounds().expect("a value").middle
        };
        let (single, double) = (of(Decimal::new(m.into(), 3)), of(Decimal::new((2 * m).into(), 3)));
        let apart = (single - double * Decimal::TWO).abs();
        prop_assert!(apart <= single * Decimal::new(1, 9), "{single} {double}");
    }

    #[test]
    fn a_moisture_is_one(pan in 1_u32..100_000, dry in 1_u32..100_000, water in 0_u32..100_000) {
        let grams = |mg: u32| Decimal::new(mg.into(), 3);
        let working = Working::Drying {
            pan_g: grams(pan).into(),
            dry_g: grams(pan + dry).into(),
            wet_g: grams(pan + dry + water).into(),
        };
        let worked = work(&working, None).expect("works");
        let percent = worked.reading.bounds().expect("a value").middle;
        prop_assert!(percent >= Decimal::ZERO && percent <= Decimal::ONE_HUNDRED);
    }
}
