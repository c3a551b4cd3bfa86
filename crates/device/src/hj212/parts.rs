//! Messages in parts: held until every part is there, given back as incomplete otherwise.
//!
//! Each part has its own QN and is answered on its own (table C.50), so what is held is told as
//! skipped with its bytes: the port keeps them before it answers. Bounded in messages and parts.

use std::collections::{BTreeMap, VecDeque};

use super::telegram::{Part, Telegram};
use crate::decoder::{Output, Rejection, Skipped, count};
use crate::framing::frame::Frame;
use crate::limits::{HJ212_MESSAGES_MAX, HJ212_PARTS_MAX, RAW_BYTES_MAX, head};
use crate::reading::{Reason, Refusal};

/// Messages that wait for parts, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Parts {
    messages: VecDeque<Message>,
}

/// What a part came to.
pub(super) enum Arrival {
    /// It was the last one missing: everything, in the order of the parts.
    Whole(Vec<Output>),
    /// Others are missing.
    Held(Skipped),
    /// It does not belong here.
    Refused(Refusal),
}

/// What parts of one message have in common.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    mn: String,
    st: String,
    cn: String,
    data_time: Option<String>,
    count: u16,
}

#[derive(Debug)]
struct Message {
    key: Key,
    parts: BTreeMap<u16, Held>,
}

#[derive(Debug)]
struct Held {
    parameters: String,
    raw: Vec<u8>,
    offset: u64,
    outputs: Vec<Output>,
}

impl Parts {
    /// Takes a part with what it gives.
    pub(super) fn take(
        &mut self,
        frame: &Frame<'_>,
        telegram: &Telegram,
        part: Part,
        outputs: Vec<Output>,
        out: &mut Vec<Output>,
    ) -> Arrival {
        let Part { count, number } = part;
        if usize::from(count) > HJ212_PARTS_MAX {
            let detail = format!("a message of {count} parts; at most {HJ212_PARTS_MAX}");
            return Arrival::Refused(Refusal::new(Reason::TooLong, detail));
        }
        let key = Key {
            mn: telegram.mn.clone(),
            st: telegram.st.clone(),
            cn: telegram.cn.clone(),
            data_time: telegram.item("DataTime").map(str::to_owned),
            count,
        };
        let parameters = telegram.parameters_text.clone();
        let raw = head(frame.raw, RAW_BYTES_MAX);
        let held = Held { parameters, raw, offset: frame.offset, outputs };
        let index = match self.messages.iter().position(|it| it.key == key) {
            Some(index) => index,
            None => {
                if self.messages.len() >= HJ212_MESSAGES_MAX {
                    self.messages.pop_front().into_iter().for_each(|it| it.give_up(out));
                }
                self.messages.push_back(Message { key, parts: BTreeMap::new() });
                self.messages.len() - 1
            }
        };
        let message = self.messages.get_mut(index).expect("found or added above");
        if let Some(known) = message.parts.get(&number) {
            return Arrival::Refused(known.repeated(&held, number));
        }
        let (raw, offset) = (held.raw.clone(), held.offset);
        message.parts.insert(number, held);
        if message.parts.len() < usize::from(count) {
            let why = format!("part {number} of {count}: held until the others are there");
            return Arrival::Held(Skipped { why, item: None, raw, offset });
        }
        let message = self.messages.remove(index).expect("found or added above");
        Arrival::Whole(message.parts.into_values().flat_map(|it| it.outputs).collect())
    }

    /// Gives back everything that waits.
    pub(super) fn end(&mut self, out: &mut Vec<Output>) {
        self.messages.drain(..).for_each(|it| it.give_up(out));
    }

    /// Bytes held back.
    pub(super) fn buffered(&self) -> usize {
        let held = self.messages.iter().flat_map(|it| it.parts.values());
        held.map(|it| it.raw.len()).sum()
    }
}

impl Held {
    fn repeated(&self, again: &Self, number: u16) -> Refusal {
        if self.parameters == again.parameters {
            let detail = format!("part {number} again: answered again, kept once");
            return Refusal::new(Reason::Duplicate, detail);
        }
        let detail = format!("part {number} again, with other values than the first time");
        Refusal::new(Reason::BadSequence, detail)
    }
}

impl Message {
    fn give_up(self, out: &mut Vec<Output>) {
        let (have, wanted) = (self.parts.len(), self.key.count);
        for (number, held) in self.parts {
            let detail = format!("part {number}: {have} of {wanted} parts came");
            out.push(Output::Rejected(Rejection {
                reason: Reason::IncompleteMessage,
                detail,
                length: count(held.raw.len()),
                raw: held.raw,
                offset: held.offset,
            }));
        }
    }
}
