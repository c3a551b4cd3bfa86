//! Frames and lines at their borders: limits, suffixes across cuts, noise counted and bounded.

use super::frame::{Frame, FrameFormat, FrameScanner, Progress};
use super::line::{Line, LineEnd, LineSplitter};
use crate::decoder::{Decoder, Output};
use crate::limits::NOISE_REPORT_BYTES;
use crate::reading::{Reason, Refusal};

/// Refuses every frame, to look at the scanning alone: `02`, a length, that many bytes more.
struct Refuser;

impl FrameFormat for Refuser {
    fn start(&self) -> u8 {
        2
    }
    fn progress(&self, candidate: &[u8]) -> Progress {
        match candidate {
            [_, 0, ..] => Progress::Chance,
            [_, 99, ..] => Progress::Broken(Refusal::new(Reason::TooLong, "99")),
            bytes if bytes.len() < 4 => Progress::More,
            _ => Progress::Whole,
        }
    }
    fn take(&mut self, _frame: &Frame<'_>, _out: &mut Vec<Output>) -> Result<(), Refusal> {
        Err(Refusal::new(Reason::BadFrame, "refused"))
    }
}

fn rejections(input: &[u8]) -> Vec<(Reason, u64, u64)> {
    let mut scanner = FrameScanner::new(Refuser);
    let mut out = Vec::new();
    scanner.push(input, &mut out);
    scanner.finish(&mut out);
    out.into_iter()
        .map(|output| match output {
            Output::Rejected(it) => (it.reason, it.offset, it.length),
            other => panic!("only refusals were expected, got {other:?}"),
        })
        .collect()
}

#[test]
fn scanning_goes_on_at_the_next_start_byte_inside_a_refused_frame() {
    assert_eq!(
        rejections(&[9, 9, 2, 1, 2, 1, 1, 1, 7, 7, 2]),
        [
            (Reason::Noise, 0, 2),
            (Reason::BadFrame, 2, 4),
            (Reason::BadFrame, 4, 4),
            (Reason::Truncated, 10, 1),
        ]
    );
}

#[test]
fn a_start_byte_by_chance_is_noise_and_a_broken_head_is_not_waited_for() {
    assert_eq!(
        rejections(&[9, 2, 0, 2, 99, 2, 1, 1, 1]),
        [(Reason::Noise, 0, 3), (Reason::TooLong, 3, 2), (Reason::BadFrame, 5, 4)]
    );
}

#[test]
fn parity_is_dropped_for_reading_and_kept_as_evidence() {
    let mut splitter = LineSplitter::new(b"\r\n", 8).strip_parity(true);
    let bytes = [b'a' | 0x80, b'b', b'\r' | 0x80, b'\n'];
    let line = bytes.iter().find_map(|byte| splitter.take(*byte)).expect("a line");
    assert_eq!((line.content.as_slice(), line.raw.as_slice()), (b"ab".as_slice(), &bytes[..]));
}

#[test]
fn long_noise_is_reported_while_it_lasts() {
    let length = usize::try_from(NOISE_REPORT_BYTES).expect("small");
    let found = rejections(&vec![7; length + 3]);
    let expected = [(Reason::Noise, 0, NOISE_REPORT_BYTES), (Reason::Noise, NOISE_REPORT_BYTES, 3)];
    assert_eq!(found, expected);
}

#[test]
fn a_start_byte_with_its_high_bit_set_is_named() {
    assert_eq!(rejections(&[0x82, 1, 1]), [(Reason::BadFrame, 0, 3)]);
}

fn lines(suffix: &[u8], content_max: usize, input: &[u8]) -> Vec<Line> {
    let mut splitter = LineSplitter::new(suffix, content_max);
    let mut found: Vec<Line> = input.iter().filter_map(|byte| splitter.take(*byte)).collect();
    found.extend(splitter.finish());
    found
}

#[test]
fn a_line_may_have_exactly_the_allowed_length() {
    let found = lines(b"\r\n", 3, b"abc\r\nabcd\r\nx\r\ny");
    let ends: Vec<_> = found.iter().map(|line| (line.end, line.offset, line.length)).collect();
    assert_eq!(
        ends,
        [
            (LineEnd::Whole, 0, 5),
            (LineEnd::TooLong, 5, 6),
            (LineEnd::Whole, 11, 3),
            (LineEnd::Cut, 14, 1),
        ]
    );
    assert_eq!(found.first().map(|line| line.content.as_slice()), Some(b"abc".as_slice()));
    assert_eq!(found.first().map(|line| line.raw.as_slice()), Some(b"abc\r\n".as_slice()));
}

#[test]
fn a_too_long_line_ends_at_its_suffix_and_holds_little() {
    let mut splitter = LineSplitter::new(b"\r", 8);
    for _ in 0..10_000 {
        assert!(splitter.take(b'x').is_none());
        assert!(splitter.buffered() <= 9);
    }
    let line = splitter.take(b'\r').expect("the suffix ends the line");
    assert_eq!((line.end, line.length), (LineEnd::TooLong, 10_001));
}
