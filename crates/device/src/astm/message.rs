//! Messages of a session: records from H to L, released as a whole.
//!
//! A result belongs to the order before it; a patient record ends the order. What comes before a
//! header, or after a header that cannot be read, gives nothing.

use super::frame::Frame;
use super::record::Delimiters;
use super::result::{self, Found};
use super::{Profile, SampleField};
use crate::decoder::{Accepted, Output, Rejection, Skipped, count};
use crate::limits::{ASTM_MESSAGE_BYTES_MAX, ASTM_RECORDS_MAX, RAW_BYTES_MAX, head, quoted};
use crate::reading::{Reading, Reason, Refusal};
use crate::table::encoding::decode_text;

/// The messages of one session.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Frames of a record that goes on in the next one.
    open: Piece,
    /// The message whose L has not come yet.
    message: Option<Message>,
}

/// Text of frames with their bytes.
#[derive(Debug, Default)]
struct Piece {
    text: Vec<u8>,
    raw: Vec<u8>,
    offset: u64,
}

/// The bytes that a record came in.
#[derive(Debug, Clone, Copy)]
struct Evidence<'a> {
    raw: &'a [u8],
    offset: u64,
}

#[derive(Debug)]
struct Message {
    delimiters: Option<Delimiters>,
    /// The sample of the order that is open.
    sample: Option<String>,
    /// Orders seen so far, to know which results belong together.
    orders: usize,
    entries: Vec<Entry>,
    /// The first bytes, and how many there were.
    raw: Vec<u8>,
    length: usize,
    offset: u64,
}

/// What one record gave, with its bytes.
#[derive(Debug)]
struct Entry {
    found: Found,
    order: usize,
    raw: Vec<u8>,
    offset: u64,
}

impl Messages {
    /// Takes an accepted frame; a message that ends in it is released to `out`.
    pub(super) fn take(
        &mut self,
        profile: &Profile,
        frame: &Frame<'_>,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let held = self.buffered() + frame.raw.len();
        if held > ASTM_MESSAGE_BYTES_MAX {
            let detail = format!("a message of more than {ASTM_MESSAGE_BYTES_MAX} bytes");
            return Err(Refusal::new(Reason::TooLong, detail));
        }
        if self.open.raw.is_empty() {
            self.open.offset = frame.offset;
        }
        self.open.text.extend(frame.text);
        self.open.raw.extend(frame.raw);
        if frame.last {
            let Piece { text, raw, offset } = std::mem::take(&mut self.open);
            let records: Vec<&[u8]> =
                text.split(|byte| *byte == b'\r').filter(|it| !it.is_empty()).collect();
            // Several records in one frame: each has its own bytes, not the frame's again.
            let alone = records.len() == 1;
            for record in records {
                let raw = if alone { raw.as_slice() } else { record };
                self.record(profile, record, Evidence { raw, offset }, out);
            }
        }
        Ok(())
    }

    /// The bytes of a message that never ended, how many there were, and where it began.
    pub(super) fn unfinished(self) -> Option<(Vec<u8>, usize, u64)> {
        match self.message {
            Some(message) => {
                let length = message.length + self.open.raw.len();
                Some(([message.raw, self.open.raw].concat(), length, message.offset))
            }
            None if self.open.raw.is_empty() => None,
            None => Some((self.open.raw.clone(), self.open.raw.len(), self.open.offset)),
        }
    }

    pub(super) fn buffered(&self) -> usize {
        let message = self.message.as_ref().map_or(0, |it| {
            it.raw.len() + it.entries.iter().map(|entry| entry.raw.len()).sum::<usize>()
        });
        self.open.raw.len() + message
    }

    fn record(
        &mut self,
        profile: &Profile,
        bytes: &[u8],
        piece: Evidence<'_>,
        out: &mut Vec<Output>,
    ) {
        let refused = |refusal: Refusal| rejected(refusal, piece.raw, piece.offset);
        let text = match decode_text(bytes, None) {
            Ok(decoded) => decoded.text,
            Err(error) => {
                let refusal = Refusal::new(Reason::BadEncoding, error.to_string());
                match &mut self.message {
                    Some(message) => message.add(Found::Refused(refusal), piece),
                    None => out.push(refused(refusal)),
                }
                return;
            }
        };
        if text.starts_with('H') {
            if let Some(message) = self.message.take() {
                let detail =
                    "a new header before the record L: the message before it gives nothing";
                let refusal = Refusal::new(Reason::IncompleteMessage, detail);
                out.push(rejected(refusal, &message.raw, message.offset));
            }
            self.message = Some(Message::new(&text, piece));
            return;
        }
        let Some(message) = &mut self.message else {
            let detail = format!("record {:?} before a header H", quoted(&text));
            out.push(refused(Refusal::new(Reason::BadSequence, detail)));
            return;
        };
        message.keep(piece);
        let Some(delimiters) = message.delimiters.filter(|_| !text.starts_with('L')) else {
            if text.starts_with('L') {
                let ended = self.message.take();
                out.extend(ended.into_iter().flat_map(|it| it.released(profile, &text)));
            }
            return;
        };
        match text.chars().next() {
            Some('P') => message.sample = None,
            Some('O') => message.order(profile, &delimiters, &text),
            Some('R') => {
                let found = result::read(profile, &delimiters, message.sample.as_deref(), &text);
                message.add(found, piece);
            }
            Some('C' | 'M' | 'S' | 'Q') => {}
            _ => {
                let detail = format!("record {:?} is of no known type", quoted(&text));
                message.add(Found::Refused(Refusal::new(Reason::BadField, detail)), piece);
            }
        }
    }
}

impl Message {
    fn new(header: &str, piece: Evidence<'_>) -> Self {
        let mut message = Self {
            delimiters: None,
            sample: None,
            orders: 0,
            entries: Vec::new(),
            raw: Vec::new(),
            length: 0,
            offset: piece.offset,
        };
        message.keep(piece);
        match Delimiters::of_header(header) {
            Ok(delimiters) => message.delimiters = Some(delimiters),
            Err(refusal) => message.add(Found::Refused(refusal), piece),
        }
        message
    }

    /// Keeps the first bytes of the message as evidence for the case that it never ends.
    fn keep(&mut self, piece: Evidence<'_>) {
        let room = RAW_BYTES_MAX.saturating_sub(self.raw.len());
        self.raw.extend(piece.raw.iter().take(room));
        self.length += piece.raw.len();
    }

    fn add(&mut self, found: Found, piece: Evidence<'_>) {
        if self.entries.len() >= ASTM_RECORDS_MAX {
            let detail = format!("a message of more than {ASTM_RECORDS_MAX} results");
            let found = Found::Refused(Refusal::new(Reason::TooLong, detail));
            let raw = std::mem::take(&mut self.raw);
            self.entries = vec![Entry { found, order: 0, raw, offset: self.offset }];
            self.delimiters = None;
            return;
        }
        let raw = head(piece.raw, RAW_BYTES_MAX);
        self.entries.push(Entry { found, order: self.orders, raw, offset: piece.offset });
    }

    fn order(&mut self, profile: &Profile, delimiters: &Delimiters, text: &str) {
        let number = match profile.sample_field {
            SampleField::Specimen => 3,
            SampleField::Instrument => 4,
        };
        let sample = delimiters.component(delimiters.field(text, number), 1);
        self.sample = (!sample.is_empty()).then_some(sample);
        self.orders += 1;
    }

    /// Everything of a message that ended with this record L.
    fn released(mut self, profile: &Profile, last: &str) -> Vec<Output> {
        let code = self.delimiters.map(|it| it.field(last, 3).to_owned()).unwrap_or_default();
        if !matches!(code.as_str(), "" | "N" | "F" | "I") {
            let detail = format!(
                "the record L says {:?}, not a normal end: nothing of the message is released",
                quoted(&code)
            );
            let refusal = Refusal::new(Reason::IncompleteMessage, detail);
            return vec![rejected(refusal, &self.raw, self.offset)];
        }
        self.join_isotopes(profile);
        self.entries.into_iter().map(Entry::output).collect()
    }

    /// Where an isotope is declared: within an order its results take those of the other one as
    /// their check, each the one in its place, if there are as many of both.
    fn join_isotopes(&mut self, profile: &Profile) {
        let Some(preferred) = &profile.prefer_isotope else { return };
        for order in 0..=self.orders {
            let of = |wanted: bool| -> Vec<usize> {
                let fits = |entry: &Entry| match &entry.found {
                    Found::Result(it) => match it.isotope() {
                        Some(mass) => (mass == preferred) == wanted,
                        None => false,
                    },
                    _ => false,
                };
                let all = self.entries.iter().enumerate();
                all.filter(|(_, it)| it.order == order && fits(it)).map(|(at, _)| at).collect()
            };
            let (main, other) = (of(true), of(false));
            if main.is_empty() || main.len() != other.len() {
                continue;
            }
            for (main, other) in main.into_iter().zip(other) {
                let why = "the other isotope, kept as the check of the reported one".to_owned();
                let Some(entry) = self.entries.get_mut(other) else { continue };
                let Found::Result(check) = std::mem::replace(&mut entry.found, Found::Skipped(why))
                else {
                    continue;
                };
                if let Some(entry) = self.entries.get_mut(main) {
                    entry.found.check(profile, &check);
                }
            }
        }
    }
}

impl Entry {
    fn output(self) -> Output {
        let Self { found, raw, offset, .. } = self;
        match found {
            Found::Result(result) => {
                let reading = Reading::Assay(result.assay());
                Output::Accepted(Accepted { reading, raw, offset })
            }
            Found::Skipped(why) => Output::Skipped(Skipped { why, item: None, raw, offset }),
            Found::Refused(refusal) => rejected(refusal, &raw, offset),
        }
    }
}

fn rejected(refusal: Refusal, raw: &[u8], offset: u64) -> Output {
    let Refusal { reason, detail } = refusal;
    let length = count(raw.len());
    Output::Rejected(Rejection { reason, detail, raw: head(raw, RAW_BYTES_MAX), length, offset })
}
