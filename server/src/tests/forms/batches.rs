//! Registering, splitting, blending.

use tl_domain::event::{Body, Origin};
use tl_domain::ids::EntryId;
use tl_domain::project::{BatchState, Object};
use tl_testkit as kit;

use super::super::world::{World, registered};
use super::{batch, by_code, read, send, size, values};

#[actix_web::test]
async fn a_batch_and_its_weight_are_one_step_and_a_second_tap_records_nothing() {
    let world = World::new();
    let form = values(
        &world,
        &[
            ("material", "zn-conc"),
            ("origin", "arrival"),
            ("location", "yard"),
            ("gross", "45.20"),
            ("tare", "13.36"),
            ("unit", "t"),
            ("manual", "按磅单录入"),
        ],
    );
    let before = size(&world);
    let first = send(&world, "gate", "/batches/new", &form).await;
    assert_eq!((first.status, size(&world)), (303, before + 2), "{}", first.text);
    let again = send(&world, "gate", "/batches/new", &form).await;
    assert_eq!((again.status, size(&world)), (303, before + 2), "{}", again.text);
    assert_eq!(first.target, again.target, "the label drawn for the first tap is kept");
    let id = first.target.strip_prefix("/batches/").and_then(|rest| rest.split('?').next());
    let row = batch(&world, id.expect("id").parse().expect("id"));
    assert_eq!(row.wet.expect("weighed").0.normalize().to_string(), "31840000");
    assert!(row.code.is_some());
}

#[actix_web::test]
async fn a_refused_weight_leaves_no_batch_behind() {
    let world = World::new();
    let taken = kit::code(1);
    let form = values(
        &world,
        &[
            ("material", "zn-conc"),
            ("origin", "arrival"),
            ("location", "yard"),
            ("code", taken.as_str()),
            ("net", "31.84"),
            ("unit", "t"),
            ("manual", "x"),
        ],
    );
    let before = size(&world);
    let answer = send(&world, "gate", "/batches/new", &form).await;
    assert_eq!((answer.status, size(&world)), (422, before));
}

#[actix_web::test]
async fn parts_get_labels_and_take_from_the_batch_in_one_step() {
    let world = World::new();
    let whole = world.append("alfa", registered(600)).0;
    let label = kit::code(601);
    let form = values(
        &world,
        &[
            ("location", "yard"),
            ("amount-0", "12"),
            ("unit-0", "t"),
            ("code-0", label.as_str()),
            ("amount-1", "20000"),
            ("unit-1", "kg"),
        ],
    );
    let before = size(&world);
    let path = format!("/batches/{whole}/split");
    let answer = send(&world, "gate", &path, &form).await;
    assert_eq!((answer.status, size(&world)), (303, before + 3), "{}", answer.text);
    let again = send(&world, "gate", &path, &form).await;
    assert_eq!((again.status, size(&world)), (303, before + 3), "{}", again.text);
    let part = by_code(&world, &label);
    assert_eq!(part.parents, vec![whole.into()]);
    assert_eq!(part.origin, Some(Origin::Split));
    assert_eq!(part.wet.expect("weighed").0.normalize().to_string(), "12000000");
    let row = batch(&world, whole);
    assert_eq!(row.state, BatchState::Closed, "all of it went into the parts");
    let twice = [("location", "yard"), ("amount-0", "1"), ("unit-0", "t")];
    let twice = send(&world, "gate", &path, &values(&world, &twice)).await;
    assert_eq!(twice.status, 422, "a closed batch is not split");
}

#[actix_web::test]
async fn two_parts_with_one_label_are_refused() {
    let world = World::new();
    let whole = world.append("alfa", registered(610)).0;
    let label = kit::code(611);
    let mut pairs = vec![("location", "yard")];
    for (amount, unit, code) in [("amount-0", "unit-0", "code-0"), ("amount-1", "unit-1", "code-1")]
    {
        pairs.extend([(amount, "1"), (unit, "t"), (code, label.as_str())]);
    }
    let before = size(&world);
    let path = format!("/batches/{whole}/split");
    let answer = send(&world, "gate", &path, &values(&world, &pairs)).await;
    assert_eq!((answer.status, size(&world)), (422, before));
}

#[actix_web::test]
async fn a_blend_takes_parts_and_weighs_what_went_in() {
    let world = World::new();
    let (first, second) = (kit::code(620), kit::code(621));
    let ids = [620, 621].map(|number| world.append("alfa", registered(number)).0);
    let label = kit::code(622);
    let form = values(
        &world,
        &[
            ("material", "zn-conc"),
            ("location", "yard"),
            ("code", label.as_str()),
            ("batch-0", first.as_str()),
            ("amount-0", "10"),
            ("unit-0", "t"),
            ("batch-1", second.as_str()),
        ],
    );
    let before = size(&world);
    let answer = send(&world, "gate", "/batches/blend", &form).await;
    assert_eq!((answer.status, size(&world)), (303, before + 2), "{}", answer.text);
    let blend = by_code(&world, &label);
    assert_eq!(blend.wet.expect("summed").0.normalize().to_string(), "42000000");
    assert_eq!(blend.parents, ids.map(Into::into).to_vec());
    assert_eq!(batch(&world, ids[0]).left.expect("left").0.normalize().to_string(), "22000000");
    assert_eq!(batch(&world, ids[1]).state, BatchState::Closed);
    let one = values(&world, &[("material", "zn-conc"), ("location", "yard"), ("batch-0", "x")]);
    assert_eq!(send(&world, "gate", "/batches/blend", &one).await.status, 422);
}

/// Opens a calibration block of the weighbridge.
fn commissioned(world: &World, meter: &str, calibration: &str) -> EntryId {
    let body = serde_json::json!({"meter": meter, "calibration": calibration, "profile": {}});
    world.append("alfa", Body::read("device.commission", body).expect("a body")).0
}

#[actix_web::test]
async fn a_typed_weighing_carries_the_calibration_block_of_its_meter() {
    let world = World::new();
    let id = world.append("alfa", registered(630)).0;
    let path = format!("/batches/{id}/weigh");
    let weigh = |meter: &'static str| {
        let fields = [("net", "12"), ("unit", "t"), ("manual", "x"), ("meter", meter)];
        values(&world, &fields)
    };
    let calibration = |world: &World| {
        let party = "alfa".parse().expect("id");
        let history = world.app.store.history(&party, &Object::Batch(id.into())).expect("read");
        match &history.last().expect("an entry").entry.body {
            Body::BatchWeigh(weighed) => weighed.calibration.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(send(&world, "gate", &path, &weigh("scale-east")).await.status, 303);
    assert_eq!(calibration(&world), None, "never commissioned");
    commissioned(&world, "scale-east", "scale-east/1");
    commissioned(&world, "scale-west", "scale-west/7");
    world.pass(120_000_000);
    let newest = commissioned(&world, "scale-east", "scale-east/2");
    world.pass(120_000_000);
    assert_eq!(send(&world, "gate", &path, &weigh("scale-east")).await.status, 303);
    assert_eq!(calibration(&world).as_deref(), Some("scale-east/2"));
    assert_eq!(send(&world, "gate", &path, &weigh("")).await.status, 303);
    assert_eq!(calibration(&world), None, "no meter, no block");
    // A commissioning that was withdrawn opens none.
    let party = "alfa".parse().expect("id");
    let stored = world.app.store.entry(&party, newest).expect("read").expect("stored");
    let withdrawn = serde_json::json!({
        "target": {"id": newest, "hash": stored.view.leaf}, "reason": "wrong scale",
        "approved_by": "u-ehs", "replacement": null,
    });
    world.append("alfa", Body::read("supersede", withdrawn).expect("a body"));
    assert_eq!(send(&world, "gate", &path, &weigh("scale-east")).await.status, 303);
    assert_eq!(calibration(&world).as_deref(), Some("scale-east/1"));
}

#[actix_web::test]
async fn a_label_is_handed_out_with_its_entry_and_again_only_with_a_reason() {
    let world = World::new();
    let id = world.append("alfa", registered(640)).0;
    let (form, pdf) = (format!("/batches/{id}/print"), format!("/batches/{id}/label.pdf"));
    let before = size(&world);
    let wrong = send(&world, "gate", &form, &values(&world, &[("copies", "0")])).await;
    assert_eq!((wrong.status, size(&world)), (422, before), "{}", wrong.text);
    let first = values(&world, &[("copies", "2")]);
    let sent = send(&world, "gate", &form, &first).await;
    assert_eq!((sent.status, size(&world)), (303, before + 1), "{}", sent.text);
    assert!(sent.target.starts_with(&format!("{pdf}?print=")), "{}", sent.target);
    let again = send(&world, "gate", &form, &first).await;
    assert_eq!(size(&world), before + 1, "a second tap prints nothing: {}", again.text);
    let label = read(&world, "gate", &sent.target).await;
    assert!(label.starts_with("%PDF") && label.contains("/Count 2"), "both copies");
    let silent = send(&world, "gate", &form, &values(&world, &[("copies", "1")])).await;
    assert_eq!((silent.status, size(&world)), (422, before + 1), "a reprint has a reason");
    let torn = values(&world, &[("copies", "1"), ("reason", "破损")]);
    assert_eq!(send(&world, "gate", &form, &torn).await.status, 303);
    let party = "alfa".parse().expect("id");
    let code = batch(&world, id).code.expect("a code");
    let history = world.app.store.history(&party, &Object::Code(code)).expect("read");
    let Body::LabelPrint(print) = &history.last().expect("an entry").entry.body else {
        panic!("{history:?}")
    };
    assert_eq!((print.first, print.copies), (Some(3), 1));
    assert_eq!((print.reason.as_deref(), print.printer.as_deref()), (Some("破损"), Some("page")));
    // The picture on the page is none to print.
    let picture = read(&world, "gate", &format!("/batches/{id}/label.svg")).await;
    assert!(picture.starts_with("<svg"), "{picture}");
}
