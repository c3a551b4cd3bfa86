//! Label codes: drawn at random inside the leased blocks, each used once.
//!
//! A code is marked as used in the transaction of the entry that claims it, so that a crash gives
//! no label twice. Codes can't be enumerated, because neighbours in a block are not used in order.

use tl_domain::code::{Code, CodeKind};
use tl_wire::snapshot::{CodeLease, Snapshot};

use super::refuse;
use crate::outbox::{Tx, WriteError, owner_of_code, printed_ahead};
use crate::site::Site;

/// Random draws before the block is searched in order.
const DRAWS_MAX: u32 = 64;
/// Values searched in order after the draws.
const SEARCH_MAX: u64 = 100_000;

/// Draws a fresh code; the entry that carries it claims it in the same transaction.
///
/// # Errors
/// A refusal when no leased code is left.
pub(crate) fn draw(tx: &mut Tx<'_>, site: &Site) -> Result<Code, WriteError> {
    let now = tx.now();
    let leases: Vec<(u64, u64)> = site
        .snapshot
        .iter()
        .flat_map(|snapshot| &snapshot.leases)
        .filter(|lease| lease.expires_micros > now)
        .filter_map(block)
        .collect();
    let total: u64 = leases.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return Err(no_codes());
    }
    for _ in 0..DRAWS_MAX {
        let nth = random_below(total)?;
        if let Some(code) = try_value(tx, site, value_at(&leases, nth))? {
            return Ok(code);
        }
    }
    let start = random_below(total)?;
    for step in 0..total.min(SEARCH_MAX) {
        let value = value_at(&leases, (start + step) % total);
        if let Some(code) = try_value(tx, site, value)? {
            return Ok(code);
        }
    }
    Err(no_codes())
}

/// Whether a code lies in a block that was leased to this agent, also in one that has expired:
/// nobody
/// else gives it out.
pub(crate) fn leased(site: &Site, code: &Code) -> bool {
    let leases = site.snapshot.iter().flat_map(|snapshot| &snapshot.leases).filter_map(block);
    let value = code.value();
    leases.into_iter().any(|(start, count)| (start..start.saturating_add(count)).contains(&value))
}

/// The name of a kind as it is stored.
pub(crate) fn kind_name(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Batch => "batch",
        CodeKind::Sample => "sample",
        CodeKind::Handover => "handover",
        CodeKind::Place => "place",
        CodeKind::Command => "command",
    }
}

/// A kind by its stored name.
pub(crate) fn kind_of(name: &str) -> Option<CodeKind> {
    use CodeKind::{Batch, Command, Handover, Place, Sample};
    [Batch, Sample, Handover, Place, Command].into_iter().find(|kind| kind_name(*kind) == name)
}

fn no_codes() -> WriteError {
    refuse(
        "本机没有可用的标签号段;请联网同步,或扫描预印标签",
        "no leased label codes are left; connect to the server, or scan a printed label",
    )
}

fn block(lease: &CodeLease) -> Option<(u64, u64)> {
    lease.start.parse().ok().map(|start| (start, lease.count))
}

fn value_at(leases: &[(u64, u64)], mut nth: u64) -> u64 {
    for (start, count) in leases {
        if nth < *count {
            return start + nth;
        }
        nth -= count;
    }
    u64::MAX
}

fn try_value(tx: &mut Tx<'_>, site: &Site, value: u64) -> Result<Option<Code>, WriteError> {
    let Some(code) = Code::issue(value) else {
        return Ok(None);
    };
    let used =
        owner_of_code(tx.connection, &code)?.is_some() || printed_ahead(tx.connection, &code)?;
    let known = site.snapshot.as_ref().is_some_and(|snapshot| is_known(snapshot, &code));
    Ok((!used && !known).then_some(code))
}

/// Codes that other programs already gave to something of this site.
fn is_known(snapshot: &Snapshot, code: &Code) -> bool {
    snapshot.batches.iter().any(|batch| batch.code.as_ref() == Some(code))
        || snapshot.samples.iter().any(|sample| sample.code.as_ref() == Some(code))
        || snapshot.expected.iter().any(|arrival| arrival.dispatch.code == *code)
}

fn random_below(limit: u64) -> Result<u64, WriteError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| WriteError::Storage(error.to_string()))?;
    // Multiplying maps the 64 random bits evenly enough: blocks are far below 2^45.
    let wide = u128::from(u64::from_be_bytes(bytes)) * u128::from(limit);
    Ok(u64::try_from(wide >> 64).expect("below the limit, which has 64 bits"))
}
