//! Quantities: text kept, units apart, identities of the field, censored intervals.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn dec(text: &str) -> DecimalText {
    text.parse().expect("a decimal")
}

#[test]
fn decimals_keep_their_text() {
    for text in ["1.20", "0.00005", "0", "-3.5", "100", "0.0"] {
        let read = dec(text);
        assert_eq!(read.to_string(), text);
        assert_eq!(serde_json::to_string(&read).expect("text"), format!("\"{text}\""));
    }
    for text in ["", "1.", ".5", "+1", "1e3", "01", "-0", "1,5", "O.35", " 1", "NaN", "１"] {
        assert!(text.parse::<DecimalText>().is_err(), "{text:?}");
    }
}

#[test]
fn the_identities_of_the_field() {
    let tonne = DryMass(MassUnit::Tonne.grams());
    let mg_per_kg = ContentUnit::MilligramPerKilogram;
    assert_eq!(substance_dry(tonne, Decimal::ONE, mg_per_kg), Ok(SubstanceMass(Decimal::ONE)));
    let gram_per_cubic_metre =
        substance_volume(Decimal::ONE, Decimal::ONE, ContentUnit::MilligramPerLitre);
    assert_eq!(gram_per_cubic_metre, Ok(SubstanceMass(Decimal::ONE)));
    let nanograms = substance_volume(Decimal::ONE, Decimal::ONE, ContentUnit::NanogramPerLitre);
    assert_eq!(nanograms, Ok(SubstanceMass(Decimal::new(1, 6))));
    // S1: zinc concentrate, 100,000 t wet at 8 % and 20.0 mg/kg dry is 1,840,000 g.
    let wet = Mass::wet(dec("100000"), MassUnit::Tonne);
    let dry = wet.dry(Moisture::from_percent(Decimal::from(8)).ok()).expect("moisture given");
    let tl = substance_dry(dry, dec("20.0").value(), mg_per_kg).expect("per mass");
    assert_eq!(tl, SubstanceMass(Decimal::from(1_840_000)));
}

#[test]
fn units_do_not_mix() {
    let volume = substance_volume(Decimal::ONE, Decimal::ONE, ContentUnit::MilligramPerKilogram);
    assert!(matches!(volume, Err(MassError::Unit { .. })));
    let mass = substance_dry(DryMass(Decimal::ONE), Decimal::ONE, ContentUnit::NanogramPerLitre);
    assert!(matches!(mass, Err(MassError::Unit { .. })));
    let unknown = "ppb".parse::<ContentUnit>().expect_err("ambiguous").to_string();
    assert!(unknown.starts_with("unknown unit \"ppb\""), "{unknown}");
    assert!(Mass::wet(dec("5"), MassUnit::Kilogram).dry(None).is_none(), "no moisture, no dry");
}

#[test]
fn censored_results_are_intervals_and_blank_is_nothing() {
    let bounds = |json: &str| serde_json::from_str::<Reading>(json).expect("reading").bounds();
    let below = bounds(r#"{"is":"below","limit":"0.02"}"#).expect("interval");
    assert_eq!((below.low, below.middle, below.high), {
        (Decimal::ZERO, Decimal::new(1, 2), Decimal::new(2, 2))
    });
    assert!(below.censored);
    let loq = r#"{"is":"detected_below_loq","lod":"0.02","loq":"0.06"}"#;
    assert_eq!(bounds(loq).expect("interval").middle, Decimal::new(4, 2));
    assert_eq!(bounds(r#"{"is":"not_measured"}"#), None);
    assert!(!bounds(r#"{"is":"value","value":"0"}"#).expect("a zero").censored);
    assert!(serde_json::from_str::<Reading>(r#"{"is":"value"}"#).is_err());
}

#[test]
fn shared_keys_cancel_and_independent_ones_do_not() {
    let mut spread = Spread::new();
    spread.add(ErrorClass::ShortTerm, "scale:east:3", 10.0);
    spread.add(ErrorClass::ShortTerm, "scale:east:3", -10.0);
    spread.add(ErrorClass::Random, "random:1", 3.0);
    spread.add(ErrorClass::Random, "random:2", -4.0);
    assert!((spread.sigma() - 5.0).abs() < 1e-12);
    assert_eq!(spread.shares()[0].0, "random:2");
}

proptest! {
    #[test]
    fn decimal_text_reads_back(units in any::<i64>(), scale in 0_u32..12) {
        let value = Decimal::new(units, scale);
        let text = value.to_string();
        let read: DecimalText = text.parse().expect("own text");
        prop_assert_eq!(read.value(), value);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn absurd_quantities_saturate_and_never_panic(
        unit in prop::sample::select(MassUnit::ALL),
        content in prop::sample::select(ContentUnit::ALL),
    ) {
        let largest = dec("79228162514264337593543950335");
        let moisture = Moisture::from_percent(dec("99.99999999").value()).expect("below 100");
        let mass = Mass { basis: Basis::Dry, unit, value: largest.clone() };
        let wet = mass.wetted(Some(moisture)).expect("moisture given");
        let _ = substance_wet(wet + wet, largest.value(), content);
        let _ = substance_volume(largest.value(), largest.value(), content);
        let below = Reading::Below { limit: largest };
        prop_assert!(below.bounds().is_some());
    }

    #[test]
    fn drying_and_wetting_are_inverse(grams in 1_i64..1_000_000_000, permille in 0_i64..999) {
        let moisture = Moisture::from_percent(Decimal::new(permille, 1)).expect("below 100");
        let dry = WetMass(Decimal::from(grams)).dried(moisture);
        let mass = Mass { basis: Basis::Dry, unit: MassUnit::Gram, value: dry.0.into() };
        let wet = mass.wetted(Some(moisture)).expect("moisture given");
        prop_assert!((wet.0 - Decimal::from(grams)).abs() < Decimal::new(1, 6));
    }
}
