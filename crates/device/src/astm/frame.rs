//! One frame of a session: collected byte by byte, then judged by its own check sum.

use crate::checksum::{hexadecimal, sum8};
use crate::decoder::{Output, Rejection, count};
use crate::limits::{ASTM_FRAME_BYTES_MAX, RAW_BYTES_MAX, head};
use crate::reading::{Reason, Refusal};
use crate::scale::shown;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const ETB: u8 = 0x17;
/// Check characters and CR LF.
const TAIL_BYTES: usize = 4;

/// A frame that is being collected.
#[derive(Debug)]
pub(super) struct Partial {
    raw: Vec<u8>,
    offset: u64,
    /// How many bytes of the tail are there, once the text has ended.
    tail: Option<usize>,
}

/// What a byte did to a frame.
pub(super) enum Step {
    More,
    Whole,
    TooLong(Refusal),
}

/// A frame whose check sum is right.
pub(super) struct Frame<'a> {
    /// 0 to 7.
    pub(super) number: u8,
    /// Number to ETX or ETB.
    pub(super) body: &'a [u8],
    /// The text without number and end.
    pub(super) text: &'a [u8],
    /// True where the record ends here (ETX), false where it goes on (ETB).
    pub(super) last: bool,
    pub(super) raw: &'a [u8],
    pub(super) offset: u64,
}

impl Partial {
    /// A frame whose STX stands at `offset`.
    pub(super) fn new(offset: u64) -> Self {
        Self { raw: vec![STX], offset, tail: None }
    }

    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn take(&mut self, byte: u8) -> Step {
        self.raw.push(byte);
        match &mut self.tail {
            Some(have) => {
                *have += 1;
                if *have == TAIL_BYTES { Step::Whole } else { Step::More }
            }
            None if matches!(byte, ETX | ETB) => {
                self.tail = Some(0);
                Step::More
            }
            None if self.raw.len() >= ASTM_FRAME_BYTES_MAX => {
                let detail = format!("a frame of more than {ASTM_FRAME_BYTES_MAX} bytes");
                Step::TooLong(Refusal::new(Reason::TooLong, detail))
            }
            None => Step::More,
        }
    }

    pub(super) fn read(&self) -> Result<Frame<'_>, Refusal> {
        let bad = |detail: String| Refusal::new(Reason::BadFrame, detail);
        let (whole, tail) = self.raw.split_at(self.raw.len().saturating_sub(TAIL_BYTES));
        let [_, body @ ..] = whole else { return Err(bad("an empty frame".to_owned())) };
        let [sent @ .., b'\r', b'\n'] = tail else {
            return Err(bad(format!("{:?} is no check sum with CR LF", shown(tail))));
        };
        let computed = sum8(body);
        if hexadecimal(sent) != Some(u32::from(computed)) {
            let detail = format!("check sum {:?}, computed {computed:02X}", shown(sent));
            return Err(Refusal::new(Reason::BadChecksum, detail));
        }
        let [number @ b'0'..=b'7', text @ .., end] = body else {
            return Err(bad("the frame has no number 0 to 7".to_owned()));
        };
        Ok(Frame {
            number: number - b'0',
            body,
            text,
            last: *end == ETX,
            raw: &self.raw,
            offset: self.offset,
        })
    }

    pub(super) fn rejected(&self, refusal: Refusal) -> Output {
        let Refusal { reason, detail } = refusal;
        let raw = head(&self.raw, RAW_BYTES_MAX);
        let length = count(self.raw.len());
        Output::Rejected(Rejection { reason, detail, raw, length, offset: self.offset })
    }
}
