//! The JSON API: handlers parse, ask for leave, call a use case and answer. Routes: `router.rs`.

#![allow(unused_qualifications, reason = "the path macro of utoipa writes them")]

pub mod accounts;
pub mod assays;
pub mod balance;
pub mod batches;
pub mod device;
pub mod entries;
pub mod findings;
pub mod flows;
pub mod handovers;
pub mod health;
pub mod lab;
pub mod ledger;
pub mod masters;
pub mod outside;
pub mod parties;
pub mod people;
pub mod policies;
pub mod reconciliation;
pub mod request;
pub mod runs;
pub mod samples;
pub mod schema;
pub mod session;
pub mod sheets;
pub mod stock;
pub mod tasks;
pub mod thresholds;
pub mod trace;

use actix_web::{HttpResponse, web};
use tl_domain::ids::PartyId;

use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Action, Permit};
use crate::error::{ApiError, Failure};
use crate::usecase::capture::{Form, Recorded};
use request::Capture;
use schema::RecordedAnswer;

/// Runs a use case with leave for `A` on the party that is named, or on the person's own.
async fn with_leave<A, T, F>(
    app: &web::Data<App>,
    session: Session,
    party: Option<PartyId>,
    work: F,
) -> Result<T, ApiError>
where
    A: Action,
    T: Send + 'static,
    F: FnOnce(&App, &Permit<A>) -> Result<T, Failure> + Send + 'static,
{
    let done = App::run(app, move |app| {
        let party = app.meant_party(&session, party.as_ref())?;
        let permit = app.authorise::<A>(&session, &party)?;
        work(app, &permit)
    });
    Ok(done.await?)
}

/// Records a body for the person's own party.
async fn record<A, B, F>(
    app: &web::Data<App>,
    session: Session,
    capture: Capture<B>,
    work: F,
) -> Result<HttpResponse, ApiError>
where
    A: Action,
    B: Send + 'static,
    F: FnOnce(&App, &Permit<A>, Form, B) -> Result<Recorded, Failure> + Send + 'static,
{
    let english = session.english;
    let form = Form { id: capture.id, observed_at: capture.observed_at };
    let body = capture.body;
    let recorded = App::run(app, move |app| {
        let party = app.own_party(&session)?;
        let permit = app.authorise::<A>(&session, &party)?;
        work(app, &permit, form, body)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}
