//! Resolutions of alarms as entries have them, put to the periods that they are about.
//!
//! A resolution names spans, not numbers: periods get other numbers when a forgotten stock take is
//! entered. What names a span that is no period any more is reported as such and does nothing.

use tl_accountancy::resolution::{Evidence, Resolution};
use tl_accountancy::source::ErrorClass as AccountClass;
use tl_domain::balance::Scope;
use tl_domain::event::{FindingResolve, ResolutionEvidence, ResolutionFact};
use tl_domain::quantity::{DecimalText, ErrorClass};
use tl_domain::time::{Micros, MicrosSpan};

use rust_decimal::prelude::ToPrimitive;

/// Resolutions that fit the periods, in their order, and the numbers of those that do not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fitted {
    /// What the series is changed by.
    pub resolutions: Vec<Resolution>,
    /// Places in the list given of those whose span is no period.
    pub unfit: Vec<usize>,
}

/// Puts resolutions to the periods that they name.
#[must_use]
pub fn fit(given: &[FindingResolve], spans: &[MicrosSpan]) -> Fitted {
    let mut fitted = Fitted::default();
    for (place, resolve) in given.iter().enumerate() {
        match one(resolve, spans) {
            Some(resolution) => fitted.resolutions.push(resolution),
            None => fitted.unfit.push(place),
        }
    }
    fitted
}

fn one(resolve: &FindingResolve, spans: &[MicrosSpan]) -> Option<Resolution> {
    let span = resolve.span.micros();
    let period = number(spans, |period| *period == span);
    match &resolve.fact {
        ResolutionFact::BookedLoss { grams, sigma_grams, cause, .. } => {
            Some(Resolution::BookedLoss {
                period: period?,
                name: cause.clone(),
                amount: float(grams)?,
                sigma: float(sigma_grams)?,
            })
        }
        ResolutionFact::Bias { evidence, class, source, percent, remaining_percent } => {
            Some(Resolution::BiasFound {
                evidence: shown(*evidence),
                class: match class {
                    ErrorClass::ShortTerm => AccountClass::Short,
                    ErrorClass::LongTerm => AccountClass::Long,
                    // A random error is new each time: it has no bias to find.
                    ErrorClass::Random => return None,
                },
                name: source.clone(),
                from: number(spans, |period| holds(&span, period))?,
                to: last(spans, |period| holds(&span, period))?,
                relative: float(percent)? / 100.0,
                remaining: float(remaining_percent)? / 100.0,
            })
        }
        ResolutionFact::NothingFound { evidence } => {
            Some(Resolution::NothingFound { period: period?, evidence: shown(*evidence) })
        }
        ResolutionFact::Restart => {
            let from: Micros = span.from;
            Some(Resolution::Restart { period: number(spans, |period| period.from >= from)? })
        }
    }
}

/// Whether a period lies within what a resolution is about.
fn holds(span: &MicrosSpan, period: &MicrosSpan) -> bool {
    span.from <= period.from && period.to <= span.to
}

fn number(spans: &[MicrosSpan], fits: impl Fn(&MicrosSpan) -> bool) -> Option<usize> {
    spans.iter().position(fits).map(|place| place + 1)
}

fn last(spans: &[MicrosSpan], fits: impl Fn(&MicrosSpan) -> bool) -> Option<usize> {
    spans.iter().rposition(fits).map(|place| place + 1)
}

fn float(text: &DecimalText) -> Option<f64> {
    text.value().to_f64()
}

fn shown(evidence: ResolutionEvidence) -> Evidence {
    match evidence {
        ResolutionEvidence::ScaleCheck => Evidence::ScaleCheck,
        ResolutionEvidence::ReferenceMaterial => Evidence::ReferenceMaterial,
        ResolutionEvidence::Reassay => Evidence::Reassay,
    }
}

/// The area that a resolution is about.
#[must_use]
pub fn scope(resolve: &FindingResolve) -> Scope {
    match (&resolve.node, &resolve.site) {
        (Some(node), _) => Scope::Node(node.clone()),
        (None, Some(site)) => Scope::Site(site.clone()),
        (None, None) => Scope::Enterprise,
    }
}
