//! ASTM E1381 sessions with E1394 messages (LIS01-A2, LIS02-A2): results of instruments.
//!
//! ENQ opens, frames `02 n text 03|17 CC 0D 0A` follow with n = 1..7,0 and CC the sum of n to
//! ETX or ETB; EOT closes. Each frame is checked by itself, also the parts of a split record.
//! ACK and NAK are instructions to the port, ACK to be sent after its commit. Results are
//! released with the record L, so that a message cut before it gives nothing; the instrument
//! then sends it again from its header. The same frame again is acknowledged and kept once.
//! Frames outside a session get no answer. A bare ENQ and EOT is a keep-alive.
//! Sources: ASTM E1381-02 / LIS01-A2 clauses 6.2 to 6.5, ASTM E1394-97 / LIS02-A2 clauses 5 to 12.

mod frame;
mod message;
pub mod record;
mod result;

use std::collections::{BTreeMap, VecDeque};

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Decoder, Output, Rejection, Reply, count};
use crate::framing::noise::Noise;
use crate::lab::element::Analyte;
use crate::lab::unit::Concentration;
use crate::limits::{RAW_BYTES_MAX, REPLIES_MAX, head};
use crate::reading::{Reason, Refusal};
use crate::registry::{ProfileError, bad_field, profile_fields};
use frame::{Partial, Step};
use message::Messages;

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["astm_lis"];

/// How the instrument was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The unit to report in, and the unit of results that name none.
    pub unit: Option<Concentration>,
    /// The substance to read.
    #[serde(default)]
    pub analyte: Analyte,
    /// The isotope to report where several were measured, the other one being its check; each
    /// result stands by itself if absent.
    pub prefer_isotope: Option<String>,
    /// Largest difference of the isotopes in percent of the reported one; not checked if absent.
    #[serde(default, deserialize_with = "crate::registry::decimal_or_number")]
    pub max_isotope_diff_pct: Option<Decimal>,
    /// The instrument's own test codes of the substance, each with its mass number or `""`.
    #[serde(default)]
    pub test_codes: BTreeMap<String, String>,
    /// Which field of the order names the sample.
    #[serde(default)]
    pub sample_field: SampleField,
}

/// Which field of the order record names the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleField {
    /// O.3, the specimen's id.
    #[default]
    Specimen,
    /// O.4, the instrument's id of the specimen.
    Instrument,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let profile: Profile = profile_fields(protocol, fields)?;
    let analyte = profile.analyte;
    analyte
        .isotope_or_usual(profile.prefer_isotope.as_deref())
        .map_err(|detail| bad_field(protocol, detail))?;
    if profile.max_isotope_diff_pct.is_some_and(|limit| limit.is_sign_negative()) {
        return Err(bad_field(protocol, "`max_isotope_diff_pct` is not negative"));
    }
    let known = |mass: &String| mass.is_empty() || analyte.has_isotope(mass);
    if let Some((code, _)) = profile.test_codes.iter().find(|(_, mass)| !known(mass)) {
        let symbol = analyte.symbol();
        let detail = format!("test code {code:?}: the mass of an isotope of {symbol}, or \"\"");
        return Err(bad_field(protocol, detail));
    }
    Ok(Box::new(Host {
        profile,
        session: None,
        noise: Noise::default(),
        noise_has_frames: false,
        after_refusal: false,
        replies: VecDeque::new(),
        position: 0,
    }))
}

const ENQ: u8 = 0x05;
const EOT: u8 = 0x04;
const STX: u8 = 0x02;
const ACK: Answer = ("ACK", 0x06);
const NAK: Answer = ("NAK", 0x15);
/// The receiver's timer (LIS01-A2 6.5.2.5).
const PATIENCE_MS: u64 = 30_000;

/// The name and byte of an answer.
type Answer = (&'static str, u8);

/// The receiving end.
#[derive(Debug)]
struct Host {
    profile: Profile,
    session: Option<Session>,
    /// Bytes outside frames.
    noise: Noise,
    noise_has_frames: bool,
    /// The bytes now skipped belong to a frame that was refused already.
    after_refusal: bool,
    replies: VecDeque<Reply>,
    position: u64,
}

/// What is known between ENQ and EOT.
#[derive(Debug)]
struct Session {
    /// The number of the next frame.
    next: u8,
    /// Number to ETX or ETB of the frame that was accepted last.
    last: Vec<u8>,
    partial: Option<Partial>,
    messages: Messages,
}

impl Session {
    fn new() -> Self {
        Self { next: 1, last: Vec::new(), partial: None, messages: Messages::default() }
    }
}

impl Decoder for Host {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        for byte in bytes {
            self.take(*byte, out);
            self.position += 1;
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        self.report_noise(out);
        self.close(Reason::Truncated, "the line went quiet inside a frame", out);
        self.after_refusal = false;
        self.position = 0;
    }

    fn buffered(&self) -> usize {
        let session = self.session.as_ref();
        let held = session.map_or(0, |it| {
            it.last.len()
                + it.messages.buffered()
                + it.partial.as_ref().map_or(0, |partial| partial.raw().len())
        });
        self.noise.buffered() + held
    }

    fn take_replies(&mut self) -> Vec<Reply> {
        self.replies.drain(..).collect()
    }

    fn patience_ms(&self) -> u64 {
        PATIENCE_MS
    }
}

impl Host {
    fn take(&mut self, byte: u8, out: &mut Vec<Output>) {
        match (byte, &mut self.session) {
            (ENQ, _) => {
                self.report_noise(out);
                self.close(Reason::BadFrame, "ENQ inside a frame: it was lost", out);
                self.session = Some(Session::new());
                self.after_refusal = false;
                self.reply(ACK);
            }
            (EOT, Some(_)) => {
                self.report_noise(out);
                self.close(Reason::BadFrame, "EOT inside a frame: it was lost", out);
            }
            (EOT, None) => self.report_noise(out),
            (STX, Some(session)) => {
                let lost = session.partial.take();
                session.partial = Some(Partial::new(self.position));
                self.report_noise(out);
                self.after_refusal = false;
                if let Some(partial) = lost {
                    let why = "a new frame begins inside it: bytes were lost";
                    out.push(partial.rejected(Refusal::new(Reason::BadFrame, why)));
                }
            }
            (_, Some(Session { partial: Some(partial), .. })) => match partial.take(byte) {
                Step::More => {}
                Step::Whole => self.judge(out),
                Step::TooLong(refusal) => self.refuse(refusal, out),
            },
            _ => self.skip(byte, out),
        }
    }

    /// Judges a whole frame and answers it.
    fn judge(&mut self, out: &mut Vec<Output>) {
        let Some(session) = &mut self.session else { return };
        let Some(partial) = session.partial.take() else { return };
        let judged = partial.read().and_then(|frame| {
            let number = frame.number;
            if frame.body == session.last.as_slice() {
                let detail = "the same frame again: acknowledged again, kept once";
                return Ok(Some(Refusal::new(Reason::Duplicate, detail)));
            }
            if number != session.next {
                let detail = format!(
                    "frame {number}, expected {}; the instrument sends the missing one again",
                    session.next
                );
                return Err(Refusal::new(Reason::BadSequence, detail));
            }
            session.messages.take(&self.profile, &frame, out)?;
            session.last = frame.body.to_vec();
            session.next = (number + 1) % 8;
            Ok(None)
        });
        match judged {
            Ok(repeated) => {
                out.extend(repeated.map(|refusal| partial.rejected(refusal)));
                self.reply(ACK);
            }
            Err(refusal) => {
                out.push(partial.rejected(refusal));
                self.after_refusal = true;
                self.reply(NAK);
            }
        }
    }

    /// Refuses the frame that is being collected.
    fn refuse(&mut self, refusal: Refusal, out: &mut Vec<Output>) {
        let partial = self.session.as_mut().and_then(|session| session.partial.take());
        out.extend(partial.map(|it| it.rejected(refusal)));
        self.after_refusal = true;
        self.reply(NAK);
    }

    /// Ends the session: what is not finished gives nothing.
    fn close(&mut self, reason: Reason, why: &str, out: &mut Vec<Output>) {
        let Some(session) = self.session.take() else { return };
        if let Some(partial) = session.partial {
            out.push(partial.rejected(Refusal::new(reason, why)));
        }
        if let Some((raw, length, offset)) = session.messages.unfinished() {
            let detail = "the session ended before the record L: nothing of the message is \
                          released; the instrument must send it again";
            out.push(Output::Rejected(Rejection {
                reason: Reason::IncompleteMessage,
                detail: detail.to_owned(),
                raw: head(&raw, RAW_BYTES_MAX),
                length: count(length),
                offset,
            }));
        }
    }

    fn skip(&mut self, byte: u8, out: &mut Vec<Output>) {
        if self.after_refusal {
            return;
        }
        self.noise_has_frames |= byte == STX;
        if self.noise.take(byte, self.position) {
            self.report_noise(out);
        }
    }

    fn report_noise(&mut self, out: &mut Vec<Output>) {
        let has_frames = std::mem::take(&mut self.noise_has_frames);
        let why = |length| match has_frames {
            true => {
                let detail = format!(
                    "{length} bytes with frames outside a session (no ENQ before them); they are \
                     not answered, so the instrument sends them again"
                );
                Refusal::new(Reason::NoSession, detail)
            }
            false => {
                let detail = format!("{length} bytes outside any frame");
                Refusal::new(Reason::Noise, detail)
            }
        };
        self.noise.report(why, out);
    }

    fn reply(&mut self, (name, byte): Answer) {
        if self.replies.len() >= REPLIES_MAX {
            self.replies.pop_front();
        }
        self.replies.push_back(Reply { name, bytes: vec![byte] });
    }
}

#[cfg(test)]
mod tests;
