//! The ledger as outsiders read it: C2SP tlog-tiles below `/log/PARTY`, proofs, agents' heads.
//!
//! Checkpoints and tiles of hashes are public: they show counts and times, and a leaf hash covers a
//! signature that nobody can compute from guessed figures. Entries are for their owner and the
//! bureau of its area.

use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::tile::{Bundle, Resource, Tile, push_entry, tile_bytes};
use tl_store::{Tree, Which};
use tl_wire::device::{CheckpointAnswer, CheckpointRequest};
use tl_wire::problem::ErrorCode;

use super::request::Of;
use super::schema::{LedgerAnswer, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::auth::{Device, Session};
use crate::error::{ApiError, Failure};
use crate::ledger::{held, proof};
use crate::usecase::ledgers;

/// How long a checkpoint may be kept by others, in seconds.
const CHECKPOINT_AGE: &str = "max-age=2";
/// Full tiles and bundles never change.
const FOR_EVER: &str = "max-age=31536000, immutable";
/// Partial ones are replaced by fuller ones, not changed.
const FOR_A_WHILE: &str = "max-age=300";

/// `GET /log/{party}/{path}`: checkpoint, tile or bundle. A later tree has its number before.
pub async fn tiled(
    app: web::Data<App>,
    session: Option<Session>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (party, rest) = path.into_inner();
    let party: PartyId = party.parse().map_err(|_| Failure::not_found())?;
    let (number, resource) = resource(&rest)?;
    match resource {
        Resource::Checkpoint => {
            let text = App::run(&app, move |app| checkpoint(app, &party, number)).await?;
            Ok(served("text/plain; charset=utf-8", CHECKPOINT_AGE).body(text))
        }
        Resource::Tile(tile) => {
            let bytes = App::run(&app, move |app| hashes(app, &party, number, tile)).await?;
            Ok(served("application/octet-stream", age(tile.is_full())).body(bytes))
        }
        Resource::Entries(bundle) => {
            let session = session.ok_or_else(|| Failure::new(ErrorCode::NotSignedIn, ""))?;
            let read = move |app: &App, permit: &Permit<ReadParty>| {
                entries(app, permit.party(), number, bundle)
            };
            let bytes = with_leave(&app, session, Some(party), read).await?;
            let cache = if bundle.is_full() { "private, max-age=86400" } else { "no-store" };
            Ok(served("application/octet-stream", cache).body(bytes))
        }
    }
}

fn served(media: &'static str, cache: &'static str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.content_type(media).insert_header((header::CACHE_CONTROL, cache));
    answer
}

fn age(is_full: bool) -> &'static str {
    if is_full { FOR_EVER } else { FOR_A_WHILE }
}

/// Which tree, and what of it.
fn resource(rest: &str) -> Result<(u64, Resource), Failure> {
    let (number, path) = match rest.split_once('/') {
        Some((first, path)) if first.bytes().all(|b| b.is_ascii_digit()) => {
            let number = first.parse().ok().filter(|number| *number > 1);
            (number.ok_or_else(Failure::not_found)?, path)
        }
        _ => (1, rest),
    };
    let resource =
        path.parse().map_err(|error| Failure::new(ErrorCode::NotFound, format!("{error}")))?;
    Ok((number, resource))
}

fn tree(app: &App, party: &PartyId, number: u64) -> Result<Tree, Failure> {
    app.store.tree(party, number)?.ok_or_else(Failure::not_found)
}

fn checkpoint(app: &App, party: &PartyId, number: u64) -> Result<String, Failure> {
    let newest = app.store.checkpoint(party, number, Which::Newest)?;
    Ok(newest.ok_or_else(Failure::not_found)?.text())
}

fn hashes(app: &App, party: &PartyId, number: u64, tile: Tile) -> Result<Vec<u8>, Failure> {
    let place = (tile.level, tile.index);
    let hashes = app.store.tile(party, number, place, usize::from(tile.width))?;
    Ok(tile_bytes(&hashes.ok_or_else(Failure::not_found)?))
}

fn entries(app: &App, party: &PartyId, number: u64, bundle: Bundle) -> Result<Vec<u8>, Failure> {
    let tree = tree(app, party, number)?;
    let entries = app.store.bundle(&tree, bundle.index, usize::from(bundle.width))?;
    let mut bytes = Vec::new();
    for entry in entries.ok_or_else(Failure::not_found)? {
        push_entry(&mut bytes, &entry).map_err(|error| Failure::internal(&error))?;
    }
    Ok(bytes)
}

/// A proof that the entry is in its party's log, to be checked by anybody: C2SP tlog-proof.
#[utoipa::path(get, path = "/api/v1/entries/{id}/proof", tag = "log",
    params(("id" = String, Path), Of),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404)))]
pub async fn entry_proof(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<HttpResponse, ApiError> {
    let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let read = move |app: &App, permit: &Permit<ReadParty>| {
        let log_index = app.store.log_index(permit.party(), id)?;
        log_index.ok_or_else(Failure::not_found)?;
        let proven = proof::entry(&app.store, permit.party(), id)?;
        Ok(proven.ok_or_else(proof::not_yet)?.proof.to_string())
    };
    let text = with_leave(&app, session, party, read).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.tlog-proof\""),
        ))
        .body(text))
}

/// The bytes of an entry as its leaf hash covers them; with its proof they are all that is needed.
#[utoipa::path(get, path = "/api/v1/entries/{id}/bytes", tag = "log",
    params(("id" = String, Path), Of),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404)))]
pub async fn entry_bytes(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<HttpResponse, ApiError> {
    let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let read = move |app: &App, permit: &Permit<ReadParty>| {
        let stored = app.store.entry(permit.party(), id)?;
        Ok(stored.ok_or_else(Failure::not_found)?.bytes)
    };
    let bytes = with_leave(&app, session, party, read).await?;
    let disposition = format!("attachment; filename=\"{id}.json\"");
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(bytes))
}

/// How ledgers stand, the worst first: of the party named, of one's own, or of an officer's area.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "log", params(Of),
    responses((status = 200, body = Rows<LedgerAnswer>)))]
pub async fn overview(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<LedgerAnswer>>, ApiError> {
    let party = query.into_inner().party;
    let found = App::run(&app, move |app| ledgers::list(app, &session, party.as_ref())).await?;
    Ok(web::Json(Rows::all(found.into_iter().map(LedgerAnswer::from).collect())))
}

/// `POST /device/v1/checkpoint`.
pub async fn exchange(
    app: web::Data<App>,
    device: Device,
    body: web::Json<CheckpointRequest>,
) -> Result<web::Json<CheckpointAnswer>, ApiError> {
    let body = body.into_inner();
    Ok(web::Json(App::run(&app, move |app| held::exchange(app, &device.0, &body)).await?))
}
