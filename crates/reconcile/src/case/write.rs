//! An answer as JSON, with the keys of a case's `expected`.
//!
//! Invariant: numbers are rounded to twelve significant digits, figures of tests to nine; beside
//! every reconciled value stands what was measured.

use serde_json::{Map, Value, json};

use crate::answer::{
    Answer, Estimated, GlobalTest, GrossErrors, GroupTotals, Item, RawBalance, Total,
};

const DIGITS: usize = 12;
const TEST_DIGITS: usize = 9;

pub(super) fn answer(answer: &Answer) -> Value {
    let mut out = Map::new();
    out.insert("status".into(), "ok".into());
    out.insert("alpha".into(), answer.alpha.into());
    global(&mut out, &answer.global);
    let correlated = answer.with_correlations;
    items(&mut out, answer, correlated);
    if !answer.extra_terms.is_empty() {
        let mut terms = Map::new();
        for term in &answer.extra_terms {
            let key = format!("{}@{}", term.node, term.period);
            nested(&mut terms, key, term.layer.name(), estimated(&term.value, correlated));
        }
        out.insert("unaccounted".into(), terms.into());
    }
    let unobservable =
        json!({ "mass": answer.unobservable_mass, "tl": answer.unobservable_amount });
    out.insert("unobservable".into(), unobservable);
    out.insert("bounds_active".into(), answer.bounds_active.clone().into());
    if !answer.groups.is_empty() {
        let mut groups = Map::new();
        for group in &answer.groups {
            nested(&mut groups, group.id.clone(), group.layer.name(), totals(group));
        }
        out.insert("groups".into(), groups.into());
    }
    let mut leaks = Map::new();
    for leak in &answer.leaks {
        let key = format!("{}@{}", leak.node, leak.period);
        nested(&mut leaks, key, leak.layer.name(), rounded(leak.z, TEST_DIGITS));
    }
    out.insert("node_leak_z".into(), leaks.into());
    out.insert("gross_errors".into(), gross_errors(&answer.gross_errors));
    let mut balances = Map::new();
    for balance in &answer.raw {
        let key = format!("{}@{}", balance.node, balance.period);
        nested(&mut balances, key, balance.layer.name(), raw(balance));
    }
    out.insert("raw_balance".into(), balances.into());
    let checks = json!({
        "constraint_residual_rel": answer.checks.closure,
        "stationarity_scaled": answer.checks.stationarity,
        "iterations": answer.checks.steps,
        "bounded_programs": answer.checks.programs,
    });
    out.insert("checks".into(), checks);
    Value::Object(out)
}

fn items(out: &mut Map<String, Value>, answer: &Answer, correlated: bool) {
    let (mut mass, mut content, mut amount) = (Map::new(), Map::new(), Map::new());
    for Item { id, mass: of_mass, content: of_content, amount: of_amount, .. } in &answer.items {
        mass.insert(id.clone(), estimated(of_mass, correlated));
        if let Some(of_content) = of_content {
            content.insert(id.clone(), estimated(of_content, correlated));
        }
        if let Some(of_amount) = of_amount {
            amount.insert(id.clone(), total(*of_amount));
        }
    }
    out.insert("mass".into(), mass.into());
    if answer.with_substance {
        out.insert("tl_conc_g_t".into(), content.into());
        out.insert("tl_flow_kg".into(), amount.into());
    }
}

fn nested(map: &mut Map<String, Value>, key: String, layer: &str, value: Value) {
    let entry = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(layers) = entry {
        layers.insert(layer.to_owned(), value);
    }
}

fn estimated(value: &Estimated, correlated: bool) -> Value {
    let mut out = Map::new();
    out.insert("class".into(), value.class.name().into());
    out.insert("value".into(), rounded(value.value, DIGITS));
    out.insert("sd".into(), rounded(value.sd, DIGITS));
    if let Some(measured) = value.measured {
        out.insert("measured".into(), measured.value.into());
        out.insert("measured_sd".into(), measured.sd.into());
    }
    if value.z.is_some() {
        out.insert("z".into(), rounded(value.z, TEST_DIGITS));
    }
    if correlated {
        out.insert("z_measurement_test".into(), rounded(value.z, DIGITS));
        out.insert("z_max_power_test".into(), rounded(value.z_power, DIGITS));
    }
    Value::Object(out)
}

fn total(total: Total) -> Value {
    json!({ "value": rounded(total.value, DIGITS), "sd": rounded(total.sd, DIGITS) })
}

fn totals(group: &GroupTotals) -> Value {
    json!({
        "input": total(group.input),
        "output": total(group.output),
        "opening": total(group.opening),
        "closing": total(group.closing),
        "balanced_layer": group.balanced,
        "unaccounted": total(group.unaccounted),
    })
}

fn global(out: &mut Map<String, Value>, test: &GlobalTest) {
    out.insert("chi2".into(), rounded(Some(test.chi_squared), DIGITS));
    out.insert("dof".into(), test.dof.into());
    out.insert("chi2_crit".into(), rounded(test.critical, DIGITS));
    out.insert("p_value".into(), rounded(test.p_value, DIGITS));
    out.insert("global_pass".into(), test.passes.into());
}

fn gross_errors(errors: &GrossErrors) -> Value {
    let mut out = Map::new();
    out.insert("n_tested".into(), errors.tested.into());
    out.insert("z_crit".into(), rounded(errors.critical, TEST_DIGITS));
    out.insert("over_crit".into(), errors.over.clone().into());
    out.insert("suspects".into(), errors.suspects.clone().into());
    if let Some(removals) = &errors.removals {
        let steps = removals.iter().map(|step| {
            json!({
                "removed": step.removed,
                "z": rounded(Some(step.z), TEST_DIGITS),
                "z_crit": rounded(Some(step.critical), TEST_DIGITS),
                "ties": step.ties,
                "near": step.near,
                "runner_up_ratio": rounded(Some(step.runner_up), 6),
            })
        });
        out.insert("serial".into(), steps.collect());
    }
    if let Some(last) = &errors.last {
        let mut test = Map::new();
        global(&mut test, last);
        out.insert("final".into(), test.into());
    }
    Value::Object(out)
}

fn raw(balance: &RawBalance) -> Value {
    let digits = |value: f64| rounded(Some(value), DIGITS);
    json!({
        "input": digits(balance.input),
        "output": digits(balance.output),
        "opening": digits(balance.opening),
        "closing": digits(balance.closing),
        "unaccounted": rounded(balance.unaccounted, DIGITS),
        "sd": rounded(balance.sd, DIGITS),
        "z": rounded(balance.z, DIGITS),
        "missing": balance.missing,
    })
}

/// To so many significant digits; null where there is no finite value.
fn rounded(value: Option<f64>, digits: usize) -> Value {
    match value {
        Some(0.0) => 0.0.into(),
        Some(value) if value.is_finite() => {
            let text = format!("{value:.*e}", digits - 1);
            text.parse::<f64>().map_or(Value::Null, Value::from)
        }
        _ => Value::Null,
    }
}
