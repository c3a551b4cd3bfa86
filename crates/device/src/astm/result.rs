//! Result records: which of them are the substance, and whether their value, unit and state hold.
//!
//! `R|n|^^^Tl^205|value|unit|range|flag|nature|status|…`. A test code names the
//! substance by its exact symbol or by the declared codes; what only looks like it is refused.
//! Source: ASTM E1394-97 / LIS02-A2 clause 9.1 (fields 9.1.3 to 9.1.13).

use super::Profile;
use super::record::Delimiters;
use crate::lab::element::mass_header;
use crate::lab::unit::{Concentration, reported_unit};
use crate::lab::value::Measured;
use crate::limits::quoted;
use crate::reading::{Assay, AssayMarks, Reason, Refusal};

/// What a record amounts to.
#[derive(Debug)]
pub(super) enum Found {
    Result(Box<Outcome>),
    Refused(Refusal),
    Skipped(String),
}

/// A result of the substance that holds.
#[derive(Debug)]
pub(super) struct Outcome {
    assay: Assay,
    value: Measured,
    unit: Concentration,
}

impl Outcome {
    /// The mass number, where the record names it.
    pub(super) fn isotope(&self) -> Option<&str> {
        self.assay.isotope.as_deref()
    }

    pub(super) fn assay(self) -> Assay {
        self.assay
    }
}

impl Found {
    /// Takes the other isotope's result as the check of this one.
    pub(super) fn check(&mut self, profile: &Profile, other: &Outcome) {
        let Self::Result(own) = self else { return };
        let checked = other.value.convert(&other.unit, &own.unit);
        match (checked, profile.max_isotope_diff_pct) {
            (Ok(check), Some(limit)) if !own.value.agrees(&check, limit) => {
                let detail = format!(
                    "{}: {} and {} of the two isotopes are more than {limit} % apart, an \
                     interference is likely; measure again",
                    own.assay.sample,
                    own.value.text(),
                    check.text()
                );
                *self = Self::Refused(Refusal::new(Reason::IsotopeMismatch, detail));
            }
            (Ok(check), _) => own.assay.cross_check = Some(check.text()),
            (Err(refusal), _) => *self = Self::Refused(refusal),
        }
    }
}

/// Reads a record R.
pub(super) fn read(
    profile: &Profile,
    delimiters: &Delimiters,
    sample: Option<&str>,
    record: &str,
) -> Found {
    let test = delimiters.field(record, 3);
    let isotope = match isotope(profile, delimiters, test) {
        Ok(Some(isotope)) => isotope,
        Ok(None) => return Found::Skipped(format!("test {:?} is not read here", quoted(test))),
        Err(refusal) => return Found::Refused(refusal),
    };
    let Some(sample) = sample else {
        let detail = format!("result {:?} without an order that names a sample", quoted(record));
        return Found::Refused(Refusal::new(Reason::NoOrder, detail));
    };
    match result(profile, delimiters, sample, isotope, record) {
        Ok(result) => Found::Result(Box::new(result)),
        Err(refusal) => Found::Refused(refusal),
    }
}

/// The mass number of a test of the substance (`""` where it names none); `None` for other tests.
fn isotope(
    profile: &Profile,
    delimiters: &Delimiters,
    test: &str,
) -> Result<Option<String>, Refusal> {
    let (code, mass) = (delimiters.component(test, 4), delimiters.component(test, 5));
    if let Some(mass) = profile.test_codes.get(&code) {
        return Ok(Some(mass.clone()));
    }
    let (symbol, mass) = match mass_header(&code) {
        Some(header) => (header.symbol, header.mass),
        None => (code, mass),
    };
    let analyte = profile.analyte;
    if analyte.is_named(&symbol) {
        if mass.is_empty() || analyte.has_isotope(&mass) {
            return Ok(Some(mass));
        }
        let detail =
            format!("test {:?}: {} is not measured on this mass", quoted(test), analyte.symbol());
        return Err(Refusal::new(Reason::BadField, detail));
    }
    if analyte.is_misspelt(&symbol) {
        let detail = format!(
            "test {:?} looks like {} and is not written so; declare it under `test_codes` or \
             correct the method",
            quoted(test),
            analyte.symbol()
        );
        return Err(Refusal::new(Reason::AnalyteMissing, detail));
    }
    Ok(None)
}

fn result(
    profile: &Profile,
    delimiters: &Delimiters,
    sample: &str,
    isotope: String,
    record: &str,
) -> Result<Outcome, Refusal> {
    let field = |number: usize| delimiters.field(record, number);
    let text = |number: usize| {
        let field = delimiters.unescaped(field(number));
        (!field.is_empty()).then_some(field)
    };
    refuse_state(field(9), field(7))?;
    let written = Measured::parse(&delimiters.unescaped(field(4)), '.')?;
    if field(7) == "<" && matches!(written, Measured::Value(_)) {
        let detail = format!(
            "value {:?} with the mark \"<\" (below the instrument's scale): it is no number; \
             have the instrument send its limit",
            quoted(field(4))
        );
        return Err(Refusal::new(Reason::BadValue, detail));
    }
    let (unit, target) = reported_unit(profile.unit.as_ref(), text(5).as_deref(), "R.5")?;
    let value = written.convert(&unit, &target)?;
    let marks = AssayMarks { flag: text(7), result_status: text(9), detection_limit: None };
    let assay = Assay {
        sample: sample.to_owned(),
        analyte: profile.analyte.symbol(),
        isotope: (!isotope.is_empty()).then_some(isotope),
        value: value.text(),
        unit: target.symbol.to_owned(),
        cross_check: None,
        line: None,
        acquired_at: text(13),
        as_written: (value != written).then(|| format!("{} {}", written.text(), unit.symbol)),
        marks: (marks != AssayMarks::default()).then(|| Box::new(marks)),
        row: field(2).parse().unwrap_or(0),
    };
    Ok(Outcome { assay, value, unit: target })
}

/// Refuses results that the instrument itself does not stand for (fields R.9 and R.7).
fn refuse_state(status: &str, flag: &str) -> Result<(), Refusal> {
    if !matches!(status, "" | "F" | "P" | "C" | "R" | "V") {
        let detail = format!(
            "result state {:?}: only F (final), P, C, R and V hold a result",
            quoted(status)
        );
        return Err(Refusal::new(Reason::RejectedByLab, detail));
    }
    if flag == ">" {
        let detail = "the mark \">\": above the instrument's scale; dilute and measure again";
        return Err(Refusal::new(Reason::OverRange, detail));
    }
    Ok(())
}
