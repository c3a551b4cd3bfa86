//! Devices that send lines: every line is judged whole, no line is searched for a number.
//!
//! A line that is too long, cut or refused gives nothing; the next line starts fresh behind the
//! suffix. Empty lines are refused like others, since a blank line may be a lost reading.

use super::line::{Line, LineEnd, LineSplitter};
use crate::decoder::{Accepted, Decoder, Output, Rejection};
use crate::reading::{Reading, Reason, Refusal};

/// What a family knows about its lines.
pub trait LineFormat: Send {
    /// Judges one line without its suffix and without parity.
    fn read(&mut self, content: &[u8]) -> Result<Reading, Refusal>;
}

/// A decoder for any [`LineFormat`].
#[derive(Debug)]
pub struct LineScanner<F> {
    format: F,
    lines: LineSplitter,
}

impl<F: LineFormat> LineScanner<F> {
    /// A scanner of lines found by `lines`.
    pub fn new(format: F, lines: LineSplitter) -> Self {
        Self { format, lines }
    }

    fn judge(&mut self, line: Line) -> Output {
        let judged = match line.end {
            LineEnd::Whole => self.format.read(&line.content),
            LineEnd::TooLong => {
                let detail = format!(
                    "{} bytes without a line end; check the declared protocol and baud rate",
                    line.length
                );
                Err(Refusal::new(Reason::TooLong, detail))
            }
            LineEnd::Cut => {
                let detail = format!("the line went quiet after {} bytes of a line", line.length);
                Err(Refusal::new(Reason::Truncated, detail))
            }
        };
        let Line { raw, length, offset, .. } = line;
        match judged {
            Ok(reading) => Output::Accepted(Accepted { reading, raw, offset }),
            Err(Refusal { reason, detail }) => {
                Output::Rejected(Rejection { reason, detail, raw, length, offset })
            }
        }
    }
}

impl<F: LineFormat> Decoder for LineScanner<F> {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        for byte in bytes {
            if let Some(line) = self.lines.take(*byte) {
                out.push(self.judge(line));
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        if let Some(line) = self.lines.finish() {
            out.push(self.judge(line));
        }
    }

    fn buffered(&self) -> usize {
        self.lines.buffered()
    }
}
