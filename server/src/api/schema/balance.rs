//! The balance.

use std::collections::BTreeMap;

use super::{MicrosSpan, choices, objects};

choices! {
    /// What a term is in the balance.
    TermRole { Opening Input Output Discharge Closing Internal }
    /// Rung of the provisional ladder.
    Rung { Assay Composite Estimate SupplierMean MaterialMean Default }
    /// How a ribbon is drawn.
    LinkStyle { Normal Returned Stock Unaccounted }
}

objects! {
    /// Substance whose content rests on one rung, with that content's deviation (k = 1).
    RungShare { rung: Rung, grams: String, sd_percent: f64, }
    /// One line of the balance; figures in grams and m³ as decimal text.
    Term {
        role: TermRole,
        stream: Option<String>,
        material: Option<String>,
        from: Option<String>,
        to: Option<String>,
        partner: Option<String>,
        returned: bool,
        transit: bool,
        count: u64,
        dry: String,
        volume: String,
        substance: String,
        range: Vec<String>,
        sigma_grams: f64,
        missing: u64,
        by_quality: BTreeMap<String, String>,
        /// By the rung of the provisional ladder that the content stands on.
        by_rung: Vec<RungShare>,
        evidence: Vec<String>,
    }
    /// Sums over the roles, decimal text.
    Totals {
        opening: String,
        input: String,
        output: String,
        discharge: String,
        closing: String,
        unaccounted: String,
    }
    /// Share of the turnover by what it rests on, in per cent.
    Coverage { percent: BTreeMap<String, String>, missing: u64, }
    /// One ribbon of the picture.
    GraphLink {
        #[schema(value_type = Object)]
        from: (),
        #[schema(value_type = Object)]
        to: (),
        style: LinkStyle,
        material: Option<String>,
        grams: String,
        evidence: Vec<String>,
    }
    /// The picture.
    Graph { links: Vec<GraphLink>, }
    /// The balance of one boundary.
    Balance {
        #[schema(value_type = Object)]
        scope: (),
        span: MicrosSpan,
        substance: String,
        nodes: Vec<String>,
        terms: Vec<Term>,
        grams: Totals,
        dry: Totals,
        unaccounted_range: Vec<String>,
        sigma_grams: f64,
        closure_percent: Option<String>,
        coverage: Coverage,
        stock_measured: bool,
        #[schema(value_type = Vec<Vec<serde_json::Value>>)]
        error_sources: (),
        #[schema(value_type = Vec<Object>)]
        causes: (),
        graph: Graph,
    }
}
