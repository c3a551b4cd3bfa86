//! Registering, splitting, blending.

use tl_domain::event::Origin;
use tl_domain::project::BatchState;
use tl_testkit as kit;

use super::super::world::{World, registered};
use super::{batch, by_code, send, size, values};

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
