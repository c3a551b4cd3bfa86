//! Books: exact stores, refusals that change nothing, corrections, and the rule of shares.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::number::parse;

fn ratio(text: &str) -> Ratio {
    parse(text).expect("a number")
}

fn source(batch: &str, mass: &str, substance: &str) -> Event {
    Event::Source(Source {
        batch: batch.to_owned(),
        mass: ratio(mass),
        substance: ratio(substance),
    })
}

fn draw(from: &str, mass: &str) -> Draw {
    let quantity = match mass {
        "all" => Quantity::All,
        mass => Quantity::Tonnes(ratio(mass)),
    };
    Draw { from: from.to_owned(), lot: None, quantity }
}

fn fill(to: &str, mass: &str, basis: Basis) -> Fill {
    let weight = match mass {
        "rest" => Weight::Rest,
        mass => Weight::Tonnes(ratio(mass)),
    };
    let to = if to == LOSS { Target::Loss } else { Target::Holder(to.to_owned()) };
    Fill { to, lot: None, weight, basis }
}

fn run(id: &str, inputs: Vec<Draw>, outputs: Vec<Fill>) -> Event {
    Event::Run(Run { id: id.to_owned(), inputs, outputs, account: None })
}

type Contents = BTreeMap<String, (Ratio, BTreeMap<String, Ratio>)>;

fn contents(book: &Book<Ratio>) -> Contents {
    let mut scratch = Scratch::default();
    let mut contents = Contents::new();
    for name in book.holders() {
        let found = book.origins_in(name, Measure::Substance, &mut scratch).expect("free");
        let origins: BTreeMap<_, _> = found
            .into_iter()
            .map(|(origin, amount)| (book.origin_name(origin).to_owned(), amount))
            .collect();
        let mass = book.mass(name).expect("a holder").clone();
        if !mass.is_zero() || !origins.is_empty() {
            contents.insert(name.to_owned(), (mass, origins));
        }
    }
    contents
}

use num_traits::Zero;

fn plant() -> (Book<Ratio>, Vec<Event>) {
    let mut book = Book::default();
    book.add_store("PILE", Mode::Fifo).expect("a store");
    book.add_store("TANK", Mode::Mixed).expect("a store");
    let events = vec![
        source("A", "60", "6"),
        source("B", "90", "3"),
        run("i1", vec![draw("A", "all")], vec![fill("PILE", "rest", Basis::Mass)]),
        run("i2", vec![draw("B", "80")], vec![fill("PILE", "rest", Basis::Mass)]),
        run("o1", vec![draw("PILE", "70")], vec![fill("TANK", "rest", Basis::Mass)]),
        run(
            "o2",
            vec![draw("TANK", "30"), draw("B", "all")],
            vec![
                fill("DUST", "5", Basis::Share(ratio("9/10"))),
                fill("SLAG", "30", Basis::Share(ratio("1/20"))),
            ],
        ),
        run("back", vec![draw("DUST", "2")], vec![fill("TANK", "rest", Basis::Mass)]),
    ];
    (book, events)
}

#[test]
fn a_corrected_mass_gives_what_a_book_from_zero_gives() {
    let (mut book, events) = plant();
    book.apply_all(events.clone()).expect("a good plant");
    let mut corrected = events.clone();
    corrected[0] = source("A", "50", "7");
    book.amend(0, true, Some(corrected[0].clone())).expect("still good");
    let (mut fresh, _) = plant();
    fresh.apply_all(corrected.clone()).expect("still good");
    assert_eq!(contents(&book), contents(&fresh));
    assert_ne!(contents(&book)["TANK"], {
        let (mut before, _) = plant();
        before.apply_all(events).expect("a good plant");
        contents(&before)["TANK"].clone()
    });

    let late = source("C", "10", "1");
    book.amend(2, false, Some(late.clone())).expect("a late lot");
    corrected.insert(2, late);
    let (mut fresh, _) = plant();
    fresh.apply_all(corrected).expect("a late lot");
    assert_eq!(contents(&book), contents(&fresh));
    assert_eq!(book.graph().node_count(), fresh.graph().node_count());
}

#[test]
fn a_correction_that_makes_a_later_event_impossible_changes_nothing() {
    let (mut book, events) = plant();
    book.apply_all(events).expect("a good plant");
    let before = contents(&book);
    let refused = book.amend(1, true, Some(source("B", "70", "3"))).expect_err("80 t were taken");
    assert_eq!((refused.index, refused.event.as_str()), (3, "i2"));
    assert_eq!(refused.reason.code(), "overdraw");
    assert_eq!(contents(&book), before);
    assert_eq!(book.event_count(), 7);
}

#[test]
fn a_refused_event_leaves_the_book_as_it_was() {
    let (mut book, events) = plant();
    book.apply_all(events).expect("a good plant");
    let (before, nodes) = (contents(&book), book.graph().node_count());
    let bad = [
        run("x", vec![draw("TANK", "1"), draw("PILE", "1000")], vec![]),
        run(
            "x",
            vec![draw("TANK", "all")],
            vec![
                fill("N1", "1", Basis::Share(ratio("0.7"))),
                fill("N2", "1", Basis::Share(ratio("0.4"))),
            ],
        ),
        run("x", vec![draw("TANK", "1"), draw("NOBODY", "1")], vec![]),
        run("x", vec![draw("TANK", "-1")], vec![]),
        source("A", "1", "1"),
        source("NEW", "-1", "1"),
    ];
    let codes: Vec<_> =
        bad.into_iter().map(|event| book.apply(event).expect_err("bad").code()).collect();
    let wanted = [
        "overdraw",
        "shares_over_one",
        "unknown_id",
        "negative_mass",
        "duplicate_id",
        "negative_mass",
    ];
    assert_eq!(codes, wanted);
    assert_eq!(contents(&book), before);
    assert_eq!(book.graph().node_count(), nodes);
}

#[test]
fn measured_outputs_make_the_gap_an_origin_and_no_loss() {
    for (slag, gap) in [("3", "-1"), ("5", "1"), ("4", "0")] {
        let mut book: Book<Ratio> = Book::default();
        book.apply(source("ORE", "100", "10")).expect("a lot");
        let account = Account { node: "SINTER".to_owned(), period: "2026-11".to_owned() };
        let outputs = vec![
            fill("DUST", "5", Basis::Measured(ratio("6"))),
            fill("SLAG", "90", Basis::Measured(ratio(slag))),
        ];
        let inputs = vec![draw("ORE", "all")];
        let id = "r1".to_owned();
        let event = Event::Run(Run { id, inputs, outputs, account: Some(account) });
        book.apply(event).expect("a run");
        let contents = contents(&book);
        let slag_total: Ratio = contents["SLAG"].1.values().sum();
        assert_eq!(slag_total, ratio(slag), "a batch holds what was measured in it");
        let of = |origin: &str| -> Ratio {
            contents.values().filter_map(|(_, origins)| origins.get(origin)).sum()
        };
        assert_eq!(of("ORE"), ratio("10"), "no lot is charged with a loss nobody booked");
        assert_eq!(of("unaccounted SINTER/2026-11"), ratio(gap));
    }
}

#[test]
fn a_layer_taken_to_the_last_gram_is_gone() {
    let (mut book, events) = plant();
    book.apply_all(events[..4].to_vec()).expect("a good plant");
    assert_eq!(book.held("PILE").len(), 2);
    let out = run("o", vec![draw("PILE", "60")], vec![fill("P", "rest", Basis::Mass)]);
    book.apply(out).expect("layer A weighs 60 t");
    let held = book.held("PILE");
    assert_eq!(held.iter().map(|layer| layer.mass.clone()).collect::<Vec<_>>(), [ratio("80")]);
}

#[test]
fn no_share_is_pruned_for_being_small() {
    let mut book: Book<f64> = Book::default();
    book.apply(source("G0", "1", "1")).expect("a lot");
    for step in 1..=400 {
        let halves = vec![
            fill(&format!("G{step}"), "1/2", Basis::Share(ratio("1/2"))),
            fill(&format!("H{step}"), "1/2", Basis::Share(ratio("1/2"))),
        ];
        let inputs = vec![draw(&format!("G{}", step - 1), "all")];
        book.apply(run("halve", inputs, halves)).expect("a half");
    }
    let mut scratch = Scratch::default();
    let found = book.origins_in("G400", Measure::Substance, &mut scratch).expect("free");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, 2.0_f64.powi(-400));
    let origin = book.origin("G0").expect("declared");
    let places = book.whereabouts(origin, Measure::Substance, &mut scratch).expect("free");
    assert_eq!(places.len(), 401);
    assert_eq!(places.iter().map(|(_, amount)| amount).sum::<f64>(), 1.0);
}

#[test]
fn stores_give_out_by_their_mode() {
    for (mode, a, b) in [
        (Mode::Fifo, "4", "1"),
        (Mode::Lifo, "1", "4"),
        (Mode::Mixed, "5/2", "5/2"),
        (Mode::Lot, "5/2", "5/2"),
    ] {
        let mut book: Book<Ratio> = Book::default();
        book.add_store("S", mode).expect("a store");
        let into = |id: &str, from: &str| {
            run(id, vec![draw(from, "all")], vec![fill("S", "rest", Basis::Mass)])
        };
        let events = vec![
            source("A", "4", "4"),
            source("B", "4", "4"),
            into("a", "A"),
            into("b", "B"),
            run("o", vec![draw("S", "5")], vec![fill("P", "rest", Basis::Mass)]),
        ];
        book.apply_all(events).expect("a good store");
        let origins = &contents(&book)["P"].1;
        assert_eq!((&origins["A"], &origins["B"]), (&ratio(a), &ratio(b)), "{mode:?}");
        if mode == Mode::Lot {
            let mut named = draw("S", "3/2");
            named.lot = Some("B".to_owned());
            let outputs = vec![fill("Q", "rest", Basis::Mass)];
            book.apply(run("q", vec![named.clone()], outputs.clone())).expect("lot B is there");
            assert_eq!(contents(&book)["Q"].1, BTreeMap::from([("B".to_owned(), ratio("3/2"))]));
            let refused = book.apply(run("q2", vec![named], outputs)).expect_err("gone");
            assert_eq!(refused.code(), "overdraw");
        }
    }
}

proptest! {
    #[test]
    fn splitting_a_batch_and_blending_it_back_changes_nothing(
        mass in 1_u32..500, part in 1_u32..99, scale in 1_u32..50,
    ) {
        let once = |split: bool, scale: u32| {
            let (mut book, mut events) = plant();
            let lot = source("LOT", &format!("{}", mass * scale), "5");
            events.insert(2, lot);
            if split {
                let cut = format!("{}/100", u64::from(mass) * u64::from(scale) * u64::from(part));
                events.insert(3, run("s", vec![draw("LOT", "all")], vec![
                    fill("L1", &cut, Basis::Mass), fill("L2", "rest", Basis::Mass),
                ]));
                events.insert(4, run("m", vec![draw("L2", "all"), draw("L1", "all")], vec![
                    fill("LOT", "rest", Basis::Mass),
                ]));
            }
            let half = format!("{}/2", mass * scale);
            events.push(run("use", vec![draw("LOT", &half)], vec![
                fill("TANK", "rest", Basis::Mass),
            ]));
            book.apply_all(events).expect("a good plant");
            contents(&book)
        };
        prop_assert_eq!(once(true, scale), once(false, scale));
    }

    #[test]
    fn shares_do_not_depend_on_the_unit_or_on_the_order_of_independent_events(
        factor in 1_u32..2_000,
    ) {
        let scaled = |text: &str| format!("{}", ratio(text) * Ratio::from_integer(factor.into()));
        let book = |unit: bool, swapped: bool| {
            let of = |text: &str| if unit { scaled(text) } else { text.to_owned() };
            let mut events = vec![
                source("A", &of("60"), "6"),
                source("B", &of("90"), "3"),
                run("r", vec![draw("A", "all"), draw("B", &of("20"))], vec![
                    fill("P", &of("30"), Basis::Mass), fill("Q", "rest", Basis::Mass),
                ]),
            ];
            if swapped {
                events.swap(0, 1);
            }
            let mut book: Book<Ratio> = Book::default();
            book.apply_all(events).expect("good");
            contents(&book).into_iter().map(|(name, held)| (name, held.1)).collect::<Vec<_>>()
        };
        let plain = book(false, false);
        prop_assert_eq!(&plain, &book(true, false));
        prop_assert_eq!(&plain, &book(false, true));
    }
}
