//! Everything the tests say about one series.
//!
//! Invariant: what needs no standardisation (MUF, σ, CUMUF) is there also when the covariance is
//! not positive definite; what needs it is then a fault with its name. Cumulative figures start at
//! an agreed period; earlier ones read 0, and the figures before a restart stay available by
//! evaluating without it.

use tl_statistics::sum::Sum;

use crate::covariance::Covariance;
use crate::fault::Fault;
use crate::gemuf;
use crate::page::{self, Page};
use crate::period::Series;
use crate::sitmuf::Sitmuf;
use crate::source::ErrorClass;

/// How the tests are set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Page's reference value.
    pub k: f64,
    /// Page's threshold for each side.
    pub h: f64,
    /// Limit on |MUF|/σ and |CUMUF|/σ.
    pub sigmas: f64,
    /// Period (from 0) from which cumulative tests run.
    pub start: usize,
}

impl Settings {
    /// k = 0.5, h for `alpha` over `periods` with both sides together, three sigmas.
    pub fn two_sided(periods: usize, alpha: f64) -> Result<Self, Fault> {
        let k = page::REFERENCE_VALUE;
        let h = page::two_sided_threshold(k, periods, alpha)?;
        Ok(Self { k, h, sigmas: 3.0, start: 0 })
    }
}

/// What rests on standardised figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standardised {
    /// Standardised independent MUF.
    pub residuals: Sitmuf,
    /// Cumulated squares of it.
    pub gemuf: Vec<f64>,
    /// Page's sums.
    pub page: Page,
    /// First period (from 1) with S⁺ > h.
    pub first_up: Option<usize>,
    /// First period (from 1) with S⁻ > h.
    pub first_down: Option<usize>,
}

/// The figures of all tests; lists have one value per period, mass units.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Book minus physical.
    pub muf: Vec<f64>,
    /// Its standard deviation.
    pub sigma: Vec<f64>,
    /// Covariance of the sequence.
    pub covariance: Covariance,
    /// MUF cumulated from the start.
    pub cumuf: Vec<f64>,
    /// Its standard deviation.
    pub sigma_cumuf: Vec<f64>,
    /// What needs a positive definite covariance.
    pub standardised: Result<Standardised, Fault>,
    /// First period (from 1) with |MUF| beyond the limit.
    pub first_muf: Option<usize>,
    /// First period (from 1) with |CUMUF| beyond the limit.
    pub first_cumuf: Option<usize>,
    /// How the tests were set.
    pub settings: Settings,
}

/// Variance per period by the life of the errors, mass units squared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VarianceSplit {
    /// New at each measurement.
    pub random: Vec<f64>,
    /// Until the next calibration.
    pub short: Vec<f64>,
    /// Of a laboratory, instrument or method.
    pub long: Vec<f64>,
}

impl VarianceSplit {
    /// The split of a series.
    #[must_use]
    pub fn of(series: &Series) -> Self {
        let sources = series.sources();
        Self {
            random: sources.variance_of(&[ErrorClass::Random, ErrorClass::Absolute]),
            short: sources.variance_of(&[ErrorClass::Short]),
            long: sources.variance_of(&[ErrorClass::Long]),
        }
    }
}

impl Evaluation {
    /// Evaluates a series by its keyed errors.
    #[must_use]
    pub fn of(series: &Series, settings: Settings) -> Self {
        let covariance = Covariance::of_sources(&series.sources());
        Self::of_muf(series.muf(), covariance, settings)
    }

    /// Evaluates a MUF sequence with its covariance; sizes agree.
    #[must_use]
    pub fn of_muf(muf: Vec<f64>, covariance: Covariance, settings: Settings) -> Self {
        let sigma = covariance.sigma();
        let cumuf = cumulated(&muf, settings.start);
        let sigma_cumuf = covariance.sigma_cumulative(settings.start);
        let standardised = Standardised::of(&muf, &covariance, settings);
        Self {
            first_muf: first_beyond(&muf, &sigma, settings.sigmas),
            first_cumuf: first_beyond(&cumuf, &sigma_cumuf, settings.sigmas),
            muf,
            sigma,
            covariance,
            cumuf,
            sigma_cumuf,
            standardised,
            settings,
        }
    }
}

impl Standardised {
    fn of(muf: &[f64], covariance: &Covariance, settings: Settings) -> Result<Self, Fault> {
        let residuals = Sitmuf::of(muf, covariance)?;
        let page = Page::of(&residuals.sitmuf, settings.k, settings.start);
        Ok(Self {
            gemuf: gemuf::of(&residuals.sitmuf, settings.start),
            first_up: page::first_over(&page.up, settings.h),
            first_down: page::first_over(&page.down, settings.h),
            page,
            residuals,
        })
    }
}

/// Sums from period `start` (from 0) on, 0 before it.
#[must_use]
pub fn cumulated(muf: &[f64], start: usize) -> Vec<f64> {
    let mut sum = Sum::default();
    let step = |(t, &value): (usize, &f64)| {
        if t >= start {
            sum.add(value);
        }
        sum.value()
    };
    muf.iter().enumerate().map(step).collect()
}

/// First period (from 1) with |figure| > sigmas·σ; a figure without σ is beyond any limit.
fn first_beyond(figures: &[f64], sigma: &[f64], sigmas: f64) -> Option<usize> {
    let pairs = figures.iter().zip(sigma);
    pairs.into_iter().position(|(figure, sigma)| figure.abs() > sigmas * sigma).map(|t| t + 1)
}
