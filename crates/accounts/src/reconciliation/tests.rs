//! Small plants whose truth is known: what is adjusted, what is found, what stays as measured.

mod area;
mod books;

use serde_json::json;
use tl_domain::balance::{Question, Scope, balance};
use tl_domain::time::MicrosSpan;
use tl_reconcile::{Content, Flowsheet, Measured, Node, Options, Stream};

use super::*;
use books::{Books, ENDS, errors, mass, micros, report, settings, solid, span};

/// Two feeds into one mixer, one product out of it.
fn mixer() -> Books {
    let mut plant = Books::new("p");
    plant.node("mix", "process");
    plant.stream("a", None, Some("mix"), "ore");
    plant.stream("b", None, Some("mix"), "ore");
    plant.stream("c", Some("mix"), None, "product");
    plant
}

fn line<'r>(result: &'r Reconciliation, id: &str) -> &'r LineResult {
    let found = result.lines.iter().find(|line| line.id == id);
    found.unwrap_or_else(|| panic!("no {id} among {:?}", ids(result)))
}

fn ids(result: &Reconciliation) -> Vec<&str> {
    result.lines.iter().map(|line| line.id.as_str()).collect()
}

fn reconciled<'r>(result: &'r Reconciliation, id: &str) -> &'r AdjustedLine {
    assert_eq!(result.status, Status::Reconciled, "{:?}", result.refusal);
    line(result, id).reconciled.as_ref().expect("reconciled")
}

fn of_unit<'r>(
    result: &'r Reconciliation,
    unit: &str,
    period: u32,
    quantity: Quantity,
) -> &'r BalanceResult {
    let is = |b: &&BalanceResult| {
        b.of == Of::Unit(unit.to_owned()) && b.period == Some(period) && b.quantity == quantity
    };
    result.balances.iter().find(is).expect("a balance")
}

fn near(found: f64, wanted: f64) {
    let close = (found - wanted).abs() <= 1e-6 * wanted.abs().max(1e-6);
    assert!(close, "{found} instead of {wanted}");
}

#[test]
fn masses_alone_are_adjusted_by_their_variances() {
    let mut plant = mixer();
    for (stream, tonnes) in [("a", "61"), ("b", "40"), ("c", "100")] {
        plant.weighed(stream, 0, tonnes);
    }
    let result = plant.reconciled(1);
    // Imbalance 1 t, variances 0.61², 0.40², 1²: each takes its share of it.
    let sum = 0.3721 + 0.16 + 1.0;
    for (id, value, share) in [
        ("a outside>mix @1", 61.0, -0.3721 / sum),
        ("b outside>mix @1", 40.0, -0.16 / sum),
        ("c mix>outside @1", 100.0, 1.0 / sum),
    ] {
        let amount = &reconciled(&result, id).amount;
        near(amount.value.expect("a value"), value + share);
        near(amount.adjustment.expect("an adjustment"), share);
        assert_eq!(amount.class, "redundant");
        near(amount.z.expect("a figure"), 1.0 / f64::sqrt(sum));
        let raw = &line(&result, id).raw;
        near(raw.amount.as_ref().expect("raw").as_str().parse().expect("a number"), value);
    }
    near(reconciled(&result, "a outside>mix @1").amount.sd.expect("sd"), {
        f64::sqrt(0.3721 - 0.3721 * 0.3721 / sum)
    });
    let raw = &of_unit(&result, "mix", 1, Quantity::Mass).raw;
    assert_eq!(raw.unaccounted.as_ref().map(|text| text.as_str()), Some("1"));
    near(raw.sd.expect("sd"), f64::sqrt(sum));
    let substance = &of_unit(&result, "mix", 1, Quantity::Substance).raw;
    assert_eq!((substance.unaccounted.clone(), substance.missing.len()), (None, 3));
    let global = result.global.expect("a test");
    assert_eq!(global.dof, 1);
    near(global.chi_squared, 1.0 / sum);
    assert_eq!(result.shared_errors, Shared::Full);
}

#[test]
fn mass_and_content_together_are_those_of_the_calculation_by_hand() {
    let figures = [("a", 61.0, 10.0, 3.0), ("b", 40.0, 31.0, 5.0), ("c", 100.0, 17.5, 4.0)];
    let mut plant = mixer();
    let mut sheet = Flowsheet { with_substance: true, periods: 1, ..Flowsheet::default() };
    sheet.nodes.push(Node::new("mix"));
    for (id, tonnes, content, percent) in figures {
        let assay = solid(id, &content.to_string(), &percent.to_string());
        plant.flow(id, 0, &tonnes.to_string(), assay);
        let feeds = id != "c";
        // Without an entry of its own, sampling is the class's; it is in the content's error.
        sheet.streams.push(Stream {
            id: id.to_owned(),
            from: (!feeds).then(|| "mix".to_owned()),
            to: feeds.then(|| "mix".to_owned()),
            period: 1,
            mass: Some(Measured { value: tonnes, sd: tonnes / 100.0 }),
            content: Content::Assayed(Measured { value: content, sd: 0.0 }),
        });
    }
    let result = plant.reconciled(1);
    for stream in &mut sheet.streams {
        let end = if stream.id == "c" { "mix>outside" } else { "outside>mix" };
        let raw = &line(&result, &format!("{} {end} @1", stream.id)).raw;
        let sd = raw.content_sd.expect("an assay");
        let Content::Assayed(assay) = &mut stream.content else { panic!("an assay") };
        assert!(sd > assay.value / 100.0 * 3.0, "{}: its own error is in {sd}", stream.id);
        assay.sd = sd;
        near(raw.content.expect("a content"), assay.value);
    }
    // Each has its own material, laboratory error and scale: no two share an error.
    assert_eq!(result.shared_errors, Shared::Full);
    let by_hand = tl_reconcile::reconcile(&sheet, &Options::default()).expect("an answer");
    near(result.global.expect("a test").chi_squared, by_hand.global.chi_squared);
    assert_eq!(result.global.expect("a test").dof, 2);
    for item in &by_hand.items {
        let end = if item.id == "c" { "mix>outside" } else { "outside>mix" };
        let own = reconciled(&result, &format!("{} {end} @1", item.id));
        near(own.amount.value.expect("a value"), item.mass.value.expect("a value"));
        let amount = item.amount.expect("an amount");
        near(own.kilograms.value.expect("a value"), amount.value.expect("a value"));
        near(own.kilograms.sd.expect("sd"), amount.sd.expect("sd"));
    }
}

#[test]
fn a_leak_is_found_at_its_node() {
    let mut plant = Books::new("p");
    for node in ["n1", "n2", "n3"] {
        plant.node(node, "process");
    }
    let ways = [
        ("in", None, Some("n1"), "20"),
        ("s1", Some("n1"), Some("n2"), "20"),
        ("s2", Some("n2"), Some("n3"), "14"),
        ("out", Some("n3"), None, "14"),
    ];
    for (id, from, to, content) in ways {
        plant.stream(id, from, to, "ore");
        plant.flow(id, 0, "100", solid(id, content, "1"));
    }
    let result = plant.reconciled(1);
    let leak = |unit: &str| of_unit(&result, unit, 1, Quantity::Substance).leak.expect("tested");
    assert!(leak("n2").suspect, "{:?}", leak("n2"));
    assert!(leak("n2").z > leak("n1").z && leak("n2").z > leak("n3").z);
    let raw = |unit: &str| of_unit(&result, unit, 1, Quantity::Substance).raw.clone();
    assert_eq!(raw("n2").unaccounted.expect("whole").as_str(), "0.6");
    assert_eq!(raw("n1").unaccounted.expect("whole").as_str(), "0");
    assert_eq!(result.global.expect("a test").passes, Some(false));
    let mass = |unit: &str| of_unit(&result, unit, 1, Quantity::Mass).leak.expect("tested");
    assert!(["n1", "n2", "n3"].iter().all(|unit| !mass(unit).suspect));
}

#[test]
fn a_leak_that_lasts_shows_over_all_months_together() {
    let mut plant = Books::new("p");
    for node in ["n1", "n2", "n3"] {
        plant.node(node, "process");
    }
    let ways = [
        ("in", None, Some("n1"), "20"),
        ("s1", Some("n1"), Some("n2"), "20"),
        ("s2", Some("n2"), Some("n3"), "19.5"),
        ("out", Some("n3"), None, "19.5"),
    ];
    for (id, from, to, _) in ways {
        plant.stream(id, from, to, "ore");
    }
    for (month, (id, .., content)) in (0..3).flat_map(|month| ways.map(|way| (month, way))) {
        // Each month has errors of its own, so that months add up.
        let own = format!("{id} {month}");
        plant.flow(id, month, "100", solid(&own, content, "0.5"));
    }
    let result = plant.reconciled(3);
    let n2 = |period: Option<u32>| {
        let is = |b: &&BalanceResult| {
            b.of == Of::Unit("n2".to_owned())
                && b.period == period
                && b.quantity == Quantity::Substance
        };
        result.balances.iter().find(is).and_then(|b| b.leak).expect("tested")
    };
    let most = (1..=3).map(|period| n2(Some(period)).z).fold(0.0, f64::max);
    assert!(n2(None).z > most, "{:?} against {most}", n2(None));
}

#[test]
fn a_stream_that_was_not_measured_in_one_month_has_no_sum_over_all() {
    let mut plant = mixer();
    for month in [0, 1] {
        plant.flow("a", month, "60", solid("a", "10", "1"));
        plant.flow("c", month, "100", solid("c", "18", "1"));
    }
    plant.flow("b", 0, "40", solid("b", "30", "1"));
    let result = plant.reconciled(2);
    let whole = result.balances.iter().find(|b| {
        b.of == Of::Unit("mix".to_owned()) && b.period.is_none() && b.quantity == Quantity::Mass
    });
    let whole = whole.expect("over both");
    assert_eq!((whole.leak, whole.raw.missing.len()), (None, 1));
    assert!(of_unit(&result, "mix", 1, Quantity::Mass).leak.is_some());
}

#[test]
fn a_gross_error_is_among_the_suspects_and_goes_first() {
    let mut plant = mixer();
    plant.stream("d", None, Some("mix"), "ore");
    plant.flow("a", 0, "60", solid("a", "10", "1"));
    plant.flow("b", 0, "40", solid("b", "30", "1"));
    // A decimal point of the laboratory in the wrong place.
    plant.flow("c", 0, "105", solid("c", "172", "1"));
    plant.flow("d", 0, "5", solid("d", "12", "1"));
    let tests = plant.reconciled(1).tests.expect("tests");
    let bad = Named { line: "c mix>outside @1".to_owned(), quantity: Quantity::Substance };
    assert!(tests.suspects.contains(&bad), "{:?}", tests.suspects);
    let removals = tests.removals.expect("done");
    assert!(removals[0].suspects.contains(&bad), "{removals:?}");
    assert_eq!(tests.after.expect("solved").passes, Some(true));
}

#[test]
fn an_unmeasured_stream_is_observable_and_blank_is_not_zero() {
    let mut plant = mixer();
    plant.flow("a", 0, "60", solid("a", "10", "1"));
    plant.flow("c", 0, "100", solid("c", "18", "1"));
    let result = plant.reconciled(1);
    let b = reconciled(&result, "b outside>mix @1");
    assert_eq!((b.amount.class.as_str(), b.content.class.as_str()), ("observable", "observable"));
    near(b.amount.value.expect("fixed"), 40.0);
    near(b.kilograms.value.expect("fixed"), 1.2);
    near(b.content.value.expect("fixed"), 30.0);
    let a = reconciled(&result, "a outside>mix @1");
    assert_eq!(a.amount.class, "nonredundant");
    let raw = &line(&result, "b outside>mix @1").raw;
    assert_eq!((raw.amount.as_ref(), raw.kilograms.as_ref()), (None, None));
    let balance = of_unit(&result, "mix", 1, Quantity::Substance);
    assert_eq!(balance.raw.missing, ["b outside>mix @1"]);
    assert_eq!(balance.leak, None, "nothing checks this balance");
    // Out of use: nobody has to measure it, and what was measured checks itself again.
    let mut asked = plant.asked(1);
    asked.retired.insert("b".parse().expect("a name"));
    let result = of_party(&plant.records(), &asked, &settings(Censoring::Rectangle));
    assert!(!ids(&result).contains(&"b outside>mix @1"));
    assert_eq!(reconciled(&result, "a outside>mix @1").amount.class, "redundant");
}

/// A yard over two months: taken at both ends, in between as asked.
fn yard(between: bool) -> Books {
    let mut plant = Books::new("p");
    plant.node("yard", "store");
    plant.stream("ore", None, Some("yard"), "ore");
    plant.stream("feed", Some("yard"), None, "ore");
    for month in [0, 1] {
        plant.flow("ore", month, "100", solid("ore", "20", "1"));
        plant.flow("feed", month, "92", solid("feed", "20.4", "1"));
    }
    plant.stock("yard", 0, "ore", ("50", "20"));
    if between {
        plant.stock("yard", 1, "ore", ("61", "19"));
    }
    plant.stock("yard", 2, "ore", ("66", "20.5"));
    plant
}

#[test]
fn a_stock_between_two_months_is_one_unknown() {
    let result = yard(true).reconciled(2);
    let stocks: Vec<&str> =
        result.lines.iter().filter(|line| line.stock).map(|line| line.id.as_str()).collect();
    assert_eq!(stocks, ["stock ore yard @0", "stock ore yard @1", "stock ore yard @2"]);
    let shared = reconciled(&result, "stock ore yard @1");
    assert_eq!(shared.amount.class, "redundant");
    let months = [1, 2].map(|month| of_unit(&result, "yard", month, Quantity::Mass));
    let sums = months.map(|balance| balance.reconciled.expect("reconciled"));
    assert_eq!(sums[0].closing, sums[1].opening);
    assert_eq!(sums[0].closing.value, shared.amount.value);
    let closed = |s: &Sums| {
        let v = |value: Value| value.value.expect("fixed");
        v(s.opening) + v(s.input) - v(s.output) - v(s.closing)
    };
    assert!(sums.iter().all(|sums| closed(sums).abs() < 1e-9));
    // 11 t measured, 8 t moved: pulled towards what moved.
    let found = shared.amount.value.expect("fixed");
    assert!(58.0 < found && found < 61.0, "{found}");
    // The mean of both months has less of an error than the months' errors would sum to.
    let whole = result.balances.iter().find(|balance| {
        balance.of == Of::Scope && balance.period.is_none() && balance.quantity == Quantity::Mass
    });
    let whole = whole.expect("a balance over both").reconciled.expect("reconciled");
    near(whole.input.value.expect("v"), sums.iter().filter_map(|s| s.input.value).sum());
    let apart: f64 = sums.iter().filter_map(|s| Some(s.input.sd?.powi(2))).sum();
    assert!((whole.input.sd.expect("sd") - apart.sqrt()).abs() > 1e-3, "not independent");
}

#[test]
fn a_stock_that_was_not_taken_is_unmeasured_and_follows_from_what_moved() {
    let result = yard(false).reconciled(2);
    let shared = reconciled(&result, "stock - yard @1");
    assert_eq!(shared.amount.class, "observable");
    let raw = |month| &of_unit(&result, "yard", month, Quantity::Mass).raw;
    assert_eq!(raw(1).unaccounted, None);
    assert_eq!(raw(2).missing, ["stock - yard @1"]);
    let whole = result.balances.iter().find(|balance| {
        balance.of == Of::Scope && balance.period.is_none() && balance.quantity == Quantity::Mass
    });
    // 50 + 200 − 184 − 66 over both months: what lay there in between does not matter.
    let whole = whole.expect("over both");
    assert_eq!(whole.raw.unaccounted.as_ref().map(|text| text.as_str()), Some("0"));
}

#[test]
fn below_the_limit_both_policies_leave_the_raw_figures_alone() {
    let mut plant = mixer();
    plant.flow("a", 0, "60", solid("a", "10", "1"));
    plant.flow("c", 0, "100", solid("c", "6.3", "1"));
    let below = json!({"result": {"is": "below", "limit": "2"}, "unit": "mg/kg", "basis": "dry"});
    plant.flow("b", 0, "40", below);
    let rect = plant.with(1, Censoring::Rectangle);
    let bound = plant.with(1, Censoring::Bound);
    let id = "b outside>mix @1";
    for (line, other) in rect.lines.iter().zip(&bound.lines) {
        assert_eq!(line.raw, other.raw);
    }
    assert_eq!(line(&rect, id).raw.limit, Some(2.0));
    assert_eq!(line(&rect, id).raw.content, Some(1.0));
    let class = |result: &Reconciliation| reconciled(result, id).content.class.clone();
    assert_eq!((class(&rect), class(&bound)), ("pseudo_redundant".into(), "interval".into()));
    for result in [&rect, &bound] {
        let content = reconciled(result, id).content.value.expect("fixed");
        assert!((0.0..=2.0).contains(&content), "{content}");
        let tests = result.tests.as_ref().expect("tests");
        assert!(tests.over.iter().all(|named| named.line != id), "never a suspect");
    }
    assert_eq!(serde_json::to_value(Censoring::Bound).expect("text"), json!("bound"));
}

#[test]
fn a_correction_and_a_replay_from_zero_give_the_same_figures() {
    let right = || {
        let mut plant = mixer();
        plant.flow("a", 0, "60", solid("a", "10", "1"));
        plant.sampled("b", 0, solid("b", "30", "1"));
        plant.flow("c", 0, "101", solid("c", "18", "1"));
        plant
    };
    let mut corrected = right();
    let wrong = corrected.weighed("b", 0, "400");
    let bad = corrected.reconciled(1);
    corrected.supersede(&wrong, report("b", 0, "40"));
    let mut from_the_start = right();
    from_the_start.weighed("b", 0, "40");
    let (now, wanted) = (corrected.reconciled(1), from_the_start.reconciled(1));
    assert_ne!(bad.global, now.global);
    assert_eq!(now.global, wanted.global);
    assert_eq!(now.balances, wanted.balances);
    for (line, other) in now.lines.iter().zip(&wanted.lines) {
        assert_eq!((&line.id, &line.raw), (&other.id, &other.raw));
        assert_eq!(line.reconciled, other.reconciled);
    }
    assert_eq!(now, corrected.reconciled(1), "the same log gives the same bits");
}

#[test]
fn exact_figures_that_contradict_each_other_are_refused_by_name_and_stay_as_measured() {
    let mut plant = mixer();
    for (stream, tonnes) in [("a", "60"), ("b", "40"), ("c", "101")] {
        let body = json!({"stream": stream, "span": span(0), "source": "measured",
            "amount": mass(tonnes), "uncertainty": errors(stream, "0")});
        plant.put(ENDS[1], "flow.report", body);
    }
    let result = plant.reconciled(1);
    assert_eq!(result.status, Status::Refused);
    let refusal = result.refusal.as_ref().expect("a refusal");
    assert_eq!(refusal.code, "inconsistent");
    assert_eq!(refusal.balances, ["mix@1:mass"]);
    assert_eq!(line(&result, "c mix>outside @1").reconciled, None);
    let raw = &of_unit(&result, "mix", 1, Quantity::Mass).raw;
    assert_eq!(raw.unaccounted.as_ref().map(|text| text.as_str()), Some("-1"));
}

#[test]
fn without_a_period_nothing_is_reconciled() {
    let plant = mixer();
    let mut asked = plant.asked(1);
    asked.spans.clear();
    let result = of_party(&plant.records(), &asked, &settings(Censoring::Rectangle));
    assert_eq!((result.status, result.lines.len()), (Status::NoPeriods, 0));
}

/// Class data throughout, so that scales, laboratories and sampling are shared.
fn shared_plant() -> Books {
    let mut plant = Books::new("p");
    plant.node("yard", "store");
    plant.node("roast", "process");
    plant.stream("ore", None, Some("yard"), "ore");
    plant.stream("feed", Some("yard"), Some("roast"), "ore");
    plant.stream("calcine", Some("roast"), None, "product");
    plant.stream("gas", Some("roast"), None, "gas");
    for month in [0, 1] {
        for (id, t, w, c) in [("ore", "110", "8", "20"), ("feed", "100", "8", "19.5")] {
            let mut body = report(id, month, t);
            body["amount"]["mass"]["basis"] = json!("wet");
            body["moisture"] = json!({"is": "value", "value": w});
            body["uncertainty"] = json!([]);
            plant.put(ENDS[month + 1], "flow.report", body);
            let content = json!({"result": {"is": "value", "value": c}, "unit": "mg/kg",
                "basis": "dry"});
            plant.sampled(id, month, content);
        }
        let mut body = report("calcine", month, "85");
        body["uncertainty"] = json!([]);
        plant.put(ENDS[month + 1], "flow.report", body);
        let content = json!({"result": {"is": "value", "value": "18"}, "unit": "mg/kg",
            "basis": "dry"});
        plant.sampled("calcine", month, content);
        let gas = json!({"stream": "gas", "span": span(month), "source": "measured",
            "amount": {"volume": {"unit": "Nm3", "value": "200000"}}});
        plant.put(ENDS[month + 1], "flow.report", gas);
        let content = json!({"result": {"is": "value", "value": "0.9"}, "unit": "mg/m3"});
        plant.sampled("gas", month, content);
    }
    for (end, figures) in [(0, ("50", "20")), (1, ("58", "20")), (2, ("67", "20"))] {
        plant.stock("yard", end, "ore", figures);
        plant.put(ENDS[end], "stock.take", json!({"node": "roast", "at": ENDS[end], "lines": []}));
    }
    plant
}

#[test]
fn raw_is_the_balance_of_the_books_to_the_last_digit_and_source() {
    let plant = shared_plant();
    let records = plant.records();
    let result = plant.reconciled(2);
    assert_eq!(result.status, Status::Reconciled, "{:?}", result.refusal);
    for unit in ["yard", "roast"] {
        for (period, ends) in [(1, (ENDS[0], ENDS[1])), (2, (ENDS[1], ENDS[2]))] {
            let span = MicrosSpan { from: micros(ends.0), to: micros(ends.1) };
            let scope = Scope::Node(unit.parse().expect("a name"));
            let question = Question { scope, span, substance: "Tl".parse().expect("a name") };
            let wanted = balance(&records, &question);
            let raw = &of_unit(&result, unit, period, Quantity::Substance).raw;
            let grams = raw.unaccounted.as_ref().expect("whole").value();
            let grams = grams * rust_decimal::Decimal::ONE_THOUSAND;
            assert_eq!(grams.normalize(), wanted.grams.unaccounted.0.normalize(), "{unit}");
            near(raw.sd.expect("sd") * 1000.0, wanted.sigma_grams);
        }
    }
}

#[test]
fn shared_errors_are_correlations_and_gas_is_measured_by_volume() {
    let result = shared_plant().reconciled(2);
    assert_eq!(result.shared_errors, Shared::Full);
    let open = |unit: &str| result.units.iter().find(|u| u.unit == unit).expect("u").mass_open;
    assert_eq!((open("yard"), open("roast")), (None, Some(MassOpen::WaterOrGas)));
    let gas = line(&result, "gas roast>outside @1");
    assert_eq!(gas.unit, Some("m3"));
    assert_eq!(gas.raw.kilograms.as_ref().map(|text| text.as_str()), Some("0.18"));
    let adjusted = gas.reconciled.as_ref().expect("reconciled");
    assert_eq!(adjusted.content.class, "redundant");
    // One laboratory's error is in all contents: both months are adjusted to the same side.
    let side = |period: u32| {
        let id = format!("calcine roast>outside @{period}");
        reconciled(&result, &id).content.adjustment.expect("adjusted")
    };
    assert!(side(1) / side(2) > 0.9 && side(1) / side(2) < 1.1, "{} {}", side(1), side(2));
    let closed = result.checks.expect("checks");
    assert!(closed.closure < 1e-9, "{closed:?}");
    // By default only stores close on total mass.
    let plant = shared_plant();
    let asked = Asked { mass: MassLayer::Stores, ..plant.asked(2) };
    let result = of_party(&plant.records(), &asked, &settings(Censoring::Rectangle));
    let open: Vec<_> = result.units.iter().map(|unit| unit.mass_open).collect();
    assert_eq!(open, [Some(MassOpen::WaterOrGas), None]);
}
