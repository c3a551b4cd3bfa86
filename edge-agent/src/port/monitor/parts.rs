//! Parts of a message that came over several connections: put together from what was kept.
//!
//! Each part is answered when it is kept, so the monitor never sends it again, also when the
//! connection or the agent ends before the others are there. Parts of other monitors are not
//! touched; what stays incomplete stays where it is, with its bytes.

use tl_device::hj212::telegram::Telegram;
use tl_device::{Output, Reason};

use crate::config::MonitorTcp;
use crate::outbox::{Tx, WriteError};

/// Reason under which a part waits for the others of its message.
pub(super) const HELD_PART: &str = "held_part";
/// Most parts that are looked at, the newest ones.
const HELD_MAX: i64 = 256;
/// `##` and the length before the segment; CRC and CR LF behind it.
const AROUND_SEGMENT_BYTES: usize = 6;

/// What the kept parts of the monitor of `part` amount to, where one of its messages is whole now.
///
/// # Errors
/// The outbox's.
pub(super) fn whole(
    tx: &mut Tx<'_>,
    config: &MonitorTcp,
    part: &[u8],
) -> Result<Vec<Output>, WriteError> {
    let (Some(monitor), Ok(mut decoder)) =
        (monitor_of(part), tl_device::decoder_for(&config.profile))
    else {
        return Ok(Vec::new());
    };
    let mut outputs = Vec::new();
    for held in tx.bytes_aside(&config.name, HELD_PART, HELD_MAX)? {
        if monitor_of(&held).as_ref() == Some(&monitor) {
            decoder.push(&held, &mut outputs);
        }
    }
    outputs.retain(|output| match output {
        Output::Accepted(_) => true,
        Output::Rejected(it) => !matches!(
            it.reason,
            Reason::IncompleteMessage | Reason::Duplicate | Reason::BadSequence
        ),
        Output::Skipped(_) => false,
    });
    Ok(outputs)
}

/// A message of parts is whole and recorded: none of its parts has to wait any more, those that
/// held only codes that are not read included. `telegrams` are those of its values.
///
/// # Errors
/// The outbox's.
pub(super) fn release(
    tx: &mut Tx<'_>,
    config: &MonitorTcp,
    telegrams: &[&[u8]],
) -> Result<(), WriteError> {
    let parts = telegrams.iter().filter_map(|it| message_of(it)).collect::<Vec<_>>();
    if parts.is_empty() {
        return Ok(());
    }
    for held in tx.bytes_aside(&config.name, HELD_PART, HELD_MAX)? {
        if message_of(&held).is_some_and(|message| parts.contains(&message)) {
            tx.release_aside(&config.name, HELD_PART, &held)?;
        }
    }
    Ok(())
}

/// What the parts of one message have in common; `None` for a telegram that is no part.
fn message_of(telegram: &[u8]) -> Option<(String, String, String, u16)> {
    let read = read(telegram)?;
    let data_time = read.item("DataTime").unwrap_or_default().to_owned();
    let count = read.part?.count;
    Some((read.mn, read.cn, data_time, count))
}

/// MN of a whole telegram.
fn monitor_of(telegram: &[u8]) -> Option<String> {
    read(telegram).map(|it| it.mn)
}

fn read(telegram: &[u8]) -> Option<Telegram> {
    let end = telegram.len().checked_sub(AROUND_SEGMENT_BYTES)?;
    Telegram::parse(telegram.get(AROUND_SEGMENT_BYTES..end)?).ok()
}
