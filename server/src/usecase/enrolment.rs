//! Enrolment and renewal of devices.
//!
//! Everything about the request is checked before the token is burnt; the token is burnt in one
//! transaction before anything is issued, so that two boxes can't enrol with one token.

use std::net::IpAddr;

use tl_domain::event::{Body, KeyEnrol};
use tl_store::{Device, DeviceState, Draft};
use tl_wire::device::{
    EnrolAnswer, EnrolRequest, EntryResult, PreviousEpoch, RenewAnswer, RenewRequest, enrol_proof,
};
use tl_wire::problem::ErrorCode;

use super::installation::token_hash;
use super::updates;
use crate::app::App;
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;
use crate::random;
use crate::tls::{AuthorityError, facts_of_pem};

/// Enrols the device that a token was printed for.
///
/// # Errors
/// `BadRequest` for requests and proofs that do not hold, `TokenInvalid`, or the store's.
pub fn enrol(app: &App, request: &EnrolRequest) -> Result<EnrolAnswer, Failure> {
    let now = app.clock.micros();
    check_proof(request)?;
    // Signed once for a placeholder: a request that can't be signed must not cost the token.
    app.authority.device(&request.csr_pem, "check", now).map_err(bad_request)?;
    if let Some(page) = &request.page_csr_pem {
        let names = &request.page_names;
        refuse_own_names(app, names)?;
        app.authority.device_page(page, "check", names, now).map_err(bad_request)?;
    }
    let hash = token_hash(&request.token);
    let Some(mut device) = app.store.use_enrol_token(&hash, now)? else {
        return Err(Failure::new(ErrorCode::TokenInvalid, ""));
    };
    if device.state == DeviceState::Revoked {
        return Err(Failure::new(ErrorCode::DeviceUnknown, ""));
    }
    let id = device.id.as_str();
    let certificate_pem = app.authority.device(&request.csr_pem, id, now).map_err(bad_request)?;
    let page_certificate_pem = match &request.page_csr_pem {
        Some(page) => Some(
            app.authority.device_page(page, id, &request.page_names, now).map_err(bad_request)?,
        ),
        None => None,
    };
    settle_key(app, &mut device, request)?;
    let facts = facts_of_pem(&certificate_pem);
    device.certificate_serial = facts.as_ref().map(|facts| facts.serial.clone());
    device.certificate_until = facts.map(|facts| facts.until);
    if !app.store.activate_device(&device)? {
        return Err(Failure::new(ErrorCode::DeviceUnknown, ""));
    }
    let previous = previous_epoch(app, &device)?;
    tracing::info!(device = %device.id, party = %device.party, "device enrolled");
    Ok(EnrolAnswer {
        device: device.id,
        party: device.party,
        site: device.site,
        role: device.role,
        epoch: device.epoch,
        previous,
        certificate_pem,
        page_certificate_pem,
        ca_pem: app.authority.pem().to_owned(),
        device_url: device_url(app)?,
        snapshot_key: app.keys.snapshot().public(),
        update_key: updates::key(&app.config.keys).map_err(|error| Failure::internal(&error))?,
    })
}

/// The new certificate of a device, for a new key.
///
/// # Errors
/// `BadRequest` for a request that can't be signed, or names that are the server's.
pub fn renew(app: &App, device: &Device, request: &RenewRequest) -> Result<RenewAnswer, Failure> {
    let page = request.page_csr_pem.as_deref();
    let (certificate_pem, page_certificate_pem) =
        certificates(app, device.id.as_str(), &request.csr_pem, page, &request.page_names)?;
    Ok(RenewAnswer { certificate_pem, page_certificate_pem })
}

/// A client certificate and, where asked for, one of the page.
pub(super) fn certificates(
    app: &App,
    id: &str,
    csr_pem: &str,
    page: Option<&str>,
    names: &[String],
) -> Result<(String, Option<String>), Failure> {
    let now = app.clock.micros();
    refuse_own_names(app, names)?;
    let certificate_pem = app.authority.device(csr_pem, id, now).map_err(bad_request)?;
    let page_pem = match page {
        Some(page) => Some(app.authority.device_page(page, id, names, now).map_err(bad_request)?),
        None => None,
    };
    Ok((certificate_pem, page_pem))
}

/// Enters the event key into the party's log, unless it is there already (a certificate that had
/// lapsed). A new key on a known device is a new box or a new store: it opens the next epoch.
fn settle_key(app: &App, device: &mut Device, request: &EnrolRequest) -> Result<(), Failure> {
    let keys = app.store.keys(&device.party)?;
    let held = keys.iter().find(|row| row.key == request.event_key);
    if let Some(row) = held {
        if row.device != device.id || row.revoked_at.is_some() {
            let detail = "this event key belongs to another device or was revoked: make a new one";
            return Err(Failure::new(ErrorCode::Conflict, detail));
        }
        return Ok(());
    }
    if let Some(head) = app.store.stream_head(&device.party, &device.id)? {
        device.epoch = head.epoch + 1;
    }
    device.key = Some(request.event_key.clone());
    let enrol = KeyEnrol {
        device: device.id.clone(),
        key: request.event_key.clone(),
        role: device.role,
        site: Some(device.site.clone()),
    };
    let draft = Draft {
        party: device.party.clone(),
        id: random::entry_id(&app.clock),
        body: Body::from(enrol),
        operator: None,
        observed_at: app.clock.moment(CHINA_OFFSET_SECONDS),
        attest: None,
    };
    match app.append_own(vec![draft])?.as_slice() {
        [EntryResult::Stored { .. }] => Ok(()),
        other => Err(Failure::internal(&format!("the key was not entered: {other:?}"))),
    }
}

/// Where the device's stream ended before the epoch in which it begins now. Also for a key that is
/// known already: the answer to the first try may have been lost.
fn previous_epoch(app: &App, device: &Device) -> Result<Option<PreviousEpoch>, Failure> {
    let head = app.store.stream_head(&device.party, &device.id)?;
    let ended = head.filter(|head| head.epoch < device.epoch);
    Ok(ended.map(|head| PreviousEpoch {
        epoch: head.epoch,
        dseq: head.acked_through,
        head: head.head,
    }))
}

fn check_proof(request: &EnrolRequest) -> Result<(), Failure> {
    let proof = hex::decode(&request.proof).unwrap_or_default();
    let message = enrol_proof(&request.token, &request.csr_pem);
    if request.event_key.verifies(&message, &proof) {
        return Ok(());
    }
    let detail = "proof: the event key did not sign this token and certificate request";
    Err(Failure::new(ErrorCode::BadRequest, detail))
}

/// Who holds a certificate with a name of the server passes for the server: no device gets one. The
/// names of the machine itself are nobody's.
fn refuse_own_names(app: &App, names: &[String]) -> Result<(), Failure> {
    let plain = |name: &str| {
        name.parse::<IpAddr>().map_or_else(|_| name.to_ascii_lowercase(), |ip| ip.to_string())
    };
    let here =
        |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let device_host = device_url(app)?;
    let device_host = device_host.trim_start_matches("https://");
    let device_host = device_host.rsplit_once(':').map_or(device_host, |(host, _)| host);
    let config = &app.config;
    let own = config.names.iter().chain([&config.qr_host]).map(String::as_str);
    let own: Vec<String> = own.chain([device_host.trim_matches(['[', ']'])]).map(plain).collect();
    let taken = names.iter().map(|name| plain(name)).find(|name| !here(name) && own.contains(name));
    let Some(taken) = taken else { return Ok(()) };
    let detail = format!("page name {taken:?} is a name of the server: give the page its own name");
    Err(Failure::new(ErrorCode::BadRequest, detail))
}

fn bad_request(error: AuthorityError) -> Failure {
    match error {
        AuthorityError::Request(_) => Failure::new(ErrorCode::BadRequest, error.to_string()),
        other => Failure::internal(&other),
    }
}

fn device_url(app: &App) -> Result<String, Failure> {
    app.device_url.get().cloned().ok_or_else(|| Failure::internal("the device port is not bound"))
}
