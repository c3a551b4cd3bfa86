//! A station without a page: each scan registers a batch or weighs it, and the scanner answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::code::{CodeKind, read_scan};
use tl_domain::event::{Origin, Raw};

use super::receive::{self, Register};
use super::weigh::{self, Side, Weighed, Weighing};
use super::{Context, refuse};
use crate::config::{Station, StationWeigh};
use crate::outbox::state;
use crate::outbox::{Tx, WriteError};

/// What a scan at a station did, in words for the log.
pub(crate) fn scan(
    tx: &mut Tx<'_>,
    context: &Context,
    station: &Station,
    data: &str,
    raw: &[u8],
    weighing: Option<Weighing>,
) -> Result<&'static str, WriteError> {
    let (kind, code) =
        read_scan(data).map_err(|error| refuse(error.to_string(), error.to_string()))?;
    if kind.is_some_and(|kind| kind != CodeKind::Batch) {
        return Err(refuse(
            format!("{} 不是批次标签,请扫描批次标签", code.display()),
            format!("{} is no batch label; scan the batch's label", code.display()),
        ));
    }
    let known = state::batch_by_code(tx.connection, &context.site, &code)?;
    let (batch, did) = match known {
        Some(batch) => (batch, "known"),
        None => {
            receive::register(
                tx,
                context,
                &Register {
                    code: Some(code.clone()),
                    material: station.material.clone(),
                    origin: Origin::Arrival,
                    node: station.node.clone(),
                    stream: None,
                    supplier: None,
                    dispatch: None,
                    declared: None,
                    lot: None,
                    ticket: None,
                    raw: Some(Raw { base64: STANDARD.encode(raw), decoder: "scanner".to_owned() }),
                },
            )?;
            let batch = state::batch_by_code(tx.connection, &context.site, &code)?;
            let lost = || WriteError::Storage("the new batch is not there".to_owned());
            (batch.ok_or_else(lost)?, "registered")
        }
    };
    let Some(weighing) = weighing else {
        return Ok(did);
    };
    let side = match station.weigh {
        StationWeigh::Net => Side::Net,
        StationWeigh::GrossTare => match weigh::waits_for(&batch) {
            Some((side, _)) => side,
            None => Side::Gross,
        },
    };
    match weigh::weigh(tx, context, &batch, side, weighing)? {
        Weighed::Waiting(_) => Ok("first weight noted"),
        Weighed::Recorded(_) => Ok("weighed"),
    }
}
