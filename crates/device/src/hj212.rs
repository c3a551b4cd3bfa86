//! HJ 212 telegrams of online monitors: `##`, length, segment, CRC, CR LF; thallium values out.
//!
//! HJ 212-2017 and HJ/T 212-2005, as declared; a telegram of the other edition is refused. The
//! answer 9014 is an instruction to the port, to be sent after its commit; damage gets none. A
//! message in parts counts when all parts are there; each part is answered on its own, and what
//! is held until then is told as skipped, with its bytes. QN is a stamp in ms and not unique:
//! only an equal segment is a repetition. Room for HJ 212-2025: one more [`Edition`] with its
//! rules; its text was not available, so declaring it is an error.
//! Sources: HJ 212-2017 clauses 6.3, 6.5, 6.6, appendices A (CRC), B.1 (codes, units), C.

pub mod factor;
mod measured;
mod parts;
pub mod telegram;

use std::collections::VecDeque;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::checksum::{crc_hj212, hexadecimal};
use crate::decoder::{Decoder, Output, Reply};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::limits::{HJ212_CP_BYTES_MAX, HJ212_RECENT_MAX, HJ212_SEGMENT_BYTES_MAX, REPLIES_MAX};
use crate::reading::{MonitorCommand, Reading, Reason, Refusal};
use crate::registry::ProfileError;
use crate::scale::shown;
use measured::Judged;
use parts::{Arrival, Parts};
pub use profile::{Edition, Profile, Units};
use telegram::Telegram;

mod profile;

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["hj212"];

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let profile = Profile::read(protocol, fields)?;
    Ok(Box::new(FrameScanner::new(Host {
        profile,
        parts: Parts::default(),
        recent: VecDeque::new(),
        replies: VecDeque::new(),
    })))
}

const START: u8 = b'#';
/// `##` and four digits.
const HEAD_BYTES: usize = 6;
/// CRC and CR LF.
const TAIL_BYTES: usize = 6;
/// Uploads that are answered by 9014 (appendix C); everything else has answers of its own.
const UPLOADS: &[&str] =
    &["2011", "2021", "2031", "2041", "2051", "2061", "2081", "3015", "3019", "3020"];
/// Ten seconds and three repetitions, for each of a few parts (table 1).
const PATIENCE_MS: u64 = 60_000;

/// The listening end.
#[derive(Debug)]
struct Host {
    profile: Profile,
    parts: Parts,
    /// Hashes of the last segments, to know a repetition.
    recent: VecDeque<[u8; 32]>,
    replies: VecDeque<Reply>,
}

impl FrameFormat for Host {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        let broken = |detail: String| Progress::Broken(Refusal::new(Reason::BadFrame, detail));
        let Some(digits) = candidate.get(2..candidate.len().min(HEAD_BYTES)) else {
            return Progress::More;
        };
        if candidate.get(1) != Some(&START) || digits.first() == Some(&START) {
            return Progress::Chance;
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return broken(format!("{:?} is no length of four digits", shown(digits)));
        }
        let Some(length) = length(digits) else { return Progress::More };
        if length > HJ212_SEGMENT_BYTES_MAX {
            let detail =
                format!("a segment of {length} bytes; at most {HJ212_SEGMENT_BYTES_MAX} (6.3.1)");
            return Progress::Broken(Refusal::new(Reason::TooLong, detail));
        }
        let whole = HEAD_BYTES + length + TAIL_BYTES;
        match (candidate.len(), candidate.last()) {
            (at, Some(b'\n')) if at == whole => Progress::Whole,
            (at, Some(b'\r')) if at + 1 == whole => Progress::More,
            (at, Some(b'\r' | b'\n')) => broken(format!(
                "a line end after {at} bytes; the length says {whole}: bytes were lost"
            )),
            (at, _) if at + 1 >= whole => broken("no CR LF behind the CRC".to_owned()),
            (at, Some(&START)) if candidate.get(at - 2) == Some(&START) && at > HEAD_BYTES + 1 => {
                broken(format!(
                    "a new telegram begins after {} bytes; the length says {whole}",
                    at - 2
                ))
            }
            _ => Progress::More,
        }
    }

    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal> {
        let end = frame.bytes.len() - TAIL_BYTES;
        let (head, tail) = frame.bytes.split_at(end);
        let segment = head.get(HEAD_BYTES..).unwrap_or_default();
        let sent = tail.get(..4).unwrap_or_default();
        let computed = crc_hj212(segment);
        if hexadecimal(sent) != Some(u32::from(computed)) {
            let detail = format!("CRC {:?}, computed {computed:04X}", shown(sent));
            return Err(Refusal::new(Reason::BadChecksum, detail));
        }
        let telegram = Telegram::parse(segment)?;
        self.profile.admit(&telegram)?;
        if telegram.parameters_length > HJ212_CP_BYTES_MAX {
            let detail = format!(
                "CP has {} bytes; at most {HJ212_CP_BYTES_MAX} (6.3.2)",
                telegram.parameters_length
            );
            return Err(Refusal::new(Reason::TooLong, detail));
        }
        if self.repeats(segment) {
            let detail = "the same telegram again: answered again, kept once";
            out.push(frame.rejected(Refusal::new(Reason::Duplicate, detail)));
        } else {
            self.judge(frame, &telegram, out);
        }
        self.answer(&telegram);
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<Output>) {
        self.parts.end(out);
    }

    fn take_replies(&mut self) -> Vec<Reply> {
        self.replies.drain(..).collect()
    }

    fn buffered(&self) -> usize {
        self.parts.buffered()
    }

    fn patience_ms(&self) -> u64 {
        PATIENCE_MS
    }
}

/// The length, once its four digits are there.
fn length(digits: &[u8]) -> Option<usize> {
    (digits.len() == 4).then(|| {
        digits.iter().fold(0, |length, digit| length * 10 + usize::from(digit.wrapping_sub(b'0')))
    })
}

impl Host {
    fn repeats(&mut self, segment: &[u8]) -> bool {
        let hash: [u8; 32] = Sha256::digest(segment).into();
        if self.recent.contains(&hash) {
            return true;
        }
        if self.recent.len() >= HJ212_RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(hash);
        false
    }

    fn judge(&mut self, frame: &Frame<'_>, telegram: &Telegram, out: &mut Vec<Output>) {
        let found = self.outputs(frame, telegram);
        match telegram.part {
            None => out.extend(found),
            Some(part) => match self.parts.take(frame, telegram, part, found, out) {
                Arrival::Whole(outputs) => out.extend(outputs),
                Arrival::Held(held) => out.push(Output::Skipped(held)),
                Arrival::Refused(refusal) => out.push(frame.rejected(refusal)),
            },
        }
    }

    /// What one telegram gives.
    fn outputs(&self, frame: &Frame<'_>, telegram: &Telegram) -> Vec<Output> {
        if !measured::COMMANDS.contains(&telegram.cn.as_str()) {
            return vec![match telegram.parameters() {
                Ok(cp) => frame.accepted(Reading::MonitorCommand(MonitorCommand {
                    cn: telegram.cn.clone(),
                    qn: telegram.qn.clone(),
                    mn: telegram.mn.clone(),
                    cp,
                    needs_reply: telegram.needs_reply(),
                })),
                Err(refusal) => frame.rejected(refusal),
            }];
        }
        match measured::judge(&self.profile, telegram) {
            Err(refusal) => vec![frame.rejected(refusal)],
            Ok(judged) => judged
                .into_iter()
                .map(|it| match it {
                    Judged::Reading(reading) => frame.accepted(reading),
                    Judged::Refused(refusal) => frame.rejected(refusal),
                    Judged::Ignored(mut skipped) => {
                        skipped.offset = frame.offset;
                        Output::Skipped(skipped)
                    }
                })
                .collect(),
        }
    }

    fn answer(&mut self, telegram: &Telegram) {
        if !telegram.needs_reply() || !UPLOADS.contains(&telegram.cn.as_str()) {
            return;
        }
        let Some(segment) = self.profile.edition.data_answer(telegram) else { return };
        if self.replies.len() >= REPLIES_MAX {
            self.replies.pop_front();
        }
        self.replies.push_back(Reply { name: "9014", bytes: frame_of(&segment) });
    }
}

/// A whole telegram around a segment.
pub fn frame_of(segment: &str) -> Vec<u8> {
    let crc = crc_hj212(segment.as_bytes());
    format!("##{:04}{segment}{crc:04X}\r\n", segment.len()).into_bytes()
}

#[cfg(test)]
mod tests;
