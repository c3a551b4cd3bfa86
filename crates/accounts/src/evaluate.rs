//! What all tests say about an area, from its periods, its resolutions and the city's policy.
//!
//! Invariant: as measured first, as resolved second; both stay readable. Tests run only over
//! periods whose both ends were measured: the longest run of them that ends with the last period.
//! An earlier period's figures never change because a later one came.

mod limits;

pub use limits::Limits;

use serde::{Deserialize, Serialize};
use tl_accountancy::alarm::{self, Alarm, Direction, Level, Rules, Test};
use tl_accountancy::contribution;
use tl_accountancy::evaluation::{Evaluation, Settings};
use tl_accountancy::period::Series;
use tl_accountancy::quality::{self, Quality};
use tl_accountancy::resolution;
use tl_accountancy::{Fault, power};
use tl_domain::event::FindingResolve;
use tl_domain::time::{Micros, MicrosSpan};

use crate::period::{Figures, PeriodAccount, series};
use crate::periods::Ends;
use crate::policy::{Policy, Settled};
use crate::resolution::fit;

/// Sources of error that an account names.
const SOURCES_SHOWN: usize = 12;
/// Periods that the detectable amount and the contributions look back over.
const YEAR_PERIODS: usize = 12;

/// The tests over the periods of one area; all amounts in grams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// What the ends of the periods are.
    pub ends: Ends,
    /// Every period, the first one first.
    pub periods: Vec<PeriodResult>,
    /// Place in `periods` from which the tests run; equal to their number when none could.
    pub tested_from: usize,
    /// The limits of the tests.
    pub limits: Limits,
    /// Alarms, period by period.
    pub alarms: Vec<AlarmResult>,
    /// Stocks that open differently from how they closed.
    pub breaks: Vec<Break>,
    /// Why standardised figures are missing, as a code, when they are.
    pub fault: Option<String>,
    /// Amount detectable in the last period and over the last twelve (5 %, 5 %).
    pub detectable: Option<Detectable>,
    /// What makes σ of the last period, the largest first.
    pub sources_of_last: Vec<SourceShare>,
    /// What makes σ of the total of the last twelve periods, the largest first.
    pub sources_of_year: Vec<SourceShare>,
    /// Resolutions (places in the list given) whose span is no period any more.
    pub unfit_resolutions: Vec<usize>,
}

/// One period with its tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodResult {
    /// Half-open span.
    pub span: MicrosSpan,
    /// As measured.
    pub figures: Figures,
    /// Standard deviation of the difference as measured.
    pub sigma: f64,
    /// Parts without a figure.
    pub missing: u64,
    /// Whether both ends were measured.
    pub stock_measured: bool,
    /// Share of the turnover in per cent that rests on assays.
    pub assayed_percent: Option<f64>,
    /// The tests, for a period that is tested.
    pub tests: Option<TestResult>,
}

/// What the tests say at the end of one period, after resolutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    /// 平衡差 after resolutions.
    pub muf: f64,
    /// Its standard deviation.
    pub sigma: f64,
    /// 累计平衡差.
    pub cumuf: f64,
    /// Its standard deviation.
    pub sigma_cumuf: f64,
    /// Standardised independent MUF.
    pub sitmuf: Option<f64>,
    /// Page's sum against losses.
    pub page_up: Option<f64>,
    /// Page's sum against gains.
    pub page_down: Option<f64>,
    /// Cumulated squares of the standardised figures.
    pub gemuf: Option<f64>,
}

/// A test that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmResult {
    /// Span of the period at whose end it fired.
    pub span: MicrosSpan,
    /// `muf`, `cumuf` or `page`.
    pub test: String,
    /// `loss` or `gain`; each may be a bias.
    pub direction: String,
    /// `warning`, `investigate` or `report`.
    pub level: String,
    /// The figure in σ.
    pub statistic: f64,
    /// The limit that it passed.
    pub limit: f64,
    /// The amount concerned, signed as MUF.
    pub grams: f64,
    /// Whether a resolution names this period and leaves the figures as they are.
    pub explained: bool,
}

/// A stock that opens differently from how it closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// Span of the period that opens differently.
    pub span: MicrosSpan,
    /// Which stock.
    pub name: String,
    /// Opening minus the closing before.
    pub grams: f64,
}

/// What could have been detected with 95 % at 5 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Detectable {
    /// In the last period.
    pub last_grams: f64,
    /// Over the last twelve periods.
    pub year_grams: f64,
    /// The latter as a share of what came in over them, in per cent.
    pub year_percent: Option<f64>,
    /// Whether that is little enough to call a balance consistent.
    pub sufficient: bool,
}

/// A source of error and its part of the variance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceShare {
    /// `random`, `absolute`, `short` or `long`.
    pub class: String,
    /// Key of the source; for random ones the line that they touch.
    pub name: String,
    /// Part of the variance, 0 to 1.
    pub share: f64,
    /// Standard deviation that it makes alone, in grams.
    pub grams: f64,
}

/// Evaluates the periods of one area.
///
/// # Errors
/// `Fault` for figures that are no numbers.
pub fn evaluate(
    periods: &[PeriodAccount],
    ends: Ends,
    resolutions: &[FindingResolve],
    settled: &Settled,
) -> Result<Account, Fault> {
    let Settled { policy, rules } = settled;
    let from = tested_from(periods, ends);
    let spans: Vec<MicrosSpan> = periods.iter().map(PeriodAccount::span).collect();
    let measured = series(periods)?;
    let sigma = Evaluation::of(&measured, settings(rules, 0)).sigma;
    let mut account = Account {
        ends,
        periods: periods.iter().zip(sigma).map(|(p, sigma)| result(p, sigma)).collect(),
        tested_from: from,
        limits: Limits::of(settled),
        alarms: Vec::new(),
        breaks: breaks(&measured, &spans),
        fault: None,
        detectable: None,
        sources_of_last: Vec::new(),
        sources_of_year: Vec::new(),
        unfit_resolutions: Vec::new(),
    };
    if from < periods.len() {
        account.test(&periods[from..], &spans[from..], resolutions, (rules, policy))?;
    }
    Ok(account)
}

impl Account {
    fn test(
        &mut self,
        periods: &[PeriodAccount],
        spans: &[MicrosSpan],
        given: &[FindingResolve],
        (rules, policy): (&Rules, &Policy),
    ) -> Result<(), Fault> {
        let fitted = fit(given, spans);
        let mut unfit = fitted.unfit;
        let mut resolved = None;
        // One that does not fit the figures any more must not hide the others.
        let mut kept = Vec::new();
        let places = (0..given.len()).filter(|place| !unfit.contains(place)).collect::<Vec<_>>();
        let series = series(periods)?;
        for (place, one) in places.into_iter().zip(fitted.resolutions) {
            kept.push(one);
            match resolution::apply(&series, &kept) {
                Ok(done) => resolved = Some(done),
                Err(_) => {
                    kept.pop();
                    unfit.push(place);
                }
            }
        }
        unfit.sort_unstable();
        self.unfit_resolutions = unfit;
        let (series, start) = resolved.map_or((series, 0), |done| (done.series, done.start));
        let evaluation = Evaluation::of(&series, settings(rules, start));
        for (place, result) in self.periods[self.tested_from..].iter_mut().enumerate() {
            result.tests = Some(tests(&evaluation, place));
        }
        self.fault = evaluation.standardised.as_ref().err().map(|fault| fault.code().to_owned());
        let explained = explained(&kept);
        let alarms = alarm::of(&evaluation, rules);
        self.alarms = alarms.iter().map(|a| alarmed(a, spans, &explained)).collect();
        self.detect(&series, &evaluation, policy);
        Ok(())
    }

    fn detect(&mut self, series: &Series, evaluation: &Evaluation, policy: &Policy) {
        let count = series.periods().len();
        let rule = policy.quality();
        let first = count.saturating_sub(YEAR_PERIODS);
        let sigma_last = evaluation.sigma[count - 1];
        let year_grams = quality::detectable(evaluation, first, count - 1, &rule);
        let (share, sufficient) = match quality::of(series, evaluation, count, &rule) {
            Quality::Sufficient { share } => (Some(share), true),
            Quality::Insufficient { share } => (Some(share), false),
            Quality::Unknown => (None, false),
        };
        self.detectable = Some(Detectable {
            last_grams: power::detectable(sigma_last, rule.alpha, rule.beta),
            year_grams,
            year_percent: share.map(|share| share * 100.0),
            sufficient,
        });
        let sources = series.sources();
        let ranked = |span| {
            let ranked = contribution::ranked(&sources, span).into_iter();
            ranked.take(SOURCES_SHOWN).map(|one| SourceShare {
                class: one.class.name().to_owned(),
                name: one.name,
                share: one.share,
                grams: one.variance.sqrt(),
            })
        };
        self.sources_of_last = ranked(count - 1..count).collect();
        self.sources_of_year = ranked(first..count).collect();
    }

    /// Whether its limits are those of a policy.
    #[must_use]
    pub fn follows(&self, settled: &Settled) -> bool {
        self.limits == Limits::of(settled)
    }

    /// The last period that was tested.
    #[must_use]
    pub fn last(&self) -> Option<&PeriodResult> {
        self.periods.last().filter(|period| period.tests.is_some())
    }

    /// Throughput of the last twelve periods in grams.
    #[must_use]
    pub fn year_input_grams(&self) -> f64 {
        let first = self.periods.len().saturating_sub(YEAR_PERIODS);
        self.periods[first..].iter().map(|p| p.figures.input.to_f64()).sum()
    }
}

/// The longest run of measured periods that ends with the last one.
fn tested_from(periods: &[PeriodAccount], ends: Ends) -> usize {
    if ends == Ends::Months {
        return periods.len();
    }
    periods.iter().rposition(|period| !period.stock_measured).map_or(0, |place| place + 1)
}

fn settings(rules: &Rules, start: usize) -> Settings {
    Settings { k: rules.k, h: rules.act_threshold, sigmas: rules.act_sigmas, start }
}

fn result(period: &PeriodAccount, sigma: f64) -> PeriodResult {
    PeriodResult {
        span: period.span(),
        figures: period.figures(),
        sigma,
        missing: period.missing,
        stock_measured: period.stock_measured,
        assayed_percent: period.assayed_percent,
        tests: None,
    }
}

fn tests(evaluation: &Evaluation, place: usize) -> TestResult {
    let standardised = evaluation.standardised.as_ref().ok();
    TestResult {
        muf: evaluation.muf[place],
        sigma: evaluation.sigma[place],
        cumuf: evaluation.cumuf[place],
        sigma_cumuf: evaluation.sigma_cumuf[place],
        sitmuf: standardised.map(|s| s.residuals.sitmuf[place]),
        page_up: standardised.map(|s| s.page.up[place]),
        page_down: standardised.map(|s| s.page.down[place]),
        gemuf: standardised.map(|s| s.gemuf[place]),
    }
}

/// Periods (from 1) whose alarms were looked into and found in order.
fn explained(resolutions: &[resolution::Resolution]) -> Vec<usize> {
    let period = |resolution: &resolution::Resolution| match resolution {
        resolution::Resolution::NothingFound { period, .. } => Some(*period),
        _ => None,
    };
    resolutions.iter().filter_map(period).collect()
}

fn alarmed(alarm: &Alarm, spans: &[MicrosSpan], explained: &[usize]) -> AlarmResult {
    AlarmResult {
        span: spans[alarm.period - 1],
        test: alarm.test.key().to_owned(),
        direction: alarm.direction.key().to_owned(),
        level: alarm.level.key().to_owned(),
        statistic: alarm.statistic,
        limit: alarm.limit,
        grams: alarm.amount,
        explained: explained.contains(&alarm.period),
    }
}

fn breaks(series: &Series, spans: &[MicrosSpan]) -> Vec<Break> {
    let found = series.continuity_breaks().into_iter();
    found
        .map(|one| Break { span: spans[one.period - 1], name: one.name, grams: one.difference })
        .collect()
}

impl AlarmResult {
    /// Whether it is more than a warning: both its conditions are met.
    #[must_use]
    pub fn is_serious(&self) -> bool {
        self.level != Level::Warning.key()
    }

    /// Names the alarm among those of one area: period's end, test and direction.
    #[must_use]
    pub fn identity(&self) -> (Micros, &str, &str) {
        (self.span.to, &self.test, &self.direction)
    }

    /// Whether it points to a loss, or to a bias that looks like one.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.direction == Direction::Loss.key()
    }

    /// Whether it is Page's or the cumulated sum's: a state that lasts, not one period's.
    #[must_use]
    pub fn is_cumulative(&self) -> bool {
        self.test != Test::Muf.key()
    }
}
