//! A line that goes: by a goodbye, or by silence.

use std::io::{Error, ErrorKind, Read, Result, Write};

use tl_device::{Decoder, Output, Skipped};

use super::Bench;
use crate::port::line::read_until_gone;

/// ETIMEDOUT of Linux: what a read gives when nobody answers the probes of a connection.
const NO_ANSWER_TO_PROBES: i32 = 110;

/// Gives one read after the other.
struct Script(Vec<Result<&'static [u8]>>);

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = if self.0.is_empty() { Ok(&[][..]) } else { self.0.remove(0) }?;
        buffer[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_dead_link_is_gone_and_a_quiet_one_is_not() {
    let bench = Bench::new("");
    let profile = serde_json::json!({ "protocol": "scanner", "suffix": "\r" });
    let read = |script| {
        let mut decoder = tl_device::decoder_for(&profile).expect("a profile");
        let mut outputs = 0;
        let mut take = |_, _: &mut Script| outputs += 1;
        let why = read_until_gone(&bench.ports, &mut Script(script), decoder.as_mut(), &mut take);
        (why, outputs)
    };
    // What a serial line says at the end of one wait, and a socket.
    let quiet = || [ErrorKind::TimedOut, ErrorKind::WouldBlock].map(|kind| Err(Error::from(kind)));
    let mut script: Vec<Result<&[u8]>> = vec![Ok(b"ABC\r")];
    script.extend(quiet());
    script.push(Ok(b"DEF\r"));
    assert_eq!(read(script), ("the device closed the line".to_owned(), 2));
    let mut script: Vec<Result<&[u8]>> = quiet().into();
    script.push(Err(Error::from_raw_os_error(NO_ANSWER_TO_PROBES)));
    script.push(Ok(b"never\r"));
    let (why, outputs) = read(script);
    assert_eq!(outputs, 0);
    assert!(why.contains("os error 110"), "{why}");
}

/// Holds one byte back and counts how often it was ended.
struct Patient {
    patience_ms: u64,
    held: usize,
}

impl Decoder for Patient {
    fn push(&mut self, bytes: &[u8], _: &mut Vec<Output>) {
        self.held = bytes.len();
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        if std::mem::take(&mut self.held) > 0 {
            let (why, raw) = ("ended".to_owned(), Vec::new());
            out.push(Output::Skipped(Skipped { why, item: None, raw, offset: 0 }));
        }
    }

    fn buffered(&self) -> usize {
        self.held
    }

    fn patience_ms(&self) -> u64 {
        self.patience_ms
    }
}

#[test]
fn a_quiet_line_is_ended_by_the_patience_of_its_decoder() {
    let bench = Bench::new("");
    let ended = |patience_ms: u64| {
        let quiet = || Err(Error::from(ErrorKind::WouldBlock));
        let mut script = Script(vec![Ok(b"A"), quiet(), quiet(), Ok(b"B"), Ok(b"")]);
        let mut decoder = Patient { patience_ms, held: 0 };
        let mut count = 0;
        let mut take = |_, _: &mut Script| count += 1;
        read_until_gone(&bench.ports, &mut script, &mut decoder, &mut take);
        count
    };
    assert_eq!(ended(0), 2, "in the silence, and at the end");
    assert_eq!(ended(3_600_000), 1, "at the end alone");
}
