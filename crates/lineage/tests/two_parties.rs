//! Two parties: what one shipped and the other received is one chain, and each sees its own half.

mod story;

use story::{Story, region, register};
use tl_domain::code::Code;
use tl_domain::event::{
    Decision, DispatchLine, HandoverDispatch, HandoverKind, HandoverReceive, Location, Origin,
    ReceiveLine,
};
use tl_domain::ids::EntryId;
use tl_lineage::{Link, Region, Subject, What};
use tl_testkit::{code, kilograms, moisture, part, store_draw, store_put, whole};
use tl_trace::graph::Scratch;

fn dispatch(story: &mut Story, code: &Code, to: &str, batch: EntryId, kg: &str) {
    story.put(HandoverDispatch {
        code: code.clone(),
        kind: HandoverKind::Delivery,
        manifest_number: None,
        from: "yard".parse().expect("a name"),
        to: Some(to.parse().expect("a name")),
        carrier: None,
        lines: vec![DispatchLine {
            line: 1,
            material: "zn-conc".parse().expect("a name"),
            portion: Some(part(batch, kg)),
            place: None,
            mass: kilograms(kg),
            moisture: Some(moisture("10")),
            contents: Vec::new(),
            waste_code: None,
            containers: None,
            uncertainty: Vec::new(),
        }],
        blobs: Vec::new(),
    });
}

fn receive(
    story: &mut Story,
    code: &Code,
    from: &str,
    batch: EntryId,
    (kg, refused): (&str, &str),
) {
    story.put(HandoverReceive {
        code: code.clone(),
        from: from.parse().expect("a name"),
        dispatch: None,
        location: Location { node: "yard".parse().expect("a name"), place: None },
        decision: Decision::Part,
        reason: None,
        lines: vec![ReceiveLine {
            line: 1,
            mass: kilograms(kg),
            material: None,
            refused: Some(kilograms(refused)),
            batch: Some(batch.into()),
            uncertainty: Vec::new(),
        }],
        raw: None,
        blobs: Vec::new(),
    });
}

fn grams(region: &Region, story: &Story, batch: EntryId) -> f64 {
    region.view(story.key(batch)).expect("a batch").grams
}

#[test]
fn a_chain_over_a_handover_grows_from_either_half() {
    let (mut mine, mut works) = (Story::new("hc-mine"), Story::new("hc-smelter"));
    let label = code(7);
    let lot = mine.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    let got = works.batch(register("zn-conc", "yard", "9000", Origin::Arrival), None);
    receive(&mut works, &label, "hc-mine", got.id(), ("9000", "1000"));
    works.put(store_put(whole(got.id()), "pile-1"));
    works.put(store_draw("pile-1", "4500", "roast"));
    let mut kept = region(&[&mine, &works]);
    assert_eq!(grams(&kept, &works, got.id()), 0.0, "an origin by itself, without a content");

    dispatch(&mut mine, &label, "hc-smelter", lot.id(), "10000");
    let concerned = kept.refresh(mine.party(), &mine.versions()).expect("in place");
    assert_eq!(concerned, [works.party().clone()]);
    kept.refresh(works.party(), &works.versions()).expect("in place");
    let anew = region(&[&mine, &works]);
    for region in [&kept, &anew] {
        // A tenth was refused and is under way still.
        let held = grams(region, &works, got.id());
        assert!((held - 0.9 * 9.0 * 40.0).abs() < 1e-9, "{held}");
        let mut scratch = Scratch::default();
        let back = region.backward(&[(works.key(got.id()), 1.0)], &mut scratch).expect("there");
        assert_eq!(back.shares[0].origin, mine.key(lot.id()));
        let rests = region.resting_of(mine.key(lot.id()), &mut scratch).expect("there");
        let of = |is: fn(&What) -> bool| -> f64 {
            let there =
                rests.shares.iter().filter(|s| is(&region.view(s.version).expect("it").what));
            there.map(|share| share.amounts.grams).sum()
        };
        assert!((of(|what| matches!(what, What::Transit(_))) - 36.0).abs() < 1e-9);
        assert!((of(|what| matches!(what, What::Process(_))) - 162.0).abs() < 1e-9);
        let line = Subject::Transit(
            mine.party().clone(),
            works.party().clone(),
            label.as_str().to_owned(),
            1,
        );
        assert_eq!(region.find(works.party(), &line).len(), 1);
        let ahead = region.genealogy(&[(mine.key(lot.id()), 1.0)], Link::Ahead, 2, 100);
        assert_eq!(ahead.versions.len(), 3);
        assert!(ahead.is_cut);
    }
    // Each half alone knows nothing of the other's content.
    let alone = region(&[&works]);
    assert_eq!(grams(&alone, &works, got.id()), 0.0);
    assert_eq!(alone.parties().len(), 1);
}

#[test]
fn a_correction_at_the_shipper_reaches_the_receiver_and_a_withdrawal_parts_them() {
    let (mut mine, mut works) = (Story::new("hc-mine"), Story::new("hc-smelter"));
    let label = code(7);
    let lot = mine.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    dispatch(&mut mine, &label, "hc-smelter", lot.id(), "10000");
    let got = works.batch(register("zn-conc", "yard", "9000", Origin::Arrival), None);
    receive(&mut works, &label, "hc-mine", got.id(), ("9000", "0"));
    let mut kept = region(&[&mine, &works]);
    let before = grams(&kept, &works, got.id());
    mine.assay(lot.id(), "60");
    assert_eq!(kept.refresh(mine.party(), &mine.versions()).expect("in place"), []);
    assert!((grams(&kept, &works, got.id()) / before - 50.0 / 40.0).abs() < 1e-12);
    // The receiver's own assay stands; the difference is its own unaccounted term.
    works.assay(got.id(), "30");
    kept.refresh(works.party(), &works.versions()).expect("in place");
    assert!((grams(&kept, &works, got.id()) - 243.0).abs() < 1e-9);
    let gap = kept.brought(works.key(got.id())).expect("a gap").grams;
    assert!((gap - (243.0 - 450.0)).abs() < 1e-9, "{gap}");
}

#[test]
fn who_was_not_addressed_is_not_linked() {
    let (mut mine, mut works) = (Story::new("hc-mine"), Story::new("hc-smelter"));
    let label = code(7);
    let lot = mine.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    dispatch(&mut mine, &label, "another", lot.id(), "10000");
    let got = works.batch(register("zn-conc", "yard", "9000", Origin::Arrival), None);
    receive(&mut works, &label, "hc-mine", got.id(), ("9000", "0"));
    let region = region(&[&mine, &works]);
    assert_eq!(grams(&region, &works, got.id()), 0.0);
}

#[test]
fn goods_that_go_round_between_two_parties_do_not_make_themselves() {
    let (mut mine, mut works) = (Story::new("hc-mine"), Story::new("hc-smelter"));
    let (there, back) = (code(7), code(9));
    let lot = mine.batch(register("zn-conc", "yard", "30000", Origin::Arrival), Some("40"));
    let home = mine.batch(register("zn-conc", "yard", "9000", Origin::Arrival), Some("11"));
    // A mistake in the books: each ships what the other shipped it.
    dispatch(&mut mine, &there, "hc-smelter", home.id(), "9000");
    receive(&mut mine, &back, "hc-smelter", home.id(), ("9000", "0"));
    let got = works.batch(register("zn-conc", "yard", "9000", Origin::Arrival), None);
    receive(&mut works, &there, "hc-mine", got.id(), ("9000", "0"));
    dispatch(&mut works, &back, "hc-mine", got.id(), "9000");
    let region = region(&[&mine, &works]);
    assert!((grams(&region, &mine, lot.id()) - 27.0 * 40.0).abs() < 1e-9);
    assert!((grams(&region, &mine, home.id()) - 8.1 * 11.0).abs() < 1e-9);
}
