//! Reading a byte stream until it is gone, and opening it again.
//!
//! Reads time out often, so that a stop is seen soon and a quiet line ends a half frame: halves of
//! two frames never join. No bytes from a readable port mean that the device is gone.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use tl_device::{Decoder, Output};

use super::Ports;
use crate::board::PortState;

/// Longest wait of one read.
pub(super) const READ_TIMEOUT: Duration = Duration::from_millis(100);
/// First pause before a device is opened again; doubles up to the last.
const REOPEN_FIRST: Duration = Duration::from_millis(200);
const REOPEN_LAST: Duration = Duration::from_secs(5);
const BUFFER_BYTES: usize = 1024;

/// A device that can be read and answered.
pub(super) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Opens, reads and opens again until the agent stops.
pub(super) fn keep_open<S: Stream>(
    ports: &Ports,
    name: &str,
    open: impl FnMut() -> std::io::Result<S>,
    decoder: &mut dyn Decoder,
    mut take: impl FnMut(Output, &mut S),
) {
    reopen(ports, name, open, |stream| read_until_gone(ports, stream, decoder, &mut take));
}

/// Opens a device and opens it again when `serve` has said why it is gone, until the agent stops.
pub(super) fn reopen<S>(
    ports: &Ports,
    name: &str,
    mut open: impl FnMut() -> std::io::Result<S>,
    mut serve: impl FnMut(&mut S) -> String,
) {
    let mut pause = REOPEN_FIRST;
    while !ports.stopping() {
        match open() {
            Ok(mut stream) => {
                ports.board.set(name, PortState::Open, "");
                let since = Instant::now();
                let why = serve(&mut stream);
                if ports.stopping() {
                    return;
                }
                ports.board.set(name, PortState::Gone, &why);
                // A device that flaps is not opened in a tight loop.
                if since.elapsed() > REOPEN_LAST {
                    pause = REOPEN_FIRST;
                }
            }
            Err(error) => ports.board.set(name, PortState::Gone, &error.to_string()),
        }
        ports.pause(pause);
        pause = (pause * 2).min(REOPEN_LAST);
    }
}

/// Reads until the device is gone; says why.
pub(super) fn read_until_gone<S: Stream>(
    ports: &Ports,
    stream: &mut S,
    decoder: &mut dyn Decoder,
    take: &mut impl FnMut(Output, &mut S),
) -> String {
    pump(ports, stream, decoder, |_, outputs, stream| {
        outputs.drain(..).for_each(|output| take(output, stream));
        Ok(())
    })
}

/// Reads until the device is gone or `after`, called after each read, says why no more is read.
/// A line that is quiet for longer than the decoder's patience ends what is incomplete.
pub(super) fn pump<S: Stream>(
    ports: &Ports,
    stream: &mut S,
    decoder: &mut dyn Decoder,
    mut after: impl FnMut(&mut dyn Decoder, &mut Vec<Output>, &mut S) -> Result<(), String>,
) -> String {
    let mut buffer = [0; BUFFER_BYTES];
    let mut outputs = Vec::new();
    let mut heard = Instant::now();
    let patience = Duration::from_millis(decoder.patience_ms());
    let why = loop {
        if ports.stopping() {
            break "stopping".to_owned();
        }
        match stream.read(&mut buffer) {
            Ok(0) => break "the device closed the line".to_owned(),
            Ok(count) => {
                heard = Instant::now();
                decoder.push(&buffer[..count], &mut outputs);
            }
            Err(error) => match error.kind() {
                // The system's own word, not the end of one wait: nobody answers at the other end.
                ErrorKind::TimedOut if error.raw_os_error().is_some() => break error.to_string(),
                ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted => {
                    if decoder.buffered() > 0 && heard.elapsed() > patience {
                        decoder.finish(&mut outputs);
                    }
                }
                _ => break error.to_string(),
            },
        }
        if let Err(why) = after(decoder, &mut outputs, stream) {
            return why;
        }
    };
    decoder.finish(&mut outputs);
    after(decoder, &mut outputs, stream).err().unwrap_or(why)
}
