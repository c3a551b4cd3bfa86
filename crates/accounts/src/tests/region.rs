//! Enterprises of an area rolled up.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use tl_domain::ids::PartyId;
use tl_domain::quantity::{DryMass, ErrorClass, SubstanceMass};

use super::{at, id, later};
use crate::period::{OwnErrors, Part, PeriodAccount, TermAccount};
use crate::policy::Policy;
use crate::region::{RegionMonth, months};

/// A line with a partner, a random error of its own and one of a laboratory.
fn term(part: Part, name: &str, partner: Option<&str>, grams: i64, own: u64) -> TermAccount {
    TermAccount {
        part,
        name: name.to_owned(),
        stream: None,
        material: None,
        node: None,
        partner: partner.map(id),
        grams: SubstanceMass(grams.into()),
        dry: DryMass::ZERO,
        sigma: 0.0,
        shared: vec![(0, 3.0)],
        own: OwnErrors(vec![(own, 4.0)]),
    }
}

fn month(number: i64, lab: &str, terms: Vec<TermAccount>) -> PeriodAccount {
    let since = later(at("2026-01-26T08:00:00+08:00"), number * 30);
    PeriodAccount {
        since,
        until: later(since, 30),
        terms,
        sources: vec![(ErrorClass::LongTerm, format!("lab:{lab}/icp-ms"))],
        missing: 0,
        stock_measured: true,
        assayed_percent: None,
    }
}

fn rolled(enterprises: BTreeMap<PartyId, Vec<PeriodAccount>>) -> Vec<RegionMonth> {
    let china = FixedOffset::east_opt(8 * 3600).expect("an offset");
    let settled = Policy::default().settled().expect("limits");
    months(&enterprises, china, &settled).expect("figures")
}

fn chain(lab_of_smelter: &str) -> BTreeMap<PartyId, Vec<PeriodAccount>> {
    let mine = vec![
        term(Part::Input, "ore", None, 1_000, 1),
        term(Part::Output, "concentrate", Some("smelter"), 900, 2),
        term(Part::Output, "tailings", None, 80, 3),
    ];
    let smelter = vec![
        term(Part::Input, "concentrate", Some("mine"), 850, 4),
        term(Part::Output, "dust", Some("elsewhere"), 840, 5),
    ];
    BTreeMap::from([
        (id("mine"), vec![month(0, "own", mine)]),
        (id("smelter"), vec![month(0, lab_of_smelter, smelter)]),
    ])
}

#[test]
fn what_enterprises_ship_to_each_other_is_inside() {
    let rolled = rolled(chain("own"));
    assert_eq!(rolled.len(), 1);
    let month = &rolled[0];
    assert_eq!(month.month, "2026-02", "most of the period lies in February");
    assert_eq!((month.input, month.output), (1_000.0, 920.0));
    assert_eq!(month.muf, 80.0);
    assert_eq!(month.internal_difference, 50.0);
    let sum: f64 = month.by_enterprise.values().sum();
    assert_eq!(month.muf, sum + month.internal_difference, "MUF = Σ MUF + Σ differences");
    // Random errors of what crosses the border: 3 · 4²; laboratories: mine (3 − 3)², smelter 3².
    assert!((month.sigma.powi(2) - (48.0 + 9.0)).abs() < 1e-9, "{}", month.sigma);
}

#[test]
fn what_is_on_its_way_between_them_is_the_shipper_s_stock() {
    let mut enterprises = chain("own");
    let before = rolled(enterprises.clone())[0].clone();
    let mine = enterprises.get_mut(&id::<PartyId>("mine")).expect("there");
    mine[0].terms.push(term(Part::Closing, "transit smelter", Some("smelter"), 30, 6));
    let after = &rolled(enterprises)[0];
    assert_eq!(after.muf, before.muf - 30.0, "a closing stock of the area");
    assert_eq!(after.internal_difference, before.internal_difference);
}

#[test]
fn an_outside_laboratory_s_error_is_one_and_own_ones_are_not() {
    let mut both = chain("station");
    for periods in both.values_mut() {
        periods[0].sources[0].1 = "lab:station/icp-ms".to_owned();
    }
    // The station's error: mine 3 − 3, smelter −3: together 3, as one.
    let shared = rolled(both)[0].sigma.powi(2);
    assert!((shared - (48.0 + 9.0)).abs() < 1e-9);
    let mut apart = chain("own");
    let only = |part: Part| move |term: &TermAccount| term.part == part;
    for periods in apart.values_mut() {
        periods[0].terms.retain(only(Part::Output));
    }
    // Outputs over the border alone: two laboratories of their own, 3² each, not (3 + 3)².
    let own = rolled(apart)[0].sigma.powi(2);
    assert!((own - (2.0 * 16.0 + 2.0 * 9.0)).abs() < 1e-9, "{own}");
}

#[test]
fn an_enterprise_without_a_measured_period_is_named() {
    let mut enterprises = chain("own");
    let smelter = enterprises.get_mut(&id::<PartyId>("smelter")).expect("there");
    smelter[0].stock_measured = false;
    let rolled = rolled(enterprises);
    assert_eq!(rolled[0].lacking, [id::<PartyId>("smelter")]);
    assert_eq!(rolled[0].by_enterprise.len(), 1);
    assert!(self::rolled(BTreeMap::new()).is_empty());
}
