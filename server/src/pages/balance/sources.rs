//! Error sources in words: which scale, sampling, laboratory or default a balance is least sure of.
//!
//! Keys come from `tl_domain::balance` as `kind:what`; a key that a plant declared itself is shown
//! as it was written.

use rust_decimal::Decimal;
use tl_domain::balance::Balance;
use tl_domain::event::MaterialClass;

use super::super::batches::short_id;
use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Cell, Column, Empty, Table};

/// Error sources shown; the rest together is small by construction (largest first).
const SHOWN: usize = 8;

/// The largest error sources with their share of the variance.
pub(super) fn table(desk: &Desk, balance: &Balance) -> Table {
    let t = desk.t;
    let columns = vec![Column::text(t.error_source()), Column::number(t.variance_share())];
    let mut table = Table::new(t, t.error_sources(), columns);
    table.empty = Empty::why(t.no_error_sources());
    table.rows = balance
        .error_sources
        .iter()
        .take(SHOWN)
        .map(|(key, share)| {
            let percent = Decimal::try_from(share * 100.0).unwrap_or_default();
            vec![words(desk, key), Cell::text(format!("{} %", format::rounded(percent, 1)))]
        })
        .collect();
    table
}

/// An error source in words, with its page where it has one.
pub(crate) fn words(desk: &Desk, key: &str) -> Cell {
    let t = desk.t;
    let (name, what) = key.split_once(':').unwrap_or((key, ""));
    let kind = match name {
        "amount" => t.source_amount(),
        "calibration" => t.source_calibration(),
        "meter" => t.source_meter(),
        "moisture" => t.source_moisture(),
        "moistures" => t.source_moistures(),
        "sample" => t.source_sample(),
        "sampling" => t.source_sampling(),
        "assay" => t.source_assay(),
        "series" => t.source_series(),
        "control-chart" => t.source_control_chart(),
        "lab" => t.source_lab(),
        "mean" => t.source_mean(),
        "default" => t.source_default(),
        "censored" => t.source_censored(),
        "stock" => t.source_stock(),
        _ => return Cell::code(key),
    };
    let own_page = match name {
        "sample" => Some(format!("/samples/{what}")),
        "assay" => Some(format!("/entries/{what}")),
        _ => None,
    };
    if let Some(path) = own_page {
        let text = t.pair(kind, short_id(what));
        return Cell::text(text).link(desk.links.to(path));
    }
    let named = match (name, class(what)) {
        ("moistures", Some(class)) => t.material_class(class).to_owned(),
        _ => named(desk, what),
    };
    let small = if named == what { what.to_owned() } else { String::new() };
    let text = if small.is_empty() { t.pair(kind, named) } else { kind.to_owned() };
    Cell::text(text).small(small)
}

/// The class that a key names by its program name.
fn class(what: &str) -> Option<MaterialClass> {
    let classes = [
        MaterialClass::Ore,
        MaterialClass::Product,
        MaterialClass::ByProduct,
        MaterialClass::Intermediate,
        MaterialClass::Waste,
        MaterialClass::Water,
        MaterialClass::Gas,
        MaterialClass::Reagent,
    ];
    classes.into_iter().find(|class| format!("{class:?}") == what)
}

/// The name of a meter, material or stream; else the key's own text.
fn named(desk: &Desk, what: &str) -> String {
    let id = what.rsplit('/').next().unwrap_or(what);
    ["material", "meter", "stream", "method"]
        .into_iter()
        .map(|kind| desk.names.master(kind, id))
        .find(|name| name != id)
        .unwrap_or_else(|| what.to_owned())
}
