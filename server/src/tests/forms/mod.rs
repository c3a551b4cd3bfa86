//! Forms as a browser sends them: what they record, in which steps, and what a second tap does.

mod batches;
mod entries;
mod masters;
mod runs;

use actix_web::http::header;
use actix_web::test;
use tl_domain::code::Code;
use tl_domain::ids::EntryId;
use tl_domain::project::BatchRow;

use super::world::World;
use crate::random;
use crate::serve::page_service;

/// What the server answered to a form.
pub(super) struct Sent {
    pub(super) status: u16,
    /// Where it sends the browser on.
    pub(super) target: String,
    pub(super) text: String,
}

/// A fresh id and the time, as every form carries them.
fn when(world: &World) -> Vec<(String, String)> {
    let id = random::entry_id(&world.app.clock).to_string();
    vec![
        ("entry".to_owned(), id),
        ("observed_at".to_owned(), crate::pages::local_minute(world.app.clock.micros())),
    ]
}

/// The values of a form.
pub(super) fn values(world: &World, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    when(world).into_iter().chain(own).collect()
}

pub(super) async fn send(
    world: &World,
    login: &str,
    path: &str,
    values: &[(String, String)],
) -> Sent {
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::post()
        .uri(path)
        .insert_header(("cookie", world.cookie(login)))
        .set_form(values)
        .to_request();
    let answer = test::call_service(&service, request).await;
    let target = answer.headers().get(header::LOCATION).map(|goal| goal.to_str().expect("text"));
    let target = target.unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let body = test::read_body(answer).await;
    Sent { status, target, text: String::from_utf8_lossy(&body).into_owned() }
}

/// The page at an address.
pub(super) async fn read(world: &World, login: &str, path: &str) -> String {
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::get()
        .uri(path)
        .insert_header(("cookie", world.cookie(login)))
        .to_request();
    let answer = test::call_service(&service, request).await;
    assert_eq!(answer.status(), 200, "{path}");
    String::from_utf8_lossy(&test::read_body(answer).await).into_owned()
}

/// Entries in the log of `alfa`.
pub(super) fn size(world: &World) -> u64 {
    let log = world.app.store.log(&"alfa".parse().expect("id")).expect("store");
    log.expect("log").size
}

fn batch(world: &World, id: EntryId) -> BatchRow {
    let found = world.app.store.batch(&"alfa".parse().expect("id"), id.into());
    found.expect("store").expect("batch")
}

fn by_code(world: &World, code: &Code) -> BatchRow {
    let found = world.app.store.batch_by_code(&"alfa".parse().expect("id"), code);
    found.expect("store").expect("batch")
}
