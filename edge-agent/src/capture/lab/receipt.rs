//! 样品接收: a pot is taken over by the laboratory and gets the number that the analyst works with.
//!
//! The number says the day and the order of receipt and nothing of the supplier. A pot is received
//! once; scanning it again says so and changes nothing.

use tl_domain::code::read_scan;

use super::facts;
use crate::capture::{Context, refuse, sample};
use crate::outbox::lab::{self as rows, Receipt};
use crate::outbox::{Db, Query, Tx, WriteError, sample_by_id};
use crate::site::Site;

/// A pot that was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// What is kept of it.
    pub(crate) receipt: Receipt,
    /// Whether it had been received before.
    pub(crate) again: bool,
}

/// Receives the pot that a scan or a typed name means.
///
/// # Errors
/// A refusal that repeats what was read, or the outbox's.
pub(crate) fn receive(
    tx: &mut Tx<'_>,
    context: &Context,
    text: &str,
) -> Result<Received, WriteError> {
    let sample = find(tx.connection, &context.site, text)?.ok_or_else(|| unknown(text))?;
    if let Some(receipt) = rows::receipt(tx.connection, &sample)? {
        return Ok(Received { receipt, again: true });
    }
    let operator = context.operator.as_ref().map(ToString::to_string).unwrap_or_default();
    let known = sample_by_id(tx.connection, &sample)?;
    let (code, lab_name) = match (&known, context.site.sample(&sample)) {
        (Some(own), _) => (own.code.clone(), own.lab_name.clone()),
        (None, Some(known)) => {
            (known.code.as_ref().map(|code| code.as_str().to_owned()), known.lab_name.clone())
        }
        (None, None) => (None, None),
    };
    let material = facts::of_sample(tx.connection, &context.site, &sample)?.material;
    let receipt = Receipt {
        number: next_number(tx)?,
        sample,
        code,
        lab_name,
        material,
        operator,
        received_micros: tx.now(),
    };
    tx.keep_receipt(&receipt)?;
    Ok(Received { receipt, again: false })
}

/// The sample that a scan, a blind number or a laboratory's name means; the pot's own code comes
/// first.
pub(crate) fn find(db: &mut Db, site: &Site, text: &str) -> Query<Option<String>> {
    let text = text.trim();
    if let Some(found) = sample::by_name(db, site, text)? {
        return Ok(Some(found));
    }
    Ok(rows::receipt_of_number(db, text)?.map(|receipt| receipt.sample))
}

/// Why a name means no sample, with what to do.
pub(crate) fn unknown(text: &str) -> WriteError {
    let text = text.trim();
    let read: String = text.chars().take(READ_CHARS).collect();
    if read.is_empty() {
        return refuse("请扫样签,或输入样品编号", "scan a pot, or type its number");
    }
    match read_scan(text) {
        Ok((_, code)) => refuse(
            format!("本机没有样品 {};请先取样登记,或联网同步后再扫", code.display()),
            format!("sample {} is not known here; take it first, or connect", code.display()),
        ),
        Err(tl_domain::code::CodeError::Check { read }) => refuse(
            format!("读到“{read}”,校验位不符,请重扫或手输"),
            format!("read {read:?}: the check symbol does not fit; scan again or type it"),
        ),
        Err(_) => refuse(
            format!("“{read}”不是本机的样签、盲码或化验室样品名,请核对后重扫"),
            format!("{read:?} is no pot, blind number or laboratory name known here; scan again"),
        ),
    }
}

/// The day and a number within it: `261124-07`.
fn next_number(tx: &mut Tx<'_>) -> Result<String, WriteError> {
    let day = tx.moment(tx.now()).at().format("%y%m%d").to_string();
    let mut count = rows::receipts_numbered(tx.connection, &format!("{day}-"))?;
    loop {
        count += 1;
        let number = format!("{day}-{count:02}");
        if rows::receipt_of_number(tx.connection, &number)?.is_none() {
            return Ok(number);
        }
    }
}

/// Most characters of a scan that a message repeats.
const READ_CHARS: usize = 40;
