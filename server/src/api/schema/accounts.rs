//! Accountancy over periods; amounts in grams, decimal text where they were measured.

use std::collections::BTreeMap;

use super::{BlobRef, EntryRef, MicrosSpan, Span, choices, objects};

choices! {
    /// What the ends of the periods are.
    PeriodEnds { StockTakes Months }
    /// 数据质量.
    DataMark { Complete Pending Insufficient }
    /// 平衡.
    BalanceMark { Consistent Undecidable Watch Abnormal }
    /// Why a line of a handover can't be evaluated.
    NotEvaluable {
        NotReceived NotShipped ShipperHasNoContent ReceiverHasNoContent NoError
    }
    /// Why a mark is what it is.
    MarkReason {
        NoPeriods NoStockTakes StockTakeOverdue FiguresAwaited FiguresMissing ContinuityBreak
        NotStandardised TooWide Alarm AlarmAwaitsExplanation Warning
    }
}

objects! {
    /// Sums of a period in the order of the material balance report.
    PeriodFigures {
        opening: String,
        input: String,
        output: String,
        discharge: String,
        book: String,
        closing: String,
        unaccounted: String,
    }
    /// What the tests say at the end of a period, after resolutions.
    PeriodTests {
        muf: f64,
        sigma: f64,
        cumuf: f64,
        sigma_cumuf: f64,
        sitmuf: Option<f64>,
        page_up: Option<f64>,
        page_down: Option<f64>,
        gemuf: Option<f64>,
    }
    /// One period with its tests.
    PeriodResult {
        span: MicrosSpan,
        figures: PeriodFigures,
        sigma: f64,
        missing: u64,
        stock_measured: bool,
        assayed_percent: Option<f64>,
        tests: Option<PeriodTests>,
    }
    /// The limits in force.
    TestLimits {
        watch_sigmas: f64,
        act_sigmas: f64,
        page_k: f64,
        watch_page: f64,
        act_page: f64,
        mass_grams: f64,
        rate: f64,
    }
    /// A test that fired.
    BalanceAlarm {
        span: MicrosSpan,
        test: String,
        direction: String,
        level: String,
        statistic: f64,
        limit: f64,
        grams: f64,
        explained: bool,
    }
    /// A stock that opens differently from how it closed.
    ContinuityBreak { span: MicrosSpan, name: String, grams: f64, }
    /// What could have been detected with 95 % at 5 %.
    Detectable {
        last_grams: f64,
        year_grams: f64,
        year_percent: Option<f64>,
        sufficient: bool,
    }
    /// A source of error and its part of the variance.
    SourceShare { class: String, name: String, share: f64, grams: f64, }
    /// The tests over the periods of one area.
    Account {
        ends: PeriodEnds,
        periods: Vec<PeriodResult>,
        tested_from: u64,
        limits: TestLimits,
        alarms: Vec<BalanceAlarm>,
        breaks: Vec<ContinuityBreak>,
        fault: Option<String>,
        detectable: Option<Detectable>,
        sources_of_last: Vec<SourceShare>,
        sources_of_year: Vec<SourceShare>,
        unfit_resolutions: Vec<u64>,
    }
    /// Both marks with their reasons.
    Marks {
        data: DataMark,
        balance: BalanceMark,
        reasons: Vec<MarkReason>,
        trial: bool,
        explain_until: Option<i64>,
    }
    /// A figure that was closed with another value than the books give now.
    Adjustment { name: String, closed: String, restated: String, difference: String, }
    /// A closed period as issued, and what the books say otherwise now.
    ClosedPeriod {
        entry: String,
        span: MicrosSpan,
        size: u64,
        #[schema(value_type = Vec<Vec<String>>)]
        figures: (),
        adjustments: Option<Vec<Adjustment>>,
    }
    /// What an alarm turned out to be, with its entry.
    Resolution { entry: String, index: u64, resolve: FindingResolve, }
    /// Everything that is said about one area of a party.
    AreaAccount {
        area: String,
        substance: String,
        computed_at: i64,
        behind: bool,
        marks: Marks,
        account: Account,
        closed: Vec<ClosedPeriod>,
        resolutions: Vec<Resolution>,
    }
    /// Who settled a figure of a policy.
    PolicySource { area: String, bureau: String, entry: String, }
    /// A figure of a policy; without a source it is the program's default.
    PolicyFigure { value: f64, source: Option<PolicySource>, }
    /// What holds for the enterprises of a city.
    CityPolicy {
        city: String,
        enterprises: u64,
        false_marks_per_quarter: PolicyFigure,
        significant_grams: PolicyFigure,
        detectable_percent_max: PolicyFigure,
        explanation_days: PolicyFigure,
        limits: TestLimits,
    }
    /// What a bureau settles; `id` is the code of the area, figures are decimal text.
    PolicyRecord {
        id: String,
        false_marks_per_quarter: Option<String>,
        significant_grams: Option<String>,
        detectable_percent_max: Option<String>,
        explanation_days: Option<u32>,
        reason: String,
    }
    /// One enterprise with its marks.
    Marked {
        party: String,
        name: String,
        area: String,
        marks: Option<Marks>,
        last: Option<PeriodResult>,
        detectable_percent: Option<f64>,
    }
    /// A difference with its test, grams.
    HandoverDifference { grams: f64, sigma: f64, z: f64, significant: bool, }
    /// What a difference is made of, grams.
    DifferenceSplit { weight: f64, moisture: f64, assay: f64, }
    /// One line of a handover as both sides have it.
    ComparedLine {
        code: String,
        line: u32,
        shipped_at: Option<i64>,
        received_at: Option<i64>,
        shipped: Option<String>,
        received: Option<String>,
        difference: Option<HandoverDifference>,
        split: Option<DifferenceSplit>,
        lack: Option<NotEvaluable>,
    }
    /// All lines of a pair of partners and a material.
    PartnerAccount {
        shipper: String,
        receiver: String,
        material: Option<String>,
        lines: Vec<ComparedLine>,
        cumulated: Option<HandoverDifference>,
    }
    /// One month of an area, grams.
    RegionMonth {
        month: String,
        input: f64,
        output: f64,
        muf: f64,
        sigma: f64,
        cumuf: f64,
        sigma_cumuf: f64,
        internal_difference: f64,
        by_enterprise: BTreeMap<String, f64>,
        lacking: Vec<String>,
    }
    /// An estimate of a plant's own error, beside the class data.
    OwnError {
        #[schema(value_type = Object)]
        subject: (),
        class: String,
        percent: f64,
        #[schema(value_type = Vec<f64>)]
        interval_percent: (),
        dof: f64,
        count: u64,
        wanted: u64,
        #[schema(value_type = Vec<i64>)]
        span: (),
        class_percent: Option<f64>,
        verdict: String,
        #[schema(value_type = Vec<String>)]
        text: (),
        outliers: Vec<String>,
        equal: u64,
    }
    /// Body of `finding.resolve`.
    FindingResolve {
        node: Option<String>,
        site: Option<String>,
        substance: String,
        span: Span,
        /// `booked_loss`, `bias`, `nothing_found` or `restart`, with its figures.
        #[schema(value_type = Object)]
        fact: (),
        reason: String,
        evidence: Option<Vec<EntryRef>>,
        blobs: Option<Vec<BlobRef>>,
    }
}
