//! Figures and bodies that nobody honest sends.

use actix_web::http::StatusCode;
use actix_web::test;
use tl_domain::time::DAY_MICROS;
use tl_testkit as kit;

use super::world::World;
use crate::serve::page_service;

#[actix_web::test]
async fn an_absurd_flow_over_years_does_not_take_the_stock_page_down() {
    let world = World::new();
    let since = "2020-01-01T00:00:00+08:00".parse().expect("moment");
    world.pass(200 * DAY_MICROS);
    let until = world.now();
    // Ten thousand million tonnes, in kilograms: the most that is booked.
    world.append("alfa", kit::flow_report("feed", &since, &until, "10000000000000"));
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::get()
        .uri("/stock")
        .insert_header(("cookie", world.cookie("ehs")))
        .to_request();
    assert_eq!(test::call_service(&service, request).await.status(), StatusCode::OK);
}
