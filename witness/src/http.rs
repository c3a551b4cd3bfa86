//! The witness's HTTP face: one request that writes, and what auditors read.
//!
//! | request | answer |
//! | --- | --- |
//! | `POST /add-checkpoint` | cosignature lines, or why not (c2sp.org/tlog-witness) |
//! | `GET /HASH/checkpoint` | the last checkpoint cosigned; HASH = SHA-256 of the origin, hex |
//! | `GET /alarms` | evidence in words, the worst kinds first |
//! | `GET /alarms/NAME/FILE` | a file of the evidence |
//! | `GET /vkey` | the key to verify cosignatures with; compare it by another way |
//! | `GET /healthz` | 200, or 503 when signing has stopped for a log |
//!
//! Nobody signs in: what counts is the signature on a checkpoint. Bodies are bounded in size and
//! time, and every judgement runs beside the workers because it waits for the disk.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use tl_ledger::Hash;
use tokio::time::timeout;

use crate::alarm::{AlarmName, Evidence};
use crate::cosign::{Denial, Witness};
use crate::limits::{BODY_BYTES_MAX, BODY_TIME};

/// Header in which a log announces its key to a witness that trusts at first use.
const ANNOUNCE: &str = "tl-log-key";
/// Content type of a size, for a wrong old size.
const SIZE_TYPE: &str = "text/x.tlog.size";
/// Most alarms that one answer tells in words.
const ALARMS_SHOWN_MAX: usize = 200;

/// The routes of the witness.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/add-checkpoint", web::post().to(add_checkpoint))
        .route("/alarms", web::get().to(alarms))
        .route("/alarms/{name}/{file}", web::get().to(evidence))
        .route("/vkey", web::get().to(vkey))
        .route("/healthz", web::get().to(healthz))
        .route("/{hash}/checkpoint", web::get().to(checkpoint));
}

async fn add_checkpoint(
    request: HttpRequest,
    payload: web::Payload,
    witness: web::Data<Witness>,
) -> HttpResponse {
    let body = match timeout(BODY_TIME, payload.to_bytes_limited(BODY_BYTES_MAX)).await {
        Ok(Ok(Ok(body))) => body,
        Ok(Ok(Err(error))) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
        Ok(Err(_)) => {
            let why = format!("a request has at most {BODY_BYTES_MAX} bytes");
            return refused(StatusCode::PAYLOAD_TOO_LARGE, &why);
        }
        Err(_) => {
            let why = format!("the body did not come within {} s", BODY_TIME.as_secs());
            return refused(StatusCode::REQUEST_TIMEOUT, &why);
        }
    };
    let announced = match request.headers().get(ANNOUNCE).map(|key| key.as_bytes().to_vec()) {
        None => None,
        Some(bytes) => match String::from_utf8(bytes) {
            Ok(key) => Some(key),
            Err(_) => return text(StatusCode::BAD_REQUEST, "tl-log-key is not UTF-8\n".to_owned()),
        },
    };
    let judged = web::block(move || witness.add(&body, announced.as_deref())).await;
    match judged {
        Ok(Ok(signature)) => text(StatusCode::OK, signature.to_string()),
        Ok(Err(denial)) => denied(&denial),
        Err(error) => fault(&error),
    }
}

async fn checkpoint(hash: web::Path<String>, witness: web::Data<Witness>) -> HttpResponse {
    let Ok(hash) = hash.parse::<Hash>() else {
        let why = "a log is named by the SHA-256 of its origin, 64 lower-case hex digits\n";
        return text(StatusCode::NOT_FOUND, why.to_owned());
    };
    match web::block(move || witness.checkpoint(&hash)).await {
        Ok(Ok(Some(checkpoint))) => text(StatusCode::OK, checkpoint.to_string()),
        Ok(Ok(None)) => {
            text(StatusCode::NOT_FOUND, "nothing of this log was cosigned\n".to_owned())
        }
        Ok(Err(denial)) => denied(&denial),
        Err(error) => fault(&error),
    }
}

async fn alarms(witness: web::Data<Witness>) -> HttpResponse {
    match web::block(move || in_words(&witness)).await {
        Ok(Ok(words)) => text(StatusCode::OK, words),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

fn in_words(witness: &Witness) -> io::Result<String> {
    let alarms = witness.alarms();
    let names = alarms.list()?;
    let mut words = format!("{} alarms\n", names.len());
    for name in names.iter().take(ALARMS_SHOWN_MAX) {
        let told = alarms.read(*name, Evidence::Alarm)?;
        words.push_str(&format!("\nalarm {name}\n{}", String::from_utf8_lossy(&told)));
    }
    Ok(words)
}

async fn evidence(path: web::Path<(String, String)>, witness: web::Data<Witness>) -> HttpResponse {
    // Names are read into what they mean, so no path can lead out of the folder.
    let (name, file) = path.into_inner();
    let (Ok(name), Ok(file)) = (name.parse::<AlarmName>(), file.parse::<Evidence>()) else {
        return text(StatusCode::NOT_FOUND, "there is no such evidence\n".to_owned());
    };
    match web::block(move || witness.alarms().read(name, file)).await {
        Ok(Ok(bytes)) => text(StatusCode::OK, String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            text(StatusCode::NOT_FOUND, "there is no such evidence\n".to_owned())
        }
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

async fn vkey(witness: web::Data<Witness>) -> HttpResponse {
    text(StatusCode::OK, format!("{}\n", witness.verifier()))
}

async fn healthz(witness: web::Data<Witness>) -> HttpResponse {
    match web::block(move || witness.health()).await {
        Ok(Ok(health)) => {
            let (status, word) = match health.stopped {
                0 => (StatusCode::OK, "ok"),
                _ => (StatusCode::SERVICE_UNAVAILABLE, "signing has stopped for some logs"),
            };
            let words = format!(
                "{word}\nlogs {}\nstopped {}\nalarms {}\nsuspicions {}\n",
                health.logs, health.stopped, health.alarms, health.suspicions
            );
            text(status, words)
        }
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

/// What no route names.
pub(crate) async fn nowhere() -> HttpResponse {
    text(StatusCode::NOT_FOUND, "there is nothing here\n".to_owned())
}

fn denied(denial: &Denial) -> HttpResponse {
    let status = StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match denial.size() {
        Some(size) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, SIZE_TYPE))
            .body(format!("{size}\n")),
        None => {
            if status.is_server_error() {
                tracing::warn!(%denial, "a request was not served");
            }
            text(status, format!("{denial}\n"))
        }
    }
}

/// A body that was not read to its end: the connection can't be used again.
fn refused(status: StatusCode, why: &str) -> HttpResponse {
    HttpResponse::build(status)
        .force_close()
        .content_type(ContentType::plaintext())
        .body(format!("{why}\n"))
}

fn fault(error: &dyn std::fmt::Display) -> HttpResponse {
    tracing::error!(%error, "a fault of the witness");
    text(StatusCode::INTERNAL_SERVER_ERROR, format!("a fault of the witness: {error}\n"))
}

fn text(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::plaintext()).body(body)
}
