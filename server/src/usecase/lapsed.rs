//! New certificates for devices whose old one has ended: asked for with the event key, agreed to by
//! a person, issued once.
//!
//! The request is kept as a setting beside the device, at most one each; who agreed and when stays
//! with it. Who sends a request again gets a certificate for a key that only the device has.

use serde::{Deserialize, Serialize};
use tl_domain::ids::DeviceId;
use tl_domain::time::{DAY_MICROS, Micros};
use tl_ledger::Hash;
use tl_store::{DeviceState, Store, StoreError};
use tl_wire::device::{LapsedAnswer, LapsedRequest};
use tl_wire::problem::ErrorCode;

use super::enrolment::certificates;
use crate::app::App;
use crate::error::Failure;

/// Days for which an agreement holds.
const AGREED_DAYS: i64 = 7;
/// Digits that people compare.
const MARK_CHARS: usize = 8;

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Short text that both sides show.
    pub mark: String,
    /// SHA-256 of what the event key signed.
    pub request: Hash,
    /// When it first came, microseconds since 1970.
    pub asked_at: Micros,
    /// When somebody agreed.
    pub agreed_at: Option<Micros>,
    /// Who agreed.
    pub agreed_by: Option<String>,
    /// When the certificate was issued.
    pub issued_at: Option<Micros>,
}

fn setting(device: &DeviceId) -> String {
    format!("lapsed/{device}")
}

/// The last request of a device.
///
/// # Errors
/// The store's.
pub fn asked(store: &Store, device: &DeviceId) -> Result<Option<Asked>, StoreError> {
    let text = store.setting(&setting(device))?;
    // What an earlier version wrote otherwise counts as never asked: the device asks again.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn keep(store: &Store, device: &DeviceId, asked: &Asked) -> Result<(), StoreError> {
    let text = serde_json::to_string(asked).expect("a request holds text and integers");
    store.put_setting(&setting(device), &text)
}

/// Agrees to the request of a device, whose mark was compared.
///
/// # Errors
/// In words: nothing was asked, or something else than this mark.
pub fn agree(
    store: &Store,
    device: &DeviceId,
    mark: &str,
    who: &str,
    now: Micros,
) -> anyhow::Result<()> {
    let Some(mut asked) = asked(store, device)?.filter(|asked| asked.issued_at.is_none()) else {
        anyhow::bail!("device {device} has not asked for a new certificate");
    };
    if !asked.mark.eq_ignore_ascii_case(mark.trim()) {
        anyhow::bail!("device {device} asked under another mark: compare it at the device");
    }
    asked.agreed_at = Some(now);
    asked.agreed_by = Some(who.to_owned());
    tracing::info!(%device, who, "agreed to a new certificate");
    Ok(keep(store, device, &asked)?)
}

/// Takes a request: waits for a person, or issues what a person agreed to.
///
/// # Errors
/// `DeviceUnknown` for devices and keys that are not in service, `BadRequest` for a proof that does
/// not hold, `Conflict` while the old certificate is still good.
pub fn take(app: &App, request: &LapsedRequest) -> Result<LapsedAnswer, Failure> {
    let unknown = || Failure::new(ErrorCode::DeviceUnknown, "");
    let proof = hex::decode(&request.proof).unwrap_or_default();
    if !request.event_key.verifies(&request.proof_text(), &proof) {
        let detail = "proof: the event key did not sign this request";
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    let mut device = app.store.device(&request.device)?.ok_or_else(unknown)?;
    let keys = app.store.keys(&device.party)?;
    let known = keys.iter().any(|row| {
        row.key == request.event_key && row.device == device.id && row.revoked_at.is_none()
    });
    if !known
        || device.state != DeviceState::Active
        || device.key != Some(request.event_key.clone())
    {
        return Err(unknown());
    }
    let now = app.clock.micros();
    if device.certificate_until.is_some_and(|until| until > now) {
        let detail = "the certificate in use has not ended yet: renew with it";
        return Err(Failure::new(ErrorCode::Conflict, detail));
    }
    let page = request.page_csr_pem.as_deref();
    // Signed before anybody is asked: what can't be signed must not wait for a person.
    let (certificate_pem, page_certificate_pem) =
        certificates(app, device.id.as_str(), &request.csr_pem, page, &request.page_names)?;
    let hash = Hash::of(&request.proof_text());
    let fresh = || Asked {
        mark: hash.to_string().chars().take(MARK_CHARS).collect::<String>().to_ascii_uppercase(),
        request: hash,
        asked_at: now,
        agreed_at: None,
        agreed_by: None,
        issued_at: None,
    };
    let kept = asked(&app.store, &device.id)?.filter(|asked| asked.request == hash);
    let agreed = kept.as_ref().and_then(|asked| asked.agreed_at);
    if agreed.is_none_or(|at| now - at > AGREED_DAYS * DAY_MICROS) {
        let waiting = kept.clone().unwrap_or_else(fresh);
        if kept.is_none() {
            keep(&app.store, &device.id, &waiting)?;
        }
        return Ok(LapsedAnswer::Waiting { mark: waiting.mark });
    }
    let facts = crate::tls::facts_of_pem(&certificate_pem);
    device.certificate_serial = facts.as_ref().map(|facts| facts.serial.clone());
    device.certificate_until = facts.map(|facts| facts.until);
    if !app.store.activate_device(&device)? {
        return Err(unknown());
    }
    let issued = Asked { issued_at: Some(now), ..kept.unwrap_or_else(fresh) };
    keep(&app.store, &device.id, &issued)?;
    tracing::info!(device = %device.id, "new certificate after the end of the old one");
    Ok(LapsedAnswer::Issued { certificate_pem, page_certificate_pem })
}
