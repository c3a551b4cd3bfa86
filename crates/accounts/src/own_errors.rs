//! A plant's own measurement errors, estimated from its books and offered beside the class data.
//!
//! Samples of one batch or of one stream and span are field duplicates; assays of one sample by one
//! laboratory and method are its duplicates. Handovers give both partners' errors together. The
//! estimates are `tl_accountancy::estimate`'s; here is only what in the books is a duplicate.
//! Nothing is applied by itself: a plant that wants its own figure writes it into the method's or
//! meter's record, which is an entry with a name under it.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use tl_accountancy::estimate::partners::{self, HandoverLine, Sides};
use tl_accountancy::estimate::replicates::{self, Replicate};
use tl_accountancy::estimate::{Estimate, Offer, Scatter};
use tl_accountancy::{Fault, Language};
use tl_domain::balance::Records;
use tl_domain::event::{SampleSubject, Side};
use tl_domain::ids::{Analyte, MethodId, SampleId};
use tl_domain::project::{AssayRow, Review};
use tl_domain::time::{DAY_MICROS, Micros};

use crate::handover::PartnerAccount;

/// Length of a block of handovers.
const MONTH_MICROS: Micros = 30 * DAY_MICROS;

/// What an estimate is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Subject {
    /// Repeated assays of one sample.
    Assay {
        /// Laboratory, `own` for the plant's.
        lab: String,
        /// Method, when it was named.
        method: Option<MethodId>,
    },
    /// Samples taken twice of the same material: sampling and assay together.
    Sampling {
        /// Laboratory, `own` for the plant's.
        lab: String,
        /// Method, when it was named.
        method: Option<MethodId>,
    },
    /// Both sides of a pair of partners together.
    Partners {
        /// Who shipped.
        shipper: String,
        /// Who received.
        receiver: String,
        /// What.
        material: Option<String>,
    },
}

/// An estimate in figures and words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnError {
    /// What it is about.
    pub subject: Subject,
    /// `random`, `short` or `long`.
    pub class: String,
    /// Relative standard deviation in per cent.
    pub percent: f64,
    /// Where it lies with 95 % confidence, per cent.
    pub interval_percent: (f64, f64),
    /// Degrees of freedom.
    pub dof: f64,
    /// Duplicates or lines that it rests on, and how many it should be.
    pub count: usize,
    /// How many it should rest on.
    pub wanted: usize,
    /// First and last moment of the data.
    pub span: (Micros, Micros),
    /// Class figure in per cent, when there is one for it.
    pub class_percent: Option<f64>,
    /// `offered`, `too_few`, `worse_than_class` or `contradictory`.
    pub verdict: String,
    /// The sentence, in Chinese and in English.
    pub text: (String, String),
    /// Duplicates that stand out; they count.
    pub outliers: Vec<String>,
    /// Duplicates whose figures are all equal.
    pub equal: usize,
}

/// Class figures that estimates stand beside, relative in per cent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassPercent {
    /// Random error of one assay.
    pub assay: f64,
    /// Random error of sampling.
    pub sampling: f64,
}

impl Default for ClassPercent {
    /// Solids above 300 mg/kg are 4 %; 5 % is for all others (accountancy §5.2).
    fn default() -> Self {
        Self { assay: 5.0, sampling: 4.0 }
    }
}

/// All estimates that the books allow, by subject; those with too few data for any figure are not
/// there.
#[must_use]
pub fn of(
    records: &Records,
    substance: &Analyte,
    handovers: &[PartnerAccount],
    class: ClassPercent,
) -> Vec<OwnError> {
    let assays: Vec<&AssayRow> = records.assays.iter().filter(|assay| counts(assay)).collect();
    let mut found = Vec::new();
    let repeated = grouped(&assays, substance, |assay| Some(Group::Sample(assay.sample)));
    for ((lab, method), groups) in repeated {
        let subject = Subject::Assay { lab, method };
        found.extend(from_replicates(subject, groups, class.assay));
    }
    let doubled = grouped(&assays, substance, Group::subject);
    for ((lab, method), groups) in doubled {
        let both = class.assay.hypot(class.sampling);
        found.extend(from_replicates(Subject::Sampling { lab, method }, groups, both));
    }
    for account in handovers {
        found.extend(from_partners(account).unwrap_or_default());
    }
    found
}

/// Own measurements that stand: results that went back, failed or are commercial tell of nothing.
fn counts(assay: &AssayRow) -> bool {
    assay.review != Review::Returned && !assay.quality_failed && assay.side == Side::Own
}

/// What makes figures duplicates of each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Sample(SampleId),
    Material(String),
}

impl Group {
    /// Samples of one batch alone, or of one stream and the same span.
    fn subject(assay: &AssayRow) -> Option<Self> {
        Some(Self::Material(match assay.subject.as_ref()? {
            SampleSubject::Batches(shares) => match shares.as_slice() {
                [one] => one.batch.to_string(),
                _ => return None,
            },
            SampleSubject::Stream { stream, span } => {
                let span = span.micros();
                format!("{stream} {} {}", span.from, span.to)
            }
            SampleSubject::Stock { .. } => return None,
        }))
    }
}

/// A laboratory and a method.
type Source = (String, Option<MethodId>);

/// Groups of two or more figures above their limits, by laboratory and method. Of several assays
/// of one sample the sampling groups take the mean: the second is no second sample.
fn grouped(
    assays: &[&AssayRow],
    substance: &Analyte,
    group: impl Fn(&AssayRow) -> Option<Group>,
) -> BTreeMap<Source, Vec<Replicate>> {
    type Figures = BTreeMap<SampleId, Vec<f64>>;
    let mut sources: BTreeMap<Source, BTreeMap<Group, (Micros, Figures)>> = BTreeMap::new();
    for assay in assays {
        let Some(group) = group(assay) else { continue };
        for one in assay.determinations.iter().filter(|one| one.analyte == *substance) {
            let Some(bounds) = one.result.bounds().filter(|bounds| !bounds.censored) else {
                continue;
            };
            let Some(value) = bounds.middle.to_f64().filter(|value| *value > 0.0) else { continue };
            let lab = assay.lab.as_ref().map_or_else(|| "own".to_owned(), ToString::to_string);
            let groups = sources.entry((lab, one.method.clone())).or_default();
            let (at, figures) = groups.entry(group.clone()).or_default();
            *at = (*at).max(assay.reported_at);
            figures.entry(assay.sample).or_default().push(value);
        }
    }
    let replicate = |(group, (at, figures)): (Group, (Micros, Figures))| {
        let (label, values) = match group {
            Group::Sample(sample) => {
                (sample.to_string(), figures.into_values().flatten().collect::<Vec<f64>>())
            }
            Group::Material(label) => {
                let mean = |own: Vec<f64>| own.iter().sum::<f64>() / own.len() as f64;
                (label, figures.into_values().map(mean).collect())
            }
        };
        (values.len() >= 2).then_some(Replicate { label, at, values })
    };
    sources
        .into_iter()
        .map(|(source, groups)| (source, groups.into_iter().filter_map(replicate).collect()))
        .collect()
}

fn from_replicates(subject: Subject, groups: Vec<Replicate>, class: f64) -> Option<OwnError> {
    let found = replicates::random(&groups).ok()?;
    let outliers = found.outliers.iter().map(|one| groups[one.index].label.clone()).collect();
    let mut error = described(subject, "random", found.random, Some(class));
    error.outliers = outliers;
    error.equal = found.equal;
    Some(error)
}

fn from_partners(account: &PartnerAccount) -> Result<Vec<OwnError>, Fault> {
    let line = |line: &crate::handover::ComparedLine| {
        line.difference?;
        let (shipper, receiver) = (line.shipped?.to_f64(), line.received?.to_f64());
        (shipper > 0.0 && receiver > 0.0).then(|| HandoverLine {
            label: line.code.display(),
            at: line.shipped_at.unwrap_or_default(),
            // A month is about as long as a calibration block or a campaign of the laboratory.
            block: (line.shipped_at.unwrap_or_default() / MONTH_MICROS).to_string(),
            shipper,
            receiver,
            third: None,
        })
    };
    let lines: Vec<HandoverLine> = account.lines.iter().filter_map(line).collect();
    let found = partners::evaluate(&lines, 0.0)?;
    debug_assert!(matches!(found.sides, Sides::Inseparable { .. }), "there is no third side");
    let subject = Subject::Partners {
        shipper: account.shipper.to_string(),
        receiver: account.receiver.to_string(),
        material: account.material.as_ref().map(ToString::to_string),
    };
    let one = |class, estimate| described(subject.clone(), class, estimate, None);
    let mut errors = match found.joint.scatter {
        Scatter::Separated { within, between } => {
            vec![one("random", within), one("short", between)]
        }
        Scatter::Joint(both) | Scatter::OneBlock(both) => vec![one("random", both)],
    };
    errors.push(one("long", found.joint.difference.long_term()));
    Ok(errors)
}

fn described(subject: Subject, class: &str, estimate: Estimate, beside: Option<f64>) -> OwnError {
    let offer: Offer = estimate.beside(beside.map(|percent| percent / 100.0));
    let Estimate { value, interval, dof, evidence, .. } = estimate;
    OwnError {
        subject,
        class: class.to_owned(),
        percent: value * 100.0,
        interval_percent: (interval.low * 100.0, interval.high * 100.0),
        dof,
        count: evidence.count,
        wanted: evidence.wanted,
        span: (evidence.span.first, evidence.span.last),
        class_percent: beside,
        verdict: offer.verdict.name().to_owned(),
        text: (offer.text(Language::Zh), offer.text(Language::En)),
        outliers: Vec::new(),
        equal: 0,
    }
}
