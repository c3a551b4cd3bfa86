//! Net against what the papers say: small differences pass, large ones ask a person.
//!
//! The weight stands as it is either way. Taking it is no new fact; refusing the load withdraws the
//! batch, because it never entered the plant; keeping it open puts it on the list of 待核.

use rust_decimal::Decimal;
use tl_domain::event::BatchVoid;
use tl_domain::quantity::DecimalText;

use super::{Context, Done, record, refuse};
use crate::outbox::state::BatchView;
use crate::outbox::{Tx, WriteError, arrival_of};
use crate::words::Words;

/// Grams of a tonne.
const TONNE_GRAMS: i64 = 1_000_000;

/// How far the net is from the papers, in words, when it is further than `percent`.
///
/// # Errors
/// The database's.
pub(crate) fn asks(
    tx: &mut Tx<'_>,
    batch: &BatchView,
    percent: &DecimalText,
) -> Result<Option<String>, WriteError> {
    let arrival = arrival_of(tx.connection, &batch.id.to_string())?;
    let declared = arrival.and_then(|it| it.declared_grams);
    let declared = declared.and_then(|grams| Decimal::from_str_exact(&grams).ok());
    let (Some(declared), Some(net)) = (declared, batch.left) else {
        return Ok(None);
    };
    Ok(difference(declared, net, percent.value()))
}

/// `−1.8 %(−0.58 t)` when the two are further apart than `percent` of the declared figure.
pub(crate) fn difference(declared: Decimal, net: Decimal, percent: Decimal) -> Option<String> {
    let apart = net - declared;
    if declared <= Decimal::ZERO || apart.abs() * Decimal::ONE_HUNDRED <= percent * declared {
        return None;
    }
    let share = (apart * Decimal::ONE_HUNDRED / declared).round_dp(1);
    let tonnes = (apart / Decimal::from(TONNE_GRAMS)).round_dp(3).normalize();
    let sign = if apart > Decimal::ZERO { "+" } else { "−" };
    Some(format!("{sign}{} %({sign}{} t)", share.abs(), tonnes.abs()))
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Choice {
    /// 按实重.
    Accepted,
    /// 拒收.
    Refused,
    /// 待核.
    Kept,
}

/// Settles a difference; a refused load is withdrawn from the books.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    context: &Context,
    batch: &BatchView,
    choice: Choice,
    reason: &str,
) -> Result<Option<Done>, WriteError> {
    let id = batch.id.to_string();
    let arrival = arrival_of(tx.connection, &id)?;
    let words = arrival.and_then(|it| it.words).ok_or_else(|| {
        refuse("这个批次没有待定的差异", "this batch has no difference to settle")
    })?;
    match choice {
        Choice::Accepted => tx.set_question(&id, "accepted", None)?,
        Choice::Kept => tx.set_question(&id, "kept", None)?,
        Choice::Refused => {
            if reason.trim().is_empty() {
                return Err(refuse("拒收须填写原因", "a refusal needs a reason"));
            }
            let reason = format!("拒收:较申报 {words};{}", reason.trim());
            let entry = tx.new_id()?;
            let body = BatchVoid { batch: batch.id, reason };
            let (entry, notices) = record(tx, context, entry, body, batch.name())?;
            tx.set_question(&id, "refused", None)?;
            return Ok(Some(Done { entry, notices }));
        }
    }
    Ok(None)
}

/// The words of a difference.
pub(crate) fn words(difference: &str) -> Words {
    Words::new(format!("较申报 {difference}"), format!("{difference} against the declared net"))
}
