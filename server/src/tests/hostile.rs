//! Figures and bodies that nobody honest sends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use rust_decimal::Decimal;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tl_domain::balance::{Question, Scope, balance};
use tl_domain::quantity::SubstanceMass;
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_testkit as kit;

use super::device::Running;
use super::world::{START, World};
use crate::i18n::{Lang, Words};
use crate::serve::page_service;

#[actix_web::test]
async fn an_absurd_flow_over_years_does_not_take_the_stock_page_down() {
    let world = World::new();
    let since = "2020-01-01T00:00:00+08:00".parse().expect("moment");
    world.pass(200 * DAY_MICROS);
    let until = world.now();
    // Ten thousand million tonnes, in kilograms: the most that is booked.
    world.append("alfa", kit::flow_report("feed", &since, &until, "10000000000000"));
    let service = init_service(page_service!(world.app.clone())).await;
    let request = TestRequest::get()
        .uri("/stock")
        .insert_header(("cookie", world.cookie("ehs")))
        .to_request();
    assert_eq!(call_service(&service, request).await.status(), StatusCode::OK);
}

#[test]
fn figures_at_the_end_of_decimals_are_shown() {
    let span = MicrosSpan { from: START, to: START + DAY_MICROS };
    let substance = "Tl".parse().expect("a name");
    let question = Question { scope: Scope::Enterprise, span, substance };
    let mut found = balance(&tl_domain::balance::Records::default(), &question);
    let most = SubstanceMass(Decimal::MAX);
    (found.grams.output, found.grams.discharge, found.grams.closing) = (most, most, most);
    let tiles = crate::pages::balance::tiles(Words(Lang::Zh), &found);
    assert_eq!(tiles.tiles.len(), 4);
}

/// One byte of a hundred, and then nothing: the server does not wait for the rest.
#[test]
fn a_body_that_never_comes_does_not_hold_its_connection() {
    let server = Running::start();
    let mut roots = RootCertStore::empty();
    roots.add(server.world.app.authority.der().clone()).expect("CA");
    let settings = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let session = ClientConnection::new(Arc::new(settings), name).expect("session");
    let socket = TcpStream::connect(("127.0.0.1", server.bound.page.port())).expect("connected");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("timeout");
    let mut stream = StreamOwned::new(session, socket);
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\n\
                content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400"), "{ended:?} {answer}");
    let waits = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    assert!(!ended.as_ref().is_err_and(waits), "the connection stays open: {answer}");
}
