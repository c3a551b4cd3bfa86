//! The box behind a request of the device port: an extractor, like `Session`.
//!
//! The TLS handshake proves that the certificate is ours; whether its device may still speak is
//! looked up here, on each request. Of a device's certificates the newest one seen counts: the
//! first request with a renewed certificate retires the old one.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use tl_store::DeviceState;
use tl_wire::problem::ErrorCode;

use super::session::micros;
use crate::app::App;
use crate::error::{ApiError, Failure};
use crate::limits::SESSION_TOUCH;
use crate::tls::PeerDevice;

/// An enrolled device.
#[derive(Debug, Clone)]
pub struct Device(pub tl_store::Device);

impl FromRequest for Device {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let peer = request.conn_data::<PeerDevice>().cloned();
        let app = request.app_data::<web::Data<App>>().cloned();
        Box::pin(async move {
            let (Some(peer), Some(app)) = (peer, app) else { return Err(unknown().into()) };
            Ok(App::run(&app, move |app| find(app, &peer)).await?)
        })
    }
}

fn find(app: &App, peer: &PeerDevice) -> Result<Device, Failure> {
    let mut device = app.store.device(&peer.device)?.ok_or_else(unknown)?;
    if device.state != DeviceState::Active {
        return Err(unknown());
    }
    let now = app.clock.micros();
    if device.certificate_serial.as_deref() != Some(peer.serial.as_str()) {
        if device.certificate_until.is_some_and(|until| peer.until < until) {
            return Err(Failure::new(
                ErrorCode::DeviceUnknown,
                "this certificate was replaced by a newer one of the same device",
            ));
        }
        // Only the certificate is written: whoever revokes the device meanwhile wins.
        if !app.store.note_certificate(&device.id, &peer.serial, peer.until)? {
            return Err(unknown());
        }
        device.certificate_serial = Some(peer.serial.clone());
        device.certificate_until = Some(peer.until);
    }
    if device.seen_at.is_none_or(|seen| now - seen > micros(SESSION_TOUCH)) {
        app.store.touch_device(&device.id, now)?;
    }
    Ok(Device(device))
}

fn unknown() -> Failure {
    Failure::new(ErrorCode::DeviceUnknown, "")
}
