//! Devices that wait for an answer: bytes in, what they mean durable, and only then the answer.
//!
//! When nothing could be made durable nothing is answered, the connection ends and its decoder is
//! dropped, memory of repetitions included: the device sends again and is heard as for the first
//! time. An answer that was lost makes it send again too; what it says then is known by the outbox.

use serde_json::Value;
use tl_device::{Output, Reason};

use super::Ports;
use super::line::{Stream, pump, reopen};
use crate::outbox::WriteError;

/// Whether a refusal is about bytes that are no message at all: they get no answer that says
/// "kept", so only a bounded number of them is.
pub(super) fn is_damage(reason: Reason) -> bool {
    matches!(reason, Reason::Noise | Reason::BadFrame | Reason::BadChecksum | Reason::Truncated)
}

/// Listens to one connection until it is gone; says why. `keep` makes durable what came.
pub(super) fn converse<S: Stream>(
    ports: &Ports,
    name: &str,
    stream: &mut S,
    profile: &Value,
    mut keep: impl FnMut(Vec<Output>) -> Result<(), WriteError>,
) -> String {
    let mut decoder = match tl_device::decoder_for(profile) {
        Ok(decoder) => decoder,
        Err(error) => return error.to_string(),
    };
    pump(ports, stream, decoder.as_mut(), |decoder, outputs, stream| {
        let (outputs, replies) = (std::mem::take(outputs), decoder.take_replies());
        if !outputs.is_empty() {
            keep(outputs).map_err(|error| {
                tracing::warn!(port = name, %error, "not recorded, so not answered");
                ports.board.bad(name, &error.words().zh);
                format!("not recorded, so not answered: {error}")
            })?;
        }
        for reply in &replies {
            stream
                .write_all(&reply.bytes)
                .map_err(|error| format!("the answer {} was not sent: {error}", reply.name))?;
        }
        stream.flush().map_err(|error| error.to_string())
    })
}

/// Opens a device, listens, and opens it again until the agent stops.
pub(super) fn converse_again<S: Stream>(
    ports: &Ports,
    name: &str,
    open: impl FnMut() -> std::io::Result<S>,
    profile: &Value,
    mut keep: impl FnMut(Vec<Output>) -> Result<(), WriteError>,
) {
    reopen(ports, name, open, |stream| converse(ports, name, stream, profile, &mut keep));
}
