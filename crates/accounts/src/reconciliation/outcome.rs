//! From the calculation's answer, or its refusal, to the answer about the books.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tl_domain::balance::Unit as AmountUnit;
use tl_reconcile::{
    Answer, Censored, Content, Estimated, Flowsheet, GlobalTest, GroupTotals, Item, Layer, Options,
    Removal, Total, reconcile,
};
use tl_statistics::{correction, normal};

use super::answer::{
    Adjusted, AdjustedLine, BalanceResult, Checks, Global, LeakTest, LineResult, Named, Of,
    Quantity, RawLine, Reconciliation, Refused, Removed, Status, Sums, Tests, UnitInfo, Value,
};
use super::line::{Course, Line, Place};
use super::raw::{kilograms, raw, text, tonnes};
use super::sheet::{Sheet, Wanted};
use super::{ALPHA, Censoring, Settings};

/// Entries that a line names.
const EVIDENCE_NAMED_MAX: usize = 20;
const LAYERS: [Layer; 2] = [Layer::Mass, Layer::Substance];

/// The reconciliation of a flow sheet.
pub(super) fn of(sheet: Sheet, settings: &Settings) -> Reconciliation {
    let mut result = empty(&sheet, settings);
    if sheet.spans.is_empty() {
        return result;
    }
    let answer = match reconcile(&sheet.flowsheet, &options(settings)) {
        Ok(answer) => Some(answer),
        Err(refusal) => {
            result.refusal = Some(refused(refusal));
            None
        }
    };
    result.status = if answer.is_some() { Status::Reconciled } else { Status::Refused };
    let answer = answer.as_ref();
    let items: HashMap<&str, &Item> = answer
        .iter()
        .flat_map(|answer| &answer.items)
        .map(|item| (item.id.as_str(), item))
        .collect();
    let lines = sheet.lines.iter().zip(&sheet.names);
    let correlated = answer.is_some_and(|answer| answer.with_correlations);
    result.lines = lines
        .map(|(line, name)| line_result(&sheet, line, name, items.get(name.as_str()), correlated))
        .collect();
    result.balances = balances(&sheet, answer);
    if let Some(answer) = answer {
        result.global = Some(global(&answer.global));
        result.tests = Some(tests(answer));
        result.at_bound = answer.bounds_active.iter().map(|label| named(label)).collect();
        result.checks = Some(Checks {
            closure: answer.checks.closure,
            stationarity: answer.checks.stationarity,
            steps: count(answer.checks.steps),
        });
    }
    result
}

fn options(settings: &Settings) -> Options {
    Options {
        alpha: ALPHA,
        censored: match settings.censored {
            Censoring::Rectangle => Censored::Rectangle,
            Censoring::Bound => Censored::Bound,
        },
        threads: settings.threads,
        ..Options::default()
    }
}

/// Puts the leak tests of a flow sheet over all periods taken together to the balances over all of
/// them. Where that one has no answer, there are none.
pub(super) fn leaks_over_all(result: &mut Reconciliation, sheet: Sheet, settings: &Settings) {
    let options = Options { serial_elimination: false, ..options(settings) };
    let flowsheet = Flowsheet { groups: Vec::new(), ..sheet.flowsheet };
    let Ok(answer) = reconcile(&flowsheet, &options) else {
        return;
    };
    let leaks = leaks(&answer);
    for balance in result.balances.iter_mut().filter(|balance| balance.period.is_none()) {
        let layer = match balance.quantity {
            Quantity::Mass => Layer::Mass,
            Quantity::Substance => Layer::Substance,
        };
        if let Of::Unit(unit) = &balance.of {
            balance.leak = leaks.get(&(unit.as_str(), 1, layer)).copied();
        }
    }
}

fn empty(sheet: &Sheet, settings: &Settings) -> Reconciliation {
    let unit = |unit: &super::draft::Unit| {
        let (party, node, receiver) = match &unit.place {
            Place::Node(party, node) => (party, Some(node.clone()), None),
            Place::Transit(party, to) => (party, None, Some(to.clone())),
            Place::Outside(_) | Place::Opening => return None,
        };
        Some(UnitInfo {
            unit: unit.place.name(sheet.many),
            party: party.clone(),
            node,
            receiver,
            site: unit.site.clone(),
            mass_open: unit.mass_open,
        })
    };
    Reconciliation {
        status: Status::NoPeriods,
        refusal: None,
        substance: settings.substance.clone(),
        spans: sheet.spans.clone(),
        grid: settings.grid,
        censored: settings.censored,
        mass: settings.mass,
        shared_errors: sheet.shared,
        alpha: ALPHA,
        units: sheet.units.iter().filter_map(unit).collect(),
        global: None,
        balances: Vec::new(),
        tests: None,
        at_bound: Vec::new(),
        lines: Vec::new(),
        unknown_ends: sheet.unknown_ends.iter().take(EVIDENCE_NAMED_MAX).copied().collect(),
        checks: None,
    }
}

fn refused(refusal: tl_reconcile::Refusal) -> Refused {
    let quantity = |name: String, before: char| match name.strip_suffix("tl") {
        Some(rest) if rest.ends_with(before) => format!("{rest}substance"),
        _ => name,
    };
    Refused {
        code: refusal.code.name().to_owned(),
        place: quantity(refusal.place, ' '),
        text: refusal.text,
        balances: refusal.balances.into_iter().map(|name| quantity(name, ':')).collect(),
    }
}

fn line_result(
    sheet: &Sheet,
    line: &Line,
    name: &str,
    item: Option<&&Item>,
    correlated: bool,
) -> LineResult {
    let unit = |place: &Place| place.is_unit().then(|| place.name(sheet.many));
    let (stock, from, to) = match &line.key.course {
        Course::Flow { from, to } => (false, Some(from), Some(to)),
        Course::Stock(at) => (true, Some(at), None),
    };
    let partner = [from, to].into_iter().flatten().find_map(|place| match place {
        Place::Outside(party) => party.clone(),
        _ => None,
    });
    LineResult {
        id: name.to_owned(),
        stock,
        period: line.key.period,
        stream: line.key.stream.clone(),
        material: line.key.material.clone(),
        from: from.and_then(unit),
        to: to.and_then(unit),
        partner,
        returned: line.key.returned,
        unit: line.amount.map(|(unit, _)| match unit {
            AmountUnit::Dry => "t",
            AmountUnit::Wet => "t_wet",
            AmountUnit::Volume => "m3",
        }),
        count: line.count,
        raw: raw_line(line),
        reconciled: item.map(|item| adjusted_line(line, item, correlated)),
        evidence: line.evidence.iter().take(EVIDENCE_NAMED_MAX).copied().collect(),
        evidence_count: count(line.evidence.len()),
    }
}

fn raw_line(line: &Line) -> RawLine {
    let amount = line.amount.map(|(unit, amount)| match unit {
        AmountUnit::Dry | AmountUnit::Wet => text(tonnes(amount)),
        AmountUnit::Volume => text(amount),
    });
    let sd = line.variable_errors.sd();
    RawLine {
        amount_sd: line.measured_amount().map(|amount| amount.sd),
        amount,
        content: line.content(),
        content_sd: line.has_content().then_some(sd),
        kilograms: line.grams.map(|grams| text(kilograms(grams))),
        kilograms_sd: line.grams.map(|_| line.substance_errors.sd()),
        limit: line.limit(),
        quality: line.quality,
        missing: line.missing.values().sum(),
    }
}

fn adjusted_line(line: &Line, item: &Item, correlated: bool) -> AdjustedLine {
    let kilograms = item.amount.map_or(NOTHING, value);
    let content = item.content.as_ref().map_or_else(
        || Adjusted {
            value: None,
            sd: None,
            class: tl_reconcile::Class::Unobservable.name().to_owned(),
            adjustment: None,
            z: None,
        },
        |content| {
            // The books' own amount, where there is no assay of the line.
            let amount = match line.measured_content() {
                Content::Amount(amount) => {
                    kilograms.value.map(|kilograms| kilograms - amount.value)
                }
                _ => None,
            };
            let adjusted = adjusted(content, correlated);
            Adjusted { adjustment: adjusted.adjustment.or(amount), ..adjusted }
        },
    );
    AdjustedLine { amount: adjusted(&item.mass, correlated), content, kilograms }
}

fn adjusted(estimated: &Estimated, correlated: bool) -> Adjusted {
    Adjusted {
        value: estimated.value,
        sd: estimated.sd,
        class: estimated.class.name().to_owned(),
        adjustment: estimated
            .measured
            .zip(estimated.value)
            .map(|(measured, value)| value - measured.value),
        z: if correlated { estimated.z_power } else { estimated.z },
    }
}

const NOTHING: Value = Value { value: None, sd: None };

fn value(total: Total) -> Value {
    Value { value: total.value, sd: total.sd }
}

fn balances(sheet: &Sheet, answer: Option<&Answer>) -> Vec<BalanceResult> {
    let leaks = answer.map(leaks).unwrap_or_default();
    // Groups are named by their number.
    let totals: HashMap<(String, Layer), &GroupTotals> = answer
        .iter()
        .flat_map(|answer| &answer.groups)
        .map(|group| ((group.id.clone(), group.layer), group))
        .collect();
    let open: BTreeSet<&Place> = sheet
        .units
        .iter()
        .filter(|unit| unit.mass_open.is_some())
        .map(|unit| &unit.place)
        .collect();
    let closes = |wanted: &Wanted, layer| {
        layer == Layer::Substance || !wanted.places.iter().any(|place| open.contains(place))
    };
    let mut out = Vec::new();
    for (number, wanted) in sheet.wanted.iter().enumerate() {
        for layer in LAYERS.into_iter().filter(|layer| closes(wanted, *layer)) {
            let total = totals.get(&(number.to_string(), layer));
            let leak = match (&wanted.of, wanted.period) {
                (Of::Unit(unit), Some(period)) => leaks.get(&(unit.as_str(), period, layer)),
                _ => None,
            };
            out.push(balance(sheet, wanted, layer, total.copied(), leak.copied()));
        }
    }
    if sheet.many {
        out.extend(of_interest(sheet, &leaks, &closes));
    }
    out
}

/// Of several parties' units: what is on its way, and where something leaks.
fn of_interest(
    sheet: &Sheet,
    leaks: &Leaks<'_>,
    closes: &dyn Fn(&Wanted, Layer) -> bool,
) -> Vec<BalanceResult> {
    let mut out = Vec::new();
    for unit in &sheet.units {
        let name = unit.place.name(true);
        for period in 1..=sheet.periods() {
            let wanted = Wanted {
                of: Of::Unit(name.clone()),
                period: Some(period),
                places: BTreeSet::from([unit.place.clone()]),
            };
            for layer in LAYERS.into_iter().filter(|layer| closes(&wanted, *layer)) {
                let leak = leaks.get(&(name.as_str(), period, layer)).copied();
                let suspect = leak.is_some_and(|leak| leak.suspect);
                if suspect || matches!(unit.place, Place::Transit(..)) {
                    out.push(balance(sheet, &wanted, layer, None, leak));
                }
            }
        }
    }
    out
}

fn balance(
    sheet: &Sheet,
    wanted: &Wanted,
    layer: Layer,
    total: Option<&GroupTotals>,
    leak: Option<LeakTest>,
) -> BalanceResult {
    let periods = wanted.period.map_or((1, sheet.periods()), |period| (period, period));
    BalanceResult {
        of: wanted.of.clone(),
        period: wanted.period,
        quantity: quantity(layer),
        raw: raw(sheet, &wanted.places, periods, layer),
        reconciled: total.map(|total| Sums {
            opening: value(total.opening),
            input: value(total.input),
            output: value(total.output),
            closing: value(total.closing),
        }),
        leak,
    }
}

type Leaks<'a> = BTreeMap<(&'a str, u32, Layer), LeakTest>;

fn leaks(answer: &Answer) -> Leaks<'_> {
    let tested: Vec<_> = answer.leaks.iter().filter_map(|leak| Some((leak, leak.z?))).collect();
    let critical = normal::upper_quantile(correction::sidak(ALPHA, tested.len()) / 2.0);
    tested
        .into_iter()
        .map(|(leak, z)| {
            let test = LeakTest { z, critical, suspect: z > critical };
            ((leak.node.as_str(), leak.period, leak.layer), test)
        })
        .collect()
}

fn tests(answer: &Answer) -> Tests {
    let errors = &answer.gross_errors;
    let all = |labels: &[String]| labels.iter().map(|label| named(label)).collect::<Vec<_>>();
    let removed = |step: &Removal| Removed {
        removed: named(&step.removed),
        z: step.z,
        critical: step.critical,
        suspects: all(&step.near),
    };
    Tests {
        tested: count(errors.tested),
        critical: errors.critical,
        over: all(&errors.over),
        suspects: all(&errors.suspects),
        removals: errors.removals.as_ref().map(|steps| steps.iter().map(removed).collect()),
        after: errors.last.as_ref().map(global),
    }
}

fn global(test: &GlobalTest) -> Global {
    Global {
        chi_squared: test.chi_squared,
        dof: count(test.dof),
        critical: test.critical,
        p_value: test.p_value,
        passes: test.passes,
    }
}

/// A measurement by its label in the calculation, `LINE:layer`.
fn named(label: &str) -> Named {
    let (line, layer) = label.rsplit_once(':').unwrap_or((label, ""));
    let layer = if layer == Layer::Mass.name() { Layer::Mass } else { Layer::Substance };
    Named { line: line.to_owned(), quantity: quantity(layer) }
}

fn quantity(layer: Layer) -> Quantity {
    match layer {
        Layer::Mass => Quantity::Mass,
        Layer::Substance => Quantity::Substance,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
