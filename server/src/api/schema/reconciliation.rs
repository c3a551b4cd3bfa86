//! The reconciliation.

use super::{MicrosSpan, Rows, choices, objects};

choices! {
    /// How a reconciliation ended.
    ReconciliationStatus { Reconciled Refused NoPeriods }
    /// What the ends of the periods are.
    ReconciliationGrid { StockTakes Months Asked }
    /// Where total mass closes.
    MassLayer { Stores Solids Off }
    /// Why it does not close somewhere.
    MassOpen { NotAsked Transforms WaterOrGas NoDryMass }
    /// How far errors that measurements share count as such.
    SharedErrors { Full WithinPeriods None }
    /// Dry mass or amount; the substance or its content.
    ReconciledQuantity { Mass Substance }
    /// What balances are drawn up for.
    BalanceOf { Unit Site Scope Party Area }
}

objects! {
    /// Why there are no reconciled figures.
    Refused { code: String, place: String, text: String, balances: Vec<String>, }
    /// A unit of the flow sheet: a node, or what is on its way to somebody.
    ReconciliationUnit {
        unit: String,
        party: String,
        node: Option<String>,
        receiver: Option<String>,
        site: Option<String>,
        mass_open: Option<MassOpen>,
    }
    /// A value and its standard deviation; absent where nothing fixes it.
    Estimate { value: Option<f64>, sd: Option<f64>, }
    /// Sums after reconciliation.
    ReconciledSums { opening: Estimate, input: Estimate, output: Estimate, closing: Estimate, }
    /// Whether something is lost or gained here that no measurement explains.
    LeakTest { z: f64, critical: f64, suspect: bool, }
    /// Sums of measured figures: tonnes, or kilograms of the substance; decimal text.
    RawSums {
        opening: String,
        input: String,
        output: String,
        closing: String,
        unaccounted: Option<String>,
        sd: Option<f64>,
        z: Option<f64>,
        missing: Vec<String>,
    }
    /// A balance: raw, and beside it the reconciled sums and the leak test.
    ReconciledBalance {
        of: BalanceOf,
        id: Option<String>,
        period: Option<u32>,
        quantity: ReconciledQuantity,
        raw: RawSums,
        reconciled: Option<ReconciledSums>,
        leak: Option<LeakTest>,
    }
    /// Figures of a line as the books have them.
    RawLine {
        amount: Option<String>,
        amount_sd: Option<f64>,
        content: Option<f64>,
        content_sd: Option<f64>,
        kilograms: Option<String>,
        kilograms_sd: Option<f64>,
        limit: Option<f64>,
        quality: Option<String>,
        missing: u64,
    }
    /// A reconciled quantity with its tests.
    Adjusted {
        value: Option<f64>,
        sd: Option<f64>,
        class: String,
        adjustment: Option<f64>,
        z: Option<f64>,
    }
    /// Reconciled figures of a line.
    AdjustedLine { amount: Adjusted, content: Adjusted, kilograms: Estimate, }
    /// A stream in a period, or a stock at the end of one.
    ReconciledLine {
        id: String,
        stock: bool,
        period: u32,
        stream: Option<String>,
        material: Option<String>,
        from: Option<String>,
        to: Option<String>,
        partner: Option<String>,
        returned: bool,
        unit: Option<String>,
        count: u64,
        raw: RawLine,
        reconciled: Option<AdjustedLine>,
        evidence: Vec<String>,
        evidence_count: u64,
    }
    /// A measurement by its line.
    NamedMeasurement { line: String, quantity: ReconciledQuantity, }
    /// Outcome of the global test.
    GlobalTest {
        chi_squared: f64,
        dof: u64,
        critical: Option<f64>,
        p_value: Option<f64>,
        passes: Option<bool>,
    }
    /// One step of serial elimination.
    RemovedMeasurement {
        removed: NamedMeasurement,
        z: f64,
        critical: f64,
        suspects: Vec<NamedMeasurement>,
    }
    /// Tests of the measurements.
    MeasurementTests {
        tested: u64,
        critical: Option<f64>,
        over: Vec<NamedMeasurement>,
        suspects: Vec<NamedMeasurement>,
        removals: Option<Vec<RemovedMeasurement>>,
        after: Option<GlobalTest>,
    }
    /// How well the answer fulfils what it claims.
    ReconciliationChecks { closure: f64, stationarity: f64, steps: u64, }
    /// A reconciliation of the books; figures of streams are tonnes or cubic metres, kilograms and
    /// grams per unit of the amount.
    Reconciliation {
        status: ReconciliationStatus,
        refusal: Option<Refused>,
        substance: String,
        spans: Vec<MicrosSpan>,
        grid: ReconciliationGrid,
        censored: String,
        mass: MassLayer,
        shared_errors: SharedErrors,
        alpha: f64,
        units: Vec<ReconciliationUnit>,
        global: Option<GlobalTest>,
        balances: Vec<ReconciledBalance>,
        tests: Option<MeasurementTests>,
        at_bound: Vec<NamedMeasurement>,
        lines: Rows<ReconciledLine>,
        unknown_ends: Vec<String>,
        checks: Option<ReconciliationChecks>,
    }
}
