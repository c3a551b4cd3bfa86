//! The provisional ladder: each rung when the one above is missing, with its own deviation.

use super::*;

const ALL: Scope = Scope::Enterprise;

/// A receiving yard with a material whose default is 50 mg/kg ± 40 %.
fn yard() -> Books {
    let mut books = Books::new();
    books.node("yard", "store");
    books.master(json!({"what": "material", "id": "ore", "name": "ore", "class": "ore",
        "counted": false, "moisture": "10", "defaults": [{"analyte": "Tl", "value": "50",
        "unit": "mg/kg", "basis": "dry", "percent": "40", "source": "test"}]}));
    books.master(json!({"what": "method", "id": "icp", "name": "ICP-MS", "analyte": "Tl",
        "unit": "mg/kg", "evidence": [{"kind": "round", "number": "PT-1",
        "valid_from": "2000-01-01T00:00:00Z", "valid_to": "2100-01-01T00:00:00Z"}]}));
    books
}

/// 1 t dry of ore from a supplier.
fn lot(books: &mut Books, day: u32, supplier: &str) -> String {
    let at = format!("2025-03-{day:02}T08:00:00+08:00");
    let mass = json!({"basis": "dry", "unit": "t", "value": "1"});
    books.put(
        &at,
        "batch.register",
        json!({"material": "ore", "origin": "arrival", "supplier": supplier,
            "location": {"node": "yard"}, "mass": mass}),
    )
}

fn assayed(books: &mut Books, day: u32, batches: &[&str], value: &str, more: Value) {
    let at = format!("2025-03-{day:02}T12:00:00+08:00");
    let shares: Vec<Value> = batches.iter().map(|batch| json!({"batch": batch})).collect();
    let sample = books.put(&at, "sample.take", json!({"subject": {"batches": shares}}));
    let mut report = json!({"sample": sample, "purpose": "receiving", "standing": "preliminary",
        "side": "own", "determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
        "method": "icp", "result": {"is": "value", "value": value}}]});
    for (name, value) in more.as_object().expect("members") {
        report[name] = value.clone();
    }
    books.put(&at, "assay.report", report);
}

/// Rungs of all that came in, with grams and deviation.
fn rungs(books: &Books) -> Vec<(Rung, String, f64)> {
    let balance = books.balance(ALL);
    let mut found: BTreeMap<Rung, (SubstanceMass, f64)> = BTreeMap::new();
    for term in balance.terms.iter().filter(|term| term.role == Role::Input) {
        for share in &term.by_rung {
            let (grams, percent) = found.entry(share.rung).or_default();
            *grams += share.grams;
            *percent = percent.max(share.sd_percent);
        }
    }
    found.into_iter().map(|(r, (g, p))| (r, g.0.normalize().to_string(), p)).collect()
}

fn one(books: &Books) -> (Rung, String, f64) {
    let found = rungs(books);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn each_rung_stands_where_the_one_above_is_missing() {
    let mut books = yard();
    let lot_of = lot(&mut books, 20, "mine");
    let (rung, grams, percent) = one(&books);
    assert_eq!((rung, grams.as_str()), (Rung::Default, "50"));
    assert!((percent - 40.0).abs() < 1e-9, "as the record says: {percent}");
    // Another supplier's lot was assayed: the material's mean.
    let other = lot(&mut books, 1, "quarry");
    assayed(&mut books, 2, &[&other], "30", json!({}));
    let grams = |books: &Books, rung| {
        rungs(books).into_iter().find(|found| found.0 == rung).map(|found| (found.1, found.2))
    };
    assert_eq!(grams(&books, Rung::MaterialMean), Some(("30".to_owned(), 25.0)));
    // One of the same supplier's: that supplier's mean.
    let same = lot(&mut books, 3, "mine");
    assayed(&mut books, 4, &[&same], "80", json!({}));
    assert_eq!(grams(&books, Rung::SupplierMean), Some(("80".to_owned(), 25.0)));
    // Somebody's figure for the lot itself.
    assayed(&mut books, 21, &[&lot_of], "60", json!({"standing": "estimate"}));
    // 50 % by class, and the sampling's 1 % and 4 %.
    let (estimate, percent) = grams(&books, Rung::Estimate).expect("an estimate");
    assert_eq!(estimate, "60");
    assert!((percent - (2500.0_f64 + 16.0 + 1.0).sqrt()).abs() < 1e-9, "{percent}");
    // A composite with another lot, then the lot's own sample.
    assayed(&mut books, 22, &[&lot_of, &same], "70", json!({}));
    assert_eq!(grams(&books, Rung::Composite).map(|found| found.0), Some("70".to_owned()));
    assayed(&mut books, 23, &[&lot_of], "65", json!({}));
    assert_eq!(grams(&books, Rung::Composite), None, "own samples of both lots");
    let balance = books.balance(ALL);
    assert_eq!(balance.grams.input.0.normalize(), Decimal::from(65 + 80 + 30));
}

#[test]
fn a_settled_value_stands_on_no_rung() {
    let mut books = yard();
    let batch = lot(&mut books, 20, "mine");
    assayed(&mut books, 21, &[&batch], "10", json!({"purpose": "settlement", "standing": "final"}));
    assert_eq!(one(&books).0, Rung::Default);
    let next = lot(&mut books, 22, "mine");
    assert_eq!(one(&books).1, "100", "nor does it make a mean for {next}");
}

#[test]
fn a_mean_s_deviation_is_that_of_its_lots() {
    let mut books = yard();
    for (day, value) in [(1, "60"), (2, "80"), (3, "100"), (4, "120"), (5, "140")] {
        let batch = lot(&mut books, day, "mine");
        assayed(&mut books, day, &[&batch], value, json!({}));
    }
    lot(&mut books, 20, "mine");
    let found = rungs(&books).into_iter().find(|found| found.0 == Rung::SupplierMean);
    let (_, grams, percent) = found.expect("a mean of five");
    // s = 31.62 around 100, for one more lot × √1.2.
    assert_eq!(grams, "100");
    assert!((percent - 34.641).abs() < 1e-3, "{percent}");
    let mut copied = yard();
    for day in 1..=6 {
        let batch = lot(&mut copied, day, "mine");
        assayed(&mut copied, day, &[&batch], "100", json!({}));
    }
    lot(&mut copied, 20, "mine");
    let found = rungs(&copied).into_iter().find(|found| found.0 == Rung::SupplierMean);
    let percent = found.expect("a mean of six").2;
    assert!(percent > 5.0, "copies do not make a content known: {percent}");
}

#[test]
fn old_results_make_no_mean() {
    let mut books = yard();
    let batch = lot(&mut books, 1, "mine");
    assayed(&mut books, 1, &[&batch], "90", json!({}));
    let mass = json!({"basis": "dry", "unit": "t", "value": "1"});
    let late = json!({"material": "ore", "origin": "arrival", "supplier": "mine",
        "location": {"node": "yard"}, "mass": mass});
    books.put("2025-08-01T08:00:00+08:00", "batch.register", late);
    let found: Vec<Rung> = rungs(&books).into_iter().map(|found| found.0).collect();
    assert_eq!(found, [Rung::Assay, Rung::Default], "five months are more than 90 days");
}

#[test]
fn a_laboratory_without_evidence_has_at_least_horwitz() {
    let sigma = |method: Option<&str>, lab: Option<&str>| {
        let mut books = yard();
        let batch = lot(&mut books, 20, "mine");
        let mut determination = json!({"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
            "result": {"is": "value", "value": "20"}});
        if let Some(method) = method {
            determination["method"] = json!(method);
        }
        let mut more = json!({"determinations": [determination]});
        if let Some(lab) = lab {
            more["lab"] = json!(lab);
        }
        assayed(&mut books, 21, &[&batch], "20", more);
        one(&books).2
    };
    // Sampling 4 and 1; assay 5, 1 and 2.5 or Horwitz's 10.2 at 20 mg/kg.
    let with = (16.0_f64 + 1.0 + 25.0 + 1.0 + 6.25).sqrt();
    let without = (16.0_f64 + 1.0 + 25.0 + 1.0 + 10.192_7_f64.powi(2)).sqrt();
    assert!((sigma(Some("icp"), None) - with).abs() < 1e-3);
    assert!((sigma(None, None) - without).abs() < 1e-3, "no method, no evidence");
    assert!((sigma(Some("icp"), Some("other")) - without).abs() < 1e-3, "another's evidence");
}

#[test]
fn moisture_per_truck_and_thallium_per_composite_meet() {
    let mut books = yard();
    let wet = |books: &mut Books, day: u32| {
        let at = format!("2025-03-{day:02}T08:00:00+08:00");
        let mass = json!({"basis": "wet", "unit": "t", "value": "10"});
        books.put(
            &at,
            "batch.register",
            json!({"material": "ore", "origin": "arrival", "supplier": "mine",
                "location": {"node": "yard"}, "mass": mass}),
        )
    };
    let (first, second) = (wet(&mut books, 3), wet(&mut books, 4));
    assayed(&mut books, 5, &[&first, &second], "100", json!({}));
    // Provisional: the material's 10 % until the truck's own was dried.
    let grams = |books: &Books| books.balance(ALL).grams.input.0.normalize().to_string();
    assert_eq!(grams(&books), "1800");
    let drying = json!({"determinations": [{"analyte": "moisture", "unit": "%", "basis": "wet",
        "result": {"is": "value", "value": "20"}}]});
    assayed(&mut books, 6, &[&first], "0", drying);
    assert_eq!(grams(&books), "1700", "8 t dry and 9 t dry at 100 mg/kg");
}
