//! A plant's laboratory: composites, reports with the series' checks, and reviews by a second
//! person. Results scatter by 0.6 to 3 % and fall below limits where waters are clean.

use tl_domain::event::{
    AssayReport, AssayReview, Determination, Purpose, QualityControl, ReviewDecision, SampleShare,
    SampleSubject, SampleTake, Side, Standing,
};
use tl_domain::ids::{AssayId, EntryId, SampleId};
use tl_domain::quantity::{Basis, ContentUnit, Reading};
use tl_domain::time::{HOUR_MICROS, Micros};

use super::bodies::name;
use super::lot::{Lot, content_text, decimal, value};
use super::script::{Desk, Script, reference};

/// What is analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matrix {
    /// mg/kg of the dry mass.
    Solid,
    /// mg/kg of the liquid as received.
    Liquid,
    /// µg/L.
    Water,
    /// mg/m³ of gas at standard conditions.
    Gas,
}

/// Detection limit of waters in µg/L.
const WATER_LOD: f64 = 0.02;
/// Limit of quantification of waters in µg/L.
const WATER_LOQ: f64 = 0.08;

/// The people and devices of a laboratory.
#[derive(Debug, Clone)]
pub(super) struct Lab {
    /// Who takes samples.
    pub(super) sampler: Desk,
    /// Who analyses.
    pub(super) analyst: Desk,
    /// Who reviews: another person.
    pub(super) reviewer: Desk,
    count: u32,
}

impl Lab {
    /// A laboratory.
    pub(super) fn new(sampler: Desk, analyst: Desk, reviewer: Desk) -> Self {
        Self { sampler, analyst, reviewer, count: 0 }
    }

    /// Takes a sample, reports it the next day and reviews it the day after. `content` is the truth
    /// in the matrix's unit; gives the report.
    pub(super) fn assay(
        &mut self,
        script: &mut Script,
        subject: SampleSubject,
        (matrix, content): (Matrix, f64),
        at: Micros,
    ) -> EntryId {
        self.count += 1;
        let label = format!("{}-{:05}", self.analyst.party, self.count);
        let code = script.code();
        let take = SampleTake {
            code: Some(code),
            subject,
            increments: Some(if matrix == Matrix::Solid { 12 } else { 3 }),
            lab_name: Some(label.clone()),
            sampler: None,
            raw: None,
        };
        let sample = script.write(&self.sampler, at, take);
        let determination = determine(script, matrix, content);
        let purpose = match matrix {
            Matrix::Water | Matrix::Gas => Purpose::SelfMonitoring,
            Matrix::Solid | Matrix::Liquid => Purpose::Process,
        };
        let minutes = i64::from(self.count % 90);
        let reported = at + 26 * HOUR_MICROS + minutes * (HOUR_MICROS / 60);
        let report = AssayReport {
            sample: SampleId::from(sample),
            purpose,
            standing: Standing::Final,
            side: Side::Own,
            lab: None,
            report_number: Some(label),
            cma_number: None,
            analyst: None,
            determinations: vec![determination],
            quality: checks(script),
            record: None,
            raw: None,
            blobs: vec![],
        };
        let report = script.write(&self.analyst, reported, report);
        let review = AssayReview {
            assay: AssayId::from(report),
            target: reference(report),
            decision: ReviewDecision::Accept,
            reason: None,
        };
        script.write(&self.reviewer, reported + 6 * HOUR_MICROS, review);
        report
    }
}

fn determine(script: &mut Script, matrix: Matrix, content: f64) -> Determination {
    let percent = match matrix {
        Matrix::Solid | Matrix::Liquid => 0.6,
        Matrix::Water => 2.0,
        Matrix::Gas => 3.0,
    };
    let measured = script.rng.around(content, percent);
    let (unit, basis, method) = match matrix {
        Matrix::Solid => (ContentUnit::MilligramPerKilogram, Some(Basis::Dry), "icpms-solid"),
        Matrix::Liquid => (ContentUnit::MilligramPerKilogram, Some(Basis::Wet), "icpms-solid"),
        Matrix::Water => (ContentUnit::MicrogramPerLitre, None, "icpms-water"),
        Matrix::Gas => (ContentUnit::MilligramPerCubicMetre, None, "icpms-gas"),
    };
    let result = match matrix {
        Matrix::Water if measured < WATER_LOD => {
            Reading::NotDetected { lod: decimal(WATER_LOD, 2) }
        }
        Matrix::Water if measured < WATER_LOQ => Reading::Below { limit: decimal(WATER_LOQ, 2) },
        _ => value(content_text(measured)),
    };
    Determination {
        analyte: name("Tl"),
        result,
        unit,
        basis,
        method: Some(name(method)),
        uncertainty: vec![],
    }
}

fn checks(script: &mut Script) -> Vec<QualityControl> {
    let blank = 0.004 + 0.012 * script.rng.unit();
    let recovery = 96.0 + 8.0 * script.rng.unit();
    let check = |check: &str, value: String| QualityControl {
        check: check.to_owned(),
        passed: true,
        value: Some(value),
        deviation: None,
    };
    vec![check("blank", format!("{blank:.3} ug/L")), check("reference", format!("{recovery:.1} %"))]
}

/// Batches of one composite with their weights and what they really hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Composite {
    shares: Vec<(EntryId, f64)>,
    lot: Lot,
}

impl Composite {
    /// Adds a batch by its dry mass.
    pub(super) fn add(&mut self, batch: EntryId, lot: Lot) {
        self.shares.push((batch, lot.dry));
        self.lot += lot;
    }

    /// Sends the composite to the laboratory and begins a new one.
    pub(super) fn flush(&mut self, script: &mut Script, lab: &mut Lab, at: Micros) {
        let Self { shares, lot } = std::mem::take(self);
        if shares.is_empty() {
            return;
        }
        let share = |(batch, dry): (EntryId, f64)| SampleShare {
            batch: batch.into(),
            weight: Some(decimal(dry, 3)),
        };
        let subject = SampleSubject::Batches(shares.into_iter().map(share).collect());
        lab.assay(script, subject, (Matrix::Solid, lot.content()), at);
    }
}
