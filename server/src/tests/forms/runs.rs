//! Starting and closing runs.

use tl_domain::ids::RunId;
use tl_testkit as kit;

use super::super::world::{World, registered};
use super::{by_code, read, send, size, values};

#[actix_web::test]
async fn a_run_takes_batches_and_its_outputs_are_registered_as_it_closes() {
    let world = World::new();
    let input = kit::code(630);
    world.append("alfa", registered(630));
    let start = values(
        &world,
        &[
            ("node", "roast"),
            ("operation", "焙烧 1 号炉"),
            ("batch-0", input.as_str()),
            ("amount-0", "20"),
            ("unit-0", "t"),
        ],
    );
    let started = send(&world, "gate", "/runs/new", &start).await;
    assert_eq!(started.status, 303, "{}", started.text);
    let card = started.target.split('?').next().expect("path").to_owned();
    assert!(read(&world, "gate", &card).await.contains(&format!("{card}/close")));
    let label = kit::code(631);
    let close = values(
        &world,
        &[
            ("location", "roast"),
            ("out-material-0", "calcine"),
            ("out-mass-0", "17.4"),
            ("out-unit-0", "t"),
            ("out-code-0", label.as_str()),
            ("out-returned-0", "no"),
        ],
    );
    let before = size(&world);
    let path = format!("{card}/close");
    let closed = send(&world, "gate", &path, &close).await;
    assert_eq!((closed.status, size(&world)), (303, before + 2), "{}", closed.text);
    let run: RunId = card.rsplit('/').next().expect("id").parse().expect("id");
    assert_eq!(by_code(&world, &label).run, Some(run));
    let row = world.app.store.run(&"alfa".parse().expect("id"), run).expect("store").expect("run");
    assert!(row.ended_at.is_some() && row.outputs.len() == 1);
    let second = values(&world, &[("location", "roast")]);
    assert_eq!(send(&world, "gate", &path, &second).await.status, 422, "closed already");
    assert_eq!(send(&world, "lab", &path, &second).await.status, 403);
}

#[actix_web::test]
async fn an_output_without_a_mass_is_refused_at_its_field() {
    let world = World::new();
    let run = world.append("alfa", kit::run_start("roast", Vec::new())).0;
    let close = values(&world, &[("location", "roast"), ("out-material-0", "calcine")]);
    let before = size(&world);
    let answer = send(&world, "gate", &format!("/runs/{run}/close"), &close).await;
    assert_eq!((answer.status, size(&world)), (422, before));
    assert!(answer.text.contains("out-mass-0-error"), "{}", answer.text);
}
