//! What is adjusted and by how much; what nobody measured, what lies below a limit.

use serde_json::json;
use tl_reconcile::{Content, Flowsheet, Measured, Node, Options, Stream};

use super::super::*;
use super::books::{report, settings, solid};
use super::plants::mixer;
use super::{ids, line, near, of_unit, reconciled};

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
