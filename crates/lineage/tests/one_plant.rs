//! One plant: what its books say becomes origins and whereabouts that lose nothing.

mod story;

use std::collections::BTreeMap;

use proptest::prelude::*;
use story::{Story, region, register, substance};
use tl_domain::balance::{Question, Records, Role, Scope, balance};
use tl_domain::event::{Body, Master, Mixing, Origin, StockTake};
use tl_domain::ids::EntryId;
use tl_domain::project::Row as Projected;
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_lineage::{Keyring, OriginKind, Region, Subject, What, weave};
use tl_testkit::{
    analysed, assay_report, batch_weigh, flow_report, part, run_close, run_start, sample_of_stream,
    store_draw, store_put, whole,
};
use tl_trace::batches::Key;
use tl_trace::graph::Scratch;

const EXACT: f64 = 1e-12;

fn origins(region: &Region, key: Key) -> BTreeMap<Key, f64> {
    let answer = region.backward(&[(key, 1.0)], &mut Scratch::default()).expect("there");
    answer.shares.iter().map(|share| (share.origin, share.amounts.grams)).collect()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= EXACT * left.abs().max(right.abs()).max(1e-9)
}

/// Every origin's grams and tonnes rest somewhere, once; backward and forward are adjoint.
fn assert_conserved(region: &Region) {
    let mut scratch = Scratch::default();
    let mut keys = BTreeMap::new();
    for version in region.all() {
        for share in &region.backward(&[(version.key, 1.0)], &mut scratch).expect("there").shares {
            keys.insert(share.origin, ());
        }
        let back = region.backward(&[(version.key, 1.0)], &mut scratch).expect("there");
        assert!(near(back.sum.grams, back.whole.grams), "{version:?} {back:?}");
        assert!(near(back.sum.tonnes, back.whole.tonnes), "{version:?} {back:?}");
    }
    assert!(!keys.is_empty());
    for origin in keys.keys() {
        let brought = region.brought(*origin).expect("an origin");
        let rests = region.resting_of(*origin, &mut scratch).expect("there");
        assert!(near(rests.sum.grams, brought.grams), "{:?}", region.view(*origin));
        assert!(near(rests.sum.tonnes, brought.tonnes), "{:?}", region.view(*origin));
        for share in &rests.shares {
            let inside = origins(region, share.version);
            let rest = region.resting(share.version).expect("there").0;
            let back = inside.get(origin).copied().unwrap_or(0.0) * rest;
            assert!(near(back, share.amounts.grams), "{back} {share:?}");
        }
    }
}

/// Two lots through a pile, a run and streams with a return, every kind of partial quantity.
fn month(story: &mut Story) -> (EntryId, EntryId, EntryId) {
    let rich = story.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    let poor = story.batch(register("zn-conc", "yard", "20000", Origin::Arrival), Some("10"));
    story.put(store_put(part(rich.id(), "12000"), "pile-1"));
    story.put(store_draw("pile-1", "3000", "roast"));
    story.put(store_put(part(poor.id(), "8000"), "pile-1"));
    story.put(store_draw("pile-1", "7000", "roast"));
    let run = story.put(run_start("roast", vec![part(rich.id(), "9000"), whole(poor.id())]));
    let calcine = story.put(register("calcine", "roast", "15000", Origin::Production));
    let dust = story.put(register("dust", "roast", "2500", Origin::Production));
    story.put(run_close(run.id(), &[(calcine.id(), "15000"), (dust.id(), "2500")]));
    story.assay(dust.id(), "150");
    for _ in 0..3 {
        let from = story.clock.now();
        let to = story.clock.advance(DAY_MICROS / 3);
        for (stream, kg) in [("calcine", "6000"), ("dust", "400"), ("residue", "2500")] {
            story.put(flow_report(stream, &from, &to, kg));
        }
        let sample = story.put(sample_of_stream("dust", &from, &to));
        story.put(assay_report(sample.id(), vec![analysed("Tl", "900")]));
    }
    let next = story.put(run_start("leach", vec![whole(calcine.id())]));
    let residue = story.put(register("residue", "leach", "9000", Origin::Production));
    story.put(run_close(next.id(), &[(residue.id(), "9000")]));
    (rich.id(), dust.id(), residue.id())
}

#[test]
fn nothing_gets_lost_and_both_ways_agree() {
    let mut story = Story::new("hc-smelter");
    let (rich, dust, residue) = month(&mut story);
    let region = region(&[&story]);
    assert_conserved(&region);
    // 2.5 t, 10 % moisture, 150 mg/kg: what was measured in the dust is what it holds.
    let held = region.view(story.key(dust)).expect("a batch");
    assert!(near(held.grams, 2.25 * 150.0), "{held:?}");
    let inside = origins(&region, story.key(residue));
    assert!(inside.contains_key(&story.key(rich)), "the lot is in the residue");
    let kinds = region.backward(&[(story.key(dust), 1.0)], &mut Scratch::default()).expect("there");
    let gap = kinds.shares.iter().find(|share| share.kind == OriginKind::Unaccounted);
    let gap = gap.expect("the run's gap");
    assert_eq!(region.view(gap.origin).expect("a run").what, What::Run);
}

#[test]
fn lots_are_valued_as_the_balance_values_them() {
    let mut story = Story::new("hc-smelter");
    month(&mut story);
    story.batch(register("zn-conc", "yard", "7000", Origin::Arrival), None);
    let books = story.books();
    let flows = story.projections().rows().filter_map(|row| match row {
        Projected::Flow(flow) => Some(flow.clone()),
        _ => None,
    });
    let records = Records {
        flows: flows.collect(),
        assays: books.assays.clone(),
        takes: Vec::new(),
        masters: books.masters.clone(),
        receptions: BTreeMap::new(),
    };
    let span = MicrosSpan { from: 0, to: i64::MAX };
    let question = Question { scope: Scope::Enterprise, span, substance: substance() };
    let terms = balance(&records, &question).terms;
    let came_in: f64 = terms
        .iter()
        .filter(|term| term.role == Role::Input)
        .map(|term| term.substance.to_f64())
        .sum();
    let region = region(&[&story]);
    let lots: f64 = region
        .all()
        .filter(|view| view.what == What::Batch)
        .filter_map(|view| region.brought(view.key).map(|brought| brought.grams))
        .sum();
    assert!(near(lots, came_in), "{lots} {came_in}");
    assert!(came_in > 1_000.0);
}

#[test]
fn splitting_a_batch_and_blending_it_back_changes_nothing() {
    use tl_domain::event::{BatchBlend, BatchSplit};
    let tell = |detour: bool| {
        let mut story = Story::new("hc-smelter");
        let lot = story.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
        let mut batch = lot.id();
        if detour {
            let names = ["10000", "7000", "13000"];
            let parts: Vec<EntryId> = names
                .map(|kg| story.put(register("zn-conc", "yard", kg, Origin::Split)).id())
                .to_vec();
            let portions = parts.iter().zip(names).map(|(id, kg)| tl_domain::event::Portion {
                batch: (*id).into(),
                amount: part(*id, kg).amount,
            });
            story.put(BatchSplit { batch: lot.id().into(), parts: portions.collect() });
            batch = story.put(register("zn-conc", "yard", "30000", Origin::Blend)).id();
            let inputs = parts.iter().map(|id| whole(*id)).collect();
            story.put(BatchBlend { batch: batch.into(), inputs });
        }
        story.put(store_put(part(batch, "12000"), "pile-1"));
        story.put(store_draw("pile-1", "5000", "roast"));
        let region = region(&[&story]);
        assert_conserved(&region);
        let roast = region.all().find(|view| matches!(view.what, What::Process(_)));
        let roast = roast.expect("a version of the process");
        let inside = origins(&region, roast.key);
        assert_eq!(inside.len(), 1);
        (roast.grams, roast.tonnes, inside[&story.key(lot.id())])
    };
    let (straight, around) = (tell(false), tell(true));
    assert!(near(straight.0, 5.0 * 0.9 * 40.0), "{straight:?}");
    assert!(near(straight.0, around.0) && near(straight.1, around.1), "{straight:?} {around:?}");
    assert!(near(straight.2, around.2));
}

#[test]
fn a_pile_is_mixed_or_first_in_first_out_as_its_plate_says() {
    let tell = |mixing: Mixing| {
        let mut story = Story::of("hc-smelter", |master| {
            if let Master::Place(place) = master {
                place.mixing = Some(mixing);
            }
        });
        let rich = story.batch(register("zn-conc", "yard", "10000", Origin::Arrival), Some("40"));
        let poor = story.batch(register("zn-conc", "yard", "10000", Origin::Arrival), Some("10"));
        story.put(store_put(whole(rich.id()), "pile-1"));
        story.put(store_put(whole(poor.id()), "pile-1"));
        story.put(store_draw("pile-1", "10000", "roast"));
        let region = region(&[&story]);
        assert_conserved(&region);
        let roast = region.all().find(|view| matches!(view.what, What::Process(_)));
        let inside = origins(&region, roast.expect("a version").key);
        let left = region.find(story.party(), &Subject::Place("pile-1".to_owned()));
        assert!(!left.is_empty(), "half of the pile is there");
        let of = |id: EntryId| inside.get(&story.key(id)).copied().unwrap_or(0.0);
        (of(rich.id()), of(poor.id()))
    };
    let (rich, poor) = tell(Mixing::WellMixed);
    assert!(near(rich, 180.0) && near(poor, 45.0), "{rich} {poor}");
    let (rich, poor) = tell(Mixing::Fifo);
    assert!(near(rich, 360.0) && near(poor, 0.0), "{rich} {poor}");
}

#[test]
fn what_a_pile_did_not_hold_is_an_origin_of_its_own() {
    let mut story = Story::new("hc-smelter");
    let lot = story.batch(register("zn-conc", "yard", "10000", Origin::Arrival), Some("40"));
    story.put(store_put(whole(lot.id()), "pile-1"));
    story.put(store_draw("pile-1", "12000", "roast"));
    let region = region(&[&story]);
    assert_conserved(&region);
    let short = region.all().find(|view| matches!(view.what, What::Short(_))).expect("short");
    assert!(near(short.tonnes, 2.0) && short.grams == 0.0, "{short:?}");
}

#[test]
fn a_stock_take_sets_what_is_drawn_afterwards() {
    let mut story = Story::new("hc-smelter");
    let lot = story.batch(register("zn-conc", "yard", "10000", Origin::Arrival), Some("40"));
    story.put(store_put(whole(lot.id()), "pile-1"));
    let line = tl_domain::event::StockLine {
        material: "zn-conc".parse().expect("a name"),
        place: Some("pile-1".parse().expect("a name")),
        batch: None,
        method: tl_domain::event::StockMethod::Pile,
        mass: Some(tl_testkit::kilograms("8000")),
        volume: None,
        moisture: None,
        content: None,
        measured_at: None,
        uncertainty: Vec::new(),
    };
    let at = story.clock.now();
    let node = "yard".parse().expect("a name");
    story.put(StockTake { node, at, lines: vec![line], witness: None, blobs: Vec::new() });
    story.put(store_draw("pile-1", "8000", "roast"));
    let region = region(&[&story]);
    assert_conserved(&region);
    let roast = region.all().find(|view| matches!(view.what, What::Process(_))).expect("there");
    assert!(near(roast.grams, 0.8 * 360.0), "{roast:?}");
    assert!(region.find(story.party(), &Subject::Place("pile-1".to_owned())).is_empty());
}

#[test]
fn a_correction_gives_what_a_replay_from_zero_gives() {
    let mut story = Story::new("hc-smelter");
    let lot = story.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    let weigh = story.put(batch_weigh(lot.id(), "31000"));
    let put = story.put(store_put(part(lot.id(), "12000"), "pile-1"));
    month(&mut story);
    let mut kept = region(&[&story]);
    for (target, by) in [
        (weigh.reference(), Some(Body::from(batch_weigh(lot.id(), "29500")))),
        (put.reference(), Some(Body::from(store_put(part(lot.id(), "9000"), "pile-1")))),
        (weigh.reference(), None),
    ] {
        story.correct(&target, by);
        kept.refresh(story.party(), &story.versions()).expect("in place");
        let anew = region(&[&story]);
        assert_same(&kept, &anew);
        assert_conserved(&kept);
    }
    // A late assay touches no row, and everything behind it follows.
    let rows = story.rows();
    let before = kept.view(story.key(lot.id())).expect("there").grams;
    story.assay(lot.id(), "55");
    assert_eq!(story.rows(), rows);
    kept.refresh(story.party(), &story.versions()).expect("in place");
    assert!(kept.view(story.key(lot.id())).expect("there").grams > before);
    assert_same(&kept, &region(&[&story]));
}

fn assert_same(kept: &Region, anew: &Region) {
    let views = |region: &Region| {
        let mut all: Vec<_> = region.all().collect();
        all.sort_by_key(|view| view.key);
        all
    };
    let (kept_views, anew_views) = (views(kept), views(anew));
    assert_eq!(kept_views.len(), anew_views.len());
    for (a, b) in kept_views.iter().zip(&anew_views) {
        assert_eq!((a.key, &a.what, a.at), (b.key, &b.what, b.at));
        assert!(near(a.grams, b.grams) && near(a.tonnes, b.tonnes), "{a:?} {b:?}");
        let (a, b) = (origins(kept, a.key), origins(anew, b.key));
        let nothing = |map: BTreeMap<Key, f64>| -> BTreeMap<Key, f64> {
            map.into_iter().filter(|(_, grams)| *grams != 0.0).collect()
        };
        let (a, b) = (nothing(a), nothing(b));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
        assert!(a.iter().zip(&b).all(|(a, b)| near(*a.1, *b.1)), "{a:?} {b:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_order_of_puts_draws_and_runs_conserves(
        steps in prop::collection::vec((0_u8..6, 1_u32..9_000), 4..40),
        fifo in any::<bool>(),
    ) {
        let mut story = Story::of("hc-smelter", |master| {
            if let (Master::Place(place), true) = (master, fifo) {
                place.mixing = Some(Mixing::Fifo);
            }
        });
        let first = story.batch(register("zn-conc", "yard", "9000", Origin::Arrival), Some("33"));
        let mut last = first.id();
        for (kind, kg) in steps {
            let text = kg.to_string();
            match kind {
                0 => {
                    let body = register("zn-conc", "yard", &text, Origin::Arrival);
                    last = story.batch(body, (kg % 3 > 0).then_some("21.5")).id();
                }
                1 => drop(story.put(store_put(part(last, &text), "pile-1"))),
                2 => drop(story.put(store_put(whole(last), "pile-1"))),
                3 => drop(story.put(store_draw("pile-1", &text, "roast"))),
                4 => {
                    let run = story.put(run_start("roast", vec![part(last, &text)]));
                    let body = register("dust", "roast", &text, Origin::Production);
                    let made = story.batch(body, (kg % 2 > 0).then_some("77")).id();
                    story.put(run_close(run.id(), &[(made, &text), (last, "1")]));
                    last = made;
                }
                _ => {
                    let from = story.clock.now();
                    let to = story.clock.advance(DAY_MICROS * i64::from(kg % 3 + 1));
                    let stream = ["calcine", "dust", "residue"][kg as usize % 3];
                    story.put(flow_report(stream, &from, &to, &text));
                }
            }
        }
        let mut rows = story.books();
        let one = weave(&rows, &Keyring::new(story::RING), &substance());
        rows.rows.reverse();
        let other = weave(&rows, &Keyring::new(story::RING), &substance());
        prop_assert_eq!(one, other);
        assert_conserved(&region(&[&story]));
    }
}
